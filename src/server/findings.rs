//! What a scan found, in the evidence itself.

use super::position::{Encoding, Lines, position};
use super::uri;
use crate::finding::{self, Finding, Severity, State};
use crate::place::Place;
use crate::report::Report;
use gen_lsp_types::{
    Code, Diagnostic, DiagnosticRelatedInformation, DiagnosticSeverity, Location, Message, Range,
};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// So many findings and messages are shown of one scan.
pub(super) const MOST: usize = 5_000;
/// So many other ends of one are shown.
const MOST_ENDS: usize = 8;

/// The texts of files, as far as they could be read, by their path below the folder.
pub(super) type Texts = BTreeMap<String, String>;

/// Something to be said of some places.
struct Said<'r> {
    code: &'r str,
    severity: DiagnosticSeverity,
    message: String,
    places: Vec<&'r Place>,
}

/// The files in which something is found.
pub(super) fn files(report: &Report) -> impl Iterator<Item = &str> {
    let found = report.findings.iter().flat_map(|finding| &finding.places);
    let told = report.diagnostics.iter().flat_map(|one| &one.places);
    found.chain(told).filter(|place| is_text(place)).map(|place| place.file.as_str())
}

/// What a report shows in each file: every exception at each of its places, which lead to each other.
pub(super) fn of_report(
    report: &Report,
    folder: &Path,
    texts: &Texts,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let mut said: Vec<Said<'_>> = report.findings.iter().flat_map(of_finding).collect();
    said.extend(report.diagnostics.iter().map(of_message));
    shown(&said, folder, texts, encoding)
}

/// What keeps a folder from being scanned, in each file.
pub(super) fn of_wrong(
    wrong: &[finding::Diagnostic],
    folder: &Path,
    texts: &Texts,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let said: Vec<Said<'_>> = wrong.iter().map(of_message).collect();
    shown(&said, folder, texts, encoding)
}

fn of_finding(finding: &Finding) -> Vec<Said<'_>> {
    let severity = match finding.state {
        State::Major => DiagnosticSeverity::Error,
        State::Minor => DiagnosticSeverity::Warning,
        State::Opportunity => DiagnosticSeverity::Information,
        State::Waived => DiagnosticSeverity::Hint,
        _ => return Vec::new(),
    };
    let said = |statement: &str| {
        let against = finding.requirements.join(", ");
        format!("{statement}\n{} against {against}\nhelp: {}", finding.state, finding.help)
    };
    let places = |indexes: &[usize]| indexes.iter().filter_map(|at| finding.places.get(*at)).collect();
    let parts: Vec<(String, Vec<&Place>)> = match finding.observations.is_empty() {
        true => vec![(said(&finding.statement), finding.places.iter().collect())],
        false => {
            let observed = finding.observations.iter();
            observed.map(|one| (said(&one.statement), places(&one.places))).collect()
        }
    };
    let code = finding.rule.as_str();
    parts.into_iter().map(|(message, places)| Said { code, severity, message, places }).collect()
}

fn of_message(told: &finding::Diagnostic) -> Said<'_> {
    let severity = match told.severity {
        Severity::Error => DiagnosticSeverity::Error,
        Severity::Warning => DiagnosticSeverity::Warning,
        Severity::Note => DiagnosticSeverity::Information,
    };
    let help = told.help.as_ref().map(|help| format!("\nhelp: {help}")).unwrap_or_default();
    let message = format!("{}{help}", told.message);
    Said { code: told.code.text(), severity, message, places: told.places.iter().collect() }
}

fn shown(
    said: &[Said<'_>],
    folder: &Path,
    texts: &Texts,
    encoding: Encoding,
) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
    let lines: BTreeMap<&str, Lines<'_>> =
        texts.iter().map(|(file, text)| (file.as_str(), Lines::new(text, encoding))).collect();
    let mut shown: BTreeMap<PathBuf, Vec<Diagnostic>> = BTreeMap::new();
    for one in said.iter().take(MOST) {
        for (number, place) in one.places.iter().enumerate() {
            let others = one.places.iter().enumerate().filter(|(other, _)| *other != number);
            let ends = others.take(MOST_ENDS).map(|(_, other)| DiagnosticRelatedInformation {
                location: Location::new(uri::of_path(&folder.join(&other.file)), range(other, &lines)),
                message: other.label.clone(),
            });
            let ends: Vec<DiagnosticRelatedInformation> = ends.collect();
            let message = match is_text(place) {
                true => one.message.clone(),
                false => format!("{place}: {}", one.message),
            };
            shown.entry(folder.join(&place.file)).or_default().push(Diagnostic {
                range: range(place, &lines),
                severity: Some(one.severity),
                code: Some(Code::String(one.code.to_owned())),
                source: Some("preaudit".to_owned()),
                message: Message::String(message),
                related_information: (!ends.is_empty()).then_some(ends),
                ..Diagnostic::default()
            });
        }
    }
    shown
}

/// True for places of files that an editor shows as the text that was read.
fn is_text(place: &Place) -> bool {
    let packed = [".docx", ".xlsx", ".xls", ".ods", ".gz", ".zst"];
    place.sheet.is_none() && !packed.iter().any(|ending| place.file.to_lowercase().ends_with(ending))
}

/// The range of a place; the start of the file where it shows no text.
fn range(place: &Place, lines: &BTreeMap<&str, Lines<'_>>) -> Range {
    if !is_text(place) {
        return Range::default();
    }
    let at = |line: usize, column: usize| match lines.get(place.file.as_str()) {
        Some(lines) => lines.of_column(line, column),
        None => position(line.saturating_sub(1), column.saturating_sub(1)),
    };
    Range::new(at(place.line, place.column), at(place.end_line, place.end_column))
}
