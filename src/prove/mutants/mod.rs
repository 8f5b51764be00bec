//! Mutants: rules and evidence that are changed a little. One that no case notices shows what the
//! cases do not prove.
//!
//! Of a rule, comparisons, `&&` and `||`, negations, literals, lengths, limits and looks are changed
//! one at a time; of evidence, what the rule reads: columns are dropped, cells blanked, days moved by
//! one, populations halved. A mutant that means the same is listed in the rule's `mutants.toml`.

mod edit;
mod known;
mod notice;
mod of_evidence;
mod of_rule;
mod survivors;
mod trial;

pub(super) use edit::{Edit, apply, lines};
pub(super) use known::Known;
pub(super) use notice::differs;
pub(super) use of_rule::{Mutant, mutants as mutants_of};
pub use survivors::{SURVIVORS, SurvivorsText};

use crate::finding::Diagnostic;
use crate::place::Place;
use serde::Serialize;

/// What came of all mutants.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Mutants {
    /// The rules, in the order of the pack.
    pub rules: Vec<Tried>,
}

/// What came of the mutants of one rule.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Tried {
    /// The rule.
    pub rule: String,
    /// Mutants that could be run.
    pub mutants: usize,
    /// Those that some case notices.
    pub noticed: usize,
    /// Those that nobody notices and nobody needs to.
    pub allowed: Vec<Allowed>,
    /// Those that nobody notices.
    pub survivors: Vec<Survivor>,
    /// What is wrong with the cases or the list of allowed mutants.
    pub faults: Vec<Diagnostic>,
}

/// A mutant that no case notices.
#[derive(Clone, Debug, Serialize)]
pub struct Survivor {
    /// Its name, by which it is allowed.
    pub name: String,
    /// Where it was changed; the rule as a whole, of evidence.
    pub place: Place,
}

/// A mutant that no case notices, and why that is right.
#[derive(Clone, Debug, Serialize)]
pub struct Allowed {
    /// Its name.
    pub name: String,
    /// Why no case can notice it.
    pub reason: String,
}

impl Mutants {
    /// Number of mutants, of those noticed, allowed and surviving.
    pub fn totals(&self) -> [usize; 4] {
        let sum = |of: fn(&Tried) -> usize| self.rules.iter().map(of).sum::<usize>();
        [
            sum(|tried| tried.mutants),
            sum(|tried| tried.noticed),
            sum(|tried| tried.allowed.len()),
            sum(|tried| tried.survivors.len()),
        ]
    }

    /// True when every mutant is noticed or allowed, and nothing is wrong with the lists.
    pub fn passes(&self) -> bool {
        self.rules.iter().all(|tried| tried.survivors.is_empty() && tried.faults.is_empty())
    }
}
