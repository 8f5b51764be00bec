//! Watches logs being asked: takes times, and gathers what spot checks find. No result depends on
//! it but for the diagnostics that spot checks give.

use super::Scan;
use super::mark::Mark;
use super::spot_check::{Cost, SpotChecks, Spots};
use crate::code::Code;
use crate::evidence::{Clocks, Evidence, Spent, fragment};
use crate::finding::{Diagnostic, count};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Watches logs being asked.
#[derive(Debug, Default)]
pub struct Watch {
    /// Records that are looked at once more.
    pub checks: SpotChecks,
    seen: Mutex<Watched>,
}

/// What was seen of all logs.
#[derive(Clone, Debug, Default)]
pub struct Watched {
    /// By rule, the records of which the interpreter says something else, and the first of them.
    pub differences: BTreeMap<String, (u64, Mark)>,
    /// Records that the interpreter was asked about.
    pub rechecked: u64,
    /// Records whose time was taken.
    pub timed: u64,
    /// Time that all rules took together over these.
    pub together: Duration,
    /// By rule, what it took alone over those of them that it was shown.
    pub alone: BTreeMap<String, Cost>,
    /// By number, what the logs took that were read.
    pub logs: BTreeMap<u32, LogWatched>,
}

/// What one log took.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogWatched {
    /// Time on the wall.
    pub took: Duration,
    /// Time of all threads.
    pub spent: Spent,
}

impl Watch {
    /// Watches, and looks at so many records once more.
    pub fn new(checks: SpotChecks) -> Self {
        Self { checks, seen: Mutex::default() }
    }

    /// What was seen so far.
    pub fn seen(&self) -> Watched {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Adds what was found in a log, or in a stretch of it.
    pub(super) fn found(&self, scans: &[&Scan], spots: Spots) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.rechecked += spots.rechecked;
        seen.timed += spots.timed;
        seen.together += spots.together;
        for (scan, (records, mark)) in spots.differences {
            let (all, first) = seen.differences.entry(scans[scan].rule.clone()).or_insert((0, mark));
            *all += records;
            *first = mark.min(*first);
        }
        for (scan, one) in spots.alone {
            seen.alone.entry(scans[scan].rule.clone()).or_default().add(one);
        }
    }

    /// Notes what reading a log, or a stretch of it, took.
    pub(super) fn took(&self, log: u32, took: Duration, clocks: &Clocks) {
        let mut seen = self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        let all = seen.logs.entry(log).or_default();
        let spent = clocks.spent();
        all.took += took;
        all.spent.cutting += spent.cutting;
        all.spent.reading += spent.reading;
        all.spent.merging += spent.merging;
    }

    /// What is said natively and otherwise by the interpreter: no fault of the evidence, nor of a
    /// rule.
    pub(super) fn differences(&self, evidence: &Evidence) -> Vec<Diagnostic> {
        let difference = |(rule, (records, first)): (String, (u64, Mark))| {
            let shown = count(usize::try_from(records).unwrap_or(usize::MAX), "record");
            let message =
                format!("rule {rule} says something else of {shown} natively than by the interpreter");
            let help = "this is a fault of preaudit; please report it with the rule and the record";
            let diagnostic = Diagnostic::error(Code::NativeDiffers, message).help(help);
            match usize::try_from(first.log).ok().and_then(|log| evidence.logs.get(log)) {
                Some(log) => {
                    let record = fragment(&log.file, first.position, "");
                    diagnostic.at(record.line(1).place("the first of them"))
                }
                None => diagnostic,
            }
        };
        self.seen().differences.into_iter().map(difference).collect()
    }
}
