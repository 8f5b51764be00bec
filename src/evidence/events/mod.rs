//! Logs: recognized and opened here, read record by record, never held in memory.

mod clocks;
mod derive;
mod digest;
mod elements;
mod event;
mod item;
mod items;
mod json_record;
mod parts;
mod path;
mod phrase;
mod record;
mod row_record;
mod shape;
mod stamp;
mod stretch;
mod structure;
mod syslog;
mod template;
mod text_record;
mod token;
mod wanted;
mod when;

pub use clocks::{Clocks, Spent};
pub use event::{Record, Scalar};
pub(super) use items::Layout;
pub use items::Position;
pub use parts::Fold;
pub use record::RecordReader;
pub(super) use record::has_needs;
pub use stretch::Reached;
pub(super) use syslog::parse as parse_syslog;
pub(super) use when::{When, day_in_name};

use super::decode::{HEAD, Packing, mark_of_plain, transcode};
use crate::pack::{EventFields, LogFormat, LogSource};
use crate::place::Place;
use crate::source::Source;
use crate::world::{Unreadable, World};
use digest::{Digested, Digesting};
use items::{Item, Items};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;

/// Places of faults that a log keeps; the others are counted.
const FAULTS_SHOWN: usize = 20;
/// Bytes read at once.
const BLOCK: usize = 256 << 10;

/// A log that was found and is not read yet.
#[derive(Clone, Debug)]
pub struct Log {
    /// Path relative to the scanned folder.
    pub file: String,
    /// How its records are read.
    pub source: Arc<LogSource>,
    /// How they are laid out.
    pub layout: Layout,
    /// How the file is packed.
    pub packing: Packing,
    /// Delimiter of a CSV log.
    pub delimiter: u8,
    /// What is declared of its times.
    pub when: When,
}

/// What reading a log gave besides its records.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogRead {
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Events that were read.
    pub records: u64,
    /// Items that could not be read.
    pub faults: u64,
    /// The first of them, labelled with why.
    pub fault_places: Vec<Place>,
    /// Why and where the log ends before its content does.
    pub cut: Option<Place>,
}

impl Log {
    /// What reads the records of the log. They hold the fields in the wanted slots, a bit each, and
    /// perhaps others. Making it costs more than reading a small log with it.
    pub fn reader<'a>(&'a self, fields: &'a EventFields, slots: u128) -> RecordReader<'a> {
        RecordReader::new(&self.source, fields, self.when.clone(), self.delimiter, slots)
    }

    /// Reads the log from its start to its end and calls with every record, all fields filled.
    ///
    /// # Errors
    /// When the file cannot be opened at all. What goes wrong later is told in the result, and the
    /// records before it count.
    pub fn read(
        &self,
        world: &dyn World,
        root: &Path,
        fields: &EventFields,
        each: &mut dyn FnMut(&Record<'_>),
    ) -> Result<LogRead, Unreadable> {
        let reader = self.reader(fields, u128::MAX);
        let digesting = Digesting::alone();
        let read = |items: &mut TextItems<'_>| ((), parts::in_turn(self, items, &reader, &|_| true, each));
        self.with_items(world, root, &digesting, read).map(|((), read)| read)
    }

    /// Reads the first records of the log, for a look at what it holds: those of its first block.
    ///
    /// # Errors
    /// When the file cannot be opened at all.
    pub fn read_first(
        &self,
        world: &dyn World,
        root: &Path,
        reader: &RecordReader<'_>,
        each: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), Unreadable> {
        let mut items = self.items(world.open(root, &self.file)?)?;
        parts::first(self, &mut items, reader, each);
        Ok(())
    }

    /// Reads again the items at these positions and calls with their records, in order. Where items
    /// can be found by their bytes nothing else is read.
    ///
    /// # Errors
    /// When the file cannot be opened at all; what cannot be read any more is left out.
    pub fn read_again(
        &self,
        world: &dyn World,
        root: &Path,
        fields: &EventFields,
        positions: &BTreeSet<Position>,
        each: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), Unreadable> {
        let reader = self.reader(fields, u128::MAX);
        let Some(mark) = self.mark(world, root)? else {
            let mut items = self.items(world.open(root, &self.file)?)?;
            parts::in_turn(self, &mut items, &reader, &|position| positions.contains(&position), each);
            return Ok(());
        };
        let layout = match self.layout {
            Layout::Elements(_) => Layout::Elements(Vec::new()),
            _ => Layout::Lines,
        };
        for position in positions {
            let from_there = world.open_at(root, &self.file, position.offset + mark)?;
            let mut items = Items::new(BufReader::new(from_there), layout.clone());
            parts::one(&reader, &mut items, *position, each);
        }
        Ok(())
    }

    /// Bytes before the text of a file whose items stand in it where their positions say; `None`
    /// where the file is packed or encoded, or where an item means nothing without its header.
    fn mark(&self, world: &dyn World, root: &Path) -> Result<Option<u64>, Unreadable> {
        if self.packing != Packing::Plain || self.layout == Layout::Rows {
            return Ok(None);
        }
        let mut head = Vec::new();
        let read = world.open(root, &self.file)?.take(HEAD).read_to_end(&mut head);
        read.map_err(|error| self.unreadable(&error))?;
        Ok(mark_of_plain(&head).map(|mark| mark as u64))
    }

    /// Reads the log in parts side by side, and merges what came of them. Which parts there are depends
    /// on the log alone; which of them are folded together does not.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn read_in_parts<T: Send>(
        &self,
        world: &dyn World,
        root: &Path,
        reader: &RecordReader<'_>,
        fold: &Fold<'_, T>,
    ) -> Result<(T, LogRead), Unreadable> {
        if self.has_header() {
            return self.with_items(world, root, &Digesting::alone(), |items| {
                let mut only = (fold.begin)();
                let mut each = |record: &Record<'_>| (fold.each)(&mut only, record);
                let read = parts::in_turn(self, items, reader, &|_| true, &mut each);
                (fold.behind)(&mut only, read.records);
                (only, read)
            });
        }
        let digesting = Digesting::side_by_side(Default::default());
        self.with_items(world, root, &digesting, |items| {
            parts::side_by_side(self, items, reader, fold, &digesting)
        })
    }

    /// Opens the log, lets its items be read, and adds size and digest of the whole file.
    fn with_items<T>(
        &self,
        world: &dyn World,
        root: &Path,
        digesting: &Arc<Digesting>,
        work: impl FnOnce(&mut TextItems<'_>) -> (T, LogRead),
    ) -> Result<(T, LogRead), Unreadable> {
        let raw = Digested { inner: world.open(root, &self.file)?, digesting: Arc::clone(digesting) };
        let mut items = self.items(Box::new(raw))?;
        let (made, mut result) = work(&mut items);
        drop(items);
        if result.cut.is_some() {
            // The digest is over the whole file, also where its content could not be unpacked.
            (result.sha256, result.bytes) = self.digest(world, root)?;
        } else {
            (result.sha256, result.bytes) = digesting.finish();
        }
        Ok((made, result))
    }

    /// SHA-256 of the whole file in hexadecimal, and its bytes.
    ///
    /// # Errors
    /// When the file cannot be read to its end.
    pub fn digest(&self, world: &dyn World, root: &Path) -> Result<(String, u64), Unreadable> {
        digest(world, root, &self.file)
    }

    /// The items of the file, unpacked and decoded.
    fn items<'r>(&self, raw: Box<dyn Read + Send + 'r>) -> Result<TextItems<'r>, Unreadable> {
        let text = transcode(self.packing.unpack(raw)).map_err(|error| self.unreadable(&error))?;
        Ok(Items::new(BufReader::with_capacity(BLOCK, text), self.layout.clone()))
    }

    fn unreadable(&self, error: &io::Error) -> Unreadable {
        Unreadable { path: self.file.clone(), reason: error.to_string() }
    }

    fn refuse(&self, result: &mut LogRead, position: Position, text: &str, reason: &str) {
        result.faults += 1;
        if result.fault_places.len() < FAULTS_SHOWN {
            result.fault_places.push(self.place(position, text, reason));
        }
    }

    fn place(&self, position: Position, text: &str, label: &str) -> Place {
        let source = fragment(&self.file, position, text);
        source.line(1).place(label)
    }

    /// True when rows of a header come first, so that an empty log has one item.
    pub fn has_header(&self) -> bool {
        self.source.format == LogFormat::Csv
    }
}

/// The items of a text that is read in blocks.
type TextItems<'r> = Items<BufReader<Box<dyn Read + Send + 'r>>>;

/// The text of an item as a source that knows where in the file it stands.
pub fn fragment(file: &str, position: Position, text: &str) -> Source {
    let number = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    Source::fragment(file, number(position.line), number(position.column), text)
}

/// SHA-256 of a whole file in hexadecimal, and its bytes.
pub(super) fn digest(world: &dyn World, root: &Path, file: &str) -> Result<(String, u64), Unreadable> {
    let mut read = Digested { inner: world.open(root, file)?, digesting: Digesting::alone() };
    let copied = io::copy(&mut read, &mut io::sink());
    copied.map_err(|error| Unreadable { path: file.to_owned(), reason: error.to_string() })?;
    Ok(read.digesting.finish())
}

/// The first items of a text that may break off anywhere.
pub(super) fn first_items(text: &str, layout: Layout, most: usize) -> Vec<String> {
    let mut items = Items::new(text.as_bytes(), layout);
    let mut buffer = Vec::new();
    let mut found = Vec::new();
    while let Ok(Item::Whole(_)) = items.next(&mut buffer) {
        found.push(String::from_utf8_lossy(&buffer).into_owned());
        if found.len() == most {
            break;
        }
    }
    found
}
