//! Periods of a fixed length, one behind the other.

use crate::scan::Mark;
use crate::time::{Duration, Time};
use jiff::Timestamp;

const DAY_SECONDS: i64 = 86_400;
/// 1970-01-01 was a Thursday, and weeks begin on Mondays.
const MONDAY: i64 = 4 * DAY_SECONDS;

/// A period that a record falls into. Periods of whole weeks begin on Mondays, others where whole
/// numbers of them have passed since 1970 in UTC; so days begin at midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Period {
    start: i64,
    length: i64,
}

impl Period {
    /// The period of this length that a record falls into; none of what has no time.
    pub fn of(mark: Mark, length: Duration) -> Option<Self> {
        mark.has_time().then(|| Self::at(mark.time, length))
    }

    fn at(time: Timestamp, length: Duration) -> Self {
        let length = length.seconds.max(1);
        let offset = if length % (7 * DAY_SECONDS) == 0 { MONDAY } else { 0 };
        // A time in the middle of a second before 1970 belongs to the second that began.
        let second = time.as_second() - i64::from(time.subsec_nanosecond() < 0);
        let start = (second - offset).div_euclid(length) * length + offset;
        Self { start, length }
    }

    /// When it begins: a day, where periods are of whole days.
    pub fn start(self) -> Time {
        let start = Time::utc(Timestamp::from_second(self.start).unwrap_or(Timestamp::MIN));
        if self.length % DAY_SECONDS == 0 { Time::Day(start.day()) } else { start }
    }

    /// Its start as a text that sorts by time.
    pub fn name(self) -> String {
        self.start().to_string()
    }
}

/// All periods of this length that begin with the one of the first record and end with that of the
/// last, in order.
pub fn periods_between(first: Mark, last: Mark, length: Duration) -> impl Iterator<Item = Period> {
    let (first, last) = (Period::at(first.time, length), Period::at(last.time, length));
    let next = |period: &Period| Some(Period { start: period.start + period.length, length: period.length });
    std::iter::successors(Some(first), next).take_while(move |period| period.start <= last.start)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(time: &str, length: &str) -> String {
        Period::at(time.parse().unwrap(), length.parse().unwrap()).name()
    }

    #[test]
    fn periods_begin_at_midnight_on_mondays_and_at_the_epoch() {
        assert_eq!(name("2026-07-01T23:59:59.9Z", "1d"), "2026-07-01");
        assert_eq!(name("2026-07-02T00:00:00Z", "1d"), "2026-07-02");
        assert_eq!(name("2026-07-02T00:00:00Z", "1w"), "2026-06-29");
        assert_eq!(name("2026-07-01T10:59:00Z", "15m"), "2026-07-01T10:45:00Z");
        assert_eq!(name("1969-12-31T23:59:59.5Z", "1h"), "1969-12-31T23:00:00Z");
        assert_eq!(name("1970-01-01T00:00:00Z", "10d"), "1970-01-01");
    }
}
