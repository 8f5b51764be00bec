//! Tables as spreadsheets read them: CSV and XLSX. No text in them is a formula.

mod book;

pub use book::{Book, Paper};

use crate::finding::State;
use crate::snippet::visible;
use jiff::civil::Date;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words of people or of a report; never a formula.
    Text(String),
    /// A day.
    Day(Date),
    /// A count.
    Number(u64),
    /// Words that head what stands beside or below them.
    Title(String),
    /// A state under its name in some language, told apart by its colour too.
    State(State, String),
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its title.
    pub title: String,
    /// Its width in characters.
    pub width: u16,
    /// What may be filled in.
    pub takes: Takes,
}

/// What may be filled into a column.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Takes {
    /// Anything.
    #[default]
    Anything,
    /// One of these, chosen from a list; other words are let in after a question.
    OneOf(Vec<String>),
    /// A day; the text says so where something else is entered.
    Day(String),
}

/// A table under its columns.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// The columns.
    pub columns: Vec<Column>,
    /// Its rows, a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

impl Column {
    /// A column that takes anything.
    pub fn new(title: impl Into<String>, width: u16) -> Self {
        Self { title: title.into(), width, takes: Takes::Anything }
    }
}

impl Cell {
    /// Words, with control characters shown and line ends kept.
    pub fn text(text: &str) -> Self {
        Self::Text(text.lines().map(visible).collect::<Vec<_>>().join("\n"))
    }

    /// Words, or nothing.
    pub fn maybe(text: Option<&str>) -> Self {
        Self::text(text.unwrap_or_default())
    }

    /// A day as ISO 8601 writes it, or the text where it is none.
    pub fn day(text: Option<&str>) -> Self {
        text.and_then(|text| text.parse().ok()).map_or_else(|| Self::maybe(text), Self::Day)
    }

    /// A count.
    pub fn number(number: usize) -> Self {
        Self::Number(number as u64)
    }

    /// What is to be read in the cell.
    pub fn shown(&self) -> String {
        match self {
            Self::Text(text) | Self::Title(text) | Self::State(_, text) => text.clone(),
            Self::Day(day) => day.to_string(),
            Self::Number(number) => number.to_string(),
        }
    }
}

impl Table {
    /// The table as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an
    /// apostrophe before it.
    pub fn csv(&self) -> String {
        let header: Vec<String> = self.columns.iter().map(|column| column.title.clone()).collect();
        let rows = self.rows.iter().map(|row| row.iter().map(Cell::shown).collect());
        let lines = std::iter::once(header).chain(rows).map(|row: Vec<String>| csv_row(&row));
        lines.collect()
    }
}

fn csv_row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(cell)).collect();
    cells.join(",") + "\r\n"
}

/// A text as one cell of CSV, quoted where it must be, and no formula.
pub fn csv_cell(text: &str) -> String {
    let text = unarmed(text);
    if text.contains(['"', ',', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text
    }
}

/// A text that no spreadsheet runs. Some also take the full-width signs for formulas.
fn unarmed(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            assert_eq!(unarmed(text), format!("'{text}"));
        }
        assert_eq!(unarmed("2=2"), "2=2");
        assert_eq!(csv_row(&["=cmd|'/c calc'!A0,1".to_owned()]), "\"'=cmd|'/c calc'!A0,1\"\r\n");
        assert_eq!(csv_cell("say \"so\""), "\"say \"\"so\"\"\"");
    }

    #[test]
    fn a_day_that_is_none_stays_as_it_was_written() {
        assert_eq!(Cell::day(Some("2026-07-01")), Cell::Day(jiff::civil::date(2026, 7, 1)));
        assert_eq!(Cell::day(Some("soon")), Cell::Text("soon".to_owned()));
        assert_eq!(Cell::day(None), Cell::Text(String::new()));
    }
}
