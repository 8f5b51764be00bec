//! What every aggregate must keep: any split of the records, merged in any order, gives the same,
//! and it is what a count over all records gives.

use super::aggregate::{Given, Limits, Number, Wanted};
use super::counter::Counter;
use super::{Group, Mark, Tally};
use crate::evidence::Position;
use crate::time::Duration;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A record as the oracle sees it.
#[derive(Clone, Debug)]
struct Seen {
    key: u8,
    second: i64,
    value: u8,
    number: Number,
    follows: bool,
    place: u64,
}

impl Seen {
    fn mark(&self) -> Mark {
        let position = Position { offset: self.place, line: self.place + 1, column: 1 };
        let time = jiff::Timestamp::from_second(self.second).unwrap();
        Mark { time, log: u32::from(self.value % 2), position, part: 0 }
    }

    fn given(&self) -> Given {
        Given {
            distinct: Some(self.value.to_string()),
            number: Some(self.number),
            top: Some(self.value.to_string()),
            ends: vec![Some(self.value.to_string())],
            follows: self.follows,
        }
    }
}

/// Records of a few keys, not in order, with numbers that rounding would hurt.
fn records() -> impl Strategy<Value = Vec<Seen>> {
    let number = prop_oneof![
        (-5_i64..1_000).prop_map(Number::Integer),
        Just(Number::Integer(i64::MAX)),
        (-1e3..1e3_f64).prop_map(Number::Float),
        Just(Number::Float(1e17)),
        Just(Number::Float(-1e17)),
        Just(Number::Float(1e-9)),
    ];
    let one = (0_u8..4, 0_i64..5_000, 0_u8..12, number, any::<bool>());
    proptest::collection::vec(one, 0..60).prop_map(|all| {
        let seen = |(place, (key, second, value, number, follows))| Seen {
            key,
            second,
            value,
            number,
            follows,
            place,
        };
        (0..).zip(all).map(seen).collect()
    })
}

/// Everything that can be declared, and what cannot stand beside it.
fn wanted(sequences: bool, window: bool, limits: Limits) -> Arc<Wanted> {
    let seconds = |seconds| Some(Duration::seconds(seconds));
    Arc::new(Wanted {
        window: seconds(60).filter(|_| window),
        gap: seconds(600),
        distinct: vec![0],
        sum: Some(1),
        top: Some(0),
        ends: vec![0],
        within: seconds(90).filter(|_| sequences),
        limits,
        ..Wanted::default()
    })
}

fn tally(wanted: &Arc<Wanted>, records: &[Seen]) -> Tally {
    let mut tally = Tally::new(Arc::clone(wanted));
    for record in records {
        tally.seen += 1;
        tally.span(record.mark(), record.mark());
        let mut given = record.given();
        given.follows &= wanted.within.is_some();
        tally.keep(&[record.key.to_string()], record.mark(), None, given);
    }
    tally
}

/// What a report can see of a group.
fn shown_group(group: &Group, wanted: &Wanted) -> String {
    let total = group.total().map(|total| (total.sum(), total.least(), total.greatest()));
    let ends = group.ends().map(|ends| (ends.first(0), ends.last(0)));
    format!(
        "{} {:?} {:?} {:?} {:?} {:?} {} {total:?} {:?} {ends:?} {:?} {}",
        group.count,
        group.first,
        group.last,
        group.exemplars,
        group.burst(wanted),
        group.silences(),
        group.distinct(),
        group.top(3),
        group.pairs(wanted),
        group.is_over(),
    )
}

/// What a report can see of a tally.
fn shown(tally: &Tally, wanted: &Wanted) -> String {
    let groups: Vec<_> = tally.groups.iter().map(|(key, group)| (key, shown_group(group, wanted))).collect();
    format!("{} {} {:?} {groups:#?}", tally.seen, tally.overflowed, tally.span)
}

/// Parts of the records as random cuts make them.
fn parts(records: &[Seen], cuts: &[usize]) -> Vec<Vec<Seen>> {
    let mut parts = vec![Vec::new(); cuts.len() + 1];
    for (at, record) in records.iter().enumerate() {
        // Not only one behind the other: a part may hold records from everywhere.
        let part = cuts.get(at % (cuts.len() + 1)).map_or(0, |cut| (at * 7 + cut) % (cuts.len() + 1));
        parts[part].push(record.clone());
    }
    parts
}

/// Merges parts two by two, which two being told by a list of numbers.
fn merged(mut tallies: Vec<Tally>, choices: &[usize]) -> Tally {
    let mut choices = choices.iter().copied().cycle();
    while tallies.len() > 1 {
        let (a, b) = (choices.next().unwrap_or(0), choices.next().unwrap_or(0));
        let one = tallies.swap_remove(a % tallies.len());
        let at = b % tallies.len();
        tallies[at].merge(one);
    }
    tallies.pop().unwrap_or_default()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn any_split_in_any_order_and_any_nesting_gives_the_same(
        records in records(),
        cuts in proptest::collection::vec(0_usize..60, 0..6),
        choices in proptest::collection::vec(0_usize..6, 1..12),
        (sequences, window) in (any::<bool>(), any::<bool>()),
        (groups, held, values) in (1_usize..5, 1_usize..60, 1_usize..12),
        is_limited in any::<bool>(),
    ) {
        let limits = if is_limited { Limits { groups, held, values } } else { Limits::default() };
        let wanted = wanted(sequences, window, limits);
        let parts = parts(&records, &cuts).iter().map(|part| tally(&wanted, part)).collect();
        let whole = shown(&tally(&wanted, &records), &wanted);
        prop_assert_eq!(shown(&merged(parts, &choices), &wanted), whole.clone());
        let mut backwards = records;
        backwards.reverse();
        prop_assert_eq!(shown(&tally(&wanted, &backwards), &wanted), whole);
    }

    /// What is counted in its group or apart from it is what is added record by record.
    #[test]
    fn counting_is_adding(records in records()) {
        let wanted = Arc::<Wanted>::default();
        let [mut kept, mut counted, mut apart] = [(); 3].map(|()| Tally::new(Arc::clone(&wanted)));
        let keep = |tally: &mut Tally, mark| tally.keep(&[], mark, None, Given::default());
        let mut counter: Option<Counter> = None;
        for record in &records {
            // Some have no time.
            let time = if record.value == 0 { jiff::Timestamp::MAX } else { record.mark().time };
            let mark = Mark { time, ..record.mark() };
            keep(&mut kept, mark);
            if !counted.count(&[], mark) {
                keep(&mut counted, mark);
            }
            if !counter.as_mut().is_some_and(|counter| counter.count(mark)) {
                counter.take().into_iter().for_each(|counter| apart.add_counted(counter));
                keep(&mut apart, mark);
                counter = apart.counter();
            }
        }
        counter.into_iter().for_each(|counter| apart.add_counted(counter));
        prop_assert_eq!(shown(&counted, &wanted), shown(&kept, &wanted));
        prop_assert_eq!(shown(&apart, &wanted), shown(&kept, &wanted));
    }

    /// What is not over a limit is what there is; and with limits, what is left is complete.
    #[test]
    fn aggregates_agree_with_a_count_over_all_records(
        records in records(),
        window in any::<bool>(),
        limits in (1_usize..5, 10_usize..300),
    ) {
        let wanted = wanted(false, window, Limits { groups: limits.0, held: limits.1, ..Limits::default() });
        let tally = tally(&wanted, &records);
        let keys: BTreeSet<u8> = records.iter().map(|record| record.key).collect();
        prop_assert_eq!(tally.groups.len() == keys.len(), !tally.overflowed);
        for (key, group) in &tally.groups {
            let own: Vec<&Seen> = records.iter().filter(|record| record.key.to_string() == key[0]).collect();
            prop_assert_eq!(group.count, own.len() as u64);
            prop_assert_eq!(group.distinct(), own.iter().map(|r| r.value).collect::<BTreeSet<_>>().len() as u64);
            prop_assert_eq!(group.top(3), oracle_top(&own));
            prop_assert_eq!(group.silences().len(), oracle_silences(&own));
            prop_assert_eq!(group.burst(&wanted).map(|burst| burst.count), oracle_burst(&own).filter(|_| window));
            let first = own.iter().min_by_key(|r| r.mark()).map(|r| r.value.to_string());
            let last = own.iter().max_by_key(|r| r.mark()).map(|r| r.value.to_string());
            let ends = group.ends().unwrap();
            prop_assert_eq!((ends.first(0), ends.last(0)), (first.as_deref(), last.as_deref()));
        }
    }

    #[test]
    fn sums_agree_with_whole_numbers_of_a_billionth(records in records()) {
        let wanted = wanted(false, false, Limits::default());
        let tally = tally(&wanted, &records);
        for (key, group) in &tally.groups {
            let own = records.iter().filter(|record| record.key.to_string() == key[0]);
            let whole: Vec<i64> = own.clone().filter_map(|r| match r.number { Number::Integer(n) => Some(n), Number::Float(_) => None }).collect();
            let total = group.total().unwrap();
            if own.clone().count() == whole.len() {
                let sum: i128 = whole.iter().map(|n| i128::from(*n)).sum();
                match total.sum() {
                    Number::Integer(shown) => prop_assert_eq!(i128::from(shown), sum),
                    Number::Float(shown) => prop_assert!(i64::try_from(sum).is_err() && shown > 0.0),
                }
            }
            let least = own.clone().map(|r| r.number).min_by(|a, b| a.compare(*b));
            let greatest = own.map(|r| r.number).max_by(|a, b| a.compare(*b));
            prop_assert_eq!((total.least(), total.greatest()), (least, greatest));
        }
    }

    #[test]
    fn sequences_agree_with_every_two_records(records in records()) {
        let wanted = wanted(true, false, Limits::default());
        for (key, group) in &tally(&wanted, &records).groups {
            let own: Vec<&Seen> = records.iter().filter(|record| record.key.to_string() == key[0]).collect();
            let (behind, before): (Vec<&Seen>, Vec<&Seen>) = own.into_iter().partition(|record| record.follows);
            let earliest = |last: Mark| {
                let soon = |first: &Mark| *first < last && first.seconds_to(last) <= 90;
                before.iter().map(|record| record.mark()).filter(soon).min()
            };
            let mut found: Vec<(Mark, Mark)> =
                behind.iter().filter_map(|record| Some((record.mark(), earliest(record.mark())?))).collect();
            found.sort();
            let pair = group.pairs(&wanted);
            prop_assert_eq!(pair.map_or(0, |pair| pair.count), found.len() as u64);
            prop_assert_eq!(pair.map(|pair| (pair.last, pair.first)), found.first().copied());
        }
    }
}

fn oracle_top(own: &[&Seen]) -> Vec<(String, u64)> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    own.iter().for_each(|record| *counts.entry(record.value.to_string()).or_default() += 1);
    let mut all: Vec<(String, u64)> = counts.into_iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(&b.0)));
    all.truncate(3);
    all
}

fn oracle_silences(own: &[&Seen]) -> usize {
    let mut seconds: Vec<i64> = own.iter().map(|record| record.second).collect();
    seconds.sort_unstable();
    seconds.windows(2).filter(|pair| pair[1] - pair[0] > 600).count()
}

/// The most different values in any minute that begins with a record.
fn oracle_burst(own: &[&Seen]) -> Option<u64> {
    let inside = |from: i64| own.iter().filter(move |record| (from..=from + 60).contains(&record.second));
    let counts =
        own.iter().map(|first| inside(first.second).map(|r| r.value).collect::<BTreeSet<_>>().len() as u64);
    counts.max()
}

/// The groups of records at these seconds, all of one key.
fn group_at(seconds: &[i64], wanted: &Arc<Wanted>) -> Group {
    let seen = |(place, second): (u64, &i64)| Seen {
        key: 0,
        second: *second,
        value: 0,
        number: Number::Integer(0),
        follows: false,
        place,
    };
    let records: Vec<Seen> = (0..).zip(seconds).map(seen).collect();
    tally(wanted, &records).groups.remove(&vec!["0".to_owned()]).unwrap()
}

#[test]
fn a_window_holds_its_last_moment() {
    let minute = Arc::new(Wanted { window: Some(Duration::seconds(60)), ..Wanted::default() });
    // The values do not count here, so the marks do.
    let mut tally = Tally::new(Arc::clone(&minute));
    for (place, second) in [0, 30, 60, 61].into_iter().enumerate() {
        let seen = Seen {
            key: 0,
            second,
            value: 0,
            number: Number::Integer(0),
            follows: false,
            place: place as u64,
        };
        tally.keep(&[], seen.mark(), None, Given::default());
    }
    let burst = tally.groups[&Vec::new()].burst(&minute).unwrap();
    assert_eq!((burst.count, burst.first.time.as_second(), burst.last.time.as_second()), (3, 0, 60));
}

#[test]
fn a_silence_is_longer_than_the_gap_and_not_as_long() {
    let wanted = wanted(false, false, Limits::default());
    let silences = |seconds: &[i64]| group_at(seconds, &wanted).silences().len();
    assert_eq!(silences(&[0, 600, 1200]), 0);
    assert_eq!(silences(&[0, 601]), 1);
    assert_eq!(silences(&[0, 1200, 600]), 0);
}

#[test]
fn what_is_over_a_limit_is_told() {
    let few = Limits { values: 2, ..Limits::default() };
    let wanted = wanted(false, false, few);
    let seen = |value: u8| Seen {
        key: 0,
        second: 0,
        value,
        number: Number::Integer(0),
        follows: false,
        place: u64::from(value),
    };
    let two = tally(&wanted, &[seen(1), seen(2)]);
    assert!(!two.overflowed && two.groups[&vec!["0".to_owned()]].distinct() == 2);
    let three = tally(&wanted, &[seen(3), seen(1), seen(2)]);
    assert!(three.overflowed && three.groups[&vec!["0".to_owned()]].distinct() == 3);
}
