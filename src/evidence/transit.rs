//! Tables and rows on their way to another process: a table goes whole, and a row as its number among
//! the tables that went before, so that what comes back points at what is here.

use super::row::Row;
use super::table::Table;
use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::cell::RefCell;
use std::sync::Arc;

thread_local! {
    /// The tables that rows are numbered by in this thread.
    static TABLES: RefCell<Vec<Arc<Table>>> = const { RefCell::new(Vec::new()) };
}

/// Works while rows that are written or read in this thread are of these tables.
pub fn among<T>(tables: &[Arc<Table>], work: impl FnOnce() -> T) -> T {
    let before = TABLES.replace(tables.to_vec());
    let made = work();
    TABLES.set(before);
    made
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let known =
            |tables: &Vec<Arc<Table>>| tables.iter().position(|table| Arc::ptr_eq(table, &self.table));
        let table =
            TABLES.with_borrow(known).ok_or_else(|| S::Error::custom("a row of no table that goes along"))?;
        (table, self.index).serialize(to)
    }
}

impl<'d> Deserialize<'d> for Row {
    fn deserialize<D: Deserializer<'d>>(from: D) -> Result<Self, D::Error> {
        let (table, index) = <(usize, usize)>::deserialize(from)?;
        let table = TABLES.with_borrow(|tables| tables.get(table).cloned());
        let table = table.filter(|table| index < table.grid.len());
        table.map(|table| Self { table, index }).ok_or_else(|| D::Error::custom("a row that is not there"))
    }
}
