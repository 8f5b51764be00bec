//! One recorded run, as it stands in its file.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Diagnostic, State};
use crate::pack::hex;
use crate::place::Place;
use crate::report::{self, Report, VerdictState};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;

/// The number of the format.
pub const SCHEMA: &str = "preaudit-run/1";
/// Hexadecimal digits of the digest in the name of a file.
const SHORT: usize = 12;

/// A run with everything that it said, and the configuration it was made with.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Run {
    /// SHA-256 of the file of the run before, in hexadecimal; none of the first.
    pub before: Option<String>,
    /// The report.
    pub report: Report,
    /// `preaudit-run/1`.
    pub schema: String,
    /// The text of preaudit.toml.
    pub workspace: Option<String>,
}

impl Run {
    /// The bytes of the file: keys in alphabetical order, two blanks a level, a line end behind.
    ///
    /// # Errors
    /// Never in practice: every part of a run can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        // A map of values is sorted by its keys, whatever the order of fields.
        let sorted = serde_json::to_value(self)?;
        serde_json::to_string_pretty(&sorted).map(|json| json + "\n")
    }

    /// A run of a report that was not recorded.
    pub fn of(report: Report) -> Self {
        Self { before: None, report, schema: SCHEMA.to_owned(), workspace: None }
    }

    /// Reads a recorded run, or a report, which names no run before and no configuration.
    ///
    /// # Errors
    /// When the file holds neither.
    pub fn read(file: &str, bytes: &[u8]) -> Result<Self, Diagnostic> {
        let wrong = |reason: String| {
            let help = "give a file of .preaudit/runs, or what `preaudit scan --format json` printed";
            let message = format!("{file} is no recorded run and no report: {reason}");
            Diagnostic::error(Code::InvalidRun, message).help(help).at(Place::whole(file, "this file"))
        };
        let glance: Glance = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
        match glance.schema.as_str() {
            SCHEMA => serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string())),
            report::SCHEMA => {
                let report = serde_json::from_slice(bytes).map_err(|error| wrong(error.to_string()))?;
                Ok(Self::of(report))
            }
            other => Err(wrong(format!("its schema is `{}`", other.escape_default()))),
        }
    }
}

/// The only field that is needed to tell what a file holds.
#[derive(Deserialize)]
struct Glance {
    schema: String,
}

/// The name of the file of a run.
pub(super) fn file_name(as_of: &str, digest: &str) -> String {
    format!("{as_of}-{}.json", &digest[..SHORT.min(digest.len())])
}

/// The digits of the digest that a file's name holds.
pub(super) fn short(file: &str) -> Option<&str> {
    let (_, short) = file.strip_suffix(".json")?.rsplit_once('-')?;
    (short.len() == SHORT).then_some(short)
}

/// SHA-256 in hexadecimal.
pub(super) fn digest(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// What the history keeps in mind of a run; the rest stays in its file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recorded {
    /// SHA-256 of the run before.
    pub before: Option<String>,
    /// The day of judgement.
    pub as_of: Date,
    /// The verdict.
    pub verdict: VerdictState,
    /// Findings.
    pub findings: Vec<Sighting>,
    /// Controls with the rules that concluded that nothing is amiss.
    pub conforming: BTreeSet<(ControlId, String)>,
}

/// A finding of a run.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Sighting {
    /// Its id.
    pub id: String,
    /// Its state.
    pub state: State,
    /// The rule.
    pub rule: String,
    /// The control it is first written against.
    pub control: ControlId,
    /// What is wrong in general.
    pub title: String,
    /// Id of the systemic major that contains it.
    pub contained_in: Option<String>,
}

// Other fields are passed over, so that a later version still reads what an earlier one recorded.
#[derive(Deserialize)]
struct RunText {
    before: Option<String>,
    report: ReportText,
    schema: String,
}

#[derive(Deserialize)]
struct ReportText {
    as_of: String,
    verdict: VerdictText,
    findings: Vec<Sighting>,
    checks: Vec<CheckText>,
}

#[derive(Deserialize)]
struct VerdictText {
    state: VerdictState,
}

#[derive(Deserialize)]
struct CheckText {
    control: ControlId,
    rule: String,
    state: State,
}

impl Recorded {
    /// What is kept in mind of the bytes of a run.
    ///
    /// # Errors
    /// Why they are none, a fragment.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, String> {
        let text: RunText = serde_json::from_slice(bytes).map_err(|error| error.to_string())?;
        if text.schema != SCHEMA {
            return Err(format!("its schema is `{}`", text.schema.escape_default()));
        }
        let as_of = text.report.as_of.parse().map_err(|_| "its day of judgement is no day".to_owned())?;
        let checks = text.report.checks.into_iter();
        let conforming = checks
            .filter(|check| matches!(check.state, State::Conformity | State::Opportunity))
            .map(|check| (check.control, check.rule))
            .collect();
        Ok(Self {
            before: text.before,
            as_of,
            verdict: text.report.verdict.state,
            findings: text.report.findings,
            conforming,
        })
    }
}
