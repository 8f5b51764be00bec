//! The report: everything an audit says, from which every format is made.

mod reason;
mod seen;
mod text;
mod told;
mod trend;
mod verdict;

pub use reason::Reason;
pub use seen::{ControlSeen, EvidenceSeen, evidence_seen};
pub use text::{Notice, TextStyle, Verbosity, diagnostics_text, notice_text, render};
pub use trend::{TrendPoint, drawing};
pub use verdict::{Exit, FailOn, Verdict, VerdictState};

use crate::evidence::Evidence;
use crate::finding::{Check, Diagnostic, Finding, State};
use crate::grade::{DecisionTally, Graded};
use crate::pack::{ATTESTATIONS, Coverage, Packs};
use crate::plan::Plan;
use crate::scan::Facts;
use crate::snippet::escaped;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The number of the format. Fields may be added under it, never renamed or taken away.
pub const SCHEMA: &str = "preaudit-report/1";

/// Everything an audit says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// `preaudit-report/1`.
    pub schema: String,
    /// Version of the program.
    pub version: String,
    /// Name of the organization, when `preaudit.toml` says it.
    pub organization: Option<String>,
    /// The day of judgement.
    pub as_of: String,
    /// The audit that is prepared: `pre-audit`, `stage-1`, `stage-2`, …
    pub stage: String,
    /// How strictly it was graded.
    pub profile: String,
    /// The packs that judged.
    pub packs: Vec<PackUsed>,
    /// What it comes to.
    pub verdict: Verdict,
    /// Number of checks in each state; together all checks.
    pub totals: Totals,
    /// What the checks that came to a word rest on: their number by kind of evidence.
    #[serde(default)]
    pub rests_on: BTreeMap<Coverage, usize>,
    /// What people decided and answer for, and what became of it.
    #[serde(default)]
    pub decided: Decided,
    /// Findings: majors first, then by control and rule.
    pub findings: Vec<Finding>,
    /// Every control with every rule against it, in the order of the plan.
    pub checks: Vec<Check>,
    /// Every clause and control, and how it came out.
    pub controls: Vec<ControlSeen>,
    /// Every file, and how it was understood.
    pub evidence: Vec<EvidenceSeen>,
    /// Messages about the tool's own work.
    pub diagnostics: Vec<Diagnostic>,
    /// Recorded runs, oldest first, and this one behind them; empty when none were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<TrendPoint>,
}

/// What people decided and answer for; never part of the totals of conformity.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Decided {
    /// Nonconformities that somebody accepts until a day.
    pub waivers: DecisionTally,
    /// Grades that somebody gives instead of the computed ones.
    pub overrides: DecisionTally,
    /// Attestations that were read.
    pub attestations: usize,
    /// Of these, those that ran out or are no evidence.
    pub void_attestations: usize,
}

/// A pack that judged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PackUsed {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: String,
    /// `sha256:…` over its files.
    pub digest: String,
}

/// Number of checks in each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Totals {
    /// Requirement met, on evidence that was seen.
    pub conformity: usize,
    /// Could be better.
    pub opportunity: usize,
    /// Minor nonconformities.
    pub minor: usize,
    /// Major nonconformities.
    pub major: usize,
    /// Excluded for a reason.
    pub not_applicable: usize,
    /// Nothing seen that would decide.
    pub not_evaluated: usize,
    /// Accepted until a date.
    pub waived: usize,
    /// The rule failed.
    pub faulted: usize,
}

impl Report {
    /// Puts together what an audit gave, under the profile of this name.
    pub fn new(
        profile: &str,
        packs: &Packs,
        plan: &Plan,
        evidence: &Evidence,
        facts: &Facts,
        graded: Graded,
    ) -> Self {
        let totals = Totals::of(&graded.checks);
        let seen = evidence_seen(evidence, facts);
        let decided = decided(evidence, &graded);
        let mut diagnostics = evidence.diagnostics.clone();
        diagnostics.extend(facts.diagnostics.iter().cloned());
        diagnostics.extend(graded.diagnostics);
        diagnostics.sort_by(|a, b| {
            (std::cmp::Reverse(a.severity), a.code).cmp(&(std::cmp::Reverse(b.severity), b.code))
        });
        diagnostics.dedup();
        let used = |pack: &crate::pack::Pack| PackUsed {
            id: pack.id.clone(),
            version: pack.version.clone(),
            digest: pack.digest.clone(),
        };
        let mut report = Self {
            schema: SCHEMA.to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            organization: evidence.workspace.organization.clone(),
            as_of: plan.as_of.to_string(),
            stage: plan.stage.to_string(),
            profile: profile.to_owned(),
            packs: packs.list.iter().map(used).collect(),
            verdict: Verdict::default(),
            totals,
            decided,
            rests_on: rests_on(packs, &graded.checks),
            controls: seen::controls(packs, &graded.checks, evidence),
            findings: graded.findings,
            checks: graded.checks,
            evidence: seen,
            diagnostics,
            trend: Vec::new(),
        };
        report.verdict = Verdict::of(&report, &plan.profile);
        report
    }

    /// The report as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of a report can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| escaped(json) + "\n")
    }

    /// The schema of the JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of a schema can be written.
    pub fn schema() -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(&schemars::schema_for!(Self)).map(|json| json + "\n")
    }
}

impl Totals {
    /// Counts checks by state.
    pub fn of(checks: &[Check]) -> Self {
        let mut totals = Self::default();
        for check in checks {
            *totals.get_mut(check.state) += 1;
        }
        totals
    }

    /// The number of checks in a state.
    pub fn get(&self, state: State) -> usize {
        let mut copy = *self;
        *copy.get_mut(state)
    }

    /// The number of all checks.
    pub fn all(&self) -> usize {
        State::ALL.iter().map(|state| self.get(*state)).sum()
    }

    fn get_mut(&mut self, state: State) -> &mut usize {
        match state {
            State::Conformity => &mut self.conformity,
            State::Opportunity => &mut self.opportunity,
            State::Minor => &mut self.minor,
            State::Major => &mut self.major,
            State::NotApplicable => &mut self.not_applicable,
            State::NotEvaluated => &mut self.not_evaluated,
            State::Waived => &mut self.waived,
            State::Faulted => &mut self.faulted,
        }
    }
}

/// The rule that says which attestations are no evidence.
const VOID: &str = "attestation-void";

fn decided(evidence: &Evidence, graded: &Graded) -> Decided {
    let [waivers, overrides] = graded.decisions;
    let void = graded.findings.iter().filter(|finding| finding.rule == VOID);
    let void: BTreeSet<&str> =
        void.flat_map(|finding| finding.observations.iter().map(|one| one.subject.as_str())).collect();
    let attestations = evidence.rows(ATTESTATIONS).count();
    Decided { waivers, overrides, attestations, void_attestations: void.len() }
}

/// Checks that came to a word, by what they rest on. Those that nothing was seen for rest on nothing.
fn rests_on(packs: &Packs, checks: &[Check]) -> BTreeMap<Coverage, usize> {
    let mut rests_on = BTreeMap::new();
    for check in checks.iter().filter(|check| came_to_a_word(check.state)) {
        if let Some(rule) = packs.rule(&check.rule) {
            *rests_on.entry(packs.coverage_of(rule)).or_default() += 1;
        }
    }
    rests_on
}

fn came_to_a_word(state: State) -> bool {
    !matches!(state, State::NotApplicable | State::NotEvaluated | State::Faulted)
}
