//! The rows that the looks of a rule meet, each once.

use super::Exceptions;
use crate::evidence::Row;
use std::collections::HashMap;
use std::sync::Arc;

/// What the looks of a rule made of one row.
#[derive(Clone, Debug, Default)]
pub(super) struct Case {
    /// Which of the rows it is, in the order in which they were met.
    pub(super) number: usize,
    /// True when a look could decide it.
    pub(super) is_decided: bool,
    /// True when a look could not.
    pub(super) is_in_doubt: bool,
    is_lapse: bool,
    is_opportunity: bool,
}

/// All rows that were met, by where they stand: two kinds may show one row of one file.
#[derive(Debug, Default)]
pub(super) struct Cases {
    cases: Vec<Case>,
    numbers: HashMap<(usize, Stand), usize>,
    /// Texts that rows stand in, by file and title. Never printed, only counted.
    texts: HashMap<(String, Option<String>), usize>,
    /// The table of the last row, and its text: rows come table by table.
    last: Option<(usize, usize)>,
}

/// Where a row stands in its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Stand {
    /// The row is the whole document.
    Document,
    /// Its first byte.
    At(usize),
    /// A row that stands nowhere, by its index.
    Nowhere(usize),
}

impl Case {
    /// Notes that a look found an exception.
    pub(super) fn note_exception(&mut self, is_opportunity: bool) {
        self.is_decided = true;
        self.is_opportunity |= is_opportunity;
        self.is_lapse |= !is_opportunity;
    }
}

impl Cases {
    /// The case of a row, new or met before.
    pub(super) fn of(&mut self, row: &Row) -> &mut Case {
        let stands = (self.text(row), stand(row));
        let next = self.cases.len();
        let number = *self.numbers.entry(stands).or_insert(next);
        if number == next {
            self.cases.push(Case { number, ..Case::default() });
        }
        &mut self.cases[number]
    }

    fn text(&mut self, row: &Row) -> usize {
        let table = Arc::as_ptr(&row.table) as usize;
        if let Some((_, text)) = self.last.filter(|(last, _)| *last == table) {
            return text;
        }
        let next = self.texts.len();
        // A document has a title of its own, whatever it is read as.
        let title = row.table.grid.title.clone().filter(|_| row.table.document.is_none());
        let text = *self.texts.entry((row.table.file().to_owned(), title)).or_insert(next);
        self.last = Some((table, text));
        text
    }

    /// Number of rows.
    pub(super) fn len(&self) -> usize {
        self.cases.len()
    }

    /// Rows that a look could decide.
    pub(super) fn decided(&self) -> usize {
        self.cases.iter().filter(|case| case.is_decided).count()
    }

    /// Rows that a look could decide, or that are left in doubt.
    pub(super) fn in_question(&self) -> usize {
        self.cases.iter().filter(|case| case.is_decided || case.is_in_doubt).count()
    }

    /// Rows that are exceptions, once for each of the two.
    pub(super) fn exceptions(&self) -> Exceptions {
        Exceptions {
            lapses: self.cases.iter().filter(|case| case.is_lapse).count(),
            opportunities: self.cases.iter().filter(|case| case.is_opportunity).count(),
        }
    }
}

fn stand(row: &Row) -> Stand {
    let range = row.table.grid.row_range(row.index);
    match &row.table.document {
        Some(_) => Stand::Document,
        None if range.is_empty() => Stand::Nowhere(row.index),
        None => Stand::At(range.start),
    }
}
