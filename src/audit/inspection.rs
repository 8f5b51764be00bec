//! Evidence that is read once and judged again and again: on other days, or with faults taken away.
//!
//! Rules that do not ask for the day of judgement say the same on every day, as long as they are
//! shown the same; so they are asked once. Logs are read again only where other records count on
//! another day, or where a scan asks for the day itself.

use super::strangers::{load, strangers};
use super::{Request, choose_profile, day_of_judgement};
use crate::applicability::{self, Applicability};
use crate::evaluate::{self, Outcome};
use crate::evidence::{self, Evidence};
use crate::finding::Diagnostic;
use crate::grade;
use crate::grade::Past;
use crate::independence;
use crate::pack::{Packs, Profile, Rule};
use crate::plan::{self, Plan};
use crate::report::Report;
use crate::scan::{self, Facts, Partials};
use crate::script::Rules;
use crate::stage::Stage;
use crate::world::World;
use jiff::civil::Date;
use std::sync::Arc;

/// The word by which rules ask for the day of judgement, in conditions and in scripts.
const DAY: &str = "as_of";

/// Packs and evidence, ready to be judged.
pub struct Inspection<'w> {
    /// The packs.
    pub packs: Arc<Packs>,
    /// The evidence.
    pub evidence: Evidence,
    /// The audit that is prepared.
    pub stage: Stage,
    /// Name of the profile.
    pub profile_name: String,
    /// The day of judgement that was asked for.
    pub as_of: Date,
    rules: Arc<Rules>,
    applicability: Applicability,
    profile: Profile,
    partials: Partials,
    past: Arc<Past>,
    world: &'w dyn World,
}

/// What the rules said on one day.
pub struct Heard {
    /// What was to be done.
    pub plan: Plan,
    /// What was observed, one outcome a rule of the plan.
    pub outcomes: Vec<Outcome>,
    facts: Arc<Facts>,
}

impl Heard {
    /// True when this was heard of the same reading of the logs.
    pub fn shares_logs_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.facts, &other.facts)
    }

    /// True when another plan would be answered the same by the logs.
    fn answers(&self, plan: &Plan) -> bool {
        let asked = |plan: &Plan| {
            plan.scans.iter().map(|scan| (scan.rule.clone(), scan.declared.clone())).collect::<Vec<_>>()
        };
        self.facts.hold_within(&plan.window) && asked(&self.plan) == asked(plan)
    }
}

impl<'w> Inspection<'w> {
    /// Reads packs and evidence.
    ///
    /// # Errors
    /// As [`super::audit`].
    pub fn open(request: &Request, world: &'w dyn World) -> Result<Self, Vec<Diagnostic>> {
        let (packs, rules) = load(request, world)?;
        Self::of((Arc::new(packs), Arc::new(rules)), request, world)
    }

    /// Reads the evidence, for packs and rules that are there already.
    ///
    /// # Errors
    /// As [`super::audit`].
    pub fn of(
        (packs, rules): (Arc<Packs>, Arc<Rules>),
        request: &Request,
        world: &'w dyn World,
    ) -> Result<Self, Vec<Diagnostic>> {
        let mut evidence = evidence::collect(&packs, &request.scope, world)?;
        evidence.diagnostics.extend(packs.diagnostics.iter().cloned());
        evidence.diagnostics.extend(strangers(&packs, &rules, world)?);
        let (profile_name, profile) = choose_profile(&packs, &evidence, request)?;
        let profile = profile.clone();
        let stage = request.stage.or(evidence.workspace.audit.stage).unwrap_or_default();
        let as_of = day_of_judgement(&evidence, request, world);
        let applicability = applicability::read(&evidence);
        evidence.diagnostics.extend(independence::told(&packs, &evidence, &applicability, stage));
        let partials = request.partials.clone();
        Ok(Self {
            packs,
            evidence,
            stage,
            profile_name,
            as_of,
            rules,
            applicability,
            profile,
            partials,
            past: Arc::clone(&request.past),
            world,
        })
    }

    /// Asks the rules on a day; what was heard on another saves what would be said again.
    ///
    /// # Errors
    /// When partial results of other machines do not make the whole.
    pub fn hear(&mut self, as_of: Date, before: Option<&Heard>) -> Result<Heard, Vec<Diagnostic>> {
        self.evidence.age(as_of);
        self.ask(&self.rules, as_of, before)
    }

    /// The rules of the packs.
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    /// What other rules say of the same evidence, on the day that was asked for.
    ///
    /// # Errors
    /// As [`Inspection::hear`].
    pub fn judge_by(&self, rules: &Rules) -> Result<Report, Vec<Diagnostic>> {
        let heard = self.ask(rules, self.as_of, None)?;
        Ok(self.report(&heard, &heard.outcomes))
    }

    fn ask(&self, rules: &Rules, as_of: Date, before: Option<&Heard>) -> Result<Heard, Vec<Diagnostic>> {
        let look = plan::Occasion { as_of, stage: self.stage, profile: &self.profile, world: self.world };
        let plan = plan::draw_up(&self.packs, rules, &self.applicability, &self.evidence, &look);
        let before = before.filter(|before| before.answers(&plan));
        let facts = match before {
            Some(before) => Arc::clone(&before.facts),
            None => {
                Arc::new(scan::run(&plan.inquiry(&self.packs, &self.evidence, self.world), &self.partials)?)
            }
        };
        let known = known(&plan, before);
        let outcomes = evaluate::run_beside(known, (&plan, &self.packs), &facts, &self.evidence, self.world);
        Ok(Heard { plan, outcomes, facts })
    }

    /// The report on what was heard last, or on what it would be with other outcomes.
    pub fn report(&self, heard: &Heard, outcomes: &[Outcome]) -> Report {
        let Heard { plan, facts, .. } = heard;
        let graded = grade::grade(plan, &self.packs, (&self.evidence, facts), outcomes, &self.past);
        Report::new(&self.profile_name, &self.packs, plan, &self.evidence, facts, graded)
    }
}

/// What the rules that do not ask for the day said before, in the order of the plan.
fn known(plan: &Plan, before: Option<&Heard>) -> Vec<Option<Outcome>> {
    let Some(before) = before else { return vec![None; plan.rules.len()] };
    let same = |(index, planned): (usize, &plan::Planned)| {
        let old = before.plan.rules.get(index).filter(|old| old.rule().id == planned.rule().id)?;
        (!asks_for_the_day(old.rule())).then(|| before.outcomes.get(index).cloned()).flatten()
    };
    plan.rules.iter().enumerate().map(same).collect()
}

/// True when the text of a rule names the day of judgement, if only in a comment.
fn asks_for_the_day(rule: &Rule) -> bool {
    let script = rule.script.as_ref().is_some_and(|script| script.text().contains(DAY));
    script || rule.text.text().contains(DAY)
}
