//! Where scans can wait, and how often a sample of a log lets them pass.

use super::Scan;
use super::predicate::{Comparison, Constant, Field, Operand, Predicate, TextTest};
use super::steps::is_float;
use crate::evidence::{Record, Scalar};
use std::collections::BTreeMap;

/// Where a scan waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Wait {
    /// The slots that it reads up to there, a bit each.
    pub(super) reads: u128,
    /// True when that is the first condition, which is asked of every record.
    pub(super) is_first: bool,
}

/// A condition that must hold for a scan to look further: a field holds one of a few values.
#[derive(Debug)]
pub(super) struct Gate<'p> {
    pub(super) atom: &'p Predicate,
    pub(super) slot: usize,
    pub(super) wait: Wait,
    /// Its number among the conditions that must all hold.
    pub(super) number: usize,
    /// Records of the sample that it lets pass.
    passed: usize,
    /// True when the sample has a record that fills all that is read up to there, and of which all that
    /// is asked before is true.
    is_warm: bool,
}

/// What the first records of a log say about the gates of scans.
pub(super) struct Sample<'p> {
    scans: Vec<Sampled<'p>>,
    category_slot: Option<usize>,
}

/// What they say about one scan.
struct Sampled<'p> {
    category: Option<&'p str>,
    /// What must all hold, in the order in which it is asked, and where it can be waited at.
    parts: Vec<(&'p Predicate, Option<Gate<'p>>)>,
    /// Records of its category.
    seen: usize,
}

impl<'p> Sample<'p> {
    /// Nothing was seen yet.
    pub(super) fn new(scans: &[&'p Scan], category_slot: Option<usize>) -> Self {
        let sampled =
            |&scan: &&'p Scan| Sampled { category: scan.category.as_deref(), parts: parts(scan), seen: 0 };
        Self { scans: scans.iter().map(sampled).collect(), category_slot }
    }

    /// Adds a record.
    pub(super) fn see(&mut self, record: &Record<'_>) {
        let category = self.category_slot.and_then(|slot| record.get(slot)).map(Scalar::text);
        for scan in &mut self.scans {
            if scan.category.is_some() && scan.category != category.as_deref() {
                continue;
            }
            scan.see(record);
        }
    }

    /// The gate that lets fewest records pass. A scan that waits behind the first is shown every record
    /// until what it reads before was found filled; so it does only where the sample says that this
    /// comes soon.
    pub(super) fn best(&self, scan: usize) -> Option<&Gate<'p>> {
        let scan = &self.scans[scan];
        let can_wait = |gate: &&Gate<'p>| gate.wait.is_first || gate.is_warm;
        // A test of a text costs more than looking a value up: what one record in thirty does.
        let test =
            |gate: &Gate<'_>| if matches!(gate.atom, Predicate::Text(..)) { 1 + scan.seen / 30 } else { 0 };
        scan.parts
            .iter()
            .filter_map(|(_, gate)| gate.as_ref())
            .filter(can_wait)
            .min_by_key(|gate| gate.passed + test(gate))
    }
}

impl Sampled<'_> {
    fn see(&mut self, record: &Record<'_>) {
        self.seen += 1;
        let mut is_asked = true;
        for (part, gate) in &mut self.parts {
            let holds = part.holds(record, &mut 0);
            if let Some(gate) = gate {
                gate.passed += usize::from(holds);
                gate.is_warm |= is_asked && gate.wait.reads & !record.filled() == 0;
            }
            is_asked &= holds;
        }
    }
}

/// The condition that is asked first, where it must hold for all that a scan does and no interpreter
/// is needed.
fn first(scan: &Scan) -> Option<&Predicate> {
    let kept = scan.condition.as_ref().filter(|_| !scan.looks_beyond());
    scan.among.as_ref().or(kept)?.predicate.as_deref()
}

/// The parts of the condition that is asked first which must all hold, and where a scan can wait.
fn parts<'p>(scan: &'p Scan) -> Vec<(&'p Predicate, Option<Gate<'p>>)> {
    let mut reads = 0;
    let part = |(number, atom): (usize, &'p Predicate)| {
        reads |= atom.reads();
        let wait = Wait { reads, is_first: number == 0 };
        let gate = |slot| Gate { atom, slot, wait, number, passed: 0, is_warm: false };
        (atom, gate_slot(atom).map(gate))
    };
    let conjuncts = first(scan).map(Predicate::conjuncts).unwrap_or_default();
    conjuncts.into_iter().enumerate().map(part).collect()
}

/// What is asked of a record for which a gate was found open, besides what its gate says; `None`
/// where it is to be asked in full.
pub(super) fn rest(scan: &Scan, gate: &Gate<'_>) -> Option<Predicate> {
    if !is_exact(gate.atom) {
        return None;
    }
    let mut parts: Vec<Predicate> = first(scan)?.conjuncts().into_iter().cloned().collect();
    parts.remove(gate.number);
    Some(if parts.len() == 1 { parts.remove(0) } else { Predicate::All(parts) })
}

/// What a scan asks first, parted by what must be known to answer it.
pub(super) struct Parted<'p> {
    /// By slot, what is asked of that field and of nothing else.
    pub(super) by_slot: BTreeMap<usize, Vec<&'p Predicate>>,
    /// The rest: what is asked of several fields, or of the time.
    pub(super) left: Predicate,
    /// The slots that all of it may note as read, a bit each.
    pub(super) reads: u128,
}

/// What a scan asks first, parted; `None` where that takes an interpreter, or is nothing.
pub(super) fn parted(scan: &Scan) -> Option<Parted<'_>> {
    let predicate = first(scan)?;
    let (mut by_slot, mut left): (BTreeMap<_, Vec<_>>, _) = (BTreeMap::new(), Vec::new());
    for part in predicate.conjuncts() {
        match part.only_slot() {
            Some(slot) => by_slot.entry(slot).or_default().push(part),
            None => left.push(part.clone()),
        }
    }
    Some(Parted { by_slot, left: Predicate::All(left), reads: predicate.reads() })
}

/// True for a condition that is looked up by the value of its field, and needs no second look.
pub(super) fn is_looked_up(atom: &Predicate) -> bool {
    gate_slot(atom).is_some() && is_exact(atom)
}

/// True where what is looked up is what is asked: whole numbers are looked up as floats.
fn is_exact(atom: &Predicate) -> bool {
    match atom {
        Predicate::OneOf(_, list) => list.integers.iter().copied().all(is_float),
        Predicate::Compare(_, _, Operand::Constant(Constant::Integer(number))) => is_float(*number),
        _ => true,
    }
}

/// The field that must hold one of a few values, or lie on one side of one, where that is asked.
fn gate_slot(atom: &Predicate) -> Option<usize> {
    let slot = |field: &Field| field.slot;
    match atom {
        Predicate::OneOf(field, _) => slot(field),
        Predicate::Text(field, test) if !test.is_empty() => slot(field),
        Predicate::Compare(Operand::Field(field), Comparison::Equal, Operand::Constant(constant)) => {
            match constant {
                Constant::Nothing | Constant::Time(_) | Constant::Length(_) => None,
                Constant::Number(number) if number.is_nan() => None,
                _ => slot(field),
            }
        }
        Predicate::Compare(Operand::Field(field), comparison, Operand::Constant(constant))
            if *comparison != Comparison::Unequal && is_bound(constant) && is_exact(atom) =>
        {
            slot(field)
        }
        _ => None,
    }
}

/// True for a number that others are less or more than.
fn is_bound(constant: &Constant) -> bool {
    match constant {
        Constant::Integer(_) => true,
        Constant::Number(number) => !number.is_nan(),
        _ => false,
    }
}

impl TextTest {
    /// True for a test that every text passes.
    fn is_empty(&self) -> bool {
        matches!(self, Self::StartsWith(part) | Self::EndsWith(part) | Self::Contains(part) if part.is_empty())
    }
}
