//! Groups of a scan as rules see them: those that were seen, and those that were expected.

use crate::pack::EventFields;
use crate::scan::{Expected, Group, Mark, Period, Scan, Tally, periods_between};
use crate::script::{Common, GroupView, TotalView};
use crate::time::Duration;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The groups as rules see them, by key: with their densest window where one is declared, with
/// their longest silence where silences count, with their first pair where sequences do. Where keys
/// are expected, those that were never seen are groups of no record.
pub(super) fn views(scan: &Scan, tally: &Tally, fields: &EventFields) -> Vec<GroupView> {
    let names = Arc::new(fields.names().to_vec());
    let absent = scan.expected.as_ref().and_then(|expected| absent(scan, expected, tally, &names));
    let seen = tally.groups.iter().filter_map(|(keys, group)| view(scan, keys, group, &names));
    let mut all: BTreeMap<Vec<String>, GroupView> = absent.unwrap_or_default();
    all.extend(seen.map(|view| (place(&view), view)));
    all.into_values().collect()
}

/// Where a group stands among the others.
fn place(view: &GroupView) -> Vec<String> {
    let period = view.period.iter().map(ToString::to_string);
    view.keys.iter().cloned().chain(period).collect()
}

/// Number of groups that are expected: every key in every period between the first and the last of
/// the population. None where they are more than may be held.
pub(super) fn expected(scan: &Scan, tally: &Tally) -> Option<usize> {
    let keys = scan.expected.as_ref().map_or(0, |expected| expected.names().count());
    let most = scan.wanted.limits.groups;
    let periods = periods(scan, tally).take(most + 1).count();
    keys.checked_mul(periods).filter(|groups| *groups <= most)
}

/// The periods of a scan; one that is none where groups are not parted by time.
fn periods(scan: &Scan, tally: &Tally) -> impl Iterator<Item = Option<Period>> {
    let parted = scan.wanted.every.map(|length| {
        let (first, last) = tally.span?;
        Some(periods_between(first, last, length).map(Some))
    });
    let whole = parted.is_none().then_some(None);
    whole.into_iter().chain(parted.flatten().into_iter().flatten())
}

/// Every expected group, as if it had not been seen. Where groups were dropped, or records lack what
/// they are grouped by, nobody knows what was not seen.
fn absent(
    scan: &Scan,
    keys: &Expected,
    tally: &Tally,
    names: &Arc<Vec<String>>,
) -> Option<BTreeMap<Vec<String>, GroupView>> {
    let is_blind = tally.overflowed || tally.population == 0 || tally.starved().next().is_some();
    expected(scan, tally).filter(|_| !is_blind)?;
    let mut views = BTreeMap::new();
    for period in periods(scan, tally) {
        for (name, row) in keys.names() {
            let view = GroupView {
                key: name.to_owned(),
                keys: vec![name.to_owned()],
                period: period.map(Period::start),
                joined: row.and_then(|number| keys.row(number)),
                fields: Arc::clone(names),
                ..nothing(scan)
            };
            views.insert(place(&view), view);
        }
    }
    Some(views)
}

/// What a scan says of no record.
fn nothing(scan: &Scan) -> GroupView {
    let wanted = &scan.wanted;
    let zero = TotalView { sum: crate::scan::Number::Integer(0), least: None, greatest: None };
    GroupView {
        distinct: (!wanted.distinct.is_empty()).then_some(0),
        total: wanted.sum.map(|_| zero),
        top: wanted.top.map(|_| Vec::new()),
        ..GroupView::default()
    }
}

/// A group that was seen; none where a sequence is wanted and nothing follows anything.
fn view(scan: &Scan, keys: &[String], group: &Group, names: &Arc<Vec<String>>) -> Option<GroupView> {
    let wanted = &scan.wanted;
    let own = &keys[..scan.by.len().min(keys.len())];
    let rows = |number| match &scan.expected {
        Some(expected) => expected.row(number),
        None => scan.join.as_ref()?.row(number),
    };
    let mut view = GroupView {
        key: own.join(", "),
        keys: own.to_vec(),
        count: group.count,
        ends: Some((group.first, group.last)),
        period: wanted.every.and_then(|length| Period::of(group.first, length)).map(Period::start),
        joined: group.joined.and_then(rows),
        is_over: group.is_over(),
        fields: Arc::clone(names),
        ..nothing(scan)
    };
    aggregates(&mut view, scan, group);
    if let Some(burst) = group.burst(wanted) {
        (view.count, view.ends) = (burst.count, Some((burst.first, burst.last)));
        view.distinct = view.distinct.map(|_| burst.count);
    }
    let silences = group.silences();
    if let Some(longest) = silences.iter().max_by_key(|silence| silence.seconds()) {
        view.silences = silences.len();
        view.silence = Some(Duration::seconds(longest.seconds()));
        view.ends = Some((longest.before, longest.behind));
    }
    if wanted.within.is_some() {
        let pair = group.pairs(wanted)?;
        (view.count, view.ends) = (pair.count, Some((pair.first, pair.last)));
    }
    Some(view)
}

fn aggregates(view: &mut GroupView, scan: &Scan, group: &Group) {
    let wanted = &scan.wanted;
    view.distinct = view.distinct.map(|_| group.distinct());
    if let Some(total) = group.total().filter(|_| wanted.sum.is_some()) {
        let (least, greatest) = (total.least(), total.greatest());
        view.total = Some(TotalView { sum: total.sum(), least, greatest });
    }
    let common = |(value, count)| Common { value, count };
    view.top = wanted.top.map(|_| group.top(wanted.most).into_iter().map(common).collect());
    let value = |(at, slot): (usize, &usize)| {
        let ends = group.ends()?;
        let of = |value: Option<&str>| value.map(str::to_owned);
        Some((view.fields.get(*slot)?.clone(), [of(ends.first(at)), of(ends.last(at))]))
    };
    view.values = wanted.ends.iter().enumerate().filter_map(value).collect();
}

/// The marks of a group to point at: both ends, or the one that it has.
pub(super) fn ends(view: &GroupView) -> Vec<Mark> {
    match view.ends {
        None => Vec::new(),
        Some((first, last)) if first == last => vec![first],
        Some((first, last)) => vec![first, last],
    }
}
