//! Times of fixed width, as programs write them on every line, read without a pattern.
//!
//! What is written in any other way is `None` here and left to the forms of dates: each of these
//! says nothing else than they do, only sooner.

use crate::time::Time;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time as Clock};
use jiff::tz::Offset;

const MONTHS: [&[u8; 3]; 12] =
    [b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec"];

/// A day and clock without year: `Feb 12 14:10:21`.
pub(super) struct Yearless {
    month: i8,
    day: i8,
    /// The clock.
    pub(super) clock: Clock,
}

impl Yearless {
    pub(super) fn read(text: &str) -> Option<Self> {
        let text: &[u8; 15] = text.as_bytes().try_into().ok()?;
        let day = if text[4] == b' ' { digits(&text[5..6])? } else { digits(&text[4..6])? };
        let is_so = text[3] == b' ' && text[6] == b' ';
        is_so.then_some(Self { month: month(&text[..3])?, day: day as i8, clock: clock(&text[7..], 0)? })
    }

    /// The day in this year, if it has it.
    pub(super) fn day(&self, year: i16) -> Option<Date> {
        Date::new(year, self.month, self.day).ok()
    }
}

/// `2026-02-12T14:10:21.123456+01:00`, with or without decimals and zone; says whether there is one.
pub(super) fn iso(text: &str) -> Option<(Time, bool)> {
    let (day, rest) = text.as_bytes().split_at_checked(10)?;
    let (time, rest) = rest.split_at_checked(9)?;
    if day[4] != b'-' || day[7] != b'-' || !matches!(time[0], b'T' | b' ') {
        return None;
    }
    let (year, month) = (digits(&day[..4])?, digits(&day[5..7])?);
    let date = Date::new(year as i16, month as i8, digits(&day[8..])? as i8).ok()?;
    let (nanos, zone) = decimals(rest)?;
    let clock = clock(&time[1..], nanos)?;
    let offset = if zone.is_empty() { Offset::UTC } else { offset(zone)? };
    (year > 0).then_some((instant(date, clock, offset)?, !zone.is_empty()))
}

/// The day of the time that was read last: records of one day follow each other.
#[derive(Default)]
pub(super) struct Recent {
    day: [u8; 10],
    /// Its first second.
    midnight: Option<i64>,
}

impl Recent {
    /// `2026-02-12T14:10:21Z`, with or without decimals.
    pub(super) fn utc(&mut self, text: &str) -> Option<Time> {
        let (day, rest) = text.as_bytes().split_first_chunk()?;
        let (&[b'T' | b' ', h, hh, b':', m, mm, b':', s, ss], rest) = rest.split_first_chunk()? else {
            return None;
        };
        let nanos = match rest {
            b"Z" => 0,
            _ => decimals(rest).filter(|(_, zone)| *zone == b"Z")?.0,
        };
        let two = |tens: u8, ones: u8| {
            let (tens, ones) = (tens.wrapping_sub(b'0'), ones.wrapping_sub(b'0'));
            (tens < 10 && ones < 10).then_some(i64::from(tens) * 10 + i64::from(ones))
        };
        let (hour, minute, second) = (two(h, hh)?, two(m, mm)?, two(s, ss)?);
        if hour > 23 || minute > 59 || second > 59 {
            return None;
        }
        let midnight = match self.midnight.filter(|_| *day == self.day) {
            Some(known) => known,
            None => midnight(day)?,
        };
        (self.day, self.midnight) = (*day, Some(midnight));
        let second = midnight + hour * 3_600 + minute * 60 + second;
        Timestamp::new(second, nanos).ok().map(Time::utc)
    }
}

/// The first second of a day in UTC.
fn midnight(day: &[u8; 10]) -> Option<i64> {
    let day = std::str::from_utf8(day).ok()?;
    match iso(&format!("{day}T00:00:00Z"))?.0 {
        Time::Instant { at, .. } => Some(at.as_second()),
        Time::Day(_) => None,
    }
}

/// `17/May/2015:10:05:03 +0000`.
pub(super) fn clf(text: &str) -> Option<Time> {
    let text: &[u8; 26] = text.as_bytes().try_into().ok()?;
    let signs = [(2, b'/'), (6, b'/'), (11, b':'), (20, b' ')];
    if signs.iter().any(|&(at, sign)| text[at] != sign) {
        return None;
    }
    let year = digits(&text[7..11]).filter(|year| *year > 0)?;
    let date = Date::new(year as i16, month(&text[3..6])?, digits(&text[..2])? as i8).ok()?;
    instant(date, clock(&text[12..20], 0)?, offset(&text[21..])?)
}

fn instant(date: Date, clock: Clock, offset: Offset) -> Option<Time> {
    let at = offset.to_timestamp(DateTime::from_parts(date, clock)).ok()?;
    Some(Time::Instant { at, offset })
}

fn month(name: &[u8]) -> Option<i8> {
    let at = MONTHS.iter().position(|month| &month[..] == name)?;
    i8::try_from(at + 1).ok()
}

/// `14:10:21`.
fn clock(text: &[u8], nanos: i32) -> Option<Clock> {
    let [h, hh, b':', m, mm, b':', s, ss] = *text else { return None };
    let two = |tens, ones| digits(&[tens, ones]).map(|number| number as i8);
    Clock::new(two(h, hh)?, two(m, mm)?, two(s, ss)?, nanos).ok()
}

/// Nanoseconds of what stands behind a full stop, and the rest.
fn decimals(text: &[u8]) -> Option<(i32, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else { return Some((0, text)) };
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (decimals, rest) = text.split_at(length);
    let scale = 10_i32.pow(9_u32.checked_sub(u32::try_from(length).ok()?)?);
    (length > 0).then_some((digits(decimals)? * scale, rest))
}

/// `Z`, `+01:00` or `+0100`.
fn offset(text: &[u8]) -> Option<Offset> {
    let (sign, hours, minutes) = match *text {
        [b'Z'] => return Some(Offset::UTC),
        [sign, h, hh, b':', m, mm] | [sign, h, hh, m, mm] => (sign, digits(&[h, hh])?, digits(&[m, mm])?),
        _ => return None,
    };
    let seconds = hours * 3_600 + minutes * 60;
    match sign {
        b'+' if minutes < 60 => Offset::from_seconds(seconds).ok(),
        b'-' if minutes < 60 => Offset::from_seconds(-seconds).ok(),
        _ => None,
    }
}

/// A number of at most nine digits.
fn digits(text: &[u8]) -> Option<i32> {
    let value = |sum: i32, digit: &u8| sum * 10 + i32::from(digit - b'0');
    (text.len() <= 9 && text.iter().all(u8::is_ascii_digit)).then(|| text.iter().fold(0, value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::dates::{self, DateText};
    use proptest::prelude::*;

    fn by_forms(text: &str) -> Option<Time> {
        match dates::read(text) {
            DateText::Date(time) => Some(time),
            _ => None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

        #[test]
        fn iso_times_are_those_of_the_forms(
            text in "(0000|0001|2026|9999)-(0[0-9]|1[0-3])-[0-3][0-9][T ][0-2][0-9]:[0-6][0-9]:[0-6][0-9]([.,][0-9]{0,10})?(Z|[+-][0-3][0-9]:?[0-7][0-9]|| )",
        ) {
            if let Some((time, has_zone)) = iso(&text) {
                prop_assert_eq!(Some(time), by_forms(&text));
                prop_assert_eq!(has_zone, dates::has_zone(&text));
            }
            // Whatever day was read before.
            let mut recent = Recent::default();
            recent.utc("2026-02-12T14:10:21Z").unwrap();
            for _ in 0..2 {
                if let Some(time) = recent.utc(&text) {
                    prop_assert_eq!(Some((time, true)), iso(&text));
                }
            }
        }

        #[test]
        fn times_of_web_servers_are_those_of_the_forms(
            text in "[0-3][0-9]/(Jan|May|Dec|may|Mai)/(0000|2015)[: ][0-2][0-9]:[0-6][0-9]:[0-6][0-9] [+-][0-3][0-9][0-7][0-9]",
        ) {
            if let Some(time) = clf(&text) {
                prop_assert_eq!(Some(time), by_forms(&text.replacen(':', " ", 1)));
            }
        }
    }

    #[test]
    fn the_usual_ones_are_read_here() {
        assert!(iso("2026-02-12T14:10:21Z").is_some() && iso("2026-02-12 14:10:21.123456+01:00").is_some());
        assert!(Recent::default().utc("2026-02-12T14:10:21.5Z").is_some());
        assert!(clf("17/May/2015:10:05:03 +0000").is_some());
        assert!(Yearless::read("Feb  2 14:10:21").is_some() && Yearless::read("Feb 12 14:10:21").is_some());
    }
}
