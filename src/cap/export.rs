//! A plan as Markdown and CSV, for those who keep it elsewhere.

use super::action::{Action, CapFile, Outcome, Words, on, said};
use crate::finding::count;
use crate::snippet::visible;
use crate::toml_text;
use jiff::civil::Date;
use std::fmt::Write as _;

/// What stands in a cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Cell {
    /// Words of people or of a report; never a formula.
    Text(String),
    /// A day.
    Day(Date),
}

/// The columns of every export, with the width of each in characters.
pub(super) const COLUMNS: &[(&str, u16)] = &[
    ("Finding", 14),
    ("Rule", 28),
    ("Requirement", 18),
    ("Grade", 8),
    ("Statement", 48),
    ("Raised", 12),
    ("Correction", 36),
    ("Root cause", 36),
    ("Method", 18),
    ("Similar cases", 28),
    ("Consequences", 28),
    ("Corrective action", 36),
    ("Deliverable", 28),
    ("Owner", 18),
    ("Due", 12),
    ("Done", 12),
    ("Verification", 28),
    ("Effectiveness criterion", 28),
    ("Effectiveness due", 12),
    ("Status", 12),
    ("Closed on", 12),
    ("Last verified", 12),
    ("Result", 40),
    ("Evidence", 24),
];

/// The cells of an action, in the order of the columns.
pub(super) fn cells(action: &Action) -> Vec<Cell> {
    let words = |words: &Words| Cell::Text(visible_lines(said(words).unwrap_or_default()));
    let text = |text: &str| Cell::Text(visible_lines(text));
    let date = |date: Option<Date>| date.map_or_else(|| Cell::Text(String::new()), Cell::Day);
    let last = action.record.last();
    let closed = last.filter(|record| record.result == Outcome::Closed);
    let day_of =
        |record: Option<&super::Record>| record.and_then(|record| toml_text::day(record.on.get_ref()));
    vec![
        text(action.finding.get_ref()),
        text(action.rule.get_ref()),
        text(&action.requirement()),
        text(&action.grade.get_ref().to_string()),
        text(action.statement.get_ref()),
        Cell::Day(action.raised_on()),
        words(&action.correction),
        words(&action.root_cause),
        words(&action.method),
        words(&action.similar_cases),
        words(&action.consequences),
        words(&action.corrective_action),
        words(&action.deliverable),
        words(&action.owner),
        date(on(&action.due)),
        date(on(&action.done)),
        words(&action.verification),
        words(&action.effectiveness_criterion),
        date(on(&action.effectiveness_due)),
        text(action.status.get_ref().name()),
        date(day_of(closed)),
        date(day_of(last)),
        text(last.map_or("", |record| &record.why)),
        text(last.map_or("", |record| &record.evidence)),
    ]
}

/// Control characters shown, line ends kept.
fn visible_lines(text: &str) -> String {
    text.lines().map(visible).collect::<Vec<_>>().join("\n")
}

impl Cell {
    fn shown(&self) -> String {
        match self {
            Self::Text(text) => text.clone(),
            Self::Day(day) => day.to_string(),
        }
    }
}

/// The plan as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe
/// before it.
pub fn csv(file: &CapFile) -> String {
    let header: Vec<String> = COLUMNS.iter().map(|(name, _)| (*name).to_owned()).collect();
    let rows = file.actions.iter().map(|action| cells(action).iter().map(Cell::shown).collect());
    let lines = std::iter::once(header).chain(rows).map(|row: Vec<String>| csv_row(&row));
    lines.collect()
}

fn csv_row(cells: &[String]) -> String {
    let cells: Vec<String> = cells.iter().map(|cell| csv_cell(&unarmed(cell))).collect();
    cells.join(",") + "\r\n"
}

fn csv_cell(text: &str) -> String {
    if text.contains(['"', ',', '\n', '\r', ';', '\t']) {
        format!("\"{}\"", text.replace('"', "\"\""))
    } else {
        text.to_owned()
    }
}

/// A text that no spreadsheet runs. Some also take the full-width signs for formulas.
fn unarmed(text: &str) -> String {
    match text.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
        true => format!("'{text}"),
        false => text.to_owned(),
    }
}

/// The plan as Markdown: a table of all actions, and each in full.
pub fn markdown(file: &CapFile) -> String {
    let head = &file.head;
    let as_of = toml_text::day(head.as_of.get_ref()).unwrap_or_default();
    let whose = if head.organization.is_empty() { "" } else { " of " };
    let mut text = format!("# Corrective action plan{whose}{}\n\n", inline(&head.organization));
    // Writing to a text does not fail.
    let _ = writeln!(
        text,
        "{} on {} of {as_of} (ISO/IEC 27001:2022, 10.2).\n",
        count(file.actions.len(), "action"),
        inline(&head.stage)
    );
    text += "| Finding | Requirement | Grade | What is wrong | Owner | Due | Status |\n|---|---|---|---|---|---|---|\n";
    for action in &file.actions {
        let due = on(&action.due).map_or_else(String::new, |due| due.to_string());
        let cells = [
            action.finding.get_ref().as_str(),
            &action.requirement(),
            &action.grade.get_ref().to_string(),
            action.statement.get_ref(),
            said(&action.owner).unwrap_or_default(),
            &due,
            action.status.get_ref().name(),
        ];
        let cells: Vec<String> = cells.iter().map(|cell| inline(cell)).collect();
        let _ = writeln!(text, "| {} |", cells.join(" | "));
    }
    file.actions.iter().for_each(|action| section(&mut text, action));
    text
}

/// One action in full; what is empty shows as a gap to be filled.
fn section(text: &mut String, action: &Action) {
    let _ = write!(text, "\n## {} · {}\n\n", inline(action.finding.get_ref()), inline(&action.requirement()));
    for ((name, _), cell) in COLUMNS.iter().zip(cells(action)).skip(1) {
        let shown = inline(&cell.shown());
        let shown = if shown.is_empty() { "-" } else { &shown };
        let _ = writeln!(text, "- **{name}**: {shown}");
    }
}

/// A text on one line that Markdown takes for nothing else.
fn inline(text: &str) -> String {
    let mut shown = String::new();
    for c in visible(&text.split_whitespace().collect::<Vec<_>>().join(" ")).chars() {
        match c {
            '<' => shown.push_str("&lt;"),
            '&' => shown.push_str("&amp;"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => shown.extend(['\\', c]),
            _ => shown.push(c),
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_text_is_a_formula() {
        for text in ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1"] {
            assert_eq!(unarmed(text), format!("'{text}"));
        }
        assert_eq!(unarmed("2=2"), "2=2");
        assert_eq!(csv_row(&["=cmd|'/c calc'!A0,1".to_owned()]), "\"'=cmd|'/c calc'!A0,1\"\r\n");
        assert_eq!(csv_cell("say \"so\""), "\"say \"\"so\"\"\"");
    }

    #[test]
    fn markdown_holds_texts_that_mean_something_to_it() {
        assert_eq!(inline("a|b\n<script> [x](y)"), "a\\|b &lt;script> \\[x\\](y)");
    }
}
