//! The only door to files and to the clock.
//!
//! Everything that is read comes through a [`World`]: the disk, or a shelf of files in memory for
//! the built-in pack's own cases. Links are never followed, and nothing is opened that lies
//! outside the folder it was asked in.

mod hold;

pub use hold::Hold;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Cursor, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Folders deeper than this are not walked.
const DEEPEST: usize = 64;
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

/// The disk and the machine's clock. Counts what is read, for a progress bar to look at.
#[derive(Debug, Default)]
pub struct Disk {
    bytes_listed: AtomicU64,
    bytes_read: Arc<AtomicU64>,
    records_read: AtomicU64,
}

impl Disk {
    /// Bytes of all files listed so far.
    pub fn bytes_listed(&self) -> u64 {
        self.bytes_listed.load(Ordering::Relaxed)
    }

    /// Bytes read so far.
    pub fn bytes_read(&self) -> u64 {
        self.bytes_read.load(Ordering::Relaxed)
    }

    /// Records of logs read so far.
    pub fn records_read(&self) -> u64 {
        self.records_read.load(Ordering::Relaxed)
    }

    /// Writes a file whole or not at all: beside its place first, then moved into it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, path: &Path, bytes: &[u8]) -> Result<(), Unreadable> {
        let because =
            |error: io::Error| Unreadable { path: path.display().to_string(), reason: error.to_string() };
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("output");
        let beside = path.with_file_name(format!(".{name}.{}.part", std::process::id()));
        let written = fs::File::create(&beside).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()?;
            fs::rename(&beside, path)
        });
        written.map_err(|error| {
            // The half-written file is of no use to anyone; if it cannot go, the error below tells.
            let _ = fs::remove_file(&beside);
            because(error)
        })
    }

    /// Writes a file that nobody else may read, where there is none yet.
    ///
    /// # Errors
    /// When there is one, or the folder cannot be written.
    pub fn write_secret(&self, path: &Path, bytes: &[u8]) -> Result<(), Unreadable> {
        let mut options = fs::File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let written = options.open(path).and_then(|mut file| {
            file.write_all(bytes)?;
            file.sync_all()
        });
        written.map_err(|error| unreadable(&path.display().to_string(), &error))
    }
}

impl Disk {
    /// When a file was last changed, as the system says it.
    pub fn modified(&self, path: &Path) -> Option<Timestamp> {
        Timestamp::try_from(fs::metadata(path).ok()?.modified().ok()?).ok()
    }
}

impl World for Disk {
    #[expect(clippy::disallowed_methods, reason = "the clock is read here, once")]
    fn today(&self) -> Date {
        jiff::ZonedDateTime::now().date()
    }

    #[expect(clippy::disallowed_methods, reason = "the clock is read here")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn list(&self, folder: &Path) -> Result<Vec<Entry>, Unreadable> {
        let mut entries = Vec::new();
        walk(folder, "", 0, &mut entries)?;
        entries.sort();
        let total = entries.iter().map(|entry| entry.bytes).sum();
        self.bytes_listed.fetch_add(total, Ordering::Relaxed);
        Ok(entries)
    }

    fn open(&self, folder: &Path, file: &str) -> Result<Box<dyn Read + Send>, Unreadable> {
        self.open_at(folder, file, 0)
    }

    #[expect(clippy::disallowed_methods, reason = "this is the door")]
    fn open_at(&self, folder: &Path, file: &str, offset: u64) -> Result<Box<dyn Read + Send>, Unreadable> {
        let path = inside(folder, file)?;
        let because = |error: io::Error| unreadable(file, &error);
        let mut opened = fs::File::open(&path).map_err(because)?;
        if offset > 0 {
            opened.seek(SeekFrom::Start(offset)).map_err(because)?;
        }
        Ok(Box::new(Counted { inner: opened, bytes: Arc::clone(&self.bytes_read) }))
    }

    fn note_records(&self, records: u64) {
        self.records_read.fetch_add(records, Ordering::Relaxed);
    }

    fn identity(&self, folder: &Path, file: &str) -> Option<Identity> {
        let meta = fs::symlink_metadata(folder.join(file)).ok()?;
        Identity::of(&meta).filter(|_| meta.is_file())
    }

    fn save(&self, folder: &Path, file: &str, bytes: &[u8]) -> Result<(), Unreadable> {
        fs::create_dir_all(folder).map_err(|error| unreadable(&folder.display().to_string(), &error))?;
        self.write(&folder.join(file), bytes)
    }

    fn hold(&self, folder: &Path, file: &str, wait: Duration) -> Result<Hold, Unreadable> {
        Hold::of(folder, file, wait)
    }

    fn remove(&self, folder: &Path, file: &str) {
        // Whoever else removed it did the same; what cannot be removed is ignored all the same.
        let _ = fs::remove_file(folder.join(file));
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the door")]
fn walk(root: &Path, below: &str, depth: usize, entries: &mut Vec<Entry>) -> Result<(), Unreadable> {
    let folder = root.join(below);
    let shown = if below.is_empty() { root.display().to_string() } else { below.to_owned() };
    for item in fs::read_dir(&folder).map_err(|error| unreadable(&shown, &error))? {
        let item = item.map_err(|error| unreadable(&shown, &error))?;
        let name = item.file_name().to_string_lossy().into_owned();
        let path = if below.is_empty() { name } else { format!("{below}/{name}") };
        let meta = fs::symlink_metadata(item.path()).map_err(|error| unreadable(&path, &error))?;
        if meta.is_dir() && depth < DEEPEST {
            walk(root, &path, depth + 1, entries)?;
            continue;
        }
        let kind = match meta.file_type() {
            kind if kind.is_file() => EntryKind::File,
            kind if kind.is_symlink() => EntryKind::Link,
            _ => EntryKind::Special,
        };
        let bytes = if kind == EntryKind::File { meta.len() } else { 0 };
        entries.push(Entry { path, bytes, modified: day_of(&meta), kind });
    }
    Ok(())
}

fn day_of(meta: &fs::Metadata) -> Option<Date> {
    let stamp = jiff::Timestamp::try_from(meta.modified().ok()?).ok()?;
    Some(jiff::tz::Offset::UTC.to_datetime(stamp).date())
}

fn unreadable(path: &str, error: &io::Error) -> Unreadable {
    Unreadable { path: path.to_owned(), reason: error.to_string() }
}

/// The real path of a file, when it lies below the folder.
fn inside(folder: &Path, file: &str) -> Result<PathBuf, Unreadable> {
    let real = |path: &Path| fs::canonicalize(path).map_err(|error| unreadable(file, &error));
    let (root, path) = (real(folder)?, real(&folder.join(file))?);
    if path.starts_with(&root) {
        return Ok(path);
    }
    Err(Unreadable { path: file.to_owned(), reason: "it lies outside the folder".to_owned() })
}

struct Counted<R> {
    inner: R,
    bytes: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.bytes.fetch_add(read as u64, Ordering::Relaxed);
        Ok(read)
    }
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
