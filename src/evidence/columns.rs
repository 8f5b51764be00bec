//! Which column is which field: the best match of the whole table, no column used twice.

use crate::pack::{Kind, Meaning, normalize_header};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How the columns of a table match the fields of a kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Match {
    /// Field to column, from 0.
    pub columns: BTreeMap<String, usize>,
    /// Headers that stand in several columns, so that none of these is used, with the columns.
    pub ambiguous: BTreeMap<String, Vec<usize>>,
    /// Headers that were declared and do not exist.
    pub missing: Vec<String>,
}

/// Matches headers with the fields of a kind. `declared` are the headers that the workspace names
/// for fields; they come first.
pub(super) fn matched(headers: &[String], kind: &Kind, declared: &BTreeMap<String, String>) -> Match {
    let normal: Vec<String> = headers.iter().map(|header| normalize_header(header)).collect();
    matched_as(headers, &normal, kind, declared)
}

/// The same of headers that are normalized already.
pub(super) fn matched_as(
    headers: &[String],
    normal: &[String],
    kind: &Kind,
    declared: &BTreeMap<String, String>,
) -> Match {
    let mut result = Match { ambiguous: ambiguous(headers, normal, kind), ..Match::default() };
    let mut taken: Vec<bool> = (0..headers.len())
        .map(|column| result.ambiguous.values().any(|columns| columns.contains(&column)))
        .collect();
    for (field, header) in declared {
        match declared_column(headers, normal, header) {
            Some(column) => {
                result.columns.insert(field.clone(), column);
                taken[column] = true;
            }
            None => result.missing.push(header.clone()),
        }
    }
    let fields: Vec<&String> = kind.fields.keys().collect();
    let free: Vec<usize> = (0..headers.len()).filter(|&column| !taken[column]).collect();
    for (field, column) in assigned(&free, normal, kind, |field| !result.columns.contains_key(fields[field]))
    {
        result.columns.insert(fields[field].clone(), column);
    }
    result
}

/// Fields with their columns, of those columns and fields that are free. Only what means anything to
/// the other takes part: of most kinds a table has none.
fn assigned(
    free: &[usize],
    normal: &[String],
    kind: &Kind,
    is_free: impl Fn(usize) -> bool,
) -> Vec<(usize, usize)> {
    let meant =
        |column: usize| kind.meanings(&normal[column]).iter().filter(|meaning| is_free(meaning.field));
    let columns: Vec<usize> = free.iter().copied().filter(|&column| meant(column).next().is_some()).collect();
    let fields: BTreeSet<usize> =
        columns.iter().flat_map(|&column| meant(column).map(|meaning| meaning.field)).collect();
    let fields: Vec<usize> = fields.into_iter().collect();
    let mut weights = vec![vec![0; fields.len()]; columns.len()];
    for (row, &column) in columns.iter().enumerate() {
        for meaning in meant(column) {
            if let Ok(at) = fields.binary_search(&meaning.field) {
                weights[row][at] = weight(meaning);
            }
        }
    }
    let found = heaviest(&weights, fields.len()).into_iter().enumerate();
    found.filter_map(|(row, field)| Some((fields[field?], columns[row]))).collect()
}

/// How surely a header means a field: the first synonym is the surest.
fn weight(meaning: &Meaning) -> i64 {
    1_000 - i64::try_from(meaning.rank.min(500)).unwrap_or(500)
}

/// Columns whose headers are the same once normalized, where the header means anything at all.
/// When just one of them is written without anything that was dropped, that one is meant.
fn ambiguous(headers: &[String], normal: &[String], kind: &Kind) -> BTreeMap<String, Vec<usize>> {
    let mut places: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (column, header) in normal.iter().enumerate() {
        places.entry(header).or_default().push(column);
    }
    places.retain(|header, columns| columns.len() > 1 && !kind.meanings(header).is_empty());
    let mut ambiguous = BTreeMap::new();
    for (header, mut columns) in places {
        let exact: Vec<usize> =
            columns.iter().copied().filter(|&at| headers[at].trim().to_lowercase() == header).collect();
        if let [only] = exact[..] {
            columns.retain(|&column| column != only);
        }
        ambiguous.insert(header.to_owned(), columns);
    }
    ambiguous
}

/// The column that a declared header means: `#3` is the third, else the header as it is written,
/// else the one that is the same once normalized.
fn declared_column(headers: &[String], normal: &[String], declared: &str) -> Option<usize> {
    if let Some(number) = declared.strip_prefix('#') {
        let column: usize = number.parse().ok()?;
        return (1..=headers.len()).contains(&column).then(|| column - 1);
    }
    let exact = headers.iter().position(|header| header.trim() == declared.trim());
    exact.or_else(|| normal.iter().position(|header| *header == normalize_header(declared)))
}

/// The assignment of rows to columns with the greatest sum of weights, by the Hungarian method
/// (Kuhn 1955, in the potentials form of Jonker and Volgenant). A weight of zero is no match.
fn heaviest(weights: &[Vec<i64>], columns: usize) -> Vec<Option<usize>> {
    let rows = weights.len();
    let size = rows.max(columns);
    let cost =
        |row: usize, column: usize| -weights.get(row).and_then(|row| row.get(column)).copied().unwrap_or(0);
    // Index 0 stands for "none yet"; rows and columns count from 1.
    let (mut row_potential, mut column_potential) = (vec![0_i64; size + 1], vec![0_i64; size + 1]);
    let mut row_of = vec![0_usize; size + 1];
    for row in 1..=size {
        row_of[0] = row;
        let mut column = 0;
        let mut least = vec![i64::MAX; size + 1];
        let mut before = vec![0_usize; size + 1];
        let mut used = vec![false; size + 1];
        while row_of[column] != 0 {
            used[column] = true;
            let (mut delta, mut next) = (i64::MAX, 0);
            for candidate in (1..=size).filter(|&candidate| !used[candidate]) {
                let at = row_of[column];
                let reduced = cost(at - 1, candidate - 1) - row_potential[at] - column_potential[candidate];
                if reduced < least[candidate] {
                    least[candidate] = reduced;
                    before[candidate] = column;
                }
                if least[candidate] < delta {
                    delta = least[candidate];
                    next = candidate;
                }
            }
            for candidate in 0..=size {
                if used[candidate] {
                    row_potential[row_of[candidate]] += delta;
                    column_potential[candidate] -= delta;
                } else if least[candidate] != i64::MAX {
                    least[candidate] -= delta;
                }
            }
            column = next;
        }
        while column != 0 {
            row_of[column] = row_of[before[column]];
            column = before[column];
        }
    }
    let mut assigned = vec![None; rows];
    for column in 1..=columns {
        let row = row_of[column];
        if row >= 1 && row <= rows && weights[row - 1][column - 1] > 0 {
            assigned[row - 1] = Some(column - 1);
        }
    }
    assigned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The best sum by trying everything.
    fn best(weights: &[Vec<i64>], row: usize, used: u32) -> i64 {
        let Some(line) = weights.get(row) else { return 0 };
        let skipped = best(weights, row + 1, used);
        let taken = (0..line.len())
            .filter(|&column| used & (1 << column) == 0)
            .map(|column| line[column] + best(weights, row + 1, used | (1 << column)));
        taken.max().unwrap_or(0).max(skipped)
    }

    proptest! {
        #[test]
        fn no_assignment_is_heavier(weights in (1_usize..6, 1_usize..6).prop_flat_map(|(rows, columns)| {
            proptest::collection::vec(proptest::collection::vec(prop_oneof![Just(0), 1_i64..9], columns), rows)
        })) {
            let assigned = heaviest(&weights, weights[0].len());
            let sum: i64 = assigned.iter().enumerate().filter_map(|(row, column)| Some(weights[row][(*column)?])).sum();
            prop_assert_eq!(sum, best(&weights, 0, 0));
            let mut columns: Vec<usize> = assigned.into_iter().flatten().collect();
            columns.sort_unstable();
            let count = columns.len();
            columns.dedup();
            prop_assert_eq!(columns.len(), count, "a column is used twice");
        }
    }
}
