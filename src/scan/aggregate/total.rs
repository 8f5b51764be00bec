//! The sum of a number, its least and its greatest value.

use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::collections::BTreeMap;

/// A number of a record.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub enum Number {
    /// A whole number.
    Integer(i64),
    /// A finite number.
    Float(f64),
}

/// The sum of the numbers of a group. Whole numbers are summed exactly; so are the others, and only
/// what is shown of them is rounded, so no order of the records makes another sum.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Total {
    integers: i128,
    floats: Floats,
    least: Option<Number>,
    greatest: Option<Number>,
}

/// A sum of floating-point numbers without rounding: by weight, so many times 2 to the power of 32
/// times the weight.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Floats(BTreeMap<i32, i128>);

/// Powers of 2 in one weight.
const BITS: i32 = 32;
/// A part of a sum at which what is of less weight no longer shows.
const ENOUGH: f64 = 1e27;

impl Number {
    /// Compares by value; of equal ones the whole number comes first.
    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Integer(a), Self::Integer(b)) => a.cmp(&b),
            (Self::Float(a), Self::Float(b)) => a.total_cmp(&b),
            (Self::Integer(a), Self::Float(b)) => compare(a, b),
            (Self::Float(a), Self::Integer(b)) => compare(b, a).reverse(),
        }
    }
}

#[expect(clippy::cast_possible_truncation, reason = "what lies outside of i64 is compared before")]
fn compare(integer: i64, float: f64) -> Ordering {
    const EDGE: f64 = 9_223_372_036_854_775_808.0;
    if float >= EDGE {
        return Ordering::Less;
    }
    if float < -EDGE {
        return Ordering::Greater;
    }
    let whole = integer.cmp(&(float.trunc() as i64));
    whole.then(0.0.partial_cmp(&float.fract()).unwrap_or(Ordering::Equal)).then(Ordering::Less)
}

impl Total {
    /// Adds a number.
    pub(in crate::scan) fn add(&mut self, number: Number) {
        match number {
            Number::Integer(number) => self.integers += i128::from(number),
            Number::Float(number) => self.floats.add(number),
        }
        self.stretch(number, number);
    }

    /// Adds that of another part.
    pub(in crate::scan) fn merge(&mut self, other: Self) {
        self.integers += other.integers;
        for (weight, part) in other.floats.0 {
            self.floats.put(weight, part);
        }
        if let (Some(least), Some(greatest)) = (other.least, other.greatest) {
            self.stretch(least, greatest);
        }
    }

    fn stretch(&mut self, least: Number, greatest: Number) {
        if self.least.is_none_or(|known| least.compare(known).is_lt()) {
            self.least = Some(least);
        }
        if self.greatest.is_none_or(|known| greatest.compare(known).is_gt()) {
            self.greatest = Some(greatest);
        }
    }

    /// The sum; zero of no numbers.
    pub fn sum(&self) -> Number {
        match i64::try_from(self.integers) {
            Ok(sum) if self.floats.0.is_empty() => Number::Integer(sum),
            _ => {
                let mut all = self.floats.clone();
                all.put_integer(self.integers);
                Number::Float(all.value())
            }
        }
    }

    /// The least number.
    pub fn least(&self) -> Option<Number> {
        self.least
    }

    /// The greatest number.
    pub fn greatest(&self) -> Option<Number> {
        self.greatest
    }
}

impl Floats {
    fn add(&mut self, number: f64) {
        let bits = number.to_bits();
        let exponent = i32::try_from(bits >> 52 & 0x7ff).unwrap_or(0);
        let fraction = i128::from(bits & ((1 << 52) - 1));
        let (digits, power) =
            if exponent == 0 { (fraction, -1074) } else { (fraction | 1 << 52, exponent - 1075) };
        let part = digits << power.rem_euclid(BITS);
        self.put(power.div_euclid(BITS), if number.is_sign_negative() { -part } else { part });
    }

    fn put_integer(&mut self, number: i128) {
        self.put(0, number & 0xffff_ffff);
        self.put(1, number >> BITS);
    }

    /// A part has 84 bits at most, so it takes more records than there are to fill one.
    fn put(&mut self, weight: i32, part: i128) {
        let sum = self.0.entry(weight).or_default();
        *sum = sum.wrapping_add(part);
        if *sum == 0 {
            self.0.remove(&weight);
        }
    }

    /// The sum as a number, rounded.
    #[expect(clippy::cast_precision_loss, reason = "this is where the sum is rounded")]
    fn value(&self) -> f64 {
        let (Some((&lowest, _)), Some((&highest, _))) = (self.0.first_key_value(), self.0.last_key_value())
        else {
            return 0.0;
        };
        let mut parts: Vec<i128> =
            (lowest..=highest).map(|weight| self.0.get(&weight).copied().unwrap_or(0)).collect();
        for at in 1..parts.len() {
            let carry = parts[at - 1] >> BITS;
            parts[at - 1] &= 0xffff_ffff;
            parts[at] += carry;
        }
        let (mut sum, mut weight) = (0.0, highest + 1);
        for part in parts.iter().rev() {
            sum = sum * 4_294_967_296.0 + *part as f64;
            weight -= 1;
            if f64::abs(sum) > ENOUGH {
                break;
            }
        }
        // In two steps, for neither may leave the range of numbers before the other.
        let half = weight * BITS / 2;
        sum * 2_f64.powi(half) * 2_f64.powi(weight * BITS - half)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn total(numbers: &[Number]) -> Total {
        let mut total = Total::default();
        numbers.iter().for_each(|number| total.add(*number));
        total
    }

    fn floats(numbers: &[f64]) -> f64 {
        let Number::Float(sum) = total(&numbers.iter().map(|n| Number::Float(*n)).collect::<Vec<_>>()).sum()
        else {
            panic!("a sum of floats is a float")
        };
        sum
    }

    #[test]
    fn sums_of_whole_numbers_are_exact() {
        let most = Number::Integer(i64::MAX);
        assert_eq!(
            total(&[most, most, Number::Integer(i64::MIN), Number::Integer(i64::MIN)]).sum(),
            Number::Integer(-2)
        );
        assert_eq!(total(&[]).sum(), Number::Integer(0));
        assert_eq!(total(&[most, most]).sum(), Number::Float(18_446_744_073_709_551_614.0));
    }

    #[test]
    fn what_cancels_out_leaves_the_rest() {
        assert_eq!(floats(&[1e300, 1.0, -1e300]), 1.0);
        assert_eq!(floats(&[1e16, 1.0, -1e16, 1e-300, 2.5]), 3.5);
        assert_eq!(floats(&[-0.75, -1e-20]), -0.75);
        assert_eq!(floats(&[f64::MIN_POSITIVE, -1e-320]), f64::MIN_POSITIVE - 1e-320);
        assert_eq!(floats(&[f64::MAX, -f64::MAX / 2.0]), f64::MAX / 2.0);
        let sum = total(&[Number::Integer(i64::MAX), Number::Float(0.5), Number::Integer(-i64::MAX)]).sum();
        assert_eq!(sum, Number::Float(0.5));
    }

    #[test]
    fn least_and_greatest_compare_whole_and_broken_numbers() {
        let total =
            total(&[Number::Integer(2), Number::Float(1.5), Number::Float(-0.5), Number::Integer(-1)]);
        assert_eq!((total.least(), total.greatest()), (Some(Number::Integer(-1)), Some(Number::Integer(2))));
        assert!(Number::Float(1e30).compare(Number::Integer(i64::MAX)).is_gt());
        assert!(Number::Integer(1).compare(Number::Float(1.0)).is_lt());
        assert!(Number::Float(1.0).compare(Number::Integer(1)).is_gt());
    }
}
