//! Places as a page shows them: rows of tables with the marked cell, lines of texts with the marked words.
//!
//! Places of one file are shown together: rows under the same headers as one table, lines in their order.

use super::lines::{Line, lines};
use super::rows::{Header, Row, tables};
use crate::place::Place;
use serde::Serialize;

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

/// How rows of tables are shown.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Rows {
    /// As cells under their headers.
    AsTables,
    /// As lines of their file, where they have some.
    AsLines,
}

/// These places, file by file in the order of their first mention. Labels that say what `said` says already
/// are left out.
pub(super) fn exhibits<'r>(places: &[&'r Place], said: &[&str], rows: Rows) -> Vec<Exhibit<'r>> {
    let mut groups: Vec<(Key<'r>, Vec<&'r Place>)> = Vec::new();
    for place in places {
        let key = Key::of(place, rows);
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
    fn of(place: &'r Place, rows: Rows) -> Self {
        let form = match (&place.row[..], &place.excerpt) {
            ([_, ..], excerpt) if rows == Rows::AsTables || excerpt.is_none() => Form::Rows,
            (_, Some(_)) => Form::Lines,
            (_, None) => Form::Bare,
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

#[cfg(test)]
mod tests {
    use super::super::marks::Piece;
    use super::*;
    use crate::place::{CellSeen, Excerpt};
    use std::ops::Range;

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
        let seen = exhibits(&[&right, &left], &[], Rows::AsTables);
        assert_eq!((seen.len(), seen[0].rows.len()), (1, 1));
        let cells: Vec<String> = seen[0].rows[0].cells.iter().map(|cell| shown(&cell.pieces)).collect();
        assert_eq!(cells, ["7", "a", "[b]", "c", "[d]"]);
    }

    #[test]
    fn views_of_a_row_that_do_not_touch_stand_behind_each_other() {
        let left = place(5, 3, "b", &[("id", "7"), ("x", "b")], 1);
        let right = place(5, 90, "d", &[("id", "7"), ("v", "d")], 1);
        let seen = exhibits(&[&left, &right], &[], Rows::AsTables);
        let cells: Vec<String> = seen[0].rows[0].cells.iter().map(|cell| shown(&cell.pieces)).collect();
        assert_eq!(cells, ["7", "[b]", "[d]"]);
    }

    #[test]
    fn rows_under_the_same_headers_are_one_table() {
        let (one, two) = (place(9, 1, "y", &[("id", "y")], 0), place(4, 1, "x", &[("id", "x")], 0));
        let seen = exhibits(&[&one, &two], &["x"], Rows::AsTables);
        assert_eq!(seen[0].rows.iter().map(|row| row.number).collect::<Vec<_>>(), [4, 9]);
        assert_eq!(seen[0].rows[0].cells[0].labels, Vec::<&str>::new(), "the statement says it already");
        assert_eq!(seen[0].rows[1].cells[0].labels, ["y"]);
    }

    #[test]
    fn a_row_is_a_line_of_its_file_where_there_is_no_room_for_tables() {
        let mut row = place(9, 1, "y", &[("id", "y")], 0);
        row.excerpt = line(9, "y,z", 0..1).excerpt;
        let seen = exhibits(&[&row], &["y"], Rows::AsLines);
        assert_eq!((seen[0].rows.len(), shown(&seen[0].lines[0].pieces).as_str()), (0, "[y],z"));
    }

    #[test]
    fn the_part_of_a_cell_is_marked() {
        let one = place(1, 1, "A.8.2", &[("id", "1"), ("controls", "A.8.1, A.8.2")], 1);
        let seen = exhibits(&[&one], &[], Rows::AsTables);
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

    /// Lines of these places, with marks in brackets.
    fn lines_of(places: &[Place]) -> Vec<(usize, String, bool)> {
        let places: Vec<&Place> = places.iter().collect();
        let seen = exhibits(&places, &[], Rows::AsTables);
        seen[0].lines.iter().map(|line| (line.number, shown(&line.pieces), line.is_apart)).collect()
    }

    #[test]
    fn marks_of_one_line_stand_in_one_line() {
        let text = "ana failed twice";
        let lines = lines_of(&[line(3, text, 11..16), line(3, text, 0..3), line(8, text, 0..0)]);
        assert_eq!(lines, [(3, "[ana] failed [twice]".to_owned(), false), (8, text.to_owned(), true)]);
    }

    #[test]
    fn a_mark_over_two_lines_is_marked_in_both() {
        let lines = lines_of(&[line(3, "one\ntwo\nthree", 2..6)]);
        let texts: Vec<&str> = lines.iter().map(|(_, text, _)| text.as_str()).collect();
        assert_eq!(texts, ["on[e]", "[tw]o", "three"]);
    }

    #[test]
    fn a_blank_line_around_a_mark_is_left_out() {
        assert_eq!(lines_of(&[line(3, " \ntwo\n", 2..5)]), [(4, "[two]".to_owned(), false)]);
    }

    /// A report that was kept may have been changed by others.
    #[test]
    fn marks_that_no_text_can_have_are_left_out() {
        let backwards = std::ops::Range { start: usize::MAX - 1, end: 5 };
        for mark in [0..99, 99..120, 1..2, backwards, usize::MAX..usize::MAX] {
            let lines = lines_of(&[line(usize::MAX, "é", mark.clone()), line(usize::MAX - 9, "é", mark)]);
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().all(|(_, text, _)| text.replace(['[', ']'], "") == "é"), "{lines:?}");
        }
    }
}
