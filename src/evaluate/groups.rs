//! Rules that look at groups of events.

use super::Said;
use super::views::{ends, expected, views};
use crate::finding::Diagnostic;
use crate::pack::{EventFields, Form};
use crate::plan::{GroupLook, GroupQuestions, Plan, Planned};
use crate::scan::{Facts, Mark, Scan, Tally};
use crate::script::{EventPart, GroupView, GroupsHeard, KEPT, Observation, Pointer, Target};

/// Why a scan that dropped something concludes nothing from what it did not see.
pub(super) const OVER: &str = "there were more groups or values than can be held";

/// Asks which of these groups are exceptions, and what to say of the first of them. Where silences count,
/// only a group with one is an exception.
pub(super) fn hear(
    questions: &GroupQuestions,
    views: &[GroupView],
    silences: bool,
) -> Result<GroupsHeard, Diagnostic> {
    let mut heard = GroupsHeard::default();
    for (number, view) in views.iter().enumerate() {
        if !questions.having.as_ref().map_or(Ok(true), |having| having.holds_for_group(view))? {
            continue;
        }
        heard.counted += 1;
        if silences && view.silence.is_none() {
            continue;
        }
        heard.exceptions += 1;
        if heard.kept.len() < KEPT {
            heard.kept.push((number, questions.message.says_of_group(view)?));
        }
    }
    Ok(heard)
}

/// Tells what a rule says of the groups of its scan, which `hear` is asked for. Of bursts and counts the
/// population are the records; of silences it is the groups that `having` counts, of absences the groups
/// that are expected.
pub(super) fn ask(
    planned: &Planned,
    look: &GroupLook,
    (plan, facts): (&Plan, &Facts),
    fields: &EventFields,
    hear: impl FnOnce(&[GroupView], bool) -> Result<GroupsHeard, Diagnostic>,
) -> Result<Said, Diagnostic> {
    let tally = tally(look.scan, facts)?;
    let scan = &plan.scans[look.scan];
    let mut said = undecided(tally);
    said.verdict.population = usize::try_from(tally.population).unwrap_or(usize::MAX);
    said.records = said.verdict.population;
    said.verdict.not_evaluated = nothing(tally, fields);
    let views = views(scan, tally, fields);
    let GroupsHeard { counted, exceptions, kept } = hear(&views, scan.wanted.gap.is_some())?;
    said.verdict.exceptions = exceptions;
    let observed = |(number, statement): (usize, String)| {
        observation(planned, look, scan, views.get(number)?, (statement, fields))
    };
    said.verdict.observations = kept.into_iter().filter_map(observed).collect();
    if scan.wanted.gap.is_some() {
        said.verdict.population = counted;
        if counted == 0 && said.verdict.not_evaluated.is_none() {
            said.verdict.not_evaluated = Some("no log is one that the rule is about".to_owned());
        }
    }
    if scan.expected.is_some() {
        count_expected(&mut said, scan, tally);
        said.undecidable += look.doubts.len();
        said.doubts.clone_from(&look.doubts);
    }
    if said.verdict.exceptions > 0 {
        said.verdict.not_evaluated = None;
    }
    Ok(said)
}

/// Of absences the population is what is expected.
fn count_expected(said: &mut Said, scan: &Scan, tally: &Tally) {
    let population = expected(scan, tally);
    said.verdict.population = population.unwrap_or(said.verdict.population);
    let why = match population {
        None => "more keys and periods are expected than can be held",
        Some(0) => "the evidence names nothing that is expected in the logs",
        Some(_) => return,
    };
    said.verdict.not_evaluated.get_or_insert_with(|| why.to_owned());
}

/// The tally of a scan, unless one of its conditions failed.
pub(super) fn tally(scan: usize, facts: &Facts) -> Result<&Tally, Diagnostic> {
    let tally = &facts.tallies[scan];
    match &tally.failed {
        Some((_, fault)) => Err(fault.clone()),
        None => Ok(tally),
    }
}

pub(super) fn undecided(tally: &Tally) -> Said {
    let pointer = |mark: &Mark| Pointer {
        target: Target::Event(*mark, EventPart::Whole),
        label: "not decidable".to_owned(),
    };
    Said {
        undecidable: usize::try_from(tally.undecidable).unwrap_or(usize::MAX),
        undecided: tally.undecided.iter().map(pointer).collect(),
        ..Said::default()
    }
}

/// Why a scan without a group says nothing.
fn nothing(tally: &Tally, fields: &EventFields) -> Option<String> {
    let starved: Vec<&str> =
        tally.starved().filter_map(|slot| fields.names().get(slot)).map(String::as_str).collect();
    match (tally.seen, tally.outside, tally.population) {
        (0, 0, _) => Some("the logs hold no record of this kind".to_owned()),
        (0, outside, _) => {
            Some(format!("nothing in the audit's window: all {outside} records of this kind lie outside"))
        }
        (_, _, 0) => Some("the logs hold no record that the rule is about".to_owned()),
        _ if !starved.is_empty() => Some(format!("no record has the field {}", starved.join(", "))),
        _ if tally.overflowed => Some(OVER.to_owned()),
        _ => None,
    }
}

fn observation(
    planned: &Planned,
    look: &GroupLook,
    scan: &Scan,
    view: &GroupView,
    (statement, fields): (String, &EventFields),
) -> Option<Observation> {
    let Form::Scan(declared) = &planned.rule().form else { return None };
    let finding = declared.finding.as_ref()?;
    let part = |field: &String| match field.as_str() {
        "time" | "@timestamp" => EventPart::Time,
        name => fields.slot(name).map_or(EventPart::Whole, EventPart::Slot),
    };
    let mut pointers = Vec::new();
    for (end, mark) in ends(view).into_iter().enumerate() {
        for (at, field) in finding.at.iter().enumerate() {
            let label = match (at, end) {
                (0, 0) => statement.clone(),
                (0, _) if view.silence.is_some() => "the next record".to_owned(),
                (0, _) if scan.then.is_some() => "what follows it".to_owned(),
                (0, _) if scan.wanted.window.is_some() && view.distinct.is_some() => {
                    "the last in the window".to_owned()
                }
                (0, _) => format!("the last of {}", view.count),
                _ => field.clone(),
            };
            pointers.push(Pointer { target: Target::Event(mark, part(field)), label });
        }
    }
    pointers.extend(joined(look, &finding.at_join, view, &statement));
    Some(Observation { statement, subject: view.subject(), pointers, ..Observation::default() })
}

/// Where the joined or expected row stands. What was never seen has no other place.
fn joined(look: &GroupLook, fields: &[String], view: &GroupView, statement: &str) -> Vec<Pointer> {
    let Some(row) = &view.joined else {
        let place = look.expected_at.clone().filter(|_| view.ends.is_none());
        let target = place.map(Target::Place);
        return target.into_iter().map(|target| Pointer { target, label: statement.to_owned() }).collect();
    };
    let key = row.table.kind.key.first().cloned().unwrap_or_default();
    let only = [key];
    let fields = if fields.is_empty() && view.ends.is_none() { &only[..] } else { fields };
    let point = |(at, field): (usize, &String)| Pointer {
        target: Target::Field(row.clone(), field.clone()),
        label: if at == 0 && view.ends.is_none() { statement.to_owned() } else { field.replace('_', " ") },
    };
    fields.iter().enumerate().map(point).collect()
}
