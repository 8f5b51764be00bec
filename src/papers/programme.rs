//! The audit programme over its cycle: which clauses and controls were audited when, and which are left.
//!
//! ISO/IEC 27001:2022, 9.2.2: the programme covers the management system; how often each part comes
//! is for the organization to say, and three years is what a certificate lasts.

use crate::control_id::ControlId;
use crate::evidence::{Evidence, Row, Value};
use crate::pack::{Control, Packs};
use crate::place::Place;
use jiff::ToSpan;
use jiff::civil::Date;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// The kinds that tell of audits.
const PROGRAMME: &str = "audit-programme";
const REPORTS: &str = "internal-audit-reports";

/// `4-10`, `A.5`, `A.5.15-23`, `A.6 to A.8`, `9.2.2`.
static PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let number = r"(?:A[. -]?)?\d{1,2}(?:\.\d{1,2}){0,2}";
    Regex::new(&format!(r"(?i)\b({number})(?:\s*(?:-|–|to|bis|until)\s*({number}))?\b")).ok()
});
static ALL_CLAUSES: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\ball (the )?clauses\b").ok());
static ALL_CONTROLS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)\bannex a(?:[^.\w]|$)|\ball (applicable )?controls\b").ok());

/// What the evidence says of audits of one clause or control.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Audited {
    /// Audits that took place within the cycle, the last first.
    pub done: Vec<Audit>,
    /// Audits that are planned and did not take place yet, the next first.
    pub planned: Vec<Audit>,
    /// Reports of internal audits that name it.
    pub reports: Vec<Place>,
}

/// One audit of the programme.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audit {
    /// What tells it from others.
    pub name: String,
    /// The day it took place or is planned for.
    pub on: Date,
    /// Where it stands.
    pub place: Place,
}

/// What the evidence says of audits, by clause and control; those in scope and all others.
pub fn coverage(packs: &Packs, evidence: &Evidence, as_of: Date) -> BTreeMap<ControlId, Audited> {
    let mut all: BTreeMap<ControlId, Audited> =
        packs.controls.keys().map(|control| (*control, Audited::default())).collect();
    for row in evidence.rows(PROGRAMME) {
        let Some((audit, is_done)) = audit(&row, as_of) else { continue };
        let text = [row.text("covers"), row.text("scope"), row.text("criteria")].join("; ");
        for control in named(&text, packs) {
            let Some(audited) = all.get_mut(&control) else { continue };
            let list = if is_done { &mut audited.done } else { &mut audited.planned };
            list.push(audit.clone());
        }
    }
    for row in evidence.rows(REPORTS) {
        note_report(&row, &mut all);
    }
    for audited in all.values_mut() {
        audited.done.sort_by(|a, b| (b.on, &b.name).cmp(&(a.on, &a.name)));
        audited.planned.sort_by(|a, b| (a.on, &a.name).cmp(&(b.on, &b.name)));
    }
    all
}

/// First day of the cycle that ends on a day.
pub fn cycle_start(as_of: Date) -> Date {
    as_of.saturating_sub(3.years())
}

/// An audit that took place within the cycle, or one that is still to come.
fn audit(row: &Row, as_of: Date) -> Option<(Audit, bool)> {
    let day = |field: &str| match row.value(field) {
        Value::Time(time) => Some(time.day()),
        _ => None,
    };
    let status = row.value("status");
    let is = |word: &str| matches!(&status, Value::Text(text) if text == word);
    let (on, is_done) = match (day("done_on"), day("planned_on")) {
        _ if is("cancelled") => return None,
        (Some(done), _) if done <= as_of => (done, true),
        (None, Some(planned)) if is("done") && planned <= as_of => (planned, true),
        (Some(day), _) | (None, Some(day)) => (day, false),
        (None, None) => return None,
    };
    if is_done && on < cycle_start(as_of) {
        return None;
    }
    let audit = Audit { name: row.subject(), on, place: row.place("covers", "covers") };
    Some((audit, is_done))
}

/// The clauses and controls that a programme's cell names.
pub fn named(text: &str, packs: &Packs) -> BTreeSet<ControlId> {
    let is = |pattern: &LazyLock<Option<Regex>>| pattern.as_ref().is_some_and(|known| known.is_match(text));
    let (clauses, controls) = (is(&ALL_CLAUSES), is(&ALL_CONTROLS));
    let mut ids: BTreeSet<ControlId> = packs
        .controls
        .keys()
        .filter(|id| if id.is_control() { controls } else { clauses })
        .copied()
        .collect();
    for found in PARTS.iter().flat_map(|pattern| pattern.captures_iter(text)) {
        let first = found.get(1).map_or("", |part| part.as_str());
        let last = found.get(2).map(|part| part.as_str());
        ids.extend(within(first, last, packs));
    }
    ids
}

/// The ids from the first to the last, each with what lies below it: `A.5` is the whole theme.
fn within(first: &str, last: Option<&str>, packs: &Packs) -> Vec<ControlId> {
    let is_annex = first.starts_with(['A', 'a']);
    let from = numbers(first);
    let mut to = last.map_or_else(|| from.clone(), numbers);
    // `A.5.15-23` ends with the last number alone.
    if to.len() < from.len() && last.is_some_and(|last| !last.starts_with(['A', 'a'])) {
        to = [&from[..from.len() - to.len()], &to[..]].concat();
    }
    let lies = |control: &&Control| {
        let parts: Vec<u8> = control.id.parts().to_vec();
        let lower = parts.iter().take(from.len()).cmp(from.iter()).is_ge();
        let upper = parts.iter().take(to.len()).cmp(to.iter()).is_le();
        control.id.is_annex() == is_annex && parts.len() >= from.len() && lower && upper
    };
    packs.controls.values().filter(lies).map(|control| control.id).collect()
}

fn numbers(text: &str) -> Vec<u8> {
    let numbers = text.split(|c: char| !c.is_ascii_digit()).filter(|part| !part.is_empty());
    numbers.filter_map(|part| part.parse().ok()).collect()
}

/// Notes where a report names controls of Annex A. Bare numbers may be anything in a text.
fn note_report(row: &Row, all: &mut BTreeMap<ControlId, Audited>) {
    let Some(document) = &row.table.document else { return };
    let text = document.source.text();
    for (id, audited) in all.iter_mut().filter(|(id, _)| id.is_annex()) {
        let name = id.to_string();
        let ends = |at: usize| !text[at + name.len()..].starts_with(|c: char| c.is_ascii_digit());
        let at = text.match_indices(&name).map(|(at, _)| at).find(|at| ends(*at));
        audited.reports.extend(at.map(|at| document.source.span(at..at + name.len()).place("named here")));
    }
}
