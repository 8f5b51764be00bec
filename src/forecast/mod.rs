//! The forecast: what changes until a day, if nobody does anything.
//!
//! Rules may reckon with the day of judgement in any way, so no day can be left out for sure: every
//! day of the span is judged. That stays cheap because packs and evidence are read once, logs only
//! again where other records count, and rules that do not ask for the day are asked once (see
//! [`Inspection`]). Evidence stays as it is read on the first day.

mod changes;
mod text;

pub use changes::{Cause, Change, What};
pub use text::render;

use crate::audit::{self, Heard, Inspection, Request};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::report::{Report, Totals, VerdictState};
use crate::world::World;
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Serialize;

/// The number of the format.
pub const SCHEMA: &str = "preaudit-forecast/1";
/// The days that a forecast goes through at most: a cycle of three years.
pub const MOST_DAYS: i32 = 1_096;

/// What changes until a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Forecast {
    /// `preaudit-forecast/1`.
    pub schema: String,
    /// Name of the organization.
    pub organization: Option<String>,
    /// The audit that is prepared.
    pub stage: String,
    /// How strictly it was graded.
    pub profile: String,
    /// How it stands on the first day.
    pub first: Standing,
    /// How it stands on the last.
    pub last: Standing,
    /// Days that were judged, with the first: all of the span.
    pub days: usize,
    /// How often the logs were read.
    pub readings: usize,
    /// The weeks in which something changes.
    pub weeks: Vec<Week>,
}

/// How things stand on a day.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Standing {
    /// The day.
    pub day: String,
    /// The verdict.
    pub verdict: VerdictState,
    /// Number of checks in each state.
    pub totals: Totals,
}

/// A week with what changes in it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Week {
    /// Its Monday.
    pub monday: String,
    /// What changes, day by day.
    pub changes: Vec<Change>,
}

/// Judges the evidence on every day until this one, and tells what changes.
///
/// # Errors
/// As [`audit::audit`]; when the day lies before the day of judgement, or too far ahead.
pub fn forecast(request: &Request, until: Date, world: &dyn World) -> Result<Forecast, Vec<Diagnostic>> {
    audit::in_threads(request.jobs, || {
        let mut inspection = Inspection::open(request, world)?;
        check_span(inspection.as_of, until)?;
        go_through(&mut inspection, until)
    })
}

fn check_span(from: Date, until: Date) -> Result<(), Vec<Diagnostic>> {
    let days = (until - from).get_days();
    let wrong = |message: String, help: &str| {
        Err(vec![Diagnostic::error(Code::InvalidWorkspace, message).help(help)])
    };
    match days {
        ..0 => wrong(
            format!("{until} lies before the day of judgement, {from}"),
            "give a later day with --until, or an earlier one with --as-of",
        ),
        days if days > MOST_DAYS => wrong(
            format!("{until} is {days} days after {from}; a forecast goes {MOST_DAYS} days ahead at most"),
            "give an earlier day with --until",
        ),
        _ => Ok(()),
    }
}

fn go_through(inspection: &mut Inspection<'_>, until: Date) -> Result<Forecast, Vec<Diagnostic>> {
    let mut day = inspection.as_of;
    let mut heard = inspection.hear(day, None)?;
    let mut report = inspection.report(&heard, &heard.outcomes);
    let first = Standing::of(&report);
    let (mut days, mut readings, mut weeks) = (1, 1, Vec::new());
    while day < until {
        day = day.saturating_add(1.day());
        let next: Heard = inspection.hear(day, Some(&heard))?;
        readings += usize::from(!next.shares_logs_with(&heard));
        let later = inspection.report(&next, &next.outcomes);
        note(&mut weeks, day, changes::between(&report, &later));
        (heard, report, days) = (next, later, days + 1);
    }
    Ok(Forecast {
        schema: SCHEMA.to_owned(),
        organization: report.organization.clone(),
        stage: report.stage.clone(),
        profile: report.profile.clone(),
        first,
        last: Standing::of(&report),
        days,
        readings: if inspection.evidence.logs.is_empty() { 0 } else { readings },
        weeks,
    })
}

/// Adds changes to the week of their day.
fn note(weeks: &mut Vec<Week>, day: Date, changes: Vec<Change>) {
    if changes.is_empty() {
        return;
    }
    let monday = day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days()).to_string();
    match weeks.last_mut().filter(|week| week.monday == monday) {
        Some(week) => week.changes.extend(changes),
        None => weeks.push(Week { monday, changes }),
    }
}

impl Standing {
    fn of(report: &Report) -> Self {
        Self { day: report.as_of.clone(), verdict: report.verdict.state, totals: report.totals }
    }
}

impl Forecast {
    /// The forecast as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice: every part of it can be written.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }
}
