//! Decisions of people are looked at like everything else: waivers and overrides that nobody approved,
//! that ran out, that hold for too much or too long, or for nothing.
//!
//! No standard grades them; all grades and limits here are judgement. The clauses are those that an
//! auditor would write them against: 6.1.3 f, risk owners accept residual risks, and 10.2, what is decided
//! about a nonconformity is followed up.

use super::fingerprint;
use super::waiver::{Decision, Waivers};
use crate::control_id::ControlId;
use crate::finding::{Basis, Finding, Grade, Observed, count};
use crate::pack::Profile;
use crate::place::Place;
use crate::time::{Duration, Time};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::Range;

/// A rule on decisions; it belongs to the program, not to a pack.
pub struct DecisionRule {
    /// Its id.
    pub id: &'static str,
    /// What is wrong, a lower-case fragment.
    pub title: &'static str,
    /// What to do.
    pub help: &'static str,
    clause: &'static str,
    fault: for<'d> fn(&'d Decision<'_>, &Occasion) -> Option<Fault>,
}

/// All rules on decisions, in the order in which a decision is looked at.
pub const RULES: &[DecisionRule] = &[
    DecisionRule {
        id: "waiver-without-approval",
        title: "a waiver or override was approved by nobody but its owner",
        help: "let somebody else who may accept the risk approve it, by name; until then it does not apply",
        clause: "6.1.3",
        fault: unapproved,
    },
    DecisionRule {
        id: "waiver-expired",
        title: "a waiver or override has run out",
        help: "renew it with a reason and an approval, or mend what it waives and take it out",
        clause: "10.2",
        fault: expired,
    },
    DecisionRule {
        id: "waiver-blanket",
        title: "a waiver or override holds for more, or for longer, than anybody can have looked at",
        help: "name the control and the subject that it is about, and a day on which it is looked at again",
        clause: "6.1.3",
        fault: blanket,
    },
    DecisionRule {
        id: "waiver-unused",
        title: "a waiver or override applies to nothing",
        help: "take it out: what it was about is mended, or has another name",
        clause: "10.2",
        fault: unused,
    },
];

/// Waivers and overrides, and what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct DecisionTally {
    /// Written in `preaudit.toml`.
    pub stated: usize,
    /// Applied to at least one exception.
    pub applied: usize,
    /// Approved by nobody but their owner; they do not apply.
    pub unapproved: usize,
    /// Ran out; they do not apply.
    pub expired: usize,
    /// Hold for too much or too long.
    pub blanket: usize,
    /// Hold, and apply to nothing.
    pub unused: usize,
}

/// When and how strictly decisions are looked at.
struct Occasion {
    as_of: Date,
    longest: Duration,
}

/// What is wrong with a decision.
struct Fault {
    grade: Grade,
    says: String,
    at: Range<usize>,
}

/// 6.1.3 f: residual risks are accepted by those who own the risk, not by those who would like to.
fn unapproved(one: &Decision<'_>, _: &Occasion) -> Option<Fault> {
    let says = match one.approver.trim() {
        "" => format!("nobody approved the {one}"),
        _ => format!("{} owns the {one} and approved it too", one.owner),
    };
    (!one.is_approved).then(|| Fault { grade: Grade::Minor, says, at: one.range.clone() })
}

/// What was accepted until a day and is still there is an action past due; what is mended is clutter.
fn expired(one: &Decision<'_>, on: &Occasion) -> Option<Fault> {
    let expires = one.expires.filter(|expires| one.is_approved && *expires < on.as_of)?;
    let (grade, rest) = match one.is_missed {
        true => (Grade::Minor, "what it was about is still there"),
        false => (Grade::Opportunity, "nothing that it was about is seen any more"),
    };
    let says = format!("the {one} ran out on {expires}, and {rest}");
    Some(Fault { grade, says, at: one.expires_range.clone() })
}

/// Who accepts a risk knows it: neither lapses that nobody has seen yet, nor a future of years.
fn blanket(one: &Decision<'_>, on: &Occasion) -> Option<Fault> {
    let last = Time::Day(on.as_of).plus(on.longest).day();
    if !one.is_approved || one.expires.is_some_and(|expires| expires < on.as_of) {
        return None;
    }
    if one.is_blanket {
        let says =
            format!("the {one} names neither control nor subject, so it takes what nobody has seen yet");
        return Some(Fault { grade: Grade::Minor, says, at: one.range.clone() });
    }
    let says = match one.expires {
        None => format!("the {one} has no end"),
        Some(expires) if expires > last => {
            format!("the {one} holds until {expires}, longer than {} from {}", on.longest, on.as_of)
        }
        Some(_) => return None,
    };
    Some(Fault { grade: Grade::Opportunity, says, at: one.expires_range.clone() })
}

fn unused(one: &Decision<'_>, on: &Occasion) -> Option<Fault> {
    let holds = one.is_approved && one.expires.is_none_or(|expires| expires >= on.as_of);
    let says = format!("the {one} applies to nothing");
    (holds && !one.is_used).then(|| Fault { grade: Grade::Opportunity, says, at: one.range.clone() })
}

impl std::fmt::Display for Decision<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.word, self.rule)?;
        self.control.iter().try_for_each(|control| write!(f, " against {control}"))?;
        self.subject.iter().try_for_each(|subject| write!(f, " for {subject}"))
    }
}

/// The findings on decisions, lapses apart from opportunities.
pub(super) fn find(waivers: &Waivers<'_>, profile: &Profile, as_of: Date, pack: &str) -> Vec<Finding> {
    let decisions = waivers.decisions();
    let occasion = Occasion { as_of, longest: profile.waiver_longest };
    let mut findings = Vec::new();
    for rule in RULES {
        let Ok(control) = rule.clause.parse::<ControlId>() else { continue };
        let mut by_grade: BTreeMap<Grade, Vec<(&Decision<'_>, Fault)>> = BTreeMap::new();
        for one in &decisions {
            if let Some(fault) = (rule.fault)(one, &occasion) {
                by_grade.entry(fault.grade).or_default().push((one, fault));
            }
        }
        for (grade, faults) in by_grade.into_iter().rev() {
            let mut finding = finding(rule, control, grade, &faults, waivers);
            finding.population = decisions.len();
            finding.pack = pack.to_owned();
            finding.derivation.push(derivation(grade, rule, faults.len(), decisions.len(), &occasion));
            findings.push(finding);
        }
    }
    findings
}

fn derivation(grade: Grade, rule: &DecisionRule, faults: usize, all: usize, on: &Occasion) -> String {
    let limit = match rule.id {
        "waiver-blanket" => format!(", with {} at most (profile, judgement)", on.longest),
        _ => String::new(),
    };
    format!(
        "preaudit proposes {grade} (judgement){limit}; {} in {}",
        count(faults, "exception"),
        count(all, "decision")
    )
}

fn finding(
    rule: &DecisionRule,
    control: ControlId,
    grade: Grade,
    faults: &[(&Decision<'_>, Fault)],
    waivers: &Waivers<'_>,
) -> Finding {
    let about = if grade == Grade::Opportunity { "opportunity" } else { "" };
    let statement = match faults {
        [(_, only)] => only.says.clone(),
        _ => format!("{}: {}", rule.title, count(faults.len(), "decision")),
    };
    let observed = |(at, (one, fault)): (usize, &(&Decision<'_>, Fault))| Observed {
        id: fingerprint::observation(rule.id, &one.to_string()),
        subject: one.to_string(),
        owner: Some(one.owner.to_owned()).filter(|owner| !owner.is_empty()),
        statement: fault.says.clone(),
        places: vec![at],
    };
    Finding {
        id: fingerprint::finding(control, rule.id, about),
        state: grade.into(),
        rule: rule.id.to_owned(),
        control,
        requirements: vec![control.as_requirement()],
        title: rule.title.to_owned(),
        statement,
        exceptions: faults.len(),
        population: 0,
        undecidable: 0,
        places: faults.iter().map(|(one, fault)| place(one, fault, waivers)).collect(),
        observations: faults.iter().enumerate().map(observed).collect(),
        derivation: Vec::new(),
        basis: Basis::Judgement,
        help: rule.help.to_owned(),
        ask: Some("Who accepted this risk, and when is it looked at again?".to_owned()),
        contains: Vec::new(),
        contained_in: None,
        overruled: None,
        pack: String::new(),
        evidence: waivers.exhibit().into_iter().collect(),
    }
}

fn place(one: &Decision<'_>, fault: &Fault, waivers: &Waivers<'_>) -> Place {
    waivers.labelled(&fault.at, &format!("this {}", one.word))
}

/// What became of waivers, and of overrides.
pub(super) fn tally(waivers: &Waivers<'_>, profile: &Profile, as_of: Date) -> [DecisionTally; 2] {
    let occasion = Occasion { as_of, longest: profile.waiver_longest };
    let decisions = waivers.decisions();
    let of = |word: &str| {
        let mut tally = DecisionTally::default();
        for one in decisions.iter().filter(|one| one.word == word) {
            tally.stated += 1;
            tally.applied += usize::from(one.is_used);
            tally.unapproved += usize::from(unapproved(one, &occasion).is_some());
            tally.expired += usize::from(expired(one, &occasion).is_some());
            tally.blanket += usize::from(blanket(one, &occasion).is_some());
            tally.unused += usize::from(unused(one, &occasion).is_some());
        }
        tally
    };
    [of("waiver"), of("override")]
}
