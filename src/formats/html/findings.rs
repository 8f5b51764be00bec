//! Findings as the page shows them: by grade, contained ones below what contains them, each with what was
//! seen.

use super::groups::Group;
use super::shown::{Bounds, Shown};
use super::words::Words;
use crate::control_id::ControlId;
use crate::finding::{Basis, Finding, State};
use crate::report::Report;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Files that are named as looked at; the JSON has all of them.
const FILES_SHOWN: usize = 12;

/// Findings by grade, and what they can be filtered by.
#[derive(Debug, Serialize)]
pub(super) struct Findings<'r> {
    grades: Vec<Graded<'r>>,
    number: usize,
    places_shown: usize,
    is_lean: bool,
    controls: Vec<String>,
    groups: Vec<(String, String)>,
    owners: Vec<&'r str>,
}

#[derive(Debug, Serialize)]
struct Graded<'r> {
    state: &'static str,
    /// Those that no other contains.
    number: usize,
    findings: Vec<FindingSeen<'r>>,
}

#[derive(Debug, Serialize)]
struct FindingSeen<'r> {
    id: &'r str,
    state: &'static str,
    part_of: Option<&'r str>,
    contains: usize,
    statement: &'r str,
    title: &'r str,
    requirements: Vec<Requirement<'r>>,
    /// Its clauses and controls, and the numbers of its owners, separated by blanks.
    controls: String,
    owners: String,
    owner: Option<&'r str>,
    exceptions: usize,
    population: usize,
    undecidable: usize,
    overruled: Option<&'static str>,
    shown: Shown<'r>,
    derivation: &'r [String],
    help: &'r str,
    ask: Option<&'r str>,
    rule: &'r str,
    pack: &'r str,
    basis: &'static str,
    files: Vec<&'r str>,
    more_files: usize,
}

/// A requirement, and the row of the control that it leads to.
#[derive(Debug, Serialize)]
struct Requirement<'r> {
    text: &'r str,
    control: Option<String>,
}

impl<'r> Findings<'r> {
    /// Reads all findings of a report.
    pub(super) fn of(report: &'r Report, words: &Words) -> Self {
        let reader = Reader::new(report, words);
        let graded = |state: &State| {
            let is_top = |one: &&Finding| one.state == *state && reader.container(one).is_none();
            let top: Vec<&Finding> = report.findings.iter().filter(is_top).collect();
            let with_below = |finding: &&'r Finding| {
                let below = reader.below.get(finding.id.as_str()).into_iter().flatten();
                std::iter::once(*finding).chain(below.copied())
            };
            let findings = top.iter().flat_map(with_below).map(|one| reader.finding(one)).collect();
            Graded { state: state.name(), number: top.len(), findings }
        };
        let controls: BTreeSet<ControlId> = report.findings.iter().flat_map(controls_of).collect();
        let groups: BTreeSet<Group> = controls.iter().map(|id| Group::of(*id)).collect();
        Self {
            grades: State::ALL.iter().map(graded).filter(|grade| grade.number > 0).collect(),
            number: report.findings.len(),
            places_shown: reader.bounds.places,
            is_lean: reader.bounds.is_lean,
            controls: controls.iter().map(ControlId::to_string).collect(),
            groups: groups.iter().map(|group| (group.key(), group.name(words))).collect(),
            owners: reader.owners.clone(),
        }
    }
}

/// The findings that no other contains, each with those that it contains.
fn below(findings: &[Finding]) -> BTreeMap<&str, Vec<&Finding>> {
    let top = findings.iter().filter(|finding| finding.contained_in.is_none());
    let mut below: BTreeMap<&str, Vec<&Finding>> = top.map(|one| (one.id.as_str(), Vec::new())).collect();
    for finding in findings {
        if let Some(of) = finding.contained_in.as_deref().and_then(|id| below.get_mut(id)) {
            of.push(finding);
        }
    }
    below
}

/// The clauses and controls that a finding is written against, its own first.
pub(super) fn controls_of(finding: &Finding) -> Vec<ControlId> {
    let mut controls = vec![finding.control];
    for requirement in &finding.requirements {
        if let Some(id) = control_in(requirement).filter(|id| !controls.contains(id)) {
            controls.push(id);
        }
    }
    controls
}

/// The clause or control in `7.2`, `6.1.3 d / A.6.3` or `8.1 b`.
fn control_in(requirement: &str) -> Option<ControlId> {
    let last = requirement.rsplit('/').next()?;
    last.split_whitespace().next()?.parse().ok()
}

/// Reads findings one by one.
struct Reader<'r, 'w> {
    bounds: Bounds,
    words: &'w Words,
    owners: Vec<&'r str>,
    /// Who owns a control, by the statement of applicability.
    declared: BTreeMap<ControlId, &'r str>,
    known: BTreeSet<ControlId>,
    below: BTreeMap<&'r str, Vec<&'r Finding>>,
}

impl<'r, 'w> Reader<'r, 'w> {
    fn new(report: &'r Report, words: &'w Words) -> Self {
        let declared: BTreeMap<ControlId, &str> = report
            .controls
            .iter()
            .filter_map(|control| Some((control.id, control.declared.as_ref()?.owner.as_deref()?)))
            .collect();
        let owners = report.findings.iter().flat_map(|finding| owners_of(finding, &declared));
        let owners: BTreeSet<&str> = owners.collect();
        Self {
            bounds: Bounds::of(report.findings.len()),
            words,
            owners: owners.into_iter().collect(),
            known: report.controls.iter().map(|control| control.id).collect(),
            below: below(&report.findings),
            declared,
        }
    }

    /// The id of what contains a finding; none where that is not there.
    fn container(&self, finding: &'r Finding) -> Option<&'r str> {
        finding.contained_in.as_deref().filter(|id| self.below.contains_key(id))
    }

    fn finding(&self, finding: &'r Finding) -> FindingSeen<'r> {
        let controls: Vec<String> = controls_of(finding).iter().map(ControlId::to_string).collect();
        let owners = owners_of(finding, &self.declared);
        let numbers: Vec<String> = owners
            .iter()
            .filter_map(|owner| self.owners.binary_search(owner).ok())
            .map(|at| at.to_string())
            .collect();
        FindingSeen {
            id: &finding.id,
            state: finding.state.name(),
            part_of: self.container(finding),
            contains: finding.contains.len(),
            statement: &finding.statement,
            title: &finding.title,
            requirements: finding.requirements.iter().map(|text| self.requirement(text)).collect(),
            controls: controls.join(" "),
            owners: numbers.join(" "),
            owner: if let [one] = &finding.observations[..] { one.owner.as_deref() } else { None },
            exceptions: finding.exceptions,
            population: finding.population,
            undecidable: finding.undecidable,
            overruled: finding.overruled.map(State::name),
            shown: Shown::of(finding, self.bounds),
            derivation: &finding.derivation,
            help: &finding.help,
            ask: finding.ask.as_deref(),
            rule: &finding.rule,
            pack: &finding.pack,
            basis: self.words.bases[match finding.basis {
                Basis::Requirement => 0,
                Basis::Practice => 1,
                Basis::Judgement => 2,
            }],
            files: finding.evidence.iter().take(FILES_SHOWN).map(|one| one.file.as_str()).collect(),
            more_files: finding.evidence.len().saturating_sub(FILES_SHOWN),
        }
    }

    fn requirement(&self, text: &'r str) -> Requirement<'r> {
        let control = control_in(text).filter(|id| self.known.contains(id));
        Requirement { text, control: control.map(|id| id.to_string()) }
    }
}

/// Who owns the exceptions, and the control that the finding is first written against.
fn owners_of<'r>(finding: &'r Finding, declared: &BTreeMap<ControlId, &'r str>) -> Vec<&'r str> {
    let mut owners: Vec<&str> = finding.observations.iter().filter_map(|one| one.owner.as_deref()).collect();
    owners.extend(declared.get(&finding.control));
    owners.sort_unstable();
    owners.dedup();
    owners
}

#[cfg(test)]
mod tests {
    use super::control_in;

    #[test]
    fn the_control_of_a_requirement_is_its_last_part() {
        let pairs = [("7.2", "7.2"), ("6.1.3 d / A.6.3", "A.6.3"), ("8.1 b", "8.1")];
        for (requirement, control) in pairs {
            assert_eq!(control_in(requirement).unwrap().to_string(), control);
        }
        assert_eq!(control_in("our own policy"), None);
        assert_eq!(control_in(""), None);
    }
}
