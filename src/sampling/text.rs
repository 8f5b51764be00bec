//! A sample as Markdown and as CSV.

use super::{Drawn, Sample};
use crate::finding::count;
use crate::snippet::visible;
use std::fmt::Write as _;

/// Columns of a register that the Markdown shows; the CSV has all.
const COLUMNS: usize = 6;
/// Digits of a digest that tell files apart for people.
const DIGITS: usize = 16;

/// The sample for people, with what an auditor asks of one.
pub fn markdown(sample: &Sample) -> String {
    let mut text = format!("# Sample of {}\n\n", sample.title);
    let set_aside = match sample.set_aside {
        0 => String::new(),
        number => format!("; {} set aside, because they cannot be read", count(number, "row")),
    };
    let complete =
        if sample.complete { "declared to be all there is" } else { "not declared to be all there is" };
    let _ = writeln!(
        text,
        "- Population: {} as of {}, {complete}{set_aside}",
        count(sample.population, "row"),
        sample.as_of
    );
    for part in &sample.files {
        let digest = part.sha256.get(..DIGITS).unwrap_or(&part.sha256);
        let _ = writeln!(text, "  - {}: {}, SHA-256 {digest}…", escaped(&part.file), count(part.rows, "row"));
    }
    let _ = writeln!(text, "- Method: {}; seed {}", sample.method, sample.seed);
    let _ = writeln!(text, "- Size: {}, {}", sample.size, sample.size_by);
    let _ = writeln!(text, "- Exceptions in the population: {}, {}", sample.exceptions, sample.exceptions_by);
    let _ = writeln!(
        text,
        "- Odds that a sample of {} of {} holds at least one of {}: {:.1} %",
        sample.size,
        sample.population,
        sample.exceptions,
        sample.odds * 100.0
    );
    if let Some(size) = sample.size_for_95 {
        let _ = writeln!(text, "- For odds of 95 % it takes a sample of {size}");
    }
    let met = sample.rows.iter().filter(|row| !row.exception_of.is_empty()).count();
    let _ = writeln!(text, "- Exceptions that a scan finds in this sample: {met}\n");
    table(&mut text, sample);
    text
}

fn table(text: &mut String, sample: &Sample) {
    let fields: Vec<String> = fields(sample).into_iter().take(COLUMNS).collect();
    let names = fields.iter().map(|field| format!(" {} |", field.replace('_', " "))).collect::<String>();
    let _ = writeln!(text, "| no | subject | place |{names} exception of | seen, by whom, result |");
    let _ = writeln!(text, "|---|---|---|{}---|---|", "---|".repeat(fields.len()));
    for row in &sample.rows {
        let cells =
            fields.iter().map(|field| format!(" {} |", escaped(cell(row, field)))).collect::<String>();
        let _ = writeln!(
            text,
            "| {} | {} | {} |{cells} {} |  |",
            row.number,
            escaped(&row.subject),
            escaped(&row.place.to_string()),
            escaped(&row.exception_of.join(", "))
        );
    }
}

/// The sample for a spreadsheet: one row a record, all its fields, and room for what was seen.
pub fn csv(sample: &Sample) -> String {
    let fields = fields(sample);
    let mut text = String::new();
    let head = ["no", "subject", "file", "line"].map(str::to_owned).into_iter();
    let head = head.chain(fields.iter().cloned());
    line(&mut text, head.chain(["exception of", "seen", "by", "result"].map(str::to_owned)));
    for row in &sample.rows {
        let first =
            [row.number.to_string(), row.subject.clone(), row.place.file.clone(), row.place.line.to_string()];
        let cells = fields.iter().map(|field| cell(row, field).to_owned());
        let last = [row.exception_of.join(" "), String::new(), String::new(), String::new()];
        line(&mut text, first.into_iter().chain(cells).chain(last));
    }
    text
}

/// The fields of all rows, in the order in which they first stand.
fn fields(sample: &Sample) -> Vec<String> {
    let mut fields: Vec<String> = Vec::new();
    for (field, _) in sample.rows.iter().flat_map(|row| &row.cells) {
        if !fields.contains(field) {
            fields.push(field.clone());
        }
    }
    fields
}

fn cell<'d>(row: &'d Drawn, field: &str) -> &'d str {
    row.cells.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text)
}

fn line(text: &mut String, cells: impl Iterator<Item = String>) {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    text.push_str(&cells.join(","));
    text.push_str("\r\n");
}

/// A cell of CSV (RFC 4180). What a spreadsheet would take for a formula is kept a text.
fn quoted(cell: &str) -> String {
    let mut cell = visible(cell);
    if cell.starts_with(['=', '+', '-', '@']) {
        cell.insert(0, '\'');
    }
    if cell.contains(['"', ',', '\n', '\r', ';']) {
        format!("\"{}\"", cell.replace('"', "\"\""))
    } else {
        cell
    }
}

/// A cell of a table of Markdown, on one line.
fn escaped(cell: &str) -> String {
    let line = cell.split_whitespace().collect::<Vec<_>>().join(" ");
    visible(&line).replace('\\', "\\\\").replace('|', "\\|").replace('<', "&lt;")
}
