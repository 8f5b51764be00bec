//! Whether a case notices a mutant.
//!
//! What changes because the change itself is shown proves nothing: the report prints each limit, and
//! a moved day within the row that a finding shows. So of each mutant only that is compared which the
//! change cannot alter by itself.

use crate::finding::{Check, Finding, Observed, State};
use crate::place::Place;
use crate::prove::sitting::Heard;

/// How much of what a rule says must differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::prove) enum Level {
    /// Anything: the text, and what it says of each where the text only counts them.
    Text,
    /// What it says, and of what; of places only the file, since what stands there has changed.
    Words,
    /// The exceptions and how many there are, whatever is said of them.
    Judgement,
}

/// True when what a rule says differs.
pub(in crate::prove) fn differs(level: Level, before: &Heard, after: &Heard) -> bool {
    if (before.state, &before.reason) != (after.state, &after.reason) {
        return true;
    }
    match level {
        Level::Text => before.text != after.text || told(before, &words) != told(after, &words),
        Level::Words => told(before, &words) != told(after, &words),
        Level::Judgement => told(before, &subjects) != told(after, &subjects),
    }
}

type Told = (Vec<(State, [usize; 3], Vec<String>)>, Vec<(State, usize, usize)>);

fn told(heard: &Heard, said: &dyn Fn(&Finding) -> Vec<String>) -> Told {
    let finding = |finding: &Finding| {
        let counts = [finding.exceptions, finding.population, finding.undecidable];
        (finding.state, counts, said(finding))
    };
    let check = |check: &Check| (check.state, check.records, check.undecidable);
    (heard.findings.iter().map(finding).collect(), heard.checks.iter().map(check).collect())
}

fn words(finding: &Finding) -> Vec<String> {
    let own = std::iter::once(finding.statement.clone());
    let file = |place: &Place| place.file.clone();
    own.chain(
        finding
            .observations
            .iter()
            .map(|one| format!("{} {} {:?}", one.subject, one.statement, places(finding, one, &file))),
    )
    .collect()
}

fn subjects(finding: &Finding) -> Vec<String> {
    let line = |place: &Place| format!("{}:{}", place.file, place.line);
    let observed = finding.observations.iter();
    observed.map(|one| format!("{} {:?}", one.subject, places(finding, one, &line))).collect()
}

fn places(finding: &Finding, one: &Observed, of: &dyn Fn(&Place) -> String) -> Vec<String> {
    one.places.iter().filter_map(|at| finding.places.get(*at)).map(of).collect()
}
