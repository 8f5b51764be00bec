//! Cases that prove rules: which are lacking, and which prove nothing.

use super::{Files, Lint, LintId};
use crate::finding::State;
use crate::pack::{Packs, Rule};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Cases of a rule in one file, whose names are for the room that runs them.
const TABLE: &str = "cases.toml";
/// Changes of a rule that none of its cases can notice, beside them.
const MUTANTS: &str = "mutants.toml";
/// The list of all rules that say anything of any case, beside the cases.
const HITS: &str = "hits.txt";

/// What every rule needs, with how a case shows by its name that it is one.
type Need = (&'static str, fn(&str) -> bool);

const NEEDED: [Need; 5] = [
    ("that conforms", |case| case.starts_with("conformity-")),
    ("with a finding", |case| {
        ["opportunity-", "minor-", "major-"].into_iter().any(|state| case.starts_with(state))
    }),
    ("on the boundary", |case| case.contains("boundary")),
    ("without evidence", |case| case.starts_with("not-evaluated-") && case.contains("empty")),
    ("with malformed evidence", |case| case.contains("malformed")),
];

/// Cases that rules lack, and folders that are no case.
pub(super) fn look(rules: &[Arc<Rule>], paths: &BTreeSet<String>, files: &Files, packs: &Packs) -> Vec<Lint> {
    let mut folders: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for path in &files.cases {
        let mut steps = path.splitn(3, '/');
        if let (Some(rule), Some(case)) = (steps.next(), steps.next()) {
            folders.entry(rule).or_default().insert(case);
        }
    }
    let mut told: Vec<Lint> =
        rules.iter().filter_map(|rule| lacking(rule, folders.get(rule.id.as_str()))).collect();
    // A rule that cannot be read is one all the same.
    let stems = paths.iter().filter_map(|path| path.rsplit('/').next()?.strip_suffix(".toml"));
    let known: BTreeSet<&str> = stems.chain(packs.rules().map(|rule| rule.id.as_str())).collect();
    for (rule, cases) in &folders {
        told.extend(cases.iter().filter_map(|case| misnamed(rule, case, known.contains(rule), files)));
    }
    told
}

fn lacking(rule: &Arc<Rule>, cases: Option<&BTreeSet<&str>>) -> Option<Lint> {
    let none = BTreeSet::new();
    let cases = cases.unwrap_or(&none);
    if cases.contains(TABLE) {
        return None;
    }
    let lacking = NEEDED.iter().filter(|(_, is_one)| !cases.iter().any(|case| is_one(case)));
    let lacking: Vec<&str> = lacking.map(|(what, _)| *what).collect();
    if lacking.is_empty() {
        return None;
    }
    let message = format!("no case {}", lacking.join(", none "));
    let lint = Lint::new(LintId::MissingCase, &rule.text, rule.id_at.clone(), message);
    Some(lint.help(format!("a case is a folder tests/{}/<state>-<what> of evidence", rule.id)))
}

/// A folder of cases that no rule or no state belongs to; told at the manifest, since a folder has no text.
fn misnamed(rule: &str, case: &str, is_rule: bool, files: &Files) -> Option<Lint> {
    let is_state = |state: &State| case.strip_prefix(state.name()).is_some_and(|rest| rest.starts_with('-'));
    if [TABLE, MUTANTS].contains(&case) && is_rule || rule == HITS {
        return None;
    }
    let message = if !is_rule {
        format!("tests/{rule}/{case} is a case of a rule that does not exist")
    } else if State::ALL.iter().any(is_state) {
        return None;
    } else {
        format!("tests/{rule}/{case} does not begin with a state, as in `minor-{case}`")
    };
    let manifest = files.texts.get("pack.toml")?;
    let end = manifest.text().lines().next().map_or(0, str::len);
    Some(Lint::new(LintId::MisnamedCase, manifest, 0..end, message))
}
