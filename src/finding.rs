//! What an audit says, as plain data: states, findings, checks and diagnostics.
//!
//! Everything here goes into the JSON report as it stands, and every other format is made from it.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::place::Place;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// How a check ends. Ordered from best to worst, and what says nothing before what does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// The statement of applicability excludes the control, and the reason holds.
    NotApplicable,
    /// Nothing was seen that would decide; the check says why.
    NotEvaluated,
    /// Evidence was examined and the requirement is met.
    Conformity,
    /// No requirement is missed, and something could be better (ISO/IEC 17021-1, 9.4.5.2).
    Opportunity,
    /// A nonconformity that someone answerable accepted until a date.
    Waived,
    /// The rule failed; nothing is said about the organization.
    Faulted,
    /// A requirement is not met, without effect on the ability of the management system
    /// (ISO/IEC 17021-1, 3.13).
    Minor,
    /// A requirement is not met, and the ability of the management system suffers
    /// (ISO/IEC 17021-1, 3.12).
    Major,
}

impl State {
    /// All states in the order in which totals are printed.
    pub const ALL: [Self; 8] = [
        Self::Major,
        Self::Minor,
        Self::Opportunity,
        Self::Conformity,
        Self::NotApplicable,
        Self::NotEvaluated,
        Self::Waived,
        Self::Faulted,
    ];

    /// The state as reports name it: `not-evaluated`.
    pub fn name(self) -> &'static str {
        match self {
            Self::NotApplicable => "not-applicable",
            Self::NotEvaluated => "not-evaluated",
            Self::Conformity => "conformity",
            Self::Opportunity => "opportunity",
            Self::Waived => "waived",
            Self::Faulted => "faulted",
            Self::Minor => "minor",
            Self::Major => "major",
        }
    }

    /// True for what an auditor writes as a nonconformity.
    pub fn is_nonconformity(self) -> bool {
        matches!(self, Self::Minor | Self::Major)
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What a rule proposes; only the grading room turns it into a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Grade {
    /// Could be better.
    Opportunity,
    /// A lapse.
    Minor,
    /// A required record is absent, or a process has broken down.
    Major,
}

impl From<Grade> for State {
    fn from(grade: Grade) -> Self {
        match grade {
            Grade::Opportunity => Self::Opportunity,
            Grade::Minor => Self::Minor,
            Grade::Major => Self::Major,
        }
    }
}

impl fmt::Display for Grade {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        State::from(*self).fmt(f)
    }
}

/// What a limit or grade rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// A requirement of the standard, in our words.
    Requirement,
    /// What certification bodies commonly do.
    Practice,
    /// Our judgement.
    Judgement,
}

impl fmt::Display for Basis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Requirement => "requirement",
            Self::Practice => "practice",
            Self::Judgement => "judgement",
        })
    }
}

/// A graded result, as an auditor would write it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Finding {
    /// Fingerprint of control, rule and subject; it survives moved lines and renamed files.
    pub id: String,
    /// The grade that stands.
    pub state: State,
    /// The rule that saw it.
    pub rule: String,
    /// The clause or control it is first written against.
    pub control: ControlId,
    /// Every requirement it is written against, as `7.2` or `6.1.3 d / A.6.3`.
    pub requirements: Vec<String>,
    /// What is wrong in general, a lower-case fragment.
    pub title: String,
    /// What is wrong here, one sentence.
    pub statement: String,
    /// Records or subjects that do not meet the requirement.
    pub exceptions: usize,
    /// Records or subjects that were examined and could be decided.
    pub population: usize,
    /// Records that could not be decided; in neither of the two.
    pub undecidable: usize,
    /// Objective evidence: where each exception stands, at most 1,000 places.
    pub places: Vec<Place>,
    /// The exceptions one by one, at most 1,000.
    pub observations: Vec<Observed>,
    /// How the grade came about, one sentence a step.
    pub derivation: Vec<String>,
    /// What the rule's requirement rests on.
    pub basis: Basis,
    /// What to do; kept apart from the finding, which an auditor may not mix with advice.
    pub help: String,
    /// The question an auditor would ask next.
    pub ask: Option<String>,
    /// Ids of minor findings that this systemic major contains.
    pub contains: Vec<String>,
    /// Id of the systemic major that contains this finding.
    pub contained_in: Option<String>,
    /// The grade that a person overruled, when one did.
    pub overruled: Option<State>,
    /// The pack and its version.
    pub pack: String,
    /// Files the rule looked at, with the digest of what was seen.
    pub evidence: Vec<Exhibit>,
}

/// One exception within a finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Observed {
    /// Fingerprint of rule and subject.
    pub id: String,
    /// What it is about: a person, a document, a risk.
    pub subject: String,
    /// Who owns it, where the evidence says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What is wrong with it.
    pub statement: String,
    /// Indexes into the places of the finding.
    pub places: Vec<usize>,
}

/// A file as it was when a rule looked at it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Exhibit {
    /// Path relative to the scanned folder.
    pub file: String,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

/// One control looked at by one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Clause or control.
    pub control: ControlId,
    /// The rule.
    pub rule: String,
    /// How it ended.
    pub state: State,
    /// Why it was not evaluated, does not apply, is waived or failed; of an opportunity, what keeps the
    /// rule from concluding that all else conforms; of a conformity, what of the rule saw nothing.
    pub reason: Option<String>,
    /// Records the rule touched.
    pub records: usize,
    /// Records that could not be decided.
    pub undecidable: usize,
    /// Ids of the findings behind the state.
    pub findings: Vec<String>,
}

/// How much a diagnostic matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Good to know.
    Note,
    /// Something was set aside or could not be used.
    Warning,
    /// The scan is incomplete or could not go on.
    Error,
}

/// A message about the tool's own work, never about the organization.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Diagnostic {
    /// Stable code.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// What happened, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
    /// Where.
    pub places: Vec<Place>,
}

impl Diagnostic {
    /// An error of this code.
    pub fn error(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, message)
    }

    /// A warning of this code.
    pub fn warning(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, message)
    }

    /// A note of this code.
    pub fn note(code: Code, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Note, message)
    }

    fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Self { code, severity, message: message.into(), help: None, places: Vec::new() }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same with one more place.
    #[must_use]
    pub fn at(mut self, place: Place) -> Self {
        self.places.push(place);
        self
    }
}

impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(place) = self.places.first() {
            write!(f, "{place}: ")?;
        }
        write!(f, "{}", self.message)
    }
}

/// `1 row`, `3 rows`: a count with its noun.
pub fn count(number: usize, noun: &str) -> String {
    if number == 1 {
        return format!("1 {noun}");
    }
    match noun.strip_suffix('y') {
        _ if noun == "person" => format!("{number} people"),
        Some(stem) if !stem.ends_with(['a', 'e', 'o', 'u']) => format!("{number} {stem}ies"),
        _ => format!("{number} {noun}s"),
    }
}
