//! A plan as Markdown and CSV, for those who keep it elsewhere.

use super::action::{Action, CapFile, Outcome, Words, on, said};
use crate::finding::{Finding, count};
use crate::inert::markdown as inline;
use crate::report::Report;
use crate::spreadsheet::{Cell, Column, Table, Takes};
use crate::toml_text;
use crate::vocabulary::{Language, Word};
use jiff::civil::Date;
use std::fmt::Write as _;

/// The columns of every export, with the width of each in characters.
const COLUMNS: &[(Word, u16)] = &[
    (Word::Finding, 14),
    (Word::Rule, 28),
    (Word::Requirement, 18),
    (Word::Grade, 8),
    (Word::Statement, 48),
    (Word::Raised, 12),
    (Word::Correction, 36),
    (Word::RootCause, 36),
    (Word::Method, 18),
    (Word::SimilarCases, 28),
    (Word::Consequences, 28),
    (Word::CorrectiveAction, 36),
    (Word::Deliverable, 28),
    (Word::Owner, 18),
    (Word::Due, 12),
    (Word::Done, 12),
    (Word::Verification, 28),
    (Word::EffectivenessCriterion, 28),
    (Word::EffectivenessDue, 12),
    (Word::Status, 12),
    (Word::ClosedOn, 12),
    (Word::LastVerified, 12),
    (Word::Outcome, 40),
    (Word::Evidence, 24),
];

fn columns(language: Language) -> Vec<Column> {
    let column = |(word, width): &(Word, u16)| Column {
        title: language.say(*word).to_owned(),
        width: *width,
        takes: takes(*word, language),
    };
    COLUMNS.iter().map(column).collect()
}

fn takes(column: Word, language: Language) -> Takes {
    let words =
        |words: &[Word]| Takes::OneOf(words.iter().map(|word| language.say(*word).to_owned()).collect());
    match column {
        // `closed` is what `cap verify` writes.
        Word::Status => words(&[Word::StatusOpen, Word::StatusInProgress, Word::StatusDone]),
        Word::Method => words(&[Word::FiveWhys, Word::Fishbone, Word::FaultTree, Word::WalkThrough]),
        Word::Due | Word::Done | Word::EffectivenessDue | Word::ClosedOn | Word::LastVerified => {
            Takes::Day(language.say(Word::MustBeDay).to_owned())
        }
        _ => Takes::Anything,
    }
}

/// The plan as a table, a row an action.
pub(super) fn table(file: &CapFile) -> Table {
    Table { columns: columns(Language::En), rows: file.actions.iter().map(cells).collect() }
}

/// A plan to be filled in: a row for each nonconformity of a report, with what the report says of it.
pub fn blank(report: &Report, language: Language) -> Table {
    let open = report.findings.iter().filter(|finding| finding.state.is_nonconformity());
    Table { columns: columns(language), rows: open.map(|one| blank_row(one, report, language)).collect() }
}

fn blank_row(finding: &Finding, report: &Report, language: Language) -> Vec<Cell> {
    let cell = |(column, _): &(Word, u16)| match column {
        Word::Finding => Cell::text(&finding.id),
        Word::Rule => Cell::text(&finding.rule),
        Word::Requirement => Cell::text(&finding.requirements.join(", ")),
        Word::Grade => Cell::State(finding.state, language.state(finding.state).to_owned()),
        Word::Statement => Cell::text(&finding.statement),
        Word::Raised => Cell::day(Some(&report.as_of)),
        Word::Status => Cell::text(language.say(Word::StatusOpen)),
        _ => Cell::Text(String::new()),
    };
    COLUMNS.iter().map(cell).collect()
}

/// The cells of an action, in the order of the columns.
fn cells(action: &Action) -> Vec<Cell> {
    let words = |words: &Words| Cell::maybe(said(words));
    let text = Cell::text;
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

/// The plan as CSV (RFC 4180). A text that a spreadsheet would take for a formula gets an apostrophe
/// before it.
pub fn csv(file: &CapFile) -> String {
    table(file).csv()
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
        let (name, shown) = (Language::En.say(*name), inline(&cell.shown()));
        let shown = if shown.is_empty() { "-" } else { &shown };
        let _ = writeln!(text, "- **{name}**: {shown}");
    }
}
