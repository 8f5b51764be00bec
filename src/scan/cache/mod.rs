//! Partial results kept from night to night, one file a log.
//!
//! A log that is the one it was is not opened. Of a plain log of lines that has grown only what was
//! added is read. A rule that changed is scanned again over the logs, and no other. Whatever is
//! broken, foreign or of another build counts as not there; what cannot be written is not kept.
//! Reports do not know of any of it.
//!
//! What is believed: that the system notes every change of a file in its times, which only whoever
//! rules the machine or its clock can prevent; and that a log which has grown, and whose first,
//! last and sampled blocks are as they were, was not changed elsewhere. Who doubts it scans without
//! the cache.

mod entry;
mod visit;

pub use entry::KeptState;

use super::frame::Frame;
use super::inquiry::{Inquiry, Partial};
use super::keys::{self, Key};
use super::mark;
use crate::evidence::Log;
use crate::world::{EntryKind, Identity, Unreadable, World};
use entry::Entry;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use visit::{Sameness, Visit, sample};

/// A larger entry is not kept, nor read.
const LARGEST_ENTRY: u64 = 256 << 20;
/// The cache is kept below this; the oldest entries go first.
const LARGEST: u64 = 1 << 30;
/// What an entry's name ends with.
const ENDING: &str = ".partial";
/// Tells git to leave the folder alone.
const IGNORE: &str = ".gitignore";
/// A half-written file older than this was left by a run that was killed, in nanoseconds.
const ABANDONED: i128 = 3_600_000_000_000;

/// Partial results kept in a folder.
#[derive(Debug)]
pub struct Cache {
    folder: PathBuf,
    unchanged: AtomicU64,
    continued: AtomicU64,
    anew: AtomicU64,
    unkept: AtomicU64,
    scans: AtomicU64,
}

/// How many logs were read how.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Used {
    /// Not at all.
    pub unchanged: u64,
    /// Where they were left, or for some rules only.
    pub continued: u64,
    /// From their start to their end.
    pub anew: u64,
    /// Of which nothing could be kept.
    pub unkept: u64,
    /// Scans that were asked of logs from their start, of all logs together.
    pub scans: u64,
}

/// What is kept of one log.
#[derive(Debug)]
pub struct Kept {
    /// The log.
    pub file: String,
    /// Bytes of the entry.
    pub bytes: u64,
    /// Scans of which it holds tallies.
    pub scans: usize,
    /// How the log looks now, from outside.
    pub state: KeptState,
}

impl Cache {
    /// The cache in this folder, which need not be there.
    pub fn new(folder: PathBuf) -> Self {
        let zero = || AtomicU64::new(0);
        Self { folder, unchanged: zero(), continued: zero(), anew: zero(), unkept: zero(), scans: zero() }
    }

    /// How the logs were read so far.
    pub fn used(&self) -> Used {
        let count = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Used {
            unchanged: count(&self.unchanged),
            continued: count(&self.continued),
            anew: count(&self.anew),
            unkept: count(&self.unkept),
            scans: count(&self.scans),
        }
    }

    /// What a log gives, from what is kept of it as far as that goes.
    pub(super) fn give(
        &self,
        inquiry: &Inquiry<'_>,
        keys: &[Key],
        (number, log): (u32, &Log),
    ) -> Result<Partial, Unreadable> {
        let begun = inquiry.world.now();
        let Some(now) = inquiry.world.identity(inquiry.root(), &log.file) else {
            return self.plainly(inquiry, number, log);
        };
        let visit = Visit { inquiry, keys, number, log, now, scans: &self.scans };
        let (known, sameness) = match self.recall(&visit) {
            Some(entry) => {
                let sameness = visit.sameness(&entry);
                (Some(entry), sameness)
            }
            None => (None, Sameness::Other),
        };
        let was_known = known.as_ref().is_some_and(|entry| entry.is_settled && entry.identity == now);
        let known = known.filter(|_| sameness != Sameness::Other);
        let is_complete = known.as_ref().is_some_and(|entry| entry.missing(&inquiry.scans, keys).is_empty());
        let is_known = known.is_some();
        let made = match known {
            Some(entry) if sameness == Sameness::Same && is_complete => Some(entry),
            known => visit.read(known, &sameness),
        };
        let Some(mut entry) = made else { return self.plainly(inquiry, number, log) };
        let is_untouched = sameness == Sameness::Same && is_complete;
        self.count(is_untouched, is_known);
        if !(is_untouched && was_known) {
            entry.is_settled = now.is_settled(begun);
            entry.identity = now;
            self.keep(&visit, &mut entry);
        }
        Ok(entry.into_partial(&inquiry.scans, keys))
    }

    fn plainly(&self, inquiry: &Inquiry<'_>, number: u32, log: &Log) -> Result<Partial, Unreadable> {
        self.anew.fetch_add(1, Ordering::Relaxed);
        self.unkept.fetch_add(1, Ordering::Relaxed);
        self.scans.fetch_add(inquiry.scans.len() as u64, Ordering::Relaxed);
        inquiry.whole(number, log)
    }

    fn count(&self, is_untouched: bool, is_known: bool) {
        let counter = match (is_untouched, is_known) {
            (true, _) => &self.unchanged,
            (false, true) => &self.continued,
            (false, false) => &self.anew,
        };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// What is kept of a log, when it was read as it is read now.
    fn recall(&self, visit: &Visit<'_>) -> Option<Entry> {
        let (inquiry, log) = (visit.inquiry, visit.log);
        let name = name(&log.file);
        let bytes = inquiry.world.read(&self.folder, &name, LARGEST_ENTRY).ok()?;
        let opened = mark::recalled(visit.number, || Frame::Cache.open::<Entry>(&bytes));
        let Some(mut entry) = opened else {
            // Broken, or of another form: of no use to anyone.
            inquiry.world.remove(&self.folder, &name);
            return None;
        };
        let is_same_reading = entry.file == log.file && entry.reading == keys::of_reading(log, inquiry);
        let seen = entry.seen();
        if !is_same_reading || !seen.edges.fit(&inquiry.window) || !entry.has_same_years(log, &seen) {
            return None;
        }
        // A rule that failed is asked again; where it failed is a place in its own text.
        entry.stretches().for_each(|stretch| stretch.tallies.retain(|_, tally| tally.failed.is_none()));
        Some(entry)
    }

    /// Keeps an entry, unless the log changed while it was read.
    fn keep(&self, visit: &Visit<'_>, entry: &mut Entry) {
        let (world, root, file) = (visit.inquiry.world, visit.inquiry.root(), &visit.log.file);
        let after = world.identity(root, file);
        let has_grown = |after: &Identity| {
            entry.base.reached.is_some() && after.is_same_file(&visit.now) && after.bytes >= visit.now.bytes
        };
        let kept = match after {
            Some(after) if after == visit.now => true,
            // Somebody writes to it: what was read of whole lines stays true.
            Some(after) if has_grown(&after) => {
                entry.is_settled = false;
                true
            }
            _ => false,
        };
        let saved = kept
            .then(|| {
                self.hide(world);
                entry.sample = Some(sample(world, root, file, entry.base.seen.read.bytes)?);
                let bytes = Frame::Cache.seal(entry).filter(|bytes| bytes.len() as u64 <= LARGEST_ENTRY)?;
                world.save(&self.folder, &name(file), &bytes).ok()
            })
            .flatten();
        if saved.is_none() {
            self.unkept.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// What is kept holds names of people; it is not to get into a repository by chance.
    fn hide(&self, world: &dyn World) {
        if world.identity(&self.folder, IGNORE).is_none() {
            // Where this cannot be written, nothing else can.
            let _ = world.save(&self.folder, IGNORE, b"*\n");
        }
    }

    /// Removes what is too much, the oldest first, and what killed runs left behind.
    pub(super) fn tidy(&self, world: &dyn World) {
        let now = world.now().as_nanosecond();
        let mut entries = self.files(world);
        entries.retain(|(name, identity)| {
            let is_abandoned = !name.ends_with(ENDING) && now - identity.modified > ABANDONED;
            if is_abandoned {
                world.remove(&self.folder, name);
            }
            name.ends_with(ENDING)
        });
        entries.sort_by(|a, b| (a.1.modified, &a.0).cmp(&(b.1.modified, &b.0)));
        let mut bytes: u64 = entries.iter().map(|(_, identity)| identity.bytes).sum();
        for (name, identity) in entries {
            if bytes <= LARGEST {
                break;
            }
            world.remove(&self.folder, &name);
            bytes -= identity.bytes;
        }
    }

    /// Entries and half-written ones; nothing else in the folder is ours.
    fn files(&self, world: &dyn World) -> Vec<(String, Identity)> {
        let listed = world.list(&self.folder).unwrap_or_default().into_iter();
        let ours = listed.filter(|entry| entry.kind == EntryKind::File && is_ours(&entry.path));
        ours.filter_map(|entry| Some((entry.path.clone(), world.identity(&self.folder, &entry.path)?)))
            .collect()
    }

    /// What is kept of which logs of a folder, by their names.
    pub fn list(&self, world: &dyn World, root: &Path) -> Vec<Kept> {
        let mut kept: Vec<Kept> = self
            .files(world)
            .into_iter()
            .filter_map(|(name, own)| {
                let bytes = world.read(&self.folder, &name, LARGEST_ENTRY).ok()?;
                let entry: Entry = Frame::Cache.open(&bytes)?;
                let state = entry.state(world.identity(root, &entry.file));
                Some(Kept { state, bytes: own.bytes, scans: entry.base.tallies.len(), file: entry.file })
            })
            .collect();
        kept.sort_by(|a, b| a.file.cmp(&b.file));
        kept
    }

    /// Removes all entries and says how many there were, and their bytes.
    pub fn clear(&self, world: &dyn World) -> (usize, u64) {
        let files = self.files(world);
        files.iter().for_each(|(name, _)| world.remove(&self.folder, name));
        (files.len(), files.iter().map(|(_, identity)| identity.bytes).sum())
    }
}

/// The name of a log's entry.
fn name(file: &str) -> String {
    Key::of([file.as_bytes()]).name() + ENDING
}

fn is_ours(name: &str) -> bool {
    name.ends_with(ENDING) || (name.starts_with('.') && name.ends_with(".part"))
}
