//! What changed since a recorded run, and why: decided by judging again, never by guess.
//!
//! The evidence of today is judged as of the day of the run, with its profile and stage, and with what
//! preaudit.toml said then, key by key. What makes a difference disappear, at the least, is its cause.
//! What stays is due to evidence or to rules; both are known by their digests.

use crate::audit::{self, Request};
use crate::diff::{self, Because, Cause, Decided, Diff, Item};
use crate::evidence::FILE_NAME;
use crate::finding::Diagnostic;
use crate::history::Run;
use crate::report::Report;
use crate::source::Source;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Something that can be taken back.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Factor {
    /// The day of judgement.
    Day,
    /// Profile and stage.
    Request,
    /// A key of preaudit.toml.
    Key(String),
}

/// Compares what a scan says now with a recorded run; `request` is what the scan was asked.
///
/// # Errors
/// When a report says a day, a stage or a profile that there is not; as [`audit::audit`].
pub fn compare(
    before: &Run,
    now: &Report,
    request: &Request,
    world: &dyn World,
) -> Result<Diff, Vec<Diagnostic>> {
    let workspace = request.scope.workspace.as_ref().map(|text| text.text().to_owned());
    let mut again =
        Again { before, now, request, world, workspace, factors: Vec::new(), judged: BTreeMap::new() };
    again.factors = again.what_differs();
    Ok(diff::compare(before, now, &mut |item| again.why(item)))
}

/// Judges again with what was, as often as needed.
struct Again<'a> {
    before: &'a Run,
    now: &'a Report,
    request: &'a Request,
    world: &'a dyn World,
    workspace: Option<String>,
    factors: Vec<Factor>,
    /// Reports by the factors that are taken back; none where that cannot be judged.
    judged: BTreeMap<BTreeSet<usize>, Option<Report>>,
}

impl Again<'_> {
    fn what_differs(&self) -> Vec<Factor> {
        let mut factors = Vec::new();
        if self.before.report.as_of != self.now.as_of {
            factors.push(Factor::Day);
        }
        if Cause::request(&self.before.report, self.now).is_some() {
            factors.push(Factor::Request);
        }
        if let (Some(old), Some(new)) = (&self.before.workspace, &self.workspace) {
            factors.extend(diff::workspace_keys(old, new).into_iter().map(Factor::Key));
        }
        factors
    }

    /// True when all that preaudit.toml said then is known.
    fn knows_the_workspace(&self) -> bool {
        let is_toml = |text: &String| text.parse::<toml::Table>().is_ok();
        match (&self.before.workspace, &self.workspace) {
            (Some(old), Some(new)) => is_toml(old) && is_toml(new),
            (None, None) => true,
            _ => false,
        }
    }

    /// Why an item differs: the least that must be taken back for it to stand as it stood.
    fn why(&mut self, item: &Item<'_>) -> Because {
        let mut back: BTreeSet<usize> = (0..self.factors.len()).collect();
        if back.is_empty() || !self.stands_as_before(item, &back) {
            let is_judged = back.is_empty() || self.judged.get(&back).is_some_and(Option::is_some);
            let is_whole = self.knows_the_workspace() && is_judged;
            return diff::residual(self.before, self.now, item, is_whole);
        }
        for factor in 0..self.factors.len() {
            let fewer: BTreeSet<usize> = back.iter().copied().filter(|one| *one != factor).collect();
            if !fewer.is_empty() && self.stands_as_before(item, &fewer) {
                back = fewer;
            }
        }
        let rule = self.rule_of(item);
        let causes = back.iter().filter_map(|at| self.cause(&self.factors[*at], &rule)).collect();
        Because { causes, decided: Decided::ByJudgingAgain }
    }

    fn cause(&self, factor: &Factor, rule: &str) -> Option<Cause> {
        match factor {
            Factor::Day => Cause::clock(&self.before.report, self.now),
            Factor::Request => Cause::request(&self.before.report, self.now),
            Factor::Key(key) => Some(Cause::workspace(key, rule)),
        }
    }

    fn rule_of(&self, item: &Item<'_>) -> String {
        let all = self.now.findings.iter().chain(&self.before.report.findings);
        all.filter(|one| one.id == item.finding).map(|one| one.rule.clone()).next().unwrap_or_default()
    }

    fn stands_as_before(&mut self, item: &Item<'_>, back: &BTreeSet<usize>) -> bool {
        let wanted = item.standing(&self.before.report);
        self.with(back).is_some_and(|report| item.standing(report) == wanted)
    }

    /// What is said of today's evidence with these factors taken back.
    fn with(&mut self, back: &BTreeSet<usize>) -> Option<&Report> {
        if !self.judged.contains_key(back) {
            let factors: Vec<&Factor> = back.iter().map(|at| &self.factors[*at]).collect();
            let request = self.request_with(&factors);
            let report = request.and_then(|request| audit::audit(&request, self.world).ok());
            self.judged.insert(back.clone(), report);
        }
        self.judged.get(back)?.as_ref()
    }

    fn request_with(&self, back: &[&Factor]) -> Option<Request> {
        let mut request = self.request.clone();
        let told = |factor: &Factor| if back.contains(&factor) { &self.before.report } else { self.now };
        request.scope.as_of = Some(told(&Factor::Day).as_of.parse().ok()?);
        request.stage = Some(told(&Factor::Request).stage.parse().ok()?);
        request.profile = Some(told(&Factor::Request).profile.clone());
        let keys: Vec<&str> = back
            .iter()
            .filter_map(|one| if let Factor::Key(key) = one { Some(key.as_str()) } else { None })
            .collect();
        if let (Some(old), Some(new), false) = (&self.before.workspace, &self.workspace, keys.is_empty()) {
            request.scope.workspace = Some(Arc::new(Source::new(FILE_NAME, mixed(old, new, &keys)?)));
        }
        Some(request)
    }
}

/// The text of preaudit.toml now, with what it said then under some keys.
fn mixed(old: &str, new: &str, keys: &[&str]) -> Option<String> {
    if diff::workspace_keys(old, new).len() == keys.len() {
        return Some(old.to_owned());
    }
    let (mut old, mut new) = (old.parse::<toml::Table>().ok()?, new.parse::<toml::Table>().ok()?);
    for key in keys {
        match old.remove(*key) {
            Some(value) => drop(new.insert((*key).to_owned(), value)),
            None => drop(new.remove(*key)),
        }
    }
    toml::to_string(&new).ok()
}
