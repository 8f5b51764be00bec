//! Values that cannot be decided, and conditions that touch them.
//!
//! A cell that is not what its field should hold is no value that a comparison could be about. A
//! condition on a row is asked under every answer that such comparisons could give: when all of
//! them agree, the row is decided; else it is not decidable. So `a || b` is decided by `b` where
//! `a` is in doubt, in whatever order they stand. In a script that compares outside of a
//! condition, the comparison is false and the row is noted as not decidable.

use crate::evidence::{Decision, Row};
use rhai::{Dynamic, Engine, EvalAltResult};
use serde::{Deserialize, Serialize};
use std::cell::RefCell;
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// A condition is asked at most so often about one row.
const QUESTIONS: usize = 64;

/// A cell that cannot be decided.
#[derive(Clone, Debug)]
pub(super) struct Unsure {
    row: Option<Row>,
    field: String,
    /// True when something does stand there, so that it surely is not nothing. Of a column that is
    /// not there, and of cells that a row too short or too long leaves open, not even that is known.
    is_something: bool,
}

/// A field of a row that was in doubt.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Doubt {
    /// The row.
    pub row: Row,
    /// The field.
    pub field: String,
    /// True when a script went on with a guess: it compared the field outside of a condition.
    pub is_guess: bool,
}

#[derive(Default)]
struct Oracle {
    /// Answers to give, and those given when they ran out.
    answers: Vec<bool>,
    /// Answers given so far.
    given: usize,
    /// True while a condition is asked.
    is_asked: bool,
    /// What was in doubt outside of conditions, or left a condition in doubt.
    doubts: Vec<Doubt>,
    /// What the condition that is asked touched.
    touched: Vec<Doubt>,
}

thread_local! {
    static ORACLE: RefCell<Oracle> = RefCell::default();
}

impl Unsure {
    /// A field of this row.
    pub(super) fn new(row: &Row, field: &str) -> Self {
        let is_something = field == "person" || !row.text(field).is_empty();
        Self { row: Some(row.clone()), field: field.to_owned(), is_something }
    }

    /// The answer to a comparison with this value.
    pub(super) fn answer(&self) -> bool {
        ORACLE.with_borrow_mut(|oracle| {
            let is_guess = !oracle.is_asked;
            let doubt = self.row.clone().map(|row| Doubt { row, field: self.field.clone(), is_guess });
            if !oracle.is_asked {
                oracle.doubts.extend(doubt);
                return false;
            }
            oracle.touched.extend(doubt);
            if oracle.given == oracle.answers.len() {
                oracle.answers.push(false);
            }
            oracle.given += 1;
            oracle.answers[oracle.given - 1]
        })
    }

    /// False for nothing, where something does stand.
    fn may_be(&self, other: &Dynamic) -> bool {
        !(self.is_something && other.is_unit())
    }

    fn text(&self) -> String {
        self.row.as_ref().map_or("", |row| row.text(&self.field)).to_owned()
    }
}

/// Asks a condition under all answers that what is in doubt could give.
///
/// # Errors
/// When the condition fails under any of them.
pub(super) fn decide(
    mut condition: impl FnMut() -> Result<bool, Box<EvalAltResult>>,
) -> Result<Decision, Box<EvalAltResult>> {
    let mut answers: Vec<bool> = Vec::new();
    let mut said: Option<bool> = None;
    for _ in 0..QUESTIONS {
        ORACLE.with_borrow_mut(|oracle| {
            (oracle.answers, oracle.given, oracle.is_asked) = (std::mem::take(&mut answers), 0, true);
            oracle.touched.clear();
        });
        let result = condition();
        answers = ORACLE.with_borrow_mut(|oracle| {
            oracle.is_asked = false;
            let given = oracle.given;
            oracle.answers.truncate(given);
            std::mem::take(&mut oracle.answers)
        });
        let says = result?;
        if said.is_some_and(|said| said != says) {
            ORACLE.with_borrow_mut(|oracle| {
                let touched = std::mem::take(&mut oracle.touched);
                oracle.doubts.extend(touched);
            });
            return Ok(Decision::Undecidable);
        }
        said = Some(says);
        // The next answers in order: the last `false` becomes `true`, all behind it is open.
        while answers.pop_if(|last| *last).is_some() {}
        match answers.last_mut() {
            Some(last) => *last = true,
            None => return Ok(if says { Decision::Yes } else { Decision::No }),
        }
    }
    Ok(Decision::Undecidable)
}

/// Asks something outside of conditions. Nothing, where that touches what is in doubt; of that nothing
/// is noted.
pub(super) fn beyond_doubt<T>(ask: impl FnOnce() -> T) -> Option<T> {
    let known = ORACLE.with_borrow(|oracle| oracle.doubts.len());
    let said = ask();
    let is_sure = ORACLE.with_borrow_mut(|oracle| {
        let is_sure = oracle.doubts.len() == known;
        oracle.doubts.truncate(known);
        is_sure
    });
    is_sure.then_some(said)
}

/// The answer to a question about a value in doubt whose row is known to whoever asks.
pub(super) fn guess() -> bool {
    Unsure { row: None, field: String::new(), is_something: true }.answer()
}

/// Forgets what was in doubt. Whoever counts records in doubt has no need of their fields, of
/// which a log can have many.
pub(super) fn forget() {
    ORACLE.with_borrow_mut(|oracle| oracle.doubts.clear());
}

/// Takes what was in doubt since this was last asked, each row once, in order of appearance.
pub(super) fn take_doubts() -> Vec<Doubt> {
    let doubts = ORACLE.with_borrow_mut(|oracle| std::mem::take(&mut oracle.doubts));
    let mut at: HashMap<(usize, usize), usize> = HashMap::new();
    let mut taken: Vec<Doubt> = Vec::new();
    for doubt in doubts {
        match at.entry(doubt.row.identity()) {
            Entry::Occupied(known) => taken[*known.get()].is_guess |= doubt.is_guess,
            Entry::Vacant(new) => {
                new.insert(taken.len());
                taken.push(doubt);
            }
        }
    }
    taken
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<Unsure>("undecidable");
    for operator in ["<", "<=", ">", ">="] {
        engine.register_fn(operator, |unsure: Unsure, _: Dynamic| unsure.answer());
        engine.register_fn(operator, |_: Dynamic, unsure: Unsure| unsure.answer());
        engine.register_fn(operator, |unsure: Unsure, _: Unsure| unsure.answer());
    }
    engine.register_fn("==", |unsure: Unsure, other: Dynamic| unsure.may_be(&other) && unsure.answer());
    engine.register_fn("==", |other: Dynamic, unsure: Unsure| unsure.may_be(&other) && unsure.answer());
    engine.register_fn("==", |unsure: Unsure, _: Unsure| unsure.answer());
    engine.register_fn("!=", |unsure: Unsure, other: Dynamic| !unsure.may_be(&other) || unsure.answer());
    engine.register_fn("!=", |other: Dynamic, unsure: Unsure| !unsure.may_be(&other) || unsure.answer());
    engine.register_fn("!=", |unsure: Unsure, _: Unsure| unsure.answer());
    for operator in ["+", "-", "*", "/"] {
        engine.register_fn(operator, |unsure: Unsure, _: Dynamic| unsure);
        engine.register_fn(operator, |_: Dynamic, unsure: Unsure| unsure);
        engine.register_fn(operator, |unsure: Unsure, _: Unsure| unsure);
    }
    for property in ["in_days", "in_hours", "year", "day", "len"] {
        engine.register_get(property, |unsure: &mut Unsure| unsure.clone());
    }
    engine.register_fn("to_string", |unsure: &mut Unsure| unsure.text());
    engine.register_fn("to_debug", |unsure: &mut Unsure| unsure.text());
    engine.register_iterator::<Unsure>();
}

/// A list that cannot be decided has no elements, and its row is noted.
impl IntoIterator for Unsure {
    type Item = Dynamic;
    type IntoIter = std::iter::Empty<Dynamic>;

    fn into_iter(self) -> Self::IntoIter {
        self.answer();
        std::iter::empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsure() -> Unsure {
        Unsure { row: None, field: "due_on".to_owned(), is_something: true }
    }

    fn never() -> bool {
        std::hint::black_box(false)
    }

    fn decided(condition: impl Fn(&Unsure) -> bool) -> Decision {
        let unsure = unsure();
        decide(|| Ok(condition(&unsure))).unwrap()
    }

    #[test]
    fn doubt_counts_only_where_it_matters() {
        assert_eq!(decided(|unsure| unsure.answer()), Decision::Undecidable);
        assert_eq!(decided(|unsure| unsure.answer() && never()), Decision::No);
        assert_eq!(decided(|unsure| unsure.answer() || !never()), Decision::Yes);
        assert_eq!(decided(|unsure| unsure.answer() || unsure.answer()), Decision::Undecidable);
        assert_eq!(decided(|_| true), Decision::Yes);
    }

    #[test]
    fn many_doubts_end_somewhere() {
        let many = |unsure: &Unsure| (0..40).filter(|_| unsure.answer()).count() > 100;
        assert_eq!(decided(many), Decision::Undecidable);
    }
}
