//! One log, asked by way of what is kept of it.

use super::entry::{Entry, Stretch};
use crate::evidence::{Log, Reached};
use crate::scan::Scan;
use crate::scan::inquiry::Inquiry;
use crate::scan::keys::{self, Key};
use crate::world::{Identity, World};
use std::io::Read;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of the blocks at both ends that must be as they were.
const END: u64 = 64 << 10;
/// Blocks between them that must be, too, and their bytes.
const SAMPLES: u64 = 16;
const SAMPLE: u64 = 4 << 10;

/// How a log is beside its entry.
#[derive(PartialEq, Eq)]
pub(super) enum Sameness {
    Same,
    Longer,
    Other,
}

/// One log, asked by way of the cache.
pub(super) struct Visit<'v> {
    pub(super) inquiry: &'v Inquiry<'v>,
    pub(super) keys: &'v [Key],
    pub(super) number: u32,
    pub(super) log: &'v Log,
    pub(super) now: Identity,
    /// Counts the scans that the log is asked for from its start.
    pub(super) scans: &'v AtomicU64,
}

impl Visit<'_> {
    /// How the log is beside its entry.
    pub(super) fn sameness(&self, entry: &Entry) -> Sameness {
        let (world, root, file) = (self.inquiry.world, self.inquiry.root(), &self.log.file);
        if !self.now.is_same_file(&entry.identity) {
            return Sameness::Other;
        }
        if entry.is_settled && self.now == entry.identity {
            return Sameness::Same;
        }
        let known = entry.seen().read;
        if self.now.bytes == known.bytes {
            let is_same = self.log.digest(world, root).is_ok_and(|(digest, _)| digest == known.sha256);
            return if is_same { Sameness::Same } else { Sameness::Other };
        }
        let base = entry.base.seen.read.bytes;
        let goes_on = entry.base.reached.is_some() && self.now.bytes >= base;
        let is_as_it_was = || entry.sample.is_some() && sample(world, root, file, base) == entry.sample;
        if goes_on && is_as_it_was() { Sameness::Longer } else { Sameness::Other }
    }

    /// Reads what is not known of the log; `None` when it changes meanwhile, or breaks off.
    pub(super) fn read(&self, known: Option<Entry>, sameness: &Sameness) -> Option<Entry> {
        let is_same = *sameness == Sameness::Same;
        let is_whole = known.as_ref().is_some_and(|entry| is_same && entry.base.reached.is_none());
        if !is_whole && self.log.goes_on(self.inquiry.world, self.inquiry.root()) {
            return self.read_on(known);
        }
        let known = known.filter(|_| is_same).and_then(|entry| self.read_for_missing(entry));
        if known.is_some() {
            return known;
        }
        self.scans.fetch_add(self.keys.len() as u64, Ordering::Relaxed);
        let made = self.inquiry.whole(self.number, self.log).ok()?;
        made.seen.read.cut.is_none().then(|| self.entry(Stretch::of(made, self.keys, None)))
    }

    /// Reads the whole log for the scans that an entry knows nothing of.
    fn read_for_missing(&self, mut entry: Entry) -> Option<Entry> {
        let missing = entry.missing(&self.inquiry.scans, self.keys);
        let (keys, scans): (Vec<Key>, Vec<&Scan>) = missing.into_iter().unzip();
        self.scans.fetch_add(scans.len() as u64, Ordering::Relaxed);
        let made = self.inquiry.whole_for(&scans, self.number, self.log).ok()?;
        if made.seen.read != entry.base.seen.read {
            return None;
        }
        entry.base.tallies.extend(keys.into_iter().zip(made.tallies));
        Some(entry)
    }

    /// Reads a log of lines for the scans that an entry knows nothing of, and for all scans what
    /// stands behind what it knows.
    fn read_on(&self, known: Option<Entry>) -> Option<Entry> {
        let (inquiry, of_log) = (self.inquiry, (self.number, self.log));
        let known = known.and_then(|entry| self.catch_up(entry));
        let start = known.as_ref().map_or(0, |entry| entry.base.seen.read.bytes);
        let end = self.log.end_of_lines(inquiry.world, inquiry.root(), (start, self.now.bytes));
        let end = end.unwrap_or(start);
        let read = |from: &Reached, until: Option<u64>| {
            let (given, reached) = inquiry.stretch(&inquiry.scans, of_log, (from, until))?;
            Some(Stretch::of(given, self.keys, Some(reached)))
        };
        let mut entry = match known {
            Some(mut entry) => {
                if end > start {
                    let more = read(entry.base.reached.as_ref()?, Some(end))?;
                    entry.base.add(more, &inquiry.scans, self.keys);
                }
                entry
            }
            None => {
                self.scans.fetch_add(self.keys.len() as u64, Ordering::Relaxed);
                self.entry(read(&Reached::start(), Some(end))?)
            }
        };
        let from = entry.base.reached.as_ref()?;
        entry.rest = if self.now.bytes > from.bytes() { Some(read(from, None)?) } else { None };
        Some(entry)
    }

    /// Reads what an entry knows for the scans that it knows nothing of; `None` when it is no
    /// longer what it was.
    fn catch_up(&self, mut entry: Entry) -> Option<Entry> {
        let missing = entry.base.missing(&self.inquiry.scans, self.keys);
        if missing.is_empty() {
            return Some(entry);
        }
        let (keys, scans): (Vec<Key>, Vec<&Scan>) = missing.into_iter().unzip();
        self.scans.fetch_add(scans.len() as u64, Ordering::Relaxed);
        let until = entry.base.reached.as_ref()?.bytes();
        let stretch = (&Reached::start(), Some(until));
        let (made, _) = self.inquiry.stretch(&scans, (self.number, self.log), stretch)?;
        (made.seen.read == entry.base.seen.read).then(|| {
            entry.base.tallies.extend(keys.into_iter().zip(made.tallies));
            entry
        })
    }

    fn entry(&self, base: Stretch) -> Entry {
        Entry {
            file: self.log.file.clone(),
            reading: keys::of_reading(self.log, self.inquiry),
            taken: self.log.when.taken,
            identity: self.now,
            is_settled: false,
            sample: None,
            base,
            rest: None,
        }
    }
}

/// A digest of the blocks at both ends of the first so many bytes of a file, and of some between.
pub(super) fn sample(world: &dyn World, root: &Path, file: &str, bytes: u64) -> Option<Key> {
    let between = (1..=SAMPLES).map(|at| (bytes / (SAMPLES + 1) * at, SAMPLE));
    let blocks = [(0, END), (bytes.saturating_sub(END), END)].into_iter().chain(between);
    let mut sampled = Vec::new();
    for (offset, length) in blocks {
        let length = length.min(bytes - offset);
        let mut block = Vec::new();
        world.open_at(root, file, offset).ok()?.take(length).read_to_end(&mut block).ok()?;
        sampled.push(block);
    }
    Some(Key::of(sampled.iter().map(Vec::as_slice)))
}
