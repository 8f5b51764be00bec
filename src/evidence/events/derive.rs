//! Fields that follow from others, looked up once so that no record looks for them by name.

use super::event::{Record, Scalar, typed};
use crate::pack::{Derivation, EventFields};
use std::borrow::Cow;
use std::ops::Range;

/// A derivation of a log source.
pub(super) struct Derived {
    /// What each of these fields must be.
    when: Vec<(usize, Vec<Expected>)>,
    /// Fields whose place it rests on: those of the source's own before what is derived of every
    /// record.
    ground: Vec<usize>,
    set: Vec<(usize, Scalar<'static>)>,
    copy: Vec<(usize, usize)>,
    /// The slots that must hold something for it to hold, a bit each.
    filled: u128,
    /// The slots of which one must hold nothing for it to change anything.
    open: u128,
}

/// What a field must be.
enum Expected {
    /// Filled.
    Anything,
    /// Not filled.
    Nothing,
    /// This, whatever the case of its letters.
    Text(String),
}

impl Expected {
    fn new(value: &str) -> Self {
        match value {
            "*" => Self::Anything,
            "" => Self::Nothing,
            _ => Self::Text(value.to_owned()),
        }
    }

    fn is(&self, value: Option<&Scalar<'_>>) -> bool {
        match (self, value) {
            (Self::Anything, value) => value.is_some(),
            (Self::Nothing, value) => value.is_none(),
            (Self::Text(wanted), Some(Scalar::Text(text))) => wanted.eq_ignore_ascii_case(text),
            (Self::Text(wanted), Some(value)) => wanted.eq_ignore_ascii_case(&value.text()),
            (Self::Text(_), None) => false,
        }
    }
}

impl Derived {
    /// The derivations of a source that the wanted slots follow from, in order; adds to the wanted
    /// slots what they follow from themselves.
    pub(super) fn of(derivations: &[Derivation], fields: &EventFields, wanted: &mut u128) -> Vec<Self> {
        let mut kept: Vec<Self> = Vec::new();
        for derived in derivations.iter().rev().filter_map(|one| Self::new(one, fields)) {
            if derived.gives() & *wanted != 0 {
                *wanted |= derived.rests_on();
                kept.push(derived);
            }
        }
        kept.reverse();
        kept
    }

    fn new(derivation: &Derivation, fields: &EventFields) -> Option<Self> {
        let slot = |name: &String| fields.slot(name);
        let when = |(name, values): (&String, &Vec<String>)| {
            Some((slot(name)?, values.iter().map(|value| Expected::new(value)).collect()))
        };
        let mut ground: Vec<&String> = derivation.when.keys().collect();
        ground.sort_by_key(|name| name.starts_with("event."));
        let set = |(name, value): (&String, &String)| {
            let slot = slot(name)?;
            Some((slot, typed(fields, slot, Cow::Owned(value.clone()))))
        };
        let copy = |(to, from): (&String, &String)| Some((slot(to)?, slot(from)?));
        let mut derived = Self {
            when: derivation.when.iter().map(when).collect::<Option<_>>()?,
            ground: ground.into_iter().filter_map(slot).collect(),
            set: derivation.set.iter().filter_map(set).collect(),
            copy: derivation.copy.iter().filter_map(copy).collect(),
            filled: 0,
            open: u128::MAX,
        };
        let may_be_empty =
            |expected: &[Expected]| expected.iter().any(|one| matches!(one, Expected::Nothing));
        let filled = derived.when.iter().filter(|(_, expected)| !may_be_empty(expected));
        derived.filled = bits(filled.map(|(slot, _)| *slot));
        if derived.copy.is_empty() {
            derived.open = bits(derived.set.iter().map(|(slot, _)| *slot));
        }
        Some(derived)
    }

    /// The slots that it sets.
    fn gives(&self) -> u128 {
        bits(self.set.iter().map(|(slot, _)| *slot).chain(self.copy.iter().map(|(to, _)| *to)))
    }

    /// The slots that it reads.
    fn rests_on(&self) -> u128 {
        bits(self.when.iter().map(|(slot, _)| *slot).chain(self.copy.iter().map(|(_, from)| *from)))
    }

    /// Sets what follows from what the record holds; what is set already stays.
    pub(super) fn apply<'r>(&'r self, record: &mut Record<'r>) {
        if self.filled & !record.filled() != 0 || self.open & !record.filled() == 0 {
            return;
        }
        if !self.when.iter().all(|(slot, expected)| expected.iter().any(|one| one.is(record.get(*slot)))) {
            return;
        }
        let range = self.ground(record);
        for (slot, value) in &self.set {
            if record.get(*slot).is_none() {
                record.set(*slot, value.lend(), range.clone());
            }
        }
        for (to, from) in &self.copy {
            record.copy(*to, *from);
        }
    }

    /// Bytes of the field that it rests on.
    fn ground(&self, record: &Record<'_>) -> Range<usize> {
        self.ground.iter().find_map(|slot| record.range(*slot)).unwrap_or(0..0)
    }
}

fn bits(slots: impl Iterator<Item = usize>) -> u128 {
    slots.fold(0, |bits, slot| bits | 1 << slot)
}
