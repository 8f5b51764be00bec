//! Clauses and controls by number and title, and the statement of applicability over them.

use super::{Paper, line, property, token};
use crate::finding::State;
use crate::report::ControlSeen;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// The groups of the standard, by what their ids begin with.
const GROUPS: [(&str, &str, &str); 11] = [
    ("clause-4", "4", "Context of the organization"),
    ("clause-5", "5", "Leadership"),
    ("clause-6", "6", "Planning"),
    ("clause-7", "7", "Support"),
    ("clause-8", "8", "Operation"),
    ("clause-9", "9", "Performance evaluation"),
    ("clause-10", "10", "Improvement"),
    ("a.5", "A.5", "Organizational controls"),
    ("a.6", "A.6", "People controls"),
    ("a.7", "A.7", "Physical controls"),
    ("a.8", "A.8", "Technological controls"),
];

/// The catalog: ids and titles, and no text of the standard, which is under copyright.
pub(super) fn catalog(paper: &Paper<'_>) -> Value {
    let mut groups: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for seen in &paper.report.controls {
        let id = seen.id.to_string();
        let is_of = |(_, prefix, _): &(&str, &str, &str)| {
            id.strip_prefix(prefix).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        if let Some(group) = GROUPS.iter().position(is_of) {
            groups.entry(group).or_default().push(control(seen));
        }
    }
    let groups: Vec<Value> = groups
        .into_iter()
        .map(|(at, controls)| json!({ "id": GROUPS[at].0, "title": GROUPS[at].2, "controls": controls }))
        .collect();
    json!({
        "uuid": paper.id("catalog", &[]),
        "metadata": paper.metadata("ISO/IEC 27001:2022, clauses and Annex A by number and title"),
        "groups": groups,
    })
}

fn control(seen: &ControlSeen) -> Value {
    // A clause that is a group of its own must not have the group's id.
    let id = token(seen.id);
    json!({
        "id": if GROUPS.iter().any(|(group, ..)| *group == id) { format!("{id}.0") } else { id.clone() },
        "title": line(&seen.title),
        "props": [{ "name": "label", "value": seen.id.to_string() }],
        "parts": [{ "id": format!("{id}_smt"), "name": "statement", "prose": "See the standard." }],
    })
}

/// The statement of applicability: what is included, and why what is not is not.
pub(super) fn profile(paper: &Paper<'_>) -> Value {
    let annex = || paper.report.controls.iter().filter(|control| control.id.is_annex());
    let (excluded, included): (Vec<&ControlSeen>, Vec<&ControlSeen>) =
        annex().partition(|one| is_excluded(one));
    let ids = |controls: &[&ControlSeen]| controls.iter().map(|one| token(one.id)).collect::<Vec<_>>();
    let mut import = json!({
        "href": paper.reference("catalog"),
        "include-controls": [{ "with-ids": ids(&included) }],
    });
    if !excluded.is_empty() {
        import["exclude-controls"] = json!([{ "with-ids": ids(&excluded) }]);
    }
    let alters: Vec<Value> = included.iter().filter_map(|one| declared(one)).collect();
    let mut profile = json!({
        "uuid": paper.id("profile", &[]),
        "metadata": paper.metadata("Statement of applicability"),
        "imports": [import],
        "back-matter": { "resources": [paper.resource("catalog", "catalog", Some("oscal-catalog.json"))] },
    });
    let reasons: Vec<Value> = excluded.iter().filter_map(|one| excluded_because(one)).collect();
    if !reasons.is_empty() {
        let props = profile["metadata"]["props"].as_array_mut();
        if let Some(props) = props {
            props.extend(reasons);
        }
    }
    if !alters.is_empty() {
        profile["modify"] = json!({ "alters": alters });
    }
    profile
}

/// Excluded by the statement, whether or not the reason holds.
fn is_excluded(control: &ControlSeen) -> bool {
    let declared = control.declared.as_ref().and_then(|declared| declared.applicable);
    declared.map_or(control.state == State::NotApplicable, |applicable| !applicable)
}

/// Why a control is excluded: a property of the whole, since the control is no part of the profile.
fn excluded_because(control: &ControlSeen) -> Option<Value> {
    let reason = control.declared.as_ref()?.justification.as_ref()?;
    Some(property("excluded", &format!("{}: {reason}", control.id)))
}

/// What the statement says of an included control.
fn declared(control: &ControlSeen) -> Option<Value> {
    let declared = control.declared.as_ref()?;
    let said = [
        ("justification", &declared.justification),
        ("implementation-status", &declared.status),
        ("owner", &declared.owner),
    ];
    let props: Vec<Value> =
        said.iter().filter_map(|(name, said)| said.as_ref().map(|said| property(name, said))).collect();
    (!props.is_empty()).then(|| json!({ "control-id": token(control.id), "adds": [{ "props": props }] }))
}
