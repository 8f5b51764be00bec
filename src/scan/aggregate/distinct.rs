//! How many different values there are, in all or within a window.

use super::window::Burst;
use crate::scan::Mark;
use crate::time::Duration;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The different values of a group, exact up to a limit. Beyond it the first values in the order of
/// their letters stay, whatever the order they came in.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(in crate::scan) struct Distinct {
    /// Values, each with the marks of its records where a window counts.
    values: BTreeMap<String, Vec<Mark>>,
    marks: usize,
    is_over: bool,
}

impl Distinct {
    /// Adds a value, with its mark where a window counts. So many values are kept without one.
    pub(in crate::scan) fn add(&mut self, value: String, mark: Option<Mark>, most: usize) {
        let marks = self.values.entry(value).or_default();
        marks.extend(mark);
        self.marks += usize::from(mark.is_some());
        self.cut(most);
    }

    /// Adds those of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self, most: usize) {
        for (value, marks) in other.values {
            self.values.entry(value).or_default().extend(marks);
        }
        self.marks += other.marks;
        self.is_over |= other.is_over;
        self.cut(most);
    }

    /// Values with marks are limited by their marks.
    fn cut(&mut self, most: usize) {
        while self.marks == 0 && self.values.len() > most {
            self.values.pop_last();
            self.is_over = true;
        }
    }

    /// Number of marks or values that are held.
    pub(in crate::scan) fn held(&self) -> usize {
        self.marks.max(self.values.len())
    }

    /// True when there were more values than are kept.
    pub(in crate::scan) fn is_over(&self) -> bool {
        self.is_over
    }

    /// The number of different values.
    pub(in crate::scan) fn count(&self) -> u64 {
        self.values.len() as u64 + u64::from(self.is_over)
    }

    /// The window of this length with most different values; the earliest of equal ones.
    pub(in crate::scan) fn burst(&self, window: Duration) -> Option<Burst> {
        let mut marks: Vec<(Mark, usize)> = Vec::with_capacity(self.marks);
        for (value, own) in self.values.values().enumerate() {
            marks.extend(own.iter().map(|mark| (*mark, value)));
        }
        marks.sort_unstable();
        let mut inside = vec![0_u64; self.values.len()];
        let (mut best, mut from, mut different): (Option<Burst>, usize, u64) = (None, 0, 0);
        for &(last, value) in &marks {
            inside[value] += 1;
            different += u64::from(inside[value] == 1);
            while marks[from].0.seconds_to(last) > window.seconds {
                let out = &mut inside[marks[from].1];
                *out -= 1;
                different -= u64::from(*out == 0);
                from += 1;
            }
            if best.is_none_or(|best| different > best.count) {
                best = Some(Burst { count: different, first: marks[from].0, last });
            }
        }
        best
    }
}
