//! The disk and the machine's clock.

use super::{Entry, EntryKind, Hold, Identity, Unreadable, World, unreadable};
use crate::sandbox::{self, Death, Held, Limits};
use jiff::Timestamp;
use jiff::civil::Date;
use std::fs;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Folders deeper than this are not walked.
const DEEPEST: usize = 64;

/// The disk and the machine's clock. Counts what is read, for a progress bar to look at.
#[derive(Debug, Default)]
pub struct Disk {
    bytes_listed: AtomicU64,
    bytes_read: Arc<AtomicU64>,
    records_read: AtomicU64,
    /// The program that is started once more to judge for strangers.
    program: Option<PathBuf>,
}

impl Disk {
    /// A disk beside which this program can be started, to judge for strangers in a process apart.
    pub fn beside(program: Option<PathBuf>) -> Self {
        Self { program, ..Self::default() }
    }

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

    fn ask_apart(
        &self,
        limits: &Limits,
        length: u64,
        question: &(dyn Fn(&mut dyn Write) -> io::Result<()> + Sync),
    ) -> Result<(Held, Vec<u8>), Death> {
        match &self.program {
            Some(program) => sandbox::ask(program, limits, length, question),
            None => Err(Death::NotStarted("nobody said which program".to_owned())),
        }
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
