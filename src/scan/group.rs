//! Records that share a key: how many, from when to when, how dense, how silent.

use super::join::RowNumber;
use super::mark::Mark;
use crate::time::Duration;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Records of a group that a finding can point at.
const EXEMPLARS: usize = 5;

/// Records of one key.
#[derive(Clone, Debug)]
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
    /// All of them, where a window counts.
    marks: Vec<Mark>,
    /// Stretches without a silence, where silences count.
    stretches: Vec<Stretch>,
}

/// Records of which each follows the one before it soon enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stretch {
    first: Mark,
    last: Mark,
}

/// The densest window of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Records in it.
    pub count: u64,
    /// The first of them.
    pub first: Mark,
    /// The last of them.
    pub last: Mark,
}

/// Two records with nothing between them for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Silence {
    /// The last record before it.
    pub before: Mark,
    /// The first record behind it.
    pub behind: Mark,
}

impl Silence {
    /// How long it was, in seconds.
    pub fn seconds(&self) -> i64 {
        self.behind.time.duration_since(self.before.time).as_secs()
    }
}

impl Group {
    /// A group of one record.
    pub(super) fn new(
        mark: Mark,
        joined: Option<RowNumber>,
        window: Option<Duration>,
        gap: Option<Duration>,
    ) -> Self {
        let timed = mark.has_time();
        Self {
            count: 1,
            first: mark,
            last: mark,
            exemplars: BTreeSet::from([mark]),
            joined,
            marks: if window.is_some() && timed { vec![mark] } else { Vec::new() },
            stretches: if gap.is_some() && timed {
                vec![Stretch { first: mark, last: mark }]
            } else {
                Vec::new()
            },
        }
    }

    /// Puts another part of the same group into this one.
    pub(super) fn merge(&mut self, other: Self, gap: Option<Duration>) {
        self.count += other.count;
        if other.first < self.first {
            self.first = other.first;
            self.joined = other.joined;
        }
        // What has no time is later than all, and no end of anything.
        self.last = match (self.last.has_time(), other.last.has_time()) {
            (true, false) => self.last,
            (false, true) => other.last,
            _ => self.last.max(other.last),
        };
        self.exemplars.extend(other.exemplars);
        while self.exemplars.len() > EXEMPLARS {
            self.exemplars.pop_last();
        }
        self.marks.extend(other.marks);
        if let Some(gap) = gap {
            self.join_stretches(other.stretches, gap);
        }
    }

    /// Number of marks that are held besides the exemplars.
    pub(super) fn held(&self) -> usize {
        self.marks.len() + self.stretches.len()
    }

    /// Joins stretches that no silence parts. A stretch hides no silence, so the joined stretches
    /// of two parts are those of the whole.
    fn join_stretches(&mut self, others: Vec<Stretch>, gap: Duration) {
        // A log that is in order only ever goes on where the last stretch ends.
        let follows =
            |stretch: &Stretch| self.stretches.last().is_none_or(|last| last.first <= stretch.first);
        let in_order = others.len() == 1 && others.iter().all(follows);
        self.stretches.extend(others);
        if !in_order {
            self.stretches.sort_unstable();
        }
        let from = if in_order { self.stretches.len().saturating_sub(2) } else { 0 };
        let mut joined: Vec<Stretch> = self.stretches.drain(from..).collect::<Vec<_>>();
        let mut kept: Vec<Stretch> = Vec::new();
        for stretch in joined.drain(..) {
            match kept.last_mut() {
                Some(last) if seconds_between(last.last.time, stretch.first.time) <= gap.seconds => {
                    last.last = last.last.max(stretch.last);
                }
                _ => kept.push(stretch),
            }
        }
        self.stretches.extend(kept);
    }

    /// The window of this length with most records; the earliest of equal ones. A window holds
    /// what happens up to its length after its first record, that moment included.
    pub fn burst(&self, window: Duration) -> Option<Burst> {
        let mut marks = self.marks.clone();
        marks.sort_unstable();
        let mut best: Option<Burst> = None;
        let mut from = 0;
        for (at, last) in marks.iter().enumerate() {
            while seconds_between(marks[from].time, last.time) > window.seconds {
                from += 1;
            }
            let count = (at - from + 1) as u64;
            if best.is_none_or(|best| count > best.count) {
                best = Some(Burst { count, first: marks[from], last: *last });
            }
        }
        best
    }

    /// The silences between the records, in order.
    pub fn silences(&self) -> Vec<Silence> {
        self.stretches
            .windows(2)
            .map(|pair| Silence { before: pair[0].last, behind: pair[1].first })
            .collect()
    }
}

fn seconds_between(earlier: Timestamp, later: Timestamp) -> i64 {
    let between = later.duration_since(earlier);
    // Part of a second more than a length is more than the length.
    between.as_secs() + i64::from(between.subsec_nanos() > 0)
}
