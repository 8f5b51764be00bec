//! Works again whenever a file changes.

use crate::cli::output::Output;
use crate::report::Exit;
use crate::world::{Disk, Entry, World};
use std::path::Path;
use std::thread::sleep;
use std::time::Duration;

/// How long to wait between two looks at the files.
const PAUSE: Duration = Duration::from_millis(300);

/// Works once, and again whenever a file below a folder is another, until the program is stopped or the
/// folder is gone.
pub(super) fn on_change(folder: &Path, disk: &Disk, output: &Output, work: &dyn Fn() -> Exit) -> Exit {
    loop {
        let before = listed(folder, disk);
        let exit = work();
        output.note(&format!("waiting for changes of {}; stop with Ctrl-C", folder.display()));
        while listed(folder, disk) == before {
            sleep(PAUSE);
        }
        if listed(folder, disk).is_none() {
            return exit;
        }
    }
}

/// What tells whether a file changed, by path; nothing where there is no folder.
fn listed(folder: &Path, disk: &Disk) -> Option<Vec<(String, u64, Option<String>)>> {
    let entries = disk.list(folder).ok()?;
    let stamp = |entry: &Entry| disk.identity(folder, &entry.path).map(|identity| format!("{identity:?}"));
    Some(entries.iter().map(|entry| (entry.path.clone(), entry.bytes, stamp(entry))).collect())
}
