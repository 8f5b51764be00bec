//! What a cell holds, once it is read as what its field should be.

use crate::control_id::ControlId;
use crate::time::Time;
use std::borrow::Cow;
use std::ops::Range;

/// The value of a cell.
#[derive(Clone, Debug, PartialEq)]
pub enum Value<'a> {
    /// Nothing stands there, or a word that means nothing, as `n/a`.
    Absent,
    /// Something stands there, and it is not what the field should hold; or the table has no
    /// column for the field. It counts neither for nor against anyone.
    Undecidable,
    /// A text, or the meaning of a word.
    Text(Cow<'a, str>),
    /// Yes or no.
    YesNo(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// A day or an instant.
    Time(Time),
    /// Ids of controls with the bytes of the cell's text where each stands.
    Controls(Vec<(ControlId, Range<usize>)>),
}

/// What a condition says of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// It holds.
    Yes,
    /// It does not hold.
    No,
    /// It depends on what cannot be decided.
    Undecidable,
}

impl Value<'_> {
    /// The same value without borrowing.
    pub fn into_owned(self) -> Value<'static> {
        match self {
            Self::Text(text) => Value::Text(Cow::Owned(text.into_owned())),
            Self::Absent => Value::Absent,
            Self::Undecidable => Value::Undecidable,
            Self::YesNo(value) => Value::YesNo(value),
            Self::Integer(value) => Value::Integer(value),
            Self::Number(value) => Value::Number(value),
            Self::Time(value) => Value::Time(value),
            Self::Controls(ids) => Value::Controls(ids),
        }
    }
}
