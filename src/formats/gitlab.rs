//! Code quality reports of GitLab: one entry an exception.
//!
//! The severities are GitLab's: a major nonconformity is `critical`, a minor one `major`, since its
//! `minor` would rank below what a merge request is held up for.

use super::exception::{Exception, Level, exceptions};
use crate::finding::State;
use crate::report::Report;
use serde_json::{Value, json};

/// The exceptions as a JSON list; those that are waived are left out.
pub(super) fn write(report: &Report) -> Value {
    let open = exceptions(report).into_iter().filter(|one| one.finding.state != State::Waived);
    open.map(|one| entry(&one)).collect()
}

fn entry(one: &Exception<'_>) -> Value {
    let place = one.places.first();
    let severity = match one.level() {
        Level::Error => "critical",
        Level::Warning => "major",
        Level::Note => "info",
    };
    json!({
        "description": format!("{} ({})", one.statement, one.finding.requirements.join(", ")),
        "check_name": one.finding.rule,
        "fingerprint": format!("{}-{}", one.finding.id, one.id),
        "severity": severity,
        "location": {
            "path": place.map_or(".", |place| &*place.file),
            "lines": { "begin": place.map_or(1, |place| place.line) },
        },
    })
}
