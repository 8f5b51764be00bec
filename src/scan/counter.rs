//! Records of which only the number matters, counted apart from the groups they belong to.
//!
//! A record that is later than all before changes nothing of a group that only counts but its number
//! and its last record. Where a scan has one group, such records are counted here, side by side for
//! all scans, and nobody looks for the group.

use super::mark::Mark;

/// What was counted for the one group of a scan since that was looked at.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Counter {
    /// Records.
    pub(super) count: u64,
    /// The last of the group; none where the group must see the next record itself.
    pub(super) last: Option<Mark>,
}

impl Counter {
    /// Adds a record; false where that takes more than counting.
    #[inline]
    pub(super) fn count(&mut self, mark: Mark) -> bool {
        let is_last = mark.has_time() && self.last.is_some_and(|last| last < mark);
        if is_last {
            (self.count, self.last) = (self.count + 1, Some(mark));
        }
        is_last
    }
}
