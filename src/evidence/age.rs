//! How old evidence is on the day of judgement: the only part of reading that depends on that day.

use super::{Evidence, Unfit};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::time::{Duration, Time};
use jiff::civil::Date;

/// A file that `preaudit.toml` says the day of, and how long it proves something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Collected {
    /// Path relative to the root.
    pub file: String,
    /// The day it was taken.
    pub on: Date,
    /// How long evidence of its kinds proves something; the shortest, where there are several.
    pub ttl: Duration,
    /// The kinds that it is evidence of.
    pub kinds: Vec<String>,
}

impl Collected {
    /// The last day on which it proves something.
    pub fn fresh_until(&self) -> Date {
        Time::Day(self.on).plus(self.ttl).day()
    }

    /// How old it is on a day, where that is more than is allowed.
    fn too_old(&self, as_of: Date) -> Option<Duration> {
        let age = || Duration::days(Time::Day(as_of).since(Time::Day(self.on)).in_days());
        (as_of > self.fresh_until()).then(age)
    }

    fn place(&self) -> Place {
        Place::whole(&self.file, format!("taken on {}", self.on))
    }
}

impl Evidence {
    /// Judges how old the evidence is on this day, and forgets what was said of another.
    pub fn age(&mut self, as_of: Date) {
        self.stale.clear();
        self.diagnostics.retain(|known| known.code != Code::Stale);
        for file in &self.collected {
            let Some(age) = file.too_old(as_of) else { continue };
            let (name, ttl) = (&file.file, file.ttl);
            let message = format!("{name} was taken {age} before the day of judgement, allowed are {ttl}");
            let told = Diagnostic::warning(Code::Stale, message).help("take it anew").at(file.place());
            self.diagnostics.push(told);
            let reason = format!("{name}: it is {age} old, allowed are {ttl}");
            let unfit = Unfit { reason, place: Some(Place::whole(name, "this file")) };
            for kind in &file.kinds {
                self.stale.entry(kind.clone()).or_default().push(unfit.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_last_day_is_fresh_and_the_next_is_not() {
        let taken = |ttl: Duration| Collected {
            file: "log.csv".to_owned(),
            on: date(2026, 1, 31),
            ttl,
            kinds: Vec::new(),
        };
        for (ttl, last) in [(Duration::days(30), date(2026, 3, 2)), (Duration::months(1), date(2026, 2, 28))]
        {
            assert_eq!(taken(ttl).fresh_until(), last);
            assert_eq!(taken(ttl).too_old(last), None);
            assert!(taken(ttl).too_old(last.tomorrow().unwrap()).is_some());
        }
    }
}
