//! The sorts of values that rules meet.

use std::fmt;

/// What a value is, as far as a function cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sort {
    /// Any value.
    Any,
    /// `()`.
    Nothing,
    /// True or false.
    Boolean,
    /// A whole number.
    Integer,
    /// A number with a fraction.
    Float,
    /// A number of either sort.
    Number,
    /// A text.
    Text,
    /// One character.
    Character,
    /// A list.
    Array,
    /// Values by name.
    Map,
    /// A function or closure.
    Function,
    /// Numbers from one to another.
    Range,
    /// A day or an instant.
    Time,
    /// A length of time.
    Duration,
    /// A row of a table, or a document.
    Row,
    /// Rows.
    Table,
    /// Rows by the value of a field.
    Index,
    /// Rows that share a value.
    RowGroup,
    /// Groups of rows.
    RowGroups,
    /// Two tables compared.
    Reconciliation,
    /// A record of a log.
    Event,
    /// Fields of a record below a name.
    EventFields,
    /// Records of a scan that share their key.
    EventGroup,
    /// One of the commonest values.
    Common,
    /// What a judgement sees.
    Context,
    /// The parameters of the rule.
    Parameters,
    /// A control.
    Control,
    /// A record that a clause requires.
    RequiredKind,
    /// A file that evidence names.
    NamedFile,
    /// A place to point at.
    Pointer,
    /// An exception.
    Observation,
    /// What a rule says of all it looked at.
    Verdict,
}

/// Each sort with its name in definition files, and with its name in messages.
const NAMES: [(Sort, &str, &str); 32] = [
    (Sort::Any, "?", "anything"),
    (Sort::Nothing, "()", "nothing"),
    (Sort::Boolean, "bool", "true or false"),
    (Sort::Integer, "int", "a whole number"),
    (Sort::Float, "float", "a number with a fraction"),
    (Sort::Number, "Number", "a number"),
    (Sort::Text, "String", "a text"),
    (Sort::Character, "char", "a character"),
    (Sort::Array, "Array", "a list"),
    (Sort::Map, "Map", "a map"),
    (Sort::Function, "FnPtr", "a function"),
    (Sort::Range, "Range", "a range"),
    (Sort::Time, "Time", "a date"),
    (Sort::Duration, "Duration", "a length of time"),
    (Sort::Row, "Row", "a row"),
    (Sort::Table, "Table", "a table"),
    (Sort::Index, "Index", "an index"),
    (Sort::RowGroup, "RowGroup", "a group of rows"),
    (Sort::RowGroups, "RowGroups", "groups of rows"),
    (Sort::Reconciliation, "Reconciliation", "a reconciliation"),
    (Sort::Event, "Event", "a record"),
    (Sort::EventFields, "EventFields", "fields of a record"),
    (Sort::EventGroup, "EventGroup", "a group of records"),
    (Sort::Common, "Common", "a common value"),
    (Sort::Context, "Context", "the context"),
    (Sort::Parameters, "Parameters", "the parameters"),
    (Sort::Control, "Control", "a control"),
    (Sort::RequiredKind, "RequiredKind", "a required kind of evidence"),
    (Sort::NamedFile, "NamedFile", "a named file"),
    (Sort::Pointer, "Pointer", "a place"),
    (Sort::Observation, "Observation", "an observation"),
    (Sort::Verdict, "Verdict", "a verdict"),
];

impl Sort {
    /// The sort with this name in a definition file.
    pub(super) fn named(name: &str) -> Option<Self> {
        NAMES.iter().find(|(_, known, _)| *known == name).map(|(sort, ..)| *sort)
    }

    /// The name in definition files, as `String`.
    pub fn name(self) -> &'static str {
        NAMES.iter().find(|(sort, ..)| *sort == self).map_or("?", |(_, name, _)| name)
    }

    /// True when a value of this sort may be handed to a function that takes the other.
    pub fn fits(self, wanted: Self) -> bool {
        self == wanted
            || self == Self::Any
            || wanted == Self::Any
            || (self == Self::Number && wanted.is_number())
            || (wanted == Self::Number && self.is_number())
    }

    /// True for numbers of all sorts.
    pub fn is_number(self) -> bool {
        matches!(self, Self::Integer | Self::Float | Self::Number)
    }
}

impl fmt::Display for Sort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(NAMES.iter().find(|(sort, ..)| sort == self).map_or("anything", |(.., said)| said))
    }
}
