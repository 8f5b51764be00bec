//! What a scan keeps of the records of a group, besides their number: one aggregate a file.
//!
//! Each is a partial result with an `add` for one record and a `merge` for another part of the same
//! group. Merging is associative and commutative, and `held`, what it costs to hold, only ever grows:
//! so a limit is met by any split of the records, merged in any order, or by none.

mod distinct;
mod ends;
mod pairs;
mod period;
mod silence;
mod top;
mod total;
mod value;
mod window;

pub(super) use distinct::Distinct;
pub use ends::Ends;
pub use pairs::Pair;
pub(super) use pairs::Pairs;
pub use period::{Period, periods_between};
pub use silence::Silence;
pub(super) use silence::Stretches;
pub(super) use top::Top;
pub use total::{Number, Total};
pub(super) use value::short;
pub use window::Burst;
pub(super) use window::Marks;

use crate::time::Duration;

/// What a scan keeps of each group.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// Length of the window in which events are counted.
    pub window: Option<Duration>,
    /// Length of a silence that matters.
    pub gap: Option<Duration>,
    /// Length of the periods that groups are parted by.
    pub every: Option<Duration>,
    /// Slots of the fields whose different values are counted together.
    pub distinct: Vec<usize>,
    /// Slot of the number that is summed.
    pub sum: Option<usize>,
    /// Slot of the field whose commonest values are kept.
    pub top: Option<usize>,
    /// How many of the commonest values are shown.
    pub most: usize,
    /// Slots of the fields whose first and last values are kept.
    pub ends: Vec<usize>,
    /// How long after a record the one that follows it may come, where sequences count.
    pub within: Option<Duration>,
    /// How much is held.
    pub limits: Limits,
}

/// How much a scan holds. What is beyond is told, and nothing is concluded from its absence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Groups of a scan.
    pub groups: usize,
    /// Marks and values of a scan, of all its groups together.
    pub held: usize,
    /// Different values of a group, where no window holds their marks.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { groups: 200_000, held: 2_000_000, values: 10_000 }
    }
}

impl Wanted {
    /// The slots that it reads, besides those of conditions and of the grouping.
    pub fn slots(&self) -> impl Iterator<Item = usize> + '_ {
        self.distinct.iter().chain(&self.sum).chain(&self.top).chain(&self.ends).copied()
    }

    /// True when a record gives nothing but itself.
    pub(super) fn only_counts(&self) -> bool {
        self.distinct.is_empty() && self.sum.is_none() && self.top.is_none() && self.ends.is_empty()
    }

    /// True when of a record in a group that is there only its number and its time count.
    pub(super) fn is_number(&self) -> bool {
        self.only_counts() && !self.is_timed()
    }

    /// True when a record without a time cannot be put anywhere.
    pub fn needs_time(&self) -> bool {
        self.window.is_some() || self.every.is_some() || self.within.is_some()
    }

    /// True when the order of records in time matters.
    pub fn is_timed(&self) -> bool {
        self.needs_time() || self.gap.is_some() || !self.ends.is_empty()
    }
}

/// What one record gives to the aggregates of its group.
#[derive(Clone, Debug, Default)]
pub(super) struct Given {
    /// Its values of the fields that are counted together; none where all of them are empty.
    pub(super) distinct: Option<String>,
    /// Its number.
    pub(super) number: Option<Number>,
    /// Its value of the field whose commonest values are kept.
    pub(super) top: Option<String>,
    /// Its values of the fields whose first and last values are kept.
    pub(super) ends: Vec<Option<String>>,
    /// True when it is what follows in a sequence, and not what is kept.
    pub(super) follows: bool,
}
