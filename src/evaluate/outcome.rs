//! What a rule said, as grading sees it: with places, and no longer than anyone reads.

use super::places::{self, Shown};
use super::{Exceptions, Outcome, Said, Seen};
use crate::finding::{Diagnostic, Grade};
use crate::place::Place;
use crate::plan::Planned;
use crate::script::{self, Verdict};
use crate::source::shorten_to;
use std::collections::HashSet;
use std::time::Duration;

/// Characters of a sentence that a rule says; a script may say any text.
const SENTENCE: usize = 1_000;
/// Characters of a name or label that a rule gives.
const NAME: usize = 300;
/// Places that are looked up for one rule; a finding keeps 1,000.
const PLACES: usize = 10_000;
/// Records in doubt that a report points at.
const DOUBTS_SHOWN: usize = 20;
/// Fields that a report names as not there.
const UNSEEN_SHOWN: usize = 20;
/// The field of any kind that names who answers for a row.
const OWNER: &str = "owner";

/// The outcome of a rule, once its places are known.
pub(super) fn outcome(said: Result<Said, Diagnostic>, planned: &Planned, shown: &Shown) -> Outcome {
    let said = match said {
        Ok(said) => said,
        Err(fault) => return Outcome { failed: Some(fault), ..Outcome::default() },
    };
    let in_question = in_question(&said, planned);
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
    let sentence = |text: &String| shorten_to(text, SENTENCE);
    let mut room = PLACES;
    let seen = |one: script::Observation| Seen {
        places: located(&one.pointers, &mut room, shown),
        owner: owner(&one.pointers),
        statement: sentence(&one.statement),
        subject: shorten_to(&one.subject, NAME),
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
        in_question,
        undecided: places,
        unmapped,
        unseen: said.unseen.iter().take(UNSEEN_SHOWN).map(|fields| shorten_to(fields, NAME)).collect(),
        statement: said.verdict.statement.as_ref().map(sentence),
        not_evaluated: said.verdict.not_evaluated.as_ref().map(sentence),
        covers: said.verdict.covers,
        left_open: said.verdict.left_open.iter().map(|(id, why)| (*id, sentence(why))).collect(),
        failed: None,
        took: Duration::ZERO,
        steps: 0,
    }
}

/// The records that were to be decided, among them those that were set aside.
fn in_question(said: &Said, planned: &Planned) -> usize {
    let either = said.verdict.population.saturating_add(said.undecidable);
    said.in_question.map_or(either, |met| met.saturating_add(planned.set_aside))
}

/// The owner that the first row with one names.
fn owner(pointers: &[script::Pointer]) -> Option<String> {
    let owners = pointers.iter().filter_map(script::Pointer::row).map(|row| row.text(OWNER));
    owners.into_iter().find(|owner| !owner.is_empty()).map(str::to_owned)
}

/// The places of pointers, as long as there is room for them.
fn located(pointers: &[script::Pointer], room: &mut usize, shown: &Shown) -> Vec<Place> {
    let places = pointers.iter().take(*room).filter_map(|pointer| places::place(pointer, shown));
    let places: Vec<Place> =
        places.map(|place| Place { label: shorten_to(&place.label, NAME), ..place }).collect();
    *room = room.saturating_sub(pointers.len());
    places
}

/// Takes back what a script observed of rows about which it had to guess: nobody is accused on a
/// cell that cannot be read. Such rows count as not decidable and no longer as population.
pub(super) fn withhold_guesses(said: &mut Said) {
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
