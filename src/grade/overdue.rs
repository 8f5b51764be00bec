//! Actions past due: what the corrective action plan says would be done by now, and is not.
//!
//! A major whose action is past due stays one, even where less than a major is left of it; minors
//! whose actions are past due are together a minor against 10.2.

use super::fingerprint;
use crate::control_id::ControlId;
use crate::finding::{Basis, Exhibit, Finding, Grade, Observed, State, count};
use crate::place::Place;
use jiff::civil::Date;

/// The name under which actions past due stand among the rules.
pub const RULE: &str = "action-past-due";
/// What is wrong, a lower-case fragment.
pub const TITLE: &str =
    "the action against a nonconformity is past due, and what it was raised for is still there";
/// What to do.
pub const HELP: &str =
    "Do what was planned, or agree on another day with who accepted the plan, and write down why.";
/// The clause that such an action is written against: nonconformities are acted upon (10.2 c).
const CLAUSE: &str = "10.2";

/// What a corrective action plan promises.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promises {
    /// The actions that are neither done nor closed and say until when.
    pub open: Vec<Promise>,
    /// The plan.
    pub plan: Option<Exhibit>,
}

/// An action that is promised until a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Promise {
    /// Id of the finding.
    pub finding: String,
    /// The grade it was raised with.
    pub grade: Grade,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day.
    pub due: Date,
    /// Where the plan says so.
    pub place: Place,
}

impl Promises {
    /// The promise about a finding, where it was due before this day.
    fn late(&self, finding: &str, as_of: Date) -> Option<&Promise> {
        self.open.iter().find(|promise| promise.finding == finding && promise.due < as_of)
    }

    /// The grade of a finding in view of what was promised, and what there is to say.
    pub(super) fn hold(&self, grade: Grade, finding: &str, as_of: Date) -> (Grade, Option<String>) {
        let Some(promise) = self.late(finding, as_of).filter(|_| grade != Grade::Opportunity) else {
            return (grade, None);
        };
        let late = promise.since(as_of);
        if promise.grade == Grade::Major && grade != Grade::Major {
            let says =
                format!("raised as major, and {late}: it stays a major until its action is done (practice)");
            return (Grade::Major, Some(says));
        }
        (grade, Some(late))
    }
}

impl Promise {
    /// `its action was due on 2026-06-01, 30 days ago`.
    fn since(&self, as_of: Date) -> String {
        let days = usize::try_from((as_of - self.due).get_days()).unwrap_or_default();
        format!("its action was due on {}, {} ago", self.due, count(days, "day"))
    }
}

/// Minors whose actions are past due, as one finding.
pub(super) fn find(
    findings: &[Vec<Finding>],
    promises: &Promises,
    as_of: Date,
    pack: &str,
) -> Option<Finding> {
    let control: ControlId = CLAUSE.parse().ok()?;
    let minors = findings.iter().flatten().filter(|finding| finding.state == State::Minor);
    let late: Vec<(&Finding, &Promise)> =
        minors.filter_map(|minor| Some((minor, promises.late(&minor.id, as_of)?))).collect();
    let statement = match late[..] {
        [] => return None,
        [(minor, promise)] => says(minor, promise, as_of),
        _ => format!("{} against minor nonconformities are past due", count(late.len(), "action")),
    };
    Some(Finding {
        id: fingerprint::finding(control, RULE, ""),
        state: State::Minor,
        rule: RULE.to_owned(),
        control,
        requirements: vec![control.as_requirement()],
        title: TITLE.to_owned(),
        statement,
        exceptions: late.len(),
        population: promises.open.len(),
        undecidable: 0,
        places: late.iter().flat_map(|(minor, promise)| both_ends(minor, promise)).collect(),
        observations: observed(&late, as_of),
        derivation: vec![format!(
            "preaudit proposes minor (practice): {} of {} past due",
            late.len(),
            count(promises.open.len(), "open action")
        )],
        basis: Basis::Practice,
        help: HELP.to_owned(),
        ask: Some("What keeps this from being done, and who agreed to wait?".to_owned()),
        contains: Vec::new(),
        contained_in: None,
        overruled: None,
        pack: pack.to_owned(),
        evidence: promises.plan.iter().cloned().collect(),
    })
}

/// The day in the plan, and the first place where the lapse still shows.
fn both_ends(minor: &Finding, promise: &Promise) -> Vec<Place> {
    let still = minor.places.first().map(|place| place.clone().labelled("and it is still there"));
    std::iter::once(promise.place.clone().labelled(format!("due on {}", promise.due))).chain(still).collect()
}

fn says(minor: &Finding, promise: &Promise, as_of: Date) -> String {
    let owner = promise.owner.as_ref().map_or(String::new(), |owner| format!(" ({owner})"));
    format!("{}: {}{owner}", minor.title, promise.since(as_of))
}

fn observed(late: &[(&Finding, &Promise)], as_of: Date) -> Vec<Observed> {
    let mut next = 0;
    let mut observed = Vec::new();
    for (minor, promise) in late {
        let places = both_ends(minor, promise).len();
        observed.push(Observed {
            id: fingerprint::observation(RULE, &minor.id),
            subject: minor.rule.clone(),
            owner: promise.owner.clone(),
            statement: says(minor, promise, as_of),
            places: (next..next + places).collect(),
        });
        next += places;
    }
    observed
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn promises(grade: Grade) -> Promises {
        let promise = Promise {
            finding: "id".to_owned(),
            grade,
            owner: None,
            due: date(2026, 6, 1),
            place: Place::default(),
        };
        Promises { open: vec![promise], plan: None }
    }

    #[test]
    fn the_due_day_itself_is_not_late() {
        let due = promises(Grade::Minor);
        assert_eq!(due.hold(Grade::Minor, "id", date(2026, 6, 1)), (Grade::Minor, None));
        let (grade, says) = due.hold(Grade::Minor, "id", date(2026, 6, 2));
        assert_eq!(grade, Grade::Minor);
        assert_eq!(says.unwrap(), "its action was due on 2026-06-01, 1 day ago");
    }

    #[test]
    fn a_major_past_due_stays_one_whatever_is_left_of_it() {
        let due = promises(Grade::Major);
        assert_eq!(due.hold(Grade::Minor, "id", date(2026, 6, 2)).0, Grade::Major);
        assert_eq!(due.hold(Grade::Minor, "id", date(2026, 6, 1)).0, Grade::Minor);
        assert_eq!(due.hold(Grade::Minor, "other", date(2026, 6, 2)).0, Grade::Minor);
        assert_eq!(due.hold(Grade::Opportunity, "id", date(2026, 6, 2)), (Grade::Opportunity, None));
    }
}
