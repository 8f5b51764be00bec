//! Rows with too many cells, as an unquoted comma makes them.
//!
//! Such a row is never shifted in silence. It is tried in every way in which neighbouring cells
//! could have been one; only ways are kept in which every date, number, control and status word
//! stands under its header. Cells on which all of these ways agree are what they are; all others
//! are not decidable. A row of which not even the key can be told is set aside whole.

use super::grid::{Cell, RawRow};
use super::table::Table;
use std::ops::Range;

/// More cells too many than this are not tried.
const TOO_MANY: usize = 3;
/// More ways than this are not tried.
const WAYS: usize = 5_000;

/// The cells of a ragged row under the headers of its table, where its key can be told.
pub(super) fn mend(table: &Table, row: &RawRow) -> Option<Vec<(Cell, Option<Box<str>>)>> {
    let width = table.grid.width();
    let extra = row.cells.len().checked_sub(width)?;
    if extra == 0 || extra > TOO_MANY || ways(width, extra) > WAYS {
        return None;
    }
    let mut fitting = Vec::new();
    spread(width, extra, &mut Vec::new(), &mut |taken| {
        if let Some(groups) = fit(table, row, taken) {
            fitting.push(groups);
        }
    });
    let agreed = |column: usize| {
        let first = fitting.first()?.get(column)?;
        fitting.iter().all(|groups| groups.get(column) == Some(first)).then(|| first.clone())
    };
    let key = table.kind.key.iter().filter_map(|field| table.matched.columns.get(field)).next()?;
    agreed(*key)?;
    // Free text alone cannot tell where a row was cut.
    (0..width).filter(|&column| table.is_typed(column)).find(|&column| agreed(column).is_some())?;
    Some(
        (0..width)
            .map(|column| agreed(column).map_or((Cell::UNKNOWN, None), |group| cell(row, &group)))
            .collect(),
    )
}

/// Number of ways to spread extra cells over columns.
fn ways(width: usize, extra: usize) -> usize {
    (1..=extra).fold(1, |ways, n| ways * (width + extra - n) / n)
}

/// Calls with every way to give each column the number of cells beyond the first that it takes.
fn spread(width: usize, extra: usize, taken: &mut Vec<usize>, each: &mut dyn FnMut(&[usize])) {
    if taken.len() == width {
        if extra == 0 {
            each(taken);
        }
        return;
    }
    for more in 0..=extra {
        taken.push(more);
        spread(width, extra - more, taken, each);
        taken.pop();
    }
}

/// The cells that each column takes, when every one of them fits under its header.
fn fit(table: &Table, row: &RawRow, taken: &[usize]) -> Option<Vec<Range<usize>>> {
    let mut next = 0;
    let mut groups = Vec::with_capacity(taken.len());
    for (column, more) in taken.iter().enumerate() {
        let group = next..next + 1 + more;
        next = group.end;
        if !table.fits(column, &text(table, row, &group)) {
            return None;
        }
        groups.push(group);
    }
    Some(groups)
}

fn text(table: &Table, row: &RawRow, group: &Range<usize>) -> String {
    match cell(row, group) {
        (_, Some(text)) => text.into_string(),
        (cell, None) => {
            cell.range().and_then(|range| table.grid.source.text().get(range)).unwrap_or_default().to_owned()
        }
    }
}

/// One cell out of a run of neighbours, with what stood between them.
fn cell(row: &RawRow, group: &Range<usize>) -> (Cell, Option<Box<str>>) {
    let (first, last) = (&row.cells[group.start], &row.cells[group.end - 1]);
    let text = if group.len() == 1 { first.text.clone() } else { None };
    (Cell::at(&(first.range.start..last.range.end)), text)
}
