//! `preaudit pack lock`: exactly which packs preaudit.toml means.

use super::{Workspace, not_written};
use crate::cli::output::Output;
use crate::cli::place::read_lock;
use crate::finding::Diagnostic;
use crate::pack::{self, Change, LOCK_NAME, Lock, Locked, PackFiles, PackRef};
use crate::world::{Disk, World};
use std::path::PathBuf;

/// Write down in preaudit.lock exactly which packs preaudit.toml means.
///
/// A scan refuses packs that are not the ones in preaudit.lock. Newer versions by the same hand are
/// taken over; an older version, another digest under the same version and another signature only
/// with --update.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The folder of the preaudit.toml, or one below it.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Take over whatever is there, also what is older, changed or signed by somebody else.
    #[arg(long)]
    update: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let Workspace { home, text } = Workspace::above(&arguments.dir, disk)?;
    let before = read_lock(&home, disk)?;
    let (mut lock, mut errors, mut told) = (before.clone(), Vec::new(), String::new());
    let declared = pack::declared(&text, &Lock::default(), &home, disk)?;
    let ids: Vec<String> = declared.iter().map(|declared| declared.id.clone()).collect();
    for declared in declared {
        let files = PackFiles::read(&PackRef::Declared(Box::new(declared)), disk)?;
        let found = Locked::of(&files).map_err(|error| vec![error])?;
        match accept(&before, &found, arguments.update) {
            Ok(says) => {
                told += &format!("{} {}: {says}\n", found.id, found.version);
                lock.set(found);
            }
            Err(refused) => errors.push(refused),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    lock.keep_only(&ids);
    save(&lock, &home, disk)?;
    output.print(if told.is_empty() { "preaudit.toml names no pack\n" } else { &told });
    Ok(())
}

/// What a pack is to what was locked, where that may be taken over.
///
/// # Errors
/// When only --update takes it over.
pub(super) fn accept(before: &Lock, found: &Locked, update: bool) -> Result<String, Diagnostic> {
    let Some((locked, place)) = before.get(&found.id) else { return Ok("locked".to_owned()) };
    match locked.change(found) {
        None => Ok("as it was".to_owned()),
        Some(Change::Newer) => Ok(format!("locked, was {}", locked.version)),
        Some(_) if update => Ok(format!("locked anew, was {} {}", locked.version, locked.digest)),
        Some(change) => Err(change.told(locked, found).at(place.clone())),
    }
}

/// Writes preaudit.lock.
///
/// # Errors
/// When the folder cannot be written.
pub(super) fn save(lock: &Lock, home: &std::path::Path, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    disk.save(home, LOCK_NAME, lock.text().as_bytes()).map_err(|error| not_written(&error))
}
