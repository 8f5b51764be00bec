//! Proposals: cases that would notice what no case notices, and reach what no case reaches.
//!
//! Evidence of the rule's own cases is varied at one place: a cell says something else, a column comes
//! or goes, a row goes or stands twice, a line or a file is gone. Where the rule and a surviving mutant
//! then say different things, that evidence is a case. What it states is what the rule says now; whether
//! that is right nobody can know but the author, so a proposal is printed and never written into a pack.

mod of_logs;
mod of_tables;
mod values;
mod variations;
mod written;

use super::Trial;
use super::case::Case;
use super::cases_file;
use super::coverage::covered;
use super::mutants::{Known, Mutant, differs, mutants_of};
use super::sitting::Sitting;
use crate::audit;
use crate::finding::{Diagnostic, State};
use crate::pack::Rule;
use crate::script::{Asking, Noticed, Rules, Watcher};
use rayon::prelude::*;
use serde::Serialize;
use std::collections::BTreeSet;
use std::sync::Arc;
use variations::{Variation, variations};

/// A mutant is looked at until so many variations notice it.
const ENOUGH: usize = 3;
/// No rule is asked about more variations.
const MOST: usize = 3_000;

/// A case that would be worth having.
#[derive(Clone, Debug, Serialize)]
pub struct Proposal {
    /// The rule.
    pub rule: String,
    /// The case as `cases.toml` would hold it.
    pub text: String,
    /// Mutants that it notices and no case does.
    pub notices: Vec<String>,
    /// Statements and truths that it reaches and no case does.
    pub reaches: usize,
}

/// A statement, or an atom as true or as false.
type Point = (String, &'static str);

/// A variation that is good for something.
struct Found {
    text: String,
    notices: BTreeSet<usize>,
    reaches: BTreeSet<Point>,
}

/// What a rule is asked with.
struct Asked<'t> {
    trial: &'t Trial,
    rule: &'t Rule,
    /// The rule as it is.
    own: Rules,
    watched: Rules,
    watcher: Arc<Watcher>,
    /// Mutants that survive, each ready to be asked, and how many variations noticed it.
    survivors: Vec<(Mutant, Rules, usize)>,
    unseen: BTreeSet<Point>,
}

impl Trial {
    /// Proposes cases for what the rules' own cases do not notice or reach.
    ///
    /// # Errors
    /// When a case cannot be run.
    pub fn propose(&self) -> Result<Vec<Proposal>, Vec<Diagnostic>> {
        audit::in_threads(None, || {
            let tested = self.tested();
            let proposals: Result<Vec<Vec<Proposal>>, _> =
                tested.par_iter().map(|rule| self.propose_for(rule)).collect();
            Ok(proposals?.concat())
        })
    }

    fn propose_for(&self, rule: &Rule) -> Result<Vec<Proposal>, Vec<Diagnostic>> {
        let watcher = Arc::new(Watcher::default());
        let own = self.rules.alone(&rule.id, &Asking::Natively)?;
        let known: Vec<Known<'_>> = self.known(rule, &own)?;
        let noticed = self.watch(rule)?;
        let mut asked = Asked {
            trial: self,
            rule,
            own,
            watched: self.rules.alone(&rule.id, &Asking::Watched(Arc::clone(&watcher)))?,
            watcher,
            survivors: self.survivors(rule, &known),
            unseen: unseen(rule, &noticed),
        };
        let all: Vec<(&Case, Variation)> = known
            .iter()
            .flat_map(|known| {
                let all = variations(rule, &self.packs, &known.sitting, &noticed.fields);
                all.into_iter().map(|variation| (known.sitting.case, variation))
            })
            .collect();
        let mut found = Vec::new();
        // Some of each kind, from all cases.
        for (case, variation) in all.iter().step_by(all.len() / MOST + 1) {
            if asked.is_satisfied() {
                break;
            }
            found.extend(asked.ask(case, variation));
        }
        Ok(asked.choose(found))
    }

    /// The mutants of a rule that no case notices.
    fn survivors(&self, rule: &Rule, known: &[Known<'_>]) -> Vec<(Mutant, Rules, usize)> {
        let allowed = self.allowed(rule);
        let survivor = |mutant: Mutant| {
            let rules = mutant.compile(&self.rules.names)?;
            let is_known = allowed.text().contains(&format!("{:?}", mutant.name))
                || allowed.text().contains(&mutant.name);
            let noticed =
                is_known || known.iter().any(|known| known.notices(&known.sitting, &rules, mutant.level));
            (!noticed).then_some((mutant, rules, 0))
        };
        mutants_of(rule).into_iter().filter_map(survivor).collect()
    }
}

/// What no case reaches.
fn unseen(rule: &Rule, noticed: &Noticed) -> BTreeSet<Point> {
    let unseen = covered(rule, noticed).unseen;
    unseen.into_iter().map(|unseen| (unseen.place.to_string(), unseen.what)).collect()
}

impl Asked<'_> {
    fn is_satisfied(&self) -> bool {
        self.unseen.is_empty() && self.survivors.iter().all(|(.., count)| *count >= ENOUGH)
    }

    /// Asks about a variation; nothing where it is good for nothing.
    fn ask(&mut self, case: &Case, variation: &Variation) -> Option<Found> {
        let trial = self.trial;
        let varied = variation.of(case)?;
        let sitting = Sitting::new(&varied, &trial.packs, &trial.rules).ok()?;
        let heard = sitting.hear(sitting.judge(&self.own).ok()?);
        let reaches = self.reached(&sitting)?;
        let alive = |(.., count): &&(Mutant, Rules, usize)| *count < ENOUGH;
        let differs = |(mutant, rules, _): &(Mutant, Rules, usize)| {
            sitting.judge(rules).is_ok_and(|report| differs(mutant.level, &heard, &sitting.hear(report)))
        };
        if reaches.is_empty()
            && heard.state != State::Faulted
            && !self.survivors.iter().filter(alive).any(differs)
        {
            return None;
        }
        let text = written::case(variation, &varied, &heard, &sitting);
        let path = format!("{}/cases.toml", case.rule);
        let read = cases_file::read(&case.rule, &path, text.as_bytes()).ok()?;
        let [proposed] = &read[..] else { return None };
        let sitting = Sitting::new(proposed, &trial.packs, &trial.rules).ok()?;
        let known = Known::new(sitting, &self.own).ok()?;
        if !known.passes() {
            return None;
        }
        let mut notices = BTreeSet::new();
        for (number, (mutant, rules, count)) in self.survivors.iter_mut().enumerate() {
            if *count < ENOUGH && known.notices(&known.sitting, rules, mutant.level) {
                *count += 1;
                notices.insert(number);
            }
        }
        (!notices.is_empty() || !reaches.is_empty()).then_some(Found { text, notices, reaches })
    }

    /// What a case reaches and no case does.
    fn reached(&self, sitting: &Sitting<'_>) -> Option<BTreeSet<Point>> {
        if self.unseen.is_empty() {
            return Some(BTreeSet::new());
        }
        self.watcher.take();
        sitting.judge(&self.watched).ok()?;
        let missed = unseen(self.rule, &self.watcher.take());
        Some(self.unseen.difference(&missed).cloned().collect())
    }

    /// Few variations that together do all that can be done.
    fn choose(&self, mut found: Vec<Found>) -> Vec<Proposal> {
        let mut chosen = Vec::new();
        loop {
            let gain = |found: &Found| found.notices.len() + found.reaches.len();
            let best = found.iter().enumerate().max_by_key(|(at, found)| (gain(found), usize::MAX - at));
            let Some((at, _)) = best.filter(|(_, found)| gain(found) > 0) else { return chosen };
            let Found { text, notices, reaches } = found.swap_remove(at);
            for other in &mut found {
                other.notices.retain(|number| !notices.contains(number));
                other.reaches.retain(|reached| !reaches.contains(reached));
            }
            let name = |number: &usize| self.survivors[*number].0.name.clone();
            let notices = notices.iter().map(name).collect();
            chosen.push(Proposal { rule: self.rule.id.clone(), text, notices, reaches: reaches.len() });
        }
    }
}
