//! A case as a file of cases holds it.

use super::variations::Variation;
use crate::evidence::FILE_NAME;
use crate::finding::{Finding, Observed, State};
use crate::place::Place;
use crate::prove::case::Case;
use crate::prove::sitting::{Heard, Sitting};
use std::fmt::Write as _;
use toml::Value;

/// The case that a variation makes, with what its rule says of it now.
pub(super) fn case(variation: &Variation, case: &Case, heard: &Heard, sitting: &Sitting<'_>) -> String {
    let mut text = String::from("[[case]]\n");
    let _ = writeln!(text, "name = {}", quoted(&variation.name));
    let _ = writeln!(text, "state = {}", quoted(heard.state.name()));
    if let Some(day) = case.as_of {
        let _ = writeln!(text, "as_of = {day}");
    }
    if let Some(reason) = heard.reason.as_ref().filter(|_| heard.state == State::NotEvaluated) {
        let _ = writeln!(text, "reason = {}", quoted(reason));
    }
    let expected: Vec<String> = heard
        .findings
        .iter()
        .flat_map(|finding| finding.observations.iter().map(|one| expect(finding, one, sitting)))
        .collect();
    if !expected.is_empty() {
        let _ = writeln!(text, "expect = [\n{}]", expected.concat());
    }
    for (file, bytes) in &case.files {
        let contents = String::from_utf8_lossy(bytes);
        let key =
            if file == FILE_NAME { "workspace".to_owned() } else { format!("evidence.{}", quoted(file)) };
        let _ = writeln!(text, "{key} = {}", block(&contents));
    }
    text
}

fn expect(finding: &Finding, one: &Observed, sitting: &Sitting<'_>) -> String {
    let places: Vec<&Place> = one.places.iter().filter_map(|at| finding.places.get(*at)).collect();
    let spots: Vec<String> = places.iter().map(|place| quoted(&spot(place, sitting))).collect();
    let at = match &spots[..] {
        [] => String::new(),
        [only] => format!(", at = {only}"),
        [first, rest @ ..] => format!(", at = {first}, and = [{}]", rest.join(", ")),
    };
    format!("  {{ state = {}{at}, says = {} }},\n", quoted(finding.state.name()), quoted(&one.statement))
}

/// A place with its column by name, where it is a cell.
fn spot(place: &Place, sitting: &Sitting<'_>) -> String {
    let tables = sitting.inspection.evidence.tables.values().flatten();
    for table in tables.filter(|table| table.file() == place.file && table.document.is_none()) {
        for (index, header) in table.grid.headers.iter().enumerate() {
            let is_cell = |row: usize| {
                let Some(range) = table.grid.cell(row, index).range() else { return false };
                let cell = table.grid.source.span(range).place("");
                (cell.line, cell.column, cell.end_column) == (place.line, place.column, place.end_column)
            };
            if (0..table.grid.len()).any(is_cell) {
                return format!("{}:{}:{header}", place.file, place.line);
            }
        }
    }
    format!("{}:{}:{}", place.file, place.line, place.column)
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

/// A text of several lines as TOML writes it letter by letter, where it can.
fn block(text: &str) -> String {
    let is_plain = !text.contains("'''")
        && !text.ends_with('\'')
        && text.chars().all(|c| !c.is_control() || c == '\n' || c == '\t');
    if is_plain { format!("'''\n{text}'''") } else { quoted(text) }
}
