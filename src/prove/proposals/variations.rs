//! Evidence with something else at one place.

use super::values::{Values, literals};
use crate::evidence::{FILE_NAME, Record, Table};
use crate::pack::{Packs, Rule, Shape};
use crate::prove::case::{Asserts, Case, Parts, Sample};
use crate::prove::expect::Expectation;
use crate::prove::mutants::{Edit, apply, lines};
use crate::prove::sitting::Sitting;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

/// A change of the evidence of a case.
pub(super) struct Variation {
    /// What is changed, in words.
    pub(super) name: String,
    file: String,
    edits: Vec<Edit>,
    /// True when the file goes as a whole.
    is_removed: bool,
}

impl Variation {
    fn new(name: String, file: &str, edits: Vec<Edit>) -> Self {
        Self { name, file: file.to_owned(), edits, is_removed: false }
    }

    /// The case with this change, which expects nothing yet.
    pub(super) fn of(&self, case: &Case) -> Option<Case> {
        let mut files = case.files.clone();
        if self.is_removed {
            files.remove(&self.file)?;
        } else {
            let bytes = files.get_mut(&self.file)?;
            *bytes = apply(std::str::from_utf8(bytes).ok()?, self.edits.clone()).into_bytes();
        }
        let nowhere = Arc::new(Source::new("", ""));
        let sample = |(file, bytes)| (file, Sample { bytes, written: (Arc::clone(&nowhere), 0) });
        let expectation =
            Expectation { source: Arc::clone(&nowhere), name: 0..0, reason: None, expected: None };
        let parts = Parts {
            path: case.path.clone(),
            rule: case.rule.clone(),
            state: case.state,
            as_of: case.as_of,
            workspace: case.workspace.clone(),
            samples: files.into_iter().map(sample).collect(),
            asserts: Asserts::Expectations(expectation),
        };
        Case::new(parts).ok()
    }
}

/// All changes of a case, those of what the rule reads first.
pub(super) fn variations(
    rule: &Rule,
    packs: &Packs,
    sitting: &Sitting<'_>,
    read: &BTreeSet<(String, String)>,
) -> Vec<Variation> {
    let values = Values::new(rule, sitting.inspection.as_of);
    let mut all = Vec::new();
    let kinds: BTreeSet<&String> = rule.uses.iter().chain(&rule.may_use).collect();
    let mut texts: BTreeMap<&str, &Table> = BTreeMap::new();
    for kind in kinds.iter().filter_map(|kind| packs.kinds.get(*kind)) {
        for table in sitting.inspection.evidence.tables.get(&kind.id).into_iter().flatten() {
            let written = sitting.case.files.get(table.file());
            if written.is_none_or(|bytes| bytes != table.grid.source.text().as_bytes()) {
                continue;
            }
            let fields = read.iter().filter(|(of, _)| *of == kind.id).map(|(_, field)| field.as_str());
            let fields: Vec<&str> = fields.flat_map(|field| columns(table, field)).collect();
            of_table(table, &fields, &values, &mut all);
            if table.document.is_some() {
                texts.insert(table.file(), table);
            }
        }
    }
    texts.into_values().for_each(|table| of_text(table, &mut all));
    of_logs(rule, sitting, &mut all);
    let removed = sitting.case.files.keys().filter(|file| *file != FILE_NAME);
    all.extend(removed.map(|file| Variation {
        is_removed: true,
        ..Variation::new(format!("without {file}"), file, Vec::new())
    }));
    all
}

/// The fields of the columns that hold a field.
fn columns<'t>(table: &'t Table, field: &'t str) -> Vec<&'t str> {
    match table.kind.person.as_ref().filter(|_| field == "person") {
        None => vec![field],
        Some(person) => {
            let ways = [&person.email, &person.number, &person.login, &person.name].into_iter().flatten();
            ways.chain(&person.names).map(String::as_str).filter(|field| table.has(field)).collect()
        }
    }
}

fn of_table(table: &Table, fields: &[&str], values: &Values, all: &mut Vec<Variation>) {
    let file = table.file();
    let kind = &table.kind.id;
    for field in fields.iter().collect::<BTreeSet<_>>() {
        let column = table.matched.columns.get(*field).copied();
        for row in 0..table.grid.len() {
            let subject = subject(table, row);
            let Some(column) = column else { continue };
            let Some(range) = table.grid.cell(row, column).range() else { continue };
            for value in values.of(table, row, Some(column), field) {
                let says = if value.is_empty() { "is blank".to_owned() } else { format!("is {value}") };
                let name = format!("{kind} {field} of {subject} {says}");
                all.push(Variation::new(name, file, vec![Edit::new(range.clone(), value)]));
            }
        }
        if table.document.is_some() {
            continue;
        }
        if let Some(range) = column.and_then(|column| table.grid.header_cells.get(column)?.range()) {
            all.push(Variation::new(
                format!("{kind} without {field}"),
                file,
                vec![Edit::new(range, "remarks")],
            ));
        } else {
            add_column(table, field, values, all);
        }
    }
    if table.document.is_none() {
        rows(table, all);
    }
}

fn subject(table: &Table, row: usize) -> String {
    let keys = table.kind.key.iter().filter_map(|field| table.matched.columns.get(field));
    let texts = keys.map(|column| table.grid.text(row, *column)).find(|text| !text.is_empty());
    texts.map_or_else(|| format!("row {}", row + 1), str::to_owned)
}

/// A column that is not there, filled in all rows, and in one.
fn add_column(table: &Table, field: &str, values: &Values, all: &mut Vec<Variation>) {
    let text = table.grid.source.text();
    let cells: Vec<Range<usize>> = table.grid.header_cells.iter().filter_map(|cell| cell.range()).collect();
    let [.., before, last] = &cells[..] else { return };
    let between = text[before.end..last.start].trim_matches(['"', ' ']);
    let (true, Some(declared)) = (matches!(between, "," | ";" | "\t"), table.kind.fields.get(field)) else {
        return;
    };
    let header = declared.headers.first().map_or(field, String::as_str);
    let line_end = |range: Range<usize>| text[..lines(text, range).end].trim_end().len();
    let at = |row: usize| line_end(table.grid.row_range(row));
    let add = |at: usize, value: &str| Edit::new(at..at, format!("{between}{value}"));
    let kind = &table.kind.id;
    for value in (0..table.grid.len().min(1))
        .flat_map(|row| values.of(table, row, None, field))
        .collect::<BTreeSet<_>>()
    {
        let mut edits = vec![add(line_end(last.clone()), header)];
        edits.extend((0..table.grid.len()).map(|row| add(at(row), &value)));
        let says = if value.is_empty() { "blank" } else { &value };
        all.push(Variation::new(format!("{kind} with {field} {says}"), table.file(), edits));
    }
    for row in 0..table.grid.len() {
        for value in values.of(table, row, None, field).into_iter().filter(|value| !value.is_empty()) {
            let mut edits = vec![add(line_end(last.clone()), header)];
            edits.extend(
                (0..table.grid.len()).map(|other| add(at(other), if other == row { &value } else { "" })),
            );
            let name = format!("{kind} with {field} {value} of {}", subject(table, row));
            all.push(Variation::new(name, table.file(), edits));
        }
    }
}

/// A row that is gone, that stands alone, that stands twice.
fn rows(table: &Table, all: &mut Vec<Variation>) {
    let (text, file, kind) = (table.grid.source.text(), table.file(), &table.kind.id);
    let row_lines = |row: usize| lines(text, table.grid.row_range(row));
    let every: Vec<usize> = (0..table.grid.len()).collect();
    for &row in &every {
        let (own, subject) = (row_lines(row), subject(table, row));
        all.push(Variation::new(format!("{kind} without {subject}"), file, vec![Edit::new(own.clone(), "")]));
        let others =
            every.iter().filter(|other| **other != row).map(|other| Edit::new(row_lines(*other), ""));
        all.push(Variation::new(format!("{kind} with {subject} alone"), file, others.collect()));
        let twice = Edit::new(own.start..own.start, text[own].trim_end().to_owned() + "\n");
        all.push(Variation::new(format!("{kind} with {subject} twice"), file, vec![twice]));
    }
    let none = every.iter().map(|row| Edit::new(row_lines(*row), ""));
    all.push(Variation::new(format!("{kind} without rows"), file, none.collect()));
}

/// Each line and each section of a document that is gone.
fn of_text(table: &Table, all: &mut Vec<Variation>) {
    let (text, file) = (table.grid.source.text(), table.file());
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let range = start..start + line.len();
        start = range.end;
        if !line.trim().is_empty() {
            let name = format!("{file} without line {number}");
            all.push(Variation::new(name, file, vec![Edit::new(range, "")]));
        }
    }
    let headings: Vec<usize> = table
        .document
        .iter()
        .flat_map(|document| &document.headings)
        .map(|heading| lines(text, heading.range.clone()).start)
        .collect();
    for (at, start) in headings.iter().enumerate().skip(1) {
        let end = headings.get(at + 1).copied().unwrap_or(text.len());
        let name = format!("{file} without section {at}");
        all.push(Variation::new(name, file, vec![Edit::new(*start..end, "")]));
    }
}

/// Records of logs with other values and times, and those that are gone.
fn of_logs(rule: &Rule, sitting: &Sitting<'_>, all: &mut Vec<Variation>) {
    if !rule
        .uses
        .iter()
        .filter_map(|kind| sitting.inspection.packs.kinds.get(kind))
        .any(|kind| kind.shape == Shape::Events)
    {
        return;
    }
    let fields = &sitting.inspection.packs.event_fields;
    let declared = format!("{:?}", rule.form);
    let slots: Vec<(usize, &String)> =
        fields.names().iter().enumerate().filter(|(_, name)| declared.contains(name.as_str())).collect();
    for log in &sitting.inspection.evidence.logs {
        let Some(text) = sitting.case.files.get(&log.file).and_then(|bytes| std::str::from_utf8(bytes).ok())
        else {
            continue;
        };
        let mut known: BTreeMap<usize, BTreeSet<String>> = BTreeMap::new();
        let mut records: Vec<(usize, BTreeMap<usize, Range<usize>>, Range<usize>)> = Vec::new();
        let mut number = 0;
        let _ = log.read(&sitting.case.shelf, Path::new(""), fields, &mut |record: &Record<'_>| {
            number += 1;
            let item = usize::try_from(record.position.offset).unwrap_or(usize::MAX);
            if text.get(item..).is_none_or(|rest| !rest.starts_with(record.text)) {
                return;
            }
            let mut ranges = BTreeMap::new();
            for (slot, _) in &slots {
                if let (Some(range), Some(value)) =
                    (record.range(*slot).filter(|range| !range.is_empty()), record.get(*slot))
                {
                    known.entry(*slot).or_default().insert(value.text().into_owned());
                    ranges.insert(*slot, item + range.start..item + range.end);
                }
            }
            let line = lines(text, item..item + record.text.len());
            all.push(Variation::new(
                format!("{} without record {number}", log.file),
                &log.file,
                vec![Edit::new(line, "")],
            ));
            records.push((number, ranges, item + record.time_range.start..item + record.time_range.end));
        });
        let literals = literals(rule);
        for (number, ranges, _) in &records {
            for (slot, range) in ranges {
                let own = &text[range.clone()];
                let values = known[slot]
                    .iter()
                    .chain(&literals)
                    .filter(|value| *value != own)
                    .collect::<BTreeSet<_>>();
                let name =
                    slots.iter().find(|(known, _)| known == slot).map_or("", |(_, name)| name.as_str());
                let quoted = text[..range.start].ends_with('"') || !text[..range.start].ends_with(':');
                for value in values.into_iter().filter(|_| quoted) {
                    let name = format!("{} record {number}: {name} is {value}", log.file);
                    all.push(Variation::new(name, &log.file, vec![Edit::new(range.clone(), value.clone())]));
                }
                let blank = if quoted { "" } else { "null" };
                let name = format!("{} record {number}: {name} is blank", log.file);
                all.push(Variation::new(name, &log.file, vec![Edit::new(range.clone(), blank)]));
            }
        }
        for (number, _, time) in &records {
            for other in records.iter().filter(|(other, ..)| other != number) {
                let value = text[other.2.clone()].to_owned();
                let name = format!("{} record {number} at the time of {}", log.file, other.0);
                all.push(Variation::new(name, &log.file, vec![Edit::new(time.clone(), value)]));
            }
        }
    }
}
