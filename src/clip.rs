//! Cuts excerpts of long lines to the width of a page, around what is marked in them.
//!
//! In: places with their excerpts. Out: the same places, in the same order, whose excerpts fit.
//! Cells of a sheet are left alone; they have no line to cut.

use crate::place::{Excerpt, Place};

/// Columns that the arm from a mark to its label takes.
const LABEL_ARM: usize = 4;

/// Columns of a line, from 0, at which its excerpt may begin so that mark and label are seen.
#[derive(Clone, Copy)]
struct Window {
    low: usize,
    high: usize,
    wanted: usize,
}

impl Window {
    fn of(place: &Place, columns: usize) -> Option<Self> {
        let excerpt = place.excerpt.as_ref().filter(|_| place.sheet.is_none())?;
        let first = excerpt.column - 1;
        let mark = first + mark_of(excerpt);
        let length = excerpt.text[excerpt.start..excerpt.end].chars().count();
        let room = length.max(length / 2 + place.label.chars().count() + LABEL_ARM);
        let wanted = mark.saturating_sub(columns / 4).max(first);
        let low = (mark + room).saturating_sub(columns).max(first).min(mark);
        Some(if low == first {
            Self { low, high: mark, wanted: first }
        } else {
            Self { low, high: mark, wanted }
        })
    }

    fn with(self, other: Self) -> Option<Self> {
        let (low, high) = (self.low.max(other.low), self.high.min(other.high));
        (low <= high).then_some(Self { low, high, wanted: self.wanted.min(other.wanted) })
    }

    fn begin(self) -> usize {
        self.wanted.clamp(self.low, self.high)
    }
}

/// Places whose excerpts are cut around their marks to so many columns. Lines that follow each
/// other are cut at the same column where their marks allow it, so that they stay one block.
pub(crate) fn clip(places: &[Place], columns: usize) -> Vec<Place> {
    let windows: Vec<Option<Window>> = places.iter().map(|place| Window::of(place, columns)).collect();
    let mut clipped = Vec::with_capacity(places.len());
    while clipped.len() < places.len() {
        let from = clipped.len();
        let Some(mut window) = windows[from] else {
            clipped.push(places[from].clone());
            continue;
        };
        let mut to = from + 1;
        while to < places.len()
            && follows(&places[to - 1], &places[to])
            && let Some(both) = windows[to].and_then(|next| window.with(next))
        {
            (window, to) = (both, to + 1);
        }
        clipped.extend(places[from..to].iter().map(|place| cut_place(place, window.begin(), columns)));
    }
    clipped
}

/// True when the second place stands on the line of the first or on the next.
fn follows(first: &Place, second: &Place) -> bool {
    first.file == second.file && (second.line == first.line || second.line == first.line + 1)
}

/// Characters before the mark on its line.
fn mark_of(excerpt: &Excerpt) -> usize {
    let before = &excerpt.text[..excerpt.start];
    before.chars().rev().take_while(|c| *c != '\n').count()
}

/// A place with its excerpt cut to so many columns, beginning at one; an ellipsis stands for what
/// was cut.
fn cut_place(place: &Place, begin: usize, columns: usize) -> Place {
    let mut place = place.clone();
    let Some(excerpt) = &mut place.excerpt else { return place };
    let skip = begin.saturating_sub(excerpt.column - 1);
    let mark = mark_of(excerpt).saturating_sub(skip);
    let length = excerpt.text[excerpt.start..excerpt.end].chars().count();
    let marked = excerpt.text[..excerpt.start].matches('\n').count();
    // The mark itself is never covered.
    let is_cut = mark > 0 && excerpt.column - 1 + skip > 0;
    let lines: Vec<String> = excerpt.text.split('\n').map(|line| cut(line, skip, columns, is_cut)).collect();
    let start = lines[..marked].iter().map(|line| line.len() + 1).sum::<usize>();
    let bytes =
        |line: &str, characters: usize| line.chars().take(characters).map(char::len_utf8).sum::<usize>();
    excerpt.start = start + bytes(&lines[marked], mark);
    excerpt.end = start + bytes(&lines[marked], mark + length);
    excerpt.text = lines.join("\n");
    excerpt.column += skip;
    place
}

/// So many columns of a line from a column on; `is_cut` when something stands before them.
fn cut(line: &str, skip: usize, columns: usize, is_cut: bool) -> String {
    let mut kept: Vec<char> = line.chars().skip(skip).take(columns).collect();
    let all = line.chars().count();
    if let Some(first) = kept.first_mut().filter(|_| is_cut) {
        *first = '…';
    }
    if let Some(last) = kept.last_mut().filter(|_| skip + columns < all) {
        *last = '…';
    }
    kept.into_iter().collect()
}
