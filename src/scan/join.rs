//! Tables that records are joined with.

use crate::evidence::{Row, Table};
use crate::pack::Compare;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// A table to join with, by the value of one of its fields.
#[derive(Debug)]
pub struct JoinWith {
    /// Slot of the record's field.
    pub slot: usize,
    compare: Compare,
    tables: Vec<Arc<Table>>,
    rows: HashMap<String, Vec<RowNumber>>,
}

/// A row by its number in the tables of its kind, so that what is kept of records owns no table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowNumber {
    /// Number of the table among those of its kind, from 0.
    pub table: u32,
    /// Number of the row, from 0.
    pub row: u32,
}

impl JoinWith {
    /// Tables of one kind, to be found by this field of theirs.
    pub fn new(slot: usize, tables: &[Arc<Table>], field: &str, compare: Compare) -> Self {
        let mut rows: HashMap<String, Vec<RowNumber>> = HashMap::new();
        for (table, number) in tables.iter().zip(0..) {
            for (row, at) in table.rows().zip(0..) {
                let value = comparable(row.text(field), compare);
                if !value.is_empty() {
                    rows.entry(value.into_owned()).or_default().push(RowNumber { table: number, row: at });
                }
            }
        }
        Self { slot, compare, tables: tables.to_vec(), rows }
    }

    /// The rows that join with a value, in the order of their tables.
    pub fn find(&self, value: &str) -> &[RowNumber] {
        self.rows.get(&*comparable(value, self.compare)).map_or(&[], Vec::as_slice)
    }

    /// The row of this number.
    pub fn row(&self, number: RowNumber) -> Option<Row> {
        let table = self.tables.get(number.table as usize)?;
        Some(Row { table: Arc::clone(table), index: number.row as usize })
    }
}

/// A value as a join compares it. What is in lower case already is not copied: a join is asked
/// once a record.
pub(super) fn comparable(value: &str, compare: Compare) -> Cow<'_, str> {
    let value = value.trim();
    match compare {
        Compare::Exact => Cow::Borrowed(value),
        Compare::Case => lower(value),
        Compare::Account => {
            let bare = value.rsplit_once('\\').map_or(value, |(_, account)| account);
            lower(bare.split_once('@').map_or(bare, |(account, _)| account))
        }
    }
}

fn lower(value: &str) -> Cow<'_, str> {
    if value.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase()) {
        return Cow::Borrowed(value);
    }
    Cow::Owned(value.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_compare_as_declared_and_not_by_guess() {
        assert_eq!(comparable(r"EX\Eve", Compare::Account), comparable("eve@ex.org", Compare::Account));
        assert_ne!(comparable("Eve", Compare::Exact), comparable("eve", Compare::Exact));
        assert_eq!(comparable(" Eve ", Compare::Case), "eve");
        assert_ne!(comparable("eve@a.org", Compare::Case), comparable("eve@b.org", Compare::Case));
    }
}
