//! Findings of one rule: what it proposes, what the ratio makes of it, what people say.

use super::repeat::{Suspect, escalate};
use super::waiver::{Waivers, overruled, waived};
use super::{Grader, fingerprint};
use crate::control_id::ControlId;
use crate::evaluate::{Outcome, Seen, distinct};
use crate::evidence::{Override, Waiver};
use crate::finding::{Basis, Finding, Grade, Observed, State, count};
use crate::pack::{Form, ParamKind, Rule};
use crate::place::Place;
use crate::plan::{Planned, Setpoint};
use std::collections::BTreeMap;

/// Places that one finding keeps; the others are in the count of its exceptions.
const PLACES: usize = 1_000;

/// Exceptions that become one finding: of one control where the rule says so, lapses apart from
/// opportunities.
#[derive(Default)]
struct Draft<'o> {
    control: Option<ControlId>,
    is_opportunity: bool,
    seen: Vec<&'o Seen>,
    /// Exceptions that were counted and not kept.
    more: usize,
}

impl Grader<'_> {
    /// The findings of one rule, lapses before opportunities.
    pub(super) fn draft(
        &self,
        index: usize,
        planned: &Planned,
        outcome: &Outcome,
        waivers: &mut Waivers<'_>,
    ) -> Vec<Finding> {
        let applicable: Vec<ControlId> = self
            .plan
            .checks
            .iter()
            .filter(|check| check.rule == index && check.exclusion.is_none())
            .map(|check| check.control)
            .collect();
        let controls: Vec<ControlId> =
            planned.rule().controls.iter().copied().filter(|control| applicable.contains(control)).collect();
        drafts(planned.rule(), outcome)
            .into_iter()
            .filter_map(|draft| {
                let against = match draft.control {
                    Some(control) => controls.iter().copied().filter(|known| *known == control).collect(),
                    None => controls.clone(),
                };
                (!against.is_empty()).then(|| self.finding(planned, outcome, &draft, &against, waivers))
            })
            .collect()
    }

    fn finding(
        &self,
        planned: &Planned,
        outcome: &Outcome,
        draft: &Draft<'_>,
        against: &[ControlId],
        waivers: &mut Waivers<'_>,
    ) -> Finding {
        let rule = planned.rule();
        let control = against[0];
        let (stands, waiver) = split(draft, rule, control, waivers);
        let seen = if stands.is_empty() { &draft.seen } else { &stands };
        let exceptions = distinct(seen.iter().copied()) + draft.more;
        let mut finding = Finding {
            id: fingerprint::finding(control, &rule.id, about(draft.is_opportunity)),
            state: State::Opportunity,
            rule: rule.id.clone(),
            control,
            requirements: against.iter().map(|control| control.as_requirement()).collect(),
            title: rule.title.clone(),
            statement: self.statement(rule, outcome, draft, seen, exceptions),
            exceptions,
            population: outcome.population,
            undecidable: outcome.undecidable,
            places: Vec::new(),
            observations: Vec::new(),
            derivation: Vec::new(),
            basis: rule.basis,
            help: rule.help.clone(),
            ask: rule.ask.clone(),
            contains: Vec::new(),
            contained_in: None,
            overruled: None,
            pack: self
                .packs
                .pack_of(&rule.id)
                .map(|pack| format!("{} {}", pack.id, pack.version))
                .unwrap_or_default(),
            evidence: self.exhibits_of(planned),
        };
        // What is waived needs no grade, and a grade of lapses is none of what could be better.
        let is_lapse = !draft.is_opportunity || rule.grade == Grade::Opportunity;
        let is_waived = waiver.is_some() && stands.is_empty();
        let overruling = if is_lapse && !is_waived { waivers.overruling(&rule.id, control) } else { None };
        let decided = decided(waiver, overruling, waivers);
        place(&mut finding, seen, &sentences(planned).into_iter().chain(&decided).collect::<Vec<_>>());
        let grade = self.computed(planned, draft, seen, &mut finding);
        let grade = self.in_view_of_the_past(grade, &mut finding);
        finding.state = grade.into();
        if let Some(waiver) = waiver {
            let gone = distinct(draft.seen.iter().copied()) - distinct(stands.iter().copied());
            accept(&mut finding, waiver, grade, gone, stands.is_empty());
        }
        if let Some(one) = overruling {
            finding.overruled = Some(finding.state);
            finding.derivation.push(overruled(one, grade));
            finding.state = one.grade.into();
        }
        finding
    }

    /// The grade by proposal and ratio, with the steps that lead there.
    fn computed(&self, planned: &Planned, draft: &Draft<'_>, seen: &[&Seen], finding: &mut Finding) -> Grade {
        let rule = planned.rule();
        let proposed = seen.iter().map(|one| one.grade.unwrap_or(rule.grade)).max().unwrap_or(rule.grade);
        let (exceptions, population) = (finding.exceptions, finding.population);
        // Any other grade than the rule's own is what the rule makes of the case.
        let regraded =
            rule.regraded().filter(|_| proposed == rule.grade && rule.grade != rule.declared_grade);
        let basis = if proposed == rule.grade { rule.basis } else { Basis::Judgement };
        let own = if regraded.is_some() { rule.declared_grade } else { proposed };
        finding.derivation.push(format!("the rule proposes {own} ({basis})"));
        finding.derivation.extend(
            regraded.map(|overlay| format!("pack {} makes it {proposed}: {}", overlay.pack, overlay.reason)),
        );
        finding.derivation.extend(limits(planned));
        for grace in graces(seen) {
            let length = planned.params.get(&grace).map_or(grace, |set| set.value.to_string());
            finding.derivation.push(format!("inside the grace of {length}"));
        }
        let ratio = rule.ratio.filter(|_| population > 0 && proposed < Grade::Major && !draft.is_opportunity);
        let Some(ratio) = ratio else {
            finding.derivation.push(self.counted(rule, exceptions, population));
            return proposed;
        };
        let limit = ratio.major_above * self.plan.profile.ratio_factor;
        let share = share(exceptions, population);
        let figures = format!("{} ({exceptions} of {population})", percent(share));
        if share > limit {
            finding.derivation.push(format!(
                "{figures}, more than {} ({}): {proposed} becomes major",
                percent(limit),
                ratio.basis
            ));
            return Grade::Major;
        }
        finding.derivation.push(format!("{figures}, not more than {} ({})", percent(limit), ratio.basis));
        proposed
    }

    /// The grade, or a major where the finding was closed before and is back.
    fn in_view_of_the_past(&self, grade: Grade, finding: &mut Finding) -> Grade {
        let (id, rule, as_of) = (finding.id.as_str(), finding.rule.as_str(), self.plan.as_of);
        let suspect = Suspect { id, control: finding.control, rule, as_of };
        let (grade, says) = escalate(grade, &suspect, self.past, self.plan.profile.repeat_within);
        let (grade, late) = self.past.promises.hold(grade, id, as_of);
        finding.derivation.extend(says.into_iter().chain(late));
        grade
    }

    /// Exceptions and population. Of logs the population are records, whatever the cases are.
    fn counted(&self, rule: &Rule, exceptions: usize, population: usize) -> String {
        match &rule.form {
            Form::Scan(scan) if scan.gap.is_none() && scan.expect.is_none() => {
                let records = self.packs.kinds.get(&scan.from).map_or("records", |kind| kind.title.as_str());
                format!("{} in {population} {records}", count(exceptions, "case"))
            }
            _ => format!("{} in a population of {population}", count(exceptions, "exception")),
        }
    }

    /// One sentence on what is wrong: the rule's own, the only exception's, or a count.
    fn statement(
        &self,
        rule: &Rule,
        outcome: &Outcome,
        draft: &Draft<'_>,
        seen: &[&Seen],
        exceptions: usize,
    ) -> String {
        if let ([only], 1) = (seen, exceptions) {
            return only.statement.clone();
        }
        let own = outcome.statement.as_ref().filter(|_| draft.control.is_none() && !draft.is_opportunity);
        if let Some(own) = own {
            return own.clone();
        }
        let graced = if graces(seen).is_empty() { "" } else { ", inside the grace" };
        let among = match &rule.form {
            Form::Each(each) => each.first().map(|each| &each.from),
            Form::Scan(scan) if scan.expect.is_none() => Some(&scan.from),
            Form::Scan(_) | Form::Judge => None,
        };
        let among = among.and_then(|kind| self.packs.kinds.get(kind)).map(|kind| kind.title.as_str());
        match (&rule.form, among) {
            (Form::Each(_), Some(title)) => {
                format!("{}: {exceptions} of {} {title}{graced}", rule.title, outcome.population)
            }
            (_, Some(title)) => {
                format!("{}: {} in {} {title}", rule.title, count(exceptions, "case"), outcome.population)
            }
            _ => format!("{}: {exceptions} of {}{graced}", rule.title, outcome.population),
        }
    }
}

/// What tells findings of one rule against one control apart.
pub(super) fn about(is_opportunity: bool) -> &'static str {
    if is_opportunity { "opportunity" } else { "" }
}

/// The exceptions of an outcome, as they become findings.
fn drafts<'o>(rule: &Rule, outcome: &'o Outcome) -> Vec<Draft<'o>> {
    let mut drafts: BTreeMap<(bool, Option<ControlId>), Draft<'o>> = BTreeMap::new();
    for seen in &outcome.observations {
        let is_opportunity = seen.is_opportunity(rule.grade);
        let draft = drafts.entry((is_opportunity, seen.control)).or_default();
        (draft.control, draft.is_opportunity) = (seen.control, is_opportunity);
        draft.seen.push(seen);
    }
    let all = [(false, outcome.exceptions.lapses), (true, outcome.exceptions.opportunities)];
    for (is_opportunity, exceptions) in all {
        let mut same: Vec<&mut Draft<'o>> =
            drafts.values_mut().filter(|draft| draft.is_opportunity == is_opportunity).collect();
        let kept: usize = same.iter().map(|draft| distinct(draft.seen.iter().copied())).sum();
        if let Some(first) = same.first_mut() {
            first.more = exceptions.saturating_sub(kept);
        }
    }
    drafts.into_values().collect()
}

/// The exceptions that stand, and a waiver when one applies to the others.
fn split<'o, 'w>(
    draft: &Draft<'o>,
    rule: &Rule,
    control: ControlId,
    waivers: &mut Waivers<'w>,
) -> (Vec<&'o Seen>, Option<&'w Waiver>) {
    let mut stands = Vec::new();
    let mut applied = None;
    for seen in &draft.seen {
        match waivers.waiver(&rule.id, control, &seen.subject) {
            Some(waiver) => applied = Some(waiver),
            None => stands.push(*seen),
        }
    }
    (stands, applied)
}

/// Notes a waiver of all exceptions, which then stands for the grade, or of some of them.
fn accept(finding: &mut Finding, waiver: &Waiver, grade: Grade, gone: usize, is_whole: bool) {
    let says = waived(waiver, grade);
    if is_whole {
        finding.state = State::Waived;
        finding.derivation.push(says);
    } else {
        finding.derivation.push(format!("{gone} more are {says}"));
    }
}

/// Where `preaudit.toml` waives or overrules a finding: its second end.
fn decided(waiver: Option<&Waiver>, overruling: Option<&Override>, waivers: &Waivers<'_>) -> Vec<Place> {
    let waived =
        waiver.map(|one| waivers.labelled(&one.range, &format!("waived here until {}", one.expires)));
    let overruled =
        overruling.map(|one| waivers.labelled(&one.range, &format!("overruled here to {}", one.grade)));
    waived.into_iter().chain(overruled).collect()
}

/// Sentences of the organization's own that set the limits of a rule, each once.
fn sentences(planned: &Planned) -> Vec<&Place> {
    let mut sentences: Vec<&Place> = planned.params.values().filter_map(|set| set.says.as_ref()).collect();
    sentences.dedup();
    sentences
}

/// Writes exceptions and their places into a finding, with the first the sentences that they break.
fn place(finding: &mut Finding, seen: &[&Seen], sentences: &[&Place]) {
    for (at, one) in seen.iter().enumerate() {
        let room = PLACES.saturating_sub(finding.places.len());
        let first = finding.places.len();
        let sentences = sentences.iter().copied().filter(|_| at == 0);
        finding.places.extend(one.places.iter().chain(sentences).take(room).cloned());
        finding.observations.push(Observed {
            id: fingerprint::observation(&finding.rule, &one.subject),
            subject: one.subject.clone(),
            owner: one.owner.clone(),
            statement: one.statement.clone(),
            places: (first..finding.places.len()).collect(),
        });
    }
}

/// The limits that a rule works with, and who set them; patterns and lists say little here.
fn limits(planned: &Planned) -> Option<String> {
    let limit = |(name, set): (&String, &Setpoint)| {
        let param = planned.rule().params.get(name)?;
        let is_limit = matches!(param.kind, ParamKind::Duration | ParamKind::Integer | ParamKind::Number);
        (is_limit || set.says.is_some())
            .then(|| format!("{name} {} ({}, set by {})", set.value, param.basis, set.set_by))
    };
    let limits: Vec<String> = planned.params.iter().filter_map(limit).collect();
    (!limits.is_empty()).then(|| format!("with {}", limits.join(", ")))
}

/// The graces that exceptions lie in, each once.
fn graces(seen: &[&Seen]) -> Vec<String> {
    let mut graces: Vec<String> = seen.iter().filter_map(|one| one.grace.clone()).collect();
    graces.sort();
    graces.dedup();
    graces
}

#[expect(clippy::cast_precision_loss, reason = "shares of counted records")]
fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole as f64
}

fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
