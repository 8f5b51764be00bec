//! The commonest values of a field.

use serde::{Deserialize, Serialize};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// How often each value of a group occurs, exact up to a limit of values. Beyond it the first
/// values in the order of their letters stay, whatever the order they came in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::scan) struct Top {
    counts: BTreeMap<String, u64>,
    is_over: bool,
}

impl Top {
    /// Adds a value so often. So many values are kept.
    pub(in crate::scan) fn add(&mut self, value: String, times: u64, most: usize) {
        *self.counts.entry(value).or_default() += times;
        if self.counts.len() > most {
            self.counts.pop_last();
            self.is_over = true;
        }
    }

    /// Adds those of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self, most: usize) {
        self.is_over |= other.is_over;
        for (value, times) in other.counts {
            self.add(value, times, most);
        }
    }

    /// Number of values that are held.
    pub(in crate::scan) fn held(&self) -> usize {
        self.counts.len()
    }

    /// True when there were more values than are kept.
    pub(in crate::scan) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The commonest values, the commonest first, equally common ones in the order of their letters.
    pub(in crate::scan) fn most(&self, most: usize) -> Vec<(String, u64)> {
        let mut all: Vec<(&String, &u64)> = self.counts.iter().collect();
        all.sort_by_key(|(_, times)| Reverse(**times));
        all.into_iter().take(most).map(|(value, times)| (value.clone(), *times)).collect()
    }
}
