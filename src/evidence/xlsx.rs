//! Workbooks: every sheet as rows, with typed cells written out as text.

use super::grid::{RawCell, RawRow};
use super::node::Malformed;
use crate::source::Source;
use calamine::{Data, ExcelDateTime, Range as Sheet, Reader, Xlsx};
use quick_xml::events::Event;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::{Cursor, Read};
use zip::ZipArchive;

/// A workbook may unpack to this many bytes.
const UNPACKED: u64 = 512 << 20;
/// A sheet may reach this far, counting empty cells.
const CELLS: usize = 20_000_000;

/// A sheet of a workbook.
pub(super) struct SheetText {
    /// Name of the sheet.
    pub name: String,
    /// The sheet as text: a line a row from row 1, cells separated by tabs from column A.
    pub source: Source,
    /// The rows that hold anything.
    pub rows: Vec<RawRow>,
    /// Numbers of the rows that are hidden in the workbook.
    pub hidden: Vec<usize>,
}

/// Reads all sheets of a workbook that hold anything.
///
/// # Errors
/// When the bytes are no workbook, or one that unpacks to more than may be read.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<Vec<SheetText>, Malformed> {
    let broken = |reason: String| Malformed { at: 0, reason };
    check_size(bytes)?;
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes))
        .map_err(|error: calamine::XlsxError| broken(error.to_string()))?;
    let hidden = hidden_rows(bytes);
    let mut sheets = Vec::new();
    for sheet in book.sheet_names() {
        let cells =
            book.worksheet_range(&sheet).map_err(|error| broken(format!("sheet {sheet}: {error}")))?;
        if cells.is_empty() {
            continue;
        }
        let reach = cells.end().map_or(0, |(row, column)| (row as usize + 1) * (column as usize + 1));
        if reach > CELLS {
            return Err(broken(format!("sheet {sheet} reaches over {reach} cells, more than {CELLS}")));
        }
        let hidden = hidden.get(&sheet).cloned().unwrap_or_default();
        sheets.push(sheet_text(name, &sheet, &cells, hidden));
    }
    Ok(sheets)
}

/// Refuses archives whose members say they unpack to more than may be read.
pub(super) fn check_size(bytes: &[u8]) -> Result<(), Malformed> {
    let broken = |reason: String| Malformed { at: 0, reason };
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let mut total = 0;
    for index in 0..archive.len() {
        total += archive.by_index(index).map_err(|error| broken(error.to_string()))?.size();
    }
    if total > UNPACKED {
        return Err(broken(format!("it unpacks to more than {} MiB", UNPACKED >> 20)));
    }
    Ok(())
}

fn sheet_text(name: &str, sheet: &str, cells: &Sheet<Data>, hidden: Vec<usize>) -> SheetText {
    let (first_row, first_column) = cells.start().unwrap_or((0, 0));
    // The used range need not begin at A1; the text does, so that a line is a row.
    let mut text = "\n".repeat(first_row as usize);
    let mut rows = Vec::new();
    for row in cells.rows() {
        let mut raw = RawRow::default();
        text.push_str(&"\t".repeat(first_column as usize));
        for (at, cell) in row.iter().enumerate() {
            if at > 0 {
                text.push('\t');
            }
            let start = text.len();
            let value = cell_text(cell);
            // Line ends and tabs inside of a cell would break the rows of the text.
            let flat = value.replace(['\t', '\n', '\r'], " ");
            text.push_str(&flat);
            let differs = flat != value;
            raw.cells
                .push(RawCell { range: start..text.len(), text: differs.then(|| value.into_boxed_str()) });
        }
        if row.iter().any(|cell| *cell != Data::Empty) {
            rows.push(raw);
        }
        text.push('\n');
    }
    SheetText { name: sheet.to_owned(), source: Source::sheet(name, sheet, text), rows, hidden }
}

/// A typed cell as text: days and instants in ISO form, numbers without a needless fraction.
fn cell_text(cell: &Data) -> String {
    match cell {
        Data::Empty => String::new(),
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => text.clone(),
        Data::Int(number) => number.to_string(),
        Data::Float(number) => number.to_string(),
        Data::Bool(value) => if *value { "true" } else { "false" }.to_owned(),
        Data::DateTime(time) => date_text(time),
        // An error such as #REF! stays what it is: no date, no number, no word.
        Data::Error(error) => error.to_string(),
    }
}

fn date_text(time: &ExcelDateTime) -> String {
    if time.is_duration() {
        return time.as_f64().to_string();
    }
    let (year, month, day, hour, minute, second, _) = time.to_ymd_hms_milli();
    let mut text = format!("{year:04}-{month:02}-{day:02}");
    if (hour, minute, second) != (0, 0, 0) {
        let _ = write!(text, " {hour:02}:{minute:02}:{second:02}");
    }
    text
}

/// Hidden rows by sheet. calamine does not tell them, so the sheets' own XML is asked; what cannot
/// be read here was refused before.
fn hidden_rows(bytes: &[u8]) -> BTreeMap<String, Vec<usize>> {
    let mut hidden = BTreeMap::new();
    let Ok(mut archive) = ZipArchive::new(Cursor::new(bytes)) else { return hidden };
    let targets: BTreeMap<String, String> =
        attributes(&part(&mut archive, "xl/_rels/workbook.xml.rels"), "Relationship", ["Id", "Target"])
            .into_iter()
            .collect();
    for (name, id) in attributes(&part(&mut archive, "xl/workbook.xml"), "sheet", ["name", "r:id"]) {
        let Some(target) = targets.get(&id) else { continue };
        let path = target.strip_prefix('/').map_or_else(|| format!("xl/{target}"), str::to_owned);
        let rows = attributes(&part(&mut archive, &path), "row", ["r", "hidden"]);
        let rows: Vec<usize> = rows
            .into_iter()
            .filter(|(_, hidden)| hidden == "1" || hidden == "true")
            .filter_map(|(row, _)| row.parse().ok())
            .collect();
        hidden.insert(name, rows);
    }
    hidden
}

fn part(archive: &mut ZipArchive<Cursor<&[u8]>>, path: &str) -> String {
    let mut text = String::new();
    if let Ok(file) = archive.by_name(path) {
        // A part that is no text has no hidden rows.
        let _ = file.take(UNPACKED).read_to_string(&mut text);
    }
    text
}

/// Two attributes of every element of this name that has both.
fn attributes(xml: &str, element: &str, names: [&str; 2]) -> Vec<(String, String)> {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start) | Event::Empty(start)) if start.local_name().as_ref() == element => {
                let value = |name: &str| {
                    let attribute = start.try_get_attribute(name).ok().flatten()?;
                    quick_xml::escape::unescape(&attribute.value).map(|value| value.into_owned()).ok()
                };
                if let (Some(first), Some(second)) = (value(names[0]), value(names[1])) {
                    found.push((first, second));
                }
            }
            Ok(Event::Eof) | Err(_) => return found,
            Ok(_) => {}
        }
    }
}
