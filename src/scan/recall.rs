//! What values mean to scans, remembered: a log repeats its regions, users and programs.
//!
//! Every thread remembers for itself. What does not repeat is not remembered for long: a field whose
//! values are new too often is looked up anew each time.

use super::set::Set;
use super::waiting::{Answer, Waiting};
use crate::evidence::{Record, Scalar};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Bytes that the answers of one field may take.
const MOST_BYTES: usize = 1 << 20;
/// What an answer takes besides its set, about.
const BESIDES: usize = 128;
/// Longer values are not remembered.
const LONGEST: usize = 96;
/// So many new values before it matters how often one is new.
const MANY: usize = 1_024;

/// What was remembered of one log, and room for looking at a record.
pub(super) struct Recall {
    /// By field.
    pub(super) memories: Vec<Memory>,
    /// The scans that are asked of all fields at once.
    pub(super) settled: Set,
    /// Of these, those that the record at hand may still pass.
    pub(super) passing: Set,
    /// By field, whether a scan waits there that is not settled.
    pub(super) is_awaited: Vec<bool>,
    /// The scans that the record at hand is shown to, and why.
    pub(super) found: Vec<(usize, Why)>,
}

/// Why a record is shown to a scan.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Why {
    /// It must see all.
    #[default]
    All,
    /// What it waits for was found.
    Found,
    /// The record passes all that the scan asks of single fields.
    Passed,
}

/// What was remembered of one field.
#[derive(Default)]
pub(super) struct Memory {
    texts: HashMap<Box<str>, usize, FixedState>,
    others: HashMap<Plain, usize, FixedState>,
    answers: Vec<Answer>,
    /// Room for an answer that is not remembered.
    fresh: Answer,
    asked: usize,
    new: usize,
}

/// A value that is no text, or none.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Plain {
    Nothing,
    /// A number of this rank.
    Rank(usize),
    Integer(i64),
    Number(u64),
    Boolean(bool),
}

impl Recall {
    /// Nothing is remembered of so many fields, for so many scans.
    pub(super) fn new(fields: usize, scans: usize) -> Self {
        Self {
            memories: (0..fields).map(|_| Memory::default()).collect(),
            settled: Set::none(scans),
            passing: Set::none(scans),
            is_awaited: vec![true; fields],
            found: Vec::new(),
        }
    }
}

impl Memory {
    /// What the value means that a record has in a field. Where it is not remembered, it may be wrong of
    /// scans that the record does not pass.
    pub(super) fn ask(&mut self, field: &Waiting, record: &Record<'_>, passing: &Set) -> &Answer {
        // What is mostly new is not worth remembering.
        let is_off = self.new > MANY && 2 * self.new > self.asked;
        if !is_off {
            self.asked += 1;
            if let Some(known) = self.known(field, record.get(field.slot)) {
                return &self.answers[known];
            }
            self.new += 1;
            if self.has_room() && self.remember(field, record) {
                return &self.answers[self.answers.len() - 1];
            }
        }
        field.ask(record, Some(passing), &mut self.fresh);
        &self.fresh
    }

    #[inline]
    fn known(&self, field: &Waiting, value: Option<&Scalar<'_>>) -> Option<usize> {
        match value {
            Some(Scalar::Text(text)) => self.texts.get(&**text),
            value => self.others.get(&Plain::of(field, value)?),
        }
        .copied()
    }

    fn has_room(&self) -> bool {
        let one = self.answers.first().map_or(0, |answer| answer.passes.bytes()) + BESIDES;
        one * self.answers.len() < MOST_BYTES
    }

    /// Remembers what a new value means, unless it is too long.
    fn remember(&mut self, field: &Waiting, record: &Record<'_>) -> bool {
        let number = self.answers.len();
        match record.get(field.slot) {
            Some(Scalar::Text(text)) if text.len() > LONGEST => return false,
            Some(Scalar::Text(text)) => drop(self.texts.insert((&**text).into(), number)),
            value => drop(Plain::of(field, value).map(|plain| self.others.insert(plain, number))),
        }
        let mut answer = Answer::default();
        field.ask(record, None, &mut answer);
        self.answers.push(answer);
        true
    }
}

impl Plain {
    /// Nothing for a text.
    fn of(field: &Waiting, value: Option<&Scalar<'_>>) -> Option<Self> {
        let Some(value) = value else { return Some(Self::Nothing) };
        if let Some(rank) = field.rank(value) {
            return Some(Self::Rank(rank));
        }
        Some(match value {
            Scalar::Integer(number) => Self::Integer(*number),
            Scalar::Number(number) => Self::Number(number.to_bits()),
            Scalar::Boolean(value) => Self::Boolean(*value),
            Scalar::Text(_) => return None,
        })
    }
}
