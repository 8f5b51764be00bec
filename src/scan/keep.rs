//! What a kept record gives to its group.

use super::aggregate::{Given, Number, Period, short};
use super::join::RowNumber;
use super::{Mark, Scan, Tally};
use crate::evidence::{Record, Scalar};

/// Puts a kept record into its group. A record that cannot be put anywhere, since it has no time or
/// its number is none, is undecidable.
pub(super) fn keep(
    scan: &Scan,
    tally: &mut Tally,
    record: &Record<'_>,
    mark: Mark,
    joined: Option<RowNumber>,
) {
    let wanted = &scan.wanted;
    tally.saw(record, scan.keeps);
    // Most scans only count, and count many records.
    if wanted.only_counts() {
        return put(scan, tally, record, &scan.by, (mark, joined, Given::default()));
    }
    let value = |slot: &usize| record.get(*slot).map(|value| short(&value.text()).into_owned());
    let number = match wanted.sum.map(|slot| record.get(slot)) {
        None | Some(None) => Some(None),
        Some(Some(value)) => number(value).map(Some),
    };
    let Some(number) = number else { return tally.undecidable(mark) };
    let together: Vec<Option<String>> = wanted.distinct.iter().map(value).collect();
    let is_filled = together.iter().any(Option::is_some);
    let given = Given {
        distinct: is_filled
            .then(|| together.into_iter().map(Option::unwrap_or_default).collect::<Vec<_>>().join("\u{1f}")),
        number,
        top: wanted.top.as_ref().and_then(value),
        ends: wanted.ends.iter().map(value).collect(),
        follows: false,
    };
    put(scan, tally, record, &scan.by, (mark, joined, given));
}

/// Puts a record that follows others into its group.
pub(super) fn follow(scan: &Scan, tally: &mut Tally, record: &Record<'_>, mark: Mark) {
    let by = scan.then.as_ref().map_or(&scan.by, |then| &then.by);
    put(scan, tally, record, by, (mark, None, Given { follows: true, ..Given::default() }));
}

fn put(
    scan: &Scan,
    tally: &mut Tally,
    record: &Record<'_>,
    by: &[usize],
    (mark, mut joined, given): (Mark, Option<RowNumber>, Given),
) {
    if scan.wanted.needs_time() && !mark.has_time() {
        return tally.undecidable(mark);
    }
    let mut key = std::mem::take(&mut tally.room);
    key.resize_with(by.len(), String::new);
    for (own, slot) in key.iter_mut().zip(by) {
        own.clear();
        record.get(*slot).into_iter().for_each(|value| own.push_str(&short(&value.text())));
    }
    if scan.expected.is_none() && scan.wanted.is_number() {
        if !tally.count(&key, mark) {
            tally.keep(&key, mark, joined, given);
        }
    } else if expect(scan, &mut key, &mut joined) {
        key.extend(scan.wanted.every.and_then(|length| Period::of(mark, length)).map(Period::name));
        tally.keep(&key, mark, joined, given);
    }
    tally.room = key;
}

/// Makes of a key the one that is expected, where some are; false where it is none of them.
fn expect(scan: &Scan, key: &mut [String], joined: &mut Option<RowNumber>) -> bool {
    let Some(expected) = &scan.expected else { return true };
    let Some(first) = key.first_mut() else { return false };
    let Some((name, row)) = expected.find(first) else { return false };
    (*first, *joined) = (name.to_owned(), row);
    true
}

/// A number of a record, also where a log writes it as a text.
fn number(value: &Scalar<'_>) -> Option<Number> {
    let float = |number: f64| number.is_finite().then_some(Number::Float(number));
    match value {
        Scalar::Integer(number) => Some(Number::Integer(*number)),
        Scalar::Number(number) => float(*number),
        Scalar::Text(text) => {
            let text = text.trim();
            text.parse().map(Number::Integer).ok().or_else(|| text.parse().ok().and_then(float))
        }
        Scalar::Boolean(_) => None,
    }
}
