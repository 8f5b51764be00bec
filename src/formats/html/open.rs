//! What was not evaluated, by reason, and what was to be said about reading the evidence.

use super::exhibits::{Exhibit, Rows, exhibits};
use super::words::Words;
use crate::control_id::ControlId;
use crate::finding::{Check, Diagnostic, Severity, State};
use crate::place::Place;
use crate::report::Report;
use serde::Serialize;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Diagnostics shown of one code, and places shown of one diagnostic; the JSON has all of them.
const SHOWN_OF_A_CODE: usize = 20;
const PLACES_SHOWN: usize = 3;

/// Checks that were not evaluated for one reason.
#[derive(Debug, Serialize)]
pub(super) struct Open<'r> {
    reason: &'r str,
    state: &'static str,
    number: usize,
    controls: Vec<String>,
    rules: Vec<&'r str>,
}

/// Checks that came to no word, by reason, those of most checks first.
pub(super) fn open(report: &Report) -> Vec<Open<'_>> {
    let mut reasons: BTreeMap<(State, &str), Vec<&Check>> = BTreeMap::new();
    for check in report.checks.iter().filter(|one| matches!(one.state, State::NotEvaluated | State::Faulted))
    {
        let reason = check.reason.as_deref().unwrap_or_default();
        reasons.entry((check.state, reason)).or_default().push(check);
    }
    let mut open: Vec<Open<'_>> =
        reasons.into_iter().map(|((state, reason), checks)| Open::of(state, reason, &checks)).collect();
    open.sort_by_key(|one| (one.state != State::Faulted.name(), Reverse(one.number)));
    open
}

impl<'r> Open<'r> {
    fn of(state: State, reason: &'r str, checks: &[&'r Check]) -> Self {
        let controls: BTreeSet<ControlId> = checks.iter().map(|check| check.control).collect();
        let rules: BTreeSet<&str> = checks.iter().map(|check| check.rule.as_str()).collect();
        Self {
            reason,
            state: state.name(),
            number: checks.len(),
            controls: controls.iter().map(ControlId::to_string).collect(),
            rules: rules.into_iter().collect(),
        }
    }
}

/// Diagnostics of one code.
#[derive(Debug, Serialize)]
pub(super) struct Told<'r> {
    code: &'static str,
    meaning: &'static str,
    number: usize,
    messages: Vec<Message<'r>>,
    left: usize,
}

#[derive(Debug, Serialize)]
struct Message<'r> {
    kind: &'static str,
    severity: &'static str,
    message: &'r str,
    help: Option<&'r str>,
    exhibits: Vec<Exhibit<'r>>,
    more_places: usize,
}

/// Diagnostics by code, in the order of the report: errors first.
pub(super) fn told<'r>(report: &'r Report, words: &Words) -> Vec<Told<'r>> {
    let mut told: Vec<Told<'r>> = Vec::new();
    for diagnostic in &report.diagnostics {
        let code = diagnostic.code.text();
        let at = told.iter().position(|known| known.code == code).unwrap_or_else(|| {
            let meaning = diagnostic.code.meaning();
            told.push(Told { code, meaning, number: 0, messages: Vec::new(), left: 0 });
            told.len() - 1
        });
        let of = &mut told[at];
        of.number += 1;
        if of.messages.len() < SHOWN_OF_A_CODE {
            of.messages.push(message(diagnostic, words));
        } else {
            of.left += 1;
        }
    }
    told
}

fn message<'r>(diagnostic: &'r Diagnostic, words: &Words) -> Message<'r> {
    let (kind, at) = match diagnostic.severity {
        Severity::Note => ("note", 0),
        Severity::Warning => ("warning", 1),
        Severity::Error => ("error", 2),
    };
    // A file that the message names need not be named again where nothing of it is shown.
    let tells = |place: &&Place| place.excerpt.is_some() || !diagnostic.message.contains(&place.file);
    let places: Vec<&Place> = diagnostic.places.iter().filter(tells).collect();
    let shown = &places[..places.len().min(PLACES_SHOWN)];
    Message {
        kind,
        severity: words.severities[at],
        message: &diagnostic.message,
        help: diagnostic.help.as_deref(),
        exhibits: exhibits(shown, &[&diagnostic.message], Rows::AsTables),
        more_places: places.len() - shown.len(),
    }
}
