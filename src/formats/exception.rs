//! The exceptions of a report one by one: what tools show and track on their own.

use crate::finding::{Finding, Observed, State};
use crate::place::Place;
use crate::report::Report;

/// One exception of a finding; the finding as a whole, where it lists none.
#[derive(Clone, Debug)]
pub(super) struct Exception<'r> {
    /// The finding it is of.
    pub(super) finding: &'r Finding,
    /// What was observed; none where it is the finding as a whole.
    pub(super) observed: Option<&'r Observed>,
    /// Its fingerprint, which survives moved lines and renamed files.
    pub(super) id: &'r str,
    /// What is wrong, one sentence.
    pub(super) statement: &'r str,
    /// Where it shows, what matters most first.
    pub(super) places: Vec<&'r Place>,
}

/// All exceptions, in the order of the findings: majors first.
pub(super) fn exceptions(report: &Report) -> Vec<Exception<'_>> {
    report.findings.iter().flat_map(of).collect()
}

fn of(finding: &Finding) -> Vec<Exception<'_>> {
    if finding.observations.is_empty() {
        let places = finding.places.iter().collect();
        let (id, statement) = (&finding.id, &finding.statement);
        return vec![Exception { finding, observed: None, id, statement, places }];
    }
    let observed = finding.observations.iter().map(|one| Exception {
        finding,
        observed: Some(one),
        id: &one.id,
        statement: &one.statement,
        places: one.places.iter().filter_map(|at| finding.places.get(*at)).collect(),
    });
    observed.collect()
}

impl Exception<'_> {
    /// The grade as tools of four levels have it.
    pub(super) fn level(&self) -> Level {
        Level::of(self.finding.state)
    }
}

/// How loud tools are about a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    /// What could be better, and what is accepted.
    Note,
    /// A minor nonconformity.
    Warning,
    /// A major nonconformity.
    Error,
}

impl Level {
    /// How loud a finding in this state is.
    pub(super) fn of(state: State) -> Self {
        match state {
            State::Major => Self::Error,
            State::Minor => Self::Warning,
            _ => Self::Note,
        }
    }

    /// The level as SARIF names it.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Note => "note",
        }
    }
}
