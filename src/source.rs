//! Text with a name, and spans inside it that cannot be out of range.
//!
//! A [`Source`] is a whole file, one sheet of a workbook written out as text, or a fragment cut
//! from a stream. It turns byte offsets into places: line and column in characters, and a short
//! excerpt to show. The indexes are built on the first question, because most files get none.

use crate::place::{Excerpt, Place};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::OnceLock;

/// Characters of a line that an excerpt keeps. Longer lines are cut around the mark: a log can be
/// one line of hundreds of megabytes, and miette 7.6 panics past column 65,535.
const EXCERPT_COLUMNS: usize = 160;
/// Characters an excerpt shows before the mark when the line must be cut.
const EXCERPT_LEAD: usize = 40;
/// Bytes between two checkpoints of the character count: what a place on a long line may cost, and
/// a five hundredth of the text in memory.
const STRIDE: usize = 4 * 1024;

/// A named text that evidence or a rule was read from.
#[derive(Debug, Serialize, Deserialize)]
pub struct Source {
    name: String,
    text: String,
    /// Line number of the first line, counted from 1.
    first_line: usize,
    /// Column of the first character of the text, counted from 1.
    first_column: usize,
    sheet: Option<String>,
    #[serde(skip)]
    line_starts: OnceLock<Vec<usize>>,
    #[serde(skip)]
    checkpoints: OnceLock<Vec<usize>>,
}

/// A range of one source, always within the text and on character boundaries.
#[derive(Clone, Copy, Debug)]
pub struct Span<'a> {
    source: &'a Source,
    start: usize,
    end: usize,
}

impl Source {
    /// A whole text file. `name` is its path relative to the scanned folder, with `/`.
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Self {
        Self::fragment(name, 1, 1, text)
    }

    /// A piece of a file whose first character stands at `line` and `column`, both from 1.
    pub fn fragment(name: impl Into<String>, line: usize, column: usize, text: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            text: text.into(),
            first_line: line.max(1),
            first_column: column.max(1),
            sheet: None,
            line_starts: OnceLock::new(),
            checkpoints: OnceLock::new(),
        }
    }

    /// A sheet of a workbook: one line a row from row 1, cells separated by tabs from column A.
    pub fn sheet(name: impl Into<String>, sheet: impl Into<String>, text: String) -> Self {
        Self { sheet: Some(sheet.into()), ..Self::new(name, text) }
    }

    /// The path of the file, relative to the scanned folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// A span of this text. What lies outside is cut off, and a boundary inside a character moves
    /// to its start, so that a span is always readable.
    pub fn span(&self, range: Range<usize>) -> Span<'_> {
        let end = floor_boundary(&self.text, range.end.max(range.start));
        let start = floor_boundary(&self.text, range.start).min(end);
        Span { source: self, start, end }
    }

    /// The span of a line, counted from 1 within this text, without its line end.
    pub fn line(&self, number: usize) -> Span<'_> {
        let index = number.max(1) - 1;
        let Some(&start) = self.line_starts().get(index) else {
            return self.span(self.text.len()..self.text.len());
        };
        self.span(start..self.line_end(index))
    }

    /// The bytes of a place in this text.
    pub fn bytes(&self, place: &Place) -> Range<usize> {
        let at = |line: usize, column: usize| {
            let index = line.saturating_sub(self.first_line).min(self.line_starts().len() - 1);
            let lead = if index == 0 { self.first_column } else { 1 };
            let column = column.saturating_sub(lead);
            self.columns(index, &(column..column)).start
        };
        let start = at(place.line, place.column);
        start..at(place.end_line, place.end_column).max(start)
    }

    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let breaks = memchr::memchr_iter(b'\n', self.text.as_bytes());
            std::iter::once(0).chain(breaks.map(|at| at + 1)).collect()
        })
    }

    /// End of the line with this index, before `\n` or `\r\n`.
    fn line_end(&self, index: usize) -> usize {
        let starts = self.line_starts();
        let end = starts.get(index + 1).map_or(self.text.len(), |next| next - 1);
        let line = &self.text.as_bytes()[starts[index]..end];
        if line.ends_with(b"\r") { end - 1 } else { end }
    }

    fn line_index(&self, offset: usize) -> usize {
        self.line_starts().partition_point(|&start| start <= offset) - 1
    }

    /// Characters before each block of the text, and before its end.
    fn checkpoints(&self) -> &[usize] {
        self.checkpoints.get_or_init(|| {
            let mut total = 0;
            let blocks = self.text.as_bytes().chunks(STRIDE);
            std::iter::once(0)
                .chain(blocks.map(|b| {
                    total += count_characters(b);
                    total
                }))
                .collect()
        })
    }

    /// Number of characters before `offset`, from the last checkpoint.
    fn characters_before(&self, offset: usize) -> usize {
        let block = offset / STRIDE;
        self.checkpoints()[block] + count_characters(&self.text.as_bytes()[block * STRIDE..offset])
    }

    /// Where the character with this number begins, counted from 0; the end, when there is none.
    fn character(&self, number: usize) -> usize {
        let block = self.checkpoints().partition_point(|&before| before <= number) - 1;
        let start = (block * STRIDE).min(self.text.len());
        let rest = self.text.as_bytes()[start..].iter().enumerate();
        let mut begins = rest.filter(|&(_, &byte)| begins_character(byte)).map(|(at, _)| start + at);
        begins.nth(number - self.checkpoints()[block]).unwrap_or(self.text.len())
    }

    /// Bytes of the characters with these numbers, from 0, of the line with this index.
    fn columns(&self, index: usize, columns: &Range<usize>) -> Range<usize> {
        let before = self.characters_before(self.line_starts()[index]);
        let end = self.line_end(index);
        let at = |column: usize| self.character(before + column).min(end);
        at(columns.start)..at(columns.end)
    }

    /// Line and column of an offset, both from 1.
    fn position(&self, offset: usize) -> (usize, usize) {
        let index = self.line_index(offset);
        let start = self.line_starts()[index];
        let column = self.characters_before(offset) - self.characters_before(start);
        let lead = if index == 0 { self.first_column } else { 1 };
        (self.first_line + index, lead + column)
    }
}

impl<'a> Span<'a> {
    /// The text of the span.
    pub fn text(&self) -> &'a str {
        &self.source.text[self.start..self.end]
    }

    /// Byte range within the source.
    pub fn range(&self) -> Range<usize> {
        self.start..self.end
    }

    /// The place of this span, with an excerpt of its line and the lines around it.
    pub fn place(&self, label: impl Into<String>) -> Place {
        self.place_with(label, 1)
    }

    /// The place of this span, with an excerpt of its line only: the rows around one of a table
    /// say nothing about it.
    pub fn place_alone(&self, label: impl Into<String>) -> Place {
        self.place_with(label, 0)
    }

    fn place_with(&self, label: impl Into<String>, context: usize) -> Place {
        let (line, column) = self.source.position(self.start);
        let (end_line, end_column) = self.source.position(self.end);
        let mut place = Place {
            file: self.source.name.clone(),
            line,
            column,
            end_line,
            end_column,
            sheet: self.source.sheet.clone(),
            cell: None,
            label: label.into(),
            text: shorten(self.text()),
            excerpt: Some(self.excerpt(context)),
            row: Vec::new(),
        };
        if self.source.sheet.is_some() {
            self.into_cell(&mut place);
        }
        place
    }

    /// In a workbook, line is the row and column the column of the cell.
    fn into_cell(self, place: &mut Place) {
        let row_start = self.source.line_starts()[self.source.line_index(self.start)];
        let before = &self.source.text[row_start..self.start];
        place.column = 1 + before.matches('\t').count();
        place.end_column = place.column;
        place.end_line = place.line;
        place.cell = Some(format!("{}{}", column_letters(place.column), place.line));
    }

    fn excerpt(&self, context: usize) -> Excerpt {
        let source = self.source;
        let index = source.line_index(self.start);
        let last_line = source.line_starts().len() - 1;
        let (first, last) = (index.saturating_sub(context), (index + context).min(last_line));
        let window = self.window(index);
        let mut text = String::new();
        let (mut start, mut end) = (0, 0);
        for i in first..=last {
            let cut = source.columns(i, &window);
            if i == index {
                start = text.len() + self.start.saturating_sub(cut.start).min(cut.len());
                end = text.len() + self.end.saturating_sub(cut.start).min(cut.len());
            }
            let is_cut = cut.end < source.line_end(i);
            text.push_str(&source.text[cut]);
            text.push_str(if is_cut { "…\n" } else { "\n" });
        }
        text.pop();
        let lead = if first == 0 { source.first_column } else { 1 };
        let skipped = match &source.sheet {
            Some(_) => self.cells_before(index, window.start),
            None => window.start,
        };
        Excerpt { line: source.first_line + first, column: lead + skipped, text, start, end: end.max(start) }
    }

    /// Cells of a sheet's row that begin before the character with this number.
    fn cells_before(&self, index: usize, characters: usize) -> usize {
        let start = self.source.line_starts()[index];
        let cut = self.source.columns(index, &(0..characters));
        memchr::memchr_iter(b'\t', &self.source.text.as_bytes()[start..cut.end]).count()
    }

    /// Columns, from 0, that the excerpt shows of each line.
    fn window(&self, index: usize) -> Range<usize> {
        let source = self.source;
        let line_start = source.line_starts()[index];
        let from = source.characters_before(self.start) - source.characters_before(line_start);
        let to = from + self.text().chars().take(EXCERPT_COLUMNS).count();
        if to <= EXCERPT_COLUMNS {
            return 0..EXCERPT_COLUMNS;
        }
        let start = from.saturating_sub(EXCERPT_LEAD);
        start..start + EXCERPT_COLUMNS
    }
}

/// At most 200 characters of a text, for reports.
pub fn shorten(text: &str) -> String {
    shorten_to(text, 200)
}

/// At most so many characters of a text, with a sign where more was there.
pub fn shorten_to(text: &str, characters: usize) -> String {
    match text.char_indices().nth(characters) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

/// Number of characters that start in these bytes of UTF-8.
pub fn count_characters(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| begins_character(byte)).count()
}

fn begins_character(byte: u8) -> bool {
    (byte as i8) >= -0x40
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let offset = offset.min(text.len());
    (0..=offset).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

/// `1` is `A`, `27` is `AA`, as spreadsheets name columns.
pub fn column_letters(column: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    letters.iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_place_counts_characters_not_bytes() {
        let source = Source::new("soa.csv", "id,name\nA.5.1,名é\nA.5.2,x\n");
        let at = source.text().find('é').unwrap();
        let place = source.span(at..at + 2).place("here");
        assert_eq!((place.line, place.column, place.end_column), (2, 8, 9));
        assert_eq!(place.text, "é");
    }

    #[test]
    fn a_span_out_of_range_is_cut_to_the_text() {
        let source = Source::new("a", "né");
        assert_eq!(source.span(1..900).text(), "é");
        assert_eq!(source.span(2..3).text(), "é");
        assert_eq!(source.span(500..900).text(), "");
    }

    #[test]
    fn carriage_returns_belong_to_the_line_end() {
        let source = Source::new("a", "one\r\ntwo\r\n");
        assert_eq!(source.line(1).text(), "one");
        assert_eq!(source.line(2).text(), "two");
        assert_eq!(source.line(9).text(), "");
    }

    #[test]
    fn a_fragment_keeps_the_numbers_of_its_file() {
        let source = Source::fragment("log.json", 1, 70_001, r#"{"a":1}"#);
        let place = source.span(5..6).place("");
        assert_eq!((place.line, place.column), (1, 70_006));
        assert_eq!(place.excerpt.unwrap().column, 70_001);
    }

    #[test]
    fn an_excerpt_of_a_long_line_is_cut_around_the_mark() {
        let text = format!("{}MARK{}", "é".repeat(100_000), "x".repeat(100_000));
        let source = Source::new("one-line.json", text);
        let at = source.text().find("MARK").unwrap();
        let place = source.span(at..at + 4).place("");
        let excerpt = place.excerpt.unwrap();
        assert_eq!(place.column, 100_001);
        assert_eq!(&excerpt.text[excerpt.start..excerpt.end], "MARK");
        assert_eq!(excerpt.text.chars().count(), EXCERPT_COLUMNS + 1, "and an ellipsis");
        assert_eq!(excerpt.column, 100_001 - EXCERPT_LEAD);
    }

    #[test]
    fn a_cell_of_a_sheet_is_named_as_spreadsheets_do() {
        let source = Source::sheet("t.xlsx", "Records", "Title\n\nName\tDue\nAna\t2026-01-01".into());
        let at = source.text().find("2026").unwrap();
        let place = source.span(at..at + 10).place("due");
        assert_eq!(place.cell.as_deref(), Some("B4"));
        assert_eq!((place.line, place.column), (4, 2));
    }

    #[test]
    fn a_place_leads_back_to_its_bytes() {
        let source = Source::new("a", "é = 1\nnamé = \"x\"\n");
        for part in ["é", "namé", "\"x\"", "1\nna"] {
            let at = source.text().find(part).unwrap();
            let span = source.span(at..at + part.len());
            assert_eq!(source.bytes(&span.place("")), span.range(), "{part}");
        }
    }

    #[test]
    fn columns_are_lettered() {
        assert_eq!(column_letters(1), "A");
        assert_eq!(column_letters(26), "Z");
        assert_eq!(column_letters(27), "AA");
        assert_eq!(column_letters(703), "AAA");
    }

    /// Walking the line from its start for each place, this would take minutes.
    #[test]
    fn a_place_costs_the_same_anywhere_on_a_line() {
        let source = Source::new("one-line.json", "é,x".repeat(1_000_000));
        for at in (0..2_000).map(|number| source.text().len() - 4 - number * 4) {
            let place = source.span(at..at + 2).place("");
            assert_eq!((place.column, place.text.as_str()), (at / 4 * 3 + 1, "é"));
        }
    }

    /// Bytes of the characters with these numbers, found by walking the line.
    fn columns_by_walking(line: &str, columns: &Range<usize>) -> Range<usize> {
        let at = |number: usize| line.char_indices().nth(number).map_or(line.len(), |(at, _)| at);
        at(columns.start)..at(columns.end)
    }

    proptest! {
        #[test]
        fn columns_are_those_of_a_walk(
            lines in prop::collection::vec(("[aé\u{1F600}\t]{0,9}", 0..3_000_usize), 1..6),
            ask in (0..6_usize, 0..30_000_usize, 0..200_usize),
            ends in prop::sample::select(vec!["\n", "\r\n"]),
        ) {
            let lines: Vec<String> = lines.iter().map(|(part, times)| part.repeat(*times)).collect();
            let source = Source::new("a", lines.join(ends));
            let index = ask.0 % lines.len();
            let columns = ask.1..ask.1 + ask.2;
            let start = source.line_starts()[index];
            let wanted = columns_by_walking(&lines[index], &columns);
            prop_assert_eq!(source.columns(index, &columns), start + wanted.start..start + wanted.end);
            let before = source.text()[..start + wanted.start].chars().count();
            prop_assert_eq!(source.characters_before(start + wanted.start), before);
        }
    }
}
