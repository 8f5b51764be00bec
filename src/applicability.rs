//! What the statement of applicability says of each control, and where.

use crate::control_id::ControlId;
use crate::evidence::{Evidence, Row, Value};
use crate::place::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The kind that states applicability.
const SOA: &str = "soa";

/// What is declared, by control.
#[derive(Clone, Debug, Default)]
pub struct Applicability {
    excluded: BTreeMap<ControlId, Exclusion>,
    declared: usize,
}

/// A control that is excluded with a reason.
#[derive(Clone, Debug)]
pub struct Exclusion {
    /// The reason.
    pub reason: String,
    /// Where it is declared.
    pub place: Place,
}

/// What the statement of applicability says of a control (6.1.3 d), as it stands there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Declared {
    /// Whether it applies; null where that cannot be read.
    pub applicable: Option<bool>,
    /// Why it is included or excluded.
    pub justification: Option<String>,
    /// How far it is implemented, in the words of the pack where it knows them.
    pub status: Option<String>,
    /// Who owns it.
    pub owner: Option<String>,
    /// Where it is declared.
    pub place: Place,
}

/// What is declared of each control; of several rows on one, the first.
pub fn declared(evidence: &Evidence) -> BTreeMap<ControlId, Declared> {
    let mut declared = BTreeMap::new();
    for (id, rows) in rows(evidence) {
        if let Some(row) = rows.first() {
            declared.insert(id, declaration(row));
        }
    }
    declared
}

fn declaration(row: &Row) -> Declared {
    let text = |field: &str| Some(row.text(field).to_owned()).filter(|text| !text.is_empty());
    let applicable = match row.value("applicable") {
        Value::YesNo(applicable) => Some(applicable),
        _ => is_excluded(row).then_some(false),
    };
    let status = match row.value("status") {
        Value::Text(status) => Some(status.into_owned()),
        _ => text("status"),
    };
    let justification = if applicable == Some(false) { reason(row) } else { None };
    Declared {
        applicable,
        justification: justification.or_else(|| text("justification")),
        status,
        owner: text("owner"),
        place: row.place("control_id", "declared here"),
    }
}

/// Reads the statements of applicability. A control is excluded when every row on it says so and
/// gives a reason; without a reason it counts as applicable, and a rule says what is missing.
pub fn read(evidence: &Evidence) -> Applicability {
    let rows = rows(evidence);
    let declared = rows.len();
    let excluded = rows.into_iter().filter_map(|(id, rows)| Some((id, exclusion(&rows)?))).collect();
    Applicability { excluded, declared }
}

/// The rows on each control, in the order in which they stand.
fn rows(evidence: &Evidence) -> BTreeMap<ControlId, Vec<Row>> {
    let mut rows: BTreeMap<ControlId, Vec<Row>> = BTreeMap::new();
    for row in evidence.rows(SOA) {
        if let Value::Controls(ids) = row.value("control_id")
            && let Some((id, _)) = ids.first()
        {
            rows.entry(*id).or_default().push(row.clone());
        }
    }
    rows
}

impl Applicability {
    /// The exclusion of a control, when it is excluded for a reason.
    pub fn exclusion(&self, control: ControlId) -> Option<&Exclusion> {
        self.excluded.get(&control)
    }

    /// Number of controls that have a row.
    pub fn declared(&self) -> usize {
        self.declared
    }
}

fn exclusion(rows: &[Row]) -> Option<Exclusion> {
    let row = rows.iter().find(|row| is_excluded(row))?;
    let reason = reason(row)?;
    rows.iter()
        .all(is_excluded)
        .then(|| Exclusion { reason, place: row.place("applicable", "declared not applicable here") })
}

/// A row excludes its control by saying no, or by a status that says so where no column does.
fn is_excluded(row: &Row) -> bool {
    match row.value("applicable") {
        Value::YesNo(applicable) => !applicable,
        _ => matches!(row.value("status"), Value::Text(status) if status == "not-applicable"),
    }
}

fn reason(row: &Row) -> Option<String> {
    ["exclusion_reason", "justification"].into_iter().find_map(|field| match row.value(field) {
        Value::Text(reason) => Some(reason.into_owned()),
        _ => None,
    })
}
