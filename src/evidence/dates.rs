//! Dates as registers and exports write them.
//!
//! Eight forms are read, those of `columns.json`: ISO days and instants, `11/May/24 03:26 PM`,
//! `12/Mar/24 9:41 AM`, `6/21/2025 16:14`, `Feb 03, 2026 07:00 AM`, `03.02.2026`, and
//! `04 Feb 2026 10:00AM GMT-0500`. Whether `1/2/2026` is in January or February is declared or
//! proven by its column, never guessed. Everything else is no date.

use crate::time::Time;
use jiff::civil::{Date, DateTime, Time as Clock};
use jiff::tz::Offset;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

/// Which number comes first in `1/2/2026`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum DateOrder {
    /// Nothing says, so such dates are not decidable.
    #[default]
    Unproven,
    /// The day.
    DayFirst,
    /// The month.
    MonthFirst,
    /// The column proves both, so such dates are not decidable.
    Contradicted,
}

/// What a text is, read as a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DateText {
    /// A date, whatever the order.
    Date(Time),
    /// A date whose two first numbers can be told apart by the order only.
    Ordered {
        /// The date with the day first, when there is such a day.
        day_first: Option<Time>,
        /// The date with the month first, when there is such a day.
        month_first: Option<Time>,
    },
    /// No date, or a day that does not exist.
    None,
}

/// Day or month, month or day, year, and perhaps a clock and a zone.
static SLASHED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\d{1,2})/(\d{1,2})/(\d{4})(?:[ ,T]+(.+))?$"));
static DOTTED: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\d{1,2})\.[ ]?(\d{1,2})\.[ ]?(\d{4})(?:[ ,T]+(.+))?$"));
static ISO: LazyLock<Option<Regex>> = LazyLock::new(|| pattern(r"^(\d{4})-(\d{2})-(\d{2})(?:[T ]+(.+))?$"));
static DAY_MONTH: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\d{1,2})\.?[ /-](\p{L}+)\.?[ /-](\d{4}|\d{2})(?:[ ,:T]+(.+))?$"));
static MONTH_DAY: LazyLock<Option<Regex>> =
    LazyLock::new(|| pattern(r"^(\p{L}+)\.? (\d{1,2}),? (\d{4})(?:[ ,T]+(.+))?$"));
static CLOCK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    pattern(
        r"^(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*([AaPp][Mm])?\s*(?:(Z|UTC|GMT)?\s*([+-]\d{2}:?\d{2}|[+-]\d{2})?)$",
    )
});

fn pattern(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// Reads a text as a date in any of the forms.
pub(super) fn read(text: &str) -> DateText {
    let text = text.trim();
    if let Some(time) = utc_second(text) {
        return DateText::Date(time);
    }
    // All forms start with a letter or digit and hold a digit; most cells end here.
    if text.len() > 48 || !text.bytes().any(|b| b.is_ascii_digit()) {
        return DateText::None;
    }
    if let Some([year, month, day, clock]) = parts(&ISO, text) {
        return date(build(year, month, day, clock));
    }
    if let Some([day, month, year, clock]) = parts(&DOTTED, text) {
        return date(build(year, month, day, clock));
    }
    if let Some([first, second, year, clock]) = parts(&SLASHED, text) {
        let (day_first, month_first) = (build(year, second, first, clock), build(year, first, second, clock));
        return match (day_first, month_first) {
            (None, None) => DateText::None,
            _ if first == second => date(day_first),
            _ => DateText::Ordered { day_first, month_first },
        };
    }
    if let Some([day, month, year, clock]) = parts(&DAY_MONTH, text) {
        return date(month_number(month).and_then(|month| build(year, month, day, clock)));
    }
    if let Some([month, day, year, clock]) = parts(&MONTH_DAY, text) {
        return date(month_number(month).and_then(|month| build(year, month, day, clock)));
    }
    DateText::None
}

/// `2026-07-01T08:00:00Z`, as most logs write all of their times, without a pattern.
fn utc_second(text: &str) -> Option<Time> {
    let bytes: &[u8; 20] = text.as_bytes().try_into().ok()?;
    let signs = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':'), (19, b'Z')];
    if signs.iter().any(|&(at, sign)| bytes[at] != sign) {
        return None;
    }
    let number = |range: std::ops::Range<usize>| {
        let digits = &bytes[range];
        let value = |sum: i16, digit: &u8| sum * 10 + i16::from(digit - b'0');
        digits.iter().all(u8::is_ascii_digit).then(|| digits.iter().fold(0, value))
    };
    let part = |range| number(range).and_then(|part| i8::try_from(part).ok());
    let day = Date::new(number(0..4).filter(|year| *year > 0)?, part(5..7)?, part(8..10)?).ok()?;
    let clock = Clock::new(part(11..13)?, part(14..16)?, part(17..19)?, 0).ok()?;
    Offset::UTC.to_timestamp(DateTime::from_parts(day, clock)).ok().map(Time::utc)
}

impl DateText {
    /// The date under this order.
    pub(super) fn under(self, order: DateOrder) -> Option<Time> {
        match (self, order) {
            (Self::Date(time), _) => Some(time),
            (Self::Ordered { day_first, .. }, DateOrder::DayFirst) => day_first,
            (Self::Ordered { month_first, .. }, DateOrder::MonthFirst) => month_first,
            _ => None,
        }
    }
}

/// What the cells of a column prove of its order. One cell such as `21/6/2025` is a proof.
pub(super) fn prove<'a>(cells: impl Iterator<Item = &'a str>) -> DateOrder {
    let mut order = DateOrder::Unproven;
    for cell in cells.filter(|cell| cell.contains('/')) {
        let proven = match read(cell) {
            DateText::Ordered { day_first: Some(_), month_first: None } => DateOrder::DayFirst,
            DateText::Ordered { day_first: None, month_first: Some(_) } => DateOrder::MonthFirst,
            _ => continue,
        };
        if order != DateOrder::Unproven && order != proven {
            return DateOrder::Contradicted;
        }
        order = proven;
    }
    order
}

/// True when a text is a date only its column can tell the order of.
pub(super) fn needs_order(text: &str) -> bool {
    text.contains('/') && matches!(read(text), DateText::Ordered { .. })
}

fn date(time: Option<Time>) -> DateText {
    time.map_or(DateText::None, DateText::Date)
}

/// The three numbers and the rest of a text that has this form.
fn parts<'t>(form: &LazyLock<Option<Regex>>, text: &'t str) -> Option<[&'t str; 4]> {
    let found = form.as_ref()?.captures(text)?;
    let group = |n: usize| found.get(n).map_or("", |part| part.as_str());
    Some([group(1), group(2), group(3), group(4)])
}

fn build(year: &str, month: &str, day: &str, clock: &str) -> Option<Time> {
    // Two digits are this century: none of the forms is older than the standard.
    let century = if year.len() == 2 { 2000 } else { 0 };
    let year: i16 = year.parse().ok()?;
    let day = Date::new(year + century, month.parse().ok()?, day.parse().ok()?).ok()?;
    if day.year() < 1 {
        return None;
    }
    if clock.is_empty() { Some(Time::Day(day)) } else { instant(day, clock) }
}

/// A day with a clock and perhaps a zone. Without a zone the offset is zero.
fn instant(day: Date, text: &str) -> Option<Time> {
    let found = CLOCK.as_ref()?.captures(text.trim())?;
    let number = |n: usize| found.get(n).map_or(Some(0), |part| part.as_str().parse::<i8>().ok());
    let hour = match found.get(5).map(|half| half.as_str().to_ascii_lowercase()) {
        Some(_) if !(1..=12).contains(&number(1)?) => return None,
        Some(half) => number(1)? % 12 + if half == "pm" { 12 } else { 0 },
        None => number(1)?,
    };
    let nanos: i32 = found.get(4).map_or(Some(0), |part| format!("{:0<9}", part.as_str()).parse().ok())?;
    let clock = Clock::new(hour, number(2)?, number(3)?, nanos).ok()?;
    let offset = match found.get(7) {
        Some(zone) => read_offset(zone.as_str())?,
        None => Offset::UTC,
    };
    let at = offset.to_timestamp(DateTime::from_parts(day, clock)).ok()?;
    Some(Time::Instant { at, offset })
}

/// Reads `+02:00`, `-0500` or `+02`.
pub(super) fn read_offset(text: &str) -> Option<Offset> {
    let sign = if text.starts_with('-') { -1 } else { 1 };
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    let hours: i32 = digits.get(..2)?.parse().ok()?;
    let minutes: i32 = digits.get(2..4).map_or(Some(0), |text| text.parse().ok())?;
    (minutes < 60).then(|| Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok())?
}

/// True when a text with a clock says which zone it is in.
pub(super) fn has_zone(text: &str) -> bool {
    let text = text.trim_end();
    let Some(clock) = text.find(':').map(|at| &text[at..]) else { return false };
    clock.ends_with('Z') || clock.contains("UTC") || clock.contains("GMT") || clock.contains(['+', '-'])
}

/// The number of a month in English, German, French, Spanish or Italian, whole or cut to three.
fn month_number(name: &str) -> Option<&'static str> {
    const MONTHS: [(&str, &[&str]); 12] = [
        ("1", &["january", "januar", "jänner", "janvier", "enero", "gennaio", "ene", "gen"]),
        ("2", &["february", "februar", "février", "febrero", "febbraio"]),
        ("3", &["march", "märz", "mars", "marzo", "mrz"]),
        ("4", &["april", "avril", "abril", "aprile"]),
        ("5", &["may", "mai", "mayo", "maggio"]),
        ("6", &["june", "juni", "juin", "junio", "giugno", "giu"]),
        ("7", &["july", "juli", "juillet", "julio", "luglio", "lug"]),
        ("8", &["august", "août", "agosto", "ago"]),
        ("9", &["september", "septembre", "septiembre", "settembre", "sept", "set"]),
        ("10", &["october", "oktober", "octobre", "octubre", "ottobre", "ott"]),
        ("11", &["november", "novembre", "noviembre"]),
        ("12", &["december", "dezember", "décembre", "diciembre", "dicembre", "dic"]),
    ];
    let name = name.to_lowercase();
    let is = |full: &str| {
        full == name || (name.chars().count() == 3 && full.starts_with(&name) && !name.starts_with("jui"))
    };
    MONTHS.iter().find(|(_, names)| names.iter().any(|full| is(full))).map(|(number, _)| *number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match read(text) {
            DateText::Date(time) => time.to_string(),
            DateText::Ordered { day_first, month_first } => {
                let show = |time: Option<Time>| time.map_or("-".to_owned(), |time| time.to_string());
                format!("{} or {}", show(day_first), show(month_first))
            }
            DateText::None => "none".to_owned(),
        }
    }

    #[test]
    fn the_eight_forms_are_read() {
        for (text, time) in [
            ("2026-03-28", "2026-03-28"),
            ("2026-03-28T00:00:00Z", "2026-03-28T00:00:00Z"),
            ("11/May/24 03:26 PM", "2024-05-11T15:26:00Z"),
            ("12/Mar/24 9:41 AM", "2024-03-12T09:41:00Z"),
            ("6/21/2025 16:14", "- or 2025-06-21T16:14:00Z"),
            ("Feb 03, 2026 07:00 AM", "2026-02-03T07:00:00Z"),
            ("03.02.2026", "2026-02-03"),
            ("04 Feb 2026 10:00AM GMT-0500", "2026-02-04T10:00:00-05:00"),
        ] {
            assert_eq!(shown(text), time, "{text}");
        }
    }

    #[test]
    fn neighbours_of_the_forms_are_read_too() {
        for (text, time) in [
            ("2026-03-15 22:00", "2026-03-15T22:00:00Z"),
            ("2026-03-15T22:00:00.123+02:00", "2026-03-15T22:00:00.123+02:00"),
            ("12:00", "none"),
            ("2 Jan 2026", "2026-01-02"),
            ("4. Februar 2026", "2026-02-04"),
            ("14 Mär 2026", "2026-03-14"),
            ("12/12/2026", "2026-12-12"),
            ("Jan 2, 2026 12:05 AM", "2026-01-02T00:05:00Z"),
        ] {
            assert_eq!(shown(text), time, "{text}");
        }
    }

    #[test]
    fn what_is_no_date_is_not_decided() {
        for text in [
            "Recurring",
            "Within 2 weeks of start",
            "Rolling",
            "TBD",
            "Q2 2024",
            "2026-02-29",
            "2026-13-01",
            "0000-00-00",
            "2026-01-02T25:00:00Z",
            "20260102",
            "2026-1-2",
            "46024",
            "1767312245",
            "1/2/26",
            "2026-W05-1",
            "January 2nd, 2026",
            "-0001-01-01",
            "2026\u{2011}01\u{2011}02",
            "２０２６-０１-０２",
            "",
            "Post-approved 2025-05-14",
            "13:00 PM",
            "29/29/2026",
            "04 Jui 2026",
        ] {
            assert_eq!(read(text), DateText::None, "{text}");
        }
    }

    #[test]
    fn a_leap_day_exists_in_a_leap_year() {
        assert_eq!(shown("2024-02-29"), "2024-02-29");
        assert_eq!(shown("29.02.2026"), "none");
    }

    #[test]
    fn the_column_proves_the_order_or_nothing_does() {
        assert_eq!(prove(["1/2/2026", "21/6/2025"].into_iter()), DateOrder::DayFirst);
        assert_eq!(prove(["6/21/2025", "1/2/2026"].into_iter()), DateOrder::MonthFirst);
        assert_eq!(prove(["1/2/2026", "3/4/2026"].into_iter()), DateOrder::Unproven);
        assert_eq!(prove(["31/12/2026", "12/31/2026"].into_iter()), DateOrder::Contradicted);
        assert_eq!(read("1/2/2026").under(DateOrder::Unproven), None);
        assert_eq!(read("1/2/2026").under(DateOrder::DayFirst).unwrap().to_string(), "2026-02-01");
        assert_eq!(read("1/2/2026").under(DateOrder::MonthFirst).unwrap().to_string(), "2026-01-02");
    }

    #[test]
    fn a_zone_is_seen_where_one_is_written() {
        for text in
            ["2026-01-02T03:04:05Z", "2026-01-02 03:04:05 +0100", "04 Feb 2026 10:00AM GMT-0500", "03:04 UTC"]
        {
            assert!(has_zone(text), "{text}");
        }
        assert!(!has_zone("2020-09-21 19:18:41"));
        assert!(!has_zone("2026-03-28"));
    }
}
