//! Sequences: a record, and another one that follows it soon.

use crate::scan::Mark;
use crate::time::Duration;
use serde::{Deserialize, Serialize};

/// The records of a group that come first, and those that follow.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::scan) struct Pairs {
    before: Vec<Mark>,
    behind: Vec<Mark>,
}

/// Records that follow another one soon enough.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// How many follow one.
    pub count: u64,
    /// The earliest record that the first of them follows.
    pub first: Mark,
    /// The first of them.
    pub last: Mark,
}

impl Pairs {
    /// Adds a record that has a time.
    pub(in crate::scan) fn add(&mut self, mark: Mark, follows: bool) {
        if follows { self.behind.push(mark) } else { self.before.push(mark) }
    }

    /// Adds those of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self) {
        self.before.extend(other.before);
        self.behind.extend(other.behind);
    }

    /// Number of marks that are held.
    pub(in crate::scan) fn held(&self) -> usize {
        self.before.len() + self.behind.len()
    }

    /// How many records follow another one within this length, that moment included. Of the same
    /// moment, what stands later in the logs follows.
    pub(in crate::scan) fn within(&self, length: Duration) -> Option<Pair> {
        let (mut before, mut behind) = (self.before.clone(), self.behind.clone());
        before.sort_unstable();
        behind.sort_unstable();
        let mut found: Option<Pair> = None;
        let mut from = 0;
        for last in behind {
            while before.get(from).is_some_and(|first| first.seconds_to(last) > length.seconds) {
                from += 1;
            }
            let Some(&first) = before.get(from).filter(|first| **first < last) else { continue };
            found.get_or_insert(Pair { count: 0, first, last }).count += 1;
        }
        found
    }
}
