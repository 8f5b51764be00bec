//! Many comparisons of one number at once.

use super::predicate::Comparison;
use super::set::Asker;

/// Numbers that the number of one field is less or more than, each for a scan.
#[derive(Default)]
pub(super) struct Bounds {
    less: Vec<Bound>,
    at_most: Vec<Bound>,
    more: Vec<Bound>,
    at_least: Vec<Bound>,
}

/// A number, and who asks about it.
type Bound = (f64, Asker);

impl Bounds {
    /// Adds a comparison with a number for who asks it; whether one is equal is for others to look up.
    pub(super) fn add(&mut self, asker: Asker, comparison: Comparison, number: f64) {
        let list = match comparison {
            Comparison::Less => &mut self.less,
            Comparison::AtMost => &mut self.at_most,
            Comparison::More => &mut self.more,
            Comparison::AtLeast => &mut self.at_least,
            Comparison::Equal | Comparison::Unequal => return,
        };
        list.push((number, asker));
    }

    /// Makes ready for [`Bounds::find`], once all are added.
    pub(super) fn build(&mut self) {
        for list in [&mut self.less, &mut self.at_most, &mut self.more, &mut self.at_least] {
            // None is no number, so that all of them have an order, and both zeros are one.
            list.sort_by(|(a, _), (b, _)| a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal));
        }
    }

    /// The numbers that others are compared with.
    pub(super) fn numbers(&self) -> impl Iterator<Item = f64> + '_ {
        [&self.less, &self.at_most, &self.more, &self.at_least]
            .into_iter()
            .flatten()
            .map(|(number, _)| *number)
    }

    /// Calls with who asks, for every comparison that is true of a number.
    pub(super) fn find(&self, number: f64, each: &mut impl FnMut(Asker)) {
        if number.is_nan() {
            return;
        }
        let below = |list: &[Bound]| list.partition_point(|(bound, _)| *bound < number);
        let up_to = |list: &[Bound]| list.partition_point(|(bound, _)| *bound <= number);
        let found = [
            &self.less[up_to(&self.less)..],
            &self.at_most[below(&self.at_most)..],
            &self.more[..below(&self.more)],
            &self.at_least[..up_to(&self.at_least)],
        ];
        found.into_iter().flatten().for_each(|(_, asker)| each(*asker));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_is_what_is_true() {
        let numbers = [-1.5, -0.0, 0.0, 2.0, 2.0, 9.0, f64::INFINITY];
        let comparisons = [Comparison::Less, Comparison::AtMost, Comparison::More, Comparison::AtLeast];
        let mut bounds = Bounds::default();
        for (at, comparison) in comparisons.into_iter().enumerate() {
            for (of, number) in numbers.into_iter().rev().enumerate() {
                bounds.add(Asker::waiting(10 * at + of), comparison, number);
            }
        }
        bounds.build();
        for number in [-2.0, -1.5, 0.0, -0.0, 1.0, 2.0, 10.0, f64::INFINITY, f64::NAN] {
            let mut found = Vec::new();
            bounds.find(number, &mut |asker| found.push(asker.scan));
            found.sort_unstable();
            let is = |at: usize, bound: f64| match at {
                0 => number < bound,
                1 => number <= bound,
                2 => number > bound,
                _ => number >= bound,
            };
            let of = |at: usize| {
                let bounds = numbers.into_iter().rev().enumerate();
                bounds.filter(move |(_, bound)| is(at, *bound)).map(move |(of, _)| 10 * at + of)
            };
            assert_eq!(found, (0..4).flat_map(of).collect::<Vec<_>>(), "{number}");
        }
    }
}
