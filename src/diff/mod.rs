//! Two reports side by side: what is new, gone or changed, and why as far as the reports themselves tell.
//!
//! Findings are told apart by their fingerprints, and exceptions within them by theirs, so moved lines and
//! renamed files are no change. Why something changed is certain from two reports only where one thing
//! differs between them; [`crate::baseline`] decides it by judging again.

mod because;
mod text;

pub use because::{Because, Cause, CauseKind, Decided, FileChange, recorded, residual, workspace_keys};
pub use text::render;

use crate::control_id::ControlId;
use crate::finding::{Finding, State};
use crate::history::Run;
use crate::report::Report;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// The number of the format.
const SCHEMA: &str = "preaudit-diff/1";

/// What differs between two reports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diff {
    /// `preaudit-diff/1`.
    pub schema: String,
    /// Day of judgement of the earlier report.
    pub from: String,
    /// Day of judgement of the later one.
    pub to: String,
    /// Number of findings that are in the later one only.
    pub new: usize,
    /// Number of findings that are in the earlier one only.
    pub gone: usize,
    /// Number of findings with another grade or other exceptions.
    pub changed: usize,
    /// Number of findings that are in both with the same grade and exceptions.
    pub unchanged: usize,
    /// True when the later scan is incomplete and the earlier was not.
    pub became_incomplete: bool,
    /// What changed: new, changed and gone, each from the worst grade on.
    pub changes: Vec<Change>,
}

/// How something differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// It was not there.
    New,
    /// It was there, and is another.
    Changed,
    /// It is not there any more.
    Gone,
}

/// A finding that is new, gone or changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// How it differs.
    pub kind: Kind,
    /// Its id.
    pub finding: String,
    /// The rule.
    pub rule: String,
    /// The control it is first written against.
    pub control: ControlId,
    /// Its grade before.
    pub was: Option<State>,
    /// Its grade now.
    pub is: Option<State>,
    /// Of a finding that is gone, how its check ends now; only a conformity says that it is mended.
    pub check: Option<State>,
    /// What is wrong, now or as it was.
    pub statement: String,
    /// Exceptions before.
    pub exceptions_before: usize,
    /// Exceptions now.
    pub exceptions: usize,
    /// Why it is there, is gone, or has another grade; none where only exceptions differ.
    pub because: Option<Because>,
    /// Exceptions that are new or gone.
    pub subjects: Vec<SubjectChange>,
}

/// An exception that is new or gone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct SubjectChange {
    /// New or gone.
    pub kind: Kind,
    /// Its id.
    pub id: String,
    /// What it is about.
    pub subject: String,
    /// Why.
    pub because: Because,
}

/// What may differ: the grade of a finding, or one exception within it.
#[derive(Clone, Copy, Debug)]
pub struct Item<'a> {
    /// Id of the finding.
    pub finding: &'a str,
    /// Id of the exception.
    pub observation: Option<&'a str>,
}

/// How an item stands in a report: of a finding its grades, of an exception that it is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It is not there.
    Absent,
    /// It is there; a finding with its grade, and the one that a person overruled.
    Present(Option<(State, Option<State>)>),
}

impl Item<'_> {
    /// How it stands in a report.
    pub fn standing(&self, report: &Report) -> Standing {
        let Some(finding) = report.findings.iter().find(|one| one.id == self.finding) else {
            return Standing::Absent;
        };
        match self.observation {
            None => Standing::Present(Some((finding.state, finding.overruled))),
            Some(id) if finding.observations.iter().any(|one| one.id == id) => Standing::Present(None),
            Some(_) => Standing::Absent,
        }
    }
}

/// Compares two runs; why something differs is said by this.
pub fn compare(before: &Run, after: &Report, why: &mut dyn FnMut(&Item<'_>) -> Because) -> Diff {
    let (old, new) = (by_id(&before.report), by_id(after));
    let ids: BTreeSet<&str> = old.keys().chain(new.keys()).copied().collect();
    let pairs = ids.iter().map(|id| (old.get(id).copied(), new.get(id).copied()));
    let mut changes: Vec<Change> = pairs.filter_map(|pair| change(pair, after, why)).collect();
    changes.sort_by(|a, b| {
        let key = |one: &Change| (one.kind, std::cmp::Reverse(one.is.max(one.was)), one.control);
        (key(a), &a.rule, &a.finding).cmp(&(key(b), &b.rule, &b.finding))
    });
    let of = |kind: Kind| changes.iter().filter(|change| change.kind == kind).count();
    Diff {
        schema: SCHEMA.to_owned(),
        from: before.report.as_of.clone(),
        to: after.as_of.clone(),
        new: of(Kind::New),
        gone: of(Kind::Gone),
        changed: of(Kind::Changed),
        unchanged: ids.len() - changes.len(),
        became_incomplete: after.verdict.incomplete && !before.report.verdict.incomplete,
        changes,
    }
}

fn by_id(report: &Report) -> BTreeMap<&str, &Finding> {
    report.findings.iter().map(|finding| (finding.id.as_str(), finding)).collect()
}

fn change(
    pair: (Option<&Finding>, Option<&Finding>),
    after: &Report,
    why: &mut dyn FnMut(&Item<'_>) -> Because,
) -> Option<Change> {
    let (kind, shown) = match pair {
        (None, Some(new)) => (Kind::New, new),
        (Some(old), None) => (Kind::Gone, old),
        (Some(_), Some(new)) => (Kind::Changed, new),
        (None, None) => return None,
    };
    let grade = |finding: Option<&Finding>| finding.map(|one| (one.state, one.overruled));
    let subjects = subjects(pair, shown, why);
    let is_regraded = grade(pair.0) != grade(pair.1);
    let number = |finding: Option<&Finding>| finding.map_or(0, |one| one.exceptions);
    if !is_regraded && subjects.is_empty() && number(pair.0) == number(pair.1) {
        return None;
    }
    let item = Item { finding: &shown.id, observation: None };
    let check = after.checks.iter().find(|one| one.control == shown.control && one.rule == shown.rule);
    Some(Change {
        kind,
        finding: shown.id.clone(),
        rule: shown.rule.clone(),
        control: shown.control,
        was: pair.0.map(|one| one.state),
        is: pair.1.map(|one| one.state),
        check: check.map(|check| check.state).filter(|_| kind == Kind::Gone),
        statement: shown.statement.clone(),
        exceptions_before: number(pair.0),
        exceptions: number(pair.1),
        because: (is_regraded || subjects.is_empty()).then(|| why(&item)),
        subjects,
    })
}

fn subjects(
    (old, new): (Option<&Finding>, Option<&Finding>),
    shown: &Finding,
    why: &mut dyn FnMut(&Item<'_>) -> Because,
) -> Vec<SubjectChange> {
    let of = |finding: Option<&Finding>| -> BTreeMap<String, String> {
        let observed = finding.into_iter().flat_map(|one| &one.observations);
        observed.map(|one| (one.id.clone(), one.subject.clone())).collect()
    };
    let (old, new) = (of(old), of(new));
    let mut change = |kind: Kind, (id, subject): (&String, &String)| SubjectChange {
        kind,
        because: why(&Item { finding: &shown.id, observation: Some(id) }),
        id: id.clone(),
        subject: subject.clone(),
    };
    let mut subjects: Vec<SubjectChange> =
        new.iter().filter(|one| !old.contains_key(one.0)).map(|one| change(Kind::New, one)).collect();
    subjects.extend(old.iter().filter(|one| !new.contains_key(one.0)).map(|one| change(Kind::Gone, one)));
    subjects
}

impl Diff {
    /// Changes that somebody is woken for: findings from a grade on that are new or were graded lower, or
    /// that have exceptions which were not there.
    pub fn news(&self, from: State) -> Vec<&Change> {
        let is_news = |change: &&Change| {
            let is_raised = change.is > change.was;
            let has_more = change.subjects.iter().any(|one| one.kind == Kind::New)
                || change.exceptions > change.exceptions_before;
            change.is.is_some_and(|is| is.is_nonconformity() && is >= from) && (is_raised || has_more)
        };
        self.changes.iter().filter(is_news).collect()
    }

    /// The difference as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of a difference can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}
