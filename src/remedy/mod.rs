//! The cheapest path: what to mend, in the order in which it brings the certificate nearer.
//!
//! Nothing is guessed: the observations behind a finding are withheld as though they were mended, and
//! everything is graded again, with ratios, systemic failures and the verdict. What records that are
//! missing would show once they are there nobody knows, and a step that brings some says so.

mod text;

pub use text::render;

use crate::audit::{self, Heard, Inspection, Request};
use crate::control_id::ControlId;
use crate::evaluate::Outcome;
use crate::finding::{Diagnostic, Finding, State};
use crate::grade::{self, SYSTEMIC};
use crate::pack::Rule;
use crate::place::Place;
use crate::report::{Report, VerdictState};
use crate::world::World;
use rayon::prelude::*;
use serde::Serialize;

/// The number of the format.
pub const SCHEMA: &str = "preaudit-path/1";
/// Places that a fix shows.
const PLACES: usize = 5;

/// What to mend, step by step.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Path {
    /// `preaudit-path/1`.
    pub schema: String,
    /// Name of the organization.
    pub organization: Option<String>,
    /// The day of judgement.
    pub as_of: String,
    /// The audit that is prepared.
    pub stage: String,
    /// How strictly it was graded.
    pub profile: String,
    /// How it stands now.
    pub now: Standing,
    /// What to mend, the most helpful first.
    pub steps: Vec<Step>,
}

/// How things stand: the verdict and what speaks against a certificate.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The verdict.
    pub verdict: VerdictState,
    /// Why, one sentence each.
    pub because: Vec<String>,
    /// Majors, systemic ones among them.
    pub majors: usize,
    /// Majors that are several minors against one requirement.
    pub systemic: usize,
    /// Minors that no systemic major contains.
    pub minors: usize,
    /// Minors that one contains.
    pub contained: usize,
}

/// What to mend next, at once.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Step {
    /// What to mend; several, where nothing less removes the blocker.
    pub fixes: Vec<Fix>,
    /// Why these belong together, where they do.
    pub together: Option<String>,
    /// Majors that are gone then, by id; systemic ones among them.
    pub removes_majors: Vec<String>,
    /// Minors that are gone then, by id.
    pub removes_minors: Vec<String>,
    /// Checks that have no evidence because of what is missing here, and that can be made then.
    pub opens: usize,
    /// How it stands then.
    pub leaves: Standing,
}

/// One finding to mend.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fix {
    /// Id of the finding.
    pub finding: String,
    /// The rule.
    pub rule: String,
    /// The control it is first written against.
    pub control: ControlId,
    /// Its grade now.
    pub state: State,
    /// What is wrong.
    pub statement: String,
    /// Number of exceptions to mend.
    pub exceptions: usize,
    /// What to do.
    pub help: String,
    /// Where, at most five places.
    pub places: Vec<Place>,
}

/// Finds the path from what a scan finds to a verdict without blockers.
///
/// # Errors
/// As [`audit::audit`].
pub fn path(request: &Request, world: &dyn World) -> Result<Path, Vec<Diagnostic>> {
    audit::in_threads(request.jobs, || {
        let mut inspection = Inspection::open(request, world)?;
        let heard = inspection.hear(inspection.as_of, None)?;
        Ok(Walk::new(&inspection, &heard).walk())
    })
}

/// The walk along the path: what is mended so far, and what it comes to.
struct Walk<'a> {
    inspection: &'a Inspection<'a>,
    heard: &'a Heard,
    outcomes: Vec<Outcome>,
    report: Report,
}

/// Something that may be mended, and what it would come to.
struct Tried {
    fixes: Vec<Finding>,
    outcomes: Vec<Outcome>,
    report: Report,
}

impl<'a> Walk<'a> {
    fn new(inspection: &'a Inspection<'a>, heard: &'a Heard) -> Self {
        let report = inspection.report(heard, &heard.outcomes);
        Self { inspection, heard, outcomes: heard.outcomes.clone(), report }
    }

    fn walk(mut self) -> Path {
        let mut path = Path {
            schema: SCHEMA.to_owned(),
            organization: self.report.organization.clone(),
            as_of: self.report.as_of.clone(),
            stage: self.report.stage.clone(),
            profile: self.report.profile.clone(),
            now: Standing::of(&self.report),
            steps: Vec::new(),
        };
        while let Some((tried, together)) = self.next() {
            path.steps.push(self.step(&tried, together));
            (self.outcomes, self.report) = (tried.outcomes, tried.report);
        }
        path
    }

    /// The most helpful thing to mend now; none where no nonconformity is left.
    fn next(&self) -> Option<(Tried, Option<String>)> {
        let open = self.open();
        if !self.report.findings.iter().any(|finding| finding.state == State::Major) {
            let first = open.into_iter().min_by_key(effort)?;
            return Some((self.tried(vec![first]), None));
        }
        let alone: Vec<Tried> = open.into_par_iter().map(|finding| self.tried(vec![finding])).collect();
        let majors = Standing::of(&self.report).majors;
        let helps = |tried: &Tried| majors.saturating_sub(Standing::of(&tried.report).majors);
        let best = alone.into_iter().filter(|tried| helps(tried) > 0).min_by_key(|tried| {
            let left = Standing::of(&tried.report);
            (left.majors, left.minors + left.contained, tried.fixes.first().map(effort))
        });
        match best {
            Some(best) => Some((best, None)),
            None => self.together().map(|(tried, why)| (tried, Some(why))),
        }
    }

    /// The smallest group of contained minors without which a systemic major falls, when none falls
    /// with one of them alone.
    fn together(&self) -> Option<(Tried, String)> {
        let systemic = self.report.findings.iter().filter(|finding| finding.rule == SYSTEMIC);
        let groups = systemic.filter_map(|major| self.group(major));
        groups.min_by_key(|(tried, _)| {
            (tried.fixes.len(), tried.fixes.iter().map(|fix| fix.exceptions).sum::<usize>())
        })
    }

    fn group(&self, major: &Finding) -> Option<(Tried, String)> {
        let mut within: Vec<Finding> = self.open();
        within.retain(|finding| finding.contained_in.as_ref() == Some(&major.id));
        within.sort_by_key(effort);
        let falls = |tried: &Tried| tried.report.findings.iter().all(|finding| finding.id != major.id);
        let mut sizes = 2..=within.len();
        let tried = sizes.find_map(|size| Some(self.tried(within[..size].to_vec())).filter(falls))?;
        let why = format!(
            "{} minors against {} are one systemic major; it falls only when {} of them are mended, \
             whichever they are, and here are those with the fewest exceptions",
            within.len(),
            major.requirements.join(", "),
            tried.fixes.len()
        );
        Some((tried, why))
    }

    /// The nonconformities with a cause of their own; a systemic major has only those it contains.
    fn open(&self) -> Vec<Finding> {
        let own = |finding: &&Finding| finding.state.is_nonconformity() && finding.rule != SYSTEMIC;
        self.report.findings.iter().filter(own).cloned().collect()
    }

    /// Grades again with what is behind these findings withheld.
    fn tried(&self, fixes: Vec<Finding>) -> Tried {
        let mut outcomes = self.outcomes.clone();
        for finding in &fixes {
            let rules = self.heard.plan.rules.iter().map(crate::plan::Planned::rule);
            let at = rules.enumerate().find(|(_, rule)| rule.id == finding.rule);
            if let Some((index, rule)) = at
                && let Some(first) = self.first_control(index, rule)
            {
                let mended = |seen: &_| grade::holds(finding, rule, seen, first);
                outcomes[index] = outcomes[index].corrected(rule.grade, mended);
            }
        }
        let report = self.inspection.report(self.heard, &outcomes);
        Tried { fixes, outcomes, report }
    }

    /// The first control of a rule that applies.
    fn first_control(&self, index: usize, rule: &Rule) -> Option<ControlId> {
        let checks = &self.heard.plan.checks;
        let applies = |control: &ControlId| {
            let of = |check: &&crate::plan::PlannedCheck| check.rule == index && check.control == *control;
            checks.iter().find(of).is_some_and(|check| check.exclusion.is_none())
        };
        rule.controls.iter().copied().find(applies)
    }

    fn step(&self, tried: &Tried, together: Option<String>) -> Step {
        let gone = |state: State| {
            let left = |id: &String| {
                tried.report.findings.iter().any(|other| other.id == *id && other.state.is_nonconformity())
            };
            let of = self.report.findings.iter().filter(|finding| finding.state == state);
            of.map(|finding| finding.id.clone()).filter(|id| !left(id)).collect::<Vec<_>>()
        };
        let starved = |id: &str| format!("(see finding {id})");
        let opens = |check: &&crate::finding::Check| {
            let reason = check.reason.as_deref().unwrap_or_default();
            tried.fixes.iter().any(|fix| reason.contains(&starved(&fix.id)))
        };
        Step {
            fixes: tried.fixes.iter().map(Fix::of).collect(),
            together,
            removes_majors: gone(State::Major),
            removes_minors: gone(State::Minor),
            opens: self.report.checks.iter().filter(opens).count(),
            leaves: Standing::of(&tried.report),
        }
    }
}

/// What is mended first among equals: what has the fewest exceptions, then the order of controls.
fn effort(finding: &Finding) -> (usize, ControlId, String) {
    (finding.exceptions, finding.control, finding.rule.clone())
}

impl Standing {
    fn of(report: &Report) -> Self {
        let count = |is: &dyn Fn(&Finding) -> bool| report.findings.iter().filter(|one| is(one)).count();
        Self {
            verdict: report.verdict.state,
            because: report.verdict.because.clone(),
            majors: count(&|one| one.state == State::Major),
            systemic: count(&|one| one.state == State::Major && one.rule == SYSTEMIC),
            minors: count(&|one| one.state == State::Minor && one.contained_in.is_none()),
            contained: count(&|one| one.state == State::Minor && one.contained_in.is_some()),
        }
    }
}

impl Fix {
    fn of(finding: &Finding) -> Self {
        Self {
            finding: finding.id.clone(),
            rule: finding.rule.clone(),
            control: finding.control,
            state: finding.state,
            statement: finding.statement.clone(),
            exceptions: finding.exceptions,
            help: finding.help.clone(),
            places: finding.places.iter().take(PLACES).cloned().collect(),
        }
    }
}

impl Path {
    /// The path as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of it can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// Index of the first step behind which no major is left; none where there is one to the end, or
    /// where there was none.
    pub fn unblocked_after(&self) -> Option<usize> {
        if self.now.majors == 0 {
            return None;
        }
        self.steps.iter().position(|step| step.leaves.majors == 0)
    }
}
