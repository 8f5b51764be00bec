//! Pseudonyms for a report that leaves the organization: people, mail addresses and network addresses
//! get the same stand-in wherever they show, in texts, at places and in excerpts.
//!
//! Who is a person is known from the evidence: rows that are about somebody, and fields that name
//! somebody. What no table names stays, but for lines of logs, of which only what is pointed at is
//! kept. Fingerprints stay too, so that findings can be followed; who guesses a name can check it
//! against them.

mod persons;
mod replace;

use crate::evidence::Evidence;
use crate::report::Report;
use persons::Persons;
use replace::Replacer;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// Fields of a report that hold no words of the evidence: ids, digests, names of rules and kinds.
const NOT_WORDS: [&str; 14] = [
    "schema",
    "version",
    "id",
    "rule",
    "control",
    "sha256",
    "digest",
    "code",
    "kind",
    "pack",
    "contains",
    "contained_in",
    "requirements",
    "coverage",
];

/// The report with pseudonyms.
///
/// # Errors
/// Never in practice: what is written as a report is read as one.
pub fn redact(report: &Report, evidence: &Evidence) -> Result<Report, serde_json::Error> {
    let mut whole = serde_json::to_value(report)?;
    let logs: BTreeSet<&str> = evidence.logs.iter().map(|log| log.file.as_str()).collect();
    cut_logs(&mut whole, &logs);
    let mut persons = Persons::of(evidence);
    report
        .findings
        .iter()
        .filter(|one| one.places.iter().any(|place| logs.contains(place.file.as_str())))
        .for_each(|finding| finding.observations.iter().for_each(|one| persons.add_subject(&one.subject)));
    let mut texts = Vec::new();
    each_text(&mut whole, &mut |text| texts.push(text.clone()));
    let replacer = Replacer::new(&persons, texts.iter().map(String::as_str));
    excerpts(&mut whole, &replacer);
    each_text(&mut whole, &mut |text| *text = replacer.replaced(text));
    serde_json::from_value(whole)
}

/// Every text of the evidence or about it.
fn each_text(value: &mut Value, to: &mut impl FnMut(&mut String)) {
    match value {
        Value::String(text) => to(text),
        Value::Array(list) => list.iter_mut().for_each(|one| each_text(one, to)),
        Value::Object(fields) => fields
            .iter_mut()
            .filter(|(name, _)| !NOT_WORDS.contains(&name.as_str()))
            .for_each(|(_, one)| each_text(one, to)),
        _ => {}
    }
}

/// Every object of a report, the outer ones first.
fn each_object(value: &mut Value, to: &mut impl FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| each_object(one, to)),
        Value::Object(fields) => {
            to(fields);
            fields.values_mut().for_each(|one| each_object(one, to));
        }
        _ => {}
    }
}

/// Of lines of logs keeps what is pointed at: the rest may name anybody.
fn cut_logs(report: &mut Value, logs: &BTreeSet<&str>) {
    each_object(report, &mut |place| {
        let is_log = place.get("file").and_then(Value::as_str).is_some_and(|file| logs.contains(file));
        let Some(excerpt) = place.get_mut("excerpt").filter(|_| is_log).and_then(Value::as_object_mut) else {
            return;
        };
        let Some((text, range)) = marked(excerpt) else { return };
        let kept = text[range].to_owned();
        excerpt.insert("start".to_owned(), 0.into());
        excerpt.insert("end".to_owned(), kept.len().into());
        excerpt.insert("text".to_owned(), kept.into());
        let (line, column) = (place.get("line").cloned(), place.get("column").cloned());
        if let Some(excerpt) = place.get_mut("excerpt").and_then(Value::as_object_mut) {
            line.into_iter().for_each(|line| drop(excerpt.insert("line".to_owned(), line)));
            column.into_iter().for_each(|column| drop(excerpt.insert("column".to_owned(), column)));
        }
    });
}

/// Replaces within excerpts, whose marks are offsets and move with what stands before them.
fn excerpts(report: &mut Value, replacer: &Replacer) {
    each_object(report, &mut |excerpt| {
        let Some((text, range)) = marked(excerpt) else { return };
        let (text, range) = replacer.replaced_with(&text, range);
        excerpt.insert("text".to_owned(), text.into());
        excerpt.insert("start".to_owned(), range.start.into());
        excerpt.insert("end".to_owned(), range.end.into());
    });
}

/// The text of an excerpt and what is marked in it.
fn marked(excerpt: &Map<String, Value>) -> Option<(String, std::ops::Range<usize>)> {
    let number = |name: &str| usize::try_from(excerpt.get(name)?.as_u64()?).ok();
    let text = excerpt.get("text")?.as_str()?.to_owned();
    let range = number("start")?..number("end")?;
    text.get(range.clone())?;
    Some((text, range))
}
