//! Looking for what is wrong with the built-in pack: what an editor waits for at every key.

use crate::bench::{Bench, Work};
use preaudit::lint::{self, Files, Linter};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::source::Source;
use preaudit::world::Disk;
use std::sync::Arc;

/// Looks at the whole pack, and again after one file of it changed.
pub(crate) fn built_in_pack(bench: &Bench) {
    let files = Files::from(pack::open(&PackRef::BuiltIn, &Disk::default()).unwrap());
    assert!(lint::check(Packs::default(), &files).is_empty());
    let rules =
        files.texts.keys().filter(|path| path.ends_with(".toml") && path.starts_with("rules/")).count();
    bench.time(&Work::new(format!("all of {rules} rules")), || lint::check(Packs::default(), &files));
    for (what, path) in [
        ("a rule changed", "rules/people/training-overdue.toml"),
        ("a script changed", "rules/leadership/review-figure-contradicted.rhai"),
        ("a kind changed", "schema/training-records.toml"),
    ] {
        let mut changed = files.clone();
        let text = format!("{}\n// changed\n", files.texts[path].text());
        let text = if path.ends_with(".toml") { text.replace("//", "#") } else { text };
        changed.texts.insert(path.to_owned(), Arc::new(Source::new(path, text)));
        let (mut linter, mut is_changed) = (Linter::new(Packs::default()), false);
        linter.check(&files);
        bench.beside(what, &Work::new(path), || {
            is_changed = !is_changed;
            linter.check(if is_changed { &changed } else { &files })
        });
    }
}
