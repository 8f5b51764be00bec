//! The times between which records count, and how far other windows would count the same.

use crate::time::Time;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Seconds of a day.
const DAY: i64 = 86_400;

/// The times between which records count.
#[derive(Clone, Copy, Debug, Default)]
pub struct Window {
    /// Nothing before counts.
    pub from: Option<Time>,
    /// Nothing after counts.
    pub until: Option<Time>,
}

/// The times of records that lie next to the ends of a window, on both sides. The window moves with
/// the day of judgement; as long as its ends lie between the same records, the same records count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Edges {
    /// The last that is too early.
    before: Option<Moment>,
    /// The first that is not.
    first: Option<Moment>,
    /// The last that is not too late.
    last: Option<Moment>,
    /// The first that is too late.
    behind: Option<Moment>,
    /// The first day of all.
    earliest: Option<Date>,
}

/// A time as an end of a window compares it: days with days, instants with instants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
enum Moment {
    Day(Date),
    Instant(i128),
}

impl Moment {
    fn of(time: Time, end: Time) -> Self {
        match (time, end) {
            (Time::Instant { at, .. }, Time::Instant { .. }) => Self::Instant(at.as_nanosecond()),
            _ => Self::Day(time.day()),
        }
    }
}

impl Window {
    /// As [`Window::holds`], of times that come one after the other: where both ends are days, another
    /// time of the day before it says nothing new. `last` is that day, and whether it counts.
    pub(super) fn holds_next(&self, time: Time, edges: &mut Edges, last: &mut Option<(i64, bool)>) -> bool {
        let are_days = [self.from, self.until].iter().flatten().all(|end| matches!(end, Time::Day(_)));
        let Time::Instant { at, offset } = time else { return self.holds(time, edges) };
        let second = at.as_second() - i64::from(at.subsec_nanosecond() < 0);
        let day = (second + i64::from(offset.seconds())).div_euclid(DAY);
        match *last {
            Some((known, counts)) if known == day && are_days => counts,
            _ => {
                let counts = self.holds(time, edges);
                *last = Some((day, counts));
                counts
            }
        }
    }

    /// Whether a time counts; notes how near to the ends it lies.
    pub(super) fn holds(&self, time: Time, edges: &mut Edges) -> bool {
        edges.earliest = Some(edges.earliest.map_or_else(|| time.day(), |first| first.min(time.day())));
        let is_early = self.from.is_some_and(|from| {
            let is_early = time.compare(from).is_lt();
            let moment = Moment::of(time, from);
            if is_early {
                latest(&mut edges.before, moment)
            } else {
                earliest(&mut edges.first, moment)
            }
            is_early
        });
        let is_late = self.until.is_some_and(|until| {
            let is_late = time.compare(until).is_gt();
            let moment = Moment::of(time, until);
            if is_late {
                earliest(&mut edges.behind, moment)
            } else {
                latest(&mut edges.last, moment)
            }
            is_late
        });
        !is_early && !is_late
    }
}

impl Edges {
    /// Adds the edges of other records under a window that counts the same.
    pub(super) fn merge(&mut self, other: Self) {
        other.before.into_iter().for_each(|moment| latest(&mut self.before, moment));
        other.first.into_iter().for_each(|moment| earliest(&mut self.first, moment));
        other.last.into_iter().for_each(|moment| latest(&mut self.last, moment));
        other.behind.into_iter().for_each(|moment| earliest(&mut self.behind, moment));
        self.earliest = self.earliest.into_iter().chain(other.earliest).min();
    }

    /// The first day of all.
    pub(super) fn earliest(&self) -> Option<Date> {
        self.earliest
    }

    /// True when this window counts the same records as the one whose edges these are.
    pub(super) fn fit(&self, window: &Window) -> bool {
        let lies = |side: Option<Moment>, end: Option<Time>, is_right: fn(&Moment, &Moment) -> bool| {
            let Some(moment) = side else { return true };
            let Some(end) = end else { return false };
            // A day is no end for instants, nor an instant for days.
            let end = match (moment, end) {
                (Moment::Day(_), Time::Day(day)) => Moment::Day(day),
                (Moment::Instant(_), Time::Instant { at, .. }) => Moment::Instant(at.as_nanosecond()),
                _ => return false,
            };
            is_right(&moment, &end)
        };
        lies(self.before, window.from, Moment::lt)
            && lies(self.first, window.from, Moment::ge)
            && lies(self.last, window.until, Moment::le)
            && lies(self.behind, window.until, Moment::gt)
            && (self.earliest.is_none() || self.knows(window))
    }

    /// A window that has an end must have had it when the records were read.
    fn knows(&self, window: &Window) -> bool {
        (window.from.is_none() || self.before.or(self.first).is_some())
            && (window.until.is_none() || self.last.or(self.behind).is_some())
    }
}

fn latest(known: &mut Option<Moment>, moment: Moment) {
    *known = (*known).max(Some(moment));
}

fn earliest(known: &mut Option<Moment>, moment: Moment) {
    *known = Some(known.map_or(moment, |known| known.min(moment)));
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::Timestamp;
    use jiff::tz::Offset;
    use proptest::prelude::*;

    fn time(second: i64, hours: i8) -> Time {
        Time::Instant { at: Timestamp::from_second(second).unwrap(), offset: Offset::constant(hours) }
    }

    fn end(kind: u8, second: i64) -> Option<Time> {
        match kind {
            0 => None,
            1 => Some(Time::Day(time(second, 0).day())),
            _ => Some(time(second, 0)),
        }
    }

    proptest! {
        #[test]
        fn edges_fit_only_windows_that_count_the_same(
            records in proptest::collection::vec((0_i64..1_000_000, -20_i8..20), 0..12),
            kinds in (0_u8..3, 0_u8..3, 0_u8..3, 0_u8..3),
            ends in (0_i64..1_000_000, 0_i64..1_000_000, 0_i64..1_000_000, 0_i64..1_000_000),
        ) {
            let one = Window { from: end(kinds.0, ends.0), until: end(kinds.1, ends.1) };
            let other = Window { from: end(kinds.2, ends.2), until: end(kinds.3, ends.3) };
            let (mut edges, mut ignored) = (Edges::default(), Edges::default());
            let counted: Vec<bool> =
                records.iter().map(|(second, hours)| one.holds(time(*second, *hours), &mut edges)).collect();
            let (mut again, mut last) = (Edges::default(), None);
            let next: Vec<bool> = records
                .iter()
                .map(|(second, hours)| one.holds_next(time(*second, *hours), &mut again, &mut last))
                .collect();
            prop_assert_eq!((&next, again), (&counted, edges));
            prop_assert!(edges.fit(&one));
            if edges.fit(&other) {
                let again: Vec<bool> = records
                    .iter()
                    .map(|(second, hours)| other.holds(time(*second, *hours), &mut ignored))
                    .collect();
                prop_assert_eq!(counted, again);
            }
        }
    }
}
