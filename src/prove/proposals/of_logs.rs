//! Logs with another value in a record, a record at another time, and one record less.

use super::values::literals;
use super::variations::Variation;
use crate::evidence::Log;
use crate::pack::{Rule, Shape};
use crate::prove::mutants::{Edit, lines};
use crate::prove::sitting::Sitting;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// A record as it stands in its file.
struct Seen {
    number: usize,
    line: Range<usize>,
    time: Range<usize>,
    /// Where the fields stand that the rule names, by slot.
    fields: BTreeMap<usize, Range<usize>>,
}

/// The variations of the logs of a case.
pub(super) fn variations(rule: &Rule, sitting: &Sitting<'_>) -> Vec<Variation> {
    let packs = &sitting.inspection.packs;
    let kinds = rule.uses.iter().filter_map(|kind| packs.kinds.get(kind));
    if !kinds.into_iter().any(|kind| kind.shape == Shape::Events) {
        return Vec::new();
    }
    let declared = format!("{:?}", rule.form);
    let names = packs.event_fields.names().iter().enumerate();
    let slots: BTreeMap<usize, &str> = names
        .filter(|(_, name)| declared.contains(name.as_str()))
        .map(|(slot, name)| (slot, name.as_str()))
        .collect();
    let literals = literals(rule);
    let logs = sitting.inspection.evidence.logs.iter();
    logs.flat_map(|log| of_log(log, sitting, &slots, &literals)).collect()
}

fn of_log(
    log: &Log,
    sitting: &Sitting<'_>,
    slots: &BTreeMap<usize, &str>,
    literals: &[String],
) -> Vec<Variation> {
    let bytes = sitting.case.files.get(&log.file);
    let Some(text) = bytes.and_then(|bytes| std::str::from_utf8(bytes).ok()) else { return Vec::new() };
    let seen = seen(log, text, sitting, slots);
    let mut known: BTreeMap<usize, BTreeSet<&str>> = BTreeMap::new();
    for (slot, range) in seen.iter().flat_map(|one| &one.fields) {
        known.entry(*slot).or_default().insert(&text[range.clone()]);
    }
    let mut all = Vec::new();
    let mut add = |name: String, range: &Range<usize>, new: &str| {
        let edit = Edit::new(range.clone(), new);
        all.push(Variation::new(format!("{} {name}", log.file), &log.file, vec![edit]));
    };
    for one in &seen {
        let number = one.number;
        add(format!("without record {number}"), &one.line, "");
        for (slot, range) in &one.fields {
            let name = slots[slot];
            // A number of JSON stands in no quotes.
            let is_bare = text[..range.start].trim_end().ends_with(':');
            let own = &text[range.clone()];
            let others = known[slot].iter().copied().chain(literals.iter().map(String::as_str));
            let others: BTreeSet<&str> = others.filter(|value| *value != own && !is_bare).collect();
            for value in others {
                add(format!("record {number}: {name} is {value}"), range, value);
            }
            add(format!("record {number}: {name} is blank"), range, if is_bare { "null" } else { "" });
        }
        for other in seen.iter().filter(|other| other.number != number) {
            let time = &text[other.time.clone()];
            add(format!("record {number} at the time of record {}", other.number), &one.time, time);
        }
    }
    all
}

/// The records that stand in the file as they were read.
fn seen(log: &Log, text: &str, sitting: &Sitting<'_>, slots: &BTreeMap<usize, &str>) -> Vec<Seen> {
    let mut seen = Vec::new();
    sitting.records_in_place(log, text, |number, item, record| {
        let in_file = |range: Range<usize>| item + range.start..item + range.end;
        let filled = |slot: &usize| {
            let range = record.range(*slot).filter(|range| !range.is_empty())?;
            Some((*slot, in_file(range)))
        };
        seen.push(Seen {
            number,
            line: lines(text, in_file(0..record.text.len())),
            time: in_file(record.time_range.clone()),
            fields: slots.keys().filter_map(filled).collect(),
        });
    });
    seen
}
