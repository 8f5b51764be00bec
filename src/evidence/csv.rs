//! Comma-separated text and its relatives, with the place of every cell.

use super::grid::{RawCell, RawRow};
use csv_core::{ReadFieldResult, Reader, ReaderBuilder};
use std::cell::RefCell;
use std::ops::Range;
use std::rc::Rc;

/// Bytes that are looked at to find the delimiter.
const SAMPLE: usize = 64 * 1024;

thread_local! {
    /// Readers of this thread by their delimiter; one that nobody else holds is free. Making the tables of
    /// one takes longer than reading a short file, and a clone of one lacks most of them (`csv-core` 0.1).
    static READERS: RefCell<Vec<(u8, Rc<RefCell<Reader>>)>> = const { RefCell::new(Vec::new()) };
}

/// A reader that stands at the start of a text.
fn reader(delimiter: u8) -> Rc<RefCell<Reader>> {
    READERS.with_borrow_mut(|readers| {
        let mut of_it = readers.iter().filter(|(of, _)| *of == delimiter).map(|(_, reader)| reader);
        if let Some(free) = of_it.find(|reader| Rc::strong_count(reader) == 1) {
            free.borrow_mut().reset();
            return Rc::clone(free);
        }
        let made = Rc::new(RefCell::new(ReaderBuilder::new().delimiter(delimiter).build()));
        readers.push((delimiter, Rc::clone(&made)));
        made
    })
}

/// Rows of a text, one after the other. Lines and cells may be of any length, cells may hold line
/// ends inside of quotes.
pub(super) struct CsvRows<'a> {
    text: &'a str,
    reader: Rc<RefCell<Reader>>,
    delimiter: u8,
    /// Next byte to read.
    at: usize,
    /// Where a quote was opened and never closed, with the end of the file.
    unterminated: Option<Range<usize>>,
    field: Vec<u8>,
}

/// The delimiter of a text: the one under which most rows are as wide as the first, among those
/// that cut the first row at all. A first line `sep=;` declares it.
pub(super) fn delimiter(text: &str) -> u8 {
    if let Some(declared) = text.strip_prefix("sep=").and_then(|rest| rest.bytes().next()) {
        return declared;
    }
    let end = text.char_indices().map(|(at, _)| at).take_while(|&at| at <= SAMPLE).last().unwrap_or(0);
    let sample = if text.len() <= SAMPLE { text } else { &text[..text[..end].rfind('\n').unwrap_or(end)] };
    let score = |delimiter: u8| {
        let widths: Vec<usize> =
            CsvRows::new(sample, delimiter).take(40).map(|row| row.cells.len()).collect();
        let first = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|&&width| width == first).count();
        (first > 1).then(|| (same * 1000 / widths.len(), first))
    };
    b",;\t|".iter().copied().max_by_key(|&delimiter| (score(delimiter), delimiter == b',')).unwrap_or(b',')
}

impl<'a> CsvRows<'a> {
    /// The rows of a text under this delimiter.
    pub(super) fn new(text: &'a str, delimiter: u8) -> Self {
        let declared = text.starts_with("sep=");
        let at = if declared { text.find('\n').map_or(text.len(), |at| at + 1) } else { 0 };
        Self { text, reader: reader(delimiter), delimiter, at, unterminated: None, field: vec![0; 256] }
    }

    /// The part of the text that a quote opened and never closed swallows, once all rows are read.
    pub(super) fn unterminated(&self) -> Option<Range<usize>> {
        self.unterminated.clone()
    }

    /// Reads one cell: its text, the bytes it took, and whether it ends its row. `None` at the end.
    fn cell(&mut self) -> Option<(Range<usize>, usize, bool)> {
        let text = self.text.as_bytes();
        let (start, mut length) = (self.at, 0);
        let mut reader = self.reader.borrow_mut();
        loop {
            let (result, taken, written) = reader.read_field(&text[self.at..], &mut self.field[length..]);
            self.at += taken;
            length += written;
            match result {
                ReadFieldResult::InputEmpty => {}
                ReadFieldResult::OutputFull => self.field.resize(self.field.len() * 2, 0),
                ReadFieldResult::Field { record_end } => return Some((start..self.at, length, record_end)),
                ReadFieldResult::End => return None,
            }
        }
    }

    /// A cell from the bytes it took: without blank lines before it and the delimiter behind it.
    fn raw(&mut self, took: Range<usize>, length: usize, first: bool) -> RawCell {
        let text = self.text.as_bytes();
        let mut range = took;
        while first && range.start < range.end && matches!(text[range.start], b'\n' | b'\r') {
            range.start += 1;
        }
        while range.end > range.start
            && matches!(text[range.end - 1], b'\n' | b'\r')
            && !inside_quotes(&text[range.clone()])
        {
            range.end -= 1;
        }
        if range.end > range.start
            && text[range.end - 1] == self.delimiter
            && !inside_quotes(&text[range.clone()])
        {
            range.end -= 1;
        }
        let raw = &text[range.clone()];
        if raw.first() == Some(&b'"')
            && raw.iter().filter(|&&b| b == b'"').count() % 2 == 1
            && self.at == text.len()
        {
            self.unterminated = Some(range.clone());
        }
        if raw.len() >= 2 && raw.first() == Some(&b'"') && raw.last() == Some(&b'"') {
            range = range.start + 1..range.end - 1;
        }
        let value = String::from_utf8_lossy(&self.field[..length]);
        let plain = self.text.get(range.clone()) == Some(&*value);
        RawCell { range, text: (!plain).then(|| value.into_owned().into_boxed_str()) }
    }
}

/// The cells of one row, in room that is used again; none where the text is no row. Most rows of logs
/// quote nothing, and are cut at the delimiters.
pub(super) fn cells(row: &str, delimiter: u8, cells: &mut Vec<RawCell>) {
    cells.clear();
    let bytes = row.as_bytes();
    if row.is_empty() || memchr::memchr3(b'"', b'\r', b'\n', bytes).is_some() {
        cells.extend(CsvRows::new(row, delimiter).next().unwrap_or_default().cells);
        return;
    }
    let mut start = 0;
    for end in memchr::memchr_iter(delimiter, bytes).chain([bytes.len()]) {
        cells.push(RawCell::plain(start..end));
        start = end + 1;
    }
}

/// True when the bytes open a quote that is not closed before their last byte.
fn inside_quotes(bytes: &[u8]) -> bool {
    let before = &bytes[..bytes.len() - 1];
    before.first() == Some(&b'"') && before.iter().filter(|&&b| b == b'"').count() % 2 == 1
}

impl Iterator for CsvRows<'_> {
    type Item = RawRow;

    fn next(&mut self) -> Option<RawRow> {
        let mut row = RawRow::default();
        loop {
            let (took, length, ends) = self.cell()?;
            let cell = self.raw(took, length, row.cells.is_empty());
            if self.unterminated.is_some() {
                return None;
            }
            row.cells.push(cell);
            if ends {
                return Some(row);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use proptest::prelude::*;

    fn rows(text: &str) -> Vec<Vec<String>> {
        CsvRows::new(text, delimiter(text))
            .map(|row| row.cells.iter().map(|cell| cell.text(text).to_owned()).collect())
            .collect()
    }

    #[test]
    fn cells_keep_their_place() {
        let source = Source::new("t.csv", "id,note\r\n1,\"a \"\"b\"\"\r\nc\"\r\n\r\n2,x\r\n");
        let found: Vec<RawRow> = CsvRows::new(source.text(), b',').collect();
        let place = |row: usize, cell: usize| source.span(found[row].cells[cell].range.clone()).place("");
        assert_eq!(found[1].cells[1].text(source.text()), "a \"b\"\r\nc");
        assert_eq!((place(1, 1).line, place(1, 1).column), (2, 4));
        assert_eq!((place(2, 1).line, place(2, 1).column), (5, 3));
        assert_eq!(found.len(), 3);
    }

    #[test]
    fn the_delimiter_is_found() {
        assert_eq!(delimiter("a;b;c\n1,5;2;3\n"), b';');
        assert_eq!(delimiter("a\tb\n1\t2\n"), b'\t');
        assert_eq!(delimiter("a,b\n\"x;y;z\",2\n"), b',');
        assert_eq!(delimiter("sep=|\na|b\n"), b'|');
        assert_eq!(delimiter("one column\n"), b',');
        assert_eq!(rows("sep=;\na;b\n1;2\n"), [["a", "b"], ["1", "2"]]);
    }

    #[test]
    fn a_quote_that_is_never_closed_is_told_and_swallows_nothing() {
        let source = Source::new("t.csv", "id,note\n1,fine\n2,\"open\n3,swallowed\n4,swallowed\n");
        let mut reader = CsvRows::new(source.text(), b',');
        assert_eq!(reader.by_ref().count(), 2);
        let swallowed = reader.unterminated().unwrap();
        assert_eq!(source.span(swallowed).place("").line, 3);
    }

    #[test]
    fn an_empty_text_has_no_rows() {
        assert!(rows("").is_empty());
        assert!(rows("\n\r\n").is_empty());
    }

    proptest! {
        #[test]
        fn cells_are_those_of_the_csv_crate(text in "[ab,;\"\n\r é]{0,60}") {
            let mut reader = CsvRows::new(&text, b',');
            let ours: Vec<Vec<String>> = reader.by_ref()
                .map(|row| row.cells.iter().map(|cell| cell.text(&text).to_owned()).collect())
                .collect();
            let theirs: Vec<Vec<String>> = csv::ReaderBuilder::new().has_headers(false).flexible(true)
                .from_reader(text.as_bytes()).records()
                .map(|record| record.unwrap().iter().map(str::to_owned).collect())
                .collect();
            let theirs = if reader.unterminated().is_some() { theirs[..ours.len()].to_vec() } else { theirs };
            prop_assert_eq!(ours, theirs);
        }

        #[test]
        fn a_row_of_a_log_has_the_cells_that_it_has_in_a_table(row in "[ab;\"é ][ab,;\"\n é]{0,30}") {
            let mut found = vec![RawCell::plain(0..1)];
            cells(&row, b',', &mut found);
            prop_assert_eq!(found, CsvRows::new(&row, b',').next().unwrap_or_default().cells);
        }

        #[test]
        fn every_cell_stands_where_it_says(cells in proptest::collection::vec("[a-z\",\n é]{0,6}", 1..12)) {
            let mut writer = csv::WriterBuilder::new().from_writer(Vec::new());
            writer.write_record(&cells).unwrap();
            let text = String::from_utf8(writer.into_inner().unwrap()).unwrap();
            for row in CsvRows::new(&text, b',') {
                for cell in &row.cells {
                    let raw = &text[cell.range.clone()];
                    prop_assert_eq!(raw.replace("\"\"", "\""), cell.text(&text));
                }
            }
        }
    }
}
