//! Showing a finding that stands at the end of a very large text. What a report shows must not
//! cost what stands before it: miette's own source reads a text from its start for each finding.

use crate::bench::{Bench, Work};
use crate::generator::night;
use crate::kit::{judge, megabytes, shelf};
use crate::registers::registers;
use preaudit::place::Place;
use preaudit::report::{Report, TextStyle, render};
use preaudit::source::Source;

/// The end of a log with many lines.
pub(crate) fn log(bench: &Bench) {
    let night = night::cloud(bench.night()).text;
    show(bench, "trail.ndjson", night.repeat(NIGHTS));
}

/// The end of a file that is one line.
pub(crate) fn one_line(bench: &Bench) {
    let night = night::cloud(bench.night()).text.replace('\n', ",");
    let mut text = "{\"Records\":[".to_owned();
    text.extend(std::iter::repeat_n(night.as_str(), NIGHTS));
    text.truncate(text.len() - 1);
    text.push_str("]}");
    show(bench, "trail.json", text);
}

/// Nights in a text.
const NIGHTS: usize = 4;

fn show(bench: &Bench, name: &str, text: String) {
    let at = text.rfind("StopLogging").unwrap();
    let (before, bytes) = (&text[..at], text.len());
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap().chars().count() + 1;
    let source = Source::new(name, text);
    let span = source.span(at..at + "StopLogging".len());
    let place = span.place("the trail is stopped");
    assert_eq!((place.line, place.column), (line, column));
    let report = report_at(place);
    let shown = render(&report, &TextStyle::default());
    assert!(shown.contains(&format!("[{name}:{line}:{column}]")) && shown.contains("StopLogging"), "{shown}");
    let what = format!("1 finding at {line}:{column}, end of {}", megabytes(bytes));
    bench.time(&Work::new(what), || render(&report, &TextStyle::default()));
    bench.beside("place", &Work::new("line, column and excerpt, text indexed"), || {
        span.place("the trail is stopped")
    });
}

/// A report whose only finding stands at this place.
fn report_at(place: Place) -> Report {
    let registers = registers(100);
    let files = shelf([
        ("roster.csv", registers.roster.into_bytes()),
        ("accounts.csv", registers.accounts.into_bytes()),
    ]);
    let mut report = judge(&files);
    report.findings.truncate(1);
    let finding = &mut report.findings[0];
    finding.contained_in = None;
    finding.places = vec![place];
    report
}
