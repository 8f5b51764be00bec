//! The auditor's sample: rows of a population drawn by a seed, and how likely such a sample is to meet
//! an exception.
//!
//! ISO 19011:2018, A.6: a sample states its population, its method and its size, and how sure its
//! result is. The draw is the one that rules use, so anybody with the same file and seed draws the same
//! rows.

mod odds;
mod text;

pub use odds::{odds, size_for};
pub use text::{csv, markdown};

use crate::evidence::{self, Evidence, Row};
use crate::finding::Finding;
use crate::pack::{Kind, Shape};
use crate::place::Place;
use crate::report::Report;
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of the format.
pub const SCHEMA: &str = "preaudit-sample/1";

/// How a sample is drawn.
#[derive(Clone, Copy, Debug, Default)]
pub struct Design {
    /// The seed.
    pub seed: i64,
    /// The size; the square root of the population, rounded up, where none is given.
    pub size: Option<usize>,
    /// Exceptions that are taken to be in the population; those that a scan finds, where none are given.
    pub exceptions: Option<usize>,
}

/// A sample with all that is needed to draw it again.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Sample {
    /// `preaudit-sample/1`.
    pub schema: String,
    /// The kind of evidence.
    pub kind: String,
    /// Its name in a sentence.
    pub title: String,
    /// The day of judgement.
    pub as_of: String,
    /// The files that the population stands in.
    pub files: Vec<Part>,
    /// Number of rows that can be drawn.
    pub population: usize,
    /// Rows that cannot be read and so cannot be drawn.
    pub set_aside: usize,
    /// True when `preaudit.toml` declares these files to be all there is.
    pub complete: bool,
    /// The seed.
    pub seed: i64,
    /// How rows are drawn, one sentence.
    pub method: String,
    /// Rows drawn.
    pub size: usize,
    /// Where the size comes from.
    pub size_by: String,
    /// Exceptions in the population.
    pub exceptions: usize,
    /// Where their number comes from.
    pub exceptions_by: String,
    /// The odds that a sample of this size holds at least one of them, from 0 to 1.
    pub odds: f64,
    /// The smallest size with odds of at least 95 %; none without exceptions.
    pub size_for_95: Option<usize>,
    /// The rows.
    pub rows: Vec<Drawn>,
}

/// A file of a population.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Part {
    /// Path relative to the scanned folder.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
    /// Its rows.
    pub rows: usize,
}

/// A row of a sample.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Drawn {
    /// Its number in the population, from 1.
    pub number: usize,
    /// What tells it from others.
    pub subject: String,
    /// Where it stands.
    pub place: Place,
    /// Field and text, in the order of the columns.
    pub cells: Vec<(String, String)>,
    /// The rules that a scan finds it to be an exception of.
    pub exception_of: Vec<String>,
}

/// Draws a sample of the rows of a kind.
///
/// # Errors
/// When the kind is of logs, when there is no row, or when the numbers do not fit the population; a
/// fragment that says so.
pub fn draw(evidence: &Evidence, kind: &Kind, design: &Design, report: &Report) -> Result<Sample, String> {
    if kind.shape == Shape::Events {
        return Err(format!("{} are logs; samples are drawn from registers and documents", kind.title));
    }
    let rows: Vec<Row> = evidence.rows(&kind.id).collect();
    let population = rows.len();
    check(kind, design, population)?;
    let found = exceptions(&rows, report);
    let exceptions = design.exceptions.unwrap_or(found.len());
    let size = design.size.unwrap_or_else(|| by_practice(population));
    let drawn = |at: usize| {
        let row = rows.get(at)?;
        Some(Drawn {
            number: at + 1,
            subject: row.subject(),
            place: whole(row),
            cells: cells(row),
            exception_of: found.get(&at).cloned().unwrap_or_default(),
        })
    };
    Ok(Sample {
        schema: SCHEMA.to_owned(),
        kind: kind.id.clone(),
        title: kind.title.clone(),
        as_of: report.as_of.clone(),
        files: parts(evidence, &kind.id),
        population,
        set_aside: evidence.set_aside(&kind.id),
        complete: is_complete(evidence, &kind.id),
        seed: design.seed,
        method: "the rows with the smallest SHA-256 of seed, subject and row number".to_owned(),
        size,
        size_by: match design.size {
            Some(_) => "given".to_owned(),
            None => "the square root of the population, rounded up (practice)".to_owned(),
        },
        exceptions,
        exceptions_by: match design.exceptions {
            Some(_) => "given".to_owned(),
            None => format!("rows that a scan as of {} finds nonconformities in", report.as_of),
        },
        odds: odds(population, exceptions, size),
        size_for_95: size_for(0.95, population, exceptions),
        rows: evidence::sample(&rows, size, design.seed).into_iter().filter_map(drawn).collect(),
    })
}

fn check(kind: &Kind, design: &Design, population: usize) -> Result<(), String> {
    if population == 0 {
        return Err(format!("the evidence holds no {}; there is nothing to draw from", kind.title));
    }
    let within = |name: &str, number: Option<usize>, least: usize| match number {
        Some(number) if number > population || number < least => {
            Err(format!("{name} is {number}, and there are {population} {}", kind.title))
        }
        _ => Ok(()),
    };
    within("--size", design.size, 1)?;
    within("--exceptions", design.exceptions, 0)
}

/// The square root, rounded up: what auditors commonly take, as IAF MD 1 does for sites.
fn by_practice(population: usize) -> usize {
    let root = population.isqrt();
    if root * root == population { root } else { root + 1 }
}

/// The rows that nonconformities point at first, by index, with the rules that do.
fn exceptions(rows: &[Row], report: &Report) -> BTreeMap<usize, Vec<String>> {
    let findings = report.findings.iter().filter(|finding| finding.state.is_nonconformity());
    // What an observation points at first is what is wrong; the rest is what it is compared with.
    let first = |finding: &'_ Finding| {
        let places = finding.observations.iter().filter_map(|one| finding.places.get(*one.places.first()?));
        places.cloned().map(|place| (finding.rule.clone(), place)).collect::<Vec<_>>()
    };
    let pointed: Vec<(String, Place)> = findings.flat_map(first).collect();
    let mut found = BTreeMap::new();
    for (at, row) in rows.iter().enumerate() {
        let whole = whole(row);
        let is_document = row.table.document.is_some();
        let holds = |place: &Place| {
            let is_line = (whole.line..=whole.end_line.max(whole.line)).contains(&place.line);
            place.file == whole.file && place.sheet == whole.sheet && (is_line || is_document)
        };
        let of = pointed.iter().filter(|(_, place)| holds(place));
        let mut rules: Vec<String> = of.map(|(rule, _)| rule.clone()).collect();
        rules.sort();
        rules.dedup();
        if !rules.is_empty() {
            found.insert(at, rules);
        }
    }
    found
}

/// The place of a row as a whole: no field is called so.
fn whole(row: &Row) -> Place {
    row.place("", "this row")
}

fn cells(row: &Row) -> Vec<(String, String)> {
    let mut columns: Vec<(&usize, &String)> =
        row.table.matched.columns.iter().map(|(field, at)| (at, field)).collect();
    columns.sort();
    columns.into_iter().map(|(_, field)| (field.clone(), row.text(field).to_owned())).collect()
}

fn parts(evidence: &Evidence, kind: &str) -> Vec<Part> {
    let of = evidence.files.iter().filter(|file| file.kind.as_deref() == Some(kind));
    of.map(|file| Part { file: file.file.clone(), sha256: file.sha256.clone(), rows: file.records }).collect()
}

fn is_complete(evidence: &Evidence, kind: &str) -> bool {
    let bindings = evidence.workspace.bindings.iter();
    bindings.clone().any(|binding| binding.kind.as_deref() == Some(kind))
        && bindings.filter(|binding| binding.kind.as_deref() == Some(kind)).all(|binding| binding.complete)
}

impl Sample {
    /// The sample as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of it can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}
