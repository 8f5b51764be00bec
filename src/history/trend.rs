//! What recorded runs show over time: grades, and how long findings stay open.

use super::chain::{Chain, Link};
use super::run::Sighting;
use crate::control_id::ControlId;
use crate::finding::State;
use crate::grade::Past;
use crate::report::VerdictState;
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The number of the format.
const SCHEMA: &str = "preaudit-history/1";

/// What recorded runs show over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// `preaudit-history/1`.
    pub schema: String,
    /// The runs, oldest first.
    pub runs: Vec<Point>,
    /// When nonconformities were opened and closed, by the day they were first seen.
    pub findings: Vec<Closing>,
}

/// A run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Point {
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
    /// SHA-256 of its file.
    pub digest: String,
    /// Name of its file.
    pub file: String,
}

/// A stretch of days in which a nonconformity was open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Closing {
    /// Id of the finding.
    pub finding: String,
    /// The rule.
    pub rule: String,
    /// The control.
    pub control: ControlId,
    /// What is wrong in general.
    pub title: String,
    /// The first day on which it was seen.
    pub from: String,
    /// The first day on which it was seen to conform; none while it is open.
    pub closed: Option<String>,
    /// Days from the one to the other, or to the newest run.
    pub days: i32,
}

impl Trend {
    /// The trend of a chain of runs.
    pub fn of(chain: &Chain) -> Self {
        let past = chain.past();
        let mut known: BTreeMap<&str, &Sighting> = BTreeMap::new();
        for finding in chain.links.iter().flat_map(|link| &link.recorded.findings) {
            known.insert(&finding.id, finding);
        }
        let newest = chain.links.iter().map(|link| link.recorded.as_of).max();
        let mut findings: Vec<Closing> = newest
            .into_iter()
            .flat_map(|newest| {
                known.values().flat_map(|finding| closings(finding, &past, newest)).collect::<Vec<_>>()
            })
            .collect();
        findings.sort_by(|a, b| (&a.from, a.control, &a.rule).cmp(&(&b.from, b.control, &b.rule)));
        Self { schema: SCHEMA.to_owned(), runs: chain.links.iter().map(point).collect(), findings }
    }

    /// The trend as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of a trend can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// Majors and minors over the runs as a drawing, to stand within a page; it needs no script and no
    /// other file. Empty of fewer than two runs.
    pub fn svg(&self) -> String {
        const WIDTH: usize = 600;
        const HEIGHT: usize = 120;
        let Some(gaps) = self.runs.len().checked_sub(1).filter(|gaps| *gaps > 0) else {
            return String::new();
        };
        let most = self.runs.iter().map(|run| run.major.max(run.minor)).max().unwrap_or(0).max(1);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-4 -4 {} {}\" role=\"img\">\n<title>Majors and minors, {} to {}; at most {most}</title>\n",
            WIDTH + 8,
            HEIGHT + 8,
            self.runs[0].as_of,
            self.runs[gaps].as_of
        );
        for (color, of) in [("#b3261e", Point::majors as fn(&Point) -> usize), ("#b26a00", Point::minors)] {
            let at = |(number, run): (usize, &Point)| {
                format!("{},{}", number * WIDTH / gaps, HEIGHT - of(run) * HEIGHT / most)
            };
            let points: Vec<String> = self.runs.iter().enumerate().map(at).collect();
            let _ = writeln!(
                svg,
                "<polyline fill=\"none\" stroke=\"{color}\" stroke-width=\"2\" points=\"{}\"/>",
                points.join(" ")
            );
        }
        svg + "</svg>\n"
    }
}

impl Point {
    fn majors(&self) -> usize {
        self.major
    }

    fn minors(&self) -> usize {
        self.minor
    }
}

fn point(link: &Link) -> Point {
    let of = |state: State, is_contained: bool| {
        let same = |one: &&Sighting| one.state == state && one.contained_in.is_some() == is_contained;
        link.recorded.findings.iter().filter(same).count()
    };
    Point {
        as_of: link.recorded.as_of.to_string(),
        verdict: link.recorded.verdict,
        major: of(State::Major, false),
        minor: of(State::Minor, false),
        contained: of(State::Minor, true),
        opportunity: of(State::Opportunity, false),
        waived: of(State::Waived, false),
        digest: link.digest.clone(),
        file: link.file.clone(),
    }
}

fn closings(finding: &Sighting, past: &Past, newest: Date) -> Vec<Closing> {
    let behind = newest.tomorrow().unwrap_or(newest);
    let episodes = past.episodes(&finding.id, finding.control, &finding.rule, behind).into_iter();
    let closing = |episode: crate::grade::Episode| Closing {
        finding: finding.id.clone(),
        rule: finding.rule.clone(),
        control: finding.control,
        title: finding.title.clone(),
        from: episode.from.to_string(),
        closed: episode.closed.map(|day| day.to_string()),
        days: (episode.closed.unwrap_or(newest) - episode.from).get_days(),
    };
    episodes.map(closing).collect()
}
