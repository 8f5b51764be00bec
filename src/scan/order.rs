//! Whether the records of a log stand in the order of their times.
//!
//! Every aggregate puts records in order itself, so none is lost by standing late. But a log whose
//! records are older than those before them by more than its source explains was put together
//! otherwise than it seems, and that is told.

use crate::code::Code;
use crate::evidence::{Position, Record, fragment};
use crate::finding::{Diagnostic, count};
use crate::place::Place;
use crate::time::{Duration, Time};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The runs of a log that were read so far, each from one record to a later one with none left out.
/// Runs merge in any order; what lies between two of them is decided in the end, when all are there.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Order(BTreeMap<(Position, u32), Run>);

/// Records that follow each other in a log.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Run {
    first: Timestamp,
    last: Timestamp,
    /// Where its first record stands, should it be out of order behind the run before.
    start: Place,
    steps: Steps,
}

/// Steps from a record to the next one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Steps {
    forward: Direction,
    back: Direction,
}

/// Steps in one direction of time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
struct Direction {
    count: u64,
    /// Those that go further than the skew.
    far: u64,
    /// Where the first of these leads.
    place: Option<Place>,
}

/// Records that stand where their time does not belong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Disorder {
    /// How many.
    pub records: u64,
    /// The first of them.
    pub place: Option<Place>,
    /// True of a log whose latest record comes first; then they are younger than the one before.
    pub newest_first: bool,
}

impl Order {
    /// Adds the record of a log that follows the ones that were seen. What has no time is passed over.
    pub(super) fn saw(&mut self, record: &Record<'_>, file: &str, skew: Duration) {
        let Some(time) = record.time.map(Time::instant) else { return };
        let place = || fragment(file, record.position, record.text).line(1).place("");
        self.add((record.position, record.part), time, skew, place);
    }

    fn add(&mut self, at: (Position, u32), time: Timestamp, skew: Duration, place: impl FnOnce() -> Place) {
        match self.0.values_mut().next_back() {
            Some(run) => {
                run.steps.step(run.last, time, skew, place);
                run.last = time;
            }
            None => {
                let run = Run { first: time, last: time, start: place(), steps: Steps::default() };
                self.0.insert(at, run);
            }
        }
    }

    /// Adds other runs of the same log.
    pub fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The records that are out of order by more than the skew, once all runs are there. Most steps
    /// tell which way the log runs.
    pub fn disorder(&self, skew: Duration) -> Option<Disorder> {
        let mut all = Steps::default();
        let mut before: Option<Timestamp> = None;
        for run in self.0.values() {
            if let Some(before) = before {
                all.step(before, run.first, skew, || run.start.clone());
            }
            all.add(&run.steps);
            before = Some(run.last);
        }
        let newest_first = all.back.count > all.forward.count;
        let against = if newest_first { all.forward } else { all.back };
        let disorder = Disorder { records: against.far, place: against.place, newest_first };
        (disorder.records > 0).then_some(disorder)
    }
}

impl Disorder {
    /// What is told of a log whose records are out of order.
    pub(super) fn diagnostic(self, log: &str, skew: Duration) -> Diagnostic {
        let records = count(usize::try_from(self.records).unwrap_or(usize::MAX), "record");
        let (is, age) = (
            if self.records == 1 { "is" } else { "are" },
            if self.newest_first { "younger" } else { "older" },
        );
        let message = format!("{records} of {log} {is} {age} than the record before by more than {skew}");
        let help =
            "find out whether records of several sources were put behind each other, or were written later";
        let place = self.place.map(|place| place.labelled(format!("{age} than the record before")));
        let mut told = Diagnostic::note(Code::OutOfOrder, message).help(help);
        told.places.extend(place);
        told
    }
}

impl Steps {
    fn step(&mut self, from: Timestamp, to: Timestamp, skew: Duration, place: impl FnOnce() -> Place) {
        if from == to {
            return;
        }
        let direction = if from < to { &mut self.forward } else { &mut self.back };
        direction.count += 1;
        if to.duration_since(from).abs().as_nanos() > i128::from(skew.seconds) * 1_000_000_000 {
            direction.far += 1;
            direction.place.get_or_insert_with(place);
        }
    }

    fn add(&mut self, behind: &Self) {
        for (own, more) in [(&mut self.forward, &behind.forward), (&mut self.back, &behind.back)] {
            own.count += more.count;
            own.far += more.far;
            own.place = own.place.take().or_else(|| more.place.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Runs of a log of one record a second, cut before these records.
    fn runs(minutes: &[i64], cuts: &[usize]) -> Vec<Order> {
        let mut runs = vec![Order::default()];
        for (at, minute) in minutes.iter().enumerate() {
            if cuts.contains(&at) {
                runs.push(Order::default());
            }
            let line = at as u64 + 1;
            let position = Position { offset: line, line, column: 1 };
            let place = || fragment("a.log", position, "a record").line(1).place("");
            let time = Timestamp::from_second(minute * 60).unwrap();
            runs.last_mut().unwrap().add((position, 0), time, Duration::seconds(300), place);
        }
        runs
    }

    fn disorder(minutes: &[i64]) -> Option<(u64, usize, bool)> {
        let found = runs(minutes, &[])[0].disorder(Duration::seconds(300))?;
        Some((found.records, found.place?.line, found.newest_first))
    }

    #[test]
    fn only_what_is_older_by_more_than_the_skew_is_out_of_order() {
        assert_eq!(disorder(&[0, 10, 5, 20, 30]), None);
        assert_eq!(disorder(&[0, 10, 4, 20, 2, 30]), Some((2, 3, false)));
        assert_eq!(disorder(&[30, 20, 10, 0]), None);
        assert_eq!(disorder(&[30, 20, 10, 40, 35]), Some((1, 4, true)));
    }

    proptest! {
        #[test]
        fn any_runs_in_any_order_give_the_same(
            minutes in proptest::collection::vec(0_i64..60, 0..40),
            cuts in proptest::collection::vec(0_usize..40, 0..5),
            turn in 0_usize..6,
        ) {
            let mut parts = runs(&minutes, &cuts);
            let many = parts.len();
            parts.rotate_left(turn % many);
            let mut merged = Order::default();
            parts.into_iter().for_each(|part| merged.merge(part));
            let skew = Duration::seconds(300);
            prop_assert_eq!(merged.disorder(skew), runs(&minutes, &[])[0].disorder(skew));
            let mut back = 0;
            let mut forward = 0;
            let (mut far_back, mut far_forward) = (0, 0);
            for pair in minutes.windows(2) {
                back += u64::from(pair[1] < pair[0]);
                forward += u64::from(pair[1] > pair[0]);
                far_back += u64::from(pair[0] - pair[1] > 5);
                far_forward += u64::from(pair[1] - pair[0] > 5);
            }
            let far = if back > forward { far_forward } else { far_back };
            prop_assert_eq!(merged.disorder(skew).map_or(0, |found| found.records), far);
        }
    }
}
