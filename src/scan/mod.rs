//! The pass over logs: every file is read once, for all rules at the same time.
//!
//! What a rule wants to know is folded into a [`Tally`] record by record. Tallies merge, in any
//! order and any split, so that files, threads, nights and machines can each have their own.

mod group;
mod mark;
mod predicate;
mod tally;

pub use group::{Burst, Group, Silence};
pub use mark::Mark;
pub use predicate::{Comparison, Constant, Field, Network, OneOf, Operand, Predicate, TextTest};
pub use tally::Tally;

use crate::code::Code;
use crate::evidence::{Decision, Evidence, Log, LogRead, Position, Record, Row};
use crate::finding::{Diagnostic, count};
use crate::pack::{Compare, EventFields};
use crate::place::Place;
use crate::time::{Duration, Time};
use crate::world::World;
use rayon::prelude::*;
use std::any::Any;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What one rule asks of the logs.
pub struct Scan {
    /// The rule.
    pub rule: String,
    /// Category of its records; all records when there is none.
    pub category: Option<String>,
    /// Records that count as population.
    pub among: Option<Condition>,
    /// Records that are kept.
    pub condition: Option<Condition>,
    /// A table that records are joined with.
    pub join: Option<JoinWith>,
    /// Joined records that are kept.
    pub keep: Option<Condition>,
    /// Slots of the fields to group by.
    pub by: Vec<usize>,
    /// Length of the window in which events are counted.
    pub window: Option<Duration>,
    /// Length of a silence that matters.
    pub gap: Option<Duration>,
}

impl Scan {
    /// A scan that counts all records by the values of the field in this slot.
    pub fn counting(slot: usize) -> Self {
        Self {
            rule: String::new(),
            category: None,
            among: None,
            condition: None,
            join: None,
            keep: None,
            by: vec![slot],
            window: None,
            gap: None,
        }
    }
}

/// A condition on a record, and on the row it is joined with.
pub type Condition = Arc<dyn Fn(&Sighting<'_, '_>, Option<&Row>) -> Result<Answer, Diagnostic> + Send + Sync>;

/// What a condition says, and which fields it read to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it holds.
    pub decision: Decision,
    /// The slots that were read, a bit each.
    pub reads: u128,
}

/// A table to join with, by the value of one of its fields.
pub struct JoinWith {
    /// Slot of the record's field.
    pub slot: usize,
    /// Rows by the comparable value of the table's field.
    pub rows: BTreeMap<String, Vec<Row>>,
    /// How values are made comparable.
    pub compare: Compare,
}

/// A record as conditions see it, with room for what the first of them made of it.
pub struct Sighting<'r, 't> {
    /// The record.
    pub record: &'r Record<'t>,
    /// What an interpreter made of the record, so that the next condition need not make it again.
    pub made: OnceCell<Box<dyn Any>>,
}

/// What the pass over all logs gave.
#[derive(Debug, Default)]
pub struct Facts {
    /// One tally for each scan, in order.
    pub tallies: Vec<Tally>,
    /// What reading each log gave, in order.
    pub logs: Vec<LogRead>,
    /// What was met on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// The times between which records count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// Nothing before counts.
    pub from: Option<Time>,
    /// Nothing after counts.
    pub until: Option<Time>,
}

/// Reads all logs once and answers all scans.
pub fn run(
    scans: &[Scan],
    evidence: &Evidence,
    fields: &EventFields,
    window: Window,
    world: &dyn World,
) -> Facts {
    let category = fields.slot("event.category");
    let read = |(index, log): (usize, &Log)| {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        let begin = || Pass { scans, window, category, log: number, tallies: tallies(scans) };
        let add = |pass: &mut Pass<'_>, part: Pass<'_>| merge(&mut pass.tallies, part.tallies);
        let read = log.read_in_parts(world, &evidence.root, fields, &begin, &Pass::fold, &add);
        read.map(|(pass, read)| (pass.tallies, read))
    };
    let passes: Vec<_> = evidence.logs.par_iter().enumerate().map(read).collect();
    let mut facts = Facts { tallies: tallies(scans), ..Facts::default() };
    for (read, log) in passes.into_iter().zip(&evidence.logs) {
        match read {
            Ok((tallies, read)) => {
                merge(&mut facts.tallies, tallies);
                facts.diagnostics.extend(troubles(log, &read));
                facts.logs.push(read);
            }
            Err(error) => {
                let place = Place::whole(&log.file, "this file");
                facts
                    .diagnostics
                    .push(Diagnostic::error(Code::Unreadable, error.to_string()).at(place.clone()));
                facts.logs.push(LogRead { cut: Some(place), ..LogRead::default() });
            }
        }
    }
    for (scan, _) in scans.iter().zip(&facts.tallies).filter(|(_, tally)| tally.overflowed) {
        let message = format!("rule {} met more groups or events than it may hold", scan.rule);
        let help = "group by fewer fields, or ask for fewer records";
        facts.diagnostics.push(Diagnostic::error(Code::ManyGroups, message).help(help));
    }
    facts
}

fn merge(all: &mut [Tally], part: Vec<Tally>) {
    all.iter_mut().zip(part).for_each(|(all, one)| all.merge(one));
}

fn tallies(scans: &[Scan]) -> Vec<Tally> {
    scans.iter().map(|scan| Tally::new(scan.window, scan.gap)).collect()
}

fn troubles(log: &Log, read: &LogRead) -> Vec<Diagnostic> {
    let mut troubles = Vec::new();
    if read.faults > 0 {
        let faults = usize::try_from(read.faults).unwrap_or(usize::MAX);
        let message = format!("{} of {} cannot be read", count(faults, "record"), log.file);
        let mut diagnostic = Diagnostic::warning(Code::BadRecord, message);
        diagnostic.places.clone_from(&read.fault_places);
        troubles.push(diagnostic);
    }
    if let Some(place) = &read.cut {
        let message = format!("{} ends before its content does", log.file);
        let help = "take the log anew; what is missing cannot be judged";
        troubles.push(Diagnostic::error(Code::Incomplete, message).help(help).at(place.clone()));
    }
    troubles
}

/// One log, one thread.
struct Pass<'a> {
    scans: &'a [Scan],
    window: Window,
    category: Option<usize>,
    log: u32,
    tallies: Vec<Tally>,
}

impl Pass<'_> {
    fn fold(&mut self, record: &Record<'_>) {
        let sighting = Sighting { record, made: OnceCell::new() };
        let category = self.category.and_then(|slot| record.get(slot)).map(|value| value.text().into_owned());
        let inside = self.is_inside(record);
        for (scan, tally) in self.scans.iter().zip(&mut self.tallies) {
            let wanted = scan.category.is_none() || scan.category == category;
            match (wanted, inside) {
                (true, true) => {
                    tally.seen += 1;
                    let mark = Mark::of(record, self.log);
                    if let Err(fault) = look(scan, tally, &sighting, mark) {
                        tally.fault(mark, fault);
                    }
                }
                (true, false) => tally.outside += 1,
                (false, _) => {}
            }
        }
    }

    /// Records without a time count: nothing says that they lie outside.
    fn is_inside(&self, record: &Record<'_>) -> bool {
        let Some(time) = record.time else { return true };
        self.window.from.is_none_or(|from| time.compare(from).is_ge())
            && self.window.until.is_none_or(|until| time.compare(until).is_le())
    }
}

/// Shows one record to one scan.
fn look(scan: &Scan, tally: &mut Tally, sighting: &Sighting<'_, '_>, mark: Mark) -> Result<(), Diagnostic> {
    if !ask(scan.among.as_ref(), tally, sighting, None, mark)? {
        return Ok(());
    }
    tally.population += 1;
    if !ask(scan.condition.as_ref(), tally, sighting, None, mark)? {
        return Ok(());
    }
    let mut joined = None;
    if let Some(join) = &scan.join {
        let Some(row) = find(scan, join, tally, sighting, mark)? else { return Ok(()) };
        joined = Some(row);
    }
    let key = scan
        .by
        .iter()
        .map(|&slot| sighting.record.get(slot).map(|value| value.text().into_owned()).unwrap_or_default());
    tally.keep(key.collect(), mark, joined);
    Ok(())
}

/// The first row that joins with a record and that `keep` accepts.
fn find(
    scan: &Scan,
    join: &JoinWith,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    mark: Mark,
) -> Result<Option<Row>, Diagnostic> {
    tally.saw(sighting.record, 1 << join.slot);
    let Some(value) = sighting.record.get(join.slot) else { return Ok(None) };
    for row in join.rows.get(&comparable(&value.text(), join.compare)).into_iter().flatten() {
        if ask(scan.keep.as_ref(), tally, sighting, Some(row), mark)? {
            return Ok(Some(row.clone()));
        }
    }
    Ok(None)
}

/// Asks a condition and remembers what it read; no condition holds always.
fn ask(
    condition: Option<&Condition>,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    row: Option<&Row>,
    mark: Mark,
) -> Result<bool, Diagnostic> {
    let Some(condition) = condition else { return Ok(true) };
    let answer = condition(sighting, row)?;
    tally.saw(sighting.record, answer.reads);
    if answer.decision == Decision::Undecidable {
        tally.undecidable(mark);
    }
    Ok(answer.decision == Decision::Yes)
}

/// A value as a join compares it.
pub fn comparable(value: &str, compare: Compare) -> String {
    let value = value.trim();
    match compare {
        Compare::Exact => value.to_owned(),
        Compare::Case => value.to_lowercase(),
        Compare::Account => {
            let bare = value.rsplit_once('\\').map_or(value, |(_, account)| account);
            bare.split_once('@').map_or(bare, |(account, _)| account).to_lowercase()
        }
    }
}

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
        if !marks.iter().any(|mark| mark.log == index) {
            return found;
        }
        // A log that cannot be read any more was readable a moment ago; what it showed is lost.
        let places: BTreeSet<Position> =
            marks.iter().filter(|mark| mark.log == index).map(|mark| mark.position).collect();
        let wanted = |position: Position| places.contains(&position);
        let _ = log.read(world, &evidence.root, fields, &wanted, &mut |record| {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_compare_as_declared_and_not_by_guess() {
        assert_eq!(comparable(r"EX\Eve", Compare::Account), comparable("eve@ex.org", Compare::Account));
        assert_ne!(comparable("Eve", Compare::Exact), comparable("eve", Compare::Exact));
        assert_eq!(comparable(" Eve ", Compare::Case), "eve");
        assert_ne!(comparable("eve@a.org", Compare::Case), comparable("eve@b.org", Compare::Case));
    }
}
