//! Runs the rules of a plan side by side and gathers what they observe, in the order of the plan.

mod cases;
mod corrected;
mod each;
mod groups;
mod outcome;
mod places;
mod stranger;
mod views;
mod worker;

pub use worker::answer;

use crate::control_id::ControlId;
use crate::evidence::Evidence;
use crate::finding::{Diagnostic, Grade};
use crate::pack::{EventFields, Packs, Rule};
use crate::place::Place;
use crate::plan::{GroupLook, Look, Plan, Planned};
use crate::scan::Facts;
use crate::script::{self, Brief, Context, ControlView, Doubt, GroupView, KindView, Sight, Verdict};
use crate::world::{Stopwatch, World};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

/// What one rule observed.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// The exceptions, at most 1,000.
    pub observations: Vec<Seen>,
    /// The number of exceptions, by whether they are opportunities. A row is one, whatever
    /// several looks observe of it.
    pub exceptions: Exceptions,
    /// What was examined and could be decided.
    pub population: usize,
    /// Records that the rule touched.
    pub records: usize,
    /// Records that could not be decided.
    pub undecidable: usize,
    /// Records that were to be decided, each once, whether or not they could be.
    pub in_question: usize,
    /// The first of those that could not.
    pub undecided: Vec<Place>,
    /// Fields that were asked for and that no column gives.
    pub unmapped: BTreeSet<String>,
    /// Fields that a part of the rule needs and no column gives, so that it saw nothing; where one of
    /// several would do, all of them: `rto or rpo`.
    pub unseen: BTreeSet<String>,
    /// One sentence of the rule on all of it.
    pub statement: Option<String>,
    /// Why nothing can be said, when that is so.
    pub not_evaluated: Option<String>,
    /// The controls it was about; all of the rule's when nothing is said.
    pub covers: Option<Vec<ControlId>>,
    /// Controls of which it cannot be said whether they conform, and why.
    pub left_open: BTreeMap<ControlId, String>,
    /// How the rule failed, when it did.
    pub failed: Option<Diagnostic>,
    /// How long it took to ask. Nothing else depends on it.
    pub took: Duration,
    /// Steps that the interpreter took, which are none of a rule that was asked in a process apart.
    pub steps: u64,
}

/// Numbers of exceptions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exceptions {
    /// Against a requirement.
    pub lapses: usize,
    /// What could only be better.
    pub opportunities: usize,
}

/// One exception with its places.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// What is wrong.
    pub statement: String,
    /// What it is about.
    pub subject: String,
    /// Who owns it, where a row that is pointed at says so.
    pub owner: Option<String>,
    /// Where it shows.
    pub places: Vec<Place>,
    /// Another grade than the rule's.
    pub grade: Option<Grade>,
    /// The control it is against, of those of the rule.
    pub control: Option<ControlId>,
    /// The parameter whose grace it lies in.
    pub grace: Option<String>,
    /// Which of the rows it is of, where several looks may observe one row; of its own, if none.
    pub case: Option<usize>,
}

/// Number of exceptions that these observations are of.
pub fn distinct<'a>(seen: impl IntoIterator<Item = &'a Seen>) -> usize {
    let mut cases = BTreeSet::new();
    seen.into_iter().filter(|one| one.case.is_none_or(|case| cases.insert(case))).count()
}

/// What a rule said, before its places are known.
#[derive(Clone, Debug, Default)]
struct Said {
    verdict: Verdict,
    /// The exceptions by row, where the rule looks at rows.
    exceptions: Option<Exceptions>,
    records: usize,
    undecidable: usize,
    /// The records that could be decided or not, each once, where the rule looks at rows.
    in_question: Option<usize>,
    doubts: Vec<Doubt>,
    undecided: Vec<script::Pointer>,
    unseen: BTreeSet<String>,
}

/// Runs all rules of a plan.
pub fn run(
    plan: &Plan,
    packs: &Packs,
    facts: &Facts,
    evidence: &Evidence,
    world: &dyn World,
) -> Vec<Outcome> {
    let unknown = plan.rules.iter().map(|_| None).collect();
    run_beside(unknown, (plan, packs), facts, evidence, world)
}

/// Runs the rules of a plan of which nothing is known yet, and gives them with the known ones: one
/// outcome a rule, in the order of the plan.
pub fn run_beside(
    known: Vec<Option<Outcome>>,
    (plan, packs): (&Plan, &Packs),
    facts: &Facts,
    evidence: &Evidence,
    world: &dyn World,
) -> Vec<Outcome> {
    let controls = Arc::new(control_views(packs));
    let digests = Arc::new(evidence.digests.clone());
    let evaluator = Evaluator { plan, packs, facts, evidence, controls, digests, world };
    let ask = |planned: &Planned| {
        let watch = Stopwatch::start();
        script::take_steps();
        (evaluator.ask(planned), (watch.elapsed(), script::take_steps()))
    };
    let unknown: Vec<&Planned> =
        plan.rules.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(rule, _)| rule).collect();
    let (said, took): (Vec<_>, Vec<_>) = unknown.par_iter().map(|planned| ask(planned)).unzip();
    let shown = places::look_up(&said, evidence, &packs.event_fields, world);
    let outcomes =
        said.into_iter().zip(unknown).map(|(said, planned)| outcome::outcome(said, planned, &shown));
    let mut outcomes = outcomes.zip(took).map(|(outcome, (took, steps))| Outcome { took, steps, ..outcome });
    known.into_iter().map(|known| known.or_else(|| outcomes.next()).unwrap_or_default()).collect()
}

struct Evaluator<'a> {
    plan: &'a Plan,
    packs: &'a Packs,
    facts: &'a Facts,
    evidence: &'a Evidence,
    controls: Arc<BTreeMap<String, ControlView>>,
    digests: Arc<BTreeMap<String, String>>,
    world: &'a dyn World,
}

impl Evaluator<'_> {
    fn ask(&self, planned: &Planned) -> Result<Said, Diagnostic> {
        // What an earlier rule left in doubt in this thread is not this rule's.
        script::take_doubts();
        let mut said = match &planned.look {
            Look::Excluded | Look::Starved | Look::Unfounded(_) => Said::default(),
            Look::Broken(fault) => return Err(fault.clone()),
            Look::Each(_) if planned.compiled.is_stranger => stranger::each(self.brief(planned), self.world)?,
            Look::Each(looks) => each::ask(planned.rule(), looks, &self.evidence.tables)?,
            Look::Groups(look) => self.groups(planned, look)?,
            Look::Judge(scan) => self.judge(planned, *scan)?,
        };
        said.undecidable += planned.set_aside;
        Ok(said)
    }

    fn groups(&self, planned: &Planned, look: &GroupLook) -> Result<Said, Diagnostic> {
        let hear = |views: &[GroupView], silences| match &look.questions {
            Some(questions) => groups::hear(questions, views, silences),
            None => stranger::groups(self.brief(planned), views, silences, self.world),
        };
        groups::ask(planned, look, (self.plan, self.facts), self.fields(), hear)
    }

    /// A stranger's rule with all that it is to know.
    fn brief<'p>(&self, planned: &'p Planned) -> (&'p Rule, Brief) {
        let values = planned.params.iter().map(|(name, set)| (name.clone(), set.value.clone())).collect();
        let setting = &planned.setting;
        let brief =
            Brief::of(&planned.compiled, &setting.names, values, setting.as_of, &self.evidence.tables);
        (planned.rule(), brief)
    }

    fn fields(&self) -> &EventFields {
        &self.packs.event_fields
    }

    fn judge(&self, planned: &Planned, scan: Option<usize>) -> Result<Said, Diagnostic> {
        let rule = planned.rule();
        let (mut said, mut records, mut groups) = (Said::default(), 0, Vec::new());
        if let Some(scan) = scan {
            let tally = groups::tally(scan, self.facts)?;
            records += usize::try_from(tally.population).unwrap_or(usize::MAX);
            said = groups::undecided(tally);
            groups = views::views(&self.plan.scans[scan], tally, self.fields());
        }
        let kinds = self.kind_views();
        if rule.uses.is_empty() && rule.may_use.is_empty() && scan.is_none() {
            // The rule looks at what came of the kinds, and so at all of it.
            records += kinds.iter().filter(|kind| kind.is_asked_for).map(|kind| kind.count).sum::<usize>();
        }
        let (controls, digests) = (Arc::clone(&self.controls), Arc::clone(&self.digests));
        let sight = Sight { groups, controls, digests, kinds };
        records +=
            rule.uses.iter().chain(&rule.may_use).map(|kind| self.evidence.rows(kind).count()).sum::<usize>();
        (said.verdict, said.doubts) = if planned.compiled.is_stranger {
            stranger::judge(self.brief(planned), sight, self.world)?
        } else {
            let cx = Context::of(rule, &planned.setting, &self.evidence.tables, sight);
            let verdict = script::judge(&planned.compiled, &planned.setting.names, cx, script::JUDGE_TIME)?;
            (verdict, script::take_doubts())
        };
        let is_over = scan.is_some_and(|scan| self.facts.tallies[scan].overflowed);
        if is_over && said.verdict.exceptions == 0 {
            said.verdict.not_evaluated.get_or_insert_with(|| groups::OVER.to_owned());
        }
        said.undecidable += said.doubts.len();
        outcome::withhold_guesses(&mut said);
        said.records = records;
        Ok(said)
    }

    /// The kinds that clauses require, and what came of each.
    fn kind_views(&self) -> Vec<KindView> {
        let view = |kind: &Arc<crate::pack::Kind>| {
            let required = kind.required.as_ref()?;
            Some(KindView {
                id: kind.id.clone(),
                title: kind.title.clone(),
                what: required.what.clone(),
                by: required.by.to_string(),
                count: self.evidence.rows(&kind.id).count(),
                is_asked_for: self.evidence.workspace.asks_for(&kind.id),
                place: self.asked_at(&kind.id),
            })
        };
        self.packs.kinds.values().filter_map(view).collect()
    }

    /// Where the workspace asks for a kind, or the folder that was searched.
    fn asked_at(&self, kind: &str) -> Place {
        let workspace = &self.evidence.workspace;
        let asked = workspace
            .audit
            .asked_for
            .iter()
            .find(|asked| matches!(asked.get_ref().as_str(), "required") || asked.get_ref() == kind);
        match (&workspace.text, asked) {
            (Some(text), Some(asked)) => text.span(asked.span()).place("asked for here"),
            _ => Place::whole(".", "looked for here"),
        }
    }
}

fn control_views(packs: &Packs) -> BTreeMap<String, ControlView> {
    let current = packs.controls.values().map(|control| ControlView {
        id: control.id.to_string(),
        title: control.title.clone(),
        other_edition: control.edition_2013.iter().map(ToString::to_string).collect(),
        is_current: control.id.is_control(),
    });
    let old = packs.edition_2013.values().map(|control| ControlView {
        id: control.id.to_string(),
        title: control.title.clone(),
        other_edition: control.edition_2022.iter().map(ToString::to_string).collect(),
        is_current: false,
    });
    // An id that both editions have means the current one.
    old.chain(current).map(|control| (control.id.clone(), control)).collect()
}
