//! A log read in parts, in turn or side by side.
//!
//! One thread cuts items from the stream, whatever its packing, into parts of a fixed size; others
//! read the records of the parts before. What comes of the parts is merged in the order of the
//! file, as soon as it is there, and does not depend on how many threads there are.

use super::items::{Item, Items, Position};
use super::record::RecordReader;
use super::{FAULTS_SHOWN, Log, LogRead, Record};
use crate::pack::EventFields;
use rayon::prelude::*;
use std::io::BufRead;
use std::ops::Range;

/// Bytes of a part, but for one that holds a longer item.
const PART: usize = 1 << 20;
/// Parts that are cut while others are read; bounds the memory.
const AHEAD: usize = 4;

/// What comes of a part, and how it is made.
pub(super) struct Fold<'f, T> {
    /// What there is before the first record.
    pub(super) begin: &'f (dyn Fn() -> T + Sync),
    /// Adds a record.
    pub(super) each: &'f (dyn Fn(&mut T, &Record<'_>) + Sync),
    /// Adds what came of the part behind.
    pub(super) merge: &'f dyn Fn(&mut T, T),
}

/// Items of a log that follow each other.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    items: Vec<(Position, Piece)>,
    /// Where and why the log ends before its content does.
    cut: Option<(Position, String)>,
}

/// One item of a part.
enum Piece {
    /// Its bytes within the part.
    Whole(Range<usize>),
    TooLong,
}

/// Cuts a log into parts.
struct Parts<'i, R> {
    items: &'i mut Items<R>,
    /// Where the last item stands that could be cut.
    last: Position,
    is_over: bool,
}

/// Reads the items that are wanted, by where they stand, one part after the other.
pub(super) fn in_turn<R: BufRead>(
    log: &Log,
    items: &mut Items<R>,
    fields: &EventFields,
    wanted: &dyn Fn(Position) -> bool,
    each: &mut dyn FnMut(&Record<'_>),
) -> LogRead {
    let mut reader = log.reader(fields);
    let mut read = LogRead::default();
    let mut parts = Parts::new(items);
    while let Some(part) = parts.next() {
        add(&mut read, read_part(log, &mut reader, &part, wanted, each));
    }
    read
}

/// Reads all items, parts side by side.
pub(super) fn side_by_side<R: BufRead + Send, T: Send>(
    log: &Log,
    items: &mut Items<R>,
    fields: &EventFields,
    fold: &Fold<'_, T>,
) -> (T, LogRead) {
    let (begin, each) = (fold.begin, fold.each);
    let read = |part: &Part| {
        let mut result = begin();
        let read =
            read_part(log, &mut log.reader(fields), part, &|_| true, &mut |record| each(&mut result, record));
        (result, read)
    };
    let mut whole = (begin(), LogRead::default());
    let mut parts = Parts::new(items);
    let mut now = parts.ahead();
    while !now.is_empty() {
        let (next, done): (_, Vec<(T, LogRead)>) =
            rayon::join(|| parts.ahead(), || now.par_iter().map(read).collect());
        for (result, read) in done {
            (fold.merge)(&mut whole.0, result);
            add(&mut whole.1, read);
        }
        now = next;
    }
    whole
}

impl<'i, R: BufRead> Parts<'i, R> {
    fn new(items: &'i mut Items<R>) -> Self {
        Self { items, last: Position { offset: 0, line: 1, column: 1 }, is_over: false }
    }

    fn ahead(&mut self) -> Vec<Part> {
        std::iter::from_fn(|| self.next()).take(AHEAD).collect()
    }

    fn next(&mut self) -> Option<Part> {
        if self.is_over {
            return None;
        }
        let mut part = Part::default();
        let mut buffer = Vec::new();
        while part.bytes.len() < PART && !self.is_over {
            match self.items.next(&mut buffer) {
                Ok(Item::Whole(position)) => {
                    self.last = position;
                    let start = part.bytes.len();
                    part.bytes.extend_from_slice(&buffer);
                    part.items.push((position, Piece::Whole(start..part.bytes.len())));
                }
                Ok(Item::TooLong(position)) => part.items.push((position, Piece::TooLong)),
                Ok(Item::Cut(position)) => {
                    part.cut = Some((position, "the file ends inside of this record".to_owned()));
                }
                Ok(Item::End) => self.is_over = true,
                Err(error) => {
                    part.cut = Some((self.last, format!("behind this record: {error}")));
                    self.is_over = true;
                }
            }
        }
        Some(part)
    }
}

fn read_part(
    log: &Log,
    reader: &mut RecordReader<'_>,
    part: &Part,
    wanted: &dyn Fn(Position) -> bool,
    each: &mut dyn FnMut(&Record<'_>),
) -> LogRead {
    let mut read = LogRead::default();
    for (position, piece) in &part.items {
        let Piece::Whole(range) = piece else {
            log.refuse(&mut read, *position, "", "it is longer than 16 MiB");
            continue;
        };
        // Rows mean nothing without the header that stands before them.
        if !reader.wants_header() && !wanted(*position) {
            continue;
        }
        let text = String::from_utf8_lossy(&part.bytes[range.clone()]);
        let mut count = |record: &Record<'_>| {
            read.records += 1;
            each(record);
        };
        if let Err(reason) = reader.read(&text, *position, &mut count) {
            log.refuse(&mut read, *position, &text, &reason);
        }
    }
    if let Some((position, why)) = &part.cut {
        read.cut = Some(log.place(*position, "", why));
    }
    read
}

fn add(whole: &mut LogRead, part: LogRead) {
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
        let lines = PART as u64;
        let mut items = Items::new(BufReader::with_capacity(4096, Breaking(lines * 2)), Layout::Lines);
        let mut parts = Parts::new(&mut items);
        assert_eq!(parts.next().unwrap().items.len(), PART);
        let last = parts.next().unwrap();
        assert!(last.items.is_empty() && parts.next().is_none());
        let (position, why) = last.cut.unwrap();
        assert_eq!((position.line, why.as_str()), (lines, "behind this record: the disk is gone"));
    }
}
