//! What is asked of every log, and one log asked.

use super::access::Access;
use super::gate::Sample;
use super::order::Order;
use super::pass::Pass;
use super::spot_check::SpotChecks;
use super::watch::Watch;
use super::window::{Edges, Window};
use super::{Scan, Tally};
use crate::evidence::{Clocks, Evidence, Fold, Log, LogRead, Reached, Record, RecordReader};
use crate::pack::EventFields;
use crate::time::Duration;
use crate::world::{Stopwatch, Unreadable, World};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// What is asked of every log.
pub struct Inquiry<'a> {
    /// What rules want to know.
    pub scans: Vec<&'a Scan>,
    /// The logs.
    pub evidence: &'a Evidence,
    /// The fields that events can have.
    pub fields: &'a EventFields,
    /// The times between which records count.
    pub window: Window,
    /// Where the logs are.
    pub world: &'a dyn World,
    /// Who watches, when anyone does.
    pub watch: Option<&'a Watch>,
}

/// What one log gives to all scans.
#[derive(Debug, Default)]
pub(super) struct Partial {
    /// What it gives besides.
    pub(super) seen: Seen,
    /// A tally for each scan, in order.
    pub(super) tallies: Vec<Tally>,
}

/// What a log gives besides tallies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Seen {
    /// What reading it gave.
    pub(super) read: LogRead,
    /// The order of its records, where scans ask for times.
    pub(super) order: Order,
    /// How near its records lie to the ends of the window.
    pub(super) edges: Edges,
}

impl<'a> Inquiry<'a> {
    /// The folder of the logs.
    pub(super) fn root(&self) -> &'a Path {
        &self.evidence.root
    }

    /// How much older than the one before a record may be. Where no scan asks for times nobody asks.
    pub(super) fn skew(&self) -> Option<Duration> {
        let timed = self.scans.iter().filter(|scan| scan.wanted.is_timed());
        timed.map(|scan| scan.skew).min_by_key(|skew| skew.seconds)
    }

    /// Asks a log from its start to its end.
    pub(super) fn whole(&self, number: u32, log: &Log) -> Result<Partial, Unreadable> {
        self.whole_for(&self.scans, number, log)
    }

    /// Asks a log from its start to its end for some of the scans.
    pub(super) fn whole_for(&self, scans: &[&Scan], number: u32, log: &Log) -> Result<Partial, Unreadable> {
        let asked = Asked::new(self, scans, (number, log))?;
        let read = |fold: &Fold<'_, _>| log.read_in_parts(self.world, self.root(), &asked.reader, fold);
        let made = self.fold(&asked, read);
        made.map(|(part, read)| self.partial(scans, part, read))
    }

    /// Asks a stretch of a log for some of the scans; `None` when it is no longer there.
    pub(super) fn stretch(
        &self,
        scans: &[&Scan],
        (number, log): (u32, &Log),
        stretch: (&Reached, Option<u64>),
    ) -> Option<(Partial, Reached)> {
        let asked = Asked::new(self, scans, (number, log)).ok()?;
        let reader = &asked.reader;
        let read = |fold: &Fold<'_, _>| log.read_stretch(self.world, self.root(), reader, stretch, fold);
        let (part, read, reached) = self.fold(&asked, read)?;
        Some((self.partial(scans, part, read), reached))
    }

    /// Reads a log with what it takes to fold its records, and by the watch.
    fn fold<'q, T>(&self, asked: &'q Asked<'q>, read: impl FnOnce(&Fold<'_, Part<'q>>) -> T) -> T {
        let (stopwatch, clocks) = (Stopwatch::start(), Clocks::default());
        let begin = || asked.begin();
        let each = |part: &mut Part<'q>, record: &Record<'_>| asked.each(part, record);
        let behind = |part: &mut Part<'q>, records| {
            part.run_ends();
            self.world.note_records(records);
        };
        let fold = Fold { begin: &begin, each: &each, behind: &behind, merge: &Part::merge, clocks: &clocks };
        let made = read(&fold);
        if let Some(watch) = self.watch {
            watch.took(asked.number, stopwatch.elapsed(), &clocks);
        }
        made
    }

    fn partial(&self, scans: &[&Scan], part: Part<'_>, read: LogRead) -> Partial {
        let (tallies, edges, spots) = part.pass.finish();
        let order = part.order;
        if let Some(watch) = self.watch {
            watch.found(scans, spots);
        }
        Partial { seen: Seen { read, order, edges }, tallies }
    }
}

/// Parts of a log, shown to scans by one thread.
struct Part<'p> {
    pass: Pass<'p>,
    /// The order of the records.
    order: Order,
    /// That of those which follow each other up to the last one.
    run: Order,
}

/// Some scans, ready to be shown one log.
struct Asked<'q> {
    scans: &'q [&'q Scan],
    access: Access,
    ways: (Window, SpotChecks),
    skew: Option<Duration>,
    /// Reads the fields that are looked at.
    reader: RecordReader<'q>,
    number: u32,
    log: &'q Log,
}

impl<'q> Asked<'q> {
    fn new(
        inquiry: &Inquiry<'q>,
        scans: &'q [&'q Scan],
        (number, log): (u32, &'q Log),
    ) -> Result<Self, Unreadable> {
        let category = inquiry.fields.slot("event.category");
        let slots = scans.iter().fold(0, |bits, scan| bits | scan.slots());
        let slots = category.map_or(slots, |slot| slots | 1 << slot);
        let reader = log.reader(inquiry.fields, slots);
        let mut sample = Sample::new(scans, category);
        log.read_first(inquiry.world, inquiry.root(), &reader, &mut |record| sample.see(record))?;
        let access = Access::new(scans, category, &sample);
        let ways = (inquiry.window, inquiry.watch.map(|watch| watch.checks).unwrap_or_default());
        Ok(Self { scans, access, ways, skew: inquiry.skew(), reader, number, log })
    }

    fn begin(&self) -> Part<'_> {
        let pass = Pass::new(self.scans, &self.access, self.ways, self.number);
        Part { pass, order: Order::default(), run: Order::default() }
    }

    fn each(&self, part: &mut Part<'_>, record: &Record<'_>) {
        if let Some(skew) = self.skew {
            part.run.saw(record, &self.log.file, skew);
        }
        part.pass.fold(record);
    }
}

impl Part<'_> {
    /// What comes next need not stand behind what came last.
    fn run_ends(&mut self) {
        self.order.merge(std::mem::take(&mut self.run));
    }

    fn merge(&mut self, other: Self) {
        self.pass.merge(other.pass);
        self.order.merge(other.order);
    }
}

impl Seen {
    /// Adds what stands behind.
    pub(super) fn followed_by(mut self, rest: Self) -> Self {
        self.order.merge(rest.order);
        self.edges.merge(rest.edges);
        Self { read: self.read.followed_by(rest.read), ..self }
    }
}
