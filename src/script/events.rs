//! Events as rules see them: `r`.

use super::names::Names;
use super::pointer::EventPart;
use crate::evidence::{Record, Scalar};
use crate::scan::Sighting;
use crate::time::Time;
use crate::toml_text::did_you_mean;
use rhai::{Dynamic, Engine, EvalAltResult, ImmutableString};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

type Failed = Box<EvalAltResult>;

/// An event as `r`: `r.event.action`, `r.user.name`, `r.time`.
#[derive(Clone, Debug)]
pub(super) struct EventView(Arc<EventData>);

#[derive(Debug)]
struct EventData {
    values: Vec<Dynamic>,
    time: Option<Time>,
    /// Slots that were read, a bit each, in two halves.
    reads: [AtomicU64; 2],
}

/// Fields below a name: `r.event` in `r.event.action`.
#[derive(Clone, Debug)]
pub(super) struct Below {
    event: EventView,
    path: ImmutableString,
}

impl EventView {
    /// The view of a record; made once for all conditions that see it.
    pub(super) fn of(sighting: &Sighting<'_, '_>) -> Self {
        let made = sighting.made.get_or_init(|| Box::new(Self::new(sighting.record)));
        made.downcast_ref::<Self>().cloned().unwrap_or_else(|| Self::new(sighting.record))
    }

    fn new(record: &Record<'_>) -> Self {
        let value = |slot: usize| record.get(slot).map_or(Dynamic::UNIT, dynamic);
        let values = (0..128).map_while(|slot| (slot < record.slots()).then(|| value(slot))).collect();
        Self(Arc::new(EventData { values, time: record.time, reads: [AtomicU64::new(0), AtomicU64::new(0)] }))
    }

    /// The slots that were read since this was last asked.
    pub(super) fn take_reads(&self) -> u128 {
        let half = |at: usize| u128::from(self.0.reads[at].swap(0, Ordering::Relaxed));
        half(0) | half(1) << 64
    }

    fn read(&self, slot: usize) -> Dynamic {
        self.0.reads[slot / 64].fetch_or(1 << (slot % 64), Ordering::Relaxed);
        self.0.values.get(slot).cloned().unwrap_or(Dynamic::UNIT)
    }

    fn time(&self) -> Dynamic {
        self.0.time.map_or(Dynamic::UNIT, Dynamic::from)
    }
}

fn dynamic(value: &Scalar<'_>) -> Dynamic {
    match value {
        Scalar::Text(text) => Dynamic::from(ImmutableString::from(text.as_ref())),
        Scalar::Integer(number) => Dynamic::from(*number),
        Scalar::Number(number) => Dynamic::from(*number),
        Scalar::Boolean(value) => Dynamic::from(*value),
    }
}

pub(super) fn register(engine: &mut Engine, names: &Names) {
    engine
        .register_type_with_name::<EventView>("event")
        .register_type_with_name::<Below>("fields of an event");
    let fields = Arc::new(names.event_fields.clone());
    let known = Arc::clone(&fields);
    engine.register_indexer_get(move |event: &mut EventView, name: &str| whole(&known, event, name));
    let known = Arc::clone(&fields);
    engine.register_indexer_get(move |below: &mut Below, name: &str| {
        let path = format!("{}.{name}", below.path);
        step(&known, &below.event, &path)
    });
    engine.register_get("time", |event: &mut EventView| event.time());
    let known = Arc::clone(&fields);
    engine.register_fn("has", move |event: &mut EventView, name: &str| -> Result<bool, Failed> {
        let slot = slot(&known, name)?;
        Ok(event.0.values.get(slot).is_some_and(|value| !value.is_unit()))
    });
    let steps: BTreeSet<&str> =
        names.event_fields.iter().flat_map(|name| name.split('.')).filter(|step| *step != "time").collect();
    for name in steps {
        register_step(engine, name, &fields);
    }
}

/// Getters for each word of a path are much cheaper than the indexer that Rhai falls back to.
fn register_step(engine: &mut Engine, name: &str, fields: &Arc<Vec<String>>) {
    let (known, word) = (Arc::clone(fields), name.to_owned());
    engine.register_get(name, move |event: &mut EventView| step(&known, event, &word));
    let (known, word) = (Arc::clone(fields), name.to_owned());
    engine.register_get(name, move |below: &mut Below| {
        step(&known, &below.event, &format!("{}.{word}", below.path))
    });
}

/// `r["source.ip"]`: a field by its whole name.
fn whole(fields: &[String], event: &EventView, name: &str) -> Result<Dynamic, Failed> {
    match name {
        "@timestamp" => Ok(event.time()),
        _ => step(fields, event, name),
    }
}

/// The value of a field, or the fields below a name.
fn step(fields: &[String], event: &EventView, path: &str) -> Result<Dynamic, Failed> {
    let below = format!("{path}.");
    let at = fields.partition_point(|name| name.as_str() < below.as_str());
    if fields.get(at).is_some_and(|name| name.starts_with(&below)) {
        return Ok(Dynamic::from(Below { event: event.clone(), path: path.into() }));
    }
    Ok(event.read(slot(fields, path)?))
}

fn slot(fields: &[String], name: &str) -> Result<usize, Failed> {
    fields.binary_search_by(|known| known.as_str().cmp(name)).map_err(|_| {
        let near = did_you_mean(name, fields.iter().map(String::as_str));
        format!("events have no field `{name}`{near}").into()
    })
}

/// The part of an event that a field is.
pub(super) fn part(fields: &[String], field: &str) -> Result<EventPart, Failed> {
    match field {
        "" => Ok(EventPart::Whole),
        "time" | "@timestamp" => Ok(EventPart::Time),
        _ => slot(fields, field).map(EventPart::Slot),
    }
}
