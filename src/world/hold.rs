//! Holding a file, so that of several runs at once only one writes.
//!
//! The system lets go of what a process held when it ends, however it ends; so nothing stale is left
//! behind by one that was killed, and nobody has to judge how old is too old.

use super::{Deadline, Unreadable, unreadable};
use std::fs::{self, File, TryLockError};
use std::path::Path;
use std::thread;
use std::time::Duration;

/// Time between two tries.
const STEP: Duration = Duration::from_millis(20);

/// A file that nobody else holds until this is dropped.
#[derive(Debug)]
pub struct Hold {
    _file: File,
}

impl Hold {
    pub(super) fn of(folder: &Path, file: &str, wait: Duration) -> Result<Self, Unreadable> {
        fs::create_dir_all(folder).map_err(|error| unreadable(&folder.display().to_string(), &error))?;
        let path = folder.join(file);
        let shown = path.display().to_string();
        let opened = File::options().create(true).truncate(false).write(true).open(&path);
        let opened = opened.map_err(|error| unreadable(&shown, &error))?;
        let deadline = Deadline::after(wait);
        loop {
            match opened.try_lock() {
                Ok(()) => return Ok(Self { _file: opened }),
                Err(TryLockError::WouldBlock) if deadline.has_passed() => {
                    let reason = format!("another run holds it, for {} seconds now", wait.as_secs());
                    return Err(Unreadable { path: shown, reason });
                }
                Err(TryLockError::WouldBlock) => thread::sleep(STEP),
                Err(TryLockError::Error(error)) => return Err(unreadable(&shown, &error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holds_it_at_a_time() {
        let folder = tempfile::tempdir().unwrap();
        let first = Hold::of(folder.path(), ".lock", Duration::ZERO).unwrap();
        let refused = Hold::of(folder.path(), ".lock", Duration::from_millis(50)).unwrap_err();
        assert!(refused.reason.contains("another run holds it"), "{refused}");
        drop(first);
        Hold::of(folder.path(), ".lock", Duration::ZERO).unwrap();
    }
}
