//! What recorded runs show over time: grades, and how long findings stay open.

use super::chain::Chain;
use super::run::Sighting;
use crate::control_id::ControlId;
use crate::grade::Past;
use crate::report::{TrendPoint, drawing};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::BTreeMap;

/// The number of the format.
const SCHEMA: &str = "preaudit-history/1";

/// What recorded runs show over time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Trend {
    /// `preaudit-history/1`.
    pub schema: String,
    /// The runs, oldest first.
    pub runs: Vec<TrendPoint>,
    /// When nonconformities were opened and closed, by the day they were first seen.
    pub findings: Vec<Closing>,
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
        Self { schema: SCHEMA.to_owned(), runs: chain.points(), findings }
    }

    /// The trend as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of a trend can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// Majors and minors over the runs as a drawing, as [`drawing`].
    pub fn svg(&self) -> String {
        drawing(&self.runs)
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
