//! The plan: which rules look at what, which checks that makes, and what the logs are asked.
//!
//! Everything that can be known before any rule runs is decided here: parameters, applicability,
//! missing evidence. What is left to do is independent, rule by rule, and can run side by side.

mod expected;
mod length;
mod look;
mod setpoint;

pub use expected::expected_rows;
pub use look::{EachLook, GroupLook, GroupQuestions};
pub use setpoint::Setpoint;

use crate::applicability::{Applicability, Exclusion};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::evidence::{Evidence, Row, Unfit};
use crate::finding::Diagnostic;
use crate::pack::{self, Compare, Expression, Form, Join, Length, Packs, Profile, Rule, Shape};
use crate::scan::{self, Comparing, Condition, JoinWith, Sighting};
use crate::script::{Compiled, CompiledRule, Params, Rules, Setting};
use crate::stage::Stage;
use crate::time::{Duration, Time};
use crate::world::World;
use jiff::civil::Date;
use length::length;
use setpoint::sentence;
use std::collections::BTreeMap;
use std::sync::Arc;

/// What is to be done.
pub struct Plan {
    /// The rules, in the order of their first controls and then of their names.
    pub rules: Vec<Planned>,
    /// What the logs are asked; the rules name their scan by its index.
    pub scans: Vec<scan::Scan>,
    /// Every control with every rule that is written against it, in order.
    pub checks: Vec<PlannedCheck>,
    /// The times between which records of logs count.
    pub window: scan::Window,
    /// How strictly to grade.
    pub profile: Profile,
    /// The day of judgement.
    pub as_of: Date,
    /// The audit that is prepared.
    pub stage: Stage,
}

/// One control looked at by one rule.
#[derive(Clone, Debug)]
pub struct PlannedCheck {
    /// The control.
    pub control: ControlId,
    /// Index of the rule.
    pub rule: usize,
    /// Why the control does not apply, when it does not.
    pub exclusion: Option<Exclusion>,
}

/// One rule, ready to run.
pub struct Planned {
    /// The rule and its script.
    pub compiled: CompiledRule,
    /// Its parameters and the day of judgement.
    pub setting: Arc<Setting>,
    /// Its parameters with where each value comes from.
    pub params: BTreeMap<String, Setpoint>,
    /// What it does.
    pub look: Look,
    /// Why it can conclude no conformity, whatever it sees.
    pub unfit: Vec<Unfit>,
    /// Kinds it needs and that are not there.
    pub missing: Vec<String>,
    /// Rows of its kinds that cannot be read.
    pub set_aside: usize,
}

/// What a rule does.
pub enum Look {
    /// Nothing: all its controls are excluded.
    Excluded,
    /// Nothing: it has no evidence.
    Starved,
    /// Nothing: nobody knows one of its limits, for the reason given.
    Unfounded(String),
    /// Nothing: it is broken.
    Broken(Diagnostic),
    /// Looks at each row.
    Each(Vec<EachLook>),
    /// Judges whole tables, and the groups of a scan where it has one.
    Judge(Option<usize>),
    /// Looks at the groups of a scan.
    Groups(Box<GroupLook>),
}

impl Plan {
    /// What the logs are asked.
    pub fn inquiry<'a>(
        &'a self,
        packs: &'a Packs,
        evidence: &'a Evidence,
        world: &'a dyn World,
    ) -> scan::Inquiry<'a> {
        let scans = self.scans.iter().collect();
        scan::Inquiry {
            scans,
            evidence,
            fields: &packs.event_fields,
            window: self.window,
            world,
            watch: None,
        }
    }
}

impl Planned {
    /// The rule.
    pub fn rule(&self) -> &Rule {
        &self.compiled.rule
    }
}

/// When, for which audit and how strictly.
#[derive(Clone, Copy)]
pub struct Occasion<'a> {
    /// The day of judgement.
    pub as_of: Date,
    /// The audit that is prepared.
    pub stage: Stage,
    /// How strictly to grade.
    pub profile: &'a Profile,
    /// What is outside: a stranger's rule may have to be asked which rows it expects in the logs.
    pub world: &'a dyn World,
}

/// Draws up the plan: of all rules, those that the stage of the audit looks at.
pub fn draw_up(
    packs: &Packs,
    rules: &Rules,
    applicability: &Applicability,
    evidence: &Evidence,
    occasion: &Occasion<'_>,
) -> Plan {
    let Occasion { as_of, stage, profile, world } = *occasion;
    let drafter = Drafter { packs, rules, evidence, as_of, profile, world };
    let part = &evidence.workspace.audit.controls;
    let mut order: Vec<&CompiledRule> = rules.list.iter().collect();
    order.sort_by(|a, b| (a.rule.controls.first(), &a.rule.id).cmp(&(b.rule.controls.first(), &b.rule.id)));
    let mut plan = Plan {
        rules: Vec::new(),
        scans: Vec::new(),
        checks: Vec::new(),
        window: window(evidence, as_of),
        profile: profile.clone(),
        as_of,
        stage,
    };
    let is_of_stage = |rule: &Rule| !stage.is_of_documents() || packs.is_of_documents(rule);
    for compiled in order.into_iter().filter(|compiled| is_of_stage(&compiled.rule)) {
        let index = plan.rules.len();
        let check = |control: &ControlId| PlannedCheck {
            control: *control,
            rule: index,
            exclusion: applicability.exclusion(*control).cloned(),
        };
        let looked_at = compiled.rule.controls.iter().filter(|control| stage.looks_at(**control, part));
        let checks: Vec<PlannedCheck> = looked_at.map(check).collect();
        if checks.is_empty() {
            continue;
        }
        let is_excluded = checks.iter().all(|check| check.exclusion.is_some());
        plan.rules.push(drafter.draft(compiled, is_excluded, &mut plan.scans));
        plan.checks.extend(checks);
    }
    plan.checks.sort_by_key(|check| (check.control, check.rule));
    plan
}

/// The audit's window: so far back from the day of judgement, and nothing behind that day.
fn window(evidence: &Evidence, as_of: Date) -> scan::Window {
    let length =
        evidence.workspace.audit.window.as_ref().and_then(|window| window.get_ref().parse::<Duration>().ok());
    let until = Time::Day(as_of);
    scan::Window { from: length.map(|length| until.plus(length.negated())), until: Some(until) }
}

struct Drafter<'a> {
    packs: &'a Packs,
    rules: &'a Rules,
    evidence: &'a Evidence,
    as_of: Date,
    profile: &'a Profile,
    world: &'a dyn World,
}

impl Drafter<'_> {
    fn draft(&self, compiled: &CompiledRule, is_excluded: bool, scans: &mut Vec<scan::Scan>) -> Planned {
        let rule = &compiled.rule;
        let params: BTreeMap<String, Setpoint> = rule
            .params
            .iter()
            .map(|(name, param)| {
                (name.clone(), Setpoint::of((rule, name, param), self.evidence, self.profile))
            })
            .collect();
        let unfounded =
            rule.params.keys().find_map(|name| sentence(rule, name, self.evidence)?.as_ref().err());
        let values = params.iter().map(|(name, set)| (name.clone(), set.value.clone())).collect();
        let setting = Arc::new(Setting {
            names: Arc::clone(&self.rules.names),
            params: Params::of(&values),
            as_of: Time::Day(self.as_of),
            is_stranger: compiled.is_stranger,
        });
        let missing: Vec<String> = rule.uses.iter().filter(|kind| !self.is_there(kind)).cloned().collect();
        let look = if is_excluded {
            Look::Excluded
        } else if !missing.is_empty() {
            Look::Starved
        } else if let Some(reason) = unfounded {
            Look::Unfounded(format!("a limit is not certain: {reason}"))
        } else {
            self.look(compiled, &setting, &params, scans).unwrap_or_else(Look::Broken)
        };
        Planned {
            compiled: compiled.clone(),
            setting,
            params,
            look,
            unfit: self.unfit(rule),
            set_aside: rule.uses.iter().map(|kind| self.evidence.set_aside(kind)).sum(),
            missing,
        }
    }

    fn is_events(&self, kind: &str) -> bool {
        self.packs.kinds.get(kind).is_some_and(|kind| kind.shape == Shape::Events)
    }

    /// True when there is anything of a kind. Of logs only their reading shows what they hold.
    fn is_there(&self, kind: &str) -> bool {
        if self.is_events(kind) {
            return !self.evidence.logs.is_empty();
        }
        self.evidence.tables.get(kind).is_some_and(|tables| !tables.is_empty())
    }

    fn unfit(&self, rule: &Rule) -> Vec<Unfit> {
        let Evidence { unfit, stale, .. } = self.evidence;
        let of = |kind: &String| unfit.get(kind).into_iter().chain(stale.get(kind)).flatten().cloned();
        let logs = String::new();
        let mut unfit: Vec<Unfit> = rule.uses.iter().chain(&rule.may_use).flat_map(of).collect();
        if rule.uses.iter().any(|kind| self.is_events(kind)) {
            unfit.extend(of(&logs));
            unfit.extend(of(&"events".to_owned()));
        }
        unfit.sort();
        unfit.dedup();
        unfit
    }

    fn look(
        &self,
        compiled: &CompiledRule,
        setting: &Arc<Setting>,
        params: &BTreeMap<String, Setpoint>,
        scans: &mut Vec<scan::Scan>,
    ) -> Result<Look, Diagnostic> {
        let rule = &compiled.rule;
        match &rule.form {
            Form::Each(_) if compiled.is_stranger => Ok(Look::Each(Vec::new())),
            Form::Each(_) => EachLook::all(rule, setting).map(Look::Each),
            Form::Judge => Ok(Look::Judge(None)),
            Form::Scan(declared) => {
                let index = scans.len();
                let mut scan = self.scan(rule, declared, setting, params)?;
                let mut doubts = Vec::new();
                if let Some(expect) = &declared.expect {
                    let (expected, doubtful) = self.expected(compiled, expect, setting, params)?;
                    (scan.expected, doubts) = (Some(expected), doubtful);
                }
                scans.push(scan);
                if declared.finding.is_none() {
                    return Ok(Look::Judge(Some(index)));
                }
                let questions = if compiled.is_stranger { None } else { GroupQuestions::of(rule, setting)? };
                let expected_at = declared.expect.as_ref().and_then(|expect| self.expected_at(rule, expect));
                Ok(Look::Groups(Box::new(GroupLook { scan: index, questions, doubts, expected_at })))
            }
        }
    }

    fn scan(
        &self,
        rule: &Arc<Rule>,
        declared: &pack::Scan,
        setting: &Arc<Setting>,
        params: &BTreeMap<String, Setpoint>,
    ) -> Result<scan::Scan, Diagnostic> {
        let condition = |expression| {
            let compiled = Compiled::of_records(rule, expression, setting)?;
            native(rule, expression, compiled, setting).map(condition)
        };
        let kind = declared.join.as_ref().and_then(|join| self.packs.kinds.get(&join.to));
        let kind = kind.map(|kind| &**kind);
        let keep = |expression| {
            let compiled = Compiled::of_joined(rule, expression, setting, kind)?;
            native(rule, expression, compiled, setting).map(self::condition)
        };
        let slot = |name: &String| self.packs.event_fields.slot(name);
        let by: Vec<usize> = declared.by.iter().filter_map(slot).collect();
        let then = declared.then.as_ref().map(|then| {
            let by = then.by.iter().filter_map(slot).collect();
            Ok(scan::Then { condition: condition(&then.condition)?, by })
        });
        let wanted = self.wanted(declared, params)?;
        // Without these the groups say nothing; what is only shown of them may be empty.
        let keyed = declared.expect.iter().flat_map(|_| &by);
        let keeps = wanted.distinct.iter().chain(&wanted.sum).chain(keyed);
        Ok(scan::Scan {
            rule: rule.id.clone(),
            declared: self.declared(rule, declared, params),
            category: self.packs.kinds.get(&declared.from).and_then(|kind| kind.category.clone()),
            among: declared.among.as_ref().map(condition).transpose()?,
            condition: declared.condition.as_ref().map(condition).transpose()?,
            join: declared.join.as_ref().and_then(|join| self.join(join)),
            keep: declared.keep.as_ref().map(keep).transpose()?,
            keeps: keeps.fold(0, |bits, slot| bits | 1 << slot),
            by,
            wanted: Arc::new(wanted),
            then: then.transpose()?,
            expected: None,
            skew: declared
                .skew
                .as_ref()
                .and_then(|skew| length(skew, params))
                .transpose()?
                .unwrap_or(self.packs.skew),
        })
    }

    /// All that the tallies of a scan depend on besides records and tables. What is said of groups
    /// is no part of it, nor is the day of judgement where the rule does not ask for it.
    fn declared(&self, rule: &Rule, declared: &pack::Scan, params: &BTreeMap<String, Setpoint>) -> String {
        let kind = self.packs.kinds.get(&declared.from).map(|kind| &kind.category);
        let looked_at = pack::Scan { having: None, finding: None, ..declared.clone() };
        let values: Vec<_> = params.iter().map(|(name, set)| (name, &set.value)).collect();
        let text =
            format!("{} {kind:?} {looked_at:?} {values:?} {:?}", rule.id, self.evidence.workspace.identities);
        if text.contains("as_of") { format!("{text} {}", self.as_of) } else { text }
    }

    /// What a scan keeps of its groups.
    fn wanted(
        &self,
        declared: &pack::Scan,
        params: &BTreeMap<String, Setpoint>,
    ) -> Result<scan::Wanted, Diagnostic> {
        let slot = |name: &String| self.packs.event_fields.slot(name);
        let slots = |names: &[String]| names.iter().filter_map(slot).collect();
        let length = |declared: Option<&Length>| declared.and_then(|one| length(one, params)).transpose();
        Ok(scan::Wanted {
            window: length(declared.window.as_ref())?,
            gap: length(declared.gap.as_ref())?,
            every: length(declared.every.as_ref())?,
            distinct: slots(&declared.distinct),
            sum: declared.sum.as_ref().and_then(slot),
            top: declared.top.as_ref().and_then(|top| slot(&top.field)),
            most: declared.top.as_ref().map_or(0, |top| top.most),
            ends: slots(&declared.ends),
            within: length(declared.then.as_ref().map(|then| &then.within))?,
            limits: scan::Limits::default(),
        })
    }

    fn comparing(&self, compare: Compare) -> Comparing {
        Comparing { compare, identities: self.evidence.workspace.identities.clone() }
    }

    fn join(&self, join: &Join) -> Option<JoinWith> {
        let slot = self.packs.event_fields.slot(&join.record_field)?;
        let tables = self.evidence.tables.get(&join.to).map_or(&[][..], Vec::as_slice);
        Some(JoinWith::new(slot, tables, &join.table_field, self.comparing(join.compare)))
    }
}

/// A condition of a stranger's rule that is asked of every record, when it is native: then it is data, and
/// nobody's program.
fn native(
    rule: &Rule,
    expression: &Expression,
    compiled: Compiled,
    setting: &Setting,
) -> Result<Compiled, Diagnostic> {
    let Err(reason) = compiled.lowered() else { return Ok(compiled) };
    if !setting.is_stranger {
        return Ok(compiled);
    }
    let message = format!("rule {} is not native, and its pack is not trusted: {reason}", rule.id);
    let help =
        "trust the pack in preaudit.toml, or have its author write what `preaudit explain` shows as native";
    let place = rule.text.span(expression.range.clone()).place("asked of every record");
    Err(Diagnostic::error(Code::NotNative, message).help(help).at(place))
}

/// A compiled expression as a scan asks it.
fn condition(compiled: Compiled) -> Condition {
    let predicate = compiled.predicate().cloned().map(Arc::new);
    let slots = compiled.slots();
    let ask = Arc::new(move |sighting: &Sighting<'_, '_>, row: Option<&Row>| {
        compiled.holds_for_record(sighting, row)
    });
    Condition { predicate, slots, ask }
}
