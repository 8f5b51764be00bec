//! What a rule says: observations with places, never grades.

use super::pointer::Pointer;
use super::rows::{Rows, length};
use crate::control_id::ControlId;
use crate::finding::Grade;
use rhai::{Array, Dynamic, Engine, EvalAltResult};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

type Failed = Box<EvalAltResult>;

/// Observations that a rule keeps; the others are counted.
pub const KEPT: usize = 1_000;

/// One exception, ungraded.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Observation {
    /// What is wrong.
    pub statement: String,
    /// What it is about.
    pub subject: String,
    /// Where it shows.
    pub pointers: Vec<Pointer>,
    /// Another grade than the rule's.
    pub grade: Option<Grade>,
    /// The control it is against, of those of the rule.
    pub control: Option<ControlId>,
    /// The parameter whose grace it lies in.
    pub grace: Option<String>,
    /// Which of the rows it is of, where several looks of a rule may observe one row.
    pub case: Option<usize>,
}

/// What a rule says of all it looked at.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// The exceptions, at most 1,000.
    pub observations: Vec<Observation>,
    /// The number of exceptions.
    pub exceptions: usize,
    /// What was examined and could be decided.
    pub population: usize,
    /// One sentence on all of it.
    pub statement: Option<String>,
    /// Why nothing can be said, when that is so.
    pub not_evaluated: Option<String>,
    /// The controls it was about; all of the rule's when nothing is said.
    pub covers: Option<Vec<ControlId>>,
    /// Controls of which it cannot be said whether they conform, and why.
    pub left_open: BTreeMap<ControlId, String>,
}

impl Verdict {
    fn add(&mut self, observation: Observation) {
        self.exceptions += 1;
        if self.observations.len() < KEPT {
            self.observations.push(observation);
        }
    }
}

/// A pointer or an observation becomes an observation.
fn observation(item: Dynamic) -> Result<Observation, Failed> {
    if let Some(observation) = item.read_lock::<Observation>() {
        return Ok(observation.clone());
    }
    if let Some(pointer) = item.read_lock::<Pointer>() {
        let (subject, statement) = (pointer.subject(), pointer.label.clone());
        let statement =
            if statement.is_empty() { subject.clone() } else { format!("{subject}: {statement}") };
        return Ok(Observation {
            statement,
            subject,
            pointers: vec![pointer.clone()],
            ..Observation::default()
        });
    }
    Err("an exception is made by `row.at(…)` or `observe(…)`".into())
}

fn exceptions(items: Array, population: i64) -> Result<Verdict, Failed> {
    let mut verdict = Verdict { population: usize::try_from(population).unwrap_or(0), ..Verdict::default() };
    for item in items {
        verdict.add(observation(item)?);
    }
    Ok(verdict)
}

pub(super) fn register(engine: &mut Engine) {
    engine
        .register_type_with_name::<Pointer>("pointer")
        .register_type_with_name::<Observation>("observation")
        .register_type_with_name::<Verdict>("verdict");
    engine.register_get("text", |pointer: &mut Pointer| pointer.text());
    register_observations(engine);
    engine.register_fn("exceptions", exceptions);
    engine.register_fn("exceptions", |items: Array, population: Rows| {
        exceptions(items, length(population.0.len()))
    });
    // For more exceptions than a list may hold.
    engine.register_fn("examined", |population: i64| exceptions(Array::new(), population));
    engine.register_fn("examined", |population: Rows| exceptions(Array::new(), length(population.0.len())));
    engine.register_fn("add", |verdict: &mut Verdict, item: Dynamic| -> Result<(), Failed> {
        verdict.add(observation(item)?);
        Ok(())
    });
    engine.register_get("count", |verdict: &mut Verdict| length(verdict.exceptions));
    engine.register_get("population", |verdict: &mut Verdict| length(verdict.population));
    engine.register_fn("say", |verdict: &mut Verdict, statement: &str| {
        verdict.statement = Some(statement.to_owned());
        verdict.clone()
    });
    engine.register_fn("covers", |verdict: &mut Verdict, controls: Array| -> Result<Verdict, Failed> {
        let id =
            |control: Dynamic| control.to_string().parse::<ControlId>().map_err(|error| error.to_string());
        let ids: Result<Vec<ControlId>, String> = controls.into_iter().map(id).collect();
        verdict.covers = Some(ids?);
        Ok(verdict.clone())
    });
    engine.register_fn(
        "leave_open",
        |verdict: &mut Verdict, control: &str, reason: &str| -> Result<(), Failed> {
            let id = control.parse::<ControlId>().map_err(|error| error.to_string())?;
            verdict.left_open.insert(id, reason.to_owned());
            Ok(())
        },
    );
    engine.register_fn("not_evaluated", |reason: &str| Verdict {
        not_evaluated: Some(reason.to_owned()),
        ..Verdict::default()
    });
}

fn register_observations(engine: &mut Engine) {
    engine.register_fn("observe", |statement: &str| Observation {
        statement: statement.to_owned(),
        ..Observation::default()
    });
    engine.register_fn("at", |observation: &mut Observation, pointer: Pointer| {
        if observation.subject.is_empty() {
            observation.subject = pointer.subject();
        }
        observation.pointers.push(pointer);
        observation.clone()
    });
    engine.register_fn("at", |observation: &mut Observation, pointers: Array| {
        for pointer in pointers.into_iter().filter_map(Dynamic::try_cast::<Pointer>) {
            observation.pointers.push(pointer);
        }
        observation.clone()
    });
    engine.register_fn("about", |observation: &mut Observation, subject: &str| {
        observation.subject = subject.to_owned();
        observation.clone()
    });
    engine.register_fn(
        "propose",
        |observation: &mut Observation, grade: &str| -> Result<Observation, Failed> {
            observation.grade = Some(match grade {
                "major" => Grade::Major,
                "minor" => Grade::Minor,
                "opportunity" => Grade::Opportunity,
                _ => return Err(format!("`{grade}` is no grade; write major, minor or opportunity").into()),
            });
            Ok(observation.clone())
        },
    );
    engine.register_fn(
        "against",
        |observation: &mut Observation, control: &str| -> Result<Observation, Failed> {
            let id = control.parse::<ControlId>().map_err(|error| error.to_string())?;
            observation.control = Some(id);
            Ok(observation.clone())
        },
    );
}
