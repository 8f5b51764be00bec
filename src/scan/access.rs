//! Which scans a record is shown to.
//!
//! A hundred rules ask about a hundred values, and a record has one of each field. So every scan
//! waits at one of the conditions that must hold for it, the one that a sample of the log says
//! holds least often; what a record holds is looked up once a field, for all scans that wait
//! there. The scans that are found are asked all but what was looked up, so that what waits where
//! changes no answer.

use super::Scan;
use super::bounds::Bounds;
use super::gate::{Gate, Sample, Wait, rest};
use super::predicate::{Comparison, Constant, Operand, Predicate};
use super::texts::Texts;
use crate::evidence::{Record, Scalar};
use foldhash::fast::FixedState;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Where every scan waits, for one log.
pub(super) struct Access {
    /// The categories that scans are about; a record of none has the number behind the last.
    categories: Vec<String>,
    category_slot: Option<usize>,
    /// By category, the scans that are shown all of its records.
    always: Vec<Vec<usize>>,
    fields: Vec<Waiting>,
    /// By scan, where it waits.
    waits: Vec<Option<Wait>>,
    /// By scan, what is left to be asked where it is found; `None` where all is to be asked.
    rests: Vec<Option<Predicate>>,
    /// By scan, whether what it reads before it waits was found filled.
    warm: Vec<AtomicBool>,
    /// By scan, its category.
    of_scan: Vec<Option<usize>>,
}

/// The scans that wait at one field.
struct Waiting {
    slot: usize,
    texts: HashMap<Box<str>, Vec<usize>, FixedState>,
    /// By the bits of a float: a whole number equals the float that it is.
    numbers: HashMap<u64, Vec<usize>, FixedState>,
    booleans: [Vec<usize>; 2],
    bounds: Bounds,
    tests: Texts,
}

impl Access {
    /// Lets each scan wait where a sample of the log says that it is shown fewest records.
    pub(super) fn new(scans: &[&Scan], category_slot: Option<usize>, sample: &Sample<'_>) -> Self {
        let mut categories: Vec<String> = scans.iter().filter_map(|scan| scan.category.clone()).collect();
        categories.sort();
        categories.dedup();
        let number = |scan: &&Scan| categories.binary_search(scan.category.as_ref()?).ok();
        let mut access = Self {
            always: vec![Vec::new(); categories.len() + 1],
            of_scan: scans.iter().map(number).collect(),
            fields: Vec::new(),
            waits: vec![None; scans.len()],
            rests: vec![None; scans.len()],
            warm: scans.iter().map(|_| AtomicBool::new(false)).collect(),
            category_slot,
            categories,
        };
        for (scan, asked) in scans.iter().enumerate() {
            match sample.best(scan) {
                Some(gate) => {
                    access.rests[scan] = rest(asked, gate);
                    access.wait_at(scan, gate);
                }
                None => access.show_all(scan),
            }
        }
        access.fields.iter_mut().for_each(Waiting::build);
        access
    }

    fn wait_at(&mut self, scan: usize, gate: &Gate<'_>) {
        let at = self.fields.iter().position(|field| field.slot == gate.slot).unwrap_or(self.fields.len());
        if at == self.fields.len() {
            self.fields.push(Waiting::new(gate.slot));
        }
        self.fields[at].add(scan, gate.atom);
        self.waits[scan] = Some(gate.wait);
        self.warm[scan] = AtomicBool::new(gate.wait.is_first);
    }

    fn show_all(&mut self, scan: usize) {
        match self.of_scan[scan] {
            Some(category) => self.always[category].push(scan),
            None => self.always.iter_mut().for_each(|scans| scans.push(scan)),
        }
    }

    /// Number of categories, the one of all other records among them.
    pub(super) fn categories(&self) -> usize {
        self.categories.len() + 1
    }

    /// The category of a record.
    pub(super) fn category(&self, record: &Record<'_>) -> usize {
        let value = self.category_slot.and_then(|slot| record.get(slot)).map(Scalar::text);
        let known = value.and_then(|value| self.categories.iter().position(|category| *category == *value));
        known.unwrap_or(self.categories.len())
    }

    /// The categories whose records a scan is about.
    pub(super) fn categories_of(&self, scan: usize) -> std::ops::Range<usize> {
        self.of_scan[scan].map_or(0..self.categories(), |category| category..category + 1)
    }

    /// True when a scan is about records of this category.
    pub(super) fn is_about(&self, scan: usize, category: usize) -> bool {
        self.of_scan[scan].is_none_or(|of| of == category)
    }

    /// Where a scan waits; `None` for one that is shown all records of its category.
    pub(super) fn wait(&self, scan: usize) -> Option<Wait> {
        self.waits[scan]
    }

    /// What is left to be asked of a record for which [`Access::each`] has found a scan that waits;
    /// `None` where all is to be asked.
    pub(super) fn rest(&self, scan: usize) -> Option<&Predicate> {
        self.rests[scan].as_ref()
    }

    /// The scans that wait but must be shown all records of their category still: to know which
    /// fields no record fills, what a scan reads before it waits must have been found filled once.
    pub(super) fn cold(&self) -> Vec<usize> {
        let is_cold = |scan: &usize| self.waits[*scan].is_some() && !self.warm[*scan].load(Ordering::Relaxed);
        (0..self.waits.len()).filter(is_cold).collect()
    }

    /// Notes what a scan has read and found filled; true when it need not be shown all any more.
    pub(super) fn warms(&self, scan: usize, filled: u128) -> bool {
        let is_warm = self.waits[scan].is_none_or(|wait| wait.reads & !filled == 0);
        if is_warm {
            self.warm[scan].store(true, Ordering::Relaxed);
        }
        is_warm
    }

    /// Calls with every scan that a record is to be shown to, but for those of [`Access::cold`] that
    /// it finds as well, and whether what it waits for was found; a scan may come more than once.
    pub(super) fn each(&self, record: &Record<'_>, category: usize, mut show: impl FnMut(usize, bool)) {
        self.always[category].iter().for_each(|scan| show(*scan, false));
        for field in &self.fields {
            if let Some(value) = record.get(field.slot) {
                field.find(value, |scan| {
                    if self.is_about(scan, category) {
                        show(scan, true);
                    }
                });
            }
        }
    }
}

impl Waiting {
    fn new(slot: usize) -> Self {
        Self {
            slot,
            texts: HashMap::default(),
            numbers: HashMap::default(),
            booleans: [Vec::new(), Vec::new()],
            bounds: Bounds::default(),
            tests: Texts::default(),
        }
    }

    fn add(&mut self, scan: usize, atom: &Predicate) {
        match atom {
            Predicate::OneOf(_, list) => {
                list.texts.iter().for_each(|text| self.add_text(text, scan));
                list.integers.iter().for_each(|number| self.add_number(as_float(*number), scan));
            }
            Predicate::Text(_, test) => self.tests.add(scan, test),
            Predicate::Compare(_, Comparison::Equal, Operand::Constant(constant)) => match constant {
                Constant::Text(text) => self.add_text(text, scan),
                Constant::Integer(number) => self.add_number(as_float(*number), scan),
                Constant::Number(number) => self.add_number(*number, scan),
                Constant::Boolean(value) => self.booleans[usize::from(*value)].push(scan),
                Constant::Nothing | Constant::Time(_) | Constant::Length(_) => {}
            },
            Predicate::Compare(_, comparison, Operand::Constant(constant)) => match constant {
                Constant::Integer(number) => self.bounds.add(scan, *comparison, as_float(*number)),
                Constant::Number(number) => self.bounds.add(scan, *comparison, *number),
                _ => {}
            },
            _ => {}
        }
    }

    fn add_text(&mut self, text: &str, scan: usize) {
        self.texts.entry(text.into()).or_default().push(scan);
    }

    fn add_number(&mut self, number: f64, scan: usize) {
        self.numbers.entry(bits(number)).or_default().push(scan);
    }

    fn build(&mut self) {
        self.tests.build();
        self.bounds.build();
    }

    fn find(&self, value: &Scalar<'_>, mut each: impl FnMut(usize)) {
        let scans = match value {
            Scalar::Text(text) => {
                self.tests.find(text, &mut each);
                self.texts.get(&**text)
            }
            Scalar::Integer(number) => self.find_number(as_float(*number), &mut each),
            Scalar::Number(number) => self.find_number(*number, &mut each),
            Scalar::Boolean(value) => Some(&self.booleans[usize::from(*value)]),
        };
        scans.into_iter().flatten().for_each(|scan| each(*scan));
    }

    fn find_number(&self, number: f64, each: &mut impl FnMut(usize)) -> Option<&Vec<usize>> {
        self.bounds.find(number, each);
        self.numbers.get(&bits(number))
    }
}

/// Both zeros are one number.
fn bits(number: f64) -> u64 {
    (number + 0.0).to_bits()
}

#[expect(clippy::cast_precision_loss, reason = "where that matters what is found is asked again, exactly")]
fn as_float(number: i64) -> f64 {
    number as f64
}
