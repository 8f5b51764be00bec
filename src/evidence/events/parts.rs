//! A log read in parts, in turn or side by side.
//!
//! One thread cuts items from the stream, whatever its packing, into parts of a fixed size; others
//! read the records of the parts before. What comes of the parts is merged in the order of the
//! file, as soon as it is there, and does not depend on how many threads there are.

use super::clocks::Clocks;
use super::items::{Behind, Item, Items, LONGEST, Position};
use super::record::{Learned, RecordReader};
use super::{FAULTS_SHOWN, Log, LogRead, Record};
use rayon::prelude::*;
use std::borrow::Cow;
use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Bytes of a part, but for one that holds a longer item.
const PART: usize = 1 << 20;
/// Bytes of a first look.
const GLANCE: usize = 256 << 10;
/// Parts that are cut while others are read; bounds the memory.
const AHEAD: usize = 4;

/// Why an item is refused that is never held.
const TOO_LONG: &str = "it is longer than 16 MiB";

/// What comes of a part, and how it is made.
pub struct Fold<'f, T> {
    /// What there is before the first record.
    pub begin: &'f (dyn Fn() -> T + Sync),
    /// Adds a record.
    pub each: &'f (dyn Fn(&mut T, &Record<'_>) + Sync),
    /// Adds what came of the part behind.
    pub merge: &'f dyn Fn(&mut T, T),
    /// Where the time goes.
    pub clocks: &'f Clocks,
}

/// Items of a log that follow each other.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    /// Where the items stand that the bytes hold; of lines, which are cut by who reads them, where
    /// the first stands.
    items: Vec<(Position, Range<usize>)>,
    lines: Option<Position>,
    /// Items too long to be held.
    too_long: Vec<Position>,
    /// Where and why the log ends before its content does.
    cut: Option<(Position, String)>,
}

/// Cuts a log into parts.
struct Parts<'i, R> {
    items: &'i mut Items<R>,
    /// Bytes of a part.
    part: usize,
    /// Room of parts that were read, for others.
    spare: Vec<Vec<u8>>,
    /// Where the last item stands that could be cut.
    last: Position,
    is_over: bool,
}

/// Reads the items that are wanted, by where they stand, one part after the other.
pub(super) fn in_turn<R: BufRead>(
    log: &Log,
    items: &mut Items<R>,
    reader: &RecordReader<'_>,
    wanted: &dyn Fn(Position) -> bool,
    each: &mut dyn FnMut(&Record<'_>),
) -> LogRead {
    let mut learned = reader.learned();
    let mut read = LogRead::default();
    let mut parts = Parts::new(items);
    while let Some(part) = parts.next() {
        add(&mut read, read_part(log, reader, &mut learned, &part, wanted, each));
        parts.give_back(part);
    }
    read
}

/// Reads the first items, about as many bytes as a glance takes.
pub(super) fn first<R: BufRead>(
    log: &Log,
    items: &mut Items<R>,
    reader: &RecordReader<'_>,
    each: &mut dyn FnMut(&Record<'_>),
) {
    let mut parts = Parts { part: GLANCE, ..Parts::new(items) };
    if let Some(part) = parts.next() {
        read_part(log, reader, &mut reader.learned(), &part, &|_| true, each);
    }
}

/// Reads the one item that comes next, which stands at this position of its log.
pub(super) fn one<R: BufRead>(
    reader: &RecordReader<'_>,
    items: &mut Items<R>,
    position: Position,
    each: &mut dyn FnMut(&Record<'_>),
) {
    let mut buffer = Vec::new();
    if let Ok(Item::Whole(_)) = items.next(&mut buffer) {
        let text = String::from_utf8_lossy(&buffer);
        // It was a record a moment ago; if it is none any more, there is nothing to show of it.
        let _ = reader.read(&mut reader.learned(), &mut reader.room(), (&text, position), each);
    }
}

/// Reads all items, parts side by side.
pub(super) fn side_by_side<R: BufRead + Send, T: Send>(
    log: &Log,
    items: &mut Items<R>,
    reader: &RecordReader<'_>,
    fold: &Fold<'_, T>,
) -> (T, LogRead) {
    let (begin, each, clocks) = (fold.begin, fold.each, fold.clocks);
    // What was learned of the log goes from one part to another; nothing that is read depends on it.
    let shelf: Mutex<Vec<Learned>> = Mutex::default();
    let read = |part: &Part| {
        let taken = shelf.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut learned = taken.unwrap_or_else(|| reader.learned());
        let mut result = begin();
        let mut each = |record: &Record<'_>| each(&mut result, record);
        let read = clocks.reading(|| read_part(log, reader, &mut learned, part, &|_| true, &mut each));
        shelf.lock().unwrap_or_else(PoisonError::into_inner).push(learned);
        (result, read)
    };
    let mut whole = (begin(), LogRead::default());
    let mut parts = Parts::new(items);
    let mut now = clocks.cutting(|| parts.ahead());
    while !now.is_empty() {
        let (next, done): (_, Vec<(T, LogRead)>) =
            rayon::join(|| clocks.cutting(|| parts.ahead()), || now.par_iter().map(read).collect());
        now.into_iter().for_each(|part| parts.give_back(part));
        clocks.merging(|| {
            for (result, read) in done {
                (fold.merge)(&mut whole.0, result);
                add(&mut whole.1, read);
            }
        });
        now = next;
    }
    whole
}

impl<'i, R: BufRead> Parts<'i, R> {
    fn new(items: &'i mut Items<R>) -> Self {
        let last = items.here();
        Self { items, part: PART, spare: Vec::new(), last, is_over: false }
    }

    fn ahead(&mut self) -> Vec<Part> {
        std::iter::from_fn(|| self.next()).take(AHEAD).collect()
    }

    fn next(&mut self) -> Option<Part> {
        if self.is_over {
            return None;
        }
        let mut part = Part { bytes: self.spare.pop().unwrap_or_default(), ..Part::default() };
        if self.items.are_lines() {
            self.take_lines(&mut part)
        } else {
            self.take_items(&mut part)
        }
        Some(part)
    }

    /// Takes the room of a part that was read, unless a long item has made it large.
    fn give_back(&mut self, part: Part) {
        if part.bytes.capacity() <= 4 * self.part {
            self.spare.push(part.bytes);
        }
    }

    fn take_lines(&mut self, part: &mut Part) {
        let first = self.items.here();
        part.lines = Some(first);
        let behind = self.items.next_lines(&mut part.bytes, self.part);
        let behind_last = self.items.here().line;
        self.last = last_line(&part.bytes, first, behind_last).unwrap_or(self.last);
        match behind {
            Behind::More => {}
            Behind::End => self.is_over = true,
            Behind::TooLong(position) => part.too_long.push(position),
            Behind::Broken(error) => self.break_off(part, &error),
        }
    }

    fn take_items(&mut self, part: &mut Part) {
        let mut buffer = Vec::new();
        part.bytes.clear();
        while part.bytes.len() < self.part && !self.is_over {
            match self.items.next(&mut buffer) {
                Ok(Item::Whole(position)) => {
                    self.last = position;
                    let start = part.bytes.len();
                    part.bytes.extend_from_slice(&buffer);
                    part.items.push((position, start..part.bytes.len()));
                }
                Ok(Item::TooLong(position)) => part.too_long.push(position),
                Ok(Item::Cut(position)) => {
                    part.cut = Some((position, "the file ends inside of this record".to_owned()));
                }
                Ok(Item::End) => self.is_over = true,
                Err(error) => self.break_off(part, &error),
            }
        }
    }

    fn break_off(&mut self, part: &mut Part, error: &io::Error) {
        part.cut = Some((self.last, format!("behind this record: {error}")));
        self.is_over = true;
    }
}

impl Part {
    /// The items with where they stand, in order.
    fn items(&self) -> Vec<(Position, Cow<'_, str>)> {
        // Checked at once, which is faster than item by item; a fault costs only its own items.
        let whole = std::str::from_utf8(&self.bytes).ok();
        let text = |range: &Range<usize>| match whole.and_then(|text| text.get(range.clone())) {
            Some(text) => Cow::Borrowed(text),
            None => String::from_utf8_lossy(&self.bytes[range.clone()]),
        };
        match self.lines {
            Some(first) => lines(&self.bytes, first).map(|(at, range)| (at, text(&range))).collect(),
            None => self.items.iter().map(|(at, range)| (*at, text(range))).collect(),
        }
    }
}

/// The lines that are not blank, without their ends, and where they stand.
fn lines(bytes: &[u8], first: Position) -> impl Iterator<Item = (Position, Range<usize>)> {
    let ends = memchr::memchr_iter(b'\n', bytes).chain((bytes.last() != Some(&b'\n')).then_some(bytes.len()));
    let mut start = 0;
    let cut = ends.enumerate().map(move |(number, end)| {
        let offset = first.offset + start as u64;
        let position = Position { offset, line: first.line + number as u64, column: 1 };
        let line = start..end;
        start = end + 1;
        (position, line)
    });
    cut.filter_map(|(position, line)| {
        let text = &bytes[line.clone()];
        let returns = text.iter().rev().take_while(|byte| **byte == b'\r').count();
        (!text.iter().all(u8::is_ascii_whitespace)).then_some((position, line.start..line.end - returns))
    })
}

/// Where the last line stands that is not blank; `behind` is the number of the line behind all.
fn last_line(bytes: &[u8], first: Position, behind: u64) -> Option<Position> {
    let end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace())?;
    let start = memchr::memrchr(b'\n', &bytes[..end]).map_or(0, |at| at + 1);
    let line = behind - memchr::memchr_iter(b'\n', &bytes[start..]).count() as u64;
    Some(Position { offset: first.offset + start as u64, line, column: 1 })
}

fn read_part(
    log: &Log,
    reader: &RecordReader<'_>,
    learned: &mut Learned,
    part: &Part,
    wanted: &dyn Fn(Position) -> bool,
    each: &mut dyn FnMut(&Record<'_>),
) -> LogRead {
    let mut read = LogRead::default();
    let items = part.items();
    let mut room = reader.room();
    for (position, text) in &items {
        if text.len() > LONGEST {
            log.refuse(&mut read, *position, "", TOO_LONG);
            continue;
        }
        // Rows mean nothing without the header that stands before them.
        if !reader.wants_header(learned) && !wanted(*position) {
            continue;
        }
        let mut count = |record: &Record<'_>| {
            read.records += 1;
            each(record);
        };
        if let Err(reason) = reader.read(learned, &mut room, (text, *position), &mut count) {
            log.refuse(&mut read, *position, text, &reason);
        }
    }
    for position in &part.too_long {
        log.refuse(&mut read, *position, "", TOO_LONG);
    }
    if let Some((position, why)) = &part.cut {
        read.cut = Some(log.place(*position, "", why));
    }
    read
}

/// Adds what reading the part behind gave.
pub(super) fn add(whole: &mut LogRead, part: LogRead) {
    whole.records += part.records;
    whole.faults += part.faults;
    let room = FAULTS_SHOWN.saturating_sub(whole.fault_places.len());
    whole.fault_places.extend(part.fault_places.into_iter().take(room));
    whole.cut = part.cut.or(whole.cut.take());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::events::Layout;
    use std::io::{self, BufReader, Read};

    /// Lines without end, and then an error.
    struct Breaking(u64);

    impl Read for Breaking {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            if self.0 == 0 {
                return Err(io::Error::other("the disk is gone"));
            }
            let length = buffer.len().min(usize::try_from(self.0).unwrap()) & !1;
            buffer[..length].chunks_mut(2).for_each(|line| line.copy_from_slice(b"x\n"));
            self.0 -= length as u64;
            Ok(length)
        }
    }

    /// An error at the very start of a part stands behind the last item of the part before.
    #[test]
    fn an_error_between_two_parts_is_told_at_the_last_item() {
        // A line takes two bytes.
        let lines = PART as u64 / 2;
        let mut items = Items::new(BufReader::with_capacity(4096, Breaking(lines * 2)), Layout::Lines);
        let mut parts = Parts::new(&mut items);
        assert_eq!(parts.next().unwrap().items().len(), PART / 2);
        let last = parts.next().unwrap();
        assert!(last.items().is_empty() && parts.next().is_none());
        let (position, why) = last.cut.unwrap();
        assert_eq!((position.line, why.as_str()), (lines, "behind this record: the disk is gone"));
    }
}
