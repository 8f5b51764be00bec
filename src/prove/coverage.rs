//! What no case reaches: statements of scripts that never run, and atoms of conditions that are never
//! true or never false.

use super::Trial;
use super::case::Case;
use super::sitting::Sitting;
use crate::audit;
use crate::finding::Diagnostic;
use crate::pack::Rule;
use crate::place::Place;
use crate::script::{Asking, Is, Noticed, Structure, Watcher, pieces, statements};
use rayon::prelude::*;
use serde::Serialize;
use std::sync::Arc;

/// What the cases of a pack reach.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// The rules, in the order of the pack.
    pub rules: Vec<Covered>,
}

/// What the cases of one rule reach of it.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Covered {
    /// The rule.
    pub rule: String,
    /// Statements of its script.
    pub statements: usize,
    /// Those that run in some case.
    pub statements_seen: usize,
    /// Atoms of its conditions, each once as true and once as false.
    pub truths: usize,
    /// Those that are seen in some case.
    pub truths_seen: usize,
    /// What is not seen, in the order of the rule's files.
    pub unseen: Vec<Unseen>,
}

/// Something that no case reaches.
#[derive(Clone, Debug, Serialize)]
pub struct Unseen {
    /// What of it: `never runs`, `never true`, `never false`.
    pub what: &'static str,
    /// Where it stands.
    pub place: Place,
}

impl Coverage {
    /// The share of all statements and truths that some case reaches, in percent.
    pub fn percent(&self) -> f64 {
        let sum = |of: fn(&Covered) -> usize| self.rules.iter().map(of).sum::<usize>();
        percent(sum(Covered::seen), sum(Covered::all))
    }
}

impl Covered {
    /// Statements and truths.
    pub fn all(&self) -> usize {
        self.statements + self.truths
    }

    /// Statements and truths that are seen.
    pub fn seen(&self) -> usize {
        self.statements_seen + self.truths_seen
    }

    /// The share that is seen, in percent.
    pub fn percent(&self) -> f64 {
        percent(self.seen(), self.all())
    }
}

#[expect(clippy::cast_precision_loss, reason = "rules have fewer statements than 2^52")]
fn percent(seen: usize, all: usize) -> f64 {
    if all == 0 { 100.0 } else { 100.0 * seen as f64 / all as f64 }
}

impl Trial {
    /// Runs each rule over its own cases under watch, and tells what they do not reach.
    ///
    /// # Errors
    /// When a case cannot be run.
    pub fn cover(&self) -> Result<Coverage, Vec<Diagnostic>> {
        audit::in_threads(None, || {
            let tested = self.tested();
            let covered: Result<Vec<Covered>, Vec<Diagnostic>> =
                tested.par_iter().map(|rule| Ok(covered(rule, &self.watch(rule)?))).collect();
            Ok(Coverage { rules: covered? })
        })
    }

    /// The rules of the pack that is tried.
    pub(super) fn tested(&self) -> Vec<&Rule> {
        let rules = self.packs.list.last().into_iter().flat_map(|pack| &pack.rules);
        rules.filter(|rule| self.only.as_ref().is_none_or(|only| rule.id == *only)).collect()
    }

    /// The cases of a rule.
    pub(super) fn cases_of<'t>(&'t self, rule: &'t Rule) -> impl Iterator<Item = &'t Case> {
        self.cases.iter().filter(|case| case.rule == rule.id)
    }

    /// What is seen of a rule in all of its cases.
    pub(super) fn watch(&self, rule: &Rule) -> Result<Noticed, Vec<Diagnostic>> {
        let watcher = Arc::new(Watcher::default());
        let watched = self.rules.alone(&rule.id, &Asking::Watched(Arc::clone(&watcher)))?;
        for case in self.cases_of(rule) {
            Sitting::new(case, &self.packs, &self.rules)?.judge(&watched)?;
        }
        Ok(watcher.noticed())
    }
}

pub(super) fn covered(rule: &Rule, noticed: &Noticed) -> Covered {
    let mut covered = Covered { rule: rule.id.clone(), ..Covered::default() };
    conditions(rule, noticed, &mut covered);
    if let Some(script) = &rule.script {
        for (number, statement) in statements(script.text()).into_iter().enumerate() {
            covered.statements += 1;
            if noticed.statements.contains(&number) {
                covered.statements_seen += 1;
            } else {
                let place = script.span(statement.range).place("never runs");
                covered.unseen.push(Unseen { what: "never runs", place });
            }
        }
    }
    covered
}

fn conditions(rule: &Rule, noticed: &Noticed, covered: &mut Covered) {
    for condition in rule.expressions().into_iter().filter(|expression| !expression.is_message()) {
        let Some(start) = condition.start(&rule.text) else { continue };
        for atom in Structure::of(&condition.text).atoms() {
            if stands_still(&condition.text[atom.clone()]) {
                continue;
            }
            let seen = noticed.atoms.get(&(start + atom.start)).copied().unwrap_or_default();
            for (is_seen, what) in [(seen.yes, "never true"), (seen.no, "never false")] {
                covered.truths += 1;
                covered.truths_seen += usize::from(is_seen);
                if !is_seen {
                    let place = rule.text.span(start + atom.start..start + atom.end).place(what);
                    covered.unseen.push(Unseen { what, place });
                }
            }
        }
    }
}

/// True for an atom such as `true`, which names nothing that a case could change.
fn stands_still(atom: &str) -> bool {
    !pieces(atom).iter().any(|piece| piece.is == Is::Value)
}
