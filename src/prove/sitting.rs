//! A case whose evidence is read, ready to be judged by any rules.

use super::case::{Asserts, Case};
use super::expect::Read;
use super::marks;
use crate::audit::{Inspection, Request};
use crate::code::Code;
use crate::evidence::{Log, Record, Scope};
use crate::finding::{Check, Diagnostic, Finding, State};
use crate::pack::Packs;
use crate::report::{Report, TextStyle, Verbosity, render};
use crate::script::Rules;
use crate::world::Shelf;
use std::path::Path;
use std::sync::Arc;

/// A case and its evidence.
pub(super) struct Sitting<'c> {
    pub(super) case: &'c Case,
    pub(super) inspection: Inspection<'c>,
}

/// What the rule of a case says of it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Heard {
    /// The worst of its findings and checks.
    pub(super) state: State,
    /// Why, where the check says so.
    pub(super) reason: Option<String>,
    /// All that it says, as text.
    pub(super) text: String,
    /// Its findings.
    pub(super) findings: Vec<Finding>,
    /// Its checks.
    pub(super) checks: Vec<Check>,
}

impl<'c> Sitting<'c> {
    /// Reads the evidence of a case.
    ///
    /// # Errors
    /// When `preaudit.toml` of the case is wrong.
    pub(super) fn new(
        case: &'c Case,
        packs: &Arc<Packs>,
        rules: &Arc<Rules>,
    ) -> Result<Self, Vec<Diagnostic>> {
        Self::on(case, &case.shelf, packs, rules)
    }

    /// Reads other evidence in the place of that of a case.
    ///
    /// # Errors
    /// As [`Sitting::new`].
    pub(super) fn on(
        case: &'c Case,
        shelf: &'c Shelf,
        packs: &Arc<Packs>,
        rules: &Arc<Rules>,
    ) -> Result<Self, Vec<Diagnostic>> {
        let scope = Scope { workspace: case.workspace.clone(), as_of: case.as_of, ..Scope::default() };
        let request = Request { trust_packs: true, scope, ..Request::default() };
        let inspection = Inspection::of((Arc::clone(packs), Arc::clone(rules)), &request, shelf)?;
        Ok(Self { case, inspection })
    }

    /// What these rules say of the case, at places of its files as they are written.
    ///
    /// # Errors
    /// As [`Inspection::judge_by`].
    pub(super) fn judge(&self, rules: &Rules) -> Result<Report, Vec<Diagnostic>> {
        let mut report = self.inspection.judge_by(rules)?;
        marks::restore(&mut report, &self.case.marked);
        Ok(report)
    }

    /// What the case's own rule says of it.
    pub(super) fn hear(&self, report: Report) -> Heard {
        Heard::of(report, &self.case.rule)
    }

    /// Shows the records of a log that stand in its text as they were read, each with its number and its
    /// first byte. Of a log that cannot be read there are none.
    pub(super) fn records_in_place(
        &self,
        log: &Log,
        text: &str,
        mut each: impl FnMut(usize, usize, &Record<'_>),
    ) {
        let mut number = 0;
        let each = &mut |record: &Record<'_>| {
            number += 1;
            let start = usize::try_from(record.position.offset).unwrap_or(usize::MAX);
            if text.get(start..).is_some_and(|rest| rest.starts_with(record.text)) {
                each(number, start, record);
            }
        };
        let fields = &self.inspection.packs.event_fields;
        let _ = log.read(&self.case.shelf, Path::new(""), fields, each);
    }

    /// What is not as the case has it, besides its state and its text.
    pub(super) fn faults(&self, report: &Report, heard: &Heard) -> Vec<Diagnostic> {
        let evidence = &self.inspection.evidence;
        let marks = self.case.marks();
        let mut faults: Vec<Diagnostic> = marks
            .filter_map(|(file, marked, mark)| marks::fault((file, marked, mark), &report.findings, evidence))
            .collect();
        if let Asserts::Expectations(expectation) = &self.case.asserts {
            let findings: Vec<&Finding> = heard.findings.iter().collect();
            let read = Read { evidence, marked: &self.case.marked };
            faults.extend(expectation.faults(&findings, heard.reason.as_deref(), read));
        }
        faults
    }
}

impl Heard {
    /// What one rule says in a report.
    fn of(mut report: Report, rule: &str) -> Self {
        report.findings.retain(|finding| finding.rule == rule);
        report.checks.retain(|check| check.rule == rule);
        for finding in &mut report.findings {
            finding.contained_in = None;
        }
        let worst = report.checks.iter().max_by_key(|check| weight(check.state));
        let (checked, reason) =
            worst.map_or((State::NotEvaluated, None), |check| (check.state, check.reason.clone()));
        // A finding may stand beside a check that is left open.
        let states = report.findings.iter().map(|finding| finding.state).chain([checked]);
        let state = states.max_by_key(|state| weight(*state)).unwrap_or(checked);
        let (findings, checks) = (report.findings.clone(), report.checks.clone());
        Self { state, reason, text: text(report), findings, checks }
    }
}

/// Which state speaks for a rule whose checks differ.
fn weight(state: State) -> u8 {
    match state {
        State::Major => 7,
        State::Minor => 6,
        State::Faulted => 5,
        State::Waived => 4,
        State::Opportunity => 3,
        State::Conformity => 2,
        State::NotEvaluated => 1,
        State::NotApplicable => 0,
    }
}

/// What is left in a report, as text.
fn text(mut report: Report) -> String {
    report.diagnostics.retain(|diagnostic| matches!(diagnostic.code, Code::RuleFailed | Code::OverBudget));
    let text = render(&report, &TextStyle { verbosity: Verbosity::Verbose, ..TextStyle::default() });
    // The summary is about all rules and changes with every new one.
    text.split_once("\n── ").map_or(String::new(), |(_, findings)| format!("── {findings}"))
}
