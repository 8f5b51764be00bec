//! A log read in parts, side by side.
//!
//! One thread cuts items from the stream, whatever its packing, into parts of a fixed size; others
//! read the records of the parts before. What comes of the parts stands in the order of the file,
//! and does not depend on how many threads there are.

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

/// Items of a log that follow each other.
#[derive(Default)]
struct Part {
    bytes: Vec<u8>,
    items: Vec<(Position, Piece)>,
    /// Where and why the log ends before its content does.
    cut: Option<(Position, String)>,
    is_last: bool,
}

/// One item of a part.
enum Piece {
    /// Its bytes within the part.
    Whole(Range<usize>),
    TooLong,
}

/// What comes of a part: its own result, and what reading it gave.
type Done<T> = (T, LogRead);

/// Reads all items; what comes of the parts stands in the order of the log.
pub(super) fn read<R: BufRead + Send, T: Send>(
    log: &Log,
    items: &mut Items<R>,
    fields: &EventFields,
    begin: &(dyn Fn() -> T + Sync),
    each: &(dyn Fn(&mut T, &Record<'_>) + Sync),
) -> (Vec<T>, LogRead) {
    let read = |part: &Part| read_part(log, part, fields, begin, each);
    let (mut results, mut whole) = (Vec::new(), LogRead::default());
    let mut parts = cut_ahead(items, false);
    while !parts.is_empty() {
        let is_over = parts.iter().any(|part| part.is_last);
        let (next, done): (Vec<Part>, Vec<Done<T>>) =
            rayon::join(|| cut_ahead(items, is_over), || parts.par_iter().map(read).collect());
        for (result, read) in done {
            results.push(result);
            add(&mut whole, read);
        }
        parts = next;
    }
    (results, whole)
}

fn cut_ahead<R: BufRead>(items: &mut Items<R>, is_over: bool) -> Vec<Part> {
    let mut parts = Vec::new();
    while !is_over && parts.len() < AHEAD && !parts.last().is_some_and(|part: &Part| part.is_last) {
        parts.push(cut(items));
    }
    parts
}

/// Cuts the next part.
fn cut<R: BufRead>(items: &mut Items<R>) -> Part {
    let mut part = Part::default();
    let mut buffer = Vec::new();
    let mut last = Position { offset: 0, line: 1, column: 1 };
    while part.bytes.len() < PART {
        match items.next(&mut buffer) {
            Ok(Item::Whole(position)) => {
                last = position;
                let start = part.bytes.len();
                part.bytes.extend_from_slice(&buffer);
                part.items.push((position, Piece::Whole(start..part.bytes.len())));
            }
            Ok(Item::TooLong(position)) => part.items.push((position, Piece::TooLong)),
            Ok(Item::Cut(position)) => {
                part.cut = Some((position, "the file ends inside of this record".to_owned()));
            }
            Ok(Item::End) => {
                part.is_last = true;
                return part;
            }
            Err(error) => {
                part.cut = Some((last, format!("behind this record: {error}")));
                part.is_last = true;
                return part;
            }
        }
    }
    part
}

fn read_part<T>(
    log: &Log,
    part: &Part,
    fields: &EventFields,
    begin: &(dyn Fn() -> T + Sync),
    each: &(dyn Fn(&mut T, &Record<'_>) + Sync),
) -> Done<T> {
    let mut reader = RecordReader::new(&log.source, fields, log.when.clone(), log.delimiter);
    let (mut result, mut read) = (begin(), LogRead::default());
    for (position, piece) in &part.items {
        let Piece::Whole(range) = piece else {
            log.refuse(&mut read, *position, "", "it is longer than 16 MiB");
            continue;
        };
        let text = String::from_utf8_lossy(&part.bytes[range.clone()]);
        let mut count = |record: &Record<'_>| {
            read.records += 1;
            each(&mut result, record);
        };
        if let Err(reason) = reader.read(&text, *position, &mut count) {
            log.refuse(&mut read, *position, &text, &reason);
        }
    }
    if let Some((position, why)) = &part.cut {
        read.cut = Some(log.place(*position, "", why));
    }
    (result, read)
}

fn add(whole: &mut LogRead, part: LogRead) {
    whole.records += part.records;
    whole.faults += part.faults;
    let room = FAULTS_SHOWN.saturating_sub(whole.fault_places.len());
    whole.fault_places.extend(part.fault_places.into_iter().take(room));
    whole.cut = part.cut.or(whole.cut.take());
}
