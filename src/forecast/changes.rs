//! What differs between the reports of two days in a row, and which places make it so.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Check, Diagnostic, Finding, Observed, State, count};
use crate::place::Place;
use crate::report::Report;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Causes of one change that are kept.
const CAUSES: usize = 20;

/// Something that changes on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Change {
    /// The day.
    pub day: String,
    /// What happens.
    pub what: What,
    /// Id of the finding, where it is one.
    pub finding: Option<String>,
    /// The rule; none of the verdict.
    pub rule: Option<String>,
    /// The control, where it is of one.
    pub control: Option<ControlId>,
    /// How it was the day before.
    pub from: Option<String>,
    /// How it is then.
    pub to: Option<String>,
    /// What there is to say, one sentence.
    pub statement: String,
    /// Because of what.
    pub because: Vec<Cause>,
}

/// What happens to a finding, to checks or to the verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    /// The verdict changes.
    Verdict,
    /// A finding is new.
    New,
    /// A finding has another grade.
    Graded,
    /// A finding has more or other exceptions.
    More,
    /// A finding has fewer exceptions.
    Fewer,
    /// A finding is gone.
    Gone,
    /// Checks that came to a word come to none.
    Withheld,
    /// Checks that came to no word come to one.
    Regained,
}

/// What makes a change.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cause {
    /// What it is.
    pub text: String,
    /// Where it stands.
    pub place: Option<Place>,
}

/// What differs, the verdict first.
pub(super) fn between(before: &Report, after: &Report) -> Vec<Change> {
    let mut changes: Vec<Change> = verdict(before, after).into_iter().collect();
    let told = new_diagnostics(before, after);
    let (old, new) = (by_id(before), by_id(after));
    let ids: BTreeSet<&String> = old.keys().chain(new.keys()).copied().collect();
    let mut of_findings: Vec<(What, Change)> = ids
        .into_iter()
        .filter_map(|id| finding(old.get(id).copied(), new.get(id).copied(), &told, &after.as_of))
        .map(|change| (change.what, change))
        .collect();
    of_findings.sort_by(|(a, one), (b, other)| {
        (a, one.control, &one.rule, &one.finding).cmp(&(b, other.control, &other.rule, &other.finding))
    });
    changes.extend(of_findings.into_iter().map(|(_, change)| change));
    changes.extend(checks(before, after, &told));
    changes
}

fn by_id(report: &Report) -> BTreeMap<&String, &Finding> {
    report.findings.iter().map(|finding| (&finding.id, finding)).collect()
}

fn verdict(before: &Report, after: &Report) -> Option<Change> {
    let (from, to) = (before.verdict.state, after.verdict.state);
    (from != to).then(|| Change {
        day: after.as_of.clone(),
        what: What::Verdict,
        finding: None,
        rule: None,
        control: None,
        from: Some(from.name().to_owned()),
        to: Some(to.name().to_owned()),
        statement: after.verdict.because.first().cloned().unwrap_or_default(),
        because: Vec::new(),
    })
}

/// Waivers that ran out and evidence that grew too old since the day before.
fn new_diagnostics<'r>(before: &Report, after: &'r Report) -> Vec<&'r Diagnostic> {
    let of_days = |one: &&Diagnostic| {
        matches!(one.code, Code::WaiverExpired | Code::WaiverUnused | Code::OverrideUnused | Code::Stale)
    };
    let was = |one: &Diagnostic| {
        before.diagnostics.iter().any(|old| old.code == one.code && old.places == one.places)
    };
    after.diagnostics.iter().filter(of_days).filter(|one| !was(one)).collect()
}

fn finding(old: Option<&Finding>, new: Option<&Finding>, told: &[&Diagnostic], day: &str) -> Option<Change> {
    let (what, shown, because) = match (old, new) {
        (None, Some(new)) => (What::New, new, all_of(new)),
        (Some(old), None) => (What::Gone, old, all_of(old)),
        (Some(old), Some(new)) => differs(old, new)?,
        (None, None) => return None,
    };
    let of_rule =
        |one: &&&Diagnostic| one.code != Code::Stale && one.message.contains(&format!(" of {} ", shown.rule));
    let mut because: Vec<Cause> =
        told.iter().filter(of_rule).map(|one| Cause::told(one)).chain(because).collect();
    because.truncate(CAUSES);
    Some(Change {
        day: day.to_owned(),
        what,
        finding: Some(shown.id.clone()),
        rule: Some(shown.rule.clone()),
        control: Some(shown.control),
        from: old.map(|old| old.state.name().to_owned()),
        to: new.map(|new| new.state.name().to_owned()),
        statement: shown.statement.clone(),
        because,
    })
}

/// What differs of a finding that is there on both days.
fn differs<'r>(old: &'r Finding, new: &'r Finding) -> Option<(What, &'r Finding, Vec<Cause>)> {
    let (came, went) = (only_in(new, old), only_in(old, new));
    if old.state != new.state {
        let mut because = came;
        let last = new.derivation.iter().rfind(|step| !old.derivation.contains(step));
        because.extend(last.map(|step| Cause { text: step.clone(), place: None }));
        let gone =
            went.into_iter().map(|cause| Cause { text: format!("no longer: {}", cause.text), ..cause });
        because.extend(gone);
        return Some((What::Graded, new, because));
    }
    if !came.is_empty() || new.exceptions > old.exceptions {
        return Some((What::More, new, came));
    }
    (!went.is_empty() || new.exceptions < old.exceptions).then_some((What::Fewer, new, went))
}

fn all_of(finding: &Finding) -> Vec<Cause> {
    let observed = finding.observations.iter().map(|one| Cause::observed(finding, one));
    if finding.observations.is_empty() {
        return finding.places.iter().map(Cause::at).collect();
    }
    observed.collect()
}

/// What is observed in one finding and not in the other, by subject.
fn only_in(finding: &Finding, other: &Finding) -> Vec<Cause> {
    let known: BTreeSet<&String> = other.observations.iter().map(|one| &one.id).collect();
    let own = finding.observations.iter().filter(|one| !known.contains(&one.id));
    own.map(|one| Cause::observed(finding, one)).collect()
}

/// Checks that come to a word, or no longer do, for another reason than a finding; by rule.
fn checks(before: &Report, after: &Report, told: &[&Diagnostic]) -> Vec<Change> {
    let said = |check: &Check| (check.control, check.rule.clone());
    let old: BTreeMap<_, &Check> = before.checks.iter().map(|check| (said(check), check)).collect();
    let mut changed: BTreeMap<(What, &str, &str, &str), Vec<ControlId>> = BTreeMap::new();
    for new in &after.checks {
        let Some(old) = old.get(&said(new)) else { continue };
        let (was, is) = (old.state == State::NotEvaluated, new.state == State::NotEvaluated);
        let is_told = |check: &Check| !check.findings.is_empty();
        let what = match (was, is) {
            (false, true) if !is_told(old) => What::Withheld,
            (true, false) if !is_told(new) => What::Regained,
            _ => continue,
        };
        let reason = if is { &new.reason } else { &old.reason };
        let key = (what, new.rule.as_str(), reason.as_deref().unwrap_or_default(), old.state.name());
        changed.entry(key).or_default().push(new.control);
    }
    changed.into_iter().map(|(key, controls)| of_checks(key, &controls, told, &after.as_of)).collect()
}

fn of_checks(
    (what, rule, reason, from): (What, &str, &str, &str),
    controls: &[ControlId],
    told: &[&Diagnostic],
    day: &str,
) -> Change {
    let names: Vec<String> = controls.iter().map(ToString::to_string).collect();
    let places = told.iter().filter(|one| one.code == Code::Stale);
    let named = places.filter(|one| one.places.iter().any(|place| reason.contains(&place.file)));
    let to = if what == What::Withheld { State::NotEvaluated.name() } else { State::Conformity.name() };
    Change {
        day: day.to_owned(),
        what,
        finding: None,
        rule: Some(rule.to_owned()),
        control: controls.first().copied(),
        from: Some(from.to_owned()),
        to: Some(to.to_owned()),
        statement: format!("{} ({}): {reason}", count(controls.len(), "check"), names.join(", ")),
        because: named.map(|one| Cause::told(one)).collect(),
    }
}

impl Cause {
    fn observed(finding: &Finding, one: &Observed) -> Self {
        let place = one.places.first().and_then(|at| finding.places.get(*at)).cloned();
        Self { text: one.statement.clone(), place }
    }

    fn at(place: &Place) -> Self {
        Self { text: place.label.clone(), place: Some(place.clone()) }
    }

    fn told(diagnostic: &Diagnostic) -> Self {
        Self { text: diagnostic.message.clone(), place: diagnostic.places.first().cloned() }
    }
}
