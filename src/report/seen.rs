//! Controls and evidence as a report shows them.

use crate::applicability::{self, Declared};
use crate::control_id::ControlId;
use crate::evidence::{Evidence, FileSeen};
use crate::finding::{Check, State};
use crate::pack::{Control, Coverage, Packs};
use crate::scan::Facts;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A clause or control, and how it came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ControlSeen {
    /// Its id.
    pub id: ControlId,
    /// Its title.
    pub title: String,
    /// The worst of its checks; `not-evaluated` when no rule looks at it.
    pub state: State,
    /// Number of checks.
    pub checks: usize,
    /// Why it was not evaluated, when no rule looks at it.
    pub reason: Option<String>,
    /// What its checks rest on, the strongest first; an interview where no rule looks at it.
    #[serde(default)]
    pub coverage: Vec<Coverage>,
    /// What the statement of applicability says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<Declared>,
}

/// A file, or one table of it, and how it was understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct EvidenceSeen {
    /// The kind; null when the file was not used.
    pub kind: Option<String>,
    /// Path relative to the scanned folder.
    pub file: String,
    /// Sheet of a workbook, or heading above a table.
    pub table: Option<String>,
    /// Source of a log, or export of a tool.
    pub source: Option<String>,
    /// How sure the kind is, in percent.
    pub sure: usize,
    /// True when `preaudit.toml` says so.
    pub declared: bool,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// Size of the file.
    pub bytes: u64,
    /// The day it was taken, when `preaudit.toml` says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<String>,
    /// The last day on which it proves something, by the time to live of its kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fresh_until: Option<String>,
    /// Rows, events, or one for a document.
    pub records: u64,
    /// Field to header.
    pub columns: BTreeMap<String, String>,
    /// Headers that are no field of the kind.
    pub unused: Vec<String>,
    /// Rows or events that were set aside.
    pub faults: u64,
}

/// Every clause and control with the worst state of its checks.
pub(super) fn controls(packs: &Packs, checks: &[Check], evidence: &Evidence) -> Vec<ControlSeen> {
    let mut declared = applicability::declared(evidence);
    let mut seen = |control: &Control| {
        let of: Vec<State> =
            checks.iter().filter(|check| check.control == control.id).map(|check| check.state).collect();
        let unseen = of.is_empty().then(|| "no rule looks at it; people must judge".to_owned());
        ControlSeen {
            id: control.id,
            title: control.title.clone(),
            state: of.iter().copied().max_by_key(|state| gravity(*state)).unwrap_or(State::NotEvaluated),
            checks: of.len(),
            reason: unseen,
            coverage: packs.coverage(control.id).into_keys().collect(),
            declared: declared.remove(&control.id),
        }
    };
    packs.controls.values().map(&mut seen).collect()
}

/// Which state speaks for a control when its checks differ: what is wrong before what is well,
/// and what was seen before what was not.
fn gravity(state: State) -> u8 {
    match state {
        State::NotApplicable => 0,
        State::NotEvaluated => 1,
        State::Conformity => 2,
        State::Opportunity => 3,
        State::Waived => 4,
        State::Faulted => 5,
        State::Minor => 6,
        State::Major => 7,
    }
}

/// Every file as it was understood; logs as they were read.
pub fn evidence_seen(evidence: &Evidence, facts: &Facts) -> Vec<EvidenceSeen> {
    let read = |file: &str| {
        let at = evidence.logs.iter().position(|log| log.file == file)?;
        facts.logs.get(at)
    };
    let seen = |file: &FileSeen| {
        let taken = evidence.collected.iter().find(|one| one.file == file.file);
        let log = file.source.as_ref().and_then(|_| read(&file.file));
        EvidenceSeen {
            kind: file.kind.clone(),
            file: file.file.clone(),
            table: file.table.clone(),
            source: file.source.clone(),
            sure: file.sure,
            declared: file.is_declared,
            sha256: log.map_or_else(|| file.sha256.clone(), |log| log.sha256.clone()),
            bytes: log.map_or(file.bytes, |log| log.bytes),
            collected: taken.map(|one| one.on.to_string()),
            fresh_until: taken.map(|one| one.fresh_until().to_string()),
            records: log.map_or(file.records as u64, |log| log.records),
            columns: file.columns.clone(),
            unused: file.unused.clone(),
            faults: log.map_or(file.faults as u64, |log| log.faults),
        }
    };
    evidence.files.iter().map(seen).collect()
}
