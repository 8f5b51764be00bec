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
/// Ragged rows told one by one; the others are counted.
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

/// Tells every ragged row, and takes back those of which the key can be told.
fn rows(table: &mut Table) -> Vec<Diagnostic> {
    let ragged = std::mem::take(&mut table.grid.ragged);
    let mut told = Vec::new();
    let many = ragged.len();
    for row in ragged {
        let mended = ragged::mend(table, &row);
        if told.len() < ROWS_TOLD {
            let known =
                mended.as_ref().map(|cells| cells.iter().filter(|(cell, _)| cell.range().is_some()).count());
            told.push(ragged_row(table, &row, known));
        }
        match mended {
            Some(cells) => table.grid.insert(cells),
            None => table.grid.ragged.push(row),
        }
    }
    if many > ROWS_TOLD {
        let message = format!("{} more are ragged in {}", count(many - ROWS_TOLD, "row"), table.file());
        told.push(
            Diagnostic::warning(Code::RaggedRow, message).at(table.grid.header_span().place("the header")),
        );
    }
    told
}

fn ragged_row(table: &Table, row: &RawRow, known: Option<usize>) -> Diagnostic {
    let (cells, width) = (count(row.cells.len(), "cell"), table.grid.width());
    let place = table.grid.source.span(row.range());
    let (label, done) = match known {
        Some(known) => (
            format!("{cells} for {}; {known} can be told apart", count(width, "column")),
            "the cells that can be told by what they hold count; the others are not decidable",
        ),
        None => (format!("{cells} for {}", count(width, "column")), "the row was set aside"),
    };
    let help = if row.cells.len() > width {
        "quote cells that hold the delimiter"
    } else {
        "give the row all of its cells"
    };
    let message = format!("a row has {cells} under a header of {width}; {done}");
    Diagnostic::warning(Code::RaggedRow, message).help(help).at(place.place(label))
}

fn preamble(table: &Table) -> Option<Diagnostic> {
    let above = table.grid.preamble;
    let message = format!("{} above the header of {} were skipped", count(above, "row"), table.file());
    (above > 0).then(|| {
        Diagnostic::note(Code::Preamble, message).at(table.grid.header_span().place("taken for the header"))
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
                .at(table.grid.header_span().place("the header")),
        );
    }
    told
}

fn header_place(table: &Table, column: usize, label: &str) -> Place {
    let range = table.grid.header_cells.get(column).and_then(|cell| cell.range());
    range.map_or_else(
        || table.grid.header_span().place(label),
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
        let places = rows.iter().take(SHOWN).map(|&row| table.grid.span(row, column).place(what));
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
        let places = rows.iter().take(SHOWN).map(|&row| table.grid.span(row, column).place(label.clone()));
        diagnostic.places.extend(places);
        diagnostic
    };
    words.into_iter().map(one).collect()
}
