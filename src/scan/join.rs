//! Tables that records are joined with.

use crate::evidence::{Identities, Row, Table};
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
    compare: Comparing,
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

impl RowNumber {
    /// The rows of the tables of a kind with their numbers, in order.
    pub fn all(tables: &[Arc<Table>]) -> impl Iterator<Item = (Self, Row)> {
        (0..)
            .zip(tables)
            .flat_map(|(table, rows)| rows.rows().zip(0..).map(move |(one, row)| (Self { table, row }, one)))
    }

    /// The row of this number among these tables.
    pub(super) fn of(self, tables: &[Arc<Table>]) -> Option<Row> {
        let (table, index) = (tables.get(self.table as usize)?, self.row as usize);
        (index < table.grid.len()).then(|| Row { table: Arc::clone(table), index })
    }
}

impl JoinWith {
    /// Tables of one kind, to be found by this field of theirs.
    pub fn new(slot: usize, tables: &[Arc<Table>], field: &str, compare: Comparing) -> Self {
        let mut rows: HashMap<String, Vec<RowNumber>> = HashMap::new();
        for (number, row) in RowNumber::all(tables) {
            let value = compare.comparable(row.text(field));
            if !value.is_empty() {
                rows.entry(value.into_owned()).or_default().push(number);
            }
        }
        Self { slot, compare, tables: tables.to_vec(), rows }
    }

    /// The rows that join with a value, in the order of their tables.
    pub fn find(&self, value: &str) -> &[RowNumber] {
        self.rows.get(&*self.compare.comparable(value)).map_or(&[], Vec::as_slice)
    }

    /// The tables.
    pub(super) fn tables(&self) -> &[Arc<Table>] {
        &self.tables
    }

    /// The row of this number.
    pub fn row(&self, number: RowNumber) -> Option<Row> {
        number.of(&self.tables)
    }
}

/// How values are compared, as the rule and `preaudit.toml` declare it.
#[derive(Clone, Debug, Default)]
pub struct Comparing {
    /// What the rule says.
    pub compare: Compare,
    /// What `preaudit.toml` says.
    pub identities: Identities,
}

impl Comparing {
    /// A value as it is compared. What is in lower case already is not copied: a join is asked
    /// once a record.
    pub fn comparable<'v>(&self, value: &'v str) -> Cow<'v, str> {
        let value = value.trim();
        match self.compare {
            Compare::Exact => Cow::Borrowed(value),
            Compare::Case => lower(value),
            Compare::Account => {
                let bare = value.rsplit_once('\\').map_or(value, |(_, account)| account);
                lower(bare.split_once('@').map_or(bare, |(account, _)| account))
            }
            Compare::Identity => Cow::Owned(self.identities.comparable(value)),
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
        let comparable = |value: &str, compare| {
            Comparing { compare, ..Comparing::default() }.comparable(value).into_owned()
        };
        assert_eq!(comparable(r"EX\Eve", Compare::Account), comparable("eve@ex.org", Compare::Account));
        assert_ne!(comparable("Eve", Compare::Exact), comparable("eve", Compare::Exact));
        assert_eq!(comparable(" Eve ", Compare::Case), "eve");
        assert_ne!(comparable("eve@a.org", Compare::Case), comparable("eve@b.org", Compare::Case));
    }
}
