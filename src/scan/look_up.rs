//! Marked records read again, for what a report shows of them.

use super::Mark;
use crate::evidence::{Evidence, Log, Position, Record};
use crate::pack::EventFields;
use crate::world::World;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};

/// Reads the marked records again, for what a report shows of them: their text and the places of
/// fields. Only logs that hold a mark are read, and the marks of all rules at once.
pub fn look_up<T: Send>(
    marks: &BTreeSet<Mark>,
    evidence: &Evidence,
    fields: &EventFields,
    world: &dyn World,
    show: &(dyn Fn(&Log, &Record<'_>, Mark) -> T + Sync),
) -> BTreeMap<Mark, T> {
    let read = |(index, log): (usize, &Log)| {
        let mut found = Vec::new();
        let index = u32::try_from(index).unwrap_or(u32::MAX);
        let of_log = marks.iter().filter(|mark| mark.log == index);
        let places: BTreeSet<Position> = of_log.map(|mark| mark.position).collect();
        if places.is_empty() {
            return found;
        }
        // A log that cannot be read any more was readable a moment ago; what it showed is lost.
        let _ = log.read_again(world, &evidence.root, fields, &places, &mut |record| {
            let mark = Mark::of(record, index);
            if marks.contains(&mark) {
                found.push((mark, show(log, record, mark)));
            }
        });
        found
    };
    let all: Vec<Vec<(Mark, T)>> = evidence.logs.par_iter().enumerate().map(read).collect();
    all.into_iter().flatten().collect()
}
