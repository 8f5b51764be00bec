//! Findings as a table: a row for each exception, so that it can be filtered by owner, subject and file.

use super::exception::{Exception, exceptions};
use crate::place::Place;
use crate::report::Report;
use crate::spreadsheet::{Cell, Column, Table};
use crate::vocabulary::{Language, Word};

/// Places of one exception that are shown; the JSON has all of them.
const PLACES_SHOWN: usize = 8;

/// The columns, with their widths in characters.
const COLUMNS: &[(Word, u16)] = &[
    (Word::Grade, 16),
    (Word::Control, 10),
    (Word::Requirement, 18),
    (Word::Title, 30),
    (Word::Statement, 48),
    (Word::Subject, 22),
    (Word::Owner, 18),
    (Word::File, 42),
    (Word::Place, 12),
    (Word::Objective, 48),
    (Word::Derivation, 52),
    (Word::Advice, 44),
    (Word::Question, 36),
    (Word::Basis, 13),
    (Word::Rule, 28),
    (Word::Exceptions, 11),
    (Word::Population, 11),
    (Word::Undecidable, 11),
    (Word::PartOf, 14),
    (Word::Finding, 14),
    (Word::Exception, 18),
];

/// All findings in the order of the report, each exception a row; a finding without exceptions of its own,
/// as a systemic failure, is one row.
pub(super) fn table(report: &Report, language: Language) -> Table {
    let column = |(word, width): &(Word, u16)| Column::new(language.say(*word), *width);
    let rows = exceptions(report).iter().map(|exception| row(exception, language)).collect();
    Table { columns: COLUMNS.iter().map(column).collect(), rows }
}

fn row(exception: &Exception, language: Language) -> Vec<Cell> {
    let (finding, observed) = (exception.finding, exception.observed);
    let first = exception.places.first();
    let seen: Vec<String> = exception.places.iter().take(PLACES_SHOWN).map(|place| quoted(place)).collect();
    let cell = |(column, _): &(Word, u16)| match column {
        Word::Grade => Cell::State(finding.state, language.state(finding.state).to_owned()),
        Word::Control => Cell::text(&finding.control.to_string()),
        Word::Requirement => Cell::text(&finding.requirements.join("\n")),
        Word::Title => Cell::text(&finding.title),
        Word::Statement => Cell::text(exception.statement),
        Word::Subject => Cell::maybe(observed.map(|observed| observed.subject.as_str())),
        Word::Owner => Cell::maybe(observed.and_then(|observed| observed.owner.as_deref())),
        Word::File => Cell::maybe(first.map(|place| place.file.as_str())),
        Word::Place => Cell::text(&first.map(|place| spot(place)).unwrap_or_default()),
        Word::Objective => Cell::text(&seen.join("\n")),
        Word::Derivation => Cell::text(&finding.derivation.join("\n")),
        Word::Advice => Cell::text(&finding.help),
        Word::Question => Cell::maybe(finding.ask.as_deref()),
        Word::Basis => Cell::text(language.basis(finding.basis)),
        Word::Rule => Cell::text(&finding.rule),
        Word::Exceptions => Cell::number(finding.exceptions),
        Word::Population => Cell::number(finding.population),
        Word::Undecidable => Cell::number(finding.undecidable),
        Word::PartOf => Cell::maybe(finding.contained_in.as_deref()),
        Word::Finding => Cell::text(&finding.id),
        Word::Exception => Cell::text(exception.id),
        _ => Cell::text(""),
    };
    COLUMNS.iter().map(cell).collect()
}

/// Where in its file a place is: a line, or a cell with its sheet; nothing for a file as a whole.
fn spot(place: &Place) -> String {
    match (&place.sheet, &place.cell) {
        (Some(sheet), Some(cell)) => format!("{sheet}!{cell}"),
        _ if is_whole(place) => String::new(),
        _ => place.line.to_string(),
    }
}

/// A place as reports cite it: `hr/roster.csv:17:98`, or the file alone where it is meant as a whole.
pub(super) fn cited(place: &Place) -> String {
    if is_whole(place) { place.file.clone() } else { place.to_string() }
}

fn is_whole(place: &Place) -> bool {
    place.excerpt.is_none() && place.text.is_empty() && place.cell.is_none()
}

/// A place with what stands there.
fn quoted(place: &Place) -> String {
    match place.text.as_str() {
        "" => cited(place),
        text => format!("{}: {}", cited(place), text.split_whitespace().collect::<Vec<_>>().join(" ")),
    }
}
