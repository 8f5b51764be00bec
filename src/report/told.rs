//! What formats for people tell of a report alike.

use super::{Report, VerdictState};
use crate::finding::{Check, State};
use crate::stage::Stage;
use crate::vocabulary::{Counted, Language};
use std::collections::BTreeMap;

impl Report {
    /// The number of findings in a state, with those that a systemic major contains.
    pub fn found(&self, state: State) -> usize {
        self.findings.iter().filter(|finding| finding.state == state).count()
    }

    /// What stands above so many findings of a state; Stage 1 calls them areas of concern.
    pub fn above(&self, state: State, number: usize, language: Language) -> String {
        let what = match state {
            State::Major | State::Minor if self.stage == Stage::Stage1.name() => {
                let grade = language.state(state);
                return language.count_of(number, Counted::ConcernAtStage2, &[&grade]);
            }
            State::Major => Counted::MajorNonconformity,
            State::Minor => Counted::MinorNonconformity,
            State::Opportunity => Counted::OpportunityForImprovement,
            _ => Counted::WaivedFinding,
        };
        language.count(number, what)
    }

    /// Checks that came to no word, by their reason.
    pub fn unevaluated(&self) -> BTreeMap<&str, Vec<&Check>> {
        let mut reasons: BTreeMap<&str, Vec<&Check>> = BTreeMap::new();
        let open = |check: &&Check| matches!(check.state, State::NotEvaluated | State::Faulted);
        for check in self.checks.iter().filter(open) {
            reasons.entry(check.reason.as_deref().unwrap_or_default()).or_default().push(check);
        }
        reasons
    }
}

impl VerdictState {
    /// The state of a check that weighs as much, and so has the same colour.
    pub fn weighs_as(self) -> State {
        match self {
            Self::Blocked => State::Major,
            Self::Conditional => State::Minor,
            Self::Ready => State::Conformity,
            Self::CannotSay => State::NotEvaluated,
        }
    }
}
