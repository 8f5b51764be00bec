//! Where the time of reading a log goes, of all threads together. No result depends on it.

use crate::world::Stopwatch;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Counts time while a log is read.
#[derive(Debug, Default)]
pub struct Clocks {
    cutting: Clock,
    reading: Clock,
    merging: Clock,
}

/// Time that reading a log took.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// The file read, digested, unpacked and cut into parts.
    pub cutting: Duration,
    /// The parts read record by record, and the records shown to rules.
    pub reading: Duration,
    /// What came of the parts, merged.
    pub merging: Duration,
}

#[derive(Debug, Default)]
struct Clock(AtomicU64);

impl Clock {
    fn time<T>(&self, work: impl FnOnce() -> T) -> T {
        let watch = Stopwatch::start();
        let made = work();
        let nanoseconds = u64::try_from(watch.elapsed().as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanoseconds, Ordering::Relaxed);
        made
    }

    fn shows(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }
}

impl Clocks {
    pub(super) fn cutting<T>(&self, work: impl FnOnce() -> T) -> T {
        self.cutting.time(work)
    }

    pub(super) fn reading<T>(&self, work: impl FnOnce() -> T) -> T {
        self.reading.time(work)
    }

    pub(super) fn merging<T>(&self, work: impl FnOnce() -> T) -> T {
        self.merging.time(work)
    }

    /// What was counted so far.
    pub fn spent(&self) -> Spent {
        Spent { cutting: self.cutting.shows(), reading: self.reading.shows(), merging: self.merging.shows() }
    }
}
