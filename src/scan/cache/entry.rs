//! What is kept of one log.

use crate::evidence::{Log, Reached};
use crate::scan::inquiry::{Partial, Seen};
use crate::scan::keys::Key;
use crate::scan::{Scan, Tally};
use crate::world::Identity;
use jiff::civil::Date;
use jiff::{Span, ToSpan};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a log looks beside its entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeptState {
    /// As it was.
    Unchanged,
    /// Longer than it was.
    Longer,
    /// Not as it was.
    Changed,
    /// It is not there.
    Gone,
}

/// One log as it was, and what it gave.
#[derive(Serialize, Deserialize)]
pub(super) struct Entry {
    pub(super) file: String,
    pub(super) reading: Key,
    pub(super) taken: Option<Date>,
    pub(super) identity: Identity,
    /// True when any later change of the file shows in its times.
    pub(super) is_settled: bool,
    pub(super) sample: Option<Key>,
    /// Up to the end of the last line, or of the file.
    pub(super) base: Stretch,
    /// The last line of a log that has no end yet.
    pub(super) rest: Option<Stretch>,
}

/// What a stretch of a log gave.
#[derive(Serialize, Deserialize)]
pub(super) struct Stretch {
    /// What it gave besides tallies.
    pub(super) seen: Seen,
    /// Where reading can go on.
    pub(super) reached: Option<Reached>,
    pub(super) tallies: BTreeMap<Key, Tally>,
}

impl Entry {
    /// Its one or two stretches.
    pub(super) fn stretches(&mut self) -> impl Iterator<Item = &mut Stretch> {
        std::iter::once(&mut self.base).chain(&mut self.rest)
    }

    /// What the whole log gave besides tallies.
    pub(super) fn seen(&self) -> Seen {
        match &self.rest {
            Some(rest) => self.base.seen.clone().followed_by(rest.seen.clone()),
            None => self.base.seen.clone(),
        }
    }

    /// The scans that it holds no tallies of.
    pub(super) fn missing<'s>(&self, scans: &[&'s Scan], keys: &[Key]) -> Vec<(Key, &'s Scan)> {
        let mut missing = self.base.missing(scans, keys);
        if let Some(rest) = &self.rest {
            let known: Vec<Key> = missing.iter().map(|(key, _)| *key).collect();
            missing.extend(rest.missing(scans, keys).into_iter().filter(|(key, _)| !known.contains(key)));
        }
        missing
    }

    /// True when records without a year lie in the same years, were the log taken today. They lie in
    /// the year before the day after it was taken.
    pub(super) fn has_same_years(&self, log: &Log, seen: &Seen) -> bool {
        if self.taken == log.when.taken {
            return true;
        }
        let (Some(then), Some(now)) = (self.taken, log.when.taken) else { return false };
        let year: Span = 1.year();
        let Ok(back) = now.saturating_add(2.days()).checked_sub(year) else { return false };
        now >= then && seen.edges.earliest().is_none_or(|first| first > back)
    }

    /// How the log looks beside it, from outside.
    pub(super) fn state(&self, now: Option<Identity>) -> KeptState {
        match now {
            None => KeptState::Gone,
            Some(now) if now == self.identity => KeptState::Unchanged,
            Some(now) if now.is_same_file(&self.identity) && now.bytes > self.identity.bytes => {
                KeptState::Longer
            }
            Some(_) => KeptState::Changed,
        }
    }

    /// What the log gave to these scans.
    pub(super) fn into_partial(mut self, scans: &[&Scan], keys: &[Key]) -> Partial {
        let seen = self.seen();
        let mut take = |(scan, key): (&&Scan, &Key)| {
            let mut taken = self.stretches().filter_map(|stretch| stretch.tallies.remove(key));
            let mut tally = taken.next().unwrap_or_default().of_kept(&scan.wanted);
            taken.for_each(|more| tally.merge(more.of_kept(&scan.wanted)));
            tally
        };
        let tallies = scans.iter().zip(keys).map(&mut take).collect();
        Partial { seen, tallies }
    }
}

impl Stretch {
    /// What the scans with these keys were given.
    pub(super) fn of(given: Partial, keys: &[Key], reached: Option<Reached>) -> Self {
        let tallies = keys.iter().copied().zip(given.tallies).collect();
        Self { seen: given.seen, reached, tallies }
    }

    /// The scans that it holds no tallies of.
    pub(super) fn missing<'s>(&self, scans: &[&'s Scan], keys: &[Key]) -> Vec<(Key, &'s Scan)> {
        let all = keys.iter().copied().zip(scans.iter().copied());
        all.filter(|(key, _)| !self.tallies.contains_key(key)).collect()
    }

    /// Adds what stands behind. Of scans that nobody asks for any more nothing is known from here on.
    pub(super) fn add(&mut self, behind: Self, scans: &[&Scan], keys: &[Key]) {
        self.reached = behind.reached;
        self.seen = std::mem::take(&mut self.seen).followed_by(behind.seen);
        let mut more = behind.tallies;
        let mut known = std::mem::take(&mut self.tallies);
        for (key, scan) in keys.iter().zip(scans) {
            if let (Some(tally), Some(more)) = (known.remove(key), more.remove(key)) {
                let mut tally = tally.of_kept(&scan.wanted);
                tally.merge(more);
                self.tallies.insert(*key, tally);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// Whoever can write a digest can write an entry; reading one never stops the program.
        #[test]
        fn any_bytes_are_an_entry_or_none(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            if let Ok(entry) = postcard::from_bytes::<Entry>(&bytes) {
                prop_assert!(entry.into_partial(&[], &[]).tallies.is_empty());
            }
        }
    }
}
