//! OCSF 1.8, class Compliance Finding (2003): a line an event, times in milliseconds.
//!
//! One event a finding, and one a check that is behind none: what conforms, and what was not
//! evaluated. The status `Warning` means there that information lacked for a result, so it is our
//! `not-evaluated`, and never what could be better.

use super::reference::uuid;
use crate::finding::{Check, Finding, State};
use crate::report::Report;
use crate::time::Time;
use jiff::civil::Date;
use serde_json::{Value, json};
use std::collections::BTreeSet;

/// The events as lines of JSON.
pub(super) fn write(report: &Report) -> String {
    let time = milliseconds(&report.as_of);
    let told: BTreeSet<&str> = report.findings.iter().map(|finding| finding.id.as_str()).collect();
    let is_told = |check: &&Check| check.findings.iter().any(|id| told.contains(id.as_str()));
    let findings = report.findings.iter().map(|finding| of_finding(report, finding, time));
    let rest = report.checks.iter().filter(|check| check.state != State::NotApplicable && !is_told(check));
    let checks = rest.map(|check| of_check(report, check, time));
    findings.chain(checks).map(|event| format!("{event}\n")).collect()
}

fn milliseconds(day: &str) -> i64 {
    let instant = day.parse::<Date>().map(|day| Time::Day(day).instant());
    instant.map_or(0, |instant| instant.as_millisecond())
}

fn of_finding(report: &Report, finding: &Finding, time: i64) -> Value {
    let mut event = event(report, finding.state, time, &finding.id);
    event["message"] = finding.statement.clone().into();
    event["finding_info"] = json!({
        "uid": finding.id,
        "title": finding.title,
        "desc": finding.statement,
        "types": [finding.state.name()],
        "created_time": time,
        "analytic": analytic(&finding.rule),
    });
    event["compliance"] = compliance(finding.state, &finding.control.to_string(), &finding.requirements);
    event["compliance"]["checks"] = json!([check(&finding.rule, finding.state)]);
    event["remediation"] = json!({ "desc": finding.help });
    let evidences: Vec<Value> = finding.places.iter().map(evidence).collect();
    if !evidences.is_empty() {
        event["evidences"] = evidences.into();
    }
    let files: Vec<Value> = finding.evidence.iter().map(|exhibit| resource(&exhibit.file)).collect();
    if !files.is_empty() {
        event["resources"] = files.into();
    }
    event
}

fn of_check(report: &Report, one: &Check, time: i64) -> Value {
    let control = one.control.to_string();
    let uid = uuid("check", &[&control, &one.rule]);
    let reason = one.reason.clone().unwrap_or_else(|| one.state.name().to_owned());
    let mut event = event(report, one.state, time, &uid);
    event["message"] = reason.clone().into();
    event["finding_info"] = json!({
        "uid": uid,
        "title": one.rule,
        "desc": reason,
        "types": [one.state.name()],
        "created_time": time,
        "analytic": analytic(&one.rule),
    });
    event["compliance"] = compliance(one.state, &control, &[one.control.as_requirement()]);
    event["compliance"]["checks"] = json!([check(&one.rule, one.state)]);
    event
}

/// What all events have.
fn event(report: &Report, state: State, time: i64, uid: &str) -> Value {
    let (severity_id, severity) = severity(state);
    let (status_id, status) = if state == State::Waived { (3, "Suppressed") } else { (1, "New") };
    json!({
        "activity_id": 1,
        "activity_name": "Create",
        "category_uid": 2,
        "category_name": "Findings",
        "class_uid": 2003,
        "class_name": "Compliance Finding",
        "type_uid": 200_301,
        "type_name": "Compliance Finding: Create",
        "time": time,
        "severity_id": severity_id,
        "severity": severity,
        "status_id": status_id,
        "status": status,
        "metadata": {
            "version": "1.8.0",
            "uid": uuid("event", &[uid, &report.as_of]),
            "product": { "name": "preaudit", "vendor_name": "preaudit", "version": report.version },
        },
    })
}

fn severity(state: State) -> (u8, &'static str) {
    match state {
        State::Major => (4, "High"),
        State::Minor => (3, "Medium"),
        State::Opportunity | State::Waived => (2, "Low"),
        _ => (1, "Informational"),
    }
}

fn compliance(state: State, control: &str, requirements: &[String]) -> Value {
    let (status_id, status) = status(state);
    json!({
        "standards": ["ISO/IEC 27001:2022"],
        "control": control,
        "requirements": requirements,
        "status_id": status_id,
        "status": status,
        "status_code": state.name(),
    })
}

fn status(state: State) -> (u8, &'static str) {
    match state {
        State::Conformity | State::Opportunity => (1, "Pass"),
        State::NotEvaluated | State::Faulted | State::NotApplicable => (2, "Warning"),
        State::Minor | State::Major | State::Waived => (3, "Fail"),
    }
}

fn check(rule: &str, state: State) -> Value {
    let (status_id, status) = status(state);
    json!({
        "uid": rule,
        "name": rule,
        "standards": ["ISO/IEC 27001:2022"],
        "status_id": status_id,
        "status": status,
    })
}

fn analytic(rule: &str) -> Value {
    json!({ "name": rule, "uid": rule, "type": "Rule", "type_id": 1 })
}

fn evidence(place: &crate::place::Place) -> Value {
    let name = place.file.rsplit('/').next().unwrap_or(&place.file);
    json!({
        "file": { "name": name, "path": place.file, "type_id": 1, "type": "Regular File" },
        "data": {
            "line": place.line,
            "column": place.column,
            "cell": place.cell,
            "label": place.label,
            "text": place.text,
        },
    })
}

fn resource(file: &str) -> Value {
    json!({ "uid": file, "name": file, "type": "evidence" })
}
