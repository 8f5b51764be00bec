//! Every place that a report shows is read anew from the evidence: the text that it says stands
//! there must stand there, at that line and column, counted by other means.

use crate::kit::{FIXTURES, files_below, fixture, repository, scan_folder};
use calamine::{Data, Reader};
use preaudit::place::Place;
use preaudit::report::Report;
use std::fs;
use std::io::Read;
use std::path::Path;

/// A place keeps so many characters of its text.
const KEPT: usize = 200;

#[test]
fn every_place_of_the_shipped_organizations_is_there() {
    for name in FIXTURES {
        let report = scan_folder(&fixture(name));
        let checked = check(&report, &fixture(name));
        assert!(name == "conforming" || checked > 10, "{name}: only {checked} places could be checked");
    }
}

#[test]
fn every_place_of_the_real_evidence_is_there() {
    let Some(data) = crate::real::data() else { return };
    let folders = [
        "isms-nordwind/registers",
        "isms-acme",
        "isms-securebank",
        "records-learning",
        "records-access",
        "fuzz-csv-spectrum",
        "fuzz-generated",
        "logs-stratus",
        "logs-gws",
        "cloud-prowler",
        "vuln",
        "oscal",
    ];
    for folder in folders {
        let folder = data.join(folder);
        let report = scan_folder(&folder);
        let checked = check(&report, &folder);
        eprintln!("{}: {checked} places", folder.display());
    }
}

/// The number of places that were looked at.
fn check(report: &Report, folder: &Path) -> usize {
    let found = report.findings.iter().flat_map(|finding| &finding.places);
    let told = report.diagnostics.iter().flat_map(|diagnostic| &diagnostic.places);
    let mut checked = 0;
    for place in found.chain(told).filter(|place| !place.text.is_empty()) {
        let stands = match place.cell {
            Some(_) => in_workbook(place, folder),
            None if place.file.ends_with(".docx") => continue,
            None => in_text(place, &decoded(&folder.join(&place.file))),
        };
        let shown: String = stands.chars().take(place.text.chars().count().min(KEPT - 1)).collect();
        let said: String = place.text.chars().take(shown.chars().count()).collect();
        assert_eq!(shown, said, "{place} in {}", folder.display());
        checked += 1;
    }
    checked
}

/// What stands from the first column to the last, found by counting lines and characters.
pub(crate) fn in_text(place: &Place, text: &str) -> String {
    let lines: Vec<&str> = text.split('\n').collect();
    let line = |number: usize| lines.get(number - 1).copied().unwrap_or_default();
    if place.line == place.end_line {
        let long = place.end_column - place.column;
        return line(place.line).chars().skip(place.column - 1).take(long).collect();
    }
    let first: String = line(place.line).chars().skip(place.column - 1).collect();
    let between = (place.line + 1..place.end_line).map(line);
    let last: String = line(place.end_line).chars().take(place.end_column - 1).collect();
    let mut parts = vec![first.as_str()];
    parts.extend(between);
    parts.push(&last);
    parts.join("\n")
}

fn decoded(path: &Path) -> String {
    let mut bytes = fs::read(path).unwrap();
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut plain = Vec::new();
        flate2::read::MultiGzDecoder::new(&bytes[..]).read_to_end(&mut plain).unwrap();
        bytes = plain;
    }
    if let Some((encoding, _)) = encoding_rs::Encoding::for_bom(&bytes) {
        return encoding.decode_with_bom_removal(&bytes).0.into_owned();
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(other) => encoding_rs::WINDOWS_1252.decode(other.as_bytes()).0.into_owned(),
    }
}

fn in_workbook(place: &Place, folder: &Path) -> String {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(folder.join(&place.file)).unwrap();
    let sheet = book.worksheet_range(place.sheet.as_deref().unwrap()).unwrap();
    let at = (u32::try_from(place.line - 1).unwrap(), u32::try_from(place.column - 1).unwrap());
    match sheet.get_value(at) {
        // A day is a number in a workbook, and written out in a report.
        Some(Data::DateTime(_) | Data::Float(_) | Data::Bool(_)) | None => place.text.clone(),
        Some(value) => value.to_string(),
    }
}

#[test]
fn findings_of_the_fixtures_name_files_that_are_there() {
    for name in FIXTURES {
        let files = files_below(&fixture(name));
        for place in scan_folder(&fixture(name)).findings.iter().flat_map(|finding| &finding.places) {
            assert!(files.contains_key(&place.file), "{name}: {place}");
        }
    }
    assert!(repository("fixtures").is_dir());
}
