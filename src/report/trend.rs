//! What runs found over time, and a drawing of it.

use super::{Report, VerdictState};
use crate::finding::State;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt::Write as _;

/// What a run found, in numbers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrendPoint {
    /// The day of judgement.
    pub as_of: String,
    /// The verdict.
    pub verdict: VerdictState,
    /// Majors.
    pub major: usize,
    /// Minors that no systemic major contains.
    pub minor: usize,
    /// Minors that one contains.
    pub contained: usize,
    /// Opportunities for improvement.
    pub opportunity: usize,
    /// Findings that are waived.
    pub waived: usize,
    /// SHA-256 of its file, where it is recorded.
    pub digest: Option<String>,
    /// Name of its file, where it is recorded.
    pub file: Option<String>,
}

impl TrendPoint {
    /// A run with these findings: the state of each, and whether a systemic major contains it.
    pub fn new(as_of: String, verdict: VerdictState, findings: impl Iterator<Item = (State, bool)>) -> Self {
        let mut point = Self {
            as_of,
            verdict,
            major: 0,
            minor: 0,
            contained: 0,
            opportunity: 0,
            waived: 0,
            digest: None,
            file: None,
        };
        findings.for_each(|(state, is_contained)| match (state, is_contained) {
            (State::Major, _) => point.major += 1,
            (State::Minor, false) => point.minor += 1,
            (State::Minor, true) => point.contained += 1,
            (State::Opportunity, _) => point.opportunity += 1,
            (State::Waived, _) => point.waived += 1,
            _ => {}
        });
        point
    }
}

impl Report {
    /// The report behind the runs before it.
    #[must_use]
    pub fn after(mut self, runs: Vec<TrendPoint>) -> Self {
        let findings = self.findings.iter().map(|one| (one.state, one.contained_in.is_some()));
        let own = TrendPoint::new(self.as_of.clone(), self.verdict.state, findings);
        self.trend = runs;
        self.trend.push(own);
        self
    }
}

/// Majors and minors over the runs as a drawing, to stand within a page; it needs no script and no
/// other file. Empty of fewer than two runs.
pub fn drawing(runs: &[TrendPoint]) -> String {
    const WIDTH: usize = 600;
    const HEIGHT: usize = 120;
    let Some(gaps) = runs.len().checked_sub(1).filter(|gaps| *gaps > 0) else {
        return String::new();
    };
    let most = runs.iter().map(|run| run.major.max(run.minor)).max().unwrap_or(0).max(1);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 {} {}\" role=\"img\">\n<title>Majors and minors, {} to {}; at most {most}</title>\n",
        WIDTH + 8,
        HEIGHT + 8,
        runs[0].as_of,
        runs[gaps].as_of
    );
    let majors: fn(&TrendPoint) -> usize = |run| run.major;
    let minors: fn(&TrendPoint) -> usize = |run| run.minor;
    for (color, of) in [("#b3261e", majors), ("#b26a00", minors)] {
        let at = |(number, run): (usize, &TrendPoint)| {
            format!("{},{}", number * WIDTH / gaps, HEIGHT - of(run) * HEIGHT / most)
        };
        let points: Vec<String> = runs.iter().enumerate().map(at).collect();
        // Writing to a text does not fail.
        let _ = writeln!(
            svg,
            "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{}\"/>",
            points.join(" ")
        );
    }
    svg + "</svg>\n"
}
