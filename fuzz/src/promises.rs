//! What every report promises, whatever it is about.

use preaudit::finding::{Diagnostic, Finding, State};
use preaudit::place::Place;
use preaudit::report::{Report, TextStyle, Totals, Verbosity, diagnostics_text, render};

/// Stops where a report, or what is told instead of one, breaks a promise.
pub(crate) fn hold(result: &Result<Report, Vec<Diagnostic>>) {
    match result {
        Ok(report) => report_holds(report),
        Err(errors) => {
            assert!(!errors.is_empty(), "no report, and nobody says why");
            errors.iter().flat_map(|error| &error.places).for_each(place_holds);
            text_holds(&diagnostics_text(errors, &style()));
        }
    }
}

/// Stops where a rule of our own found more exceptions than it examined records. A stranger's
/// script says its population itself.
pub(crate) fn counts_hold(result: &Result<Report, Vec<Diagnostic>>) {
    for finding in result.iter().flat_map(|report| &report.findings) {
        let (exceptions, population) = (finding.exceptions, finding.population);
        assert!(exceptions <= population, "{}: {exceptions} of {population}", finding.rule);
    }
}

fn report_holds(report: &Report) {
    for check in &report.checks {
        let is_conformity = check.state == State::Conformity;
        assert!(!is_conformity || check.records > 0, "{} conforms on nothing", check.rule);
        let needs_reason = matches!(check.state, State::NotEvaluated | State::NotApplicable | State::Faulted);
        assert!(!needs_reason || check.reason.is_some(), "{} says not why", check.rule);
        let known = |id: &String| report.findings.iter().any(|finding| finding.id == *id);
        assert!(check.findings.iter().all(known), "{} names a finding that is not there", check.rule);
    }
    assert_eq!(report.totals, Totals::of(&report.checks), "totals are those of the checks");
    assert_eq!(report.totals.all(), report.checks.len(), "every check ends in one state");
    report.findings.iter().for_each(finding_holds);
    report.diagnostics.iter().flat_map(|told| &told.places).for_each(place_holds);
    assert!(report.to_json().is_ok(), "a report can be written");
    text_holds(&render(report, &style()));
}

fn finding_holds(finding: &Finding) {
    finding.places.iter().for_each(place_holds);
    let inside = |at: &usize| *at < finding.places.len();
    assert!(finding.observations.iter().all(|one| one.places.iter().all(inside)), "{}", finding.rule);
}

/// A place is somewhere: it is counted from 1, ends behind its beginning, and marks whole
/// characters of its excerpt.
fn place_holds(place: &Place) {
    assert!(place.line >= 1 && place.column >= 1, "{place:?}");
    assert!((place.end_line, place.end_column) >= (place.line, place.column), "{place:?}");
    let Some(excerpt) = &place.excerpt else { return };
    assert!(excerpt.line >= 1 && excerpt.column >= 1, "{place:?}");
    assert!(excerpt.text.get(excerpt.start..excerpt.end).is_some(), "{place:?}");
}

/// Nothing in evidence reaches a terminal as an order, and no mark is lost.
fn text_holds(text: &str) {
    let order = text.chars().find(|c| c.is_control() && *c != '\n');
    assert!(order.is_none(), "{order:?} in {text}");
    assert!(!text.contains("Failed to read contents"), "{text}");
}

/// All there is to show, without colours.
fn style() -> TextStyle {
    TextStyle { verbosity: Verbosity::Verbose, ..TextStyle::default() }
}
