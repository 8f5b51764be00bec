//! The difference for people.

use super::{Because, Change, Decided, Diff, Kind};
use crate::finding::{State, count};
use crate::snippet::visible;
use std::fmt::Write as _;

/// Exceptions shown of one finding; the JSON has all of them.
const SUBJECTS_SHOWN: usize = 8;

/// The difference as text.
pub fn render(diff: &Diff) -> String {
    let mut text = format!(
        "{} to {}: {} new, {} changed, {} gone, {} unchanged\n",
        diff.from, diff.to, diff.new, diff.changed, diff.gone, diff.unchanged
    );
    for change in &diff.changes {
        text += &of_change(change);
    }
    if diff.became_incomplete {
        text += "\nthe scan is incomplete, and was not before\n";
    }
    text
}

fn of_change(change: &Change) -> String {
    let mut text = format!(
        "\n{}[{}] {} · {}\n  {}\n",
        heading(change),
        visible(&change.rule),
        change.control,
        visible(&change.finding),
        visible(&change.statement)
    );
    if change.kind == Kind::Gone && !matches!(change.check, Some(State::Conformity)) {
        let now = change
            .check
            .map_or("there is no such check any more".to_owned(), |state| format!("its check is {state}"));
        let _ = writeln!(text, "  not seen to conform: {now}");
    }
    if let Some(because) = &change.because {
        let _ = writeln!(text, "  because {}", of_because(because));
    }
    for one in change.subjects.iter().take(SUBJECTS_SHOWN) {
        let sign = if one.kind == Kind::New { '+' } else { '-' };
        let _ = write!(text, "  {sign} {}", visible(&one.subject));
        if change.because.as_ref() != Some(&one.because) {
            let _ = write!(text, ": {}", of_because(&one.because));
        }
        text.push('\n');
    }
    if change.subjects.len() > SUBJECTS_SHOWN {
        let _ = writeln!(text, "  and {}", count(change.subjects.len() - SUBJECTS_SHOWN, "more exception"));
    }
    text
}

fn heading(change: &Change) -> String {
    match (change.kind, change.was, change.is) {
        (Kind::New, _, Some(is)) => format!("new {is}"),
        (Kind::Gone, Some(was), _) => format!("gone {was}"),
        (_, Some(was), Some(is)) if was != is => format!("{was} became {is}"),
        (_, _, is) => format!("changed {}", is.map_or_else(String::new, |is| is.to_string())),
    }
}

fn of_because(because: &Because) -> String {
    let says: Vec<String> = because.causes.iter().map(|cause| visible(&cause.says)).collect();
    match because.decided {
        Decided::ByJudgingAgain => says.join(", together with: "),
        Decided::OnlyDifference => format!("{} (nothing else that is recorded differs)", says.join(", ")),
        Decided::Open if says.len() > 1 => format!("of one of these, or several: {}", says.join("; ")),
        Decided::Open => says.join(", "),
    }
}
