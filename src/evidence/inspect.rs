//! What there is to say of a table before anyone judges: rows set aside, columns in doubt, cells
//! that are not what they should be.

use super::grid::RawRow;
use super::ragged;
use super::table::Table;
use crate::code::Code;
use crate::finding::{Diagnostic, count};
use crate::pack::Holds;
use crate::place::Place;
use std::collections::BTreeMap;

/// Places shown for one diagnostic; the others are counted in its message.
const SHOWN: usize = 5;
/// Ragged rows of a table that are pointed at; the others are counted.
const ROWS_TOLD: usize = 50;

/// Mends what can be told of ragged rows and says what is left to say.
pub(super) fn inspect(table: &mut Table) -> Vec<Diagnostic> {
    let mut told = rows(table);
    told.extend(preamble(table));
    told.extend(columns(table));
    told.extend(conventions(table));
    told.extend(cells(table));
    told
}

/// Takes back the ragged rows of which the key can be told, and tells these and the others.
fn rows(table: &mut Table) -> Vec<Diagnostic> {
    let ragged = std::mem::take(&mut table.grid.ragged);
    let (mut partly, mut aside) = (Vec::new(), Vec::new());
    for row in ragged {
        match ragged::mend(table, &row) {
            Some(cells) => {
                let known = cells.iter().filter(|(cell, _)| cell.range().is_some()).count();
                partly.push(ragged_place(table, &row, Some(known)));
                table.grid.insert(cells);
            }
            None => {
                aside.push(ragged_place(table, &row, None));
                table.grid.ragged.push(row);
            }
        }
    }
    let partly = told(table, partly, "counted as far as the cells can be told apart, the rest not decidable");
    let aside = told(table, aside, "set aside");
    partly.into_iter().chain(aside).collect()
}

fn told(table: &Table, mut places: Vec<Place>, done: &str) -> Option<Diagnostic> {
    let number = places.len();
    places.truncate(ROWS_TOLD);
    let message = format!(
        "{}: {} with more or fewer cells than the header has columns, {done}",
        table.file(),
        count(number, "row"),
    );
    let help = "give each row a cell for every column, and quote cells that hold the delimiter";
    let diagnostic = Diagnostic { places, ..Diagnostic::warning(Code::RaggedRow, message).help(help) };
    (number > 0).then_some(diagnostic)
}

fn ragged_place(table: &Table, row: &RawRow, known: Option<usize>) -> Place {
    let cells = format!("{} for {}", count(row.cells.len(), "cell"), count(table.grid.width(), "column"));
    let label = known.map_or(cells.clone(), |known| format!("{cells}; {known} can be told apart"));
    table.grid.source.span(row.range()).place_alone(label)
}

fn preamble(table: &Table) -> Option<Diagnostic> {
    let above = table.grid.preamble;
    let message = format!("{} above the header of {} were skipped", count(above, "row"), table.file());
    (above > 0).then(|| {
        Diagnostic::note(Code::Preamble, message)
            .at(table.grid.header_span().place_alone("taken for the header"))
    })
}

fn columns(table: &Table) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    for (header, columns) in &table.matched.ambiguous {
        let places = columns.iter().map(|&column| header_place(table, column, "this one, or another"));
        let message =
            format!("{} of {} have the header `{header}`", count(columns.len(), "column"), table.file());
        let help = "name the column by its number in preaudit.toml, as in `columns = { status = \"#3\" }`";
        let mut diagnostic = Diagnostic::warning(Code::AmbiguousColumn, message).help(help);
        diagnostic.places.extend(places);
        told.push(diagnostic);
    }
    for header in &table.matched.missing {
        let message = format!("{} has no column `{header}`, which preaudit.toml names", table.file());
        told.push(
            Diagnostic::warning(Code::MissingColumn, message)
                .at(table.grid.header_span().place_alone("the header")),
        );
    }
    told
}

fn header_place(table: &Table, column: usize, label: &str) -> Place {
    let range = table.grid.header_cells.get(column).and_then(|cell| cell.range());
    range.map_or_else(
        || table.grid.header_span().place_alone(label),
        |range| table.grid.source.span(range).place(label),
    )
}

fn conventions(table: &Table) -> Vec<Diagnostic> {
    let doubt = |(field, is_date): (&str, bool)| {
        let (what, help) = if is_date {
            (
                "dates can have the day or the month first",
                "declare `dates = \"day-first\"` or `\"month-first\"` in preaudit.toml",
            )
        } else {
            (
                "a comma can stand before decimals or thousands",
                "declare `numbers = \"comma\"` or `\"point\"` in preaudit.toml",
            )
        };
        let message = format!("in column `{field}` of {} {what}, and no cell proves which", table.file());
        let column = table.matched.columns.get(field).copied().unwrap_or_default();
        Diagnostic::warning(Code::UnprovenConvention, message).help(help).at(header_place(
            table,
            column,
            "this column",
        ))
    };
    table.unproven().into_iter().map(doubt).collect()
}

fn cells(table: &Table) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    for (field, rows) in table.undecidable_cells() {
        let holds = table.kind.fields.get(field).map_or(Holds::Text, |field| field.holds);
        let Some(&column) = table.matched.columns.get(field) else { continue };
        if matches!(holds, Holds::Word | Holds::YesNo) {
            told.extend(unknown_words(table, field, column, &rows));
            continue;
        }
        let what = match holds {
            Holds::Date => "no date",
            Holds::Number => "no number",
            _ => "no id of a control",
        };
        let cells =
            if rows.len() == 1 { "1 cell is".to_owned() } else { format!("{} cells are", rows.len()) };
        let message = format!("{cells} {what} in column `{field}` of {}", table.file());
        let mut diagnostic = Diagnostic::note(Code::NotDecidable, message);
        let places = rows.iter().take(SHOWN).map(|&row| table.grid.span(row, column).place_alone(what));
        diagnostic.places.extend(places);
        told.push(diagnostic);
    }
    told
}

/// Every unknown word once, with where it stands.
fn unknown_words(table: &Table, field: &str, column: usize, rows: &[usize]) -> Vec<Diagnostic> {
    let mut words: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for &row in rows {
        words.entry(table.grid.text(row, column).trim()).or_default().push(row);
    }
    let known = table.kind.fields.get(field).map(|field| field.words.known().join(", ")).unwrap_or_default();
    let one = |(word, rows): (&str, Vec<usize>)| {
        let message =
            format!("`{}` is no known word for `{field}` in {}", crate::source::shorten(word), table.file());
        let help = format!("known are: {known}; declare what it means under `words` in preaudit.toml");
        let mut diagnostic = Diagnostic::note(Code::UnknownWord, message).help(help);
        let label = if rows.len() > SHOWN {
            format!("and {} more", count(rows.len() - 1, "row"))
        } else {
            "here".to_owned()
        };
        let places =
            rows.iter().take(SHOWN).map(|&row| table.grid.span(row, column).place_alone(label.clone()));
        diagnostic.places.extend(places);
        diagnostic
    };
    words.into_iter().map(one).collect()
}
