//! The numbers at which a condition on one field may change its answer.
//!
//! Between two of them all numbers mean the same. So what a number means is looked up by where it lies
//! among them, however often numbers are new.

use super::predicate::{Constant, Operand, Predicate, float};

/// Whole numbers below this are floats, and those that are not lie on the same side of them as the
/// floats that they become.
const WHOLE: u64 = 1 << 53;

/// True for a whole number that is a float.
pub(super) fn is_float(number: i64) -> bool {
    number.unsigned_abs() < WHOLE
}

impl Predicate {
    /// The numbers at which the answer may change, of a condition on one field, in any order; `None`
    /// where they are not known.
    pub(super) fn steps(&self) -> Option<Vec<f64>> {
        match self {
            // Any number fills a field, and none is a text.
            Self::Always(_) | Self::Has(_) | Self::Text(..) => Some(Vec::new()),
            Self::All(parts) | Self::Any(parts) => {
                parts.iter().map(Self::steps).collect::<Option<Vec<_>>>().map(|steps| steps.concat())
            }
            Self::Not(part) => part.steps(),
            Self::OneOf(_, list) => list.integers.iter().copied().map(step).collect(),
            Self::Compare(Operand::Field(_), _, Operand::Constant(constant))
            | Self::Compare(Operand::Constant(constant), _, Operand::Field(_)) => constant.steps(),
            Self::Compare(..) => None,
        }
    }
}

impl Constant {
    fn steps(&self) -> Option<Vec<f64>> {
        match self {
            Self::Integer(number) => step(*number).map(|step| vec![step]),
            // All numbers compare alike with what is none.
            Self::Number(number) if number.is_nan() => Some(Vec::new()),
            Self::Number(number) => Some(vec![*number]),
            Self::Nothing | Self::Text(_) | Self::Boolean(_) | Self::Time(_) | Self::Length(_) => {
                Some(Vec::new())
            }
        }
    }
}

fn step(number: i64) -> Option<f64> {
    is_float(number).then(|| float(number))
}

#[cfg(test)]
mod tests {
    use super::super::predicate::{Asked, Comparison, Field, OneOf, TextTest, Value};
    use super::*;
    use proptest::prelude::*;

    /// Something with one field.
    struct One(Value<'static>);

    impl Asked<Field> for One {
        fn value<'v>(&'v self, _: &'v Field, _: &mut u128) -> Value<'v> {
            self.0
        }

        fn has(&self, _: &Field) -> bool {
            true
        }
    }

    fn number() -> impl Strategy<Value = Value<'static>> {
        let edge = 1_i64 << 53;
        prop_oneof![
            4 => (-4_i64..5).prop_map(Value::Integer),
            2 => (-8_i32..9).prop_map(|half| Value::Number(f64::from(half) / 2.0)),
            1 => (edge - 3..edge + 4).prop_map(Value::Integer),
            1 => prop_oneof![Just(i64::MAX), Just(i64::MIN), Just(-edge - 1)].prop_map(Value::Integer),
            1 => prop_oneof![Just(-0.0), Just(f64::INFINITY), Just(9_007_199_254_740_994.0)]
                .prop_map(Value::Number),
        ]
    }

    fn constant() -> impl Strategy<Value = Constant> {
        let number = number().prop_map(|number| match number {
            Value::Integer(number) => Constant::Integer(number),
            Value::Number(number) => Constant::Number(number),
            _ => Constant::Nothing,
        });
        prop_oneof![
            8 => number,
            1 => Just(Constant::Number(f64::NAN)),
            1 => Just(Constant::Nothing),
            1 => Just(Constant::Text("1".to_owned())),
        ]
    }

    fn predicate() -> impl Strategy<Value = Predicate> {
        let field = Field { slot: Some(0), name: "n".to_owned() };
        let comparison = prop_oneof![
            Just(Comparison::Equal),
            Just(Comparison::Unequal),
            Just(Comparison::Less),
            Just(Comparison::AtMost),
            Just(Comparison::More),
            Just(Comparison::AtLeast),
        ];
        let (left, listed, tested) = (field.clone(), field.clone(), field);
        let compare =
            (comparison, constant(), any::<bool>()).prop_map(move |(comparison, constant, turned)| {
                let (field, constant) = (Operand::Field(left.clone()), Operand::Constant(constant));
                if turned {
                    Predicate::Compare(constant, comparison, field)
                } else {
                    Predicate::Compare(field, comparison, constant)
                }
            });
        let list = proptest::collection::btree_set(-3_i64..4, 0..3).prop_map(move |integers| {
            Predicate::OneOf(listed.clone(), OneOf { integers, ..OneOf::default() })
        });
        let leaf = prop_oneof![
            6 => compare,
            2 => list,
            1 => Just(Predicate::Text(tested.clone(), TextTest::Contains("1".to_owned()))),
            1 => Just(Predicate::Has(tested)),
        ];
        leaf.prop_recursive(3, 8, 3, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Predicate::All),
                proptest::collection::vec(inner.clone(), 0..3).prop_map(Predicate::Any),
                inner.prop_map(|one| Predicate::Not(Box::new(one))),
            ]
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4_000))]

        #[test]
        fn numbers_between_two_steps_mean_the_same(
            predicate in predicate(),
            numbers in proptest::collection::vec(number(), 2..8),
        ) {
            let Some(steps) = predicate.steps() else { return Ok(()) };
            let lies = |value: &Value<'_>| {
                let number = match value {
                    Value::Integer(number) => float(*number),
                    Value::Number(number) => *number,
                    _ => f64::NAN,
                };
                steps.iter().map(|step| step.partial_cmp(&number)).collect::<Vec<_>>()
            };
            for (a, b) in numbers.iter().zip(&numbers[1..]).filter(|(a, b)| lies(a) == lies(b)) {
                let holds = |value: &Value<'static>| predicate.holds(&One(*value), &mut 0);
                prop_assert_eq!(holds(a), holds(b), "{:?} and {:?}", a, b);
            }
        }
    }
}
