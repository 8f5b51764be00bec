//! What fields held in the first record of a group, and in the last.

use crate::scan::Mark;
use serde::{Deserialize, Serialize};

/// The values of fields at both ends of a group.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Ends {
    first: Option<End>,
    last: Option<End>,
}

/// A record and its values.
#[derive(Clone, Debug, Serialize, Deserialize)]
struct End {
    mark: Mark,
    values: Vec<Option<String>>,
}

impl Ends {
    /// Adds a record with its values.
    pub(in crate::scan) fn add(&mut self, mark: Mark, values: Vec<Option<String>>) {
        if self.first.as_ref().is_none_or(|first| mark < first.mark) {
            self.first = Some(End { mark, values: values.clone() });
        }
        if self.last.as_ref().is_none_or(|last| last.mark.later(mark) == mark) {
            self.last = Some(End { mark, values });
        }
    }

    /// Adds those of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self) {
        for end in other.first.into_iter().chain(other.last) {
            self.add(end.mark, end.values);
        }
    }

    /// The value of the first record, by the number of the field.
    pub fn first(&self, field: usize) -> Option<&str> {
        self.first.as_ref()?.values.get(field)?.as_deref()
    }

    /// The value of the last record, by the number of the field.
    pub fn last(&self, field: usize) -> Option<&str> {
        self.last.as_ref()?.values.get(field)?.as_deref()
    }
}
