//! Silences: stretches of records, and what lies between them.

use crate::scan::Mark;
use crate::time::Duration;
use serde::{Deserialize, Serialize};

/// The stretches of a group, in order, where silences count.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::scan) struct Stretches(Vec<Stretch>);

/// Records of which each follows the one before it soon enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Stretch {
    first: Mark,
    last: Mark,
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

impl Stretches {
    /// Adds a record that has a time.
    pub(in crate::scan) fn add(&mut self, mark: Mark, gap: Duration) {
        // A log that is in order only ever goes on where the last stretch ends.
        match self.0.last_mut() {
            Some(last) if last.first <= mark && last.last.seconds_to(mark) <= gap.seconds => {
                last.last = last.last.max(mark);
            }
            Some(last) if mark < last.first => {
                self.merge(Self(vec![Stretch { first: mark, last: mark }]), gap)
            }
            _ => self.0.push(Stretch { first: mark, last: mark }),
        }
    }

    /// Adds those of another part. A stretch hides no silence, so the joined stretches of two parts
    /// are those of the whole.
    pub(in crate::scan) fn merge(&mut self, other: Self, gap: Duration) {
        self.0.extend(other.0);
        self.0.sort_unstable();
        let mut kept: Vec<Stretch> = Vec::with_capacity(self.0.len());
        for stretch in self.0.drain(..) {
            match kept.last_mut() {
                Some(last) if last.last.seconds_to(stretch.first) <= gap.seconds => {
                    last.last = last.last.max(stretch.last);
                }
                _ => kept.push(stretch),
            }
        }
        self.0 = kept;
    }

    /// The most stretches that any part of so many records between these two can have. What is
    /// really held may shrink when parts are merged; this does not.
    pub(in crate::scan) fn held(count: u64, first: Mark, last: Mark, gap: Duration) -> usize {
        if !last.has_time() {
            return 0;
        }
        let most = first.seconds_to(last).max(0) / gap.seconds.max(1) + 1;
        usize::try_from(most).unwrap_or(usize::MAX).min(usize::try_from(count).unwrap_or(usize::MAX))
    }

    /// The silences between the records, in order.
    pub(in crate::scan) fn silences(&self) -> Vec<Silence> {
        self.0.windows(2).map(|pair| Silence { before: pair[0].last, behind: pair[1].first }).collect()
    }
}
