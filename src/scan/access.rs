//! Which scans a record is shown to.
//!
//! A hundred rules ask about a hundred values, and a record has one of each field. So what scans ask
//! of a field is looked up by its value, once for all of them.
//!
//! Which fields a scan has read and found filled must be known in the end. Until it has found all that
//! it reads filled, a scan waits at one of the conditions that must hold for it, the one that a sample
//! of the log says holds least often, and is asked the rest of them in order. From then on there is
//! nothing more to learn from records that it does not match: it is settled, and shown only those that
//! pass all fields. What waits where changes no answer.

use super::Scan;
use super::gate::{Gate, Parted, Sample, Wait, is_looked_up, parted, rest};
use super::predicate::Predicate;
use super::recall::{Recall, Why};
use super::set::{Asker, Set};
use super::waiting::Waiting;
use crate::evidence::{Record, Scalar};
use std::sync::atomic::{AtomicBool, Ordering};

/// Where every scan waits, for one log.
pub(super) struct Access {
    /// The categories that scans are about; a record of none has the number behind the last.
    categories: Vec<String>,
    category_slot: Option<usize>,
    /// By category, the scans that are shown all of its records.
    always: Vec<Vec<usize>>,
    /// By category, the scans that are about its records.
    about: Vec<Set>,
    fields: Vec<Waiting>,
    /// By scan, where it waits.
    waits: Vec<Option<Wait>>,
    /// By scan, what is left to be asked where what it waits for was found; `None` where all is to be
    /// asked.
    rests: Vec<Option<Predicate>>,
    /// By scan, what is asked of several fields at once; `None` where it is never settled.
    lefts: Vec<Option<Predicate>>,
    /// By scan, whether it only counts what passes all fields.
    only_counts: Vec<bool>,
    /// By scan, the slots that must be found filled for it to be settled, a bit each.
    reads: Vec<u128>,
    settled: Vec<AtomicBool>,
    /// By scan, whether what it reads before it waits was found filled.
    warm: Vec<AtomicBool>,
    /// By scan, its category.
    of_scan: Vec<Option<usize>>,
}

impl Access {
    /// Lets each scan wait where a sample of the log says that it is shown fewest records.
    pub(super) fn new(scans: &[&Scan], category_slot: Option<usize>, sample: &Sample<'_>) -> Self {
        let mut categories: Vec<String> = scans.iter().filter_map(|scan| scan.category.clone()).collect();
        categories.sort();
        categories.dedup();
        let number = |scan: &&Scan| categories.binary_search(scan.category.as_ref()?).ok();
        let no = || scans.iter().map(|_| AtomicBool::new(false)).collect();
        let mut access = Self {
            always: vec![Vec::new(); categories.len() + 1],
            about: vec![Set::none(scans.len()); categories.len() + 1],
            of_scan: scans.iter().map(number).collect(),
            fields: Vec::new(),
            waits: vec![None; scans.len()],
            rests: vec![None; scans.len()],
            lefts: vec![None; scans.len()],
            only_counts: vec![false; scans.len()],
            reads: vec![0; scans.len()],
            settled: no(),
            warm: no(),
            category_slot,
            categories,
        };
        for (number, scan) in scans.iter().enumerate() {
            access.add(number, scan, sample.best(number));
        }
        access.fields.iter_mut().for_each(Waiting::build);
        access
    }

    fn add(&mut self, number: usize, scan: &Scan, gate: Option<&Gate<'_>>) {
        for category in self.categories_of(number) {
            self.about[category].add(number);
            if gate.is_none() {
                self.always[category].push(number);
            }
        }
        let parted = parted(scan);
        if let Some(gate) = gate {
            (self.rests[number], self.waits[number]) = (rest(scan, gate), Some(gate.wait));
            self.warm[number] = AtomicBool::new(gate.wait.is_first);
            // Of a scan that waits for all that it asks, the rest is known without it.
            let is_settled = |parted: &Parted<'_>| gate.wait.is_first && parted.reads & !gate.wait.reads == 0;
            if parted.as_ref().is_some_and(is_settled) {
                self.settled[number] = AtomicBool::new(true);
            } else {
                self.field(gate.slot).add(Asker::waiting(number), gate.atom);
            }
        }
        if let Some(Parted { by_slot, left, reads }) = parted {
            for (slot, parts) in by_slot {
                match parts[..] {
                    [one] if is_looked_up(one) => self.field(slot).add(Asker::passing(number), one),
                    _ => {
                        let all = Predicate::All(parts.into_iter().cloned().collect());
                        self.field(slot).add_other(number, all);
                    }
                }
            }
            self.only_counts[number] = scan.only_counts() && left.conjuncts().is_empty();
            (self.lefts[number], self.reads[number]) = (Some(left), reads);
        }
    }

    /// What is asked of the field in a slot.
    fn field(&mut self, slot: usize) -> &mut Waiting {
        let at = self.fields.iter().position(|field| field.slot == slot).unwrap_or(self.fields.len());
        if at == self.fields.len() {
            self.fields.push(Waiting::new(slot, self.waits.len()));
        }
        &mut self.fields[at]
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

    /// What is left to be asked of a record that a scan is shown for this reason; `None` where all is to
    /// be asked.
    pub(super) fn rest(&self, scan: usize, why: Why) -> Option<&Predicate> {
        match why {
            Why::All => None,
            Why::Found => self.rests[scan].as_ref(),
            Why::Passed => self.lefts[scan].as_ref(),
        }
    }

    /// True for a scan of which a record that passed all fields needs nothing but to be counted, in the
    /// one group that the scan has.
    pub(super) fn only_counts(&self, scan: usize) -> bool {
        self.only_counts[scan]
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

    /// Notes what a scan has read and found filled in records that it was shown because of what they
    /// hold. Whoever [recalls](Access::refresh) later knows it to be settled when that is all that it
    /// reads.
    pub(super) fn settles(&self, scan: usize, filled: u128) {
        // What a scan asks first is not asked again of a record that was found by it.
        let found_by = self.waits[scan].filter(|wait| wait.is_first).map_or(0, |wait| wait.reads);
        if self.lefts[scan].is_some() && self.reads[scan] & !(filled | found_by) == 0 {
            self.settled[scan].store(true, Ordering::Relaxed);
        }
    }

    /// Nothing is remembered of the log.
    pub(super) fn recall(&self) -> Recall {
        Recall::new(self.fields.len(), self.waits.len())
    }

    /// Takes over which scans are settled.
    pub(super) fn refresh(&self, recall: &mut Recall) {
        let settled = self.settled.iter().enumerate().filter(|(_, settled)| settled.load(Ordering::Relaxed));
        settled.for_each(|(scan, _)| recall.settled.add(scan));
        for (is_awaited, field) in recall.is_awaited.iter_mut().zip(&self.fields) {
            *is_awaited = field.gated.iter().any(|scan| !recall.settled.has(*scan));
        }
    }

    /// Finds every scan that a record is to be shown to, but for those of [`Access::cold`], and why; a
    /// scan may be found more than once.
    pub(super) fn find(&self, recall: &mut Recall, record: &Record<'_>, category: usize) {
        let Recall { memories, settled, passing, is_awaited, found } = recall;
        let about = &self.about[category];
        found.clear();
        let unsettled = self.always[category].iter().filter(|scan| !settled.has(**scan));
        found.extend(unsettled.map(|scan| (*scan, Why::All)));
        passing.become_copy(about);
        let mut is_any = passing.keep(settled);
        for ((field, memory), is_awaited) in self.fields.iter().zip(memories).zip(is_awaited) {
            if !is_any && !*is_awaited {
                continue;
            }
            let answer = memory.ask(field, record, passing);
            is_any = passing.keep(&answer.passes);
            let opened = answer.opens.iter().filter(|scan| !settled.has(**scan) && about.has(**scan));
            found.extend(opened.map(|scan| (*scan, Why::Found)));
        }
        found.extend(passing.scans().map(|scan| (scan, Why::Passed)));
    }
}
