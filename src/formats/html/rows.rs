//! Rows of tables under their headers, with the marked cells.

use super::marks::{Piece, pieces};
use crate::place::{CellSeen, Place};
use serde::Serialize;
use std::collections::BTreeMap;

/// The header of a column.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Header<'r> {
    text: &'r str,
    /// True when a narrow page may leave the column out: it is neither first, marked nor beside.
    is_far: bool,
}

/// A row of a table.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Row<'r> {
    pub(super) number: usize,
    pub(super) cells: Vec<Cell<'r>>,
}

/// A cell of a row.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Cell<'r> {
    pub(super) pieces: Vec<Piece<'r>>,
    pub(super) labels: Vec<&'r str>,
    is_marked: bool,
    is_far: bool,
    #[serde(skip)]
    header: &'r str,
}

/// Rows in the order of their lines; those with the same headers stand in one table.
pub(super) fn tables<'r>(
    places: &[&'r Place],
    label: &impl Fn(&'r Place) -> Option<&'r str>,
) -> Vec<(Vec<Header<'r>>, Vec<Row<'r>>)> {
    let mut by_line: BTreeMap<usize, Vec<&'r Place>> = BTreeMap::new();
    places.iter().for_each(|place| by_line.entry(place.line).or_default().push(place));
    let mut tables: Vec<(Vec<&str>, Vec<Row<'r>>)> = Vec::new();
    for (number, mut places) in by_line {
        places.sort_by_key(|place| place.column);
        let cells =
            places.iter().fold(Vec::new(), |cells, place| joined(cells, windowed(place, label(place))));
        let headers: Vec<&str> = cells.iter().map(|cell| cell.header).collect();
        let row = Row { number, cells };
        match tables.iter_mut().find(|(known, _)| *known == headers) {
            Some((_, rows)) => rows.push(row),
            None => tables.push((headers, vec![row])),
        }
    }
    tables.into_iter().map(|(headers, rows)| with_distance(headers, rows)).collect()
}

/// The cells that the report has of a row.
fn windowed<'r>(place: &'r Place, label: Option<&'r str>) -> Vec<Cell<'r>> {
    let cell = |cell: &'r CellSeen| Cell {
        pieces: if cell.is_marked { within(&cell.text, &place.text) } else { whole(&cell.text) },
        labels: label.filter(|_| cell.is_marked).into_iter().collect(),
        is_marked: cell.is_marked,
        is_far: false,
        header: &cell.header,
    };
    let mut cells: Vec<Cell<'r>> = place.row.iter().map(cell).collect();
    // A place that is the whole row marks no cell; its label stands with the first.
    if !cells.iter().any(|cell| cell.is_marked) {
        cells.first_mut().into_iter().for_each(|first| first.labels.extend(label));
    }
    cells
}

fn whole(text: &str) -> Vec<Piece<'_>> {
    vec![Piece { text, is_marked: false }]
}

/// A cell's text with the part that is pointed at; all of it where the part is not found.
fn within<'r>(text: &'r str, part: &str) -> Vec<Piece<'r>> {
    match text.find(part).filter(|_| !part.is_empty()) {
        Some(at) => pieces(text, std::slice::from_ref(&(at..at + part.len()))),
        None => vec![Piece { text, is_marked: true }],
    }
}

/// Two views of one row as one, the left one first: each has the first cell and those around its mark, so
/// the end of the left is the beginning of the right, or does not touch it.
fn joined<'r>(mut left: Vec<Cell<'r>>, mut right: Vec<Cell<'r>>) -> Vec<Cell<'r>> {
    if left.is_empty() {
        return right;
    }
    let same = |a: &[Cell<'_>], b: &[Cell<'_>]| a.iter().zip(b).all(|(a, b)| a.header == b.header);
    let begins_with_first = same(&left[..1], &right[..right.len().min(1)]);
    let first = if begins_with_first { right.drain(..1).next() } else { None };
    let most = left.len().min(right.len());
    let overlap = (0..=most).rev().find(|n| same(&left[left.len() - n..], &right[..*n])).unwrap_or_default();
    let behind = right.split_off(overlap);
    let start = left.len() - overlap;
    left[start..].iter_mut().zip(right).for_each(|(known, other)| known.take_in(other));
    if let (Some(known), Some(other)) = (left.first_mut(), first) {
        known.take_in(other);
    }
    left.extend(behind);
    left
}

impl<'r> Cell<'r> {
    /// Takes in what another view of the same cell marks.
    fn take_in(&mut self, other: Self) {
        if other.is_marked {
            // Two parts of one cell are one mark: all of it.
            let text = if self.is_marked && self.pieces != other.pieces { None } else { Some(other.pieces) };
            self.pieces = text
                .unwrap_or_else(|| std::mem::take(&mut self.pieces).into_iter().map(Piece::marked).collect());
            self.is_marked = true;
        }
        for label in other.labels {
            if !self.labels.contains(&label) {
                self.labels.push(label);
            }
        }
    }
}

/// Tells the columns that a narrow page may leave out.
fn with_distance<'r>(headers: Vec<&'r str>, mut rows: Vec<Row<'r>>) -> (Vec<Header<'r>>, Vec<Row<'r>>) {
    let is_marked: Vec<bool> =
        (0..headers.len()).map(|column| rows.iter().any(|row| row.cells[column].is_marked)).collect();
    let is_near =
        |column: usize| (column.saturating_sub(1)..=column + 1).any(|at| is_marked.get(at) == Some(&true));
    let is_far = |column: usize| column > 0 && !is_near(column);
    for row in &mut rows {
        row.cells.iter_mut().enumerate().for_each(|(column, cell)| cell.is_far = is_far(column));
    }
    let header = |(column, text)| Header { text, is_far: is_far(column) };
    (headers.into_iter().enumerate().map(header).collect(), rows)
}
