//! What a rule points at.

use crate::evidence::Row;
use crate::place::Place;
use crate::scan::Mark;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Something to point at, by name; where that is, is found out when it is shown.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pointer {
    /// What to point at.
    pub target: Target,
    /// What is to be seen there.
    pub label: String,
}

/// What a rule can point at.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Target {
    /// A field of a row.
    Field(Row, String),
    /// A part of a field of a row.
    Part(Row, String, String),
    /// Bytes of the row's document.
    Range(Row, Range<usize>),
    /// A part of an event.
    Event(#[serde(with = "crate::scan::whole_mark")] Mark, EventPart),
    /// A place that is known already.
    Place(Place),
}

/// What of an event to point at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum EventPart {
    /// All of it.
    Whole,
    /// Its time.
    Time,
    /// The field in this slot.
    Slot(usize),
}

impl Pointer {
    pub(super) fn field(row: &Row, field: &str, label: &str) -> Self {
        Self { target: Target::Field(row.clone(), field.to_owned()), label: label.to_owned() }
    }

    pub(super) fn part(row: &Row, field: &str, part: &str, label: &str) -> Self {
        Self { target: Target::Part(row.clone(), field.to_owned(), part.to_owned()), label: label.to_owned() }
    }

    pub(super) fn range(row: &Row, range: Range<usize>, label: &str) -> Self {
        Self { target: Target::Range(row.clone(), range), label: label.to_owned() }
    }

    /// The row that is pointed at, if it is one.
    pub fn row(&self) -> Option<&Row> {
        match &self.target {
            Target::Field(row, _) | Target::Part(row, _, _) | Target::Range(row, _) => Some(row),
            Target::Event(..) | Target::Place(_) => None,
        }
    }

    /// The place, for all but events, whose log must be read again.
    pub fn place(&self) -> Option<Place> {
        match &self.target {
            Target::Field(row, field) => Some(row.place(field, &self.label)),
            Target::Part(row, field, part) => Some(row.place_within(field, part, &self.label)),
            Target::Range(row, range) => Some(row.table.grid.source.span(range.clone()).place(&*self.label)),
            Target::Place(place) => Some(place.clone().labelled(&*self.label)),
            Target::Event(..) => None,
        }
    }

    pub(super) fn text(&self) -> String {
        self.place().map_or(String::new(), |place| place.text)
    }

    pub(super) fn subject(&self) -> String {
        match &self.target {
            Target::Field(row, _) | Target::Part(row, ..) | Target::Range(row, _) => row.subject(),
            Target::Event(..) => String::new(),
            Target::Place(place) => place.file.clone(),
        }
    }
}
