//! Repeats: a lapse that was closed and is back says that the action against it had no effect.
//!
//! What was found before comes from recorded runs, and only from those: without them nothing is a repeat.

use super::overdue::Promises;
use crate::control_id::ControlId;
use crate::finding::Grade;
use crate::time::{Duration, Time};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};

/// What recorded runs found, day by day, and what was promised since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Past {
    days: BTreeMap<Date, PastDay>,
    /// What the corrective action plan promises; nothing where none was named.
    pub(super) promises: Promises,
}

/// What was found on a day.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PastDay {
    /// Ids of nonconformities.
    pub open: BTreeSet<String>,
    /// Controls with the rules that concluded on them that nothing is amiss.
    pub conforming: BTreeSet<(ControlId, String)>,
}

/// A stretch of days in which a finding was open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Episode {
    /// The first day on which it was seen.
    pub from: Date,
    /// The first day on which what it is about was seen to conform.
    pub closed: Option<Date>,
}

impl Past {
    /// A past of these days; of two runs about one day the later one counts.
    pub fn new(days: impl IntoIterator<Item = (Date, PastDay)>) -> Self {
        Self { days: days.into_iter().collect(), promises: Promises::default() }
    }

    /// The same with what a corrective action plan promises.
    #[must_use]
    pub fn with_promises(self, promises: Promises) -> Self {
        Self { promises, ..self }
    }

    /// The stretches in which a finding was open, oldest first, of days before this one. Closed is what
    /// was seen to conform: that a finding is absent for want of evidence, waived, or not looked for at a
    /// stage closes nothing.
    pub fn episodes(&self, id: &str, control: ControlId, rule: &str, before: Date) -> Vec<Episode> {
        let mut episodes: Vec<Episode> = Vec::new();
        let key = (control, rule.to_owned());
        for (day, seen) in self.days.range(..before) {
            match episodes.last_mut().filter(|last| last.closed.is_none()) {
                None if seen.open.contains(id) => episodes.push(Episode { from: *day, closed: None }),
                Some(last) if !seen.open.contains(id) && seen.conforming.contains(&key) => {
                    last.closed = Some(*day);
                }
                _ => {}
            }
        }
        episodes
    }
}

/// A finding that may be a repeat.
pub(super) struct Suspect<'a> {
    pub(super) id: &'a str,
    pub(super) control: ControlId,
    pub(super) rule: &'a str,
    pub(super) as_of: Date,
}

/// The grade of a finding in view of the past, and why it is another. Certification bodies take a
/// nonconformity that was closed as effective and comes back for a major; how far back they look is
/// judgement and stands in the profile.
pub(super) fn escalate(
    grade: Grade,
    of: &Suspect<'_>,
    past: &Past,
    within: Option<Duration>,
) -> (Grade, Option<String>) {
    let back = within.filter(|_| grade == Grade::Minor).and_then(|within| back(of, past, within));
    back.map_or((grade, None), |says| (Grade::Major, Some(says)))
}

fn back(of: &Suspect<'_>, past: &Past, within: Duration) -> Option<String> {
    let episodes = past.episodes(of.id, of.control, of.rule, of.as_of);
    let at = episodes.iter().rposition(|episode| episode.closed.is_some())?;
    let (from, closed) = (episodes[at].from, episodes[at].closed?);
    let earliest = Time::Day(of.as_of).plus(within.negated()).day();
    let again = episodes.get(at + 1).map_or(of.as_of, |episode| episode.from);
    (closed >= earliest).then(|| {
        format!(
            "open on {from}, closed by {closed}, back on {again}: a repeat within {within} (profile, \
             judgement) is a major (ISO/IEC 17021-1, practice)"
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    const RULE: &str = "a-rule";

    fn past(days: &[(i16, &str)]) -> Past {
        Past::new(days.iter().map(|(month, seen)| {
            let mut day = PastDay::default();
            match *seen {
                "open" => drop(day.open.insert("id".to_owned())),
                "conforms" => drop(day.conforming.insert((control(), RULE.to_owned()))),
                _ => {}
            }
            (date(2025 + month / 12, i8::try_from(month % 12 + 1).unwrap(), 1), day)
        }))
    }

    fn control() -> ControlId {
        "A.5.18".parse().unwrap()
    }

    fn grade(days: &[(i16, &str)], within: Option<Duration>) -> (Grade, Option<String>) {
        let suspect = Suspect { id: "id", control: control(), rule: RULE, as_of: date(2026, 7, 1) };
        escalate(Grade::Minor, &suspect, &past(days), within)
    }

    #[test]
    fn what_was_closed_and_is_back_is_a_major() {
        let (grade, says) = grade(&[(0, "open"), (2, "conforms")], Some(Duration::months(36)));
        assert_eq!(grade, Grade::Major);
        assert!(says.unwrap().starts_with("open on 2025-01-01, closed by 2025-03-01, back on 2026-07-01: a"));
    }

    #[test]
    fn it_stays_a_major_while_it_stays_open() {
        let days = [(0, "open"), (2, "conforms"), (14, "open"), (15, "open")];
        let (grade, says) = grade(&days, Some(Duration::months(36)));
        assert_eq!(grade, Grade::Major);
        assert!(says.unwrap().contains("back on 2026-03-01"));
    }

    #[test]
    fn what_nobody_saw_conform_was_not_closed() {
        let days = [(0, "open"), (2, "unseen"), (3, "open")];
        assert_eq!(grade(&days, Some(Duration::months(36))), (Grade::Minor, None));
        assert_eq!(grade(&[(2, "conforms")], Some(Duration::months(36))), (Grade::Minor, None));
    }

    #[test]
    fn the_profile_says_whether_and_how_far_back() {
        let days = [(0, "open"), (6, "conforms")];
        assert_eq!(grade(&days, None).0, Grade::Minor);
        assert_eq!(grade(&days, Some(Duration::months(12))).0, Grade::Major, "on the last day");
        assert_eq!(grade(&days, Some(Duration::months(11))).0, Grade::Minor);
    }

    #[test]
    fn the_day_of_judgement_and_later_ones_are_no_past() {
        let days = [(0, "open"), (18, "conforms"), (19, "conforms")];
        assert_eq!(grade(&days, Some(Duration::months(36))).0, Grade::Minor);
    }
}
