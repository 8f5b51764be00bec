//! Watching rules while they are asked: which statements ran, which atoms of conditions were true
//! and which false, which fields were read.
//!
//! Nothing is watched where nobody asks for it: conditions and scripts are compiled for it, and run
//! in engines of their own.

use crate::evidence::{Record, Row};
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

/// How rules are asked.
#[derive(Clone, Debug, Default)]
pub enum Asking {
    /// Natively where that means the same, and else by the interpreter.
    #[default]
    Natively,
    /// By the interpreter alone, which runs what is optimized.
    Interpreted,
    /// By the interpreter alone, which runs what was written.
    AsWritten,
    /// The same, and watched.
    Watched(Arc<Watcher>),
}

impl Asking {
    /// True when conditions may be asked natively.
    pub(super) fn is_native(&self) -> bool {
        matches!(self, Self::Natively)
    }

    /// True when the interpreter may run something simpler than what was written.
    pub(super) fn is_optimized(&self) -> bool {
        matches!(self, Self::Natively | Self::Interpreted)
    }

    /// Who watches.
    pub(super) fn watcher(&self) -> Option<&Arc<Watcher>> {
        match self {
            Self::Watched(watcher) => Some(watcher),
            _ => None,
        }
    }
}

/// Notes what is seen, from any thread.
#[derive(Debug, Default)]
pub struct Watcher {
    noticed: Mutex<Noticed>,
    /// The file and line of the only record whose atoms are noted.
    only: Option<(String, usize)>,
}

/// What was seen of one rule.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Noticed {
    /// Statements of the script that ran, by number.
    pub statements: BTreeSet<usize>,
    /// Atoms of conditions, by their first byte in the file of the rule.
    pub atoms: BTreeMap<usize, Truths>,
    /// What stood on the sides of an atom, by the atom's first byte, where one record is watched.
    pub values: BTreeMap<usize, Vec<String>>,
    /// Fields of rows that were read, by kind of evidence.
    pub fields: BTreeSet<(String, String)>,
}

/// Which truths were seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Truths {
    /// It was true.
    pub yes: bool,
    /// It was false.
    pub no: bool,
}

impl Watcher {
    /// Watches the conditions on the record on this line of this file, and on no other.
    pub fn of_record(file: &str, line: usize) -> Self {
        Self { only: Some((file.to_owned(), line)), ..Self::default() }
    }

    /// True where one record is watched.
    pub(super) fn is_of_record(&self) -> bool {
        self.only.is_some()
    }

    /// True when atoms are noted as they are of this row.
    pub(super) fn minds_row(&self, row: &Row) -> bool {
        let Some((file, line)) = &self.only else { return true };
        let grid = &row.table.grid;
        let place = || grid.source.span(grid.row_range(row.index)).place_alone("");
        row.table.file() == file && {
            let place = place();
            (place.line..=place.end_line).contains(line)
        }
    }

    /// The same of a record of the only log that is read.
    pub(super) fn minds_record(&self, record: &Record<'_>) -> bool {
        let Some((_, line)) = &self.only else { return true };
        let first = usize::try_from(record.position.line).unwrap_or(usize::MAX);
        (first..first + record.text.lines().count().max(1)).contains(line)
    }

    /// What was seen so far.
    pub fn noticed(&self) -> Noticed {
        self.note(|noticed| noticed.clone())
    }

    /// What was seen since this was last taken.
    pub fn take(&self) -> Noticed {
        self.note(std::mem::take)
    }

    /// Notes an atom; that it was asked alone, where nobody can say whether it is true.
    pub(super) fn atom(&self, at: usize, truth: Option<bool>) {
        self.note(|noticed| {
            let truths = noticed.atoms.entry(at).or_default();
            match truth {
                Some(true) => truths.yes = true,
                Some(false) => truths.no = true,
                None => {}
            }
        });
    }

    /// Notes what stands on the sides of an atom.
    pub(super) fn values(&self, at: usize, values: Vec<String>) {
        self.note(|noticed| noticed.values.insert(at, values));
    }

    fn note<T>(&self, note: impl FnOnce(&mut Noticed) -> T) -> T {
        note(&mut self.noticed.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Truths {
    /// True when it was seen both ways.
    pub fn are_both(self) -> bool {
        self.yes && self.no
    }
}

thread_local! {
    /// Who watches what this thread does now.
    static WATCHING: RefCell<Option<Arc<Watcher>>> = const { RefCell::new(None) };
}

/// Works under the eyes of this watcher, where there is one.
pub(super) fn under<T>(watcher: Option<&Arc<Watcher>>, work: impl FnOnce() -> T) -> T {
    let Some(watcher) = watcher else { return work() };
    let before = WATCHING.replace(Some(Arc::clone(watcher)));
    let done = work();
    WATCHING.set(before);
    done
}

/// Notes that a statement runs.
pub(super) fn statement(number: i64) {
    let Ok(number) = usize::try_from(number) else { return };
    watching(|noticed| {
        noticed.statements.insert(number);
    });
}

/// Notes that a field is read.
pub(super) fn field(kind: &str, field: &str) {
    watching(|noticed| {
        noticed.fields.insert((kind.to_owned(), field.to_owned()));
    });
}

fn watching(note: impl FnOnce(&mut Noticed)) {
    WATCHING.with_borrow(|watcher| {
        if let Some(watcher) = watcher {
            watcher.note(note);
        }
    });
}
