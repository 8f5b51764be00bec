//! The cells of one record: what each field reads, and where that stands.

use super::find::{Finder, Scope, text_of};
use crate::evidence::grid::Cell;
use crate::evidence::node::Node;
use crate::pack::{ExportPath, Holds, Reading};
use crate::source::Source;
use jiff::Timestamp;
use regex::Regex;
use std::borrow::Cow;
use std::ops::Range;

/// A cell, and its text where that is not what stands there.
pub(super) type Filled = (Cell, Option<Box<str>>);

/// A cell that holds nothing, at a place that shows the record.
pub(super) fn nothing_at(at: usize) -> Filled {
    (Cell::at(&(at..at)), None)
}

/// A word that stands nowhere, at a place that shows the record.
pub(super) fn word_at(at: &Range<usize>, word: &str) -> Filled {
    (Cell::at(at), Some(word.into()))
}

/// Fills the fields of one record.
pub(super) struct Filler<'a, 'n> {
    pub(super) source: &'a Source,
    pub(super) finder: &'a Finder,
    pub(super) scope: Scope<'a, 'n>,
}

impl Filler<'_, '_> {
    /// What the first reading that finds anything gives. What stands nowhere, a constant or an
    /// absence, is shown at `anchor`.
    /// A date or a number is one value; of texts and controls all that stand there are taken.
    pub(super) fn fill(&self, readings: &[Reading], holds: Holds, anchor: &Range<usize>) -> Option<Filled> {
        let most = if matches!(holds, Holds::Text | Holds::Controls) { usize::MAX } else { 1 };
        readings.iter().find_map(|reading| match reading {
            Reading::Constant(word) => Some(word_at(anchor, word)),
            Reading::Text(path) => self.joined(path, most, |node, text| self.whole(node, text)),
            Reading::Pattern(path, pattern) => {
                let pattern = pattern.get()?;
                self.joined(path, most, |node, text| self.parts(node, &text, pattern))
            }
            Reading::Word(condition, word) => match self.finder.fulfilled(condition, self.scope)? {
                Some(node) => {
                    let node = text_of(node).map_or(node, |(node, _)| node);
                    Some(word_at(&node.range, word))
                }
                None => Some(word_at(anchor, word)),
            },
            Reading::Epoch(path, per_second) => {
                let nodes = self.finder.find(path, self.scope);
                nodes.into_iter().find_map(|node| epoch(node, *per_second))
            }
        })
    }

    /// What stands at a path, at most so many apart by `; `, at the place of the first.
    fn joined<'s>(
        &'s self,
        path: &ExportPath,
        most: usize,
        read: impl Fn(&'s Node, Cow<'s, str>) -> Option<(Range<usize>, Cow<'s, str>)>,
    ) -> Option<Filled> {
        let nodes = self.finder.find(path, self.scope);
        let found = nodes.into_iter().filter_map(text_of).filter_map(|(node, text)| read(node, text));
        let mut found = found.filter(|(_, text)| !text.trim().is_empty()).take(most);
        let (range, first) = found.next()?;
        let mut text = first;
        for (_, more) in found {
            let text = text.to_mut();
            text.push_str("; ");
            text.push_str(&more);
        }
        let differs = self.source.text().get(range.clone()) != Some(&*text);
        Some((Cell::at(&range), differs.then(|| text.into())))
    }

    #[expect(clippy::unused_self, clippy::unnecessary_wraps, reason = "it reads as the other does")]
    fn whole<'s>(&self, node: &'s Node, text: Cow<'s, str>) -> Option<(Range<usize>, Cow<'s, str>)> {
        Some((node.range.clone(), text))
    }

    /// The parts that a pattern matches, at their own place where nothing is escaped.
    fn parts<'s>(&self, node: &Node, text: &str, pattern: &Regex) -> Option<(Range<usize>, Cow<'s, str>)> {
        let parts: Vec<_> = pattern.captures_iter(text).filter_map(|found| found.get(1)).collect();
        let first = parts.first()?;
        let is_plain = self.source.text().get(node.range.clone()) == Some(text);
        let range = if is_plain {
            node.range.start + first.start()..node.range.start + first.end()
        } else {
            node.range.clone()
        };
        let parts: Vec<&str> = parts.iter().map(|part| part.as_str().trim()).collect();
        Some((range, Cow::Owned(parts.join("; "))))
    }
}

/// A time in units since 1970, as ISO 8601 in UTC. Tools write 0 where they know none.
fn epoch(node: &Node, per_second: i64) -> Option<Filled> {
    let (node, text) = text_of(node)?;
    let units: i64 = text.trim().split('.').next()?.parse().ok()?;
    let time = Timestamp::from_second(units.div_euclid(per_second)).ok().filter(|_| units > 0)?;
    Some((Cell::at(&node.range), Some(time.to_string().into())))
}
