//! Rules that look at groups of events.

use super::Said;
use crate::finding::Diagnostic;
use crate::pack::{EventFields, Form};
use crate::plan::{GroupLook, Plan, Planned};
use crate::scan::{Facts, Group, Mark, Scan, Tally};
use crate::script::{EventPart, GroupView, KEPT, Observation, Pointer, Target};
use crate::time::Duration;
use std::sync::Arc;

/// Asks a rule about the groups of its scan. Of bursts and counts the population are the records;
/// of silences it is the groups that `having` counts.
pub(super) fn ask(
    planned: &Planned,
    look: &GroupLook,
    plan: &Plan,
    facts: &Facts,
    fields: &EventFields,
) -> Result<Said, Diagnostic> {
    let tally = tally(look.scan, facts)?;
    let scan = &plan.scans[look.scan];
    let mut said = undecided(tally);
    said.verdict.population = usize::try_from(tally.population).unwrap_or(usize::MAX);
    said.records = said.verdict.population;
    said.verdict.not_evaluated = nothing(tally, fields);
    let mut counted = 0;
    for view in views(scan, tally, fields) {
        if !look.having.as_ref().map_or(Ok(true), |having| having.holds_for_group(&view))? {
            continue;
        }
        counted += 1;
        if scan.gap.is_some() && view.silence.is_none() {
            continue;
        }
        said.verdict.exceptions += 1;
        if said.verdict.observations.len() < KEPT {
            said.verdict.observations.push(observation(planned, look, &view, fields)?);
        }
    }
    if scan.gap.is_some() {
        said.verdict.population = counted;
        if counted == 0 && said.verdict.not_evaluated.is_none() {
            said.verdict.not_evaluated = Some("no log is one that the rule is about".to_owned());
        }
    }
    if said.verdict.exceptions > 0 {
        said.verdict.not_evaluated = None;
    }
    Ok(said)
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
        _ if tally.overflowed => Some("there were more groups than can be held".to_owned()),
        _ => None,
    }
}

/// The groups as rules see them, by key: with their densest window where one is declared, with
/// their longest silence where silences count.
pub(super) fn views(scan: &Scan, tally: &Tally, fields: &EventFields) -> Vec<GroupView> {
    let names = Arc::new(fields.names().to_vec());
    let view = |(keys, group): (&Vec<String>, &Group)| {
        let mut view = GroupView {
            key: keys.join(", "),
            keys: keys.clone(),
            count: group.count,
            first: group.first,
            last: group.last,
            silences: 0,
            silence: None,
            joined: group.joined.and_then(|number| scan.join.as_ref()?.row(number)),
            fields: Arc::clone(&names),
        };
        if let Some(burst) = scan.window.and_then(|window| group.burst(window)) {
            (view.count, view.first, view.last) = (burst.count, burst.first, burst.last);
        }
        let silences = group.silences();
        if let Some(longest) = silences.iter().max_by_key(|silence| silence.seconds()) {
            view.silences = silences.len();
            view.silence = Some(Duration::seconds(longest.seconds()));
            (view.first, view.last) = (longest.before, longest.behind);
        }
        view
    };
    tally.groups.iter().map(view).collect()
}

fn observation(
    planned: &Planned,
    look: &GroupLook,
    view: &GroupView,
    fields: &EventFields,
) -> Result<Observation, Diagnostic> {
    let Form::Scan(declared) = &planned.rule().form else { return Ok(Observation::default()) };
    let Some(finding) = &declared.finding else { return Ok(Observation::default()) };
    let statement = look.message.says_of_group(view)?;
    let part = |field: &String| match field.as_str() {
        "time" | "@timestamp" => EventPart::Time,
        name => fields.slot(name).map_or(EventPart::Whole, EventPart::Slot),
    };
    let mut pointers = Vec::new();
    let ends = if view.first == view.last { vec![view.first] } else { vec![view.first, view.last] };
    for (end, mark) in ends.into_iter().enumerate() {
        for (at, field) in finding.at.iter().enumerate() {
            let label = match (at, end) {
                (0, 0) => statement.clone(),
                (0, _) if view.silence.is_some() => "the next record".to_owned(),
                (0, _) => format!("the last of {}", view.count),
                _ => field.clone(),
            };
            pointers.push(Pointer { target: Target::Event(mark, part(field)), label });
        }
    }
    if let Some(row) = &view.joined {
        let point = |field: &String| Pointer {
            target: Target::Field(row.clone(), field.clone()),
            label: field.replace('_', " "),
        };
        pointers.extend(finding.at_join.iter().map(point));
    }
    Ok(Observation { statement, subject: view.key.clone(), pointers, ..Observation::default() })
}
