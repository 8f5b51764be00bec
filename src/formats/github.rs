//! Annotations of GitHub Actions: one line a finding, shown beside the line it is about.
//!
//! GitHub shows ten errors, ten warnings and ten notices of a step; what is more is said in a last
//! notice, since findings that silently do not show would pass for none.

use super::exception::Level;
use crate::finding::{Finding, State};
use crate::report::Report;
use std::fmt::Write as _;

/// Annotations of one level that GitHub shows of a step.
const SHOWN: usize = 10;

/// The findings as workflow commands, majors first, and what does not show.
pub(super) fn write(report: &Report) -> String {
    let mut text = String::new();
    let open = || report.findings.iter().filter(|finding| finding.state != State::Waived);
    for finding in open() {
        // Writing to a text does not fail.
        let _ = writeln!(text, "{}", annotation(finding));
    }
    for level in [Level::Error, Level::Warning, Level::Note] {
        let number = open().filter(|finding| Level::of(finding.state) == level).count();
        if number > SHOWN {
            let of = command(level);
            let _ =
                writeln!(text, "::notice title=preaudit::GitHub shows {SHOWN} of {number} {of}s of a step");
        }
    }
    let because = report.verdict.because.join("; ");
    let level = if report.verdict.incomplete { "warning" } else { "notice" };
    let verdict = format!("{}: {because}", report.verdict.state.name());
    let _ = writeln!(text, "::{level} title=preaudit::{}", escaped(&verdict));
    text
}

fn annotation(finding: &Finding) -> String {
    let mut parameters = Vec::new();
    if let Some(place) = finding.places.first() {
        parameters.push(format!("file={}", parameter(&place.file)));
        parameters.push(format!("line={},endLine={}", place.line, place.end_line));
        if place.line == place.end_line {
            parameters.push(format!("col={},endColumn={}", place.column, place.end_column));
        }
    }
    let title = format!("{} {} ({})", finding.state, finding.rule, finding.requirements.join(", "));
    parameters.push(format!("title={}", parameter(&title)));
    let message = format!("{}\n{}", finding.statement, finding.help);
    format!("::{} {}::{}", command(Level::of(finding.state)), parameters.join(","), escaped(&message))
}

fn command(level: Level) -> &'static str {
    match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "notice",
    }
}

/// A message as workflow commands want it; a line end within would begin another command.
pub fn escaped(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A parameter, where colons and commas mean something too.
pub fn parameter(text: &str) -> String {
    escaped(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_evidence_gives_commands() {
        assert_eq!(escaped("a\n::set-output name=x::y"), "a%0A::set-output name=x::y");
        assert_eq!(parameter("a,b:c%\r\n"), "a%2Cb%3Ac%25%0D%0A");
    }
}
