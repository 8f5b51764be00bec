//! What a file probably is, from its name and headers, and how sure that is.

use super::columns;
use super::grid::Grid;
use super::table::controls;
use crate::pack::{Holds, Kind, Packs, Shape, normalize_header, normalize_word};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Points that a name which speaks for a kind is worth, beside 100 for a match of all columns.
const NAMED: usize = 25;
/// A kind must lead by so many points to be taken.
const LEAD: usize = 5;
/// A table must match so many of its columns, in percent; less where its name speaks for the kind.
const MATCHED: usize = 40;
const MATCHED_AND_NAMED: usize = 25;
/// Rows looked at to see whether a column holds ids of controls.
const SAMPLE: usize = 50;

/// A kind that a table may be, and why.
#[derive(Clone, Debug)]
pub(super) struct Guess {
    /// The kind.
    pub kind: Arc<Kind>,
    /// Columns that are fields of the kind.
    pub matched: usize,
    /// Columns with a header.
    pub columns: usize,
    /// Letters of the longest name of the kind that the file or sheet carries.
    pub named: usize,
}

/// What a table is taken for.
#[derive(Clone, Debug)]
pub(super) enum Recognized {
    /// This.
    As(Guess),
    /// Either of these, so neither.
    Either(Guess, Guess),
    /// Nothing known.
    Nothing,
}

impl Guess {
    /// How sure the guess is, in percent.
    pub(super) fn percent(&self) -> usize {
        self.points().min(100)
    }

    fn points(&self) -> usize {
        self.matched * 100 / self.columns.max(1) + if self.named > 0 { NAMED } else { 0 }
    }

    fn is_enough(&self) -> bool {
        let percent = self.matched * 100 / self.columns.max(1);
        self.matched >= 2 && percent >= if self.named > 0 { MATCHED_AND_NAMED } else { MATCHED }
    }
}

/// What a table with these headers is, in a file or sheet of this name.
pub(super) fn table(grid: &Grid, name: &str, packs: &Packs) -> Recognized {
    let headers = Headers::new(&grid.headers);
    let kinds = packs.kinds.values().filter(|kind| kind.shape == Shape::Table);
    let mut guesses: Vec<Guess> = kinds.filter_map(|kind| headers.guess(Some(grid), kind, name)).collect();
    // Of two kinds with the same points, the longer name decides, and then the order of names.
    guesses.sort_by_key(|guess| (std::cmp::Reverse((guess.points(), guess.named)), guess.kind.id.clone()));
    let mut guesses = guesses.into_iter();
    match (guesses.next(), guesses.next()) {
        (Some(first), Some(second)) if torn(&first, &second) => Recognized::Either(first, second),
        (Some(first), _) => Recognized::As(first),
        (None, _) => Recognized::Nothing,
    }
}

fn torn(first: &Guess, second: &Guess) -> bool {
    first.points() - second.points() < LEAD && first.named <= second.named
}

/// The headers of a table, made ready to be compared with kinds.
pub(super) struct Headers<'h> {
    written: &'h [String],
    normal: Vec<String>,
}

impl<'h> Headers<'h> {
    pub(super) fn new(written: &'h [String]) -> Self {
        Self { written, normal: written.iter().map(|header| normalize_header(header)).collect() }
    }

    /// How well they fit one kind, when all that is essential to it is there.
    pub(super) fn guess(&self, grid: Option<&Grid>, kind: &Arc<Kind>, name: &str) -> Option<Guess> {
        let matched = columns::matched_as(self.written, &self.normal, kind, &BTreeMap::new());
        let has = |field: &String| {
            matched.columns.get(field).is_some_and(|&column| {
                grid.is_none_or(|grid| holds_what_it_should(grid, column, kind, field))
            })
        };
        if !kind.essential.iter().all(|group| group.iter().any(has)) {
            return None;
        }
        let guess = Guess {
            kind: Arc::clone(kind),
            matched: matched.columns.len(),
            columns: self.written.iter().filter(|header| !header.trim().is_empty()).count(),
            named: named(&kind.names, name),
        };
        guess.is_enough().then_some(guess)
    }
}

/// A column of controls must hold some; other headers speak for themselves.
fn holds_what_it_should(grid: &Grid, column: usize, kind: &Kind, field: &str) -> bool {
    if kind.fields.get(field).is_none_or(|field| field.holds != Holds::Control) {
        return true;
    }
    let filled: Vec<&str> = grid.column(column).take(SAMPLE).filter(|text| !text.trim().is_empty()).collect();
    let ids = filled.iter().filter(|text| !controls(text).is_empty()).count();
    ids * 2 >= filled.len()
}

/// Which of the first rows of a table is its header: the one that fits any of these kinds best,
/// and without any the first that is as wide as most.
pub(super) fn header_row(rows: &[Vec<&str>], kinds: &[Arc<Kind>]) -> usize {
    let points = |row: &Vec<&str>| {
        let headers: Vec<String> = row.iter().map(|cell| (*cell).to_owned()).collect();
        let headers = Headers::new(&headers);
        let guesses = kinds.iter().filter_map(|kind| headers.guess(None, kind, ""));
        guesses.map(|guess| guess.matched).max().unwrap_or(0)
    };
    let best =
        rows.iter().map(points).enumerate().max_by_key(|&(at, points)| (points, std::cmp::Reverse(at)));
    if let Some((at, 1..)) = best {
        return at;
    }
    let mut widths: BTreeMap<usize, usize> = BTreeMap::new();
    for row in rows {
        *widths.entry(row.len()).or_default() += 1;
    }
    let common = widths.iter().max_by_key(|&(width, count)| (*count, *width)).map_or(0, |(width, _)| *width);
    rows.iter()
        .position(|row| row.len() == common && row.iter().all(|cell| !cell.trim().is_empty()))
        .unwrap_or(0)
}

/// The document kind whose name the file or title carries, the longest name first. `None` means a
/// document of no particular kind.
pub(super) fn document(path: &str, title: Option<&str>, packs: &Packs) -> Option<(Arc<Kind>, usize)> {
    let kinds =
        || packs.kinds.values().filter(|kind| kind.shape == Shape::Document && !kind.names.is_empty());
    let longest = |text: &str| {
        kinds()
            .map(|kind| (named(&kind.names, text), kind))
            .filter(|(named, _)| *named > 0)
            .max_by_key(|(named, _)| *named)
    };
    // The name of a file says what it is meant to be; the title may only mention it.
    let by_name = longest(stem(path)).map(|(_, kind)| (Arc::clone(kind), 90));
    by_name.or_else(|| longest(title?).map(|(_, kind)| (Arc::clone(kind), 70)))
}

/// Letters of the longest of these names that stands in a text as whole words.
fn named(names: &[String], text: &str) -> usize {
    let spaced: String = text.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    let words = format!(" {} ", normalize_word(&spaced));
    names.iter().filter(|name| words.contains(&format!(" {name} "))).map(String::len).max().unwrap_or(0)
}

/// The name of a file without its folders and endings.
pub(super) fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_whole_words_only() {
        let names = ["soa".to_owned(), "risk treatment plan".to_owned(), "risk".to_owned()];
        assert_eq!(named(&names, "2026_Risk-Treatment_Plan v2"), "risk treatment plan".len());
        assert_eq!(named(&names, "soar-playbook"), 0);
        assert_eq!(named(&names, "SoA"), 3);
    }

    #[test]
    fn the_stem_is_the_name_without_endings() {
        assert_eq!(stem("logs/auth.log.gz"), "auth");
        assert_eq!(stem(".hidden"), ".hidden");
        assert_eq!(stem("README"), "README");
    }
}
