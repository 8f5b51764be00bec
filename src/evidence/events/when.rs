//! Times of log records, and what is declared of them.

use super::stamp::{self, Recent, Yearless};
use crate::evidence::dates::{self, DateText};
use crate::pack::TimeFormat;
use crate::time::Time;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::{Offset, TimeZone};
use std::borrow::Cow;

/// What is known of the times of a log besides what its lines say.
#[derive(Clone, Debug, Default)]
pub struct When {
    /// The zone of times without one, where it is declared.
    pub zone: Option<(String, TimeZone)>,
    /// No record is younger than this day: the day the evidence was taken, the date in the name of
    /// the file, or the day the file was last changed.
    pub taken: Option<Date>,
}

/// A time as a record says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TimeRead {
    /// The time.
    pub time: Time,
    /// The zone it was written with.
    pub zone: Option<Cow<'static, str>>,
}

impl When {
    /// Name of the declared zone.
    pub fn zone_name(&self) -> Option<&str> {
        self.zone.as_ref().map(|(name, _)| name.as_str())
    }

    /// Reads a time in this form. Without a zone it lies in the declared one, and without that in
    /// UTC.
    pub(super) fn read(&self, text: &str, format: TimeFormat, recent: &mut Recent) -> Option<TimeRead> {
        let text = text.trim();
        let utc = |time: Time| Some(TimeRead { time, zone: Some(Cow::Borrowed("UTC")) });
        match format {
            TimeFormat::Epoch => utc(Time::utc(epoch(text, 1_000_000_000)?)),
            TimeFormat::EpochMs => utc(Time::utc(epoch(text, 1_000_000)?)),
            TimeFormat::Clf => clf(text),
            TimeFormat::Iso => {
                if let Some(time) = recent.utc(text) {
                    return utc(time);
                }
                let (time, has_zone) = match stamp::iso(text) {
                    Some(read) => read,
                    None => (by_forms(text)?, dates::has_zone(text)),
                };
                if has_zone {
                    let offset = match time {
                        Time::Instant { offset, .. } => offset,
                        Time::Day(_) => Offset::UTC,
                    };
                    return Some(TimeRead { time, zone: Some(zone_name(offset)) });
                }
                Some(TimeRead { time: self.in_zone(time), zone: None })
            }
        }
    }

    /// A time without a zone, moved into the declared one.
    fn in_zone(&self, time: Time) -> Time {
        let (Some((_, zone)), Time::Instant { at, .. }) = (&self.zone, time) else { return time };
        let offset = zone.to_ambiguous_timestamp(Offset::UTC.to_datetime(at)).compatible();
        offset.map_or(time, |at| Time::Instant { at, offset: zone.to_offset(at) })
    }

    /// Reads `Feb 12 14:10:21`, which has no year: the latest year in which that day is not after
    /// the day the log was taken. So the turn from December to January needs no order of lines.
    pub fn without_year(&self, text: &str) -> Option<Time> {
        let taken = self.taken?;
        // A day of grace: the file's date is in UTC, its lines need not be.
        let last = taken.tomorrow().ok()?;
        if let Some(stamp) = Yearless::read(text) {
            return self.in_latest_year(last, stamp.clock, |year| stamp.day(year));
        }
        let mut parts = text.split_ascii_whitespace();
        let (month, day, clock) = (parts.next()?, parts.next()?, parts.next()?);
        self.in_latest_year(last, clock.parse().ok()?, |year| {
            by_forms(&format!("{day} {month} {year}")).map(Time::day)
        })
    }

    /// The latest of these days that is not after the last one, at this clock.
    fn in_latest_year(
        &self,
        last: Date,
        clock: jiff::civil::Time,
        day: impl Fn(i16) -> Option<Date>,
    ) -> Option<Time> {
        let near = |back: i16| day(last.year() - back).filter(|date| *date <= last);
        // 29 February lies up to eight years back.
        let date =
            near(0).or_else(|| near(1)).or_else(|| (2..=8).find_map(|back| day(last.year() - back)))?;
        let at = Offset::UTC.to_timestamp(DateTime::from_parts(date, clock)).ok()?;
        Some(self.in_zone(Time::utc(at)))
    }
}

/// Seconds or milliseconds since 1970, with or without a fraction.
fn epoch(text: &str, nanos_per_unit: i128) -> Option<Timestamp> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: i128 = whole.parse().ok()?;
    let digits: String = fraction.chars().take(9).collect();
    let scale = 10_i128.checked_pow(u32::try_from(digits.len()).ok()?)?;
    let part: i128 = if digits.is_empty() { 0 } else { digits.parse().ok()? };
    let nanos = whole.checked_mul(nanos_per_unit)? + part * nanos_per_unit / scale;
    Timestamp::from_nanosecond(nanos).ok()
}

/// A time in any of the forms that need no order.
fn by_forms(text: &str) -> Option<Time> {
    match dates::read(text) {
        DateText::Date(time) => Some(time),
        _ => None,
    }
}

/// `17/May/2015:10:05:03 +0000`.
fn clf(text: &str) -> Option<TimeRead> {
    if let Some(time) = stamp::clf(text) {
        let Time::Instant { offset, .. } = time else { return None };
        return Some(TimeRead { time, zone: Some(zone_name(offset)) });
    }
    let (date, rest) = text.split_once(':')?;
    let time = by_forms(&format!("{date} {rest}"))?;
    let zone = match (time, dates::has_zone(rest)) {
        (Time::Instant { offset, .. }, true) => Some(zone_name(offset)),
        _ => None,
    };
    Some(TimeRead { time, zone })
}

fn zone_name(offset: Offset) -> Cow<'static, str> {
    if offset.is_zero() { Cow::Borrowed("UTC") } else { Cow::Owned(offset.to_string()) }
}

/// A day in the name of a file: `auth.log-20260301`, `app.2026-03-01.json`.
pub(in crate::evidence) fn day_in_name(name: &str) -> Option<Date> {
    let digits = |text: &str, from: usize, length: usize| -> Option<i16> {
        let part = text.get(from..from + length)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    let starts = name.match_indices("20").map(|(at, _)| at);
    starts.filter(|&at| !name[..at].ends_with(|c: char| c.is_ascii_digit())).find_map(|at| {
        let part = |separator: usize| {
            let (month, day) = (at + 4 + separator, at + 6 + 2 * separator);
            let date = (digits(name, at, 4)?, digits(name, month, 2)?, digits(name, day, 2)?);
            Date::new(date.0, i8::try_from(date.1).ok()?, i8::try_from(date.2).ok()?).ok()
        };
        part(1).or_else(|| part(0))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(day: &str) -> When {
        When { taken: Some(day.parse().unwrap()), zone: None }
    }

    fn year_of(text: &str, day: &str) -> String {
        taken(day).without_year(text).unwrap().to_string()
    }

    #[test]
    fn a_line_without_a_year_lies_in_the_year_before_the_log_was_taken() {
        assert_eq!(year_of("Feb 12 14:10:21", "2026-03-01"), "2026-02-12T14:10:21Z");
        assert_eq!(year_of("Mar  2 00:30:00", "2026-03-01"), "2026-03-02T00:30:00Z");
        assert_eq!(year_of("Mar  3 00:30:00", "2026-03-01"), "2025-03-03T00:30:00Z");
    }

    #[test]
    fn december_turns_into_january() {
        assert_eq!(year_of("Dec 31 23:59:59", "2026-01-02"), "2025-12-31T23:59:59Z");
        assert_eq!(year_of("Jan  1 00:00:01", "2026-01-02"), "2026-01-01T00:00:01Z");
        assert_eq!(year_of("Jan  1 00:00:01", "2025-12-31"), "2026-01-01T00:00:01Z");
    }

    #[test]
    fn the_leap_day_lies_in_a_leap_year() {
        assert_eq!(year_of("Feb 29 12:00:00", "2026-03-01"), "2024-02-29T12:00:00Z");
    }

    #[test]
    fn without_any_day_the_year_is_not_guessed() {
        assert_eq!(When::default().without_year("Feb 12 14:10:21"), None);
    }

    #[test]
    fn a_declared_zone_moves_what_has_none() {
        let zone = TimeZone::get("Europe/Berlin").unwrap();
        let when =
            When { zone: Some(("Europe/Berlin".into(), zone)), taken: Some("2026-08-01".parse().unwrap()) };
        let local = when.read("2026-07-01 00:30:00", TimeFormat::Iso, &mut Recent::default()).unwrap();
        assert_eq!((local.time.to_string(), local.zone), ("2026-07-01T00:30:00+02:00".into(), None));
        assert_eq!(local.time.day().to_string(), "2026-07-01");
        assert_eq!(when.without_year("Jul  1 00:30:00").unwrap().to_string(), "2026-07-01T00:30:00+02:00");
        let zoned = when.read("2026-07-01T00:30:00Z", TimeFormat::Iso, &mut Recent::default()).unwrap();
        assert_eq!(zoned.zone.as_deref(), Some("UTC"));
    }

    #[test]
    fn times_of_web_servers_and_counters_are_read() {
        let when = When::default();
        let read = |text: &str, format| {
            when.read(text, format, &mut Recent::default()).map(|read| read.time.to_string())
        };
        assert_eq!(read("17/May/2015:10:05:03 +0000", TimeFormat::Clf).unwrap(), "2015-05-17T10:05:03Z");
        assert_eq!(read("1604994496.155", TimeFormat::Epoch).unwrap(), "2020-11-10T07:48:16.155Z");
        assert_eq!(read("1446249499322", TimeFormat::EpochMs).unwrap(), "2015-10-30T23:58:19.322Z");
        assert_eq!(read("99999999999999999999", TimeFormat::Epoch), None);
        assert_eq!(read("soon", TimeFormat::Iso), None);
    }

    #[test]
    fn a_day_in_a_name_is_found() {
        for (name, day) in [
            ("auth.log-20260301", Some("2026-03-01")),
            ("app.2026-03-01.json", Some("2026-03-01")),
            ("report_2020-09-21191843.json", Some("2020-09-21")),
            ("auth.log", None),
            ("x120260301", None),
            ("v2026-13-01", None),
        ] {
            assert_eq!(day_in_name(name).map(|day| day.to_string()).as_deref(), day, "{name}");
        }
    }

    /// Every day of some years at every hour, written with and without the blank that makes it of
    /// fixed width.
    #[test]
    fn times_without_a_year_are_the_same_by_stamp_and_by_form() {
        let when = taken("2026-03-01");
        for day in (0..1_500)
            .map(|ago| "2027-01-01".parse::<Date>().unwrap().saturating_sub(jiff::Span::new().days(ago)))
        {
            let (month, hour) = (day.strftime("%b"), day.day() % 25);
            let stamp = format!("{month} {:>2} {hour:02}:59:60", day.day());
            for stamp in [stamp.replace(":60", ":07"), stamp] {
                assert_eq!(when.without_year(&stamp), when.without_year(&format!(" {stamp}")), "{stamp}");
            }
        }
    }
}
