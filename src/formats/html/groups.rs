//! Clauses and themes: the groups in which people speak of clauses and controls.

use super::words::{Words, fill, named};
use crate::control_id::ControlId;

/// A clause of the standard or a theme of its Annex A: whether it is of the annex, and its first number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Group {
    is_annex: bool,
    number: u8,
}

impl Group {
    /// The group of a clause or control.
    pub(super) fn of(id: ControlId) -> Self {
        Self { is_annex: id.is_annex(), number: id.parts().first().copied().unwrap_or_default() }
    }

    /// `4` for a clause, `A.5` for a theme; the script of the page cuts ids the same way.
    pub(super) fn key(self) -> String {
        if self.is_annex { format!("A.{}", self.number) } else { self.number.to_string() }
    }

    /// True for a theme of Annex A.
    pub(super) fn is_annex(self) -> bool {
        self.is_annex
    }

    /// Its name: `A.5 Organizational controls`.
    pub(super) fn name(self, words: &Words) -> String {
        let names = if self.is_annex { words.themes } else { words.clauses };
        match named(names, &self.number) {
            Some(name) => format!("{} {name}", self.key()),
            None if self.is_annex => self.key(),
            None => fill(words.clause, &[self.key()]),
        }
    }
}
