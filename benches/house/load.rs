//! Loading the built-in pack: the price of every start.

use crate::bench::{Bench, Work};
use crate::kit::{built_in, load};
use preaudit::pack::{self, PackRef};
use preaudit::script;
use preaudit::world::Disk;

/// Reads all texts of the pack, compiles all scripts.
pub(crate) fn built_in_pack(bench: &Bench) {
    let (packs, rules) = built_in();
    assert!(rules.list.len() > 40 && rules.list.len() == packs.rules().count());
    let what = format!(
        "{} rules, {} kinds, {} log sources, {} controls",
        rules.list.len(),
        packs.kinds.len(),
        packs.log_sources.len(),
        packs.controls.len()
    );
    bench.time(&Work::new(what), load);
    bench.beside("pack::load", &Work::new("its texts"), || {
        pack::load(&[PackRef::BuiltIn], &Disk::default()).unwrap()
    });
    bench.beside("script::compile", &Work::new("its scripts and expressions"), || {
        script::compile(packs).unwrap()
    });
}
