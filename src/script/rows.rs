//! Rows and tables as rules see them.

use super::doubt::{self, Unsure};
use super::pointer::Pointer;
use super::text::pattern;
use super::watch;
use crate::evidence::{self, Decision, Person, Row, Value, named_files};
use crate::time::Time;
use crate::toml_text::did_you_mean;
use rhai::{Array, Dynamic, Engine, EvalAltResult, FnPtr, ImmutableString, NativeCallContext};
use std::collections::BTreeMap;
use std::collections::BTreeSet;
use std::sync::Arc;

type Failed = Box<EvalAltResult>;

/// Places that one search in a document gives at most.
const FOUND: usize = 200;

/// Rows in an order; cheap to hand on.
#[derive(Clone, Debug)]
pub struct Rows(pub Arc<Vec<Row>>);

/// Rows by the value of a field.
#[derive(Clone, Debug)]
pub(super) struct Index(Arc<BTreeMap<String, Vec<Row>>>);

/// Rows that share the value of a field.
#[derive(Clone, Debug)]
pub(super) struct Shared {
    key: ImmutableString,
    rows: Rows,
}

/// Groups of rows, in the order of their keys.
#[derive(Clone, Debug)]
pub(super) struct Groups(Arc<Vec<Shared>>);

/// Two tables compared by a key.
#[derive(Clone, Debug)]
pub(super) struct Reconciled {
    only_left: Rows,
    only_right: Rows,
    both: Groups,
}

/// The value of a cell for a script.
pub(super) fn dynamic(row: &Row, field: &str, value: Value<'_>) -> Dynamic {
    match value {
        Value::Absent => Dynamic::UNIT,
        Value::Undecidable => Dynamic::from(Unsure::new(row, field)),
        Value::Text(text) => Dynamic::from(ImmutableString::from(text.as_ref())),
        Value::YesNo(value) => Dynamic::from(ImmutableString::from(if value { "yes" } else { "no" })),
        Value::Integer(number) => Dynamic::from(number),
        Value::Number(number) => Dynamic::from(number),
        Value::Time(time) => Dynamic::from(time),
        Value::Controls(ids) => {
            let single = row
                .table
                .kind
                .fields
                .get(field)
                .is_some_and(|field| field.holds == crate::pack::Holds::Control);
            let texts: Vec<Dynamic> =
                ids.iter().map(|(id, _)| Dynamic::from(ImmutableString::from(id.to_string()))).collect();
            if single { texts.into_iter().next().unwrap_or(Dynamic::UNIT) } else { Dynamic::from(texts) }
        }
    }
}

/// The value of a field of a row.
///
/// # Errors
/// When the kind has no such field.
pub(super) fn get(row: &Row, field: &str) -> Result<Dynamic, Failed> {
    let kind = &row.table.kind;
    watch::field(&kind.id, field);
    if field == "person" && kind.person.is_some() {
        return Ok(match row.person() {
            Person::Known(person) => Dynamic::from(ImmutableString::from(&*person)),
            Person::Nobody => Dynamic::UNIT,
            Person::Ambiguous => Dynamic::from(Unsure::new(row, "person")),
        });
    }
    if !kind.fields.contains_key(field) {
        let near = did_you_mean(field, kind.fields.keys().map(String::as_str));
        return Err(format!("`{}` has no field `{field}`{near}", kind.id).into());
    }
    Ok(dynamic(row, field, row.value(field)))
}

/// The text by which a row is found under a field: nothing for what is absent or in doubt.
fn key(row: &Row, field: &str) -> Result<Vec<String>, Failed> {
    let value = get(row, field)?;
    if let Some(unsure) = value.read_lock::<Unsure>() {
        // Whoever looks for the row by this field will not find it; that is noted.
        unsure.answer();
        return Ok(Vec::new());
    }
    if value.is_unit() {
        return Ok(Vec::new());
    }
    match value.read_lock::<Array>() {
        Some(many) => Ok(many.iter().map(text_of).collect()),
        None => Ok(vec![text_of(&value)]),
    }
}

/// A value as a key: a day as it is written, not the name of its type.
fn text_of(value: &Dynamic) -> String {
    value.read_lock::<Time>().map_or_else(|| value.to_string(), |time| time.to_string())
}

fn indexed(rows: &Rows, field: &str) -> Result<BTreeMap<String, Vec<Row>>, Failed> {
    let mut index: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows.0.iter() {
        for key in key(row, field)? {
            index.entry(key).or_default().push(row.clone());
        }
    }
    Ok(index)
}

fn filter(context: &NativeCallContext<'_>, rows: &Rows, condition: &FnPtr) -> Result<Rows, Failed> {
    let mut kept = Vec::new();
    for row in rows.0.iter() {
        let decision = doubt::decide(|| condition.call_within_context::<bool>(context, (row.clone(),)))?;
        if decision == Decision::Yes {
            kept.push(row.clone());
        }
    }
    Ok(Rows(Arc::new(kept)))
}

fn map(context: &NativeCallContext<'_>, rows: &Rows, made: &FnPtr) -> Result<Array, Failed> {
    rows.0.iter().map(|row| made.call_within_context::<Dynamic>(context, (row.clone(),))).collect()
}

/// The latest row of each key by a date; rows without a date they can be ordered by are left out.
fn latest_by(rows: &Rows, field: &str, date: &str) -> Result<Index, Failed> {
    let mut latest: BTreeMap<String, Vec<Row>> = BTreeMap::new();
    for row in rows.0.iter() {
        watch::field(&row.table.kind.id, date);
        let Value::Time(time) = row.value(date) else {
            if let Some(unsure) = get(row, date)?.read_lock::<Unsure>() {
                unsure.answer();
            }
            continue;
        };
        for key in key(row, field)? {
            let known = latest.get(&key).and_then(|rows| rows.first()).map(|row| row.value(date));
            let newer = !matches!(known, Some(Value::Time(known)) if known.instant() >= time.instant());
            if newer {
                latest.insert(key, vec![row.clone()]);
            }
        }
    }
    Ok(Index(Arc::new(latest)))
}

/// The first row of each value of a field, in order; rows without one all stay.
fn unique_by(rows: &Rows, field: &str) -> Result<Rows, Failed> {
    let mut seen = BTreeSet::new();
    let mut kept = Vec::new();
    for row in rows.0.iter() {
        let keys = key(row, field)?;
        if keys.is_empty() || keys.into_iter().any(|key| seen.insert(key)) {
            kept.push(row.clone());
        }
    }
    Ok(Rows(Arc::new(kept)))
}

fn groups(index: BTreeMap<String, Vec<Row>>) -> Groups {
    let shared = |(key, rows): (String, Vec<Row>)| Shared { key: key.into(), rows: Rows(Arc::new(rows)) };
    Groups(Arc::new(index.into_iter().map(shared).collect()))
}

/// Which rows stand on one side only, and which on both, by the values of two fields.
fn reconcile(left: &Rows, left_field: &str, right: &Rows, right_field: &str) -> Result<Reconciled, Failed> {
    let (lefts, mut rights) = (indexed(left, left_field)?, indexed(right, right_field)?);
    let (mut only_left, mut both) = (Vec::new(), BTreeMap::new());
    for (key, rows) in lefts {
        match rights.remove(&key) {
            Some(other) => drop(both.insert(key, [rows, other].concat())),
            None => only_left.extend(rows),
        }
    }
    let rows = |rows: Vec<Row>| Rows(Arc::new(rows));
    Ok(Reconciled {
        only_left: rows(only_left),
        only_right: rows(rights.into_values().flatten().collect()),
        both: groups(both),
    })
}

/// A seeded sample of at most `size` rows, in order.
fn sample(rows: &Rows, size: i64, seed: i64) -> Rows {
    let chosen = evidence::sample(&rows.0, usize::try_from(size).unwrap_or(0), seed);
    Rows(Arc::new(chosen.into_iter().filter_map(|at| rows.0.get(at).cloned()).collect()))
}

pub(super) fn register(engine: &mut Engine, fields: &BTreeSet<String>) {
    engine
        .register_type_with_name::<Row>("row")
        .register_type_with_name::<Rows>("table")
        .register_type_with_name::<Index>("index")
        .register_type_with_name::<Shared>("group")
        .register_type_with_name::<Groups>("groups")
        .register_type_with_name::<Reconciled>("reconciliation");
    for field in fields {
        let name = field.clone();
        engine.register_get(field, move |row: &mut Row| get(row, &name));
    }
    engine.register_get("person", |row: &mut Row| get(row, "person"));
    engine.register_indexer_get(|row: &mut Row, field: &str| get(row, field));
    engine.register_fn("has", |row: &mut Row, field: &str| row.table.has(field));
    // Asked before anything is compared, so that a script can speak of the cell itself.
    engine.register_fn("in_doubt", |row: &mut Row, field: &str| -> Result<bool, Failed> {
        Ok(get(row, field)?.is::<Unsure>())
    });
    engine.register_get("subject", |row: &mut Row| row.subject());
    engine.register_get("who", |row: &mut Row| row.who());
    engine.register_get("file", |row: &mut Row| row.table.file().to_owned());
    engine.register_fn("at", |row: &mut Row, field: &str| Pointer::field(row, field, ""));
    engine.register_fn("at", |row: &mut Row, field: &str, label: &str| Pointer::field(row, field, label));
    engine.register_fn("within", |row: &mut Row, field: &str, part: &str, label: &str| {
        Pointer::part(row, field, part, label)
    });
    engine.register_fn("files", |row: &mut Row, field: &str| -> Array {
        named_files(row.text(field)).into_iter().map(Dynamic::from).collect()
    });
    register_tables(engine);
    register_documents(engine);
}

fn register_tables(engine: &mut Engine) {
    engine.register_iterator::<Rows>().register_iterator::<Groups>();
    engine.register_get("len", |rows: &mut Rows| length(rows.0.len()));
    engine.register_fn("len", |rows: &mut Rows| length(rows.0.len()));
    engine.register_fn("is_empty", |rows: &mut Rows| rows.0.is_empty());
    engine.register_get("is_empty", |rows: &mut Rows| rows.0.is_empty());
    engine.register_get("first", |rows: &mut Rows| {
        rows.0.first().map_or(Dynamic::UNIT, |row| Dynamic::from(row.clone()))
    });
    engine.register_fn("filter", |context: NativeCallContext<'_>, rows: &mut Rows, condition: FnPtr| {
        filter(&context, rows, &condition)
    });
    engine.register_fn("map", |context: NativeCallContext<'_>, rows: &mut Rows, made: FnPtr| {
        map(&context, rows, &made)
    });
    engine.register_fn("has", |rows: &mut Rows, field: &str| rows.0.iter().any(|row| row.table.has(field)));
    engine.register_fn("index_by", |rows: &mut Rows, field: &str| {
        indexed(rows, field).map(|index| Index(Arc::new(index)))
    });
    engine.register_fn("group_by", |rows: &mut Rows, field: &str| indexed(rows, field).map(groups));
    engine.register_fn("latest_by", |rows: &mut Rows, field: &str, date: &str| latest_by(rows, field, date));
    engine.register_fn("unique_by", |rows: &mut Rows, field: &str| unique_by(rows, field));
    engine.register_fn("sample", |rows: &mut Rows, size: i64, seed: i64| sample(rows, size, seed));
    engine.register_fn("reconcile", |left: Rows, right: Rows, field: &str| {
        reconcile(&left, field, &right, field)
    });
    engine.register_fn("reconcile", |left: Rows, left_field: &str, right: Rows, right_field: &str| {
        reconcile(&left, left_field, &right, right_field)
    });
    engine.register_fn("get", |index: &mut Index, key: Dynamic| {
        let first = index.0.get(&text_of(&key)).and_then(|rows| rows.first());
        first.map_or(Dynamic::UNIT, |row| Dynamic::from(row.clone()))
    });
    engine.register_fn("all", |index: &mut Index, key: Dynamic| {
        Rows(Arc::new(index.0.get(&text_of(&key)).cloned().unwrap_or_default()))
    });
    engine.register_fn("has", |index: &mut Index, key: Dynamic| index.0.contains_key(&text_of(&key)));
    engine.register_get("len", |index: &mut Index| length(index.0.len()));
    engine.register_get("key", |shared: &mut Shared| shared.key.clone());
    engine.register_get("rows", |shared: &mut Shared| shared.rows.clone());
    engine.register_get("len", |shared: &mut Shared| length(shared.rows.0.len()));
    engine.register_get("len", |groups: &mut Groups| length(groups.0.len()));
    engine.register_get("only_left", |reconciled: &mut Reconciled| reconciled.only_left.clone());
    engine.register_get("only_right", |reconciled: &mut Reconciled| reconciled.only_right.clone());
    engine.register_get("both", |reconciled: &mut Reconciled| reconciled.both.clone());
}

fn register_documents(engine: &mut Engine) {
    engine.register_get("text", |row: &mut Row| {
        row.table.document.as_ref().map_or("", |document| document.source.text()).to_owned()
    });
    engine.register_get("headings", |row: &mut Row| -> Array {
        let headings = row.table.document.iter().flat_map(|document| &document.headings);
        headings.map(|heading| Dynamic::from(heading.text.clone())).collect()
    });
    engine.register_fn("mentions", |row: &mut Row, wanted: &str| -> Result<bool, Failed> {
        let wanted = pattern(wanted)?;
        let document = row.table.document.as_ref();
        Ok(document.is_some_and(|document| wanted.is_match(document.source.text())))
    });
    engine.register_fn("section", |row: &mut Row, wanted: &str| -> Result<Dynamic, Failed> {
        let wanted = pattern(wanted)?;
        let found = row.table.document.as_ref().and_then(|document| {
            let range = document.section(&wanted)?;
            Some(Dynamic::from(document.source.text()[range].trim().to_owned()))
        });
        Ok(found.unwrap_or(Dynamic::UNIT))
    });
    engine.register_fn("find", |row: &mut Row, wanted: &str, label: &str| -> Result<Array, Failed> {
        let wanted = pattern(wanted)?;
        let Some(document) = &row.table.document else { return Ok(Array::new()) };
        let found = wanted.find_iter(document.source.text()).take(FOUND);
        Ok(found.map(|found| Dynamic::from(Pointer::range(row, found.range(), label))).collect())
    });
    engine.register_fn("at_title", |row: &mut Row, label: &str| Pointer::field(row, "title", label));
    engine.register_fn("at_heading", |row: &mut Row, wanted: &str, label: &str| -> Result<Pointer, Failed> {
        let wanted = pattern(wanted)?;
        let mut headings = row.table.document.iter().flat_map(|document| &document.headings);
        let heading = headings.find(|heading| wanted.is_match(&heading.text));
        Ok(match heading.map(|heading| heading.range.clone()) {
            Some(range) => Pointer::range(row, range, label),
            None => Pointer::field(row, "title", label),
        })
    });
}

/// A length as scripts count.
pub(super) fn length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl IntoIterator for Rows {
    type Item = Row;
    type IntoIter = SharedIter<Row>;

    fn into_iter(self) -> SharedIter<Row> {
        SharedIter { items: self.0, at: 0 }
    }
}

impl IntoIterator for Groups {
    type Item = Shared;
    type IntoIter = SharedIter<Shared>;

    fn into_iter(self) -> SharedIter<Shared> {
        SharedIter { items: self.0, at: 0 }
    }
}

/// Walks over shared items without copying the list.
pub struct SharedIter<T> {
    items: Arc<Vec<T>>,
    at: usize,
}

impl<T: Clone> Iterator for SharedIter<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        self.at += 1;
        self.items.get(self.at - 1).cloned()
    }
}
