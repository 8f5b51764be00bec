//! Tables that records are joined with.

use crate::evidence::Row;
use crate::pack::Compare;
use std::collections::BTreeMap;

/// A table to join with, by the value of one of its fields.
pub struct JoinWith {
    /// Slot of the record's field.
    pub slot: usize,
    /// Rows by the comparable value of the table's field.
    pub rows: BTreeMap<String, Vec<Row>>,
    /// How values are made comparable.
    pub compare: Compare,
}

/// A value as a join compares it.
pub fn comparable(value: &str, compare: Compare) -> String {
    let value = value.trim();
    match compare {
        Compare::Exact => value.to_owned(),
        Compare::Case => value.to_lowercase(),
        Compare::Account => {
            let bare = value.rsplit_once('\\').map_or(value, |(_, account)| account);
            bare.split_once('@').map_or(bare, |(account, _)| account).to_lowercase()
        }
    }
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
