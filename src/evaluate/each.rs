//! Rules that look at each row.

use super::Said;
use crate::evidence::{Decision, Evidence, Row};
use crate::finding::Diagnostic;
use crate::pack::{Each, Form};
use crate::plan::{EachLook, Planned};
use crate::script::{self, KEPT, Observation, Pointer, Target};
use std::collections::BTreeSet;

/// Asks all looks of a rule about all rows of their kinds. The population is what the first look
/// counts: the others say more about the same rows.
pub(super) fn ask(planned: &Planned, looks: &[EachLook], evidence: &Evidence) -> Result<Said, Diagnostic> {
    let Form::Each(declared) = &planned.rule().form else { return Ok(Said::default()) };
    let mut said = Said::default();
    let mut examined: BTreeSet<(String, usize)> = BTreeSet::new();
    for look in looks {
        let each = &declared[look.index];
        let mut population = 0;
        for (at, row) in evidence.rows(&each.from).enumerate() {
            match decide(look, &row)? {
                Standing::Outside => {}
                Standing::InDoubt => said.doubts.extend(script::take_doubts()),
                Standing::Orderly => population += 1,
                Standing::Exception => {
                    population += 1;
                    add(&mut said, observation(look, each, &row)?);
                }
            }
            examined.insert((each.from.clone(), at));
        }
        if look.index == 0 {
            said.verdict.population = population;
        }
    }
    said.doubts = unique(said.doubts);
    said.undecidable = said.doubts.len();
    said.records = examined.len();
    Ok(said)
}

/// Where a row stands to a look.
enum Standing {
    /// Not among the population.
    Outside,
    /// Nobody can say.
    InDoubt,
    /// As it should be.
    Orderly,
    /// Not as it should be.
    Exception,
}

fn decide(look: &EachLook, row: &Row) -> Result<Standing, Diagnostic> {
    let among = look.among.as_ref().map_or(Ok(Decision::Yes), |among| among.holds_for(row))?;
    if among == Decision::No {
        return Ok(Standing::Outside);
    }
    Ok(match (among, look.condition.holds_for(row)?) {
        (Decision::Yes, Decision::Yes) => Standing::Exception,
        (Decision::Yes, Decision::No) => Standing::Orderly,
        // Whoever may not be meant and is in order is in order.
        (Decision::Undecidable, Decision::No) => Standing::Outside,
        _ => Standing::InDoubt,
    })
}

fn observation(look: &EachLook, each: &Each, row: &Row) -> Result<Observation, Diagnostic> {
    let statement = look.message.says_of(row)?;
    let point = |field: &String| Pointer {
        target: Target::Field(row.clone(), field.clone()),
        label: field.replace('_', " "),
    };
    let mut pointers: Vec<Pointer> = each.at.iter().map(point).collect();
    if let Some(first) = pointers.first_mut() {
        first.label.clone_from(&statement);
    } else {
        let key = row.table.kind.key.first().cloned().unwrap_or_default();
        pointers.push(Pointer { target: Target::Field(row.clone(), key), label: statement.clone() });
    }
    let (grade, grace) = (each.grade, each.grace.clone());
    Ok(Observation { statement, subject: row.subject(), pointers, grade, control: None, grace })
}

fn add(said: &mut Said, observation: Observation) {
    said.verdict.exceptions += 1;
    if said.verdict.observations.len() < KEPT {
        said.verdict.observations.push(observation);
    }
}

/// Each row once, however many looks it left in doubt.
fn unique(doubts: Vec<script::Doubt>) -> Vec<script::Doubt> {
    let mut seen = BTreeSet::new();
    let key = |doubt: &script::Doubt| (std::sync::Arc::as_ptr(&doubt.row.table) as usize, doubt.row.index);
    doubts.into_iter().filter(|doubt| seen.insert(key(doubt))).collect()
}
