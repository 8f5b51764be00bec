//! Records that share a key: how many, from when to when, and what else a scan keeps of them.

use super::aggregate::{
    Burst, Distinct, Ends, Given, Marks, Pair, Pairs, Silence, Stretches, Top, Total, Wanted,
};
use super::counter::Counter;
use super::join::RowNumber;
use super::mark::Mark;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Records of a group that a finding can point at.
const EXEMPLARS: usize = 5;

/// Records of one key.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Group {
    /// Number of records.
    pub count: u64,
    /// The first by time.
    pub first: Mark,
    /// The last by time.
    pub last: Mark,
    /// The first few, by time.
    pub exemplars: BTreeSet<Mark>,
    /// The row that the first record joined with.
    pub joined: Option<RowNumber>,
    marks: Marks,
    stretches: Stretches,
    /// What only some scans keep, and costs others nothing.
    more: Option<Box<More>>,
}

/// Aggregates that a scan declares.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
struct More {
    distinct: Distinct,
    total: Total,
    top: Top,
    ends: Ends,
    pairs: Pairs,
}

impl Group {
    /// A group of one record.
    pub(super) fn new(mark: Mark, joined: Option<RowNumber>, given: Given, wanted: &Wanted) -> Self {
        let mut group = Self {
            count: 0,
            first: mark,
            last: mark,
            exemplars: BTreeSet::new(),
            joined,
            marks: Marks::default(),
            stretches: Stretches::default(),
            more: None,
        };
        group.add(mark, joined, given, wanted);
        group
    }

    /// Adds a record.
    pub(super) fn add(&mut self, mark: Mark, joined: Option<RowNumber>, given: Given, wanted: &Wanted) {
        self.count += u64::from(!given.follows);
        if mark < self.first {
            (self.first, self.joined) = (mark, joined);
        }
        self.last = self.last.later(mark);
        self.show(mark);
        if wanted.window.is_some() && wanted.distinct.is_empty() {
            self.marks.add(mark);
        }
        if let Some(gap) = wanted.gap.filter(|_| mark.has_time()) {
            self.stretches.add(mark, gap);
        }
        self.add_more(mark, given, wanted);
    }

    /// Adds a record of which only the number counts; false where that takes more than counting.
    #[inline]
    pub(super) fn count(&mut self, mark: Mark) -> bool {
        let only_counts = mark.has_time() && self.last_exemplar().is_some_and(|last| *last < mark);
        if only_counts {
            (self.count, self.last) = (self.count + 1, self.last.later(mark));
        }
        only_counts
    }

    /// A counter for what comes behind the records that are pointed at.
    pub(super) fn counter(&self) -> Option<Counter> {
        self.last_exemplar().map(|last| Counter::new(last.time, self.last))
    }

    /// The last record that is pointed at, once there are as many as can be.
    fn last_exemplar(&self) -> Option<&Mark> {
        self.exemplars.last().filter(|_| self.exemplars.len() == EXEMPLARS)
    }

    /// Adds what was counted apart.
    pub(super) fn add_counted(&mut self, counter: Counter) {
        let (count, last) = counter.counted();
        (self.count, self.last) = (self.count + count, last);
    }

    fn add_more(&mut self, mark: Mark, given: Given, wanted: &Wanted) {
        let values = wanted.limits.values;
        if let Some(value) = given.distinct {
            let mark = wanted.window.map(|_| mark);
            self.more().distinct.add(value, mark, values);
        }
        if let Some(number) = given.number {
            self.more().total.add(number);
        }
        if let Some(value) = given.top {
            self.more().top.add(value, 1, values);
        }
        if !wanted.ends.is_empty() {
            self.more().ends.add(mark, given.ends);
        }
        if wanted.within.is_some() {
            self.more().pairs.add(mark, given.follows);
        }
    }

    /// Puts another part of the same group into this one.
    pub(super) fn merge(&mut self, other: Self, wanted: &Wanted) {
        self.count += other.count;
        if other.first < self.first {
            (self.first, self.joined) = (other.first, other.joined);
        }
        self.last = self.last.later(other.last);
        other.exemplars.into_iter().for_each(|mark| self.show(mark));
        self.marks.merge(other.marks);
        if let Some(gap) = wanted.gap {
            self.stretches.merge(other.stretches, gap);
        }
        if let Some(other) = other.more {
            let more = self.more();
            more.distinct.merge(other.distinct, wanted.limits.values);
            more.total.merge(other.total);
            more.top.merge(other.top, wanted.limits.values);
            more.ends.merge(other.ends);
            more.pairs.merge(other.pairs);
        }
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn show(&mut self, mark: Mark) {
        if self.exemplars.len() == EXEMPLARS && self.exemplars.last().is_some_and(|last| *last < mark) {
            return;
        }
        self.exemplars.insert(mark);
        while self.exemplars.len() > EXEMPLARS {
            self.exemplars.pop_last();
        }
    }

    /// What it costs to hold, in marks and values; never less after more records.
    pub(super) fn held(&self, wanted: &Wanted) -> usize {
        let stretches = wanted.gap.map_or(0, |gap| Stretches::held(self.count, self.first, self.last, gap));
        let more = self.more.as_ref();
        let more = more.map_or(0, |more| more.distinct.held() + more.top.held() + more.pairs.held());
        self.marks.held() + stretches + more
    }

    /// True when it had more values than are kept.
    pub fn is_over(&self) -> bool {
        self.more.as_ref().is_some_and(|more| more.distinct.is_over() || more.top.is_over())
    }

    /// The window with most records, or with most different values where these are counted.
    pub fn burst(&self, wanted: &Wanted) -> Option<Burst> {
        let window = wanted.window?;
        match &self.more {
            Some(more) if !wanted.distinct.is_empty() => more.distinct.burst(window),
            _ => self.marks.burst(window),
        }
    }

    /// The silences between the records, in order.
    pub fn silences(&self) -> Vec<Silence> {
        self.stretches.silences()
    }

    /// The number of different values.
    pub fn distinct(&self) -> u64 {
        self.more.as_ref().map_or(0, |more| more.distinct.count())
    }

    /// The sum of the number, its least and its greatest value; none where no record has one.
    pub fn total(&self) -> Option<&Total> {
        self.more.as_ref().map(|more| &more.total)
    }

    /// The commonest values, so many.
    pub fn top(&self, most: usize) -> Vec<(String, u64)> {
        self.more.as_ref().map(|more| more.top.most(most)).unwrap_or_default()
    }

    /// What the first and the last record hold.
    pub fn ends(&self) -> Option<&Ends> {
        self.more.as_ref().map(|more| &more.ends)
    }

    /// The records that follow another one soon enough.
    pub fn pairs(&self, wanted: &Wanted) -> Option<Pair> {
        self.more.as_ref()?.pairs.within(wanted.within?)
    }
}
