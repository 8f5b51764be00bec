//! Why a verdict is what it is, in numbers, and the sentences for them.

use super::Report;
use crate::code::Code;
use crate::finding::{Severity, State};
use crate::pack::Profile;
use crate::stage::Stage;
use crate::vocabulary::{Counted, Language, Word};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A reason of a verdict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Reason {
    /// So many majors must be closed before a certificate.
    OpenMajors(usize),
    /// So many minors need an accepted plan.
    OpenMinors(usize),
    /// So many areas of concern would be majors at Stage 2.
    MajorsAtStage2(usize),
    /// So many areas of concern would be minors at Stage 2.
    MinorsAtStage2(usize),
    /// So many checks failed.
    FailedChecks(usize),
    /// So many errors with the evidence.
    Errors(usize),
    /// More clauses and controls were not evaluated than the profile allows.
    Unevaluated {
        /// So many were not.
        number: usize,
        /// Of so many that apply and are looked at.
        of: usize,
        /// The share of them that the profile allows, in percent.
        allowed: u32,
    },
    /// Nothing that was seen stands against a certificate.
    NothingAgainstCertificate,
    /// Nothing that was seen stands against Stage 2.
    NothingAgainstStage2,
}

/// A reason of a number.
type Counting = fn(usize) -> Reason;

impl Reason {
    /// The reason as a sentence, without a full stop.
    pub fn said(&self, language: Language) -> String {
        let grade = |state| language.state(state);
        match self {
            Self::OpenMajors(number) => language.count(*number, Counted::OpenMajor),
            Self::OpenMinors(number) => language.count(*number, Counted::OpenMinor),
            Self::MajorsAtStage2(number) => {
                language.count_of(*number, Counted::ConcernBeforeStage2, &[&grade(State::Major)])
            }
            Self::MinorsAtStage2(number) => {
                language.count_of(*number, Counted::ConcernBeforeStage2, &[&grade(State::Minor)])
            }
            Self::FailedChecks(number) => language.count(*number, Counted::FailedCheck),
            Self::Errors(number) => language.count(*number, Counted::EvidenceError),
            Self::Unevaluated { number, of, allowed } => {
                language.with(Word::TooManyUnevaluated, &[number, of, allowed])
            }
            Self::NothingAgainstCertificate => language.say(Word::NothingAgainstCertificate).to_owned(),
            Self::NothingAgainstStage2 => language.say(Word::NothingAgainstStage2).to_owned(),
        }
    }

    pub(super) fn is_major(&self) -> bool {
        matches!(self, Self::OpenMajors(_) | Self::MajorsAtStage2(_))
    }

    pub(super) fn is_minor(&self) -> bool {
        matches!(self, Self::OpenMinors(_) | Self::MinorsAtStage2(_))
    }

    /// True when the scan is incomplete for this reason.
    pub(super) fn is_gap(&self) -> bool {
        matches!(self, Self::FailedChecks(_) | Self::Errors(_) | Self::Unevaluated { .. })
    }
}

/// What stands against a certificate, what blocks first; then why the scan is incomplete. Stage 1 says
/// what must be resolved before Stage 2 (ISO/IEC 17021-1:2015, 9.3.1.2.3).
pub(super) fn reasons(report: &Report, profile: &Profile) -> Vec<Reason> {
    let is_stage_1 = report.stage == Stage::Stage1.name();
    let open = |state: State| {
        report.findings.iter().filter(|f| f.state == state && f.contained_in.is_none()).count()
    };
    let (major, minor): (Counting, Counting) = match is_stage_1 {
        true => (Reason::MajorsAtStage2, Reason::MinorsAtStage2),
        false => (Reason::OpenMajors, Reason::OpenMinors),
    };
    let told = [
        (open(State::Major), major),
        (open(State::Minor), minor),
        (report.totals.faulted, Reason::FailedChecks as Counting),
        (errors(report), Reason::Errors),
    ];
    let told = told.into_iter().filter(|(number, _)| *number > 0);
    let mut reasons: Vec<Reason> = told.map(|(number, reason)| reason(number)).collect();
    reasons.extend(unseen(report, profile));
    if reasons.is_empty() {
        reasons.push(if is_stage_1 {
            Reason::NothingAgainstStage2
        } else {
            Reason::NothingAgainstCertificate
        });
    }
    reasons
}

/// Errors with the evidence; those of rules are counted as failed checks.
fn errors(report: &Report) -> usize {
    let broken = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    broken.filter(|one| !matches!(one.code, Code::RuleFailed | Code::OverBudget)).count()
}

/// Clauses and controls on which no check came to a word, when they are too many. Checks are no
/// measure of it: the more rules look at a control, the more of them miss a record of their own.
fn unseen(report: &Report, profile: &Profile) -> Option<Reason> {
    // An audit of a part looks at what it has checks for.
    let is_of_part = report.stage.parse::<Stage>().is_ok_and(Stage::is_of_part);
    let looked_at = || report.controls.iter().filter(|control| !is_of_part || control.checks > 0);
    let of = looked_at().filter(|control| control.state != State::NotApplicable).count();
    let number = looked_at().filter(|control| control.state == State::NotEvaluated).count();
    #[expect(clippy::cast_precision_loss, reason = "a share of counted controls")]
    let share = number as f64 / of.max(1) as f64;
    // Shares are at most 1; what is more or less is cut to what a number holds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a percentage")]
    let allowed = (profile.unevaluated_share * 100.0).round() as u32;
    (share > profile.unevaluated_share || of == 0).then_some(Reason::Unevaluated { number, of, allowed })
}
