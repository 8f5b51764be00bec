//! What comes back from a process apart, and how far it is believed.

use super::{Ask, Brief};
use crate::scan::Mark;
use crate::script::doubt::Doubt;
use crate::script::pointer::{Pointer, Target};
use crate::script::verdict::{KEPT, Verdict};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a rule says.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub enum Answer {
    /// The verdict of a script, and where it had to guess.
    Judged(Verdict, Vec<Doubt>),
    /// What it says of rows.
    Each {
        /// The exceptions that are kept.
        verdict: Verdict,
        /// Rows that are lapses, and rows that could be better.
        exceptions: [usize; 2],
        /// Rows that were looked at.
        records: usize,
        /// Rows that could be decided or not, each once.
        in_question: usize,
        /// Rows that could not be decided.
        doubts: Vec<Doubt>,
        /// Fields that a part of it needs and no column gives.
        unseen: BTreeSet<String>,
    },
    /// What it says of groups.
    Groups(GroupsHeard),
    /// The numbers of the rows of a kind that are expected, and those in doubt.
    Expected(Vec<usize>, Vec<Doubt>),
}

/// What a rule says of the groups that it was shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsHeard {
    /// Groups that count.
    pub counted: usize,
    /// Groups that are exceptions.
    pub exceptions: usize,
    /// The first of them, each by its number with what is to be said of it.
    pub kept: Vec<(usize, String)>,
}

impl Answer {
    /// True for an answer to what was asked that points at nothing else than what was shown. Rows are
    /// checked where they are read.
    pub(super) fn fits(&self, ask: &Ask, brief: &Brief) -> bool {
        match (self, ask) {
            (Self::Judged(verdict, _), Ask::Judge(_)) | (Self::Each { verdict, .. }, Ask::Each) => {
                points_at(verdict, ask)
            }
            (Self::Groups(heard), Ask::Groups(groups, _)) => {
                let known = heard.kept.iter().all(|(at, _)| *at < groups.len());
                known && heard.kept.len() <= KEPT && heard.exceptions <= groups.len()
            }
            (Self::Expected(rows, _), Ask::Expected(kind)) => {
                let numbers = brief.kinds.get(kind).into_iter().flatten();
                let all: usize = numbers.filter_map(|at| brief.tables.get(*at)).map(|t| t.grid.len()).sum();
                rows.iter().all(|row| *row < all)
            }
            _ => false,
        }
    }
}

fn points_at(verdict: &Verdict, ask: &Ask) -> bool {
    let ends = ask.groups().iter().filter_map(|group| group.ends);
    let marks: BTreeSet<Mark> = ends.flat_map(|(first, last)| [first, last]).collect();
    let places = ask.places();
    let is_shown = |pointer: &Pointer| match &pointer.target {
        Target::Event(mark, _) => marks.contains(mark),
        Target::Place(place) => {
            places.iter().any(|known| (*known).clone().labelled("") == place.clone().labelled(""))
        }
        Target::Field(..) | Target::Part(..) | Target::Range(..) => true,
    };
    let pointers = verdict.observations.iter().flat_map(|one| &one.pointers);
    verdict.observations.len() <= KEPT && pointers.into_iter().all(is_shown)
}
