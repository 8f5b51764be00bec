//! Changes of a text.

use crate::source::Source;
use std::collections::BTreeMap;
use std::ops::Range;

/// Characters around a change that its name shows.
const AROUND: usize = 32;

/// A change of one place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::prove) struct Edit {
    /// The bytes that go.
    pub(in crate::prove) range: Range<usize>,
    /// What comes instead.
    pub(in crate::prove) new: String,
}

impl Edit {
    pub(in crate::prove) fn new(range: Range<usize>, new: impl Into<String>) -> Self {
        Self { range, new: new.into() }
    }

    /// The change in words, with what stands around it on its line.
    pub(super) fn name(&self, source: &Source) -> String {
        let (text, Range { start, end }) = (source.text(), self.range.clone());
        let line = lines(text, start..end);
        let skipped = text[line.start..start].chars().count().saturating_sub(AROUND);
        let before: String = text[line.start..start].chars().skip(skipped).collect();
        let behind: String = text[end..line.end].chars().take(AROUND).collect();
        let old = &text[start..end];
        let around = format!("{before}{old}{behind}");
        match &*self.new {
            "" => format!("`{}`: `{old}` is dropped", around.trim()),
            new => format!("`{}`: `{old}` becomes `{new}`", around.trim()),
        }
    }
}

/// A text with all of these changes, which do not overlap.
pub(in crate::prove) fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| edit.range.start);
    let mut made = text.to_owned();
    for edit in edits.into_iter().rev() {
        made.replace_range(edit.range, &edit.new);
    }
    made
}

/// The whole lines of a range.
pub(in crate::prove) fn lines(text: &str, range: Range<usize>) -> Range<usize> {
    let start = text[..range.start].rfind('\n').map_or(0, |at| at + 1);
    let end = text[range.end..].find('\n').map_or(text.len(), |at| range.end + at + 1);
    start..end
}

/// Tells names apart that are the same: the second gets a number.
pub(super) fn numbered(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut known: BTreeMap<String, usize> = BTreeMap::new();
    let numbered = names.map(|name| {
        let count = known.entry(name.clone()).or_default();
        *count += 1;
        if *count == 1 { name } else { format!("{name} ({count})") }
    });
    numbered.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_taken_whole() {
        let text = "a\nbc\nd\n";
        assert_eq!(&text[lines(text, 3..4)], "bc\n");
        assert_eq!(&text[lines(text, 5..6)], "d\n");
    }

    #[test]
    fn a_change_is_named_by_what_stands_around_it() {
        let source = Source::new("x.rhai", "a;\n  if a.b <= ü && c {\nd");
        let at = source.text().find("<=").unwrap();
        let edit = Edit::new(at..at + 2, "<");
        assert_eq!(edit.name(&source), "`if a.b <= ü && c {`: `<=` becomes `<`");
        assert_eq!(apply(source.text(), vec![edit]), "a;\n  if a.b < ü && c {\nd");
        assert_eq!(numbered(["a", "b", "a"].map(str::to_owned).into_iter()), ["a", "b", "a (2)"]);
    }
}
