//! By what a control is covered: what kind of evidence lets its rules say anything.

use super::Packs;
use super::kind::Shape;
use super::rule::{Form, Rule};
use super::scan::Scan;
use crate::control_id::ControlId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// The kind of evidence whose entries are what people say they saw.
pub const ATTESTATIONS: &str = "attestations";

/// What the word on a control rests on, the strongest first.
///
/// ISO 19011:2018, 6.4.7 names the sources of audit evidence: records, documents, observation and
/// interviews. A reconciliation of two records proves more than either, since both would have to
/// be wrong in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Coverage {
    /// Two or more records are compared with each other.
    Reconciliation,
    /// Raw records are looked at.
    Records,
    /// Documents are read.
    Document,
    /// A person attests what was seen, with a sample and an end.
    Attestation,
    /// No rule can tell; somebody must be asked.
    Interview,
}

impl Coverage {
    /// All of them, the strongest first.
    pub const ALL: [Self; 5] =
        [Self::Reconciliation, Self::Records, Self::Document, Self::Attestation, Self::Interview];

    /// The word in reports and lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reconciliation => "reconciliation",
            Self::Records => "records",
            Self::Document => "document",
            Self::Attestation => "attestation",
            Self::Interview => "interview",
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Packs {
    /// What a rule rests on: the kinds of evidence it reads, and whether it compares them.
    pub fn coverage_of(&self, rule: &Rule) -> Coverage {
        if rule.uses.iter().chain(&rule.may_use).any(|kind| kind == ATTESTATIONS) {
            return Coverage::Attestation;
        }
        let records =
            |kind: &&String| self.kinds.get(*kind).is_some_and(|kind| kind.shape != Shape::Document);
        let of_records = rule.uses.iter().chain(&rule.may_use).filter(records).count();
        match &rule.form {
            _ if of_records == 0 => Coverage::Document,
            Form::Scan(scan) if compares(scan) => Coverage::Reconciliation,
            Form::Judge if of_records > 1 => Coverage::Reconciliation,
            _ => Coverage::Records,
        }
    }

    /// True for a rule that looks at documented information and planning alone, as Stage 1 does.
    pub fn is_of_documents(&self, rule: &Rule) -> bool {
        rule.uses.iter().all(|kind| self.kinds.get(kind).is_some_and(|kind| kind.is_planning))
    }

    /// The rules against a control by what they rest on, the strongest first. A control that no
    /// rule looks at is covered by an interview alone.
    pub fn coverage(&self, control: ControlId) -> BTreeMap<Coverage, Vec<&Rule>> {
        let mut coverage: BTreeMap<Coverage, Vec<&Rule>> = BTreeMap::new();
        for rule in self.rules().filter(|rule| rule.controls.contains(&control)) {
            coverage.entry(self.coverage_of(rule)).or_default().push(rule);
        }
        if coverage.is_empty() {
            coverage.insert(Coverage::Interview, Vec::new());
        }
        coverage
    }
}

fn compares(scan: &Scan) -> bool {
    scan.join.is_some() || scan.expected_kind().is_some()
}
