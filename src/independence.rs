//! Whether an audit is set up as it should be: who audits answers for nothing that is audited, and an
//! audit of a part says of which.
//!
//! ISO/IEC 27001:2022, 9.2.2 b wants auditors chosen so that audits are objective and impartial. What
//! the audit programme says of past audits a rule looks at; this room looks at the audit that is
//! prepared, as `preaudit.toml` declares it.

use crate::applicability::Applicability;
use crate::code::Code;
use crate::evidence::{Evidence, Row, Value};
use crate::finding::{Diagnostic, count};
use crate::pack::{Packs, PersonFields, Rule};
use crate::place::Place;
use crate::stage::Stage;
use std::collections::BTreeSet;
use toml::Spanned;

/// Fields that say who answers for a row.
const OWNERS: &[&str] = &["owner", "responsible", "auditee"];
/// The kind that ties names, addresses and logins together.
const ROSTER: &str = "roster";
/// The kind whose rows are about single controls.
const SOA: &str = "soa";
/// The kinds that tell of audits themselves.
const OF_AUDITS: &[&str] = &["audit-programme", "internal-audit-reports"];
/// Rows of one kind that a diagnostic points at.
const SHOWN: usize = 5;

/// What is to be said of the audit that `preaudit.toml` declares.
pub fn told(
    packs: &Packs,
    evidence: &Evidence,
    applicability: &Applicability,
    stage: Stage,
) -> Vec<Diagnostic> {
    let audit = &evidence.workspace.audit;
    let mut told = Vec::new();
    if audit.controls.is_empty() && matches!(stage, Stage::Surveillance | Stage::InternalAudit) {
        let message = format!("the {stage} names no controls, so all of them are looked at");
        let help = "name those of this audit in preaudit.toml: [audit] controls = [\"A.8.13\", \"9.2.2\"]";
        told.push(Diagnostic::note(Code::NoPart, message).help(help));
    }
    if stage != Stage::InternalAudit {
        return told;
    }
    if audit.auditors().next().is_none() {
        let message = "the internal audit names no auditor, so nobody can say whether it is impartial";
        let help = "name who audits in preaudit.toml: [audit] auditor = \"Jo Doe\", team = [\"Max Roe\"]";
        told.push(Diagnostic::note(Code::AuditorUnknown, message).help(help));
    }
    let kinds = kinds(packs, evidence, applicability, stage);
    for person in audit.auditors() {
        let auditor = Auditor::new(person, evidence);
        told.extend(kinds.iter().filter_map(|kind| auditor.owns(packs, evidence, kind, stage)));
    }
    told
}

/// The kinds of evidence that rules of this audit look at.
fn kinds(
    packs: &Packs,
    evidence: &Evidence,
    applicability: &Applicability,
    stage: Stage,
) -> BTreeSet<String> {
    let part = &evidence.workspace.audit.controls;
    let is_audited = |rule: &&Rule| {
        let mut controls = rule.controls.iter();
        controls.any(|control| stage.looks_at(*control, part) && applicability.exclusion(*control).is_none())
    };
    let rules = packs.rules().filter(is_audited);
    let kinds = rules.flat_map(|rule| rule.uses.iter().chain(&rule.may_use));
    kinds.filter(|kind| !OF_AUDITS.contains(&kind.as_str())).cloned().collect()
}

/// Somebody who audits, and what registers know them by.
struct Auditor<'a> {
    declared: &'a Spanned<String>,
    /// Names and addresses, which may stand in a cell beside other words.
    names: Vec<String>,
    /// Logins and numbers, which fill a cell.
    ids: Vec<String>,
}

impl<'a> Auditor<'a> {
    fn new(declared: &'a Spanned<String>, evidence: &Evidence) -> Self {
        let own = folded(declared.get_ref());
        let mut auditor = Self { declared, names: vec![own.clone()], ids: Vec::new() };
        for row in evidence.rows(ROSTER) {
            let Some(fields) = row.table.kind.person.clone() else { continue };
            let (names, ids) = known_by(&row, &fields);
            if names.contains(&own) || ids.contains(&own) {
                auditor.names.extend(names);
                auditor.ids.extend(ids);
            }
        }
        auditor
    }

    fn is_named(&self, cell: &str) -> bool {
        let cell = folded(cell);
        self.ids.contains(&cell) || self.names.iter().any(|name| holds(&cell, name))
    }

    /// What rows of a kind this person answers for, where there are any.
    fn owns(&self, packs: &Packs, evidence: &Evidence, kind: &str, stage: Stage) -> Option<Diagnostic> {
        let part = &evidence.workspace.audit.controls;
        let is_audited = |row: &Row| match row.value("control_id") {
            Value::Controls(ids) if kind == SOA => ids.iter().any(|(id, _)| stage.looks_at(*id, part)),
            _ => true,
        };
        let own = |row: Row| {
            let field = OWNERS.iter().find(|field| row.table.has(field) && self.is_named(row.text(field)))?;
            Some(row.place(field, "answers for it"))
        };
        let places: Vec<Place> = evidence.rows(kind).filter(is_audited).filter_map(own).collect();
        if places.is_empty() {
            return None;
        }
        let title = packs.kinds.get(kind).map_or(kind, |kind| kind.title.as_str());
        let message = format!(
            "{} audits {title} and answers for {} of them",
            self.declared.get_ref(),
            count(places.len(), "record")
        );
        let help = "let somebody else of the team audit these, or an outsider (ISO/IEC 27001, 9.2.2 b)";
        let mut diagnostic = Diagnostic::warning(Code::AuditorOwns, message).help(help);
        if let Some(text) = &evidence.workspace.text {
            diagnostic = diagnostic.at(text.span(self.declared.span()).place("audits"));
        }
        diagnostic.places.extend(places.into_iter().take(SHOWN));
        Some(diagnostic)
    }
}

/// Names and addresses of a row of the roster, and then logins and numbers.
fn known_by(row: &Row, fields: &PersonFields) -> (Vec<String>, Vec<String>) {
    let text = |field: &Option<String>| field.as_ref().map(|field| folded(row.text(field)));
    let whole: Vec<String> = fields.names.iter().map(|field| folded(row.text(field))).collect();
    let names = [text(&fields.name), text(&fields.email), Some(whole.join(" "))];
    let filled = |texts: Vec<Option<String>>| {
        texts
            .into_iter()
            .flatten()
            .map(|text| text.trim().to_owned())
            .filter(|text| !text.is_empty())
            .collect()
    };
    (filled(names.to_vec()), filled(vec![text(&fields.login), text(&fields.number)]))
}

/// True when a name stands in a cell as whole words.
fn holds(cell: &str, name: &str) -> bool {
    let is_end = |letter: Option<char>| letter.is_none_or(|letter| !letter.is_alphanumeric());
    !name.is_empty()
        && cell.match_indices(name).any(|(at, found)| {
            is_end(cell[..at].chars().next_back()) && is_end(cell[at + found.len()..].chars().next())
        })
}

fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_a_cell_as_whole_words() {
        assert!(holds("helen marsh (information security)", "helen marsh"));
        assert!(holds("ruth; helen marsh", "helen marsh"));
        assert!(!holds("helen marshall", "helen marsh"));
        assert!(!holds("anybody", ""));
    }
}
