//! One log shown to all scans, record by record.

use super::access::Access;
use super::counter::Counter;
use super::join::{JoinWith, RowNumber};
use super::keep::{follow, keep};
use super::recall::{Recall, Why};
use super::spot_check::{SpotChecks, Spots};
use super::window::{Edges, Window};
use super::{Condition, Mark, Predicate, Scan, Sighting, Tally};
use crate::evidence::{Decision, Record, Row};
use crate::finding::Diagnostic;
use crate::world::Stopwatch;
use std::sync::Arc;

/// Parts of one log, one thread.
pub(super) struct Pass<'a> {
    scans: &'a [&'a Scan],
    access: &'a Access,
    window: Window,
    log: u32,
    tallies: Vec<Tally>,
    /// By scan, what is counted and not yet added to its tally.
    counters: Vec<Option<Counter>>,
    /// How near the records lie to the ends of the window.
    edges: Edges,
    /// By category of the records.
    counts: Vec<Counts>,
    /// Scans that are shown all records of their category, until they are warm.
    cold: Vec<usize>,
    /// By scan, the number of the record that it was shown last.
    shown: Vec<u64>,
    /// By scan, why.
    why: Vec<Why>,
    recall: Recall,
    /// The day that was seen last, and whether it counts.
    day: Option<(i64, bool)>,
    record: u64,
    checks: SpotChecks,
    spots: Spots,
}

/// After so many records a thread learns from others which scans are settled.
const OFTEN: u64 = 256;

/// Records of one category.
#[derive(Clone, Copy, Default)]
struct Counts {
    seen: u64,
    outside: u64,
    /// The slots that any of them fills, a bit each.
    filled: u128,
}

impl<'a> Pass<'a> {
    /// Nothing was shown yet.
    pub(super) fn new(
        scans: &'a [&'a Scan],
        access: &'a Access,
        (window, checks): (Window, SpotChecks),
        log: u32,
    ) -> Self {
        Self {
            scans,
            access,
            window,
            log,
            tallies: super::tallies(scans),
            counters: vec![None; scans.len()],
            edges: Edges::default(),
            counts: vec![Counts::default(); access.categories()],
            cold: access.cold(),
            shown: vec![0; scans.len()],
            why: vec![Why::All; scans.len()],
            recall: access.recall(),
            day: None,
            record: 0,
            checks,
            spots: Spots::default(),
        }
    }

    /// Shows a record to the scans that it may matter to.
    pub(super) fn fold(&mut self, record: &Record<'_>) {
        let (access, category) = (self.access, self.access.category(record));
        let counts = &mut self.counts[category];
        // Records without a time count: nothing says that they lie outside.
        if record.time.is_some_and(|time| !self.window.holds_next(time, &mut self.edges, &mut self.day)) {
            counts.outside += 1;
            return;
        }
        counts.seen += 1;
        counts.filled |= record.filled();
        self.record += 1;
        let mark = Mark::of(record, self.log);
        let watch = self.checks.time.holds(mark).then(Stopwatch::start);
        let sighting = Sighting::new(record);
        if !self.cold.is_empty() {
            self.show_cold(&sighting, category, mark);
        }
        if self.record % OFTEN == 1 {
            access.refresh(&mut self.recall);
        }
        access.find(&mut self.recall, record, category);
        for number in 0..self.recall.found.len() {
            self.show(self.recall.found[number], &sighting, mark);
        }
        if let Some(watch) = watch {
            self.spots.took(watch);
            self.take_times(&sighting, mark);
        }
        if self.checks.recheck.holds(mark) {
            self.recheck(&sighting, category, mark);
        }
    }

    /// Takes the time that each scan needs alone for a record that it was shown.
    fn take_times(&mut self, sighting: &Sighting<'_, '_>, mark: Mark) {
        for (number, scan) in self.scans.iter().enumerate().filter(|(at, _)| self.shown[*at] == self.record) {
            let mut apart = Tally::new(Arc::clone(&scan.wanted));
            let rest = self.rest(number);
            self.spots.take_time(number, || drop(look(scan, rest, &mut apart, sighting, mark)));
        }
    }

    /// Asks the interpreter about a record, for all scans that are about it, also for those that it
    /// was not shown.
    fn recheck(&mut self, sighting: &Sighting<'_, '_>, category: usize, mark: Mark) {
        self.spots.rechecked += 1;
        let interpreted = Sighting::for_the_interpreter(sighting.record);
        for (number, scan) in self.scans.iter().enumerate() {
            if !self.access.is_about(number, category) {
                continue;
            }
            let native = match self.shown[number] == self.record {
                true => said(scan, self.rest(number), sighting, mark),
                false => Said::default(),
            };
            if native != said(scan, None, &interpreted, mark) {
                self.spots.differs(number, mark);
            }
        }
    }

    fn show_cold(&mut self, sighting: &Sighting<'_, '_>, category: usize, mark: Mark) {
        let cold = std::mem::take(&mut self.cold);
        for scan in cold {
            if self.recall.settled.has(scan) {
                continue;
            }
            let concerns = self.access.is_about(scan, category);
            if concerns {
                self.show((scan, Why::All), sighting, mark);
            }
            if !(concerns && self.access.warms(scan, self.tallies[scan].filled)) {
                self.cold.push(scan);
            }
        }
    }

    /// What is left to be asked by a scan of the record that it was shown last, where that is not all.
    fn rest(&self, scan: usize) -> Option<&'a Predicate> {
        self.access.rest(scan, self.why[scan])
    }

    /// Shows a record to a scan, once.
    fn show(&mut self, (scan, why): (usize, Why), sighting: &Sighting<'_, '_>, mark: Mark) {
        if self.shown[scan] == self.record {
            return;
        }
        (self.shown[scan], self.why[scan]) = (self.record, why);
        if why == Why::Passed && self.counters[scan].as_mut().is_some_and(|counter| counter.count(mark)) {
            return;
        }
        self.add_counted(scan);
        let rest = self.rest(scan);
        let tally = &mut self.tallies[scan];
        let before = tally.undecidable;
        if let Err(fault) = look(self.scans[scan], rest, tally, sighting, mark) {
            tally.fault(mark, fault);
        }
        // A record is undecidable once, however many conditions it leaves in doubt.
        tally.undecidable = tally.undecidable.min(before + 1);
        if why != Why::Passed {
            self.access.settles(scan, tally.filled);
        } else if self.access.only_counts(scan) {
            self.counters[scan] = tally.counter();
        }
    }

    /// Adds what was counted of a scan to its tally.
    fn add_counted(&mut self, scan: usize) {
        if let Some(counter) = self.counters[scan].take() {
            self.tallies[scan].add_counted(counter);
        }
    }

    fn add_all_counted(&mut self) {
        (0..self.scans.len()).for_each(|scan| self.add_counted(scan));
    }

    /// Adds what was learned of the part behind.
    pub(super) fn merge(&mut self, mut part: Self) {
        self.add_all_counted();
        part.add_all_counted();
        super::merge(&mut self.tallies, part.tallies);
        self.edges.merge(part.edges);
        for (all, one) in self.counts.iter_mut().zip(part.counts) {
            all.add(one);
        }
        self.spots.merge(part.spots);
    }

    /// What each scan has learned, how near the records lie to the ends of the window, and what
    /// spot checks have found.
    pub(super) fn finish(mut self) -> (Vec<Tally>, Edges, Spots) {
        self.add_all_counted();
        for (number, (scan, tally)) in self.scans.iter().zip(&mut self.tallies).enumerate() {
            let mut counts = Counts::default();
            self.counts[self.access.categories_of(number)].iter().for_each(|one| counts.add(*one));
            tally.seen += counts.seen;
            tally.outside += counts.outside;
            if scan.among.is_none() {
                tally.population += counts.seen;
            }
            // What a scan asks first it has asked of all records, also of those it was not shown.
            if let Some(wait) = self.access.wait(number).filter(|wait| wait.is_first && counts.seen > 0) {
                tally.reads |= wait.reads;
                tally.filled |= wait.reads & counts.filled;
            }
        }
        (self.tallies, self.edges, self.spots)
    }
}

/// What a scan says of one record.
#[derive(Debug, Default, PartialEq, Eq)]
struct Said {
    population: u64,
    undecidable: u64,
    keys: Vec<Vec<String>>,
    has_failed: bool,
}

/// What a scan says of a record, apart from all others.
fn said(scan: &Scan, rest: Option<&Predicate>, sighting: &Sighting<'_, '_>, mark: Mark) -> Said {
    let mut apart = Tally::new(Arc::clone(&scan.wanted));
    let has_failed = look(scan, rest, &mut apart, sighting, mark).is_err();
    let keys = apart.groups.into_keys().collect();
    Said { population: apart.population, undecidable: apart.undecidable, keys, has_failed }
}

impl Counts {
    fn add(&mut self, other: Self) {
        self.seen += other.seen;
        self.outside += other.outside;
        self.filled |= other.filled;
    }
}

/// Shows one record to one scan. Of the condition that is asked first only a rest may be left.
fn look(
    scan: &Scan,
    mut rest: Option<&Predicate>,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    mark: Mark,
) -> Result<(), Diagnostic> {
    if let Some(among) = &scan.among {
        if !ask_rest(rest.take(), Some(among), tally, sighting, mark)? {
            return Ok(());
        }
        tally.population += 1;
    }
    if scan.looks_beyond() {
        if mark.has_time() {
            tally.span(mark, mark);
        }
        if let Some(then) = &scan.then
            && ask(Some(&then.condition), tally, sighting, None, mark)?
        {
            follow(scan, tally, sighting.record, mark);
        }
    }
    if !ask_rest(rest, scan.condition.as_ref(), tally, sighting, mark)? {
        return Ok(());
    }
    let mut joined = None;
    if let Some(join) = &scan.join {
        let Some(row) = find(scan, join, tally, sighting, mark)? else { return Ok(()) };
        joined = Some(row);
    }
    keep(scan, tally, sighting.record, mark, joined);
    Ok(())
}

/// The first row that joins with a record and that `keep` accepts.
fn find(
    scan: &Scan,
    join: &JoinWith,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    mark: Mark,
) -> Result<Option<RowNumber>, Diagnostic> {
    tally.saw(sighting.record, 1 << join.slot);
    let Some(value) = sighting.record.get(join.slot) else { return Ok(None) };
    for &number in join.find(&value.text()) {
        let row = join.row(number);
        if ask(scan.keep.as_ref(), tally, sighting, row.as_ref(), mark)? {
            return Ok(Some(number));
        }
    }
    Ok(None)
}

/// Asks what is left of a condition, or all of it.
fn ask_rest(
    rest: Option<&Predicate>,
    condition: Option<&Condition>,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    mark: Mark,
) -> Result<bool, Diagnostic> {
    match rest {
        Some(rest) => Ok(holds(rest, tally, sighting)),
        None => ask(condition, tally, sighting, None, mark),
    }
}

fn holds(predicate: &Predicate, tally: &mut Tally, sighting: &Sighting<'_, '_>) -> bool {
    let mut reads = 0;
    let holds = predicate.holds(sighting.record, &mut reads);
    tally.saw(sighting.record, reads);
    holds
}

/// Asks a condition and remembers what it read; no condition holds always.
fn ask(
    condition: Option<&Condition>,
    tally: &mut Tally,
    sighting: &Sighting<'_, '_>,
    row: Option<&Row>,
    mark: Mark,
) -> Result<bool, Diagnostic> {
    let Some(condition) = condition else { return Ok(true) };
    if let Some(predicate) = condition.predicate.as_ref().filter(|_| !sighting.is_for_the_interpreter()) {
        return Ok(holds(predicate, tally, sighting));
    }
    let answer = (condition.ask)(sighting, row)?;
    tally.saw(sighting.record, answer.reads);
    if answer.decision == Decision::Undecidable {
        tally.undecidable(mark);
    }
    Ok(answer.decision == Decision::Yes)
}
