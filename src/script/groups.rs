//! What a group says of itself: one table for scripts and for native conditions alike.

use super::group_view::GroupView;
use super::rows::length;
use crate::scan::{Asked, Mark, Value};
use crate::time::Time;
use rhai::{Dynamic, Engine, ImmutableString};
use std::fmt;

/// One thing that a group says of itself, as `g.count`.
pub(super) struct Part {
    /// Its name behind `g.`.
    pub(super) name: &'static str,
    /// What it is for a group.
    read: fn(&GroupView) -> Value<'_>,
}

/// All of them. What stands here, rules may ask, and natively.
pub(super) static PARTS: [Part; 8] = [
    Part { name: "key", read: |group| Value::Text(&group.key) },
    Part { name: "count", read: |group| Value::Integer(i64::try_from(group.count).unwrap_or(i64::MAX)) },
    Part { name: "first", read: |group| time_of(group.ends.map(|(first, _)| first)) },
    Part { name: "last", read: |group| time_of(group.ends.map(|(_, last)| last)) },
    Part { name: "period", read: |group| group.period.map_or(Value::Nothing, Value::Time) },
    Part { name: "is_over", read: |group| Value::Boolean(group.is_over) },
    Part { name: "silences", read: |group| Value::Integer(length(group.silences)) },
    Part { name: "silence", read: |group| group.silence.map_or(Value::Nothing, Value::Length) },
];

/// A field of a group as native conditions name it.
#[derive(Clone, Copy)]
pub(super) enum GroupField {
    /// What it says of itself.
    Part(&'static Part),
    /// The value of the field with this number among those it is grouped by.
    Key(usize),
}

/// A group of which a native condition is asked.
pub(super) struct Grouped<'g>(pub(super) &'g GroupView);

impl Asked<GroupField> for Grouped<'_> {
    fn value<'v>(&'v self, field: &'v GroupField, _: &mut u128) -> Value<'v> {
        match field {
            GroupField::Part(part) => (part.read)(self.0),
            GroupField::Key(number) => {
                self.0.keys.get(*number).map_or(Value::Nothing, |key| Value::Text(key))
            }
        }
    }

    fn has(&self, _: &GroupField) -> bool {
        true
    }
}

pub(super) fn register(engine: &mut Engine) {
    for part in &PARTS {
        engine.register_get(part.name, |group: &mut GroupView| dynamic((part.read)(group)));
    }
}

fn dynamic(value: Value<'_>) -> Dynamic {
    match value {
        Value::Nothing | Value::Unsure => Dynamic::UNIT,
        Value::Text(text) => Dynamic::from(ImmutableString::from(text)),
        Value::Integer(number) => Dynamic::from(number),
        Value::Number(number) => Dynamic::from(number),
        Value::Boolean(value) => Dynamic::from(value),
        Value::Time(time) => Dynamic::from(time),
        Value::Length(length) => Dynamic::from(length),
    }
}

fn time_of(mark: Option<Mark>) -> Value<'static> {
    let timed = mark.filter(|mark| mark.has_time());
    timed.map_or(Value::Nothing, |mark| Value::Time(Time::utc(mark.time)))
}

impl fmt::Debug for GroupField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Display for GroupField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Part(part) => write!(f, "g.{}", part.name),
            Self::Key(number) => write!(f, "g[{number}]"),
        }
    }
}
