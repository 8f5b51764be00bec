//! What is known of values before a rule runs.

use crate::pack::{Holds, Kind, ParamKind};
use crate::script::api::{Gives, Sort};
use std::collections::BTreeSet;
use std::sync::Arc;

/// What is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lint) struct Type {
    /// What it is.
    pub(in crate::lint) sort: Sort,
    /// What else is known of it.
    pub(in crate::lint) detail: Detail,
    /// Whether it may be nothing instead.
    pub(in crate::lint) absence: Absence,
}

/// Whether a value may be `()` instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::lint) enum Absence {
    /// It never is.
    Never,
    /// It may be, or that is ruled out in a way that is not seen here.
    Unclear,
    /// It may be: an empty cell, a row that is looked up.
    Likely,
}

/// What else is known of a value.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::lint) enum Detail {
    /// Nothing.
    None,
    /// Of a text: it is one of the words of a field.
    Words(Words),
    /// Of rows and what holds them: where they come from.
    Rows(Rows),
    /// Of two tables that are compared.
    Both(Rows, Rows),
    /// Of a list: what its elements are.
    Elements(Box<Type>),
    /// Of fields of a record: the name they lie below.
    Below(String),
}

/// The words that a field may hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::lint) struct Words {
    /// The field.
    pub(in crate::lint) field: String,
    /// Its words.
    pub(in crate::lint) known: Arc<BTreeSet<String>>,
}

/// Where rows come from, and what is known of their cells.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::lint) struct Rows {
    /// The kinds of evidence; none where that is not known.
    pub(in crate::lint) kinds: BTreeSet<String>,
    /// Fields whose cells are not empty.
    pub(in crate::lint) filled: BTreeSet<String>,
}

impl Type {
    /// A value of which nothing is known.
    pub(in crate::lint) const ANY: Self =
        Self { sort: Sort::Any, detail: Detail::None, absence: Absence::Unclear };
    /// `()`.
    pub(in crate::lint) const NOTHING: Self =
        Self { sort: Sort::Nothing, detail: Detail::None, absence: Absence::Unclear };

    /// A value that is never nothing.
    pub(in crate::lint) const fn one(sort: Sort) -> Self {
        Self { sort, detail: Detail::None, absence: Absence::Never }
    }

    /// Rows, or what holds them.
    pub(in crate::lint) fn of_rows(sort: Sort, rows: Rows) -> Self {
        Self { detail: Detail::Rows(rows), ..Self::one(sort) }
    }

    /// Rows of this kind, or what holds them.
    pub(in crate::lint) fn of_kind(sort: Sort, kind: &str) -> Self {
        Self::of_rows(sort, Rows { kinds: [kind.to_owned()].into(), filled: BTreeSet::new() })
    }

    /// A list of such values.
    pub(in crate::lint) fn list(element: Self) -> Self {
        Self { detail: Detail::Elements(Box::new(element)), ..Self::one(Sort::Array) }
    }

    /// The same, where somebody may have looked before whether there is something: in it, and in its
    /// cells.
    pub(in crate::lint) fn doubted(mut self) -> Self {
        self.absence = self.absence.min(Absence::Unclear);
        if let Detail::Rows(rows) = &mut self.detail {
            rows.filled.insert(Rows::ASKED.to_owned());
        }
        self
    }

    /// The same, with another absence.
    pub(in crate::lint) fn with(self, absence: Absence) -> Self {
        Self { absence, ..self }
    }

    /// What a function gives by its definition.
    pub(in crate::lint) fn given(gives: Gives) -> Self {
        let absence = if gives.or_nothing { Absence::Unclear } else { Absence::Never };
        let absence = if gives.sort == Sort::Any { Absence::Unclear } else { absence };
        let detail = match gives.element {
            Sort::Any => Detail::None,
            element => Detail::Elements(Box::new(Self::one(element))),
        };
        Self { sort: gives.sort, detail, absence }
    }

    /// What the cell of a field is.
    pub(in crate::lint) fn of_cell(kind: &Kind, name: &str) -> Option<Self> {
        let field = kind.fields.get(name)?;
        let words = || {
            let known: BTreeSet<String> = field.words.known().into_iter().map(str::to_owned).collect();
            let words = Words { field: name.to_owned(), known: Arc::new(known) };
            Self { detail: Detail::Words(words), ..Self::one(Sort::Text) }
        };
        let cell = match field.holds {
            Holds::Word | Holds::YesNo => words(),
            Holds::Text | Holds::Control | Holds::Requirement | Holds::Files => Self::one(Sort::Text),
            Holds::Date => Self::one(Sort::Time),
            Holds::Number => Self::one(Sort::Number),
            Holds::Controls => Self::list(Self::one(Sort::Text)),
        };
        Some(cell.with(Absence::Likely))
    }

    /// What a parameter is.
    pub(in crate::lint) fn of_param(kind: ParamKind) -> Self {
        match kind {
            ParamKind::Duration => Self::one(Sort::Duration),
            ParamKind::Integer => Self::one(Sort::Integer),
            ParamKind::Number => Self::one(Sort::Float),
            ParamKind::Boolean => Self::one(Sort::Boolean),
            ParamKind::Text | ParamKind::Pattern => Self::one(Sort::Text),
            ParamKind::Texts => Self::list(Self::one(Sort::Text)),
        }
    }

    /// What is known of a value that is this one or the other.
    pub(in crate::lint) fn or(self, other: Self) -> Self {
        if self == other {
            return self;
        }
        match (self.sort, other.sort) {
            // What begins as nothing and is given a value may be checked in many ways.
            (Sort::Nothing, _) => other.with(Absence::Unclear),
            (_, Sort::Nothing) => self.with(Absence::Unclear),
            (one, two) => {
                let is_same = self.absence == other.absence;
                let absence = if is_same { self.absence } else { Absence::Unclear };
                let sort = if one == two {
                    one
                } else if one.is_number() && two.is_number() {
                    Sort::Number
                } else {
                    return Self::ANY;
                };
                Self { sort, detail: self.detail.or(other.detail), absence }
            }
        }
    }

    /// Where rows come from; nothing is known of other values.
    pub(in crate::lint) fn rows(&self) -> Rows {
        match &self.detail {
            Detail::Rows(rows) => rows.clone(),
            _ => Rows::default(),
        }
    }

    /// What the elements of a list, or of what else can be gone through, are.
    pub(in crate::lint) fn element(&self) -> Self {
        match (self.sort, &self.detail) {
            (Sort::Array, Detail::Elements(element)) => (**element).clone(),
            (Sort::Table, Detail::Rows(rows)) => Self::of_rows(Sort::Row, rows.clone()),
            (Sort::RowGroups, Detail::Rows(rows)) => Self::of_rows(Sort::RowGroup, rows.clone()),
            (Sort::Table, _) => Self::one(Sort::Row),
            (Sort::RowGroups, _) => Self::one(Sort::RowGroup),
            (Sort::Range, _) => Self::one(Sort::Integer),
            (Sort::Text, _) => Self::one(Sort::Character),
            _ => Self::ANY,
        }
    }

    /// True for plain values, which are compared by what they are.
    pub(in crate::lint) fn is_plain(&self) -> bool {
        self.sort.is_number() || matches!(self.sort, Sort::Boolean | Sort::Text | Sort::Time | Sort::Duration)
    }

    /// The words that a text may be, where they are known.
    pub(in crate::lint) fn words(&self) -> Option<&Words> {
        match &self.detail {
            Detail::Words(words) => Some(words),
            _ => None,
        }
    }
}

impl Detail {
    fn or(self, other: Self) -> Self {
        match (self, other) {
            (Self::Words(one), Self::Words(two)) if one.field == two.field => {
                let known: BTreeSet<String> = one.known.union(&two.known).cloned().collect();
                Self::Words(Words { known: Arc::new(known), ..one })
            }
            (Self::Rows(one), Self::Rows(two)) => Self::Rows(one.or(&two)),
            (Self::Elements(one), Self::Elements(two)) => Self::Elements(Box::new(one.or(*two))),
            (one, two) if one == two => one,
            _ => Self::None,
        }
    }
}

impl Rows {
    /// Stands among filled fields for a condition that is not understood here.
    pub(super) const ASKED: &str = "?";

    /// Rows from either; from anywhere, where one is not known.
    fn or(&self, other: &Self) -> Self {
        if self.kinds.is_empty() || other.kinds.is_empty() {
            return Self::default();
        }
        Self {
            kinds: self.kinds.union(&other.kinds).cloned().collect(),
            filled: self.filled.intersection(&other.filled).cloned().collect(),
        }
    }
}
