//! Several lapses against one requirement that together show a failure of the system.

use super::fingerprint;
use crate::control_id::ControlId;
use crate::finding::{Basis, Check, Finding, State, count};
use crate::pack::Profile;
use std::collections::BTreeMap;

/// The name under which systemic failures stand among the rules.
pub const RULE: &str = "systemic-failure";

/// Finds requirements with enough minors against them, and notes in each minor what contains it.
/// ISO/IEC 17021-1 (3.12, note) lets several minors against one requirement be one major; how many
/// is judgement and stands in the profile.
pub(super) fn find(findings: &mut [Vec<Finding>], profile: &Profile) -> Vec<Finding> {
    let mut minors: BTreeMap<ControlId, Vec<&mut Finding>> = BTreeMap::new();
    for finding in findings.iter_mut().flatten().filter(|finding| finding.state == State::Minor) {
        minors.entry(finding.control).or_default().push(finding);
    }
    let enough = minors.into_iter().filter(|(_, minors)| minors.len() >= profile.systemic_minors);
    enough.map(|(control, minors)| contain(control, minors, profile)).collect()
}

fn contain(control: ControlId, minors: Vec<&mut Finding>, profile: &Profile) -> Finding {
    let id = fingerprint::finding(control, RULE, "");
    let requirement = control.as_requirement();
    let number = minors.len();
    let titles: Vec<String> = minors.iter().map(|minor| minor.title.clone()).collect();
    let mut evidence: Vec<_> = minors.iter().flat_map(|minor| minor.evidence.clone()).collect();
    evidence.sort();
    evidence.dedup();
    let mut major = Finding {
        id: id.clone(),
        state: State::Major,
        rule: RULE.to_owned(),
        control,
        requirements: vec![requirement.clone()],
        title: "several lapses against one requirement show a failure of the system".to_owned(),
        statement: format!("{number} minor nonconformities against {requirement}: {}", titles.join("; ")),
        exceptions: number,
        population: number,
        undecidable: 0,
        places: minors.iter().filter_map(|minor| minor.places.first().cloned()).collect(),
        observations: Vec::new(),
        derivation: vec![format!(
            "{} against {requirement}, at least {} (profile, judgement): together they are one major",
            count(number, "minor"),
            profile.systemic_minors
        )],
        basis: Basis::Judgement,
        help: "Look for the cause that the lapses share, and remove it; then mend each of them.".to_owned(),
        ask: Some("What let all of these happen, and what would have shown it to you?".to_owned()),
        contains: Vec::new(),
        contained_in: None,
        overruled: None,
        pack: minors.first().map(|minor| minor.pack.clone()).unwrap_or_default(),
        evidence,
    };
    for minor in minors {
        minor.contained_in = Some(id.clone());
        minor.derivation.push(format!("contained in the systemic major {id}"));
        major.contains.push(minor.id.clone());
    }
    major
}

/// What no rule of a pack found is a check of its own, behind the others of its control: a systemic
/// failure, or a decision.
pub(super) fn add_checks<'f>(checks: &mut Vec<Check>, found: impl IntoIterator<Item = &'f Finding>) {
    for finding in found {
        let behind = checks
            .iter()
            .rposition(|check| check.control == finding.control)
            .map_or(checks.len(), |at| at + 1);
        let check = Check {
            control: finding.control,
            rule: finding.rule.clone(),
            state: finding.state,
            reason: None,
            records: finding.exceptions,
            undecidable: 0,
            findings: vec![finding.id.clone()],
        };
        checks.insert(behind, check);
    }
}
