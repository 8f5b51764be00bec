//! The first page: the verdict with what blocks, and the counts.

use super::groups::Group;
use super::words::Words;
use crate::finding::{Finding, State};
use crate::report::{Report, VerdictState};
use crate::stage::Stage;
use crate::vocabulary::Language;
use serde::Serialize;
use std::collections::BTreeMap;

/// Blockers that stand beside the verdict; the others follow among the findings.
const BLOCKERS_SHOWN: usize = 8;
/// Width of a bar of shares.
const BAR: usize = 1000;

/// The verdict and the counts.
#[derive(Debug, Serialize)]
pub(super) struct Summary<'r> {
    /// A word of the style: `blocked`, `conditional`, `ready`, `cannot-say`.
    kind: &'static str,
    name: &'static str,
    sentence: &'static str,
    because: Vec<String>,
    is_stage_1: bool,
    blockers: Vec<Blocker<'r>>,
    more_blockers: usize,
    /// Findings that no other contains, by grade.
    grades: Vec<Count>,
    /// Minors that a systemic major contains.
    contained: usize,
    checks: Vec<Count>,
    all_checks: usize,
    groups: Vec<GroupCount>,
}

#[derive(Debug, Serialize)]
struct Blocker<'r> {
    id: &'r str,
    statement: &'r str,
    requirements: String,
}

/// How many are in a state, and their part of a bar.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Count {
    state: &'static str,
    count: usize,
    from: usize,
    width: usize,
}

#[derive(Debug, Serialize)]
struct GroupCount {
    name: String,
    findings: Vec<Count>,
    controls: Vec<Count>,
}

/// States in the order in which a bar shows them: what was examined first, what was not last.
const BAR_ORDER: [State; 8] = [
    State::Major,
    State::Minor,
    State::Opportunity,
    State::Waived,
    State::Conformity,
    State::Faulted,
    State::NotEvaluated,
    State::NotApplicable,
];
const GRADES: [State; 4] = [State::Major, State::Minor, State::Opportunity, State::Waived];

impl<'r> Summary<'r> {
    /// Reads the verdict and counts.
    pub(super) fn of(report: &'r Report, words: &Words, language: Language) -> Self {
        let (kind, at) = match report.verdict.state {
            VerdictState::Blocked => ("blocked", 0),
            VerdictState::Conditional => ("conditional", 1),
            VerdictState::Ready => ("ready", 2),
            VerdictState::CannotSay => ("cannot-say", 3),
        };
        let (name, sentence) = words.verdicts[at];
        let mut open: Vec<Blocker<'r>> =
            report.findings.iter().filter(|f| blocks(f)).map(Blocker::of).collect();
        let more_blockers = open.len().saturating_sub(BLOCKERS_SHOWN);
        open.truncate(BLOCKERS_SHOWN);
        let is_open = |finding: &&Finding| finding.contained_in.is_none();
        Self {
            kind,
            name,
            sentence,
            because: report.verdict.because(language),
            is_stage_1: report.stage == Stage::Stage1.name(),
            blockers: open,
            more_blockers,
            grades: counts(&GRADES, report.findings.iter().filter(is_open).map(|finding| finding.state)),
            contained: report.findings.iter().filter(|finding| finding.contained_in.is_some()).count(),
            checks: counts(&BAR_ORDER, report.checks.iter().map(|check| check.state)),
            all_checks: report.totals.all(),
            groups: groups(report, words),
        }
    }
}

fn blocks(finding: &Finding) -> bool {
    finding.state == State::Major && finding.contained_in.is_none()
}

impl<'r> Blocker<'r> {
    fn of(finding: &'r Finding) -> Self {
        Self { id: &finding.id, statement: &finding.statement, requirements: finding.requirements.join(", ") }
    }
}

/// Findings and controls of each clause and theme that the report speaks of.
fn groups(report: &Report, words: &Words) -> Vec<GroupCount> {
    let mut groups: BTreeMap<Group, (Vec<State>, Vec<State>)> = BTreeMap::new();
    for finding in &report.findings {
        groups.entry(Group::of(finding.control)).or_default().0.push(finding.state);
    }
    for control in &report.controls {
        groups.entry(Group::of(control.id)).or_default().1.push(control.state);
    }
    let count = |(group, (findings, controls)): (Group, (Vec<State>, Vec<State>))| GroupCount {
        name: group.name(words),
        findings: counts(&GRADES, findings.into_iter()),
        controls: counts(&BAR_ORDER, controls.into_iter()),
    };
    groups.into_iter().map(count).collect()
}

/// How many are in each of these states, side by side in a bar.
pub(super) fn counts(states: &[State], of: impl Iterator<Item = State>) -> Vec<Count> {
    let mut tally: BTreeMap<State, usize> = BTreeMap::new();
    of.for_each(|state| *tally.entry(state).or_default() += 1);
    let all: usize = states.iter().filter_map(|state| tally.get(state)).sum();
    let mut before = 0;
    let count = |state: &State| {
        let count = tally.get(state).copied().unwrap_or_default();
        let from = before * BAR / all.max(1);
        before += count;
        Count { state: state.name(), count, from, width: before * BAR / all.max(1) - from }
    };
    states.iter().map(count).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_bar_fill_it_and_touch() {
        let states = [
            State::Minor,
            State::Conformity,
            State::Minor,
            State::NotEvaluated,
            State::Major,
            State::Conformity,
            State::Conformity,
        ];
        let counts = counts(&BAR_ORDER, states.into_iter());
        assert_eq!(counts.iter().map(|one| one.width).sum::<usize>(), BAR);
        assert!(counts.windows(2).all(|pair| pair[0].from + pair[0].width == pair[1].from));
        assert_eq!(counts.iter().map(|one| one.count).collect::<Vec<_>>(), [1, 2, 0, 0, 3, 0, 1, 0]);
    }

    #[test]
    fn a_bar_of_nothing_is_empty() {
        assert!(counts(&GRADES, std::iter::empty()).iter().all(|one| one.width == 0 && one.count == 0));
    }
}
