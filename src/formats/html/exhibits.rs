//! Places as a page shows them: rows of tables with the marked cell, lines of texts with the marked words.
//!
//! Places of one file are shown together: rows under the same headers as one table, lines in their order.

use crate::place::{CellSeen, Excerpt, Place};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is seen in one file.
#[derive(Debug, Default, PartialEq, Serialize)]
pub(super) struct Exhibit<'r> {
    /// Path relative to the scanned folder.
    pub(super) file: &'r str,
    sheet: Option<&'r str>,
    /// Where in the file, when it is one place alone: `:17:98` or `!D7`.
    at: String,
    /// Headers of the rows; empty where lines are shown.
    headers: Vec<Header<'r>>,
    rows: Vec<Row<'r>>,
    lines: Vec<Line<'r>>,
    /// What is to be seen, where there is neither row nor line.
    labels: Vec<&'r str>,
}

#[derive(Debug, PartialEq, Serialize)]
struct Header<'r> {
    text: &'r str,
    /// True when a narrow page may leave the column out: it is neither first, marked nor beside.
    is_far: bool,
}

#[derive(Debug, PartialEq, Serialize)]
struct Row<'r> {
    number: usize,
    cells: Vec<Cell<'r>>,
}

#[derive(Debug, Default, PartialEq, Serialize)]
struct Cell<'r> {
    pieces: Vec<Piece<'r>>,
    labels: Vec<&'r str>,
    is_marked: bool,
    is_far: bool,
    #[serde(skip)]
    header: &'r str,
}

#[derive(Debug, PartialEq, Serialize)]
struct Line<'r> {
    number: usize,
    pieces: Vec<Piece<'r>>,
    labels: Vec<&'r str>,
    /// True when lines before it are left out.
    is_apart: bool,
}

/// A part of a text, marked or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Piece<'r> {
    text: &'r str,
    is_marked: bool,
}

/// These places, file by file in the order of their first mention. Labels that say what `said` says already
/// are left out.
pub(super) fn exhibits<'r>(places: &[&'r Place], said: &[&str]) -> Vec<Exhibit<'r>> {
    let mut groups: Vec<(Key<'r>, Vec<&'r Place>)> = Vec::new();
    for place in places {
        let key = Key::of(place);
        match groups.iter_mut().find(|(known, _)| *known == key) {
            Some((_, group)) => group.push(place),
            None => groups.push((key, vec![place])),
        }
    }
    let label = |place: &'r Place| {
        Some(place.label.as_str()).filter(|label| !label.is_empty() && !said.contains(label))
    };
    groups.iter().flat_map(|(key, group)| key.exhibits(group, &label)).collect()
}

/// What places have in common that are shown together.
#[derive(PartialEq)]
struct Key<'r> {
    file: &'r str,
    sheet: Option<&'r str>,
    form: Form,
}

#[derive(PartialEq)]
enum Form {
    Rows,
    Lines,
    Bare,
}

impl<'r> Key<'r> {
    fn of(place: &'r Place) -> Self {
        let form = match (&place.row[..], &place.excerpt) {
            ([_, ..], _) => Form::Rows,
            ([], Some(_)) => Form::Lines,
            ([], None) => Form::Bare,
        };
        Self { file: &place.file, sheet: place.sheet.as_deref(), form }
    }

    fn exhibits(
        &self,
        places: &[&'r Place],
        label: &impl Fn(&'r Place) -> Option<&'r str>,
    ) -> Vec<Exhibit<'r>> {
        let at = match places {
            [one] if self.form != Form::Bare => position(one),
            _ => String::new(),
        };
        let bare = || Exhibit { file: self.file, sheet: self.sheet, at: at.clone(), ..Exhibit::default() };
        match self.form {
            Form::Rows => {
                let tables = tables(places, label).into_iter();
                tables.map(|(headers, rows)| Exhibit { headers, rows, ..bare() }).collect()
            }
            Form::Lines => vec![Exhibit { lines: lines(places, label), ..bare() }],
            Form::Bare => {
                vec![Exhibit { labels: places.iter().filter_map(|place| label(place)).collect(), ..bare() }]
            }
        }
    }
}

/// Where a place stands within its file, as people write it behind the name of the file.
pub(super) fn position(place: &Place) -> String {
    match (&place.cell, &place.excerpt) {
        (Some(cell), _) => format!("!{cell}"),
        (None, None) => String::new(),
        (None, Some(_)) => format!(":{}:{}", place.line, place.column),
    }
}

/// Rows in the order of their lines; those with the same headers stand in one table.
fn tables<'r>(
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
        Some(at) => pieces(text, &[at..at + part.len()]),
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

impl Piece<'_> {
    fn marked(self) -> Self {
        Self { is_marked: true, ..self }
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

/// A line of an excerpt with all that is marked in it.
#[derive(Default)]
struct Marked<'r> {
    text: &'r str,
    marks: Vec<Range<usize>>,
    labels: Vec<&'r str>,
}

/// Lines in their order, each once, with all marks.
fn lines<'r>(places: &[&'r Place], label: &impl Fn(&'r Place) -> Option<&'r str>) -> Vec<Line<'r>> {
    let mut seen: BTreeMap<(usize, usize), Marked<'r>> = BTreeMap::new();
    for place in places {
        let Some(excerpt) = &place.excerpt else { continue };
        let mut start = 0;
        for (at, text) in excerpt.text.split('\n').enumerate() {
            let line = seen.entry((excerpt.line.saturating_add(at), excerpt.column)).or_default();
            line.text = text;
            if let Some(mark) = mark_in(excerpt, start, text.len()) {
                let is_first = excerpt.start >= start;
                line.labels.extend(label(place).filter(|label| is_first && !line.labels.contains(label)));
                line.marks.push(mark);
            }
            start += text.len() + 1;
        }
    }
    let mut before = None;
    let line = |((number, _), line): ((usize, usize), Marked<'r>)| {
        let is_apart = before.is_some_and(|before| number > before + 1);
        before = Some(number);
        Line { number, pieces: pieces(line.text, &line.marks), labels: line.labels, is_apart }
    };
    seen.into_iter().map(line).collect()
}

/// The part of a mark that lies in the line with these bytes.
fn mark_in(excerpt: &Excerpt, start: usize, length: usize) -> Option<Range<usize>> {
    let (from, to) = (excerpt.start.max(start), excerpt.end.min(start + length));
    (from <= to && excerpt.start <= start + length).then(|| from - start..to - start)
}

/// A text cut at its marks. Marks that overlap are one; those that no text can have are left out.
fn pieces<'r>(text: &'r str, marks: &[Range<usize>]) -> Vec<Piece<'r>> {
    let mut marks: Vec<&Range<usize>> =
        marks.iter().filter(|mark| text.get((*mark).clone()).is_some()).collect();
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let mut pieces = Vec::new();
    let mut at = 0;
    for mark in marks {
        let start = mark.start.max(at);
        if start < mark.end {
            pieces.push(Piece { text: &text[at..start], is_marked: false });
            pieces.push(Piece { text: &text[start..mark.end], is_marked: true });
            at = mark.end;
        }
    }
    pieces.push(Piece { text: &text[at..], is_marked: false });
    pieces.retain(|piece| !piece.text.is_empty());
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(line: usize, column: usize, text: &str, row: &[(&str, &str)], marked: usize) -> Place {
        let cell = |(at, (header, text)): (usize, &(&str, &str))| CellSeen {
            header: (*header).to_owned(),
            text: (*text).to_owned(),
            is_marked: at == marked,
        };
        let row = row.iter().enumerate().map(cell).collect();
        Place {
            file: "a.csv".to_owned(),
            line,
            column,
            text: text.to_owned(),
            label: text.to_owned(),
            row,
            ..Place::default()
        }
    }

    fn shown(pieces: &[Piece<'_>]) -> String {
        pieces
            .iter()
            .map(|piece| if piece.is_marked { format!("[{}]", piece.text) } else { piece.text.to_owned() })
            .collect()
    }

    #[test]
    fn two_marks_of_one_row_are_one_row() {
        let left = place(5, 3, "b", &[("id", "7"), ("x", "a"), ("y", "b"), ("z", "c")], 2);
        let right = place(5, 9, "d", &[("id", "7"), ("y", "b"), ("z", "c"), ("v", "d")], 3);
        let seen = exhibits(&[&right, &left], &[]);
        assert_eq!((seen.len(), seen[0].rows.len()), (1, 1));
        let cells: Vec<String> = seen[0].rows[0].cells.iter().map(|cell| shown(&cell.pieces)).collect();
        assert_eq!(cells, ["7", "a", "[b]", "c", "[d]"]);
    }

    #[test]
    fn views_of_a_row_that_do_not_touch_stand_behind_each_other() {
        let left = place(5, 3, "b", &[("id", "7"), ("x", "b")], 1);
        let right = place(5, 90, "d", &[("id", "7"), ("v", "d")], 1);
        let seen = exhibits(&[&left, &right], &[]);
        let cells: Vec<String> = seen[0].rows[0].cells.iter().map(|cell| shown(&cell.pieces)).collect();
        assert_eq!(cells, ["7", "[b]", "[d]"]);
    }

    #[test]
    fn rows_under_the_same_headers_are_one_table() {
        let (one, two) = (place(9, 1, "y", &[("id", "y")], 0), place(4, 1, "x", &[("id", "x")], 0));
        let seen = exhibits(&[&one, &two], &["x"]);
        assert_eq!(seen[0].rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 9]);
        assert_eq!(seen[0].rows[0].cells[0].labels, Vec::<&str>::new(), "the statement says it already");
        assert_eq!(seen[0].rows[1].cells[0].labels, ["y"]);
    }

    #[test]
    fn the_part_of_a_cell_is_marked() {
        let one = place(1, 1, "A.8.2", &[("id", "1"), ("controls", "A.8.1, A.8.2")], 1);
        let seen = exhibits(&[&one], &[]);
        assert_eq!(shown(&seen[0].rows[0].cells[1].pieces), "A.8.1, [A.8.2]");
    }

    fn line(number: usize, text: &str, mark: Range<usize>) -> Place {
        let excerpt =
            Excerpt { line: number, column: 1, text: text.to_owned(), start: mark.start, end: mark.end };
        Place {
            file: "a.log".to_owned(),
            line: number,
            column: 1,
            excerpt: Some(excerpt),
            ..Place::default()
        }
    }

    #[test]
    fn marks_of_one_line_stand_in_one_line() {
        let text = "ana failed twice";
        let seen = exhibits(&[&line(3, text, 11..16), &line(3, text, 0..3), &line(8, text, 0..0)], &[]);
        let lines: Vec<(usize, String, bool)> =
            seen[0].lines.iter().map(|line| (line.number, shown(&line.pieces), line.is_apart)).collect();
        assert_eq!(lines, [(3, "[ana] failed [twice]".to_owned(), false), (8, text.to_owned(), true)]);
    }

    #[test]
    fn a_mark_over_two_lines_is_marked_in_both() {
        let seen = exhibits(&[&line(3, "one\ntwo\nthree", 2..6)], &[]);
        let lines: Vec<String> = seen[0].lines.iter().map(|line| shown(&line.pieces)).collect();
        assert_eq!(lines, ["on[e]", "[tw]o", "three"]);
    }

    /// A report that was kept may have been changed by others.
    #[test]
    fn marks_that_no_text_can_have_are_left_out() {
        for mark in [0..99, 99..120, 1..2, 5..2, usize::MAX..usize::MAX] {
            let seen = exhibits(&[&line(usize::MAX, "é\nb", mark)], &[]);
            assert_eq!(
                seen[0]
                    .lines
                    .iter()
                    .map(|line| shown(&line.pieces).replace(['[', ']'], ""))
                    .collect::<String>(),
                "éb"
            );
        }
    }
}
