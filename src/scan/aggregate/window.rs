//! The densest window: the most records within a length of time.

use crate::scan::Mark;
use crate::time::Duration;
use serde::{Deserialize, Serialize};

/// The records of a group, where a window counts them.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::scan) struct Marks(Vec<Mark>);

/// The densest window of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Burst {
    /// Records in it; different values, where these are counted.
    pub count: u64,
    /// The first of them.
    pub first: Mark,
    /// The last of them.
    pub last: Mark,
}

impl Marks {
    /// Adds a record that has a time.
    pub(in crate::scan) fn add(&mut self, mark: Mark) {
        self.0.push(mark);
    }

    /// Adds those of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// Number of marks that are held.
    pub(in crate::scan) fn held(&self) -> usize {
        self.0.len()
    }

    /// The window of this length with most records; the earliest of equal ones. A window holds
    /// what happens up to its length after its first record, that moment included.
    pub(in crate::scan) fn burst(&self, window: Duration) -> Option<Burst> {
        let mut marks = self.0.clone();
        marks.sort_unstable();
        let mut best: Option<Burst> = None;
        let mut from = 0;
        for (at, last) in marks.iter().enumerate() {
            while marks[from].seconds_to(*last) > window.seconds {
                from += 1;
            }
            let count = (at - from + 1) as u64;
            if best.is_none_or(|best| count > best.count) {
                best = Some(Burst { count, first: marks[from], last: *last });
            }
        }
        best
    }
}
