//! A record remembered by where it stands.

use crate::evidence::{Position, Record};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::cell::Cell;

/// Where a record stands and when it happened; small enough to keep many.
///
/// Marks are ordered by time, then by log and place, so that "first" means the same whatever the
/// order in which files are read. What has no time comes last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// When it happened; the end of time for what has none.
    #[serde(with = "instant")]
    pub time: Timestamp,
    /// Number of the log, from 0. It is not kept, since logs come and go: who reads a mark back says it.
    #[serde(skip, default = "recalled_log")]
    pub log: u32,
    /// Where the record stands in the log.
    pub position: Position,
    /// Which event of its item it is, from 0.
    pub part: u32,
}

thread_local! {
    static RECALLED: Cell<u32> = const { Cell::new(0) };
}

/// Works while marks that are recalled in this thread are of the log with this number.
pub(super) fn recalled<T>(log: u32, work: impl FnOnce() -> T) -> T {
    let before = RECALLED.replace(log);
    let made = work();
    RECALLED.set(before);
    made
}

fn recalled_log() -> u32 {
    RECALLED.get()
}

impl Mark {
    /// The mark of a record of this log.
    pub fn of(record: &Record<'_>, log: u32) -> Self {
        let time = record.time.map_or(Timestamp::MAX, crate::time::Time::instant);
        Self { time, log, position: record.position, part: record.part }
    }

    /// True when the record has a time.
    pub fn has_time(self) -> bool {
        self.time != Timestamp::MAX
    }

    /// The later of two. What has no time is the end of nothing.
    #[must_use]
    pub fn later(self, other: Self) -> Self {
        match (self.has_time(), other.has_time()) {
            (true, false) => self,
            (false, true) => other,
            _ => self.max(other),
        }
    }

    /// Seconds from this to a later one; part of a second more than a length is more than it.
    pub fn seconds_to(self, later: Self) -> i64 {
        let between = later.time.duration_since(self.time);
        between.as_secs() + i64::from(between.subsec_nanos() > 0)
    }
}

/// Instants as two numbers: a text takes three times as much, and there are many marks.
mod instant {
    use jiff::Timestamp;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(time: &Timestamp, to: S) -> Result<S::Ok, S::Error> {
        (time.as_second(), time.subsec_nanosecond()).serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Timestamp, D::Error> {
        let (second, part) = <(i64, i32)>::deserialize(from)?;
        Timestamp::new(second, part).map_err(D::Error::custom)
    }
}

/// Marks with the numbers of their logs, for whoever reads the same logs.
pub mod whole_mark {
    use super::Mark;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes a mark.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(mark: &Mark, to: S) -> Result<S::Ok, S::Error> {
        (mark.log, mark).serialize(to)
    }

    /// Reads a mark.
    ///
    /// # Errors
    /// Those of the format.
    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Mark, D::Error> {
        <(u32, Mark)>::deserialize(from).map(|(log, mark)| Mark { log, ..mark })
    }
}

/// The same of the first mark and the last.
pub mod whole_marks {
    use super::Mark;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    /// Writes marks.
    ///
    /// # Errors
    /// Those of the format.
    pub fn serialize<S: Serializer>(marks: &Option<(Mark, Mark)>, to: S) -> Result<S::Ok, S::Error> {
        marks.map(|(first, last)| [(first.log, first), (last.log, last)]).serialize(to)
    }

    /// Reads marks.
    ///
    /// # Errors
    /// Those of the format.
    pub fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Option<(Mark, Mark)>, D::Error> {
        let marks = Option::<[(u32, Mark); 2]>::deserialize(from)?;
        let whole = |(log, mark): (u32, Mark)| Mark { log, ..mark };
        Ok(marks.map(|[first, last]| (whole(first), whole(last))))
    }
}
