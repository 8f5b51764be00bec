//! Assessment results: a finding each, and each check that came to another word.

use super::{Paper, line, property, token};
use crate::finding::{Check, Finding, State};
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The results of the run.
pub(super) fn write(paper: &Paper<'_>) -> Value {
    let plan = paper.resource("plan", "assessment plan", Some("oscal-plan.json"));
    json!({
        "uuid": paper.id("assessment-results", &[]),
        "metadata": paper.metadata("Assessment results"),
        "import-ap": { "href": paper.reference("plan") },
        "results": [result(paper)],
        "back-matter": { "resources": [plan] },
    })
}

fn result(paper: &Paper<'_>) -> Value {
    let report = paper.report;
    let told: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    let is_told = |check: &Check| check.findings.iter().any(|id| told.contains(id.as_str()));
    let others = report.checks.iter().filter(|check| check.state != State::NotApplicable && !is_told(check));
    let (seen, risky) = (report.findings.iter(), report.findings.iter().filter(|one| is_risk(one)));
    let findings: Vec<Value> = report
        .findings
        .iter()
        .map(|one| finding(paper, one))
        .chain(others.map(|one| check(paper, one)))
        .collect();
    let observations: Vec<Value> = seen.flat_map(|one| paper.observations(one)).collect();
    let risks: Vec<Value> = risky.map(|one| paper.risk(one)).collect();
    let mut result = json!({
        "uuid": paper.id("result", &[]),
        "title": line(&format!("{} as of {}", report.stage, report.as_of)),
        "description": line(&format!("{}: {}", report.verdict.state.name(), report.verdict.because.join("; "))),
        "start": paper.day(),
        "end": paper.day(),
        "props": [property("verdict", report.verdict.state.name())],
        "reviewed-controls": paper.reviewed(),
    });
    // A list must not be empty.
    for (name, list) in [("observations", observations), ("risks", risks), ("findings", findings)] {
        if !list.is_empty() {
            result[name] = list.into();
        }
    }
    result
}

/// True for what is a risk while it stands.
fn is_risk(finding: &Finding) -> bool {
    finding.state.is_nonconformity() || finding.state == State::Waived
}

fn finding(paper: &Paper<'_>, finding: &Finding) -> Value {
    let mut written = paper.told("finding", finding);
    written["origins"] = json!([paper.origin()]);
    written["target"] = target(&token(finding.control), finding.state);
    written["remarks"] = line(&finding.derivation.join("; ")).into();
    if is_risk(finding) {
        written["related-risks"] = paper.related_risks(finding);
    }
    written
}

fn check(paper: &Paper<'_>, check: &Check) -> Value {
    let control = check.control.to_string();
    let what =
        check.reason.clone().unwrap_or_else(|| format!("{} on {} records", check.state, check.records));
    json!({
        "uuid": paper.id("check", &[&control, &check.rule]),
        "title": line(&format!("{control}: {}", check.rule)),
        "description": line(&what),
        "props": [property("classification", check.state.name()), property("rule", &check.rule)],
        "origins": [paper.origin()],
        "target": target(&token(check.control), check.state),
    })
}

/// What is open is not satisfied, for another reason than failing.
fn target(control: &str, state: State) -> Value {
    let status = match state {
        State::Conformity | State::Opportunity => json!({ "state": "satisfied", "reason": "pass" }),
        State::Major | State::Minor | State::Waived => json!({ "state": "not-satisfied", "reason": "fail" }),
        _ => json!({ "state": "not-satisfied", "reason": "other" }),
    };
    json!({ "type": "objective-id", "target-id": control, "status": status })
}
