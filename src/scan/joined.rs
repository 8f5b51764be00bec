//! A record and the row it is joined with, as conditions on both see them.

use super::predicate::{Asked, Field, Value};
use crate::evidence::{self, Record, Row};
use std::borrow::Cow;
use std::fmt;

/// A field of a record, or of the row it is joined with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum JoinedField {
    /// A field of the record.
    Record(Field),
    /// A field of the row.
    Row(String),
}

/// A record and its row.
pub struct Joined<'a, 'r, 't> {
    /// The record.
    pub record: &'r Record<'t>,
    /// The row.
    pub row: &'a Row,
    /// Answers questions about cells in doubt.
    pub guess: &'a dyn Fn() -> bool,
}

impl Asked<JoinedField> for Joined<'_, '_, '_> {
    fn value<'v>(&'v self, field: &'v JoinedField, reads: &mut u128) -> Value<'v> {
        match field {
            JoinedField::Record(field) => self.record.value(field, reads),
            JoinedField::Row(name) => match cell(self.row.value(name)) {
                Value::Unsure(_) => Value::Unsure(!self.row.text(name).is_empty()),
                value => value,
            },
        }
    }

    fn has(&self, field: &JoinedField) -> bool {
        match field {
            JoinedField::Record(field) => self.record.has(field),
            JoinedField::Row(name) => self.row.table.has(name),
        }
    }

    fn guess(&self) -> bool {
        (self.guess)()
    }
}

/// What a cell holds, as comparisons see it.
fn cell(value: evidence::Value<'_>) -> Value<'_> {
    match value {
        evidence::Value::Absent => Value::Nothing,
        evidence::Value::Text(Cow::Borrowed(text)) => Value::Text(text),
        evidence::Value::YesNo(value) => Value::Text(if value { "yes" } else { "no" }),
        evidence::Value::Integer(number) => Value::Integer(number),
        evidence::Value::Number(number) => Value::Number(number),
        evidence::Value::Time(time) => Value::Time(time),
        // Lists of controls are not compared natively, and no cell makes a text of its own.
        evidence::Value::Undecidable
        | evidence::Value::Controls(_)
        | evidence::Value::Text(Cow::Owned(_)) => Value::Unsure(true),
    }
}

impl fmt::Display for JoinedField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record(field) => field.fmt(f),
            Self::Row(name) => write!(f, "j.{name}"),
        }
    }
}
