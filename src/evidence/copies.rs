//! Records that stand in two files of one kind: an export and its spreadsheet in one folder.

use super::table::Table;
use crate::code::Code;
use crate::finding::{Diagnostic, count};
use std::collections::{BTreeMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

/// Tells every table of which half the rows or more stand in an earlier one of its kind. Rows are
/// the same when they agree in every field that both tables have a column for.
pub(super) fn copies(tables: &BTreeMap<String, Vec<Arc<Table>>>) -> Vec<Diagnostic> {
    let mut told = Vec::new();
    for of_kind in tables.values().filter(|tables| tables.iter().all(|table| table.document.is_none())) {
        for (at, later) in of_kind.iter().enumerate() {
            told.extend(of_kind[..at].iter().filter_map(|earlier| copied(earlier, later)));
        }
    }
    told
}

fn copied(earlier: &Table, later: &Table) -> Option<Diagnostic> {
    let fields: Vec<&str> =
        earlier.columns().filter(|field| later.columns().any(|other| other == *field)).collect();
    // Few rows or fields can be the same by chance.
    if fields.len() < 3 || later.grid.len() < 3 {
        return None;
    }
    let known: HashSet<u64> = (0..earlier.grid.len()).map(|row| fingerprint(earlier, row, &fields)).collect();
    let same = (0..later.grid.len()).filter(|row| known.contains(&fingerprint(later, *row, &fields))).count();
    (same * 2 >= later.grid.len()).then(|| {
        let message = format!(
            "{} of {} in {} stand in {} too, and count twice",
            same,
            count(later.grid.len(), "record"),
            later.file(),
            earlier.file()
        );
        let help = "leave one of the two files out of preaudit.toml";
        Diagnostic::warning(Code::CopiedRecords, message)
            .help(help)
            .at(later.grid.header_span().place_alone("this copy"))
    })
}

fn fingerprint(table: &Table, row: usize, fields: &[&str]) -> u64 {
    let mut hasher = DefaultHasher::new();
    for field in fields {
        format!("{:?}", table.value(row, field)).hash(&mut hasher);
    }
    hasher.finish()
}
