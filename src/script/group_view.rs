//! Groups of events as rules see them: `g`, with what its scan declares to be kept of them.

use super::events::part;
use super::pointer::{Pointer, Target};
use crate::evidence::Row;
use crate::scan::{Mark, Number};
use crate::time::{Duration, Time};
use rhai::{Array, Dynamic, Engine, EvalAltResult};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::sync::Arc;

type Failed = Box<EvalAltResult>;

/// A group of events as `g`. What its scan does not declare it does not have.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct GroupView {
    /// The values it is grouped by, joined.
    pub key: String,
    /// Each of the values it is grouped by.
    pub keys: Vec<String>,
    /// Number of events; the most in any window, where one is declared; of those that follow
    /// another one in a sequence.
    pub count: u64,
    /// The first and the last event; none of what is expected and was never seen.
    #[serde(with = "crate::scan::whole_marks")]
    pub ends: Option<(Mark, Mark)>,
    /// When its period begins.
    pub period: Option<Time>,
    /// Number of silences, where silences count.
    pub silences: usize,
    /// The longest of them.
    pub silence: Option<Duration>,
    /// Number of different values.
    pub distinct: Option<u64>,
    /// Sum, least and greatest value of a number.
    pub total: Option<TotalView>,
    /// The commonest values.
    pub top: Option<Vec<Common>>,
    /// Fields with their values in the first event and in the last.
    pub values: Vec<(String, [Option<String>; 2])>,
    /// True when it had more values than are kept.
    pub is_over: bool,
    /// The row it joined with, or where it is expected.
    pub joined: Option<Row>,
    /// Names of the event fields by slot.
    #[serde(skip)]
    pub fields: Arc<Vec<String>>,
}

/// Sum, least and greatest value of a number.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct TotalView {
    /// The sum.
    pub sum: Number,
    /// The least; none where no event has the number.
    pub least: Option<Number>,
    /// The greatest.
    pub greatest: Option<Number>,
}

/// A value and how often it occurs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Common {
    /// The value.
    pub value: String,
    /// How often.
    pub count: u64,
}

impl fmt::Display for Common {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.value, self.count)
    }
}

impl GroupView {
    /// What a finding about it is about: its key, and its period where it has one.
    pub fn subject(&self) -> String {
        let period = self.period.iter().map(ToString::to_string);
        let parts = std::iter::once(self.key.clone()).filter(|key| !key.is_empty()).chain(period);
        parts.collect::<Vec<_>>().join(", ")
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_type_with_name::<GroupView>("group of events").register_type_with_name::<Common>("value");
    engine.register_get("joined", |group: &mut GroupView| or_nothing(group.joined.clone()));
    engine.register_indexer_get(|group: &mut GroupView, number: i64| -> Result<String, Failed> {
        let key = usize::try_from(number).ok().and_then(|number| group.keys.get(number));
        key.cloned().ok_or_else(|| format!("the group has {} keys", group.keys.len()).into())
    });
    register_aggregates(engine);
    engine.register_fn("at_first", |group: &mut GroupView, field: &str, label: &str| {
        pointer(group, group.ends.map(|(first, _)| first), field, label)
    });
    engine.register_fn("at_last", |group: &mut GroupView, field: &str, label: &str| {
        pointer(group, group.ends.map(|(_, last)| last), field, label)
    });
}

fn register_aggregates(engine: &mut Engine) {
    engine.register_get("top", |group: &mut GroupView| -> Result<Array, Failed> {
        let top = group.top.clone().ok_or_else(|| not_declared("top"))?;
        Ok(top.into_iter().map(Dynamic::from).collect())
    });
    engine.register_fn("listed", |all: Array| all.iter().map(one).collect::<Vec<_>>().join(", "));
    engine.register_fn("first_value", |group: &mut GroupView, field: &str| value_at(group, field, 0));
    engine.register_fn("last_value", |group: &mut GroupView, field: &str| value_at(group, field, 1));
    engine.register_get("value", |common: &mut Common| common.value.clone());
    engine.register_get("count", |common: &mut Common| whole(common.count));
    engine.register_fn("to_string", |common: &mut Common| common.to_string());
    engine.register_fn("to_debug", |common: &mut Common| common.to_string());
}

/// A value of a list as a sentence names it.
fn one(value: &Dynamic) -> String {
    value.read_lock::<Common>().map_or_else(|| value.to_string(), |common| common.to_string())
}

fn value_at(group: &GroupView, field: &str, end: usize) -> Result<Dynamic, Failed> {
    let known = group.values.iter().find(|(name, _)| name == field);
    let values =
        known.map(|(_, values)| values).ok_or_else(|| not_declared(&format!("ends = [\"{field}\"]")))?;
    Ok(values[end].clone().map_or(Dynamic::UNIT, Dynamic::from))
}

/// Why a group does not have what a rule asks for.
pub(super) fn not_declared(key: &str) -> Failed {
    format!("the scan of this rule declares no `{key}`").into()
}

/// A number as scripts count.
pub(super) fn whole(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn or_nothing<T: Clone + Send + Sync + 'static>(value: Option<T>) -> Dynamic {
    value.map_or(Dynamic::UNIT, Dynamic::from)
}

/// Points at an event, or at the row that expects one.
fn pointer(group: &GroupView, mark: Option<Mark>, field: &str, label: &str) -> Result<Pointer, Failed> {
    let part = part(&group.fields, field)?;
    let target = match (mark, &group.joined) {
        (Some(mark), _) => Target::Event(mark, part),
        (None, Some(row)) => {
            Target::Field(row.clone(), row.table.kind.key.first().cloned().unwrap_or_default())
        }
        (None, None) => return Err("no event of the group was seen, so there is none to point at".into()),
    };
    Ok(Pointer { target, label: label.to_owned() })
}
