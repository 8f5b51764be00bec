//! Runs something again whenever a file of a folder changes.

use super::output::Output;
use crate::world::{Disk, EntryKind, World};
use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// How often the folder is looked at. Nobody waits for half of this.
const EVERY: Duration = Duration::from_millis(250);

/// Files of a folder with their sizes and times.
type Fingerprint = BTreeMap<String, (u64, Option<SystemTime>)>;

/// Runs something, and again after each change below the folder, until the program is ended.
pub(super) fn watch(folder: &Path, output: &Output, mut run: impl FnMut()) -> ! {
    let mut seen = fingerprint(folder);
    run();
    loop {
        std::thread::sleep(EVERY);
        let now = fingerprint(folder);
        if now == seen {
            continue;
        }
        output.print(&format!("\n── {} changed ──\n", changed(&seen, &now)));
        seen = now;
        run();
    }
}

/// What a folder is like; nothing where it cannot be read just now, as while it is moved.
fn fingerprint(folder: &Path) -> Fingerprint {
    let entries = Disk::default().list(folder).unwrap_or_default();
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File);
    files
        .map(|entry| {
            let changed = std::fs::metadata(folder.join(&entry.path)).and_then(|data| data.modified()).ok();
            (entry.path, (entry.bytes, changed))
        })
        .collect()
}

/// The first file that differs, and how many more do.
fn changed(before: &Fingerprint, now: &Fingerprint) -> String {
    let is_other = |path: &&String| before.get(*path) != now.get(*path);
    let mut paths: Vec<&String> = before.keys().chain(now.keys()).filter(is_other).collect();
    paths.sort();
    paths.dedup();
    match paths[..] {
        [] => "something".to_owned(),
        [only] => only.clone(),
        [first, ..] => format!("{first} and {} more", paths.len() - 1),
    }
}
