//! Closes what conforms on newer evidence, and says of the rest why it stays open.
//!
//! The report decides, and only what it concluded: a rule that could not look closes nothing.

use super::action::{Action, CapFile, Outcome, Record, Status, said};
use super::record::{self, Entry, action_table, parse, set};
use crate::code::Code;
use crate::finding::{Check, Diagnostic, Exhibit, Finding, State, count};
use crate::grade::{SYSTEMIC, is_own};
use crate::pack::{Packs, Shape, hex};
use crate::report::Report;
use crate::toml_text;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use toml_edit::{DocumentMut, Table};

/// Places of a finding, and files, that a record names; its digest is over all files.
const NAMED: usize = 50;

/// What verifying gave of one action.
#[derive(Clone, Debug)]
pub struct Look {
    /// Id of the finding.
    pub finding: String,
    /// The rule that was asked again.
    pub rule: String,
    /// What comes of it; nothing where a closed action stays closed.
    pub outcome: Option<Outcome>,
    /// True when the evidence shows that it fails, and not only that nothing was seen.
    pub fails: bool,
    /// True when nothing was concluded.
    pub unseen: bool,
    /// Why, in words.
    pub why: String,
    on: Date,
    evidence: String,
    files: Vec<String>,
    seen: Vec<String>,
}

/// What a report says of one action.
enum Standing<'r> {
    Conforms(Vec<&'r Check>),
    Fails(String, Vec<&'r Finding>),
    /// Nothing was concluded.
    Unseen(String),
}

/// Holds every action of a plan against a report on newer evidence; `workspace` is the configuration
/// that the report was made under. The looks stand in the order of the actions.
///
/// # Errors
/// When the report names no day.
pub fn verify(
    file: &CapFile,
    report: &Report,
    packs: &Packs,
    workspace: Option<&Exhibit>,
) -> Result<Vec<Look>, Vec<Diagnostic>> {
    let on: Date = report.as_of.parse().map_err(|_| {
        vec![Diagnostic::error(Code::InvalidCap, format!("the report is of no day: {}", report.as_of))]
    })?;
    Ok(file.actions.iter().map(|action| look(action, on, report, packs, workspace)).collect())
}

fn look(action: &Action, on: Date, report: &Report, packs: &Packs, workspace: Option<&Exhibit>) -> Look {
    let standing = if on < action.raised_on() {
        Standing::Unseen(format!("judged as of {on}, before it was raised on {}", action.raised_on()))
    } else if action.rule.get_ref() == SYSTEMIC {
        systemic(action, report)
    } else if is_own(action.rule.get_ref()) {
        decision(action, report, workspace.is_some())
    } else {
        standing(action, report)
    };
    let is_closed = *action.status.get_ref() == Status::Closed && closed_by_record(action);
    let (outcome, why) = outcome(action, &standing, is_closed);
    let exhibits = exhibits(action, report, packs, workspace);
    Look {
        finding: action.finding.get_ref().clone(),
        rule: action.rule.get_ref().clone(),
        outcome,
        fails: matches!(standing, Standing::Fails(..)),
        unseen: matches!(standing, Standing::Unseen(_)),
        why,
        on,
        evidence: digest(&exhibits),
        files: named(exhibits.iter().map(line).collect(), "more files"),
        seen: seen(&standing),
    }
}

/// True when verifying closed it, and not a person.
fn closed_by_record(action: &Action) -> bool {
    action.record.last().is_some_and(|record| record.result == Outcome::Closed)
}

/// What comes of an action. ISO/IEC 27001:2022, 10.2 b and c: what conforms again without a cause and an
/// action was corrected, and may come back.
fn outcome(action: &Action, standing: &Standing<'_>, is_closed: bool) -> (Option<Outcome>, String) {
    match standing {
        Standing::Conforms(checks) if is_closed => (None, format!("still conforms: {}", concluded(checks))),
        Standing::Unseen(why) if is_closed => (None, format!("closed, and not looked at this time: {why}")),
        Standing::Fails(why, _) if is_closed => (Some(Outcome::Reopened), format!("fails again: {why}")),
        Standing::Conforms(checks) => match unsaid(action) {
            Some(key) => {
                let why = format!("it conforms ({}), and the plan has no `{key}`", concluded(checks));
                (Some(Outcome::StaysOpen), why)
            }
            None => (Some(Outcome::Closed), format!("conforms: {}", concluded(checks))),
        },
        Standing::Fails(why, _) => (Some(Outcome::StaysOpen), format!("fails: {why}")),
        Standing::Unseen(why) => (Some(Outcome::StaysOpen), format!("not concluded: {why}")),
    }
}

/// What a plan must say before an action can be closed.
fn unsaid(action: &Action) -> Option<&'static str> {
    let needs = [
        ("root_cause", &action.root_cause),
        ("corrective_action", &action.corrective_action),
        ("owner", &action.owner),
    ];
    needs.into_iter().find(|(_, words)| said(words).is_none()).map(|(key, _)| key)
}

fn concluded(checks: &[&Check]) -> String {
    if checks.is_empty() {
        return "no decision in preaudit.toml is against it".to_owned();
    }
    let of =
        |check: &&Check| format!("{} ({})", check.control.as_requirement(), count(check.records, "record"));
    checks.iter().map(of).collect::<Vec<_>>().join(", ")
}

/// What the report says of the finding of a rule.
fn standing<'r>(action: &Action, report: &'r Report) -> Standing<'r> {
    let (id, rule) = (action.finding.get_ref(), action.rule.get_ref());
    let against =
        |control: crate::control_id::ControlId| action.requirements.contains(&control.as_requirement());
    let open: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|one| one.state.is_nonconformity())
        .filter(|one| one.id == *id || (one.rule == *rule && against(one.control)))
        .collect();
    if let Some(first) = open.first() {
        return Standing::Fails(first.statement.clone(), open);
    }
    let checks: Vec<&Check> =
        report.checks.iter().filter(|check| check.rule == *rule && against(check.control)).collect();
    conclusion(rule, checks)
}

/// Conformity, when every check that applies came to it. An opportunity misses no requirement; where it
/// has a reason, that says what keeps the rule from concluding more.
fn conclusion<'r>(rule: &str, checks: Vec<&'r Check>) -> Standing<'r> {
    if checks.is_empty() {
        return Standing::Unseen(format!(
            "{rule} was not asked: the stage, the controls or the pack leave it out"
        ));
    }
    let applies: Vec<&Check> =
        checks.into_iter().filter(|check| check.state != State::NotApplicable).collect();
    if applies.is_empty() {
        return Standing::Unseen("the statement of applicability excludes it now".to_owned());
    }
    let conforms = |check: &Check| match check.state {
        State::Conformity => true,
        State::Opportunity => check.reason.is_none(),
        _ => false,
    };
    match applies.iter().find(|check| !conforms(check)) {
        None => Standing::Conforms(applies),
        Some(check) => {
            let reason = check.reason.clone().unwrap_or_else(|| "no conformity was concluded".to_owned());
            Standing::Unseen(format!("{} is {}: {reason}", check.control.as_requirement(), check.state))
        }
    }
}

/// A systemic failure is over when it is not found any more, and every rule behind it came to a word:
/// one that lost its evidence has not become fewer lapses.
fn systemic<'r>(action: &Action, report: &'r Report) -> Standing<'r> {
    let id = action.finding.get_ref();
    if let Some(finding) = report.findings.iter().find(|one| one.id == *id) {
        return Standing::Fails(finding.statement.clone(), vec![finding]);
    }
    if action.lapses.is_empty() {
        return Standing::Unseen("`lapses` names none of the rules behind it".to_owned());
    }
    let mut seen = Vec::new();
    for rule in &action.lapses {
        let of = report.checks.iter().filter(|check| check.rule == *rule);
        let checks: Vec<&Check> = of.filter(|check| check.control == *action.control.get_ref()).collect();
        let unseen = |check: &&Check| {
            matches!(check.state, State::NotEvaluated | State::NotApplicable | State::Faulted | State::Waived)
        };
        if checks.is_empty() || checks.iter().any(unseen) {
            return Standing::Unseen(format!("{rule}, which is behind it, came to no word"));
        }
        seen.extend(checks);
    }
    Standing::Conforms(seen)
}

/// Decisions are looked at whenever there is a `preaudit.toml`, and leave a check only where they are wrong.
fn decision<'r>(action: &Action, report: &'r Report, is_configured: bool) -> Standing<'r> {
    let same = |one: &&Finding| one.rule == *action.rule.get_ref() && one.state.is_nonconformity();
    match report.findings.iter().find(same) {
        Some(finding) => Standing::Fails(finding.statement.clone(), vec![finding]),
        None if is_configured => Standing::Conforms(Vec::new()),
        None => Standing::Unseen("there is no preaudit.toml".to_owned()),
    }
}

/// The files that a rule looks at, and the configuration, each once.
fn exhibits(action: &Action, report: &Report, packs: &Packs, workspace: Option<&Exhibit>) -> Vec<Exhibit> {
    let rules = action.lapses.iter().chain([action.rule.get_ref()]).filter_map(|rule| packs.rule(rule));
    let kinds: BTreeSet<&str> =
        rules.flat_map(|rule| rule.uses.iter().chain(&rule.may_use)).map(String::as_str).collect();
    let is_events = |kind: &str| packs.kinds.get(kind).is_some_and(|kind| kind.shape == Shape::Events);
    let of_logs = kinds.iter().any(|kind| is_events(kind));
    let files = report.evidence.iter().filter(|seen| match &seen.source {
        Some(_) => of_logs,
        None => seen.kind.as_deref().is_some_and(|kind| kinds.contains(kind)),
    });
    let files = files.map(|seen| Exhibit { file: seen.file.clone(), sha256: seen.sha256.clone() });
    let all: BTreeSet<Exhibit> = files.chain(workspace.cloned()).collect();
    all.into_iter().collect()
}

fn line(exhibit: &Exhibit) -> String {
    format!("{}  {}", exhibit.sha256, exhibit.file)
}

/// SHA-256 over a line for each file, as `sha256sum` prints them.
fn digest(exhibits: &[Exhibit]) -> String {
    let mut hash = Sha256::new();
    exhibits.iter().for_each(|exhibit| hash.update(line(exhibit) + "\n"));
    format!("sha256:{}", hex(&hash.finalize()))
}

/// The first of many, and how many more there are.
fn named(mut all: Vec<String>, noun: &str) -> Vec<String> {
    let more = all.len().saturating_sub(NAMED);
    all.truncate(NAMED);
    if more > 0 {
        all.push(format!("and {more} {noun}"));
    }
    all
}

fn seen(standing: &Standing<'_>) -> Vec<String> {
    match standing {
        Standing::Conforms(checks) => checks
            .iter()
            .map(|check| {
                format!(
                    "{}: {}, {}",
                    check.control.as_requirement(),
                    check.state,
                    count(check.records, "record")
                )
            })
            .collect(),
        Standing::Fails(_, findings) => {
            let places = findings.iter().flat_map(|finding| &finding.places).map(ToString::to_string);
            named(places.collect(), "more places")
        }
        Standing::Unseen(_) => Vec::new(),
    }
}

/// The text of a plan with what verifying gave; all else stays as people wrote it.
///
/// # Errors
/// When the plan cannot be written into.
pub fn write(file: &CapFile, looks: &[Look]) -> Result<String, Vec<Diagnostic>> {
    let mut document = parse(&file.source)?;
    for (at, (action, look)) in file.actions.iter().zip(looks).enumerate() {
        let Some(outcome) = look.outcome else { continue };
        let table = table_of(&mut document, at, file, action)?;
        enter(table, action, look, outcome);
    }
    Ok(document.to_string())
}

fn table_of<'d>(
    document: &'d mut DocumentMut,
    at: usize,
    file: &CapFile,
    action: &Action,
) -> Result<&'d mut Table, Vec<Diagnostic>> {
    action_table(document, at).ok_or_else(|| {
        let place = file.place(action.finding.span(), "this action");
        let message = "an action is written under its own `[[action]]`, so that records can follow it";
        vec![Diagnostic::error(Code::InvalidCap, message).at(place)]
    })
}

fn enter(table: &mut Table, action: &Action, look: &Look, outcome: Outcome) {
    let status = match outcome {
        Outcome::Closed => Some(Status::Closed),
        Outcome::Reopened => Some(Status::Open),
        // Only verifying closes; what a person closed is open as long as it is not verified.
        Outcome::StaysOpen => (*action.status.get_ref() == Status::Closed).then_some(Status::Open),
    };
    if let Some(status) = status {
        set(table, "status", status.name().into());
    }
    if look.fails {
        table.remove("gone_since");
    }
    let entry = Entry {
        on: look.on,
        result: outcome,
        why: look.why.clone(),
        evidence: look.evidence.clone(),
        files: look.files.clone(),
        seen: look.seen.clone(),
    };
    // Looks that change nothing leave one record, the latest; closing and reopening leave one each.
    match action.record.last() {
        Some(last) if is_same(last, &entry) => {}
        Some(last) if last.result == Outcome::StaysOpen && outcome == Outcome::StaysOpen => {
            record::replace_last(table, &entry);
        }
        _ => record::append(table, &entry),
    }
}

fn is_same(last: &Record, entry: &Entry) -> bool {
    let last_on = toml_text::day(last.on.get_ref());
    (last.result, &last.why, &last.evidence, last_on)
        == (entry.result, &entry.why, &entry.evidence, Some(entry.on))
}

impl Look {
    /// Looks by what came of them, for a summary: closed, reopened, staying open, staying closed.
    pub fn tally(looks: &[Self]) -> BTreeMap<&'static str, usize> {
        let mut tally = BTreeMap::new();
        for look in looks {
            *tally.entry(look.outcome.map_or("stays-closed", Outcome::name)).or_default() += 1;
        }
        tally
    }
}
