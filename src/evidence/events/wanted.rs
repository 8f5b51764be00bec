//! The values that are wanted of records, and where they were found.

use std::ops::Range;

/// No state, no value.
pub(super) const NONE: u32 = u32::MAX;

/// The values that are wanted of records, by the keys that lead to them.
#[derive(Debug)]
pub(super) struct Wanted {
    branches: Vec<Branch>,
    values: u32,
}

#[derive(Debug, Default)]
struct Branch {
    below: Vec<(String, u32)>,
    value: Option<u32>,
}

/// Where a wanted value stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// What stands there.
    pub(super) kind: Kind,
    /// Its first byte; of a text the first behind the quote.
    pub(super) start: u32,
    /// The byte behind it.
    pub(super) end: u32,
}

/// What stands where a value is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Nothing: the key is not there.
    Missing,
    /// A text without escapes.
    Text,
    /// A text that may hold escapes.
    Escaped,
    /// A number, `true`, `false` or `null`.
    Plain,
    /// An object or a list.
    Nested,
}

/// What was found of a record, with room for that of the next one.
#[derive(Debug)]
pub(super) struct Values {
    /// The wanted values by their numbers.
    all: Vec<Found>,
    /// The numbers of those that are not missing.
    there: Vec<u32>,
}

impl Values {
    /// Room for so many values, none of which was found.
    pub(super) fn new(count: usize) -> Self {
        Self { all: vec![Found::MISSING; count], there: Vec::new() }
    }

    /// Forgets what was found.
    pub(super) fn clear(&mut self) {
        for value in self.there.drain(..) {
            self.all[value as usize] = Found::MISSING;
        }
    }

    /// Notes where a value stands; nothing when its number is `NONE`.
    #[inline]
    pub(super) fn note(&mut self, value: u32, kind: Kind, start: usize, end: usize) {
        if let Some(found) = self.all.get_mut(value as usize) {
            *found = Found { kind, start: number(start), end: number(end) };
            self.there.push(value);
        }
    }

    /// Notes where a plain value stands, with its quotes; nothing when its number is `NONE`.
    #[inline]
    pub(super) fn note_plain(&mut self, value: u32, kind: Kind, range: Range<usize>) {
        match kind {
            Kind::Text | Kind::Escaped => self.note(value, kind, range.start + 1, range.end - 1),
            _ => self.note(value, kind, range.start, range.end),
        }
    }

    /// Notes where an object or list begins whose end comes later.
    pub(super) fn begin(&mut self, value: u32, start: usize) {
        self.all[value as usize].start = number(start);
    }

    /// Notes where it ends.
    pub(super) fn end(&mut self, value: u32, end: usize) {
        let start = self.all[value as usize].start as usize;
        self.note(value, Kind::Nested, start, end);
    }

    /// Where the value of this number stands.
    pub(super) fn get(&self, value: usize) -> Found {
        self.all[value]
    }

    /// The numbers of those that were found.
    pub(super) fn there(&self) -> &[u32] {
        &self.there
    }
}

impl Found {
    pub(super) const MISSING: Self = Self { kind: Kind::Missing, start: 0, end: 0 };
}

impl Wanted {
    /// Nothing is wanted.
    pub(super) fn new() -> Self {
        Self { branches: vec![Branch::default()], values: 0 }
    }

    /// Wants the value under these keys, one below the other. Gives its number.
    pub(super) fn add(&mut self, keys: &[String]) -> usize {
        let mut at = 0;
        for key in keys {
            let known = self.branches[at].below.iter().find(|(below, _)| below == key);
            at = if let Some((_, branch)) = known {
                *branch as usize
            } else {
                let new = self.branches.len();
                self.branches[at].below.push((key.clone(), number(new)));
                self.branches.push(Branch::default());
                new
            };
        }
        let value = *self.branches[at].value.get_or_insert(self.values);
        self.values = self.values.max(value + 1);
        value as usize
    }

    /// Number of wanted values.
    pub(super) fn count(&self) -> usize {
        self.values as usize
    }

    pub(super) fn below(&self, branch: u32, key: &[u8]) -> Option<u32> {
        let below = &self.branches.get(branch as usize)?.below;
        below.iter().find(|(known, _)| known.as_bytes() == key).map(|(_, branch)| *branch)
    }

    pub(super) fn value(&self, branch: u32) -> u32 {
        self.branches.get(branch as usize).and_then(|branch| branch.value).unwrap_or(NONE)
    }
}

pub(super) fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(NONE)
}
