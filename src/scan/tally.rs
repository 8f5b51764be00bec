//! What one rule learns from records, in a form that merges.

use super::group::Group;
use super::join::RowNumber;
use super::mark::Mark;
use crate::evidence::Record;
use crate::finding::Diagnostic;
use crate::time::Duration;
use std::collections::{BTreeMap, BTreeSet};

/// A scan holds so many groups.
const GROUPS: usize = 200_000;
/// A scan holds so many marks for windows and silences.
const MARKS: usize = 2_000_000;
/// Undecidable records that can be pointed at.
const UNDECIDED: usize = 5;

/// The partial result of one scan over some records. Merging is associative and commutative:
/// any split of the records, merged in any order, gives the same tally.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    /// Records of the kind.
    pub seen: u64,
    /// Records of the kind outside of the audit's window.
    pub outside: u64,
    /// Records that count as population.
    pub population: u64,
    /// Records that could not be decided.
    pub undecidable: u64,
    /// The first of them, by time.
    pub undecided: BTreeSet<Mark>,
    /// Kept records by the values of their group.
    pub groups: BTreeMap<Vec<String>, Group>,
    /// Slots that conditions read.
    pub reads: u128,
    /// Slots that conditions read and found filled at least once.
    pub filled: u128,
    /// The first failure of a condition, by time.
    pub failed: Option<(Mark, Diagnostic)>,
    /// True when something was dropped because too much was to be held.
    pub overflowed: bool,
    window: Option<Duration>,
    gap: Option<Duration>,
    held: usize,
}

impl Tally {
    /// An empty tally of a scan with this window or gap.
    pub fn new(window: Option<Duration>, gap: Option<Duration>) -> Self {
        Self { window, gap, ..Self::default() }
    }

    /// Notes the slots that a condition read from a record.
    pub(super) fn saw(&mut self, record: &Record<'_>, reads: u128) {
        let new = reads & !self.filled;
        self.reads |= reads;
        if new != 0 {
            let filled = (0..128).filter(|&slot| new & (1 << slot) != 0 && record.get(slot).is_some());
            self.filled |= filled.fold(0, |bits, slot| bits | (1 << slot));
        }
    }

    pub(super) fn undecidable(&mut self, mark: Mark) {
        self.undecidable += 1;
        self.undecided.insert(mark);
        while self.undecided.len() > UNDECIDED {
            self.undecided.pop_last();
        }
    }

    pub(super) fn fault(&mut self, mark: Mark, fault: Diagnostic) {
        if self.failed.as_ref().is_none_or(|(first, _)| mark < *first) {
            self.failed = Some((mark, fault));
        }
    }

    /// Adds a kept record to its group.
    pub(super) fn keep(&mut self, key: Vec<String>, mark: Mark, joined: Option<RowNumber>) {
        if self.window.is_some() && !mark.has_time() {
            return self.undecidable(mark);
        }
        let one = Group::new(mark, joined, self.window, self.gap);
        self.add(key, one);
    }

    fn add(&mut self, key: Vec<String>, part: Group) {
        self.held += part.held();
        if self.held > MARKS {
            self.overflowed = true;
            return;
        }
        if let Some(group) = self.groups.get_mut(&key) {
            let before = group.held() + part.held();
            group.merge(part, self.gap);
            self.held -= before - group.held();
        } else if self.groups.len() < GROUPS {
            self.groups.insert(key, part);
        } else {
            self.overflowed = true;
        }
    }

    /// Puts another tally of the same scan into this one.
    pub fn merge(&mut self, other: Self) {
        self.seen += other.seen;
        self.outside += other.outside;
        self.population += other.population;
        self.undecidable += other.undecidable;
        self.undecided.extend(other.undecided);
        while self.undecided.len() > UNDECIDED {
            self.undecided.pop_last();
        }
        self.reads |= other.reads;
        self.filled |= other.filled;
        self.overflowed |= other.overflowed;
        if let Some((mark, fault)) = other.failed {
            self.fault(mark, fault);
        }
        for (key, part) in other.groups {
            self.add(key, part);
        }
    }

    /// Slots that conditions read and no record fills.
    pub fn starved(&self) -> impl Iterator<Item = usize> + '_ {
        (0..128).filter(|&slot| self.reads & !self.filled & (1 << slot) != 0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Position;
    use proptest::prelude::*;

    fn mark(second: i64, log: u32) -> Mark {
        let position = Position { offset: second.unsigned_abs(), line: 1, column: 1 };
        Mark { time: jiff::Timestamp::from_second(second).unwrap(), log, position, part: 0 }
    }

    fn tally(records: &[(u8, i64)], log: u32) -> Tally {
        let mut tally = Tally::new(Some(Duration::seconds(60)), Some(Duration::seconds(600)));
        for (key, second) in records {
            tally.seen += 1;
            tally.keep(vec![key.to_string()], mark(*second, log), None);
        }
        tally
    }

    /// What a report can see of a tally.
    fn shown(tally: &Tally) -> String {
        let groups = tally.groups.iter().map(|(key, group)| {
            let burst = group.burst(Duration::seconds(60));
            format!(
                "{key:?} {} {:?} {:?} {:?} {burst:?} {:?}",
                group.count,
                group.first,
                group.last,
                group.exemplars,
                group.silences()
            )
        });
        format!("{} {:?}", tally.seen, groups.collect::<Vec<_>>())
    }

    proptest! {
        #[test]
        fn any_split_in_any_order_gives_the_same(
            records in proptest::collection::vec((0_u8..3, 0_i64..5_000), 0..60),
            cuts in (0_usize..60, 0_usize..60),
            order in 0_usize..6,
        ) {
            let (a, b) = (cuts.0.min(cuts.1).min(records.len()), cuts.0.max(cuts.1).min(records.len()));
            let parts = [&records[..a], &records[a..b], &records[b..]];
            let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
            let mut merged = tally(&[], 0);
            for part in orders[order] {
                merged.merge(tally(parts[part], 0));
            }
            let mut right = tally(parts[1], 0);
            right.merge(tally(parts[2], 0));
            let mut nested = tally(parts[0], 0);
            nested.merge(right);
            prop_assert_eq!(shown(&merged), shown(&tally(&records, 0)));
            prop_assert_eq!(shown(&nested), shown(&merged));
        }
    }

    #[test]
    fn a_window_holds_its_last_moment() {
        let tally = tally(&[(0, 0), (0, 30), (0, 60), (0, 61)], 0);
        let burst = tally.groups[&vec!["0".to_owned()]].burst(Duration::seconds(60)).unwrap();
        assert_eq!((burst.count, burst.first.time.as_second(), burst.last.time.as_second()), (3, 0, 60));
    }

    #[test]
    fn a_silence_is_longer_than_the_gap_and_not_as_long() {
        let silences = |seconds: &[i64]| {
            let records: Vec<(u8, i64)> = seconds.iter().map(|second| (0, *second)).collect();
            tally(&records, 0).groups[&vec!["0".to_owned()]].silences().len()
        };
        assert_eq!(silences(&[0, 600, 1200]), 0);
        assert_eq!(silences(&[0, 601]), 1);
        assert_eq!(silences(&[0, 1200, 600]), 0);
    }
}
