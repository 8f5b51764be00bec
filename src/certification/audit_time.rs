//! What an audit takes: auditor days from persons and complexity, and the sites that are visited.

use super::applicant::{Applicant, Group, Site};
use crate::pack::{Certification, Share};

/// Auditor days of an applicant (ISO/IEC 27006-1:2024, Annex C), each the least and the most.
#[derive(Clone, Debug, PartialEq)]
pub struct AuditTime {
    /// Persons in the scope.
    pub persons: u32,
    /// Persons that count: groups of identical work by the square root.
    pub effective: u32,
    /// Days of the table; none above its last band.
    pub table: Option<f64>,
    /// By how many percent they may differ, by complexity and the largest reduction.
    pub percent: [i64; 2],
    /// Days of the initial audit.
    pub initial: [f64; 2],
    /// Of these, Stage 1.
    pub stage_1: [f64; 2],
    /// Of these, Stage 2.
    pub stage_2: [f64; 2],
    /// Days of each surveillance.
    pub surveillance: [f64; 2],
    /// Days of the recertification.
    pub recertification: [f64; 2],
}

/// Sites that audits visit, the central function not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visits {
    /// Sites besides the central function.
    pub sites: u64,
    /// True when a sample stands for all.
    pub is_sample: bool,
    /// In the initial audit.
    pub initial: u64,
    /// In each surveillance.
    pub surveillance: u64,
    /// In the recertification.
    pub recertification: u64,
}

/// Persons that count. A group of identical, low-risk work counts by the square root of its number,
/// rounded up, the largest reduction that is allowed (27006-1, C.3.4).
pub fn effective<'a>(groups: impl IntoIterator<Item = &'a Group>) -> u32 {
    let counted = |group: &Group| if group.identical { root_up(group.persons) } else { group.persons };
    groups.into_iter().fold(0, |sum, group| sum.saturating_add(counted(group)))
}

/// The square root, rounded up.
fn root_up(number: u32) -> u32 {
    let root = number.isqrt();
    if root * root == number { root } else { root + 1 }
}

impl AuditTime {
    /// The days of an applicant.
    pub fn of(applicant: &Applicant, facts: &Certification) -> Self {
        let effective = effective(applicant.groups());
        let table = days(effective, facts);
        let percent = percent(applicant, facts);
        let moved = |percent: i64| {
            #[expect(clippy::cast_precision_loss, reason = "percent are small numbers")]
            let factor = 1.0 + percent as f64 / 100.0;
            half_days(table.unwrap_or_default() * factor)
        };
        let initial = percent.map(moved);
        let share = |share: Share| initial.map(|days| half_days(part(days, share)));
        let stage_1 = share(facts.splits.stage_1);
        Self {
            persons: applicant.persons(),
            effective,
            table,
            percent,
            initial,
            stage_1,
            // Both stages together are the whole, however either is rounded.
            stage_2: [initial[0] - stage_1[0], initial[1] - stage_1[1]],
            surveillance: share(facts.splits.surveillance),
            recertification: share(facts.splits.recertification),
        }
    }

    /// The days of a site alone, as the table gives them.
    pub fn of_site(site: &Site, facts: &Certification) -> Option<f64> {
        days(effective(&site.group), facts)
    }
}

/// The days of the table; above its last band they are worked out by hand.
fn days(effective: u32, facts: &Certification) -> Option<f64> {
    facts.days.iter().find(|band| effective <= band.up_to).map(|band| band.days)
}

fn percent(applicant: &Applicant, facts: &Certification) -> [i64; 2] {
    let (business, it) = applicant.levels();
    let factor = facts.factors.iter().find(|factor| factor.business == business && factor.it == it);
    factor.map_or([0, 0], |factor| factor.percent).map(|percent| percent.max(-facts.largest_reduction))
}

#[expect(clippy::cast_precision_loss, reason = "shares are small numbers")]
fn part(days: f64, [of, whole]: Share) -> f64 {
    days * of as f64 / whole as f64
}

/// Bodies quote half days; rounded up, since less than the table would need a reason.
fn half_days(days: f64) -> f64 {
    ((days * 2.0) - 1e-9).ceil() / 2.0
}

/// The sites that audits visit (IAF MD 1).
pub fn visits(sites: &[Site], facts: &Certification) -> Visits {
    let others: Vec<&Site> = sites.iter().filter(|site| !site.central).collect();
    let number = others.len() as u64;
    let rule = &facts.sites;
    if number > 1 && others.iter().all(|site| site.alike) {
        return Visits {
            sites: number,
            is_sample: true,
            initial: sample(number, rule.initial),
            surveillance: sample(number, rule.surveillance),
            recertification: sample(number, rule.recertification),
        };
    }
    let surveillance = (number * rule.unsampled_surveillance).div_ceil(100);
    Visits { sites: number, is_sample: false, initial: number, surveillance, recertification: number }
}

/// The factor times the square root, rounded up: the least `k` with `(k * whole)^2 >= of^2 * n`.
/// In whole numbers, so that 3/5 of the root of 25 is 3 and not a little more.
fn sample(sites: u64, [of, whole]: Share) -> u64 {
    (1..=sites).find(|k| (k * whole).pow(2) >= of.pow(2) * sites).unwrap_or(sites)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{PackRef, load};
    use crate::world::Disk;

    fn facts() -> Certification {
        load(&[PackRef::BuiltIn], &Disk::default()).unwrap().certification.unwrap()
    }

    fn group(persons: u32, identical: bool) -> Group {
        Group { activity: "support".to_owned(), persons, identical }
    }

    #[test]
    fn three_groups_of_49_are_21_persons_and_7_days() {
        // European accreditation, FAQ 48.6: 12 and 21 persons differ by one day.
        let groups = [group(49, true), group(49, true), group(49, true)];
        assert_eq!(effective(&groups), 21);
        assert_eq!(days(21, &facts()), Some(7.0));
        assert_eq!(days(12, &facts()), Some(6.0));
        assert_eq!(effective(&[group(50, true)]), 8, "the root of 50 is rounded up");
        assert_eq!(effective(&[group(50, false)]), 50);
    }

    #[test]
    fn bands_end_where_the_table_says() {
        let facts = facts();
        assert_eq!(facts.days.len(), 22);
        assert_eq!((days(10, &facts), days(11, &facts)), (Some(5.0), Some(6.0)));
        assert_eq!((days(10_700, &facts), days(10_701, &facts)), (Some(28.0), None));
    }

    #[test]
    fn sites_are_sampled_by_their_square_root() {
        // European accreditation, FAQ 46.5, and the vectors of the trade.
        let rule = facts().sites;
        let of = |n| (sample(n, rule.initial), sample(n, rule.surveillance), sample(n, rule.recertification));
        assert_eq!(of(2), (2, 1, 2));
        assert_eq!(of(9), (3, 2, 3));
        assert_eq!(of(25), (5, 3, 4));
        assert_eq!(of(100), (10, 6, 8));
    }

    #[test]
    fn days_are_quoted_in_halves_and_rounded_up() {
        assert_eq!([5.0, 5.1, 8.5, 2.0 / 3.0].map(half_days), [5.0, 5.5, 8.5, 1.0]);
    }
}
