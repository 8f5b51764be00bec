//! JUnit: a suite a control, a case a check.
//!
//! What fails the program fails here: nonconformities are failures, checks whose rule failed are
//! errors, and so are those that were not evaluated when the scan is incomplete. Where the profile
//! allows that they were left open, they are skipped, as is what does not apply or is waived.

use crate::control_id::ControlId;
use crate::finding::{Check, Finding, State, count};
use crate::report::Report;
use crate::snippet::visible;
use quick_xml::escape::escape;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Whose dialect: the schema of one refuses what the other shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dialect {
    /// The schema of Jenkins, which has no file of a case.
    Jenkins,
    /// GitLab links a case with its file.
    Gitlab,
}

/// Places that a failure lists.
const PLACES: usize = 20;

/// The report as JUnit XML.
pub(super) fn write(report: &Report, dialect: Dialect) -> String {
    let findings: BTreeMap<&str, &Finding> =
        report.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect();
    let mut suites: BTreeMap<ControlId, Vec<Case<'_>>> = BTreeMap::new();
    for check in &report.checks {
        suites.entry(check.control).or_default().push(Case::of(check, &findings, report));
    }
    let all = Tally::of(suites.values().flatten());
    // The schema knows no skipped cases of all suites together.
    let numbers = format!("tests=\"{}\" failures=\"{}\" errors=\"{}\"", all.tests, all.failures, all.errors);
    let mut text = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned();
    // Writing to a text does not fail.
    let _ = writeln!(text, "<testsuites name=\"preaudit\" {numbers}>");
    for control in &report.controls {
        if let Some(cases) = suites.get(&control.id) {
            let name = format!("{} {}", control.id, control.title);
            suite(&mut text, &name, cases, &report.as_of, dialect);
        }
    }
    text + "</testsuites>\n"
}

/// A check with what it came to.
struct Case<'r> {
    check: &'r Check,
    outcome: Outcome<'r>,
}

enum Outcome<'r> {
    Passed(Option<&'r Finding>),
    Failed(Option<&'r Finding>),
    Error,
    Skipped,
}

impl<'r> Case<'r> {
    fn of(check: &'r Check, findings: &BTreeMap<&str, &'r Finding>, report: &Report) -> Self {
        let found = check.findings.iter().filter_map(|id| findings.get(id.as_str()).copied());
        let worst = found.max_by_key(|finding| finding.state);
        let outcome = match check.state {
            State::Major | State::Minor => Outcome::Failed(worst),
            State::Conformity | State::Opportunity => Outcome::Passed(worst),
            State::Faulted => Outcome::Error,
            State::NotEvaluated if report.verdict.incomplete => Outcome::Error,
            State::NotEvaluated | State::NotApplicable | State::Waived => Outcome::Skipped,
        };
        Self { check, outcome }
    }

    fn finding(&self) -> Option<&'r Finding> {
        match self.outcome {
            Outcome::Passed(finding) | Outcome::Failed(finding) => finding,
            Outcome::Error | Outcome::Skipped => None,
        }
    }
}

/// Numbers of cases.
#[derive(Default)]
struct Tally {
    tests: usize,
    failures: usize,
    errors: usize,
    skipped: usize,
}

impl Tally {
    fn of<'c>(cases: impl Iterator<Item = &'c Case<'c>>) -> Self {
        let mut tally = Self::default();
        for case in cases {
            tally.tests += 1;
            match case.outcome {
                Outcome::Passed(_) => {}
                Outcome::Failed(_) => tally.failures += 1,
                Outcome::Error => tally.errors += 1,
                Outcome::Skipped => tally.skipped += 1,
            }
        }
        tally
    }

    fn attributes(&self) -> String {
        format!(
            "tests=\"{}\" failures=\"{}\" errors=\"{}\" skipped=\"{}\" time=\"0\"",
            self.tests, self.failures, self.errors, self.skipped
        )
    }
}

fn suite(text: &mut String, name: &str, cases: &[Case<'_>], as_of: &str, dialect: Dialect) {
    let numbers = Tally::of(cases.iter()).attributes();
    let _ =
        writeln!(text, "  <testsuite name=\"{}\" {numbers} timestamp=\"{as_of}T00:00:00\">", attribute(name));
    for case in cases {
        let _ = writeln!(text, "    {}", element(case, dialect));
    }
    text.push_str("  </testsuite>\n");
}

fn element(case: &Case<'_>, dialect: Dialect) -> String {
    let check = case.check;
    let file = match (dialect, case.finding().and_then(|finding| finding.places.first())) {
        (Dialect::Gitlab, Some(place)) => format!(" file=\"{}\"", attribute(&place.file)),
        _ => String::new(),
    };
    let open = format!(
        "<testcase classname=\"{}\" name=\"{}\"{file} time=\"0\"",
        check.control,
        attribute(&check.rule)
    );
    let reason = attribute(check.reason.as_deref().unwrap_or_default());
    let state = check.state.name();
    let inner = match case.outcome {
        Outcome::Passed(None) => return format!("{open}/>"),
        Outcome::Passed(Some(finding)) => format!("<system-out>{}</system-out>", body(finding)),
        Outcome::Failed(Some(finding)) => {
            format!(
                "<failure type=\"{state}\" message=\"{}\">{}</failure>",
                attribute(&finding.statement),
                body(finding)
            )
        }
        Outcome::Failed(None) => format!("<failure type=\"{state}\" message=\"{reason}\"/>"),
        Outcome::Error => format!("<error type=\"{state}\" message=\"{reason}\"/>"),
        Outcome::Skipped => format!("<skipped message=\"{state}: {reason}\"/>"),
    };
    format!("{open}>{inner}</testcase>")
}

/// Requirements, places and what to do.
fn body(finding: &Finding) -> String {
    let mut lines = vec![format!("{}: {}", finding.requirements.join(", "), finding.statement)];
    lines.extend(finding.places.iter().take(PLACES).map(|place| format!("{place}: {}", place.label)));
    if finding.places.len() > PLACES {
        lines.push(format!("and {}", count(finding.places.len() - PLACES, "more place")));
    }
    lines.push(format!("help: {}", finding.help));
    lines.iter().map(|line| escape(&*legal(line)).into_owned()).collect::<Vec<_>>().join("\n")
}

fn attribute(text: &str) -> String {
    escape(&*legal(text)).into_owned()
}

/// Text on one line without the characters that XML 1.0 cannot hold.
fn legal(text: &str) -> String {
    visible(text).chars().map(|c| if matches!(c, '\u{fffe}' | '\u{ffff}') { '\u{fffd}' } else { c }).collect()
}
