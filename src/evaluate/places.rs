//! Places of events: logs are not held in memory, so what is pointed at is read once more.

use super::Said;
use crate::evidence::{Evidence, Log, Record, fragment};
use crate::finding::Diagnostic;
use crate::pack::EventFields;
use crate::place::Place;
use crate::scan::{self, Mark};
use crate::script::{EventPart, Pointer, Target};
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};

/// Places of the parts of events that rules point at.
pub(super) type Shown = BTreeMap<Mark, BTreeMap<EventPart, Place>>;

/// Reads the events that any rule points at.
pub(super) fn look_up(
    said: &[Result<Said, Diagnostic>],
    evidence: &Evidence,
    fields: &EventFields,
    world: &dyn World,
) -> Shown {
    let mut wanted: BTreeMap<Mark, BTreeSet<EventPart>> = BTreeMap::new();
    for said in said.iter().flatten() {
        let pointers = said.verdict.observations.iter().flat_map(|one| &one.pointers).chain(&said.undecided);
        for pointer in pointers {
            if let Target::Event(mark, part) = pointer.target {
                wanted.entry(mark).or_default().insert(part);
            }
        }
    }
    let marks: BTreeSet<Mark> = wanted.keys().copied().collect();
    let show = |log: &Log, record: &Record<'_>, mark: Mark| -> BTreeMap<EventPart, Place> {
        let parts = wanted.get(&mark).into_iter().flatten();
        parts.map(|part| (*part, part_place(log, record, *part))).collect()
    };
    scan::look_up(&marks, evidence, fields, world, &show)
}

/// The place of a part of an event; of its first line, where the part follows from others.
fn part_place(log: &Log, record: &Record<'_>, part: EventPart) -> Place {
    let source = fragment(&log.file, record.position, record.text);
    let range = match part {
        EventPart::Whole => None,
        EventPart::Time => Some(record.time_range.clone()).filter(|range| !range.is_empty()),
        EventPart::Slot(slot) => record.range(slot),
    };
    range.map_or_else(|| source.line(1), |range| source.span(range)).place("")
}

/// The place of a pointer. An event whose log could not be read again has none.
pub(super) fn place(pointer: &Pointer, shown: &Shown) -> Option<Place> {
    match &pointer.target {
        Target::Event(mark, part) => Some(shown.get(mark)?.get(part)?.clone().labelled(&*pointer.label)),
        _ => pointer.place(),
    }
}
