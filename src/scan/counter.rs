//! Records of which only the number matters, counted apart from the groups they belong to.
//!
//! A group that only counts points at its first few records and at its last one. What lies behind the
//! first few changes nothing of it but its number and its last record. Where a scan has one group,
//! such records are counted here, side by side for all scans, and nobody looks for the group.

use super::mark::Mark;
use jiff::Timestamp;

/// What was counted for the one group of a scan since that was looked at.
#[derive(Clone, Copy, Debug)]
pub(super) struct Counter {
    /// What is later only counts.
    behind: Timestamp,
    count: u64,
    /// The last record of the group.
    last: Mark,
}

impl Counter {
    /// A counter for a group that points at no record behind this time, but for its last one.
    pub(super) fn new(behind: Timestamp, last: Mark) -> Self {
        Self { behind, count: 0, last }
    }

    /// Adds a record; false where that takes more than counting.
    #[inline]
    pub(super) fn count(&mut self, mark: Mark) -> bool {
        let only_counts = self.behind < mark.time && mark.has_time();
        if only_counts {
            (self.count, self.last) = (self.count + 1, self.last.max(mark));
        }
        only_counts
    }

    /// How many were counted, and the last record of all.
    pub(super) fn counted(self) -> (u64, Mark) {
        (self.count, self.last)
    }
}
