//! One event of a log: fields of the Elastic Common Schema, each with its place in the item.

use super::items::Position;
use crate::pack::EventFields;
use crate::time::Time;
use std::borrow::Cow;
use std::ops::Range;

/// One event of a log.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Where the item stands that holds it.
    pub position: Position,
    /// Which event of the item it is, from 0.
    pub part: u32,
    /// When it happened.
    pub time: Option<Time>,
    /// Bytes of the time.
    pub time_range: Range<usize>,
    /// Text of the item.
    pub text: &'a str,
    /// The slots that hold something, a bit each; what stands in others is of an item before.
    filled: u128,
    slots: Vec<Slot<'a>>,
}

/// The value of a field and the bytes of the item it stands at: of what it follows from, where it
/// follows from another field, and an empty range where it stands nowhere.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Slot<'a> {
    pub(super) value: Scalar<'a>,
    pub(super) range: Range<usize>,
}

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

impl Scalar<'_> {
    /// The same value, borrowed.
    pub(super) fn lend(&self) -> Scalar<'_> {
        match self {
            Self::Text(text) => Scalar::Text(Cow::Borrowed(text)),
            Self::Integer(number) => Scalar::Integer(*number),
            Self::Number(number) => Scalar::Number(*number),
            Self::Boolean(value) => Scalar::Boolean(*value),
        }
    }

    /// The value as a text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        }
    }
}

/// A number where the field holds numbers and the text is one, else the text.
pub(super) fn typed<'t>(fields: &EventFields, slot: usize, text: Cow<'t, str>) -> Scalar<'t> {
    if fields.is_number(slot)
        && let Ok(number) = text.parse()
    {
        return Scalar::Integer(number);
    }
    Scalar::Text(text)
}

impl<'a> Record<'a> {
    /// Room for records with so many fields.
    pub(super) fn with_slots(slots: usize) -> Self {
        let empty = Slot { value: Scalar::Boolean(false), range: 0..0 };
        let position = Position { offset: 0, line: 1, column: 1 };
        Self {
            position,
            part: 0,
            time: None,
            time_range: 0..0,
            text: "",
            filled: 0,
            slots: vec![empty; slots],
        }
    }

    /// Becomes the record of another item, of which nothing is known yet.
    pub(super) fn begin(&mut self, text: &'a str, position: Position) {
        (self.text, self.position, self.part) = (text, position, 0);
        (self.time, self.time_range, self.filled) = (None, 0..0, 0);
    }

    /// Sets a field.
    pub(super) fn set(&mut self, slot: usize, value: Scalar<'a>, range: Range<usize>) {
        if let Some(place) = self.slots.get_mut(slot) {
            *place = Slot { value, range };
            self.filled |= 1 << slot;
        }
    }

    /// Sets a field to what another one holds, be it nothing.
    pub(super) fn copy(&mut self, to: usize, from: usize) {
        match self.slot(from).cloned() {
            Some(Slot { value, range }) => self.set(to, value, range),
            None => self.filled &= !(1 << to),
        }
    }

    fn slot(&self, slot: usize) -> Option<&Slot<'a>> {
        self.slots.get(slot).filter(|_| self.filled & 1 << slot != 0)
    }

    /// The value of the field in this slot.
    pub fn get(&self, slot: usize) -> Option<&Scalar<'a>> {
        self.slot(slot).map(|slot| &slot.value)
    }

    /// The slots that hold a value, a bit each.
    pub fn filled(&self) -> u128 {
        self.filled
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The bytes of the item where the field in this slot stands, when it stands anywhere.
    pub fn range(&self, slot: usize) -> Option<Range<usize>> {
        self.slot(slot).map(|slot| slot.range.clone()).filter(|range| !range.is_empty())
    }
}
