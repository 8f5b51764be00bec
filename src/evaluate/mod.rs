//! Runs the rules of a plan side by side and gathers what they observe, in the order of the plan.

mod cases;
mod corrected;
mod each;
mod groups;
mod places;
mod views;

use crate::control_id::ControlId;
use crate::evidence::Evidence;
use crate::finding::{Diagnostic, Grade};
use crate::pack::{EventFields, Packs};
use crate::place::Place;
use crate::plan::{Look, Plan, Planned};
use crate::scan::Facts;
use crate::script::{self, Context, ContextData, ControlView, Doubt, KindView, Rows, Verdict};
use crate::time::Time;
use crate::world::{Stopwatch, World};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// Records in doubt that a report points at.
const DOUBTS_SHOWN: usize = 20;

/// The field of any kind that names who answers for a row.
const OWNER: &str = "owner";

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
    /// The first of them.
    pub undecided: Vec<Place>,
    /// Fields that were asked for and that no column gives.
    pub unmapped: BTreeSet<String>,
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
    doubts: Vec<Doubt>,
    undecided: Vec<script::Pointer>,
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
    let evaluator = Evaluator { plan, packs, facts, evidence, controls, digests };
    let ask = |planned: &Planned| {
        let watch = Stopwatch::start();
        (evaluator.ask(planned), watch.elapsed())
    };
    let unknown: Vec<&Planned> =
        plan.rules.iter().zip(&known).filter(|(_, known)| known.is_none()).map(|(rule, _)| rule).collect();
    let (said, took): (Vec<Result<Said, Diagnostic>>, Vec<Duration>) =
        unknown.par_iter().map(|planned| ask(planned)).unzip();
    let shown = places::look_up(&said, evidence, &packs.event_fields, world);
    let outcomes = said.into_iter().zip(unknown).map(|(said, planned)| outcome(said, planned, &shown));
    let mut outcomes = outcomes.zip(took).map(|(outcome, took)| Outcome { took, ..outcome });
    known.into_iter().map(|known| known.or_else(|| outcomes.next()).unwrap_or_default()).collect()
}

struct Evaluator<'a> {
    plan: &'a Plan,
    packs: &'a Packs,
    facts: &'a Facts,
    evidence: &'a Evidence,
    controls: Arc<BTreeMap<String, ControlView>>,
    digests: Arc<BTreeMap<String, String>>,
}

impl Evaluator<'_> {
    fn ask(&self, planned: &Planned) -> Result<Said, Diagnostic> {
        // What an earlier rule left in doubt in this thread is not this rule's.
        script::take_doubts();
        let mut said = match &planned.look {
            Look::Excluded | Look::Starved | Look::Unfounded(_) => Said::default(),
            Look::Broken(fault) => return Err(fault.clone()),
            Look::Each(looks) => each::ask(planned, looks, self.evidence)?,
            Look::Groups(look) => groups::ask(planned, look, self.plan, self.facts, self.fields())?,
            Look::Judge(scan) => self.judge(planned, *scan)?,
        };
        said.undecidable += planned.set_aside;
        Ok(said)
    }

    fn fields(&self) -> &EventFields {
        &self.packs.event_fields
    }

    fn judge(&self, planned: &Planned, scan: Option<usize>) -> Result<Said, Diagnostic> {
        let rule = planned.rule();
        let kinds = rule.uses.iter().chain(&rule.may_use);
        let rows = |kind: &String| (kind.clone(), Rows(Arc::new(self.evidence.rows(kind).collect())));
        let tables: BTreeMap<String, Rows> = kinds.map(rows).collect();
        let mut records: usize = tables.values().map(|rows| rows.0.len()).sum();
        let mut said = Said::default();
        let mut views = Vec::new();
        if let Some(scan) = scan {
            let tally = groups::tally(scan, self.facts)?;
            records += usize::try_from(tally.population).unwrap_or(usize::MAX);
            said = groups::undecided(tally);
            views = views::views(&self.plan.scans[scan], tally, self.fields());
        }
        let kinds = self.kind_views();
        if rule.uses.is_empty() && rule.may_use.is_empty() && scan.is_none() {
            // The rule looks at what came of the kinds, and so at all of it.
            records += kinds.iter().filter(|kind| kind.is_asked_for).map(|kind| kind.count).sum::<usize>();
        }
        let cx = Context(Arc::new(ContextData {
            params: planned.setting.params.clone(),
            as_of: Some(Time::Day(self.plan.as_of)),
            tables,
            groups: views,
            controls: Arc::clone(&self.controls),
            against: rule.controls.clone(),
            digests: Arc::clone(&self.digests),
            kinds,
        }));
        said.verdict = script::judge(&planned.compiled, &planned.setting.names, cx)?;
        let is_over = scan.is_some_and(|scan| self.facts.tallies[scan].overflowed);
        if is_over && said.verdict.exceptions == 0 {
            said.verdict.not_evaluated.get_or_insert_with(|| groups::OVER.to_owned());
        }
        said.doubts = script::take_doubts();
        said.undecidable += said.doubts.len();
        withhold_guesses(&mut said);
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
        is_current: control.id.is_annex(),
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

fn outcome(said: Result<Said, Diagnostic>, planned: &Planned, shown: &places::Shown) -> Outcome {
    let said = match said {
        Ok(said) => said,
        Err(fault) => return Outcome { failed: Some(fault), ..Outcome::default() },
    };
    let exceptions = said.exceptions.unwrap_or_else(|| by_grade(&said.verdict, planned.rule().grade));
    let undecided = said.doubts.iter().map(|doubt| doubt.row.place(&doubt.field, "not decidable"));
    let mut places: Vec<Place> = undecided.take(DOUBTS_SHOWN).collect();
    places.extend(said.undecided.iter().filter_map(|pointer| places::place(pointer, shown)));
    let asked = said.doubts.iter().map(|doubt| (&doubt.row, &doubt.field));
    let pointed = said.undecided.iter().filter_map(|pointer| match &pointer.target {
        script::Target::Field(row, field) => Some((row, field)),
        _ => None,
    });
    let unmapped = asked.chain(pointed).filter(|(row, field)| !row.table.has(field));
    let unmapped = unmapped.map(|(_, field)| field.clone()).collect();
    let seen = |one: script::Observation| Seen {
        places: one.pointers.iter().filter_map(|pointer| places::place(pointer, shown)).collect(),
        owner: owner(&one.pointers),
        statement: one.statement,
        subject: one.subject,
        grade: one.grade,
        control: one.control,
        grace: one.grace,
        case: one.case,
    };
    Outcome {
        exceptions,
        observations: said.verdict.observations.into_iter().map(seen).collect(),
        population: said.verdict.population,
        records: said.records,
        undecidable: said.undecidable,
        undecided: places,
        unmapped,
        statement: said.verdict.statement,
        not_evaluated: said.verdict.not_evaluated,
        covers: said.verdict.covers,
        left_open: said.verdict.left_open,
        failed: None,
        took: Duration::ZERO,
    }
}

/// The owner that the first row with one names.
fn owner(pointers: &[script::Pointer]) -> Option<String> {
    let owners = pointers.iter().filter_map(script::Pointer::row).map(|row| row.text(OWNER));
    owners.into_iter().find(|owner| !owner.is_empty()).map(str::to_owned)
}

/// Takes back what a script observed of rows about which it had to guess: nobody is accused on a
/// cell that cannot be read. Such rows count as not decidable and no longer as population.
fn withhold_guesses(said: &mut Said) {
    let guessed: HashSet<(usize, usize)> =
        said.doubts.iter().filter(|doubt| doubt.is_guess).map(|doubt| doubt.row.identity()).collect();
    let rests_on_guess = |one: &script::Observation| {
        one.pointers.iter().filter_map(script::Pointer::row).any(|row| guessed.contains(&row.identity()))
    };
    let verdict = &mut said.verdict;
    let before = verdict.observations.len();
    verdict.observations.retain(|one| !rests_on_guess(one));
    let withheld = before - verdict.observations.len();
    if withheld > 0 {
        verdict.exceptions -= withheld;
        verdict.population = verdict.population.saturating_sub(withheld);
        // The rule's own sentence counts what was taken back.
        verdict.statement = None;
    }
}

/// The exceptions of a verdict. What was not kept counts as lapse.
fn by_grade(verdict: &Verdict, rule_grade: Grade) -> Exceptions {
    let is_opportunity = |one: &&script::Observation| one.grade.unwrap_or(rule_grade) == Grade::Opportunity;
    let opportunities = verdict.observations.iter().filter(is_opportunity).count();
    Exceptions { lapses: verdict.exceptions - opportunities, opportunities }
}
