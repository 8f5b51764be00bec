//! Rows of cells as a reader found them, before anyone says what the columns mean.

use crate::source::{Source, Span};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// A header may stand below a title and logo rows, within so many rows.
const HEADER_WITHIN: usize = 15;

/// Where a cell stands in its source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    start: u32,
    end: u32,
}

/// A table whose rows are all as wide as its header.
#[derive(Debug, Serialize, Deserialize)]
pub struct Grid {
    /// The text that cells stand in.
    pub source: Arc<Source>,
    /// Sheet, or heading above the table.
    pub title: Option<String>,
    /// Texts of the header cells.
    pub headers: Vec<String>,
    /// Where the header cells stand.
    pub header_cells: Vec<Cell>,
    /// Rows that are wider or narrower than the header, set aside.
    #[serde(skip)]
    pub ragged: Vec<RawRow>,
    /// Number of rows above the header.
    pub preamble: usize,
    cells: Vec<Cell>,
    /// Where each row stands, when that is not from its first cell to its last.
    records: Vec<Cell>,
    /// Texts of cells that differ from what stands in the source: unquoted, unescaped, plain.
    texts: HashMap<usize, Box<str>>,
}

/// A row as a reader gives it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawRow {
    /// The cells.
    pub cells: Vec<RawCell>,
}

/// A cell as a reader gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCell {
    /// Bytes of the source.
    pub range: Range<usize>,
    /// Its text, where that is not what stands in the source.
    pub text: Option<Box<str>>,
}

impl Cell {
    /// A cell that the record does not have at all.
    pub const MISSING: Self = Self { start: u32::MAX, end: 0 };
    /// A cell of a ragged row of which nobody can say what stands in it.
    pub const UNKNOWN: Self = Self { start: u32::MAX, end: 1 };

    /// A cell at these bytes. Sources of tables are kept below 4 GiB by the readers.
    #[expect(clippy::cast_possible_truncation, reason = "sources of tables are below 4 GiB")]
    pub fn at(range: &Range<usize>) -> Self {
        Self { start: range.start as u32, end: range.end as u32 }
    }

    /// The bytes, when the cell stands anywhere.
    pub fn range(self) -> Option<Range<usize>> {
        (self.start != u32::MAX).then_some(self.start as usize..self.end as usize)
    }
}

impl RawCell {
    /// A cell whose text is what stands in the source.
    pub fn plain(range: Range<usize>) -> Self {
        Self { range, text: None }
    }

    /// The text of the cell, of the text that it stands in.
    pub fn text<'a>(&'a self, of: &'a str) -> &'a str {
        match &self.text {
            Some(text) => text,
            None => of.get(self.range.clone()).unwrap_or_default(),
        }
    }
}

impl RawRow {
    /// Bytes from the first cell to the last.
    pub fn range(&self) -> Range<usize> {
        let start = self.cells.first().map_or(0, |cell| cell.range.start);
        start..self.cells.last().map_or(start, |cell| cell.range.end)
    }

    fn texts<'a>(&'a self, source: &'a Source) -> Vec<&'a str> {
        self.cells.iter().map(|cell| cell.text(source.text())).collect()
    }
}

/// Says which of the first rows is the header, given their texts.
pub(super) type HeaderChoice<'a> = &'a dyn Fn(&[Vec<&str>]) -> usize;

impl Grid {
    /// An empty table with these headers, to be filled with [`Grid::push`].
    pub fn new(source: Arc<Source>, title: Option<String>, headers: Vec<(String, Cell)>) -> Self {
        let (headers, header_cells) = headers.into_iter().unzip();
        Self {
            source,
            title,
            headers,
            header_cells,
            ragged: Vec::new(),
            preamble: 0,
            cells: Vec::new(),
            records: Vec::new(),
            texts: HashMap::new(),
        }
    }

    /// Builds a table from rows. The header is chosen among the first 15; what is not as wide as
    /// the header is set aside. Blank rows are left out.
    pub fn build(
        source: Arc<Source>,
        title: Option<String>,
        rows: impl Iterator<Item = RawRow>,
        choose: HeaderChoice<'_>,
    ) -> Self {
        let mut rows = rows.fuse();
        let first: Vec<RawRow> = rows.by_ref().take(HEADER_WITHIN).collect();
        let texts: Vec<Vec<&str>> = first.iter().map(|row| row.texts(&source)).collect();
        let header_at = if first.is_empty() { 0 } else { choose(&texts).min(first.len() - 1) };
        let header = first.get(header_at).map(|row| {
            row.cells
                .iter()
                .map(|cell| (cell.text(source.text()).trim().to_owned(), Cell::at(&cell.range)))
                .collect()
        });
        drop(texts);
        let mut grid = Self::new(source, title, header.unwrap_or_default());
        grid.preamble = header_at;
        first.into_iter().skip(header_at + 1).chain(rows).for_each(|row| grid.add(row));
        grid
    }

    fn add(&mut self, row: RawRow) {
        let blank = row.cells.iter().all(|cell| cell.text(self.source.text()).trim().is_empty());
        if row.cells.len() == self.width() {
            if !blank {
                self.push(row.cells.into_iter().map(|cell| (Cell::at(&cell.range), cell.text)));
            }
        } else if !blank {
            self.ragged.push(row);
        }
    }

    /// Adds a row of as many cells as there are headers.
    pub fn push(&mut self, cells: impl Iterator<Item = (Cell, Option<Box<str>>)>) {
        for (cell, text) in cells {
            if let Some(text) = text {
                self.texts.insert(self.cells.len(), text);
            }
            self.cells.push(cell);
        }
    }

    /// Adds a row that stands at these bytes, some of whose cells may stand elsewhere. A table holds only
    /// such rows or none.
    pub fn push_record(
        &mut self,
        range: &Range<usize>,
        cells: impl Iterator<Item = (Cell, Option<Box<str>>)>,
    ) {
        self.records.push(Cell::at(range));
        self.push(cells);
    }

    /// Puts a mended row in its place among the others, by where it stands.
    pub fn insert(&mut self, row: Vec<(Cell, Option<Box<str>>)>) {
        let start = row.iter().find_map(|(cell, _)| cell.range()).map_or(usize::MAX, |range| range.start);
        let before = (0..self.len()).take_while(|&at| self.row_range(at).start < start).count();
        let at = before * self.width();
        let moved = |index: usize| if index >= at { index + row.len() } else { index };
        self.texts =
            std::mem::take(&mut self.texts).into_iter().map(|(index, text)| (moved(index), text)).collect();
        for (offset, (cell, text)) in row.into_iter().enumerate() {
            if let Some(text) = text {
                self.texts.insert(at + offset, text);
            }
            self.cells.insert(at + offset, cell);
        }
    }

    /// Number of columns.
    pub fn width(&self) -> usize {
        self.headers.len()
    }

    /// Number of rows.
    pub fn len(&self) -> usize {
        self.cells.len() / self.width().max(1)
    }

    /// True when there is a header at most.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The cell of a row and column, both from 0.
    pub fn cell(&self, row: usize, column: usize) -> Cell {
        self.cells.get(row * self.width() + column).copied().unwrap_or(Cell::MISSING)
    }

    /// The text of a cell; empty where none stands.
    pub fn text(&self, row: usize, column: usize) -> &str {
        if let Some(text) = self.texts.get(&(row * self.width() + column)) {
            return text;
        }
        self.cell(row, column).range().and_then(|range| self.source.text().get(range)).unwrap_or_default()
    }

    /// The texts of a column, from the first row.
    pub fn column(&self, column: usize) -> impl Iterator<Item = &str> {
        (0..self.len()).map(move |row| self.text(row, column))
    }

    /// Bytes from the first cell of a row that stands anywhere to the last; those of its record, where
    /// it is one.
    pub fn row_range(&self, row: usize) -> Range<usize> {
        if let Some(record) = self.records.get(row).and_then(|record| record.range()) {
            return record;
        }
        let ranges = (0..self.width()).filter_map(|column| self.cell(row, column).range());
        let (start, end) =
            ranges.fold((usize::MAX, 0), |(start, end), range| (start.min(range.start), end.max(range.end)));
        if start == usize::MAX { 0..0 } else { start..end }
    }

    /// The span of a cell; where none stands, of its row.
    pub fn span(&self, row: usize, column: usize) -> Span<'_> {
        let range = self.cell(row, column).range().unwrap_or_else(|| self.row_range(row));
        self.source.span(range)
    }

    /// The span of the header row.
    pub fn header_span(&self) -> Span<'_> {
        let ranges = || self.header_cells.iter().filter_map(|cell| cell.range());
        let start = ranges().next().map_or(0, |range| range.start);
        self.source.span(start..ranges().next_back().map_or(start, |range| range.end))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ranges: &[(usize, usize)]) -> RawRow {
        RawRow { cells: ranges.iter().map(|&(a, b)| RawCell::plain(a..b)).collect() }
    }

    #[test]
    fn a_row_of_another_width_is_set_aside_and_not_shifted() {
        let source = Arc::new(Source::new("a.csv", "a,b\n1,2\n3,4,5\n6,7\n"));
        let rows = [
            row(&[(0, 1), (2, 3)]),
            row(&[(4, 5), (6, 7)]),
            row(&[(8, 9), (10, 11), (12, 13)]),
            row(&[(14, 15), (16, 17)]),
        ];
        let mut grid = Grid::build(source, None, rows.into_iter(), &|_| 0);
        assert_eq!((grid.len(), grid.ragged.len()), (2, 1));
        assert_eq!(grid.column(1).collect::<Vec<_>>(), ["2", "7"]);
        grid.insert(vec![(Cell::at(&(8..9)), None), (Cell::at(&(10..13)), Some("four".into()))]);
        assert_eq!(grid.column(1).collect::<Vec<_>>(), ["2", "four", "7"]);
        assert_eq!(grid.text(2, 0), "6");
    }

    #[test]
    fn the_header_may_stand_below_a_title() {
        let source = Arc::new(Source::new("a.csv", "Title\na,b\n1,2\n"));
        let rows = [row(&[(0, 5)]), row(&[(6, 7), (8, 9)]), row(&[(10, 11), (12, 13)])];
        let grid = Grid::build(source, None, rows.into_iter(), &|rows| usize::from(rows.len() > 1));
        assert_eq!(grid.headers, ["a", "b"]);
        assert_eq!((grid.preamble, grid.len()), (1, 1));
    }
}
