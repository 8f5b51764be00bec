//! Names that the file of a rule points with, each at its place.

use std::ops::Range;

/// A name of a control, kind of evidence or field in the file of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it names.
    pub role: Role,
    /// The name.
    pub name: String,
    /// Bytes of the value in the file, quotes included.
    pub range: Range<usize>,
}

/// What a name names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A clause or control.
    Control,
    /// A kind of evidence.
    Kind,
    /// A field of this kind.
    Field(String),
    /// A field of this kind that holds numbers.
    Number(String),
}
