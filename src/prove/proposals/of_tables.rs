//! Tables with another cell, another column, another row.

use super::values::Values;
use super::variations::Variation;
use crate::evidence::Table;
use crate::prove::mutants::{Edit, lines};
use std::collections::BTreeSet;
use std::ops::Range;

/// The variations of a table of which a rule reads these fields.
pub(super) fn variations(table: &Table, fields: &BTreeSet<&str>, values: &Values) -> Vec<Variation> {
    let mut all = Vec::new();
    for field in fields.iter().flat_map(|field| columns(table, field)).collect::<BTreeSet<_>>() {
        match table.matched.columns.get(field) {
            Some(&column) => {
                all.extend(cells(table, field, column, values));
                all.extend(without_column(table, field, column));
            }
            None if table.document.is_none() => all.extend(with_column(table, field, values)),
            None => {}
        }
    }
    if table.document.is_none() {
        all.extend(rows(table));
    }
    all
}

/// The fields of the columns that hold a field.
fn columns<'t>(table: &'t Table, field: &'t str) -> Vec<&'t str> {
    let Some(person) = table.kind.person.as_ref().filter(|_| field == "person") else { return vec![field] };
    let ways = [&person.email, &person.number, &person.login, &person.name].into_iter().flatten();
    ways.chain(&person.names).map(String::as_str).filter(|field| table.has(field)).collect()
}

/// Each cell of a column with each value that it could hold instead.
fn cells(table: &Table, field: &str, column: usize, values: &Values) -> Vec<Variation> {
    let mut all = Vec::new();
    for row in 0..table.grid.len() {
        let Some(range) = table.grid.cell(row, column).range() else { continue };
        for value in values.of(table, row, Some(column), field) {
            let name = format!("{} {field} of {} is {}", table.kind.id, subject(table, row), shown(&value));
            all.push(Variation::new(name, table.file(), vec![Edit::new(range.clone(), value)]));
        }
    }
    all
}

fn shown(value: &str) -> &str {
    if value.is_empty() { "blank" } else { value }
}

/// What people know a row by.
fn subject(table: &Table, row: usize) -> String {
    let keys = table.kind.key.iter().filter_map(|field| table.matched.columns.get(field));
    let text = keys.map(|column| table.grid.text(row, *column)).find(|text| !text.is_empty());
    text.map_or_else(|| format!("row {}", row + 1), str::to_owned)
}

/// The column under a header that means nothing.
fn without_column(table: &Table, field: &str, column: usize) -> Option<Variation> {
    let range = table.grid.header_cells.get(column)?.range().filter(|_| table.document.is_none())?;
    let name = format!("{} without {field}", table.kind.id);
    Some(Variation::new(name, table.file(), vec![Edit::new(range, "remarks")]))
}

/// A column that is not there, filled alike in all rows, and in one row alone.
fn with_column(table: &Table, field: &str, values: &Values) -> Vec<Variation> {
    let Some(adding) = Adding::to(table, field) else { return Vec::new() };
    let mut all = Vec::new();
    let rows = 0..table.grid.len();
    for row in rows.clone() {
        for value in values.of(table, row, None, field) {
            let of_one =
                format!("{} with {field} {} of {}", table.kind.id, shown(&value), subject(table, row));
            let of_all = format!("{} with {field} {}", table.kind.id, shown(&value));
            let one = adding.column(rows.clone(), |other| if other == row { &value } else { "" });
            if row == 0 {
                let every = adding.column(rows.clone(), |_| &value);
                all.push(Variation::new(of_all, table.file(), every));
            }
            if !value.is_empty() {
                all.push(Variation::new(of_one, table.file(), one));
            }
        }
    }
    all
}

/// How a column is added to a table that is written with a sign between its cells.
struct Adding<'t> {
    table: &'t Table,
    header: &'t str,
    header_end: usize,
    sign: &'t str,
}

impl<'t> Adding<'t> {
    fn to(table: &'t Table, field: &'t str) -> Option<Self> {
        let text = table.grid.source.text();
        let cells: Vec<Range<usize>> =
            table.grid.header_cells.iter().filter_map(|cell| cell.range()).collect();
        let [.., before, last] = &cells[..] else { return None };
        let sign = text[before.end..last.start].trim_matches(['"', ' ']);
        let declared = table.kind.fields.get(field)?;
        let header = declared.headers.first().map_or(field, String::as_str);
        let header_end = line_end(text, last.clone());
        matches!(sign, "," | ";" | "\t").then_some(Self { table, header, header_end, sign })
    }

    /// The header and, in each row, a cell.
    fn column<'v>(&self, rows: Range<usize>, cell: impl Fn(usize) -> &'v str) -> Vec<Edit> {
        let add = |at: usize, value: &str| Edit::new(at..at, format!("{}{value}", self.sign));
        let text = self.table.grid.source.text();
        let end = |row: usize| line_end(text, self.table.grid.row_range(row));
        let cells = rows.map(|row| add(end(row), cell(row)));
        std::iter::once(add(self.header_end, self.header)).chain(cells).collect()
    }
}

/// The end of the last line of a range, before what ends it.
fn line_end(text: &str, range: Range<usize>) -> usize {
    let line = lines(text, range);
    line.start + text[line].trim_end().len()
}

/// Each row gone, alone and twice, and all rows gone.
fn rows(table: &Table) -> Vec<Variation> {
    let (text, file, kind) = (table.grid.source.text(), table.file(), &table.kind.id);
    let every = 0..table.grid.len();
    let line = |row: usize| lines(text, table.grid.row_range(row));
    let gone = |row: usize| Edit::new(line(row), "");
    let mut all = Vec::new();
    for row in every.clone() {
        let subject = subject(table, row);
        let others = every.clone().filter(|other| *other != row).map(gone).collect();
        let twice = Edit::new(line(row).start..line(row).start, text[line(row)].trim_end().to_owned() + "\n");
        all.push(Variation::new(format!("{kind} without {subject}"), file, vec![gone(row)]));
        all.push(Variation::new(format!("{kind} with {subject} alone"), file, others));
        all.push(Variation::new(format!("{kind} with {subject} twice"), file, vec![twice]));
    }
    all.push(Variation::new(format!("{kind} without rows"), file, every.map(gone).collect()));
    all
}
