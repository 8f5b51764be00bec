//! What a group says of itself: one table for scripts and for native conditions alike.

use super::group_view::{GroupView, not_declared, whole};
use super::rows::length;
use crate::scan::{Asked, Mark, Number, Value};
use crate::time::Time;
use rhai::{Dynamic, Engine, ImmutableString};
use std::cell::Cell;
use std::fmt;

/// One thing that a group says of itself, as `g.count`.
pub(super) struct Part {
    /// Its name behind `g.`.
    pub(super) name: &'static str,
    /// What it is for a group; nothing where its scan does not declare that it is kept.
    read: fn(&GroupView) -> Option<Value<'_>>,
    /// The key of a scan that declares it.
    declared_by: &'static str,
}

/// All of them. What stands here, rules may ask, and natively.
pub(super) static PARTS: [Part; 12] = [
    always("key", |group| Some(Value::Text(&group.key))),
    always("count", |group| Some(Value::Integer(whole(group.count)))),
    always("first", |group| Some(time_of(group.ends.map(|(first, _)| first)))),
    always("last", |group| Some(time_of(group.ends.map(|(_, last)| last)))),
    always("period", |group| Some(group.period.map_or(Value::Nothing, Value::Time))),
    always("is_over", |group| Some(Value::Boolean(group.is_over))),
    always("silences", |group| Some(Value::Integer(length(group.silences)))),
    always("silence", |group| Some(group.silence.map_or(Value::Nothing, Value::Length))),
    Part {
        name: "distinct",
        read: |group| group.distinct.map(|number| Value::Integer(whole(number))),
        declared_by: "distinct",
    },
    Part { name: "sum", read: |group| group.total.map(|total| number(total.sum)), declared_by: "sum" },
    Part {
        name: "min",
        read: |group| group.total.map(|total| total.least.map_or(Value::Nothing, number)),
        declared_by: "sum",
    },
    Part {
        name: "max",
        read: |group| group.total.map(|total| total.greatest.map_or(Value::Nothing, number)),
        declared_by: "sum",
    },
];

/// What every group says of itself.
const fn always(name: &'static str, read: fn(&GroupView) -> Option<Value<'_>>) -> Part {
    Part { name, read, declared_by: "" }
}

/// A field of a group as native conditions name it.
#[derive(Clone, Copy)]
pub(super) enum GroupField {
    /// What it says of itself.
    Part(&'static Part),
    /// The value of the field with this number among those it is grouped by.
    Key(usize),
}

/// A group of which a native condition is asked.
pub(super) struct Grouped<'g> {
    group: &'g GroupView,
    misses: Cell<bool>,
}

impl<'g> Grouped<'g> {
    /// Asks of this group.
    pub(super) fn of(group: &'g GroupView) -> Self {
        Self { group, misses: Cell::new(false) }
    }

    /// True when something was asked for that its scan does not declare: a fault of the rule, for
    /// the interpreter to tell.
    pub(super) fn misses(&self) -> bool {
        self.misses.get()
    }
}

impl Asked<GroupField> for Grouped<'_> {
    fn value<'v>(&'v self, field: &'v GroupField, _: &mut u128) -> Value<'v> {
        let value = match field {
            GroupField::Part(part) => (part.read)(self.group),
            GroupField::Key(number) => self.group.keys.get(*number).map(|key| Value::Text(key)),
        };
        value.unwrap_or_else(|| {
            self.misses.set(true);
            Value::Nothing
        })
    }

    fn has(&self, _: &GroupField) -> bool {
        true
    }
}

pub(super) fn register(engine: &mut Engine) {
    for part in &PARTS {
        engine.register_get(part.name, |group: &mut GroupView| {
            (part.read)(group).map(dynamic).ok_or_else(|| not_declared(part.declared_by))
        });
    }
}

fn dynamic(value: Value<'_>) -> Dynamic {
    match value {
        Value::Nothing | Value::Unsure(_) => Dynamic::UNIT,
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

fn number(number: Number) -> Value<'static> {
    match number {
        Number::Integer(number) => Value::Integer(number),
        Number::Float(number) => Value::Number(number),
    }
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
