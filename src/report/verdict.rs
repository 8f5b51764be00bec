//! What a report comes to: the verdict, and how the program ends.

use super::Report;
use super::text::areas_of_concern;
use crate::code::Code;
use crate::finding::{Severity, State, count};
use crate::pack::Profile;
use crate::stage::Stage;
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
        match self {
            Self::Blocked => "blocked",
            Self::Conditional => "conditional",
            Self::Ready => "ready",
            Self::CannotSay => "cannot say",
        }
    }
}

impl Verdict {
    /// The verdict on a report under a profile.
    pub(super) fn of(report: &Report, profile: &Profile) -> Self {
        let gaps = gaps(report, profile);
        let open = |state: State| {
            report.findings.iter().filter(|f| f.state == state && f.contained_in.is_none()).count()
        };
        let (majors, minors) = (open(State::Major), open(State::Minor));
        let state = match (majors, minors) {
            (1.., _) => VerdictState::Blocked,
            _ if !gaps.is_empty() => VerdictState::CannotSay,
            (0, 1..) => VerdictState::Conditional,
            (0, 0) => VerdictState::Ready,
        };
        let is_stage_1 = report.stage == Stage::Stage1.name();
        let mut because = if is_stage_1 { concerns(majors, minors) } else { open_points(majors, minors) };
        let incomplete = !gaps.is_empty();
        because.extend(gaps);
        if because.is_empty() {
            let goal = if is_stage_1 { "Stage 2" } else { "a certificate" };
            because.push(format!("nothing that was seen stands against {goal}"));
        }
        Self { state, because, incomplete }
    }
}

fn open_points(majors: usize, minors: usize) -> Vec<String> {
    let mut because = Vec::new();
    if majors > 0 {
        because.push(format!("{} must be closed before a certificate", nonconformities(majors, "major")));
    }
    if minors > 0 {
        let need = if minors == 1 { "needs" } else { "need" };
        because.push(format!("{} {need} an accepted plan", nonconformities(minors, "minor")));
    }
    because
}

/// Stage 1 says what must be resolved before Stage 2 (ISO/IEC 17021-1:2015, 9.3.1.2.3).
fn concerns(majors: usize, minors: usize) -> Vec<String> {
    let of = |(number, grade): (usize, &str)| {
        (number > 0)
            .then(|| format!("{} would be {grade} at Stage 2: resolve before it", areas_of_concern(number)))
    };
    [(majors, "major"), (minors, "minor")].into_iter().filter_map(of).collect()
}

fn nonconformities(number: usize, grade: &str) -> String {
    count(number, &format!("{grade} nonconformity"))
}

/// Why the scan is incomplete.
fn gaps(report: &Report, profile: &Profile) -> Vec<String> {
    let mut gaps = Vec::new();
    let faulted = report.totals.faulted;
    if faulted > 0 {
        gaps.push(format!("{} failed", count(faulted, "check")));
    }
    let broken = report.diagnostics.iter().filter(|one| one.severity == Severity::Error);
    let broken = broken.filter(|one| !matches!(one.code, Code::RuleFailed | Code::OverBudget)).count();
    if broken > 0 {
        gaps.push(format!("{} with the evidence", count(broken, "error")));
    }
    gaps.extend(unseen(report, profile));
    gaps
}

/// Clauses and controls on which no check came to a word, when they are too many. Checks are no
/// measure of it: the more rules look at a control, the more of them miss a record of their own.
fn unseen(report: &Report, profile: &Profile) -> Option<String> {
    // An audit of a part looks at what it has checks for.
    let is_of_part = report.stage.parse::<Stage>().is_ok_and(Stage::is_of_part);
    let looked_at = || report.controls.iter().filter(|control| !is_of_part || control.checks > 0);
    let applicable = looked_at().filter(|control| control.state != State::NotApplicable).count();
    let unseen = looked_at().filter(|control| control.state == State::NotEvaluated).count();
    #[expect(clippy::cast_precision_loss, reason = "a share of counted controls")]
    let share = unseen as f64 / applicable.max(1) as f64;
    let allowed = profile.unevaluated_share * 100.0;
    (share > profile.unevaluated_share || applicable == 0).then(|| {
        format!(
            "{unseen} of {applicable} clauses and controls were not evaluated; the profile allows {allowed:.0} %"
        )
    })
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
