//! Keys that are expected in the logs, and where that is written.

use super::join::{Comparing, RowNumber};
use crate::evidence::{Row, Table};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

/// The keys that a scan expects. It groups by them and by no others.
#[derive(Debug, Default)]
pub struct Expected {
    compare: Comparing,
    tables: Vec<Arc<Table>>,
    /// Names as they are written, with the row where that is.
    names: BTreeMap<String, Option<RowNumber>>,
    /// The name of each comparable value.
    by_value: HashMap<String, String>,
}

impl Expected {
    /// Expects what a field of these rows holds. Of rows that say the same the first counts.
    pub fn of_rows(
        tables: &[Arc<Table>],
        rows: impl Iterator<Item = RowNumber>,
        field: &str,
        compare: Comparing,
    ) -> Self {
        let mut expected = Self { compare, tables: tables.to_vec(), ..Self::default() };
        for number in rows {
            if let Some(row) = expected.row(number) {
                expected.expect(row.text(field), Some(number));
            }
        }
        expected
    }

    /// Expects these values.
    pub fn of_values<'v>(values: impl Iterator<Item = &'v str>, compare: Comparing) -> Self {
        let mut expected = Self { compare, ..Self::default() };
        values.for_each(|value| expected.expect(value, None));
        expected
    }

    fn expect(&mut self, name: &str, row: Option<RowNumber>) {
        let value = self.compare.comparable(name).into_owned();
        if !value.is_empty() && !self.by_value.contains_key(&value) {
            self.by_value.insert(value, name.trim().to_owned());
            self.names.insert(name.trim().to_owned(), row);
        }
    }

    /// The name that is expected for a value, and the row where it is written.
    pub fn find(&self, value: &str) -> Option<(&str, Option<RowNumber>)> {
        let name = self.by_value.get(&*self.compare.comparable(value))?;
        Some((name, self.names.get(name).copied().flatten()))
    }

    /// All names with their rows, in the order of their letters.
    pub fn names(&self) -> impl Iterator<Item = (&str, Option<RowNumber>)> {
        self.names.iter().map(|(name, row)| (name.as_str(), *row))
    }

    /// The tables that they stand in.
    pub(super) fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The row of this number.
    pub fn row(&self, number: RowNumber) -> Option<Row> {
        number.of(&self.tables)
    }
}
