//! Observations become findings: proposal, ratio, people's word, systemic failure, each with its
//! reason in words.
//!
//! Rules propose, only this room grades. The semantics are those of ISO/IEC 17021-1: a major hurts
//! the ability of the management system, a minor is a lapse, and a nonconformity is never written
//! down as an opportunity.

mod checks;
mod decisions;
mod draft;
mod fingerprint;
mod overdue;
mod repeat;
mod systemic;
mod waiver;

pub use decisions::{DecisionRule, DecisionTally, RULES as DECISION_RULES};
pub use fingerprint::finding as fingerprint;
pub use overdue::{HELP as OVERDUE_HELP, Promise, Promises, RULE as OVERDUE, TITLE as OVERDUE_TITLE};
pub use repeat::{Episode, Past, PastDay};
pub use systemic::RULE as SYSTEMIC;

use crate::control_id::ControlId;
use crate::evaluate::{Outcome, Seen};
use crate::evidence::Evidence;
use crate::finding::{Check, Diagnostic, Exhibit, Finding};
use crate::pack::{Packs, Rule, Shape};
use crate::plan::{Plan, Planned};
use crate::scan::Facts;
use std::collections::BTreeMap;
use waiver::Waivers;

/// What grading gave.
#[derive(Debug, Default)]
pub struct Graded {
    /// Findings: majors first, then by control and rule. A minor that a systemic major contains
    /// stands behind it.
    pub findings: Vec<Finding>,
    /// Every check in the order of the plan, systemic ones behind the others of their control.
    pub checks: Vec<Check>,
    /// What became of waivers, and of overrides.
    pub decisions: [DecisionTally; 2],
    /// Waivers and overrides that expired or apply to nothing, and rules that failed.
    pub diagnostics: Vec<Diagnostic>,
}

/// What grading looks at besides observations.
struct Grader<'a> {
    plan: &'a Plan,
    packs: &'a Packs,
    past: &'a Past,
    exhibits: BTreeMap<String, Vec<Exhibit>>,
}

/// Grades what the rules of a plan observed, in view of the past; outcomes stand in the order of the
/// plan's rules.
pub fn grade(
    plan: &Plan,
    packs: &Packs,
    (evidence, facts): (&Evidence, &Facts),
    outcomes: &[Outcome],
    past: &Past,
) -> Graded {
    let grader = Grader { plan, packs, past, exhibits: exhibits(evidence, facts) };
    let mut waivers = Waivers::new(&evidence.workspace, plan.as_of);
    let mut findings: Vec<Vec<Finding>> = Vec::new();
    for (index, (planned, outcome)) in plan.rules.iter().zip(outcomes).enumerate() {
        findings.push(grader.draft(index, planned, outcome, &mut waivers));
    }
    let pack = pack_of(packs);
    let mut own = decisions::find(&waivers, &plan.profile, plan.as_of, &pack);
    own.extend(overdue::find(&findings, &past.promises, plan.as_of, &pack));
    findings.push(own);
    let systemic = systemic::find(&mut findings, &plan.profile);
    let mut checks = grader.checks(outcomes, &findings);
    systemic::add_checks(&mut checks, findings.last().into_iter().flatten());
    systemic::add_checks(&mut checks, &systemic);
    let mut all: Vec<Finding> = systemic.into_iter().chain(findings.into_iter().flatten()).collect();
    if plan.stage.is_of_documents() {
        all.iter_mut().for_each(concern);
    }
    all.sort_by(|a, b| order(a).cmp(&order(b)));
    let failed = outcomes.iter().filter_map(|outcome| outcome.failed.clone());
    let diagnostics = failed.chain(waivers.leftover()).collect();
    let decisions = decisions::tally(&waivers, &plan.profile, plan.as_of);
    Graded { findings: all, checks, decisions, diagnostics }
}

/// True for what the program itself finds, and no rule of a pack.
pub fn is_own(rule: &str) -> bool {
    rule == SYSTEMIC || rule == OVERDUE || DECISION_RULES.iter().any(|own| own.id == rule)
}

/// The first pack, whose profile sets the limits of decisions.
fn pack_of(packs: &Packs) -> String {
    packs.list.first().map(|pack| format!("{} {}", pack.id, pack.version)).unwrap_or_default()
}

/// True when a finding is the one that an observation of a rule goes into; `first` is the first control
/// of the rule that applies, against which the rule speaks where it names none.
pub fn holds(finding: &Finding, rule: &Rule, seen: &Seen, first: ControlId) -> bool {
    let about = draft::about(seen.is_opportunity(rule.grade));
    fingerprint::finding(seen.control.unwrap_or(first), &rule.id, about) == finding.id
}

/// Stage 1 raises no nonconformities: it tells what would be one (ISO/IEC 17021-1:2015, 9.3.1.2.2).
fn concern(finding: &mut Finding) {
    if finding.state.is_nonconformity() {
        let becomes = format!("an area of concern; at Stage 2 it would be a {} nonconformity", finding.state);
        finding.derivation.push(becomes);
    }
}

fn order(
    finding: &Finding,
) -> (std::cmp::Reverse<crate::finding::State>, crate::control_id::ControlId, &str, &str) {
    (std::cmp::Reverse(finding.state), finding.control, &finding.rule, &finding.id)
}

/// The files of each kind with their digests; logs under every kind of events.
fn exhibits(evidence: &Evidence, facts: &Facts) -> BTreeMap<String, Vec<Exhibit>> {
    let mut exhibits: BTreeMap<String, Vec<Exhibit>> = BTreeMap::new();
    for seen in &evidence.files {
        let (Some(kind), None) = (&seen.kind, &seen.source) else { continue };
        let exhibit = Exhibit { file: seen.file.clone(), sha256: seen.sha256.clone() };
        exhibits.entry(kind.clone()).or_default().push(exhibit);
    }
    for (log, read) in evidence.logs.iter().zip(&facts.logs) {
        let exhibit = Exhibit { file: log.file.clone(), sha256: read.sha256.clone() };
        exhibits.entry("events".to_owned()).or_default().push(exhibit);
    }
    exhibits
}

impl Grader<'_> {
    /// The files that a rule looked at, each once.
    fn exhibits_of(&self, planned: &Planned) -> Vec<Exhibit> {
        let rule = planned.rule();
        let kinds = rule.uses.iter().chain(&rule.may_use).map(|kind| {
            let is_events = self.packs.kinds.get(kind).is_some_and(|kind| kind.shape == Shape::Events);
            if is_events { "events" } else { kind.as_str() }
        });
        let mut exhibits: Vec<Exhibit> =
            kinds.filter_map(|kind| self.exhibits.get(kind)).flatten().cloned().collect();
        exhibits.sort();
        exhibits.dedup();
        exhibits
    }
}
