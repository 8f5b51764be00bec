//! Times that conditions reckon with: moved by a length, or the length between two.
//!
//! Only of times can this be said. Where a field holds anything else, the rule language fails; here
//! the reckoning is noted as failed, and whoever asked asks the interpreter instead.

use super::predicate::{Asked, Constant, Value};
use crate::time::Duration;
use std::cell::Cell;
use std::fmt;

/// A field, or a time made from fields.
#[derive(Clone, Debug)]
pub enum Reckoned<F> {
    /// What a field holds.
    Field(F),
    /// A value that stands still.
    Constant(Constant),
    /// A time moved by a length.
    Moved(Box<Reckoned<F>>, Duration),
    /// The length from the second time to the first.
    Since(Box<Reckoned<F>>, Box<Reckoned<F>>),
}

/// What a condition is asked of, where it reckons with times.
#[derive(Debug)]
pub struct Reckoning<S> {
    subject: S,
    failed: Cell<bool>,
}

impl<S> Reckoning<S> {
    /// Reckons with the times of this.
    pub fn with(subject: S) -> Self {
        Self { subject, failed: Cell::new(false) }
    }

    /// What it reckons with.
    pub fn subject(&self) -> &S {
        &self.subject
    }

    /// True when a time was wanted and there was none: the answer means nothing then.
    pub fn has_failed(&self) -> bool {
        self.failed.get()
    }

    fn fail(&self) -> Value<'static> {
        self.failed.set(true);
        Value::Nothing
    }
}

impl<F, S: Asked<F>> Asked<Reckoned<F>> for Reckoning<S> {
    fn value<'v>(&'v self, reckoned: &'v Reckoned<F>, reads: &mut u128) -> Value<'v> {
        match reckoned {
            Reckoned::Field(field) => self.subject.value(field, reads),
            Reckoned::Constant(constant) => constant.value(),
            Reckoned::Moved(time, by) => match self.value(time, reads) {
                Value::Time(time) => Value::Time(time.plus(*by)),
                Value::Unsure(is_something) => Value::Unsure(is_something),
                _ => self.fail(),
            },
            Reckoned::Since(later, earlier) => match (self.value(later, reads), self.value(earlier, reads)) {
                (Value::Time(later), Value::Time(earlier)) => Value::Length(later.since(earlier)),
                (Value::Unsure(is_something), _) | (_, Value::Unsure(is_something)) => {
                    Value::Unsure(is_something)
                }
                _ => self.fail(),
            },
        }
    }

    fn has(&self, reckoned: &Reckoned<F>) -> bool {
        matches!(reckoned, Reckoned::Field(field) if self.subject.has(field))
    }

    fn guess(&self) -> bool {
        self.subject.guess()
    }
}

impl<F: fmt::Display> fmt::Display for Reckoned<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Constant(constant) => constant.fmt(f),
            Self::Moved(time, by) if by.months < 0 || by.seconds < 0 => {
                write!(f, "{time} - {}", by.negated())
            }
            Self::Moved(time, by) => write!(f, "{time} + {by}"),
            Self::Since(later, earlier) => write!(f, "({later} - {earlier})"),
        }
    }
}
