//! How every check ends: each control with each rule in exactly one state, with the reason.

use super::Grader;
use crate::control_id::ControlId;
use crate::evaluate::Outcome;
use crate::finding::{Check, Finding, State, count};
use crate::plan::{Look, Planned, PlannedCheck};

/// The rule that says of missing records what rests on them.
const ABSENCE: &str = "required-record-missing";

impl Grader<'_> {
    /// The checks of the plan, in its order; findings stand by rule.
    pub(super) fn checks(&self, outcomes: &[Outcome], findings: &[Vec<Finding>]) -> Vec<Check> {
        let check = |planned: &PlannedCheck| {
            let outcome = &outcomes[planned.rule];
            let rule = &self.plan.rules[planned.rule];
            let against: Vec<&Finding> =
                findings[planned.rule].iter().filter(|finding| concerns(finding, planned.control)).collect();
            let (state, reason) = self.state(planned, rule, outcome, &against, findings);
            Check {
                control: planned.control,
                rule: rule.rule().id.clone(),
                state,
                reason,
                records: outcome.records,
                undecidable: outcome.undecidable,
                findings: against.iter().map(|finding| finding.id.clone()).collect(),
            }
        };
        self.plan.checks.iter().map(check).collect()
    }

    fn state(
        &self,
        check: &PlannedCheck,
        planned: &Planned,
        outcome: &Outcome,
        against: &[&Finding],
        findings: &[Vec<Finding>],
    ) -> (State, Option<String>) {
        if let Some(exclusion) = &check.exclusion {
            let reason = format!("the statement of applicability excludes it: {}", exclusion.reason);
            return (State::NotApplicable, Some(reason));
        }
        if let Some(fault) = &outcome.failed {
            return (State::Faulted, Some(fault.message.clone()));
        }
        if matches!(planned.look, Look::Starved) {
            return (State::NotEvaluated, Some(self.starved(planned, findings)));
        }
        if let Look::Unfounded(reason) = &planned.look {
            return (State::NotEvaluated, Some(reason.clone()));
        }
        let worst = against.iter().map(|finding| finding.state).max_by_key(|state| weight(*state));
        // What could be better says nothing of a control that the rule leaves open.
        if let Some(reason) = outcome.left_open.get(&check.control)
            && worst.is_none_or(|state| state == State::Opportunity)
        {
            return (State::NotEvaluated, Some(reason.clone()));
        }
        if worst == Some(State::Opportunity) {
            // What could be better does not say that the rest was seen.
            return (State::Opportunity, self.doubt(planned, outcome));
        }
        if let Some(worst) = worst {
            return (worst, waiver_reason(worst, against));
        }
        if outcome.covers.as_ref().is_some_and(|covered| !covered.contains(&check.control)) {
            return (State::NotEvaluated, Some("nothing of what was asked for concerns it".to_owned()));
        }
        match self.doubt(planned, outcome) {
            Some(reason) => (State::NotEvaluated, Some(reason)),
            None => (State::Conformity, partly(outcome)),
        }
    }

    /// Why a rule without evidence could not look, and which finding says so.
    fn starved(&self, planned: &Planned, findings: &[Vec<Finding>]) -> String {
        let names: Vec<String> = planned
            .missing
            .iter()
            .map(|kind| {
                let title = self.packs.kinds.get(kind).map_or(kind.as_str(), |kind| kind.title.as_str());
                let because = findings.iter().flatten().find(|finding| {
                    let is_this = finding.observations.iter().any(|one| one.subject == *kind);
                    finding.rule == ABSENCE && is_this
                });
                because.map_or_else(
                    || title.to_owned(),
                    |finding| format!("{title} (see finding {})", finding.id),
                )
            })
            .collect();
        format!("no evidence of: {}", names.join(", "))
    }

    /// Why what was seen proves no conformity, though nothing against it was seen.
    fn doubt(&self, planned: &Planned, outcome: &Outcome) -> Option<String> {
        if let Some(reason) = &outcome.not_evaluated {
            return Some(reason.clone());
        }
        if let Some(unfit) = planned.unfit.first() {
            return Some(format!("the evidence is incomplete: {}", unfit.reason));
        }
        if outcome.records == 0 && outcome.undecidable == 0 {
            return Some("the evidence holds no record".to_owned());
        }
        if outcome.population == 0 && outcome.undecidable == 0 {
            return Some("there is nothing that the rule is about".to_owned());
        }
        let all = outcome.in_question;
        #[expect(clippy::cast_precision_loss, reason = "a share of counted records")]
        let share = outcome.undecidable as f64 / all as f64;
        let is_too_much = outcome.population == 0 || share > self.plan.profile.undecidable_share;
        is_too_much.then(|| undecided(outcome, all))
    }
}

/// What a rule that concludes conformity has not seen.
fn partly(outcome: &Outcome) -> Option<String> {
    let fields: Vec<&str> = outcome.unseen.iter().map(String::as_str).collect();
    (!fields.is_empty()).then(|| format!("seen in part: no column gives {}", fields.join(", ")))
}

/// How many of all records are not decided, and what keeps them from it.
fn undecided(outcome: &Outcome, all: usize) -> String {
    let number = outcome.undecidable;
    let records = if number == all { count(number, "record") } else { format!("{number} of {all} records") };
    let fields: Vec<&str> = outcome.unmapped.iter().map(String::as_str).collect();
    let why = match (fields.is_empty(), number) {
        (true, _) => "cannot be read as what they should be".to_owned(),
        (false, 1) => format!("lacks what is asked for: no column gives {}", fields.join(", ")),
        (false, _) => format!("lack what is asked for: no column gives {}", fields.join(", ")),
    };
    format!("not decidable: {records} {why}")
}

fn concerns(finding: &Finding, control: ControlId) -> bool {
    finding.requirements.contains(&control.as_requirement())
}

/// A waived lapse weighs more than what could only be better.
fn weight(state: State) -> u8 {
    match state {
        State::Major => 4,
        State::Minor => 3,
        State::Waived => 2,
        State::Opportunity => 1,
        _ => 0,
    }
}

fn waiver_reason(worst: State, against: &[&Finding]) -> Option<String> {
    let waived = against.iter().find(|finding| finding.state == State::Waived);
    waived.filter(|_| worst == State::Waived).and_then(|finding| finding.derivation.last().cloned())
}
