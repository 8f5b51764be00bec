//! Clauses and controls: the cells of the heat map, and the rows that they lead to.

use super::findings::controls_of;
use super::groups::Group;
use super::words::Words;
use crate::control_id::ControlId;
use crate::finding::{Check, Finding, State};
use crate::pack::Coverage;
use crate::report::{ControlSeen, Report};
use serde::Serialize;
use std::collections::BTreeMap;

/// Findings that the row of a control leads to; all of them stand among the findings.
const FINDINGS_SHOWN: usize = 12;

/// Clauses and controls, group by group.
#[derive(Debug, Serialize)]
pub(super) struct Controls<'r> {
    clauses: Vec<GroupSeen<'r>>,
    annex: Vec<GroupSeen<'r>>,
    /// True when a statement of applicability was read.
    has_soa: bool,
    /// The states that occur, for the legend.
    legend: Vec<(&'static str, usize)>,
}

#[derive(Debug, Serialize)]
struct GroupSeen<'r> {
    name: String,
    controls: Vec<Row<'r>>,
}

/// A clause or control.
#[derive(Debug, Serialize)]
struct Row<'r> {
    id: String,
    title: &'r str,
    state: &'static str,
    reason: Option<&'r str>,
    rests_on: Vec<&'static str>,
    declared: Option<Declared<'r>>,
    checks: Vec<CheckSeen<'r>>,
    findings: Vec<Reference<'r>>,
    more_findings: usize,
}

/// What the statement of applicability says.
#[derive(Debug, Serialize)]
struct Declared<'r> {
    applicable: Option<bool>,
    justification: Option<&'r str>,
    status: Option<&'r str>,
    owner: Option<&'r str>,
}

#[derive(Debug, Serialize)]
struct CheckSeen<'r> {
    rule: &'r str,
    state: &'static str,
    reason: Option<&'r str>,
    records: usize,
}

/// A finding that a row leads to.
#[derive(Debug, Serialize)]
struct Reference<'r> {
    id: &'r str,
    state: &'static str,
    rule: &'r str,
}

impl<'r> Controls<'r> {
    /// Reads all clauses and controls of a report.
    pub(super) fn of(report: &'r Report, words: &Words) -> Self {
        let mut checks: BTreeMap<ControlId, Vec<&Check>> = BTreeMap::new();
        report.checks.iter().for_each(|check| checks.entry(check.control).or_default().push(check));
        let mut findings: BTreeMap<ControlId, Vec<&Finding>> = BTreeMap::new();
        for finding in &report.findings {
            controls_of(finding).into_iter().for_each(|id| findings.entry(id).or_default().push(finding));
        }
        let none = (Vec::new(), Vec::new());
        let mut groups: BTreeMap<Group, Vec<Row<'r>>> = BTreeMap::new();
        for control in &report.controls {
            let checks = checks.get(&control.id).unwrap_or(&none.0);
            let findings = findings.get(&control.id).unwrap_or(&none.1);
            groups.entry(Group::of(control.id)).or_default().push(row(control, checks, findings, words));
        }
        let (annex, clauses): (BTreeMap<_, _>, _) =
            groups.into_iter().partition(|(group, _)| group.is_annex());
        let seen = |groups: BTreeMap<Group, Vec<Row<'r>>>| {
            groups
                .into_iter()
                .map(|(group, controls)| GroupSeen { name: group.name(words), controls })
                .collect()
        };
        let number = |state: &State| report.controls.iter().filter(|control| control.state == *state).count();
        Self {
            clauses: seen(clauses),
            annex: seen(annex),
            has_soa: report.controls.iter().any(|control| control.declared.is_some()),
            legend: State::ALL
                .iter()
                .map(|state| (state.name(), number(state)))
                .filter(|(_, n)| *n > 0)
                .collect(),
        }
    }
}

fn row<'r>(
    control: &'r ControlSeen,
    checks: &[&'r Check],
    findings: &[&'r Finding],
    words: &Words,
) -> Row<'r> {
    let declared = control.declared.as_ref().map(|declared| Declared {
        applicable: declared.applicable,
        justification: declared.justification.as_deref(),
        // That it does not apply is said already.
        status: declared.status.as_deref().filter(|status| *status != State::NotApplicable.name()),
        owner: declared.owner.as_deref(),
    });
    let check = |check: &&'r Check| CheckSeen {
        rule: &check.rule,
        state: check.state.name(),
        reason: check.reason.as_deref(),
        records: check.records,
    };
    let reference = |one: &&'r Finding| Reference { id: &one.id, state: one.state.name(), rule: &one.rule };
    Row {
        id: control.id.to_string(),
        title: &control.title,
        state: control.state.name(),
        reason: control.reason.as_deref(),
        rests_on: control.coverage.iter().map(|coverage| coverage_name(*coverage, words)).collect(),
        declared,
        checks: checks.iter().map(check).collect(),
        findings: findings.iter().take(FINDINGS_SHOWN).map(reference).collect(),
        more_findings: findings.len().saturating_sub(FINDINGS_SHOWN),
    }
}

/// What a conclusion rests on, in the words of the page.
pub(super) fn coverage_name(coverage: Coverage, words: &Words) -> &'static str {
    let at = Coverage::ALL.iter().position(|known| *known == coverage);
    at.map_or(coverage.name(), |at| words.coverage[at])
}
