//! What scans ask of one field, looked up by its value for all of them at once.

use super::bounds::Bounds;
use super::predicate::{Comparison, Constant, Operand, Predicate, float};
use super::set::{Asker, Set};
use super::texts::Texts;
use crate::evidence::{Record, Scalar};
use foldhash::fast::FixedState;
use std::collections::HashMap;

/// What scans ask of one field.
pub(super) struct Waiting {
    pub(super) slot: usize,
    texts: HashMap<Box<str>, Vec<Asker>, FixedState>,
    /// By the bits of a float: a whole number equals the float that it is.
    numbers: HashMap<u64, Vec<Asker>, FixedState>,
    booleans: [Vec<Asker>; 2],
    bounds: Bounds,
    tests: Texts,
    /// All numbers that are asked about, in order; `None` where others may be as well.
    steps: Option<Vec<f64>>,
    /// What cannot be looked up.
    others: Vec<(usize, Predicate)>,
    /// The scans that ask nothing of it, or nothing that is asked for all at once.
    indifferent: Set,
    /// The scans that wait here.
    pub(super) gated: Vec<usize>,
}

/// What a value of the field means to scans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Answer {
    /// The scans that it lets pass.
    pub(super) passes: Set,
    /// The scans that have waited for it.
    pub(super) opens: Vec<usize>,
}

impl Waiting {
    /// A field of which none of so many scans asks anything yet.
    pub(super) fn new(slot: usize, scans: usize) -> Self {
        Self {
            slot,
            texts: HashMap::default(),
            numbers: HashMap::default(),
            booleans: [Vec::new(), Vec::new()],
            bounds: Bounds::default(),
            tests: Texts::default(),
            steps: None,
            others: Vec::new(),
            indifferent: Set::all(scans),
            gated: Vec::new(),
        }
    }

    /// Adds what can be looked up.
    pub(super) fn add(&mut self, asker: Asker, atom: &Predicate) {
        if asker.waits {
            self.gated.push(asker.scan);
        }
        if asker.passes {
            self.indifferent.remove(asker.scan);
        }
        match atom {
            Predicate::OneOf(_, list) => {
                list.texts.iter().for_each(|text| self.add_text(text, asker));
                list.integers.iter().for_each(|number| self.add_number(float(*number), asker));
            }
            Predicate::Text(_, test) => self.tests.add(asker, test),
            Predicate::Compare(_, Comparison::Equal, Operand::Constant(constant)) => match constant {
                Constant::Text(text) => self.add_text(text, asker),
                Constant::Integer(number) => self.add_number(float(*number), asker),
                Constant::Number(number) => self.add_number(*number, asker),
                Constant::Boolean(value) => self.booleans[usize::from(*value)].push(asker),
                Constant::Nothing | Constant::Time(_) | Constant::Length(_) => {}
            },
            Predicate::Compare(_, comparison, Operand::Constant(constant)) => match constant {
                Constant::Integer(number) => self.bounds.add(asker, *comparison, float(*number)),
                Constant::Number(number) => self.bounds.add(asker, *comparison, *number),
                _ => {}
            },
            _ => {}
        }
    }

    /// Adds all that a scan asks of the field, where that cannot be looked up.
    pub(super) fn add_other(&mut self, scan: usize, predicate: Predicate) {
        self.indifferent.remove(scan);
        self.others.push((scan, predicate));
    }

    fn add_text(&mut self, text: &str, asker: Asker) {
        self.texts.entry(text.into()).or_default().push(asker);
    }

    fn add_number(&mut self, number: f64, asker: Asker) {
        self.numbers.entry(bits(number)).or_default().push(asker);
    }

    /// Makes ready for [`Waiting::ask`], once all is added.
    pub(super) fn build(&mut self) {
        self.tests.build();
        self.bounds.build();
        self.steps = self.all_steps();
    }

    fn all_steps(&self) -> Option<Vec<f64>> {
        let of_others: Option<Vec<_>> = self.others.iter().map(|(_, predicate)| predicate.steps()).collect();
        let looked_up = self.numbers.keys().map(|bits| f64::from_bits(*bits));
        let mut steps: Vec<f64> =
            self.bounds.numbers().chain(looked_up).chain(of_others?.into_iter().flatten()).collect();
        steps.retain(|number| !number.is_nan());
        steps.sort_by(f64::total_cmp);
        steps.dedup();
        Some(steps)
    }

    /// Numbers of one rank mean the same to all scans. `None` where that is not known, and for no
    /// number.
    #[inline]
    pub(super) fn rank(&self, value: &Scalar<'_>) -> Option<usize> {
        let number = match value {
            Scalar::Integer(number) => float(*number),
            Scalar::Number(number) if !number.is_nan() => *number,
            _ => return None,
        };
        let steps = self.steps.as_ref()?;
        let below = steps.partition_point(|step| *step < number);
        Some(2 * below + usize::from(steps.get(below) == Some(&number)))
    }

    /// What the value that a record has means to the scans. Where only some scans matter, what it says
    /// of others may be wrong, but for those that have waited.
    pub(super) fn ask(&self, record: &Record<'_>, some: Option<&Set>, answer: &mut Answer) {
        let Answer { passes, opens } = answer;
        passes.become_copy(&self.indifferent);
        opens.clear();
        if let Some(value) = record.get(self.slot) {
            self.find(value, |asker| {
                if asker.passes {
                    passes.add(asker.scan);
                }
                if asker.waits {
                    opens.push(asker.scan);
                }
            });
        }
        for (scan, predicate) in &self.others {
            if some.is_none_or(|some| some.has(*scan)) && predicate.holds(record, &mut 0) {
                passes.add(*scan);
            }
        }
    }

    fn find(&self, value: &Scalar<'_>, mut each: impl FnMut(Asker)) {
        let askers = match value {
            Scalar::Text(text) => {
                self.tests.find(text, &mut each);
                self.texts.get(&**text)
            }
            Scalar::Integer(number) => self.find_number(float(*number), &mut each),
            Scalar::Number(number) => self.find_number(*number, &mut each),
            Scalar::Boolean(value) => Some(&self.booleans[usize::from(*value)]),
        };
        askers.into_iter().flatten().for_each(|asker| each(*asker));
    }

    fn find_number(&self, number: f64, each: &mut impl FnMut(Asker)) -> Option<&Vec<Asker>> {
        self.bounds.find(number, each);
        self.numbers.get(&bits(number))
    }
}

/// Both zeros are one number.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}
