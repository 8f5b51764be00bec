//! The only door to files and to the clock.
//!
//! Everything that is read comes through a [`World`]: the disk, or a shelf of files in memory for
//! the built-in pack's own cases. Links are never followed, and nothing is opened that lies
//! outside the folder it was asked in.

mod disk;
mod hold;

pub use disk::Disk;
pub use hold::Hold;

use crate::sandbox::{Death, Held, Limits};
use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The slowest tick of a file system's clock, twice, in nanoseconds.
const CLOCK_TICK: i128 = 4_000_000_000;

/// Files and the clock.
pub trait World: Sync {
    /// Today, in the zone of the machine.
    fn today(&self) -> Date;

    /// This moment; the start of 1970 where time stands still.
    fn now(&self) -> Timestamp {
        Timestamp::UNIX_EPOCH
    }

    /// All files below a folder, sorted by path. Links and special files are listed as such.
    ///
    /// # Errors
    /// When a folder cannot be read; the message names it.
    fn list(&self, folder: &Path) -> Result<Vec<Entry>, Unreadable>;

    /// Opens a file below a folder for reading from its start.
    ///
    /// # Errors
    /// When the file cannot be opened, or lies outside the folder.
    fn open(&self, folder: &Path, file: &str) -> Result<Box<dyn Read + Send>, Unreadable>;

    /// Opens a file below a folder for reading from this byte on.
    ///
    /// # Errors
    /// As [`World::open`], and when the file cannot be read up to there.
    fn open_at(&self, folder: &Path, file: &str, offset: u64) -> Result<Box<dyn Read + Send>, Unreadable>;

    /// Is told of records of logs as they are read, for whoever watches.
    fn note_records(&self, _: u64) {}

    /// Reads a file of at most `limit` bytes.
    ///
    /// # Errors
    /// When the file cannot be opened or read, or is larger.
    fn read(&self, folder: &Path, file: &str, limit: u64) -> Result<Vec<u8>, Unreadable> {
        let mut bytes = Vec::new();
        let because = |reason: String| Unreadable { path: file.to_owned(), reason };
        let read = self.open(folder, file)?.take(limit + 1).read_to_end(&mut bytes);
        read.map_err(|error| because(error.to_string()))?;
        if bytes.len() as u64 > limit {
            return Err(because(format!("the file is larger than {} MiB", limit >> 20)));
        }
        Ok(bytes)
    }

    /// What tells whether a file is still the one it was; `None` where the system does not say.
    fn identity(&self, _folder: &Path, _file: &str) -> Option<Identity> {
        None
    }

    /// Writes a file below a folder whole or not at all, and makes the folder where there is none.
    ///
    /// # Errors
    /// When the folder cannot be written.
    fn save(&self, _folder: &Path, file: &str, _bytes: &[u8]) -> Result<(), Unreadable> {
        Err(Unreadable { path: file.to_owned(), reason: "nothing can be written here".to_owned() })
    }

    /// Keeps everyone else who asks from holding a file below a folder, and waits at most so long for
    /// whoever holds it; makes folder and file where there are none.
    ///
    /// # Errors
    /// When the time is over, or the folder cannot be written.
    fn hold(&self, _folder: &Path, file: &str, _wait: Duration) -> Result<Hold, Unreadable> {
        Err(Unreadable { path: file.to_owned(), reason: "nothing can be written here".to_owned() })
    }

    /// Asks a question of so many bytes in a process that can do nothing but answer.
    ///
    /// # Errors
    /// How the process ended, when it gave no answer.
    fn ask_apart(
        &self,
        _limits: &Limits,
        _length: u64,
        _question: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
    ) -> Result<(Held, Vec<u8>), Death> {
        Err(Death::NotStarted("nothing can be started here".to_owned()))
    }

    /// Removes a file below a folder, if it is there and can be removed.
    fn remove(&self, _folder: &Path, _file: &str) {}
}

/// What tells whether a file is still the one it was. Its owner can set the time of its last
/// change, but not the time at which the system noted that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Identity {
    /// The device it lies on.
    pub device: u64,
    /// Its number there.
    pub inode: u64,
    /// Its size in bytes.
    pub bytes: u64,
    /// When its content was last changed, in nanoseconds since 1970.
    pub modified: i128,
    /// When the system last noted a change of it, in nanoseconds since 1970.
    pub changed: i128,
}

impl Identity {
    /// True for the same file, whatever it holds now.
    pub fn is_same_file(&self, other: &Self) -> bool {
        (self.device, self.inode) == (other.device, other.inode)
    }

    /// True when the file last changed clearly before a moment: whatever is read from then on, a
    /// later change shows in its times. Clocks of file systems tick as slowly as every two seconds.
    pub fn is_settled(&self, at: Timestamp) -> bool {
        self.modified.max(self.changed) + CLOCK_TICK < at.as_nanosecond()
    }

    #[cfg(unix)]
    fn of(meta: &fs::Metadata) -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        let nanoseconds = |seconds: i64, part: i64| i128::from(seconds) * 1_000_000_000 + i128::from(part);
        Some(Self {
            device: meta.dev(),
            inode: meta.ino(),
            bytes: meta.len(),
            modified: nanoseconds(meta.mtime(), meta.mtime_nsec()),
            changed: nanoseconds(meta.ctime(), meta.ctime_nsec()),
        })
    }

    #[cfg(not(unix))]
    fn of(_: &fs::Metadata) -> Option<Self> {
        None
    }
}

/// A file found below a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Entry {
    /// Path relative to the folder, with `/`.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Day of the last change, in UTC, where the file system tells.
    pub modified: Option<Date>,
    /// What it is.
    pub kind: EntryKind,
}

/// What a folder holds at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A symbolic link; never followed.
    Link,
    /// A pipe, device or socket, or a folder too deep; never read.
    Special,
}

/// A file or folder that could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The path, relative where it was asked for relatively.
    pub path: String,
    /// Why, in the words of the system.
    pub reason: String,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "cannot read {}: {}", self.path, self.reason)
    }
}

impl std::error::Error for Unreadable {}

fn unreadable(path: &str, error: &io::Error) -> Unreadable {
    Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// Files in memory, and a day that does not move.
#[derive(Clone, Debug)]
pub struct Shelf {
    files: BTreeMap<String, Arc<[u8]>>,
    today: Date,
}

impl Shelf {
    /// A shelf with these files, by path, on this day.
    pub fn new(files: BTreeMap<String, Vec<u8>>, today: Date) -> Self {
        let files = files.into_iter().map(|(path, bytes)| (path, bytes.into())).collect();
        Self { files, today }
    }
}

impl World for Shelf {
    fn today(&self) -> Date {
        self.today
    }

    fn list(&self, _: &Path) -> Result<Vec<Entry>, Unreadable> {
        let entry = |(path, bytes): (&String, &Arc<[u8]>)| Entry {
            path: path.clone(),
            bytes: bytes.len() as u64,
            modified: Some(self.today),
            kind: EntryKind::File,
        };
        Ok(self.files.iter().map(entry).collect())
    }

    fn open(&self, folder: &Path, file: &str) -> Result<Box<dyn Read + Send>, Unreadable> {
        self.open_at(folder, file, 0)
    }

    fn open_at(&self, _: &Path, file: &str, offset: u64) -> Result<Box<dyn Read + Send>, Unreadable> {
        let missing = || Unreadable { path: file.to_owned(), reason: "no such file".to_owned() };
        let bytes = self.files.get(file).ok_or_else(missing)?;
        let mut opened = Cursor::new(Arc::clone(bytes));
        opened.set_position(offset);
        Ok(Box::new(opened))
    }
}

/// A moment after which work should stop. Results never depend on it, but for the fault that
/// says it was passed.
#[derive(Clone, Copy, Debug)]
pub struct Deadline(Instant);

impl Deadline {
    /// The moment this far from now.
    #[expect(clippy::disallowed_methods, reason = "the clock is read here")]
    pub fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// True once the moment has passed.
    #[expect(clippy::disallowed_methods, reason = "the clock is read here")]
    pub fn has_passed(self) -> bool {
        Instant::now() >= self.0
    }
}

/// Processor time that this thread may still take. Others that work on the machine take none of it, so
/// results depend on it only as far as a fault says that it was spent.
#[derive(Clone, Copy, Debug)]
pub struct Effort(Duration);

impl Effort {
    /// So much from now on.
    pub fn of(time: Duration) -> Self {
        Self(taken().saturating_add(time))
    }

    /// True once it was taken.
    pub fn is_spent(self) -> bool {
        taken() >= self.0
    }
}

/// Processor time that this thread took so far.
#[cfg(unix)]
fn taken() -> Duration {
    let taken = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(taken).unwrap_or_default()
}

/// Time since something, where the system tells no other.
#[cfg(not(unix))]
#[expect(clippy::disallowed_methods, reason = "the clock is read here")]
fn taken() -> Duration {
    static START: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    START.get_or_init(Instant::now).elapsed()
}

/// Measures how long something takes. No result depends on it; it is for whoever asks where the
/// time goes.
#[derive(Clone, Copy, Debug)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// A watch that runs from now on.
    #[expect(clippy::disallowed_methods, reason = "the clock is read here")]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since it was started.
    #[expect(clippy::disallowed_methods, reason = "the clock is read here")]
    pub fn elapsed(self) -> Duration {
        Instant::now() - self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test sets its own scene")]
    fn a_link_is_listed_and_never_followed() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("soa.csv"), "id\n").unwrap();
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc", folder.path().join("loop")).unwrap();
        let disk = Disk::default();
        let entries = disk.list(folder.path()).unwrap();
        assert_eq!(entries.last().unwrap().kind, EntryKind::File);
        #[cfg(unix)]
        {
            assert_eq!(entries.len(), 2);
            assert!(disk.open(folder.path(), "loop/passwd").is_err());
            assert!(disk.open(folder.path(), "../../etc/passwd").is_err());
        }
    }

    #[test]
    #[expect(clippy::disallowed_methods, reason = "a test sets its own scene")]
    fn a_file_over_the_limit_is_refused_and_said() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("big"), vec![0; 3 << 20]).unwrap();
        let error = Disk::default().read(folder.path(), "big", 1 << 20).unwrap_err();
        assert!(error.to_string().contains("larger than 1 MiB"), "{error}");
    }

    #[test]
    fn a_write_leaves_no_part_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("report.json");
        let disk = Disk::default();
        disk.write(&path, b"{}").unwrap();
        disk.write(&path, b"{}\n").unwrap();
        let entries = disk.list(folder.path()).unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(entries[0].bytes, 3);
        assert!(disk.write(&folder.path().join("no/report.json"), b"").is_err());
    }
}
