//! The pass over logs: every file is read once, for all rules at the same time.
//!
//! What a rule wants to know is folded into a [`Tally`] record by record. Tallies merge, in any
//! order and any split, so that files, threads, nights and machines can each have their own.

mod access;
mod aggregate;
mod bounds;
mod cache;
mod counter;
mod expected;
mod frame;
mod gate;
mod group;
mod inquiry;
mod join;
mod joined;
mod keep;
mod keys;
mod look_up;
mod mark;
mod networks;
mod order;
mod pass;
mod predicate;
#[cfg(test)]
mod properties;
mod recall;
mod reckon;
mod set;
mod shard;
mod spot_check;
mod steps;
mod tally;
mod texts;
mod waiting;
mod watch;
mod window;

pub use aggregate::{Burst, Ends, Limits, Number, Pair, Period, Silence, Total, Wanted, periods_between};
pub use cache::{Cache, Kept, KeptState, Used};
pub use expected::Expected;
pub use group::Group;
pub use inquiry::Inquiry;
pub use join::{Comparing, JoinWith, RowNumber};
pub use joined::{Joined, JoinedField};
pub use look_up::look_up;
pub use mark::{Mark, whole_mark, whole_marks};
pub use order::{Disorder, Order};
pub use predicate::{
    Asked, Comparison, Constant, Field, Network, OneOf, Operand, Predicate, TextTest, Value,
};
pub use reckon::{Reckoned, Reckoning};
pub use shard::{Shards, Share, share};
pub use spot_check::{Cost, Portion, SpotChecks};
pub use tally::Tally;
pub use watch::{LogWatched, Watch, Watched};
pub use window::Window;

use crate::code::Code;
use crate::evidence::{Decision, Log, LogRead, Record, Row};
use crate::finding::{Diagnostic, count};
use crate::place::Place;
use crate::time::Duration;
use crate::world::Unreadable;
use inquiry::{Partial, Seen};
use rayon::prelude::*;
use std::any::Any;
use std::cell::OnceCell;
use std::sync::Arc;
use window::Edges;

/// What one rule asks of the logs.
pub struct Scan {
    /// The rule.
    pub rule: String,
    /// All that its tallies depend on besides records and tables.
    pub declared: String,
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
    /// What is kept of each group.
    pub wanted: Arc<Wanted>,
    /// Records that follow those that are kept, where sequences count.
    pub then: Option<Then>,
    /// Keys that are expected, where their absence counts.
    pub expected: Option<Expected>,
    /// Slots without which the groups say nothing, a bit each.
    pub keeps: u128,
    /// Records of a log may be so much older than the one before.
    pub skew: Duration,
}

/// Records that follow those that are kept.
pub struct Then {
    /// Which they are.
    pub condition: Condition,
    /// Slots of the fields that hold the same as those that the others are grouped by.
    pub by: Vec<usize>,
}

impl Scan {
    /// The slots of all fields that it looks at, a bit each.
    pub fn slots(&self) -> u128 {
        let conditions = [&self.among, &self.condition, &self.keep].into_iter().flatten();
        let asked = conditions.fold(0, |bits, condition| bits | condition.slots);
        let then = self.then.as_ref();
        let asked = asked | then.map_or(0, |then| then.condition.slots);
        let kept = self.by.iter().copied().chain(self.wanted.slots());
        let kept = kept.chain(self.join.iter().map(|join| join.slot));
        let kept = kept.chain(then.iter().flat_map(|then| then.by.iter().copied()));
        kept.fold(asked, |bits, slot| bits | 1 << slot)
    }

    /// True when records matter to it that it does not keep: those that follow others, and those
    /// that tell in which periods keys are expected.
    fn looks_beyond(&self) -> bool {
        self.then.is_some() || (self.expected.is_some() && self.wanted.every.is_some())
    }

    /// True when of a record that its condition holds for only the number counts, in one group of all.
    fn only_counts(&self) -> bool {
        let is_more =
            self.among.is_some() || self.join.is_some() || self.expected.is_some() || self.then.is_some();
        !is_more && self.by.is_empty() && self.keeps == 0 && self.wanted.is_number()
    }

    /// A scan that counts all records by the values of the field in this slot.
    pub fn counting(slot: usize) -> Self {
        Self {
            rule: String::new(),
            declared: String::new(),
            category: None,
            among: None,
            condition: None,
            join: None,
            keep: None,
            by: vec![slot],
            wanted: Arc::default(),
            then: None,
            expected: None,
            keeps: 0,
            skew: Duration::default(),
        }
    }
}

/// A condition on a record, and on the row it is joined with.
#[derive(Clone)]
pub struct Condition {
    /// The same without an interpreter, of a condition on the record alone.
    pub predicate: Option<Arc<Predicate>>,
    /// The slots that it may read, a bit each.
    pub slots: u128,
    /// Asks it.
    pub ask: Arc<Ask>,
}

/// A way to ask a condition.
pub type Ask = dyn Fn(&Sighting<'_, '_>, Option<&Row>) -> Result<Answer, Diagnostic> + Send + Sync;

/// What a condition says, and which fields it read to say so.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    /// Whether it holds.
    pub decision: Decision,
    /// The slots that were read, a bit each.
    pub reads: u128,
}

/// A record as conditions see it, with room for what the first of them made of it.
pub struct Sighting<'r, 't> {
    /// The record.
    pub record: &'r Record<'t>,
    /// What an interpreter made of the record, so that the next condition need not make it again.
    pub made: OnceCell<Box<dyn Any>>,
    is_for_the_interpreter: bool,
}

impl<'r, 't> Sighting<'r, 't> {
    /// A record of which conditions are asked natively where they can be.
    pub fn new(record: &'r Record<'t>) -> Self {
        Self { record, made: OnceCell::new(), is_for_the_interpreter: false }
    }

    /// A record of which the interpreter is asked, whatever was lowered.
    pub fn for_the_interpreter(record: &'r Record<'t>) -> Self {
        Self { is_for_the_interpreter: true, ..Self::new(record) }
    }

    /// True when the interpreter is to be asked.
    pub fn is_for_the_interpreter(&self) -> bool {
        self.is_for_the_interpreter
    }
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
    /// How near to the ends of the window records lie.
    edges: Edges,
}

impl Facts {
    /// True when the same records count within this window.
    pub fn hold_within(&self, window: &Window) -> bool {
        self.edges.fit(window)
    }
}

/// Where the partial results of logs come from.
#[derive(Clone, Debug, Default)]
pub enum Partials {
    /// From the logs.
    #[default]
    Logs,
    /// From what was kept of them, as far as it goes, and else from the logs.
    Cache(Arc<Cache>),
    /// From other machines.
    Shards(Arc<Shards>),
}

/// Reads all logs once and answers all scans.
///
/// # Errors
/// When partial results of other machines do not make the whole.
pub fn run(inquiry: &Inquiry<'_>, partials: &Partials) -> Result<Facts, Vec<Diagnostic>> {
    let logs = &inquiry.evidence.logs;
    let keys = match partials {
        Partials::Cache(_) => keys::of_scans(&inquiry.scans),
        Partials::Logs | Partials::Shards(_) => Vec::new(),
    };
    if let Partials::Shards(shards) = partials {
        shards.check(inquiry)?;
    }
    let give = |(index, log): (usize, &Log)| {
        let number = u32::try_from(index).unwrap_or(u32::MAX);
        match partials {
            Partials::Logs => inquiry.whole(number, log),
            Partials::Cache(cache) => cache.give(inquiry, &keys, (number, log)),
            Partials::Shards(shards) => shards.give(number, log),
        }
    };
    let given: Vec<_> = logs.par_iter().enumerate().map(give).collect();
    if let Partials::Cache(cache) = partials {
        cache.tidy(inquiry.world);
    }
    let mut facts = facts(inquiry, given);
    if let Some(watch) = inquiry.watch {
        facts.diagnostics.extend(watch.differences(inquiry.evidence));
    }
    Ok(facts)
}

/// Merges what the logs gave, in their order.
fn facts(inquiry: &Inquiry<'_>, given: Vec<Result<Partial, Unreadable>>) -> Facts {
    let (scans, skew) = (inquiry.scans.as_slice(), inquiry.skew());
    let mut facts = Facts { tallies: tallies(scans), ..Facts::default() };
    for (given, log) in given.into_iter().zip(&inquiry.evidence.logs) {
        match given {
            Ok(Partial { seen: Seen { read, order, edges }, tallies }) => {
                facts.edges.merge(edges);
                merge(&mut facts.tallies, tallies);
                let disorder = skew.and_then(|skew| Some(order.disorder(skew)?.diagnostic(&log.file, skew)));
                facts.diagnostics.extend(disorder);
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
        let Limits { groups, held, values } = scan.wanted.limits;
        let message = format!(
            "rule {} met more than it may hold: {groups} groups, {held} events and values, {values} values a group",
            scan.rule
        );
        let help = "group by fewer fields, or ask for fewer records; what it found counts, and it concludes nothing from the rest";
        facts.diagnostics.push(Diagnostic::error(Code::ManyGroups, message).help(help));
    }
    facts
}

fn merge(all: &mut [Tally], part: Vec<Tally>) {
    all.iter_mut().zip(part).for_each(|(all, one)| all.merge(one));
}

fn tallies(scans: &[&Scan]) -> Vec<Tally> {
    scans.iter().map(|scan| Tally::new(Arc::clone(&scan.wanted))).collect()
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
