//! Conditions on records without an interpreter.
//!
//! A predicate is total: it is true or false of any record, whatever its fields hold, and never
//! fails. What values of different types mean to each other is what the rule language says:
//! nothing is equal to, less or more than a value of another type, but for numbers among
//! themselves; a field that is not there is nothing, and nothing is equal to nothing.

use crate::evidence::{Record, Scalar};
use crate::time::{Duration, Time};
use regex::Regex;
use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

/// A condition on a record, or on whatever else has fields that [`Asked`] tells the values of.
#[derive(Clone, Debug)]
pub enum Predicate<F = Field> {
    /// True or false of every record.
    Always(bool),
    /// True where all are, asked in order up to the first that is not.
    All(Vec<Predicate<F>>),
    /// True where any is, asked in order up to the first that is.
    Any(Vec<Predicate<F>>),
    /// True where the other is not.
    Not(Box<Predicate<F>>),
    /// True where two values stand so to each other.
    Compare(Operand<F>, Comparison, Operand<F>),
    /// True where a field holds one of these.
    OneOf(F, OneOf),
    /// True where a field holds a text of which this is true.
    Text(F, TextTest),
    /// True where a field is filled.
    Has(F),
}

/// What a condition is asked of: it tells what its fields hold.
pub trait Asked<F> {
    /// What a field holds. Notes the slots of the record that were read, a bit each.
    fn value<'v>(&'v self, field: &'v F, reads: &mut u128) -> Value<'v>;

    /// Whether a field is there and filled.
    fn has(&self, field: &F) -> bool;

    /// The answer to a question about a value in doubt. Of what is never in doubt nobody asks.
    fn guess(&self) -> bool {
        false
    }
}

/// A field of a record, with its name for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Field {
    /// Its slot; the time of the record has none.
    pub slot: Option<usize>,
    /// Its name.
    pub name: String,
}

/// One side of a comparison.
#[derive(Clone, Debug)]
pub enum Operand<F = Field> {
    /// What a field holds.
    Field(F),
    /// A value that stands still.
    Constant(Constant),
}

/// A value that stands still.
#[derive(Clone, Debug, PartialEq)]
pub enum Constant {
    /// Nothing.
    Nothing,
    /// A text.
    Text(String),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A time.
    Time(Time),
    /// A length of time without months, whose length nobody knows.
    Length(Duration),
}

/// How two values stand to each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    /// `==`.
    Equal,
    /// `!=`.
    Unequal,
    /// `<`.
    Less,
    /// `<=`.
    AtMost,
    /// `>`.
    More,
    /// `>=`.
    AtLeast,
}

/// Values of a list.
#[derive(Clone, Debug, Default)]
pub struct OneOf {
    /// Texts.
    pub texts: BTreeSet<String>,
    /// Whole numbers.
    pub integers: BTreeSet<i64>,
    /// Values as the list is written; each is a question of its own about a value in doubt.
    pub written: usize,
}

/// What can be asked about a text.
#[derive(Clone, Debug)]
pub enum TextTest {
    /// It begins so.
    StartsWith(String),
    /// It ends so.
    EndsWith(String),
    /// It holds this.
    Contains(String),
    /// The pattern matches somewhere in it.
    Matches(Regex),
    /// It is an address of this network.
    InNetwork(Network, String),
    /// It is true of no text: what was asked with is no network.
    Never,
}

/// A network such as `10.0.0.0/8` or `2001:db8::/32`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    length: u32,
}

/// A value as comparisons see it.
#[derive(Clone, Copy, Debug)]
pub enum Value<'v> {
    /// Nothing.
    Nothing,
    /// A text.
    Text(&'v str),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A time.
    Time(Time),
    /// A length of time without months.
    Length(Duration),
    /// What cannot be read as what it should be: neither true nor false can be said of it. It is true
    /// when something does stand there, and false when even that is not known.
    Unsure(bool),
}

impl Predicate {
    /// The parts that must all be true, in the order in which they are asked.
    pub fn conjuncts(&self) -> Vec<&Self> {
        match self {
            Self::All(parts) => parts.iter().flat_map(Self::conjuncts).collect(),
            one => vec![one],
        }
    }

    /// The slots that it may note as read, a bit each.
    pub fn reads(&self) -> u128 {
        match self {
            Self::Has(_) => 0,
            Self::All(parts) | Self::Any(parts) => parts.iter().fold(0, |bits, part| bits | part.reads()),
            Self::Not(part) => part.reads(),
            _ => self.slots(),
        }
    }

    /// The slot of the one field that it asks about; `None` where it asks about several, or the time.
    pub fn only_slot(&self) -> Option<usize> {
        let mut slots = BTreeSet::new();
        self.fields(&mut |field| {
            slots.insert(field.slot);
        });
        slots.pop_first().flatten().filter(|_| slots.is_empty())
    }

    /// Calls with every field that it asks about.
    fn fields<'p>(&'p self, each: &mut impl FnMut(&'p Field)) {
        match self {
            Self::Always(_) => {}
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.fields(each)),
            Self::Not(part) => part.fields(each),
            Self::Compare(left, _, right) => {
                for side in [left, right] {
                    if let Operand::Field(field) = side {
                        each(field);
                    }
                }
            }
            Self::OneOf(field, _) | Self::Text(field, _) | Self::Has(field) => each(field),
        }
    }

    /// The slots of all fields that it asks about, a bit each.
    pub fn slots(&self) -> u128 {
        let mut slots = 0;
        self.fields(&mut |field| slots |= field.slot.map_or(0, |slot| 1 << slot));
        slots
    }
}

impl<F> Predicate<F> {
    /// Whether it is true of what is asked. Notes the slots of the record that were read, a bit
    /// each.
    pub fn holds(&self, asked: &impl Asked<F>, reads: &mut u128) -> bool {
        match self {
            Self::Always(answer) => *answer,
            Self::All(parts) => parts.iter().all(|part| part.holds(asked, reads)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(asked, reads)),
            Self::Not(part) => !part.holds(asked, reads),
            Self::Compare(left, comparison, right) => {
                let (left, right) = (left.value(asked, reads), right.value(asked, reads));
                comparison.holds(left, right).unwrap_or_else(|| asked.guess())
            }
            Self::OneOf(field, list) => match asked.value(field, reads) {
                Value::Unsure(_) => (0..list.written).any(|_| asked.guess()),
                value => list.holds(value),
            },
            Self::Text(field, test) => match asked.value(field, reads) {
                Value::Text(text) => test.holds(text),
                Value::Unsure(_) => asked.guess(),
                _ => false,
            },
            Self::Has(field) => asked.has(field),
        }
    }
}

impl Asked<Field> for Record<'_> {
    fn value<'v>(&'v self, field: &'v Field, reads: &mut u128) -> Value<'v> {
        let Some(slot) = field.slot else { return self.time.map_or(Value::Nothing, Value::Time) };
        *reads |= 1 << slot;
        match self.get(slot) {
            None => Value::Nothing,
            Some(Scalar::Text(text)) => Value::Text(text),
            Some(Scalar::Integer(number)) => Value::Integer(*number),
            Some(Scalar::Number(number)) => Value::Number(*number),
            Some(Scalar::Boolean(value)) => Value::Boolean(*value),
        }
    }

    fn has(&self, field: &Field) -> bool {
        field.slot.is_some_and(|slot| self.get(slot).is_some())
    }
}

impl<F> Operand<F> {
    fn value<'v>(&'v self, asked: &'v impl Asked<F>, reads: &mut u128) -> Value<'v> {
        match self {
            Self::Field(field) => asked.value(field, reads),
            Self::Constant(constant) => constant.value(),
        }
    }
}

impl Constant {
    pub(super) fn value(&self) -> Value<'_> {
        match self {
            Self::Nothing => Value::Nothing,
            Self::Text(text) => Value::Text(text),
            Self::Integer(number) => Value::Integer(*number),
            Self::Number(number) => Value::Number(*number),
            Self::Boolean(value) => Value::Boolean(*value),
            Self::Time(time) => Value::Time(*time),
            Self::Length(length) => Value::Length(*length),
        }
    }
}

impl Comparison {
    /// Whether two values stand so to each other; nothing where that cannot be decided.
    fn holds(self, left: Value<'_>, right: Value<'_>) -> Option<bool> {
        Some(match (left, right) {
            // Something does stand there, so it is not nothing.
            (Value::Unsure(true), Value::Nothing) | (Value::Nothing, Value::Unsure(true)) => match self {
                Self::Equal => false,
                Self::Unequal => true,
                _ => return None,
            },
            (Value::Unsure(_), _) | (_, Value::Unsure(_)) => return None,
            (Value::Nothing, Value::Nothing) => self == Self::Equal,
            (Value::Text(a), Value::Text(b)) => self.of(Some(a.cmp(b))),
            (Value::Integer(a), Value::Integer(b)) => self.of(Some(a.cmp(&b))),
            (Value::Number(a), Value::Number(b)) => self.of(a.partial_cmp(&b)),
            (Value::Integer(a), Value::Number(b)) => self.of(float(a).partial_cmp(&b)),
            (Value::Number(a), Value::Integer(b)) => self.of(a.partial_cmp(&float(b))),
            (Value::Boolean(a), Value::Boolean(b)) => self.of(Some(a.cmp(&b))),
            (Value::Time(a), Value::Time(b)) => self.of(Some(a.compare(b))),
            (Value::Length(a), Value::Length(b)) => self.of(a.compare(b)),
            _ => self == Self::Unequal,
        })
    }

    fn of(self, ordering: Option<Ordering>) -> bool {
        match self {
            Self::Equal => ordering == Some(Ordering::Equal),
            Self::Unequal => ordering != Some(Ordering::Equal),
            Self::Less => ordering == Some(Ordering::Less),
            Self::AtMost => matches!(ordering, Some(Ordering::Less | Ordering::Equal)),
            Self::More => ordering == Some(Ordering::Greater),
            Self::AtLeast => matches!(ordering, Some(Ordering::Greater | Ordering::Equal)),
        }
    }
}

/// A whole number as it is compared with floats: the float that it is, or is nearest to.
#[expect(clippy::cast_precision_loss, reason = "as the rule language compares them")]
pub(super) fn float(number: i64) -> f64 {
    number as f64
}

impl OneOf {
    fn holds(&self, value: Value<'_>) -> bool {
        match value {
            Value::Text(text) => self.texts.contains(text),
            Value::Integer(number) => self.integers.contains(&number),
            Value::Number(number) => self.integers.iter().any(|known| float(*known) == number),
            _ => false,
        }
    }
}

impl TextTest {
    fn holds(&self, text: &str) -> bool {
        match self {
            Self::StartsWith(part) => text.starts_with(part.as_str()),
            Self::EndsWith(part) => text.ends_with(part.as_str()),
            Self::Contains(part) => text.contains(part.as_str()),
            Self::Matches(pattern) => pattern.is_match(text),
            Self::InNetwork(network, _) => network.holds(text),
            Self::Never => false,
        }
    }
}

impl Network {
    /// Reads a network; `None` for what is none.
    pub fn read(text: &str) -> Option<Self> {
        let (base, length) = text.split_once('/')?;
        Some(Self { base: base.parse().ok()?, length: length.parse().ok()? })
    }

    /// True when a text is an address that lies in it.
    pub fn holds(&self, address: &str) -> bool {
        address.parse().is_ok_and(|address| self.holds_address(address))
    }

    /// Its first and its last address as numbers, when it has addresses of four bytes, or else of sixteen.
    pub(super) fn ends(&self, are_four: bool) -> Option<(u128, u128)> {
        let (base, bits) = match (self.base, are_four) {
            (IpAddr::V4(base), true) => (u128::from(u32::from(base)), 32),
            (IpAddr::V6(base), false) => (u128::from(base), 128),
            _ => return None,
        };
        let others = (u128::MAX >> (128 - bits)).checked_shr(self.length).unwrap_or(0);
        (self.length <= bits).then_some((base & !others, base | others))
    }

    /// True when an address lies in it.
    pub fn holds_address(&self, address: IpAddr) -> bool {
        let shares = |a: u128, b: u128, bits: u32| {
            self.length <= bits && (self.length == 0 || (a ^ b) >> (bits - self.length) == 0)
        };
        match (address, self.base) {
            (IpAddr::V4(a), IpAddr::V4(b)) => shares(u32::from(a).into(), u32::from(b).into(), 32),
            (IpAddr::V6(a), IpAddr::V6(b)) => shares(u128::from(a), u128::from(b), 128),
            _ => false,
        }
    }
}

impl<F: fmt::Display> fmt::Display for Predicate<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always(answer) => write!(f, "{answer}"),
            Self::All(parts) => write!(f, "({})", joined(parts, " and ")),
            Self::Any(parts) => write!(f, "({})", joined(parts, " or ")),
            Self::Not(part) => write!(f, "not {part}"),
            Self::Compare(left, comparison, right) => write!(f, "{left} {comparison} {right}"),
            Self::OneOf(field, list) => {
                write!(f, "{field} is one of {}", list.texts.len() + list.integers.len())
            }
            Self::Text(field, test) => write!(f, "{field} {test}"),
            Self::Has(field) => write!(f, "{field} is filled"),
        }
    }
}

fn joined<F: fmt::Display>(parts: &[Predicate<F>], by: &str) -> String {
    parts.iter().map(ToString::to_string).collect::<Vec<_>>().join(by)
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)
    }
}

impl<F: fmt::Display> fmt::Display for Operand<F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(field) => field.fmt(f),
            Self::Constant(constant) => constant.fmt(f),
        }
    }
}

impl fmt::Display for Constant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Nothing => f.write_str("nothing"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Integer(number) => write!(f, "{number}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Time(time) => write!(f, "{time}"),
            Self::Length(length) => write!(f, "{length}"),
        }
    }
}

impl fmt::Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Equal => "is",
            Self::Unequal => "is not",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
        })
    }
}

impl fmt::Display for TextTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartsWith(part) => write!(f, "starts with {part:?}"),
            Self::EndsWith(part) => write!(f, "ends with {part:?}"),
            Self::Contains(part) => write!(f, "contains {part:?}"),
            Self::Matches(pattern) => write!(f, "matches {pattern}"),
            Self::InNetwork(_, network) => write!(f, "lies in {network}"),
            Self::Never => f.write_str("matches nothing"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_cidr(address: &str, network: &str) -> bool {
        Network::read(network).is_some_and(|network| network.holds(address))
    }

    #[test]
    fn networks_hold_their_addresses_and_no_others() {
        assert!(in_cidr("10.1.2.3", "10.0.0.0/8") && in_cidr("1.2.3.4", "0.0.0.0/0"));
        assert!(in_cidr("1.2.3.4", "1.2.3.4/32") && in_cidr("2001:db8::1", "2001:db8::/32"));
        assert!(!in_cidr("11.0.0.0", "10.0.0.0/8") && !in_cidr("::1", "10.0.0.0/8"));
        assert!(!in_cidr("10.0.0.1", "10.0.0.0/33") && !in_cidr("2001:db9::1", "2001:db8::/32"));
        assert!(!in_cidr("host", "10.0.0.0/8") && !in_cidr("10.0.0.1", "10.0.0.0"));
    }

    #[test]
    fn values_of_different_types_are_only_unequal() {
        let (text, number) = (Value::Text("10"), Value::Integer(10));
        for comparison in [Comparison::Equal, Comparison::Less, Comparison::AtMost, Comparison::AtLeast] {
            assert_eq!(comparison.holds(text, number), Some(false));
            assert_eq!(comparison.holds(Value::Nothing, number), Some(false));
        }
        assert_eq!(Comparison::Unequal.holds(text, number), Some(true));
        assert_eq!(Comparison::Equal.holds(number, Value::Number(10.0)), Some(true));
        assert_eq!(Comparison::Equal.holds(Value::Nothing, Value::Nothing), Some(true));
        assert_eq!(Comparison::Equal.holds(Value::Unsure(true), number), None);
        assert_eq!(Comparison::Unequal.holds(Value::Unsure(true), Value::Nothing), Some(true));
        assert_eq!(Comparison::Unequal.holds(Value::Unsure(false), Value::Nothing), None);
    }
}
