//! Working papers of an internal audit: a sheet for every clause and control in scope, with what was
//! looked at, what the rules say, what to ask, and room for what the auditor concludes.
//!
//! ISO 19011:2018, 6.3.4 and 6.4.7: auditors prepare their information, and what they conclude rests on
//! evidence that can be traced. A paper says what a program saw; it concludes nothing for the auditor.

mod programme;

pub use programme::{Audit, Audited, coverage, cycle_start, named};

use crate::control_id::ControlId;
use crate::evidence::Evidence;
use crate::finding::{Check, Finding, State, count};
use crate::pack::{Control, Packs, Rule};
use crate::report::{EvidenceSeen, Report};
use crate::sheets;
use crate::snippet::visible;
use crate::stage::Stage;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

/// Exceptions of one finding that a paper lists; the report has all.
const EXCEPTIONS: usize = 20;
/// Digits of a digest that tell files apart for people.
const DIGITS: usize = 16;

/// What papers are made of.
#[derive(Clone, Copy, Debug)]
pub struct Material<'a> {
    /// The packs.
    pub packs: &'a Packs,
    /// The evidence.
    pub evidence: &'a Evidence,
    /// What the scan says.
    pub report: &'a Report,
    /// The audit that is prepared.
    pub stage: Stage,
    /// The day of judgement.
    pub as_of: Date,
}

/// The papers as one Markdown text: who audits what, the cycle, and a paper a control in scope.
pub fn papers(material: &Material<'_>) -> String {
    let mut text = String::new();
    let coverage = coverage(material.packs, material.evidence, material.as_of);
    let scope = material.scope();
    material.cover(&mut text, &scope);
    material.cycle(&mut text, &coverage);
    for control in scope {
        material.paper(&mut text, control, coverage.get(&control.id));
    }
    text
}

impl Material<'_> {
    /// The clauses and controls that this audit looks at.
    fn scope(&self) -> Vec<&Control> {
        let part = &self.evidence.workspace.audit.controls;
        let controls = self.packs.controls.values();
        controls.filter(|control| self.stage.looks_at(control.id, part)).collect()
    }

    fn cover(&self, text: &mut String, scope: &[&Control]) {
        let organization = self.report.organization.as_deref().unwrap_or("(no organization named)");
        let audit = &self.evidence.workspace.audit;
        let names: Vec<String> = audit.auditors().map(|person| line(person.get_ref())).collect();
        let auditors = if names.is_empty() { "(not named)".to_owned() } else { names.join(", ") };
        let _ = writeln!(text, "# Working papers: {} of {}\n", self.stage, line(organization));
        let _ = writeln!(text, "- Day: {}", self.as_of);
        let _ = writeln!(text, "- Auditors: {auditors}");
        let controls = scope.iter().filter(|control| control.id.is_control()).count();
        let clauses = count(scope.len() - controls, "clause");
        let _ = writeln!(text, "- Scope: {clauses}, {}", count(controls, "control"));
        let packs = self.report.packs.iter().map(|pack| format!("{} {}", pack.id, pack.version));
        let _ = writeln!(text, "- Rules: {}\n", packs.collect::<Vec<_>>().join(", "));
        let told =
            self.report.diagnostics.iter().filter(|one| one.code.text().starts_with("workspace::auditor"));
        let told: Vec<_> = told.collect();
        let _ = writeln!(text, "## Independence\n");
        if told.is_empty() && !names.is_empty() {
            let _ =
                writeln!(text, "No register that was read names an auditor as owner of what is audited.\n");
        }
        for one in told {
            let _ = writeln!(text, "- {}", line(&one.message));
            for place in &one.places {
                let _ = writeln!(text, "  - {}", line(&place.to_string()));
            }
        }
        text.push('\n');
    }

    /// The cycle: what was audited when, what is planned, what is left.
    fn cycle(&self, text: &mut String, coverage: &BTreeMap<ControlId, Audited>) {
        let _ =
            writeln!(text, "## Coverage of the programme, {} to {}\n", cycle_start(self.as_of), self.as_of);
        let is_excluded = |id: &ControlId| {
            let mut of = self.report.checks.iter().filter(|check| check.control == *id).peekable();
            of.peek().is_some() && of.all(|check| check.state == State::NotApplicable)
        };
        let due: Vec<(&ControlId, &Audited)> = coverage.iter().filter(|(id, _)| !is_excluded(id)).collect();
        let ids = |is: &dyn Fn(&Audited) -> bool| {
            let of = due.iter().filter(|(_, audited)| is(audited));
            of.map(|(id, _)| id.to_string()).collect::<Vec<_>>()
        };
        let done = ids(&|audited| !audited.done.is_empty());
        let planned = ids(&|audited| audited.done.is_empty() && !audited.planned.is_empty());
        let left = ids(&|audited| audited.done.is_empty() && audited.planned.is_empty());
        let _ = writeln!(text, "- Audited: {} of {} that apply", done.len(), due.len());
        list(text, "Planned and not audited yet", &planned);
        list(text, "Left: in no audit of the programme", &left);
        text.push_str("\n| clause or control | audited | planned | named in a report |\n|---|---|---|---|\n");
        for (id, audited) in due.iter().filter(|(_, audited)| **audited != Audited::default()) {
            let audits = |list: &[Audit]| {
                list.iter()
                    .map(|one| format!("{} ({})", one.on, line(&one.name)))
                    .collect::<Vec<_>>()
                    .join(", ")
            };
            let reports: Vec<String> = audited.reports.iter().map(|place| line(&place.to_string())).collect();
            let (done, planned) = (audits(&audited.done), audits(&audited.planned));
            let _ = writeln!(text, "| {id} | {done} | {planned} | {} |", reports.join(", "));
        }
    }

    fn paper(&self, text: &mut String, control: &Control, audited: Option<&Audited>) {
        let _ = writeln!(text, "\n## {} {}\n\n{}\n", control.id, control.title, control.intent);
        let last = audited.and_then(|audited| audited.done.first());
        let last = last
            .map_or("never within the cycle".to_owned(), |one| format!("{} ({})", one.on, line(&one.name)));
        let _ = writeln!(text, "Last audited: {last}\n");
        self.looked_at(text, control);
        let checks: Vec<&Check> =
            self.report.checks.iter().filter(|check| check.control == control.id).collect();
        concluded(text, &checks);
        self.exceptions(text, &checks);
        let _ = writeln!(text, "### To ask\n");
        for question in sheets::questions(self.packs, control) {
            let _ = writeln!(text, "- {question}");
        }
        text.push_str(
            "\n### Notes\n\n| asked or observed | who, role | when | what was shown |\n|---|---|---|---|\n\
             |  |  |  |  |\n|  |  |  |  |\n\n### Conclusion\n\n\
             - [ ] conforms  [ ] minor nonconformity  [ ] major nonconformity  [ ] opportunity  [ ] not looked at\n\
             - Because:\n- Auditor, day:\n",
        );
    }

    /// The files and records that the rules against a control look at.
    fn looked_at(&self, text: &mut String, control: &Control) {
        let against = |rule: &&Rule| rule.controls.contains(&control.id);
        let rules = self.packs.rules().filter(against);
        let kinds: BTreeSet<&String> = rules.flat_map(|rule| rule.uses.iter().chain(&rule.may_use)).collect();
        let _ = writeln!(text, "### Looked at\n");
        let mut is_empty = true;
        for seen in self.report.evidence.iter().filter(|seen| self.is_of(seen, &kinds)) {
            let digest = seen.sha256.get(..DIGITS).unwrap_or(&seen.sha256);
            let records = count(usize::try_from(seen.records).unwrap_or(usize::MAX), "record");
            let kind = seen.kind.as_deref().unwrap_or_default();
            let _ = writeln!(text, "- {} ({kind}): {records}, SHA-256 {digest}…", line(&seen.file));
            is_empty = false;
        }
        if is_empty {
            let _ = writeln!(text, "- no file; what follows must be asked and observed");
        }
        text.push('\n');
    }

    fn is_of(&self, seen: &EvidenceSeen, kinds: &BTreeSet<&String>) -> bool {
        let is_log = |kind: &&&String| {
            self.packs.kinds.get(kind.as_str()).is_some_and(|kind| kind.shape == crate::pack::Shape::Events)
        };
        match &seen.kind {
            Some(kind) if kind == "events" => kinds.iter().any(|kind| is_log(&kind)),
            Some(kind) => kinds.contains(kind),
            None => false,
        }
    }

    /// What does not conform, each exception with its places.
    fn exceptions(&self, text: &mut String, checks: &[&Check]) {
        let ids: BTreeSet<&String> = checks.iter().flat_map(|check| &check.findings).collect();
        let findings: Vec<&Finding> =
            self.report.findings.iter().filter(|finding| ids.contains(&finding.id)).collect();
        if findings.is_empty() {
            return;
        }
        let _ = writeln!(text, "### Exceptions\n");
        for finding in findings {
            let _ = writeln!(text, "- {} {}: {}", finding.state, finding.rule, line(&finding.statement));
            for one in finding.observations.iter().take(EXCEPTIONS) {
                let places = one.places.iter().filter_map(|at| finding.places.get(*at));
                let places: Vec<String> = places.map(|place| line(&place.to_string())).collect();
                let _ = writeln!(text, "  - {} ({})", line(&one.statement), places.join(", "));
            }
            if finding.exceptions > EXCEPTIONS {
                let _ = writeln!(text, "  - … and {} more", finding.exceptions - EXCEPTIONS);
            }
        }
        text.push('\n');
    }
}

/// What the rules say of a control, one line a check.
fn concluded(text: &mut String, checks: &[&Check]) {
    let _ = writeln!(text, "### What the rules say\n");
    if checks.is_empty() {
        let _ = writeln!(text, "- no rule looks at it; people must judge");
    }
    for check in checks {
        let reason = check.reason.as_deref().map(|reason| format!(", {}", line(reason))).unwrap_or_default();
        let records = count(check.records, "record");
        let _ = writeln!(text, "- {}: {} ({records}{reason})", check.rule, check.state);
    }
    text.push('\n');
}

fn list(text: &mut String, name: &str, ids: &[String]) {
    let ids = if ids.is_empty() { "none".to_owned() } else { ids.join(", ") };
    let _ = writeln!(text, "- {name}: {ids}");
}

/// A text of the evidence on one line of Markdown.
fn line(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    visible(&line).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
