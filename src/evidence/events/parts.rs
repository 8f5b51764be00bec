//! A log read in parts, in turn or side by side.
//!
//! Items are cut from the stream, whatever its packing, into parts of a fixed size. Every thread cuts
//! the next part as soon as it is done with the one before, and adds its records to what it has made
//! of the others; in the end all is merged. No result depends on which thread reads which part.

use super::clocks::Clocks;
use super::digest::Digesting;
use super::items::{Behind, Item, Items, LONGEST, Position};
use super::record::{Learned, RecordReader};
use super::{FAULTS_SHOWN, Log, LogRead, Record};
use rayon::prelude::*;
use std::io::{self, BufRead};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

/// Bytes of a part, but for one that holds a longer item.
const PART: usize = 1 << 20;
/// Bytes of a first look.
const GLANCE: usize = 256 << 10;

/// Why an item is refused that is never held.
const TOO_LONG: &str = "it is longer than 16 MiB";

/// What comes of parts, and how it is made.
pub struct Fold<'f, T> {
    /// What there is before the first record.
    pub begin: &'f (dyn Fn() -> T + Sync),
    /// Adds a record.
    pub each: &'f (dyn Fn(&mut T, &Record<'_>) + Sync),
    /// Is told when a part of so many records was added. What is added next need not stand behind it.
    pub behind: &'f (dyn Fn(&mut T, u64) + Sync),
    /// Adds what came of other parts, in any order.
    pub merge: &'f dyn Fn(&mut T, T),
    /// Where the time goes.
    pub clocks: &'f Clocks,
}

/// Items of a log that follow each other.
#[derive(Default)]
struct Part {
    /// Which part of the log it is, from 0.
    number: usize,
    /// The items, and behind them what is left of others.
    room: Vec<u8>,
    /// Bytes of the items.
    length: usize,
    /// Where the items stand that the bytes hold; of lines, which are cut by who reads them, where
    /// the first stands.
    items: Vec<(Position, Range<usize>)>,
    lines: Option<Position>,
    /// Items too long to be held.
    too_long: Vec<Position>,
    /// Where and why the log ends before its content does.
    cut: Option<(Position, String)>,
}

/// What reading each of some parts gave, with their numbers.
type Reads = Vec<(usize, LogRead)>;

/// Cuts a log into parts.
struct Parts<'i, R> {
    items: &'i mut Items<R>,
    /// Bytes of a part.
    part: usize,
    /// Room of parts that were read, for others.
    spare: Vec<Vec<u8>>,
    /// Parts that were cut.
    cut: usize,
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
    digesting: &Digesting,
) -> (T, LogRead) {
    let clocks = fold.clocks;
    let parts = Mutex::new(Parts::new(items));
    let next = |done: Option<Part>| {
        let part = {
            let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
            done.into_iter().for_each(|part| parts.give_back(part));
            clocks.cutting(|| parts.next())
        };
        clocks.cutting(|| digesting.take_in());
        part
    };
    // What one thread makes of the parts that it gets.
    let work = |_| {
        let (mut made, mut reads): (Option<(Learned, T)>, _) = (None, Vec::new());
        let mut part = next(None);
        while let Some(now) = part {
            let (learned, result) = made.get_or_insert_with(|| (reader.learned(), (fold.begin)()));
            let mut each = |record: &Record<'_>| (fold.each)(result, record);
            let read = clocks.reading(|| read_part(log, reader, learned, &now, &|_| true, &mut each));
            (fold.behind)(result, read.records);
            reads.push((now.number, read));
            part = next(Some(now));
        }
        (made.map(|(_, result)| result), reads)
    };
    let threads = (0..rayon::current_num_threads()).into_par_iter().with_max_len(1);
    let done: Vec<(Option<T>, Reads)> = threads.map(work).collect();
    clocks.merging(|| merged(done, fold))
}

/// What all threads made together.
fn merged<T>(done: Vec<(Option<T>, Reads)>, fold: &Fold<'_, T>) -> (T, LogRead) {
    let (made, reads): (Vec<Option<T>>, Vec<Reads>) = done.into_iter().unzip();
    let mut made = made.into_iter().flatten();
    let mut whole = (made.next().unwrap_or_else(fold.begin), LogRead::default());
    made.for_each(|one| (fold.merge)(&mut whole.0, one));
    let mut reads: Reads = reads.into_iter().flatten().collect();
    reads.sort_by_key(|(number, _)| *number);
    reads.into_iter().for_each(|(_, read)| add(&mut whole.1, read));
    whole
}

impl<'i, R: BufRead> Parts<'i, R> {
    fn new(items: &'i mut Items<R>) -> Self {
        let last = items.here();
        Self { items, part: PART, spare: Vec::new(), cut: 0, last, is_over: false }
    }

    fn next(&mut self) -> Option<Part> {
        if self.is_over {
            return None;
        }
        let room = self.spare.pop().unwrap_or_default();
        let mut part = Part { number: self.cut, room, ..Part::default() };
        self.cut += 1;
        if self.items.are_lines() {
            self.take_lines(&mut part)
        } else {
            self.take_items(&mut part)
        }
        Some(part)
    }

    /// Takes the room of a part that was read, unless a long item has made it large.
    fn give_back(&mut self, part: Part) {
        if part.room.capacity() <= 4 * self.part {
            self.spare.push(part.room);
        }
    }

    fn take_lines(&mut self, part: &mut Part) {
        let first = self.items.here();
        part.lines = Some(first);
        let (length, behind) = self.items.next_lines(&mut part.room, self.part);
        part.length = length;
        let behind_last = self.items.here().line;
        self.last = last_line(part.bytes(), first, behind_last).unwrap_or(self.last);
        match behind {
            Behind::More => {}
            Behind::End => self.is_over = true,
            Behind::TooLong(position) => part.too_long.push(position),
            Behind::Broken(error) => self.break_off(part, &error),
        }
    }

    fn take_items(&mut self, part: &mut Part) {
        let mut buffer = Vec::new();
        part.room.clear();
        while part.room.len() < self.part && !self.is_over {
            match self.items.next(&mut buffer) {
                Ok(Item::Whole(position)) => {
                    self.last = position;
                    let start = part.room.len();
                    part.room.extend_from_slice(&buffer);
                    part.items.push((position, start..part.room.len()));
                }
                Ok(Item::TooLong(position)) => part.too_long.push(position),
                Ok(Item::Cut(position)) => {
                    part.cut = Some((position, "the file ends inside of this record".to_owned()));
                }
                Ok(Item::End) => self.is_over = true,
                Err(error) => self.break_off(part, &error),
            }
        }
        part.length = part.room.len();
    }

    fn break_off(&mut self, part: &mut Part, error: &io::Error) {
        part.cut = Some((self.last, format!("behind this record: {error}")));
        self.is_over = true;
    }
}

impl Part {
    fn bytes(&self) -> &[u8] {
        &self.room[..self.length]
    }
}

/// Lines, one after the other.
struct Lines<'p> {
    bytes: &'p [u8],
    /// Where the next one begins.
    start: usize,
    position: Position,
}

impl Lines<'_> {
    /// The next line that is not blank, without its end, and where it stands. The caller may know how
    /// long the one that begins here is.
    fn next(&mut self, mut known: impl FnMut(usize) -> Option<usize>) -> Option<(Position, Range<usize>)> {
        loop {
            let (start, position) = (self.start, self.position);
            let rest = self.bytes.get(start..).filter(|rest| !rest.is_empty())?;
            let known = known(start);
            let from = known.unwrap_or(0);
            let length = from + memchr::memchr(b'\n', &rest[from..]).unwrap_or(rest.len() - from);
            let (offset, line) = (position.offset + length as u64 + 1, position.line + 1);
            (self.start, self.position) = (start + length + 1, Position { offset, line, column: 1 });
            if let Some(known) = known {
                return Some((position, start..start + known));
            }
            let text = &rest[..length];
            let returns = text.iter().rev().take_while(|byte| **byte == b'\r').count();
            if !text.iter().all(u8::is_ascii_whitespace) {
                return Some((position, start..start + length - returns));
            }
        }
    }
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
    let reading = Reading { log, reader, wanted, bytes: part.bytes() };
    let mut read = reading.read(learned, part, each);
    for position in &part.too_long {
        log.refuse(&mut read, *position, "", TOO_LONG);
    }
    if let Some((position, why)) = &part.cut {
        read.cut = Some(log.place(*position, "", why));
    }
    read
}

/// A part that is read.
struct Reading<'p> {
    log: &'p Log,
    reader: &'p RecordReader<'p>,
    wanted: &'p dyn Fn(Position) -> bool,
    bytes: &'p [u8],
}

impl<'p> Reading<'p> {
    fn read(&self, learned: &mut Learned, part: &Part, each: &mut dyn FnMut(&Record<'_>)) -> LogRead {
        let mut read = LogRead::default();
        // Checked at once, which is faster than item by item; a fault costs only its own items.
        let whole = std::str::from_utf8(self.bytes).ok();
        let mut room = self.reader.room();
        let Some(first) = part.lines else {
            for (position, range) in &part.items {
                self.item(learned, (&mut room, &mut read), whole, (*position, range.clone()), each);
            }
            return read;
        };
        let mut lines = Lines { bytes: self.bytes, start: 0, position: first };
        loop {
            let mut is_found = false;
            let find = |start| {
                let found =
                    self.reader.find(learned, whole?.get(start..)?).filter(|length| *length <= LONGEST);
                is_found = found.is_some();
                found
            };
            let Some((position, range)) = lines.next(find) else { return read };
            match whole.and_then(|whole| whole.get(range.clone())).filter(|_| is_found) {
                Some(text) if (self.wanted)(position) => {
                    read.records += 1;
                    self.reader.read_found(learned, &mut room, (text, position), each);
                }
                Some(_) => {}
                None => self.item(learned, (&mut room, &mut read), whole, (position, range), each),
            }
        }
    }

    fn item(
        &self,
        learned: &mut Learned,
        (room, read): (&mut Record<'p>, &mut LogRead),
        whole: Option<&'p str>,
        (position, range): (Position, Range<usize>),
        each: &mut dyn FnMut(&Record<'_>),
    ) {
        if range.len() > LONGEST {
            return self.log.refuse(read, position, "", TOO_LONG);
        }
        // Rows mean nothing without the header that stands before them.
        if !self.reader.wants_header(learned) && !(self.wanted)(position) {
            return;
        }
        let mut count = |record: &Record<'_>| {
            read.records += 1;
            each(record);
        };
        let refused = if let Some(text) = whole.and_then(|whole| whole.get(range.clone())) {
            let result = self.reader.read(learned, room, (text, position), &mut count);
            result.err().map(|reason| (text.into(), reason))
        } else {
            let text = String::from_utf8_lossy(&self.bytes[range]);
            let mut room = self.reader.room();
            let result = self.reader.read(learned, &mut room, (&text, position), &mut count);
            drop(room);
            result.err().map(|reason| (text, reason))
        };
        if let Some((text, reason)) = refused {
            self.log.refuse(read, position, &text, &reason);
        }
    }
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
        let count = |part: &Part| {
            let mut lines = Lines { bytes: part.bytes(), start: 0, position: part.lines.unwrap() };
            std::iter::from_fn(|| lines.next(|_| None)).count()
        };
        assert_eq!(count(&parts.next().unwrap()), PART / 2);
        let last = parts.next().unwrap();
        assert!(count(&last) == 0 && parts.next().is_none());
        let (position, why) = last.cut.unwrap();
        assert_eq!((position.line, why.as_str()), (lines, "behind this record: the disk is gone"));
    }
}
