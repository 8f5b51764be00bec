//! What one rule learns from records, in a form that merges.

use super::aggregate::{Given, Wanted};
use super::counter::Counter;
use super::group::Group;
use super::join::RowNumber;
use super::mark::Mark;
use crate::evidence::Record;
use crate::finding::Diagnostic;
use serde::{Deserialize, Serialize};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The key of the group of scans that do not group.
const NO_KEY: &[String] = &[];

/// Undecidable records that can be pointed at.
const UNDECIDED: usize = 5;

/// The partial result of one scan over some records. Merging is associative and commutative:
/// any split of the records, merged in any order, gives the same tally. So it is where there are
/// more groups than may be held: the first ones by key are complete, the others are gone.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
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
    /// The first and the last record of the population that has a time, where periods count.
    pub span: Option<(Mark, Mark)>,
    /// Groups from this one on are dropped.
    horizon: Option<Vec<String>>,
    /// What the groups cost to hold.
    held: usize,
    /// Room for a key.
    #[serde(skip)]
    pub(super) room: Vec<String>,
    /// What the scan wants; the same in all tallies of a scan, so not part of what is stored.
    #[serde(skip)]
    wanted: Arc<Wanted>,
}

impl Tally {
    /// An empty tally of a scan that wants this of its groups.
    pub fn new(wanted: Arc<Wanted>) -> Self {
        Self { wanted, ..Self::default() }
    }

    /// A tally that was kept, as one of a scan that wants this of its groups.
    #[must_use]
    pub(super) fn of_kept(self, wanted: &Arc<Wanted>) -> Self {
        Self { wanted: Arc::clone(wanted), ..self }
    }

    /// Notes the slots that a condition read from a record.
    pub(super) fn saw(&mut self, record: &Record<'_>, reads: u128) {
        self.reads |= reads;
        self.filled |= reads & record.filled();
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

    /// Stretches the span of the population to two records that have a time.
    pub(super) fn span(&mut self, first: Mark, last: Mark) {
        let (known, until) = self.span.unwrap_or((first, last));
        self.span = Some((known.min(first), until.max(last)));
    }

    /// Adds a kept record to its group.
    pub(super) fn keep(&mut self, key: &[String], mark: Mark, joined: Option<RowNumber>, given: Given) {
        if self.is_beyond(key) {
            return;
        }
        match self.groups.get_mut(key) {
            Some(group) => {
                let before = group.held(&self.wanted);
                group.add(mark, joined, given, &self.wanted);
                self.held = self.held - before + group.held(&self.wanted);
                self.overflowed |= group.is_over();
                self.settle();
            }
            None => self.put(key.to_vec(), Group::new(mark, joined, given, &self.wanted)),
        }
    }

    /// Adds a kept record of a scan that only counts to a group that is there; false where that takes
    /// more than counting.
    #[inline]
    pub(super) fn count(&mut self, key: &[String], mark: Mark) -> bool {
        self.groups.get_mut(key).is_some_and(|group| group.count(mark))
    }

    /// A counter for the one group of a scan that only counts, once it has many records.
    pub(super) fn counter(&self) -> Option<Counter> {
        self.groups.get(NO_KEY)?.counter()
    }

    /// Adds what was counted apart.
    pub(super) fn add_counted(&mut self, counter: Counter) {
        if let Some(group) = self.groups.get_mut(NO_KEY) {
            group.add_counted(counter);
        }
    }

    fn is_beyond(&self, key: &[String]) -> bool {
        self.horizon.as_ref().is_some_and(|horizon| key >= horizon.as_slice())
    }

    fn put(&mut self, key: Vec<String>, part: Group) {
        let group = match self.groups.entry(key) {
            Entry::Occupied(group) => {
                let group = group.into_mut();
                self.held -= group.held(&self.wanted);
                group.merge(part, &self.wanted);
                group
            }
            Entry::Vacant(place) => place.insert(part),
        };
        self.held += group.held(&self.wanted);
        self.overflowed |= group.is_over();
        self.settle();
    }

    /// Drops the last groups by key while too much is held. What a group costs never shrinks, so no
    /// part of the records can drop a group that all of them together would keep.
    fn settle(&mut self) {
        while self.groups.len() > self.wanted.limits.groups || self.held > self.wanted.limits.held {
            let Some((key, group)) = self.groups.pop_last() else { return };
            self.held -= group.held(&self.wanted);
            self.horizon = Some(key);
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
        if let Some((first, last)) = other.span {
            self.span(first, last);
        }
        if let Some(horizon) = other.horizon.filter(|horizon| !self.is_beyond(horizon)) {
            let dropped = self.groups.split_off(&horizon);
            self.held -= dropped.values().map(|group| group.held(&self.wanted)).sum::<usize>();
            self.horizon = Some(horizon);
        }
        for (key, part) in other.groups {
            if !self.is_beyond(&key) {
                self.put(key, part);
            }
        }
    }

    /// Slots that conditions read and no record fills.
    pub fn starved(&self) -> impl Iterator<Item = usize> + '_ {
        (0..128).filter(|&slot| self.reads & !self.filled & (1 << slot) != 0)
    }
}
