//! Points in time and durations, as evidence and rules know them.
//!
//! A register says a day, a log an instant. A day compared with an instant means the day of that
//! instant at its own offset: whoever left on 14 February and signs in at 23:30 that evening has
//! signed in on the last day, and not after it.

use jiff::civil::Date;
use jiff::tz::Offset;
use jiff::{SignedDuration, Span, Timestamp};
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

const DAY_SECONDS: i64 = 86_400;

/// A day, or an instant with the offset it was written with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Time {
    /// A calendar day.
    Day(Date),
    /// A point in time. Without a zone in the evidence the offset is zero or declared.
    Instant {
        /// The point in time.
        at: Timestamp,
        /// The offset from UTC it was written with.
        #[serde(with = "offset")]
        offset: Offset,
    },
}

/// A length of time. Months are kept apart from seconds, because their length differs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Duration {
    /// Calendar months.
    pub months: i32,
    /// Seconds on top of the months.
    pub seconds: i64,
}

/// Offsets as seconds east of UTC.
mod offset {
    use jiff::tz::Offset;
    use serde::de::Error;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(super) fn serialize<S: Serializer>(offset: &Offset, to: S) -> Result<S::Ok, S::Error> {
        offset.seconds().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<Offset, D::Error> {
        Offset::from_seconds(i32::deserialize(from)?).map_err(D::Error::custom)
    }
}

impl Time {
    /// An instant in UTC.
    pub fn utc(at: Timestamp) -> Self {
        Self::Instant { at, offset: Offset::UTC }
    }

    /// The calendar day of this time, at its own offset.
    pub fn day(self) -> Date {
        match self {
            Self::Day(day) => day,
            Self::Instant { at, offset } => offset.to_datetime(at).date(),
        }
    }

    /// The instant of this time; a day counts from its midnight in UTC.
    pub fn instant(self) -> Timestamp {
        match self {
            Self::Day(day) => Offset::UTC.to_timestamp(day.at(0, 0, 0, 0)).unwrap_or(Timestamp::MIN),
            Self::Instant { at, .. } => at,
        }
    }

    /// Compares two times; as soon as one of them is a day, by days. This is no total order: two
    /// instants of one day differ, and both equal the day. Sort by [`Time::instant`].
    pub fn compare(self, other: Self) -> Ordering {
        match (self, other) {
            (Self::Instant { at: a, .. }, Self::Instant { at: b, .. }) => a.cmp(&b),
            _ => self.day().cmp(&other.day()),
        }
    }

    /// This time moved by a duration, at most to the ends of the calendar. A day moved by whole
    /// days stays a day.
    #[must_use]
    pub fn plus(self, by: Duration) -> Self {
        let months = Span::new().months(by.months.clamp(-240_000, 240_000));
        match self {
            Self::Day(day) => {
                let day = day.saturating_add(months);
                if by.seconds % DAY_SECONDS == 0 {
                    let days = SignedDuration::from_secs(by.seconds);
                    return Self::Day(day.saturating_add(days));
                }
                Self::utc(Self::Day(day).instant()).plus(Duration::seconds(by.seconds))
            }
            Self::Instant { at, offset } => {
                let moved = offset.to_datetime(at).saturating_add(months);
                let at = offset.to_timestamp(moved).unwrap_or(at);
                let at = at.saturating_add(SignedDuration::from_secs(by.seconds)).unwrap_or(at);
                Self::Instant { at, offset }
            }
        }
    }

    /// The length from `earlier` to this time; in whole days as soon as one of them is a day.
    pub fn since(self, earlier: Self) -> Duration {
        let seconds = match (self, earlier) {
            (Self::Instant { at: a, .. }, Self::Instant { at: b, .. }) => a.as_second() - b.as_second(),
            _ => self.day().duration_since(earlier.day()).as_secs(),
        };
        Duration::seconds(seconds)
    }
}

impl Duration {
    /// A length in seconds.
    pub fn seconds(seconds: i64) -> Self {
        Self { months: 0, seconds }
    }

    /// A length in days of 24 hours.
    pub fn days(days: i64) -> Self {
        Self::seconds(days.saturating_mul(DAY_SECONDS))
    }

    /// A length in calendar months.
    pub fn months(months: i32) -> Self {
        Self { months, seconds: 0 }
    }

    /// Whole days in this length; months count for none of them.
    pub fn in_days(self) -> i64 {
        self.seconds / DAY_SECONDS
    }

    /// The same length backwards.
    #[must_use]
    pub fn negated(self) -> Self {
        Self { months: self.months.saturating_neg(), seconds: self.seconds.saturating_neg() }
    }

    /// Compares two lengths; `None` when one of them has months, whose length is not known.
    pub fn compare(self, other: Self) -> Option<Ordering> {
        match (self.months, other.months) {
            (a, b) if a == b => Some(self.seconds.cmp(&other.seconds)),
            _ => None,
        }
    }
}

/// What was read where a duration was expected, and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotADuration(String);

impl FromStr for Duration {
    type Err = NotADuration;

    /// Reads `45s`, `10m`, `24h`, `30d`, `2w`, `12mo`, `1y`.
    fn from_str(text: &str) -> Result<Self, NotADuration> {
        let bad = || NotADuration(text.to_owned());
        let unit_at = text.find(|c: char| !c.is_ascii_digit()).ok_or_else(bad)?;
        let number: i64 = text[..unit_at].parse().map_err(|_| bad())?;
        let months = |n: i64| i32::try_from(n).map(Self::months).map_err(|_| bad());
        let seconds = |each: i64| number.checked_mul(each).map(Self::seconds).ok_or_else(bad);
        match &text[unit_at..] {
            "s" => seconds(1),
            "m" => seconds(60),
            "h" => seconds(3_600),
            "d" => seconds(DAY_SECONDS),
            "w" => seconds(7 * DAY_SECONDS),
            "mo" => months(number),
            "y" => months(number.saturating_mul(12)),
            _ => Err(bad()),
        }
    }
}

impl fmt::Display for NotADuration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no duration; write a number and s, m, h, d, w, mo or y, as in `30d`", self.0)
    }
}

impl std::error::Error for NotADuration {}

impl fmt::Display for Duration {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (number, unit) = match (self.months, self.seconds) {
            (0, s) if s % DAY_SECONDS == 0 => (s / DAY_SECONDS, "day"),
            (0, s) if s % 3_600 == 0 => (s / 3_600, "hour"),
            (0, s) if s % 60 == 0 => (s / 60, "minute"),
            (0, s) => (s, "second"),
            (m, 0) if m % 12 == 0 => (i64::from(m) / 12, "year"),
            (m, 0) => (i64::from(m), "month"),
            (m, s) => return write!(f, "{} and {}", Self::months(m), Self::seconds(s)),
        };
        write!(f, "{number} {unit}{}", if number.abs() == 1 { "" } else { "s" })
    }
}

impl fmt::Display for Time {
    /// A day as `2026-07-01`, an instant as `2026-07-01T22:15:00Z` or with its offset.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => write!(f, "{day}"),
            Self::Instant { at, offset } if offset.is_zero() => write!(f, "{at}"),
            Self::Instant { at, offset } => write!(f, "{}", at.display_with_offset(*offset)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Time {
        Time::Day(text.parse().unwrap())
    }

    fn instant(text: &str, offset_hours: i8) -> Time {
        Time::Instant { at: text.parse().unwrap(), offset: Offset::constant(offset_hours) }
    }

    #[test]
    fn the_evening_of_the_last_day_is_not_after_it() {
        let left = day("2026-02-14");
        assert_eq!(instant("2026-02-14T23:30:00Z", 0).compare(left), Ordering::Equal);
        assert_eq!(instant("2026-02-15T00:00:00Z", 0).compare(left), Ordering::Greater);
        // 23:30 UTC is already the 15th in Hamburg, and the log says so.
        assert_eq!(instant("2026-02-14T23:30:00Z", 1).compare(left), Ordering::Greater);
    }

    #[test]
    fn days_and_months_move_a_day() {
        assert_eq!(day("2026-01-31").plus(Duration::months(1)), day("2026-02-28"));
        assert_eq!(day("2026-06-30").plus(Duration::days(1)), day("2026-07-01"));
        assert_eq!(day("2026-07-01").plus("2h".parse().unwrap()), instant("2026-07-01T02:00:00Z", 0));
        assert_eq!(day("9999-12-31").plus(Duration::days(9)), day("9999-12-31"));
    }

    #[test]
    fn lengths_are_counted_in_days_where_a_day_is_meant() {
        assert_eq!(day("2026-05-15").since(day("2026-02-10")).in_days(), 94);
        assert_eq!(instant("2026-07-01T05:00:00Z", 0).since(day("2026-06-30")).in_days(), 1);
    }

    #[test]
    fn durations_are_read_and_written() {
        for (text, shown) in [
            ("30d", "30 days"),
            ("1d", "1 day"),
            ("36h", "36 hours"),
            ("10m", "10 minutes"),
            ("2w", "14 days"),
            ("12mo", "1 year"),
            ("18mo", "18 months"),
            ("45s", "45 seconds"),
        ] {
            assert_eq!(text.parse::<Duration>().unwrap().to_string(), shown);
        }
        for text in ["", "d", "30", "30 d", "-3d", "3x", "99999999999999999999d"] {
            assert!(text.parse::<Duration>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_is_not_compared_with_days() {
        assert_eq!(Duration::months(1).compare(Duration::days(30)), None);
        assert_eq!(Duration::days(2).compare(Duration::days(1)), Some(Ordering::Greater));
    }
}
