//! A text in pieces, marked and not.

use serde::Serialize;
use std::ops::Range;

/// A part of a text, marked or not.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct Piece<'r> {
    pub(super) text: &'r str,
    pub(super) is_marked: bool,
}

impl Piece<'_> {
    /// The same, marked.
    pub(super) fn marked(self) -> Self {
        Self { is_marked: true, ..self }
    }
}

/// A text cut at its marks. Marks that overlap are one; those that no text can have are left out.
pub(super) fn pieces<'r>(text: &'r str, marks: &[Range<usize>]) -> Vec<Piece<'r>> {
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
