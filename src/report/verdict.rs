//! What a report comes to: the verdict, and how the program ends.

use super::Report;
use super::reason::{Reason, reasons};
use crate::finding::State;
use crate::pack::Profile;
use crate::vocabulary::{Language, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a certificate could be granted on what was seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Verdict {
    /// The verdict.
    pub state: VerdictState,
    /// Why, one sentence each, what blocks first.
    pub because: Vec<String>,
    /// The same as numbers, in the same order; empty in reports of versions that did not tell them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<Reason>,
    /// True when the scan is incomplete, so that nothing green can be said.
    pub incomplete: bool,
}

/// The four verdicts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum VerdictState {
    /// A major is open: no certificate until it is closed and verified.
    Blocked,
    /// Minors are open: a certificate once the plan against them is accepted.
    Conditional,
    /// Nothing stands against it.
    Ready,
    /// Too much was not seen.
    #[default]
    CannotSay,
}

/// From which grade on a finding makes the program end with 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FailOn {
    /// Majors only.
    Major,
    /// Minors and majors.
    #[default]
    Minor,
    /// Opportunities too.
    Opportunity,
}

/// How the program ends, the same for every format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// 0: no finding at or above the grade that fails.
    Clean,
    /// 1: findings at or above it.
    Findings,
    /// 2: the command, the configuration or a rule is wrong.
    Usage,
    /// 3: nothing failed, and the scan is incomplete.
    Incomplete,
}

impl Exit {
    /// The number.
    pub fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Incomplete => 3,
        }
    }
}

impl VerdictState {
    /// The verdict as reports say it.
    pub fn name(self) -> &'static str {
        self.said(Language::En)
    }

    /// The verdict in a language.
    pub fn said(self, language: Language) -> &'static str {
        language.say(match self {
            Self::Blocked => Word::Blocked,
            Self::Conditional => Word::Conditional,
            Self::Ready => Word::Ready,
            Self::CannotSay => Word::CannotSay,
        })
    }
}

impl Verdict {
    /// The verdict on a report under a profile.
    pub(super) fn of(report: &Report, profile: &Profile) -> Self {
        let reasons = reasons(report, profile);
        let incomplete = reasons.iter().any(|reason| reason.is_gap());
        let has = |grade: fn(&Reason) -> bool| reasons.iter().any(grade);
        let state = match () {
            () if has(Reason::is_major) => VerdictState::Blocked,
            () if incomplete => VerdictState::CannotSay,
            () if has(Reason::is_minor) => VerdictState::Conditional,
            () => VerdictState::Ready,
        };
        let because = reasons.iter().map(|reason| reason.said(Language::En)).collect();
        Self { state, because, reasons, incomplete }
    }

    /// Why, in a language; as it was written where only sentences were kept.
    pub fn because(&self, language: Language) -> Vec<String> {
        match self.reasons.is_empty() {
            true => self.because.clone(),
            false => self.reasons.iter().map(|reason| reason.said(language)).collect(),
        }
    }
}

impl Report {
    /// How the program ends on this report.
    pub fn exit(&self, fail_on: FailOn) -> Exit {
        let fails = |state: State| match fail_on {
            FailOn::Major => state == State::Major,
            FailOn::Minor => state.is_nonconformity(),
            FailOn::Opportunity => state.is_nonconformity() || state == State::Opportunity,
        };
        if self.findings.iter().any(|finding| fails(finding.state)) {
            Exit::Findings
        } else if self.verdict.incomplete {
            Exit::Incomplete
        } else {
            Exit::Clean
        }
    }
}
