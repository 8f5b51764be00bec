//! The forecast as text.

use super::{Cause, Change, Forecast, Standing, What};
use crate::finding::{State, count};
use crate::snippet::visible;
use std::fmt::Write as _;

/// Causes of one change that the text shows; the JSON has more.
const CAUSES: usize = 4;

/// The forecast for people, by week.
pub fn render(forecast: &Forecast) -> String {
    let mut text = String::new();
    let organization = forecast.organization.as_deref().unwrap_or("(no organization named)");
    let logs = match forecast.readings {
        0 => "no logs".to_owned(),
        1 => "logs read once".to_owned(),
        readings => format!("logs read {readings} times, because on other days other records count"),
    };
    let _ = writeln!(
        text,
        "Forecast · {} · {} · {} to {} · profile {}\n{} judged, {logs}. Evidence stays as it is; nothing is mended or added.\n",
        visible(organization),
        forecast.stage,
        forecast.first.day,
        forecast.last.day,
        forecast.profile,
        count(forecast.days, "day"),
    );
    standing(&mut text, &forecast.first);
    for week in &forecast.weeks {
        let _ = writeln!(text, "\nweek of {}", week.monday);
        week.changes.iter().for_each(|one| change(&mut text, one));
    }
    if forecast.weeks.is_empty() {
        let _ = writeln!(text, "\nnothing changes");
    }
    text.push('\n');
    standing(&mut text, &forecast.last);
    text
}

fn standing(text: &mut String, standing: &Standing) {
    let totals = State::ALL.iter().map(|state| (state, standing.totals.get(*state)));
    let totals: Vec<String> =
        totals.filter(|(_, number)| *number > 0).map(|(state, number)| format!("{number} {state}")).collect();
    let verdict = standing.verdict.name().to_uppercase();
    let _ = writeln!(text, "{}  {verdict}  of checks: {}", standing.day, totals.join(", "));
}

fn change(text: &mut String, change: &Change) {
    let from = change.from.as_deref().unwrap_or_default();
    let to = change.to.as_deref().unwrap_or_default();
    let what = match change.what {
        What::Verdict => format!("verdict {} becomes {}", from.to_uppercase(), to.to_uppercase()),
        What::New => format!("new {to}"),
        What::Graded => format!("{from} becomes {to}"),
        What::More => format!("{to}, more exceptions"),
        What::Fewer => format!("{to}, fewer exceptions"),
        What::Gone => format!("{from} is gone"),
        What::Withheld => format!("{from} withheld"),
        What::Regained => "conformity again".to_owned(),
    };
    let rule = change.rule.as_ref().map(|rule| format!(" [{rule}]")).unwrap_or_default();
    let control = change.control.map(|control| format!(" {}", control.as_requirement())).unwrap_or_default();
    let statement = visible(&change.statement);
    let _ = writeln!(text, "  {}  {what}{rule}{control}: {statement}", change.day);
    let shown = change.because.iter().take(CAUSES);
    shown.for_each(|one| cause(text, one, &change.statement));
    if change.because.len() > CAUSES {
        let _ = writeln!(text, "              … and {} more", change.because.len() - CAUSES);
    }
}

fn cause(text: &mut String, cause: &Cause, said: &str) {
    let because = if cause.text == said { String::new() } else { visible(&cause.text) };
    let place = cause.place.as_ref().map(|place| {
        let stands =
            if place.text.is_empty() { String::new() } else { format!(" `{}`", visible(&place.text)) };
        format!("{}{stands}", visible(&place.to_string()))
    });
    let parts: Vec<String> = place.into_iter().chain([because]).filter(|part| !part.is_empty()).collect();
    if !parts.is_empty() {
        let _ = writeln!(text, "              because of {}", parts.join(": "));
    }
}
