//! The report as a workbook: a page to begin with, and registers to filter and fill in.

use super::findings;
use crate::cap;
use crate::finding::{Check, State};
use crate::report::{ControlSeen, EvidenceSeen, Report};
use crate::spreadsheet::{Book, Cell, Column, Paper, Table, Takes};
use crate::vocabulary::{Language, Word};
use rust_xlsxwriter::XlsxError;

/// The report as XLSX; the same report gives the same bytes.
///
/// # Errors
/// What a workbook cannot hold.
pub(super) fn write(report: &Report, language: Language) -> Result<Vec<u8>, XlsxError> {
    let title = format!("preaudit: {}", language.say(Word::ReportTitle));
    let mut book = Book::new(&title, report.as_of.parse().unwrap_or_default(), language)?;
    let say = |word| language.say(word);
    book.add(say(Word::Summary), &summary(report, language), Paper::Page, 0)?;
    book.add(say(Word::Findings), &findings::table(report, language), Paper::Register, 2)?;
    book.add(say(Word::ControlsAndSoa), &controls(report, language), Paper::Register, 2)?;
    book.add(say(Word::CorrectiveActions), &cap::blank(report, language), Paper::Register, 1)?;
    book.add(say(Word::Evidence), &evidence(report, language), Paper::Register, 2)?;
    book.add(say(Word::NotEvaluatedTitle), &not_evaluated(report, language), Paper::Register, 1)?;
    book.bytes()
}

/// What the report comes to, on a page of its own.
fn summary(report: &Report, language: Language) -> Table {
    let say = |word| Cell::Title(language.say(word).to_owned());
    let pair = |word, cell| vec![say(word), cell];
    let packs: Vec<String> =
        report.packs.iter().map(|pack| format!("{} {} ({})", pack.id, pack.version, pack.digest)).collect();
    let verdict = report.verdict.state;
    let organization = report.organization.as_deref().unwrap_or(language.say(Word::NoOrganization));
    let mut rows = vec![
        pair(Word::Organization, Cell::text(organization)),
        pair(Word::Audit, Cell::text(language.stage(&report.stage))),
        pair(Word::Day, Cell::day(Some(&report.as_of))),
        pair(Word::Profile, Cell::text(&report.profile)),
        pair(Word::Packs, Cell::text(&packs.join("\n"))),
        pair(Word::Program, Cell::text(&format!("preaudit {}", report.version))),
        Vec::new(),
        pair(Word::Verdict, Cell::State(verdict.weighs_as(), verdict.said(language).to_uppercase())),
        pair(Word::Reasons, Cell::text(&report.verdict.because(language).join("\n"))),
        Vec::new(),
        vec![say(Word::State), say(Word::Checks), say(Word::Findings)],
    ];
    rows.extend(State::ALL.iter().map(|state| {
        let name = Cell::State(*state, language.state(*state).to_owned());
        vec![name, Cell::number(report.totals.get(*state)), Cell::number(report.found(*state))]
    }));
    rows.extend([Vec::new(), vec![say(Word::RestsOn), say(Word::Checks)]]);
    rows.extend(
        report
            .rests_on
            .iter()
            .map(|(coverage, number)| vec![Cell::text(language.coverage(*coverage)), Cell::number(*number)]),
    );
    let columns = [30, 76, 16].map(|width| Column::new("", width)).to_vec();
    Table { columns, rows }
}

/// Columns of these titles and widths.
fn columns(language: Language, titles: &[(Word, u16)]) -> Vec<Column> {
    titles.iter().map(|(word, width)| Column::new(language.say(*word), *width)).collect()
}

/// Every clause and control with how it came out, beside what the statement of applicability declares.
fn controls(report: &Report, language: Language) -> Table {
    let mut columns = columns(
        language,
        &[
            (Word::Control, 10),
            (Word::Title, 44),
            (Word::Theme, 16),
            (Word::State, 18),
            (Word::Checks, 10),
            (Word::Applicable, 12),
            (Word::Justification, 44),
            (Word::Status, 16),
            (Word::Owner, 20),
            (Word::Coverage, 26),
            (Word::DeclaredAt, 36),
            (Word::Reason, 36),
        ],
    );
    let answers = [true, false].map(|is_so| language.yes_no(is_so).to_owned());
    columns[5].takes = Takes::OneOf(answers.to_vec());
    let rows = report.controls.iter().map(|control| control_row(control, language));
    Table { columns, rows: rows.collect() }
}

fn control_row(control: &ControlSeen, language: Language) -> Vec<Cell> {
    let declared = control.declared.as_ref();
    let coverage: Vec<&str> = control.coverage.iter().map(|one| language.coverage(*one)).collect();
    let applicable = declared.and_then(|one| one.applicable).map(|is_so| language.yes_no(is_so));
    let at = declared.map(|one| findings::cited(&one.place));
    vec![
        Cell::text(&control.id.to_string()),
        Cell::text(&control.title),
        Cell::text(language.theme(control.id)),
        Cell::State(control.state, language.state(control.state).to_owned()),
        Cell::number(control.checks),
        Cell::maybe(applicable),
        Cell::maybe(declared.and_then(|one| one.justification.as_deref())),
        Cell::maybe(declared.and_then(|one| one.status.as_deref())),
        Cell::maybe(declared.and_then(|one| one.owner.as_deref())),
        Cell::text(&coverage.join(", ")),
        Cell::maybe(at.as_deref()),
        Cell::maybe(control.reason.as_deref()),
    ]
}

/// Every file, or table of one, and what was read of it.
fn evidence(report: &Report, language: Language) -> Table {
    let columns = columns(
        language,
        &[
            (Word::Kind, 24),
            (Word::File, 44),
            (Word::Table, 20),
            (Word::Records, 12),
            (Word::Faults, 10),
            (Word::Collected, 13),
            (Word::FreshUntil, 13),
            (Word::Bytes, 14),
            (Word::Digest, 68),
        ],
    );
    Table { columns, rows: report.evidence.iter().map(evidence_row).collect() }
}

fn evidence_row(seen: &EvidenceSeen) -> Vec<Cell> {
    vec![
        Cell::maybe(seen.kind.as_deref()),
        Cell::text(&seen.file),
        Cell::maybe(seen.table.as_deref()),
        Cell::Number(seen.records),
        Cell::Number(seen.faults),
        Cell::day(seen.collected.as_deref()),
        Cell::day(seen.fresh_until.as_deref()),
        Cell::Number(seen.bytes),
        Cell::text(&seen.sha256),
    ]
}

/// Checks that came to no word by their reason, and controls that no rule looks at.
fn not_evaluated(report: &Report, language: Language) -> Table {
    let titles = [
        (Word::Reason, 60),
        (Word::State, 18),
        (Word::Control, 10),
        (Word::Title, 44),
        (Word::Rule, 36),
        (Word::Records, 12),
    ];
    let title = |check: &Check| report.controls.iter().find(|control| control.id == check.control);
    let open =
        report.checks.iter().filter(|check| matches!(check.state, State::NotEvaluated | State::Faulted));
    let checks = open.map(|check| {
        vec![
            Cell::maybe(check.reason.as_deref()),
            Cell::State(check.state, language.state(check.state).to_owned()),
            Cell::text(&check.control.to_string()),
            Cell::maybe(title(check).map(|control| control.title.as_str())),
            Cell::text(&check.rule),
            Cell::number(check.records),
        ]
    });
    let unseen = report.controls.iter().filter(|control| control.checks == 0).map(|control| {
        vec![
            Cell::maybe(control.reason.as_deref()),
            Cell::State(control.state, language.state(control.state).to_owned()),
            Cell::text(&control.id.to_string()),
            Cell::text(&control.title),
            Cell::text(""),
            Cell::number(0),
        ]
    });
    let mut rows: Vec<Vec<Cell>> = checks.chain(unseen).collect();
    // Within a reason the order of the plan stays.
    rows.sort_by_cached_key(|row| row[0].shown());
    Table { columns: columns(language, &titles), rows }
}
