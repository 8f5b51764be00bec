//! Spot checks: a portion of the records is looked at once more, to see whether the interpreter says
//! the same of them, or how long every rule takes over them.
//!
//! Which records these are depends on where they stand and on nothing else. What is looked at once
//! more is counted apart, so no result depends on it.

use super::mark::Mark;
use crate::world::Stopwatch;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// What takes longer for one record is the machine doing something else; one such pause in a sample
/// would count a hundredfold.
const PAUSE: Duration = Duration::from_millis(1);

/// Which portion of the records is looked at once more, and to what end.
#[derive(Clone, Copy, Debug, Default)]
pub struct SpotChecks {
    /// The interpreter is asked as well, and what it says compared.
    pub recheck: Portion,
    /// The time of every rule is taken.
    pub time: Portion,
}

/// A portion, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Portion(u32);

/// What was read where a portion was expected, and is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotAPortion(String);

/// What spot checks have found.
#[derive(Clone, Debug, Default)]
pub(super) struct Spots {
    /// By scan, the records of which the interpreter says something else, and the first of them.
    pub(super) differences: BTreeMap<usize, (u64, Mark)>,
    /// Records that the interpreter was asked about.
    pub(super) rechecked: u64,
    /// Records whose time was taken.
    pub(super) timed: u64,
    /// Time that all rules took together over these.
    pub(super) together: Duration,
    /// By scan, what it took alone over those of them that it was shown.
    pub(super) alone: BTreeMap<usize, Cost>,
}

/// Records that a scan was asked about, and what that cost.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cost {
    /// Records.
    pub records: u64,
    /// Time.
    pub time: Duration,
}

impl Portion {
    /// All of it.
    pub const ALL: Self = Self(1_000_000);
    /// One in a hundred.
    pub const ONE_PERCENT: Self = Self(10_000);

    /// True for nothing.
    pub fn is_none(self) -> bool {
        self.0 == 0
    }

    /// What a count within the portion stands for in the whole.
    pub fn extrapolated(self, count: u64) -> u64 {
        let whole = u128::from(count) * 1_000_000 / u128::from(self.0.max(1));
        u64::try_from(whole).unwrap_or(u64::MAX)
    }

    /// Whether a record is of the portion, by where it stands.
    #[inline]
    pub(super) fn holds(self, mark: Mark) -> bool {
        if self.is_none() {
            return false;
        }
        let place = mark.position.offset ^ u64::from(mark.part).rotate_left(32) ^ u64::from(mark.log) << 48;
        // The finalizer of SplitMix64: places that follow each other give numbers that do not.
        let mixed = (place ^ place >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ mixed >> 31) % 1_000_000) < u64::from(self.0)
    }
}

impl FromStr for Portion {
    type Err = NotAPortion;

    /// Reads `1%`, `0.5%`, `100%`.
    fn from_str(text: &str) -> Result<Self, NotAPortion> {
        let bad = || NotAPortion(text.to_owned());
        let percent: f64 = text.strip_suffix('%').ok_or_else(bad)?.trim().parse().map_err(|_| bad())?;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "checked to be a portion"
        )]
        let portion = |percent: f64| Self((percent * 10_000.0).round() as u32);
        (0.0..=100.0).contains(&percent).then(|| portion(percent)).ok_or_else(bad)
    }
}

impl fmt::Display for NotAPortion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` is no portion; write a number up to 100 and %, as in `1%`", self.0)
    }
}

impl std::error::Error for NotAPortion {}

impl Spots {
    /// Adds what was found in another part.
    pub(super) fn merge(&mut self, other: Self) {
        self.rechecked += other.rechecked;
        self.timed += other.timed;
        self.together += other.together;
        for (scan, (records, mark)) in other.differences {
            let (all, first) = self.differences.entry(scan).or_insert((0, mark));
            *all += records;
            *first = mark.min(*first);
        }
        for (scan, one) in other.alone {
            self.alone.entry(scan).or_default().add(one);
        }
    }

    pub(super) fn differs(&mut self, scan: usize, mark: Mark) {
        let (records, first) = self.differences.entry(scan).or_insert((0, mark));
        *records += 1;
        *first = mark.min(*first);
    }

    /// Takes the time of what one scan does with a record.
    pub(super) fn take_time(&mut self, scan: usize, work: impl FnOnce()) {
        let watch = Stopwatch::start();
        work();
        self.alone.entry(scan).or_default().add(Cost { records: 1, time: watch.elapsed().min(PAUSE) });
    }

    /// Adds the time that all scans together took over a record.
    pub(super) fn took(&mut self, watch: Stopwatch) {
        self.timed += 1;
        self.together += watch.elapsed().min(PAUSE);
    }
}

impl Cost {
    pub(super) fn add(&mut self, other: Self) {
        self.records += other.records;
        self.time += other.time;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::Position;

    fn mark(offset: u64) -> Mark {
        let position = Position { offset, line: 1, column: 1 };
        Mark { time: jiff::Timestamp::UNIX_EPOCH, log: 0, position, part: 0 }
    }

    #[test]
    fn a_share_is_about_as_many_records_as_it_says() {
        let chosen = |portion: &str| {
            let portion: Portion = portion.parse().unwrap();
            (0..100_000_u64).filter(|record| portion.holds(mark(record * 700))).count()
        };
        assert_eq!((chosen("100%"), chosen("0%")), (100_000, 0));
        assert!((900..1_100).contains(&chosen("1%")), "{}", chosen("1%"));
    }

    #[test]
    fn what_is_no_share_is_told() {
        for text in ["1", "%", "101%", "-1%", "NaN%", "one%"] {
            assert!(text.parse::<Portion>().is_err(), "{text}");
        }
        assert_eq!("0.5%".parse::<Portion>().unwrap().extrapolated(10), 2_000);
    }
}
