//! Records of CSV logs: rows under the header that stands before them.

use super::event::{Record, Scalar, typed};
use crate::evidence::csv;
use crate::evidence::grid::RawCell;
use crate::pack::{EventFields, LogFormat, LogSource, normalize_header};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// What is read of the rows of a source, its fields looked up once.
pub(super) struct RowFields<'a> {
    fields: &'a EventFields,
    delimiter: u8,
    /// The headers of each wanted field, the first that is there and filled meant.
    headers: Vec<(usize, Vec<String>)>,
    time: Vec<String>,
}

/// Where the fields of a log stand: the columns that may hold each.
pub(super) struct Columns {
    fields: Vec<(usize, Vec<usize>)>,
    time: Vec<usize>,
}

impl<'a> RowFields<'a> {
    /// The wanted fields of a source, by their slots.
    pub(super) fn new(
        source: &'a LogSource,
        fields: &'a EventFields,
        delimiter: u8,
        slots: impl Fn(&str) -> Option<usize>,
    ) -> Self {
        let is_csv = source.format == LogFormat::Csv;
        let normal = |headers: &Vec<String>| headers.iter().map(|header| normalize_header(header)).collect();
        let headers = source
            .fields
            .iter()
            .filter(|_| is_csv)
            .filter_map(|(name, headers)| Some((slots(name)?, normal(headers))));
        Self { fields, delimiter, headers: headers.collect(), time: normal(&source.time) }
    }

    /// The columns of a log with this header; `None` where it is no row.
    pub(super) fn columns(&self, header: &str) -> Option<Columns> {
        let row = csv::CsvRows::new(header, self.delimiter).next()?;
        let mut there = BTreeMap::new();
        for (column, cell) in row.cells.iter().enumerate() {
            // Of two columns with one name the first is meant: the other is a remark on it.
            there.entry(normalize_header(cell.text(header))).or_insert(column);
        }
        let columns = |headers: &Vec<String>| -> Vec<usize> {
            headers.iter().filter_map(|header| there.get(header)).copied().collect()
        };
        let fields = self.headers.iter().map(|(slot, headers)| (*slot, columns(headers)));
        Some(Columns { fields: fields.collect(), time: columns(&self.time) })
    }

    /// Sets the fields of a row, and calls with the cell that holds its time; false where it is no row.
    pub(super) fn fill<'r>(
        &self,
        record: &mut Record<'r>,
        columns: &Columns,
        cells: &mut Vec<RawCell>,
        is_time: &mut dyn FnMut(&mut Record<'r>, &RawCell),
    ) -> bool {
        csv::cells(record.text, self.delimiter, cells);
        for (slot, all) in &columns.fields {
            let filled = all.iter().filter_map(|column| cells.get(*column)).find_map(|cell| {
                let text = trimmed(cell, record.text);
                (!text.is_empty()).then_some((cell, text))
            });
            if let Some((cell, text)) = filled {
                let value: Scalar<'r> = typed(self.fields, *slot, text);
                record.set(*slot, value, cell.range.clone());
            }
        }
        if let Some(cell) = columns.time.iter().find_map(|column| cells.get(*column)) {
            is_time(record, cell);
        }
        !cells.is_empty()
    }
}

/// The text of a cell without blanks around it, lent by the row where it stands there as it is.
fn trimmed<'r>(cell: &RawCell, row: &'r str) -> Cow<'r, str> {
    match &cell.text {
        Some(text) => Cow::Owned(text.trim().to_owned()),
        None => Cow::Borrowed(row.get(cell.range.clone()).unwrap_or_default().trim()),
    }
}
