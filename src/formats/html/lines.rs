//! Lines of texts, each once, with all that is marked in them.

use super::marks::{Piece, pieces};
use crate::place::{Excerpt, Place};
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

/// A line of a text.
#[derive(Debug, PartialEq, Serialize)]
pub(super) struct Line<'r> {
    pub(super) number: usize,
    pub(super) pieces: Vec<Piece<'r>>,
    labels: Vec<&'r str>,
    /// True when lines before it are left out.
    pub(super) is_apart: bool,
}

/// A line of an excerpt with all that is marked in it.
#[derive(Default)]
struct Marked<'r> {
    text: &'r str,
    marks: Vec<Range<usize>>,
    labels: Vec<&'r str>,
}

/// Lines in their order, each once, with all marks. A line around a mark is left out when it is blank, and
/// a label that stands above already is not said again.
pub(super) fn lines<'r>(
    places: &[&'r Place],
    label: &impl Fn(&'r Place) -> Option<&'r str>,
) -> Vec<Line<'r>> {
    let mut lines = marked(places, label);
    lines.retain(|_, line| !line.marks.is_empty() || !line.text.trim().is_empty());
    let mut said: Vec<&str> = Vec::new();
    let mut before = None;
    let line = |((number, _), mut line): ((usize, usize), Marked<'r>)| {
        line.labels.retain(|label| !said.contains(label));
        said.extend(&line.labels);
        let is_apart = before.is_some_and(|before| number - before > 1);
        before = Some(number);
        Line { number, pieces: pieces(line.text, &line.marks), labels: line.labels, is_apart }
    };
    lines.into_iter().map(line).collect()
}

/// Lines by their number, and by the column from which on their text is kept.
fn marked<'r>(
    places: &[&'r Place],
    label: &impl Fn(&'r Place) -> Option<&'r str>,
) -> BTreeMap<(usize, usize), Marked<'r>> {
    let mut lines: BTreeMap<(usize, usize), Marked<'r>> = BTreeMap::new();
    for place in places {
        let Some(excerpt) = &place.excerpt else { continue };
        let mut start = 0;
        for (at, text) in excerpt.text.split('\n').enumerate() {
            let line = lines.entry((excerpt.line.saturating_add(at), excerpt.column)).or_default();
            line.text = text;
            if let Some(mark) = mark_in(excerpt, start, text.len()) {
                let is_first = excerpt.start >= start;
                line.labels.extend(label(place).filter(|label| is_first && !line.labels.contains(label)));
                line.marks.push(mark);
            }
            start += text.len() + 1;
        }
    }
    lines
}

/// The part of a mark that lies in the line with these bytes.
fn mark_in(excerpt: &Excerpt, start: usize, length: usize) -> Option<Range<usize>> {
    let (from, to) = (excerpt.start.max(start), excerpt.end.min(start + length));
    (from <= to && excerpt.start <= start + length).then(|| from - start..to - start)
}
