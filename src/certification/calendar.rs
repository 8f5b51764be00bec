//! The calendar of a certification: back from Stage 2, and through the three years of a certificate.

use crate::pack::Limits;
use crate::time::{Duration, Time};
use jiff::civil::Date;
use std::fmt::Write as _;

/// What the calendar is worked out from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Anchor {
    /// First day of Stage 2.
    pub stage_2: Date,
    /// Day of the certification decision; worked out, when it is not known.
    pub decision: Option<Date>,
}

/// Something to be done or over by a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Milestone {
    /// Short name, the same in every calendar: `internal-audit`.
    pub id: &'static str,
    /// The day.
    pub day: Date,
    /// What it is.
    pub what: &'static str,
    /// Why then.
    pub why: &'static str,
}

/// Months before Stage 2 by which things are done. Practice: six to twelve months from the first gap
/// scan, since auditors want to see records of about three months and a full round of audit and review.
const BEFORE: &[(&str, i32, &str, &str)] = &[
    ("gap-scan", -9, "gap scan", "six to twelve months are usual from the first look to the audit"),
    (
        "risk-assessment",
        -8,
        "risk assessment done, treatment decided",
        "6.1.2, 6.1.3: everything else follows from it",
    ),
    ("offers", -7, "offers of at least three certification bodies", "bodies are booked months ahead"),
    (
        "soa-approved",
        -6,
        "statement of applicability approved, controls in operation",
        "6.1.3 d: records begin here",
    ),
    (
        "records",
        -4,
        "three months of records begin",
        "Stage 2 looks at operation, and operation leaves records",
    ),
    ("internal-audit", -3, "internal audit done", "9.2: before Stage 2, with time to act on its findings"),
    (
        "management-review",
        -2,
        "management review done",
        "9.3: after the internal audit, whose results it looks at",
    ),
];

/// Everything that is due, by day.
pub fn milestones(anchor: Anchor, limits: &Limits) -> Vec<Milestone> {
    let mut all: Vec<Milestone> = BEFORE
        .iter()
        .map(|&(id, months, what, why)| Milestone {
            id,
            day: moved(anchor.stage_2, Duration::months(months)),
            what,
            why,
        })
        .collect();
    all.extend(around_stage_2(anchor, limits));
    // Practice: bodies decide within about a month, when no major is open.
    let decision = anchor.decision.unwrap_or_else(|| moved(anchor.stage_2, Duration::months(1)));
    all.extend(after_decision(decision, limits));
    all.sort_by_key(|milestone| milestone.day);
    all
}

fn around_stage_2(anchor: Anchor, limits: &Limits) -> Vec<Milestone> {
    let [least, most] = limits.stage_1_to_stage_2;
    let at = |by: Duration| moved(anchor.stage_2, by);
    vec![
        Milestone {
            id: "stage-1-earliest",
            day: at(most.negated()),
            what: "Stage 1 not before this day",
            why: "bodies want both stages within about six months",
        },
        Milestone {
            id: "stage-1",
            day: at(Duration::days(-42)),
            what: "Stage 1",
            why: "six weeks leave time for its areas of concern",
        },
        Milestone {
            id: "stage-1-latest",
            day: at(least.negated()),
            what: "Stage 1 not after this day",
            why: "areas of concern must be resolved before Stage 2",
        },
        Milestone { id: "stage-2", day: anchor.stage_2, what: "Stage 2", why: "the audit itself" },
        Milestone {
            id: "majors-verified",
            day: at(limits.major_closure),
            what: "majors closed and verified",
            why: "no decision with an open major; bodies commonly give 90 days",
        },
        Milestone {
            id: "majors-hard-stop",
            day: at(limits.major_hard_stop),
            what: "last day to have majors verified",
            why: "ISO/IEC 17021-1, 9.5.3.2: after six months another Stage 2",
        },
    ]
}

fn after_decision(decision: Date, limits: &Limits) -> Vec<Milestone> {
    let at = |by: Duration| moved(decision, by);
    let year = limits.surveillance.months;
    let expiry = at(limits.certificate).saturating_sub(jiff::Span::new().days(1));
    vec![
        Milestone {
            id: "decision",
            day: decision,
            what: "certification decision",
            why: "the three years begin",
        },
        Milestone {
            id: "surveillance-1",
            day: at(limits.surveillance),
            what: "first surveillance not after this day",
            why: "ISO/IEC 17021-1, 9.1.3.3: within twelve months of the decision",
        },
        Milestone {
            id: "surveillance-2",
            day: at(Duration::months(2 * year)),
            what: "second surveillance not after this day",
            why: "at least once a calendar year",
        },
        Milestone {
            id: "recertification-planned",
            day: at(Duration::months(limits.certificate.months - 6)),
            what: "recertification booked",
            why: "time to close majors before the end",
        },
        Milestone {
            id: "recertification",
            day: at(Duration::months(limits.certificate.months - 3)),
            what: "recertification audit done",
            why: "majors must be verified before the certificate ends",
        },
        Milestone {
            id: "expiry",
            day: expiry,
            what: "the certificate ends",
            why: "three years from the decision",
        },
        Milestone {
            id: "restoration",
            day: moved(expiry, limits.restoration),
            what: "last day to restore the certificate",
            why: "ISO/IEC 17021-1, 9.6.3.2.5: after six months at least another Stage 2",
        },
    ]
}

fn moved(day: Date, by: Duration) -> Date {
    Time::Day(day).plus(by).day()
}

/// The calendar as text, with what is past marked.
pub fn text(milestones: &[Milestone], today: Date) -> String {
    let mut text = String::new();
    for milestone in milestones {
        let mark = if milestone.day < today { "past" } else { "" };
        let _ = writeln!(
            text,
            "{}  {mark:<4}  {}\n                  {}",
            milestone.day, milestone.what, milestone.why
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{PackRef, load};
    use crate::world::Disk;
    use jiff::civil::date;

    fn day(of: &str, anchor: Anchor) -> Date {
        let limits = load(&[PackRef::BuiltIn], &Disk::default()).unwrap().certification.unwrap().limits;
        milestones(anchor, &limits).into_iter().find(|milestone| milestone.id == of).unwrap().day
    }

    #[test]
    fn three_years_run_from_the_decision() {
        let anchor = Anchor { stage_2: date(2026, 9, 1), decision: Some(date(2026, 10, 15)) };
        assert_eq!(day("internal-audit", anchor), date(2026, 6, 1));
        assert_eq!(day("majors-verified", anchor), date(2026, 11, 30));
        assert_eq!(day("majors-hard-stop", anchor), date(2027, 3, 1));
        assert_eq!(day("surveillance-1", anchor), date(2027, 10, 15));
        assert_eq!(day("surveillance-2", anchor), date(2028, 10, 15));
        assert_eq!(day("expiry", anchor), date(2029, 10, 14));
        assert_eq!(day("restoration", anchor), date(2030, 4, 14));
    }

    #[test]
    fn the_last_day_of_a_month_stays_within_it() {
        let anchor = Anchor { stage_2: date(2026, 8, 31), decision: Some(date(2028, 2, 29)) };
        assert_eq!(day("management-review", anchor), date(2026, 6, 30));
        assert_eq!(day("surveillance-1", anchor), date(2029, 2, 28));
    }
}
