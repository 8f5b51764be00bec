//! Rules that look at each row.

use super::cases::{Case, Cases};
use super::{Exceptions, Said};
use crate::evidence::{Decision, Row, Table};
use crate::finding::{Diagnostic, Grade};
use crate::pack::{Each, Form, Rule};
use crate::plan::EachLook;
use crate::script::{self, KEPT, Observation, Pointer, Target};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Asks all looks of a rule about all rows of their kinds. The population are the rows that any
/// look could decide. A row counts once, as population and as exception, however many looks say
/// something of it.
pub(super) fn ask(
    rule: &Rule,
    looks: &[EachLook],
    tables: &BTreeMap<String, Vec<Arc<Table>>>,
) -> Result<Said, Diagnostic> {
    let Form::Each(declared) = &rule.form else { return Ok(Said::default()) };
    let mut asked = Asked::default();
    for look in looks {
        let each = &declared[look.index];
        let is_opportunity = each.grade.unwrap_or(rule.grade) == Grade::Opportunity;
        for table in tables.get(&each.from).into_iter().flatten() {
            asked.said.unseen.extend(unseen(look, table));
            for row in table.rows() {
                asked.ask(look, each, &row, is_opportunity)?;
            }
        }
    }
    Ok(asked.said())
}

/// What keeps a look from seeing any row of a table: fields that it needs and no column gives.
fn unseen(look: &EachLook, table: &Table) -> impl Iterator<Item = String> {
    let needed = look.needed.iter().filter(|_| !table.grid.is_empty());
    needed.filter(|any| !any.iter().any(|field| table.has(field))).map(|any| any.join(" or "))
}

/// What the looks of a rule gave so far.
#[derive(Default)]
struct Asked {
    said: Said,
    cases: Cases,
    /// Observations that are kept.
    kept: Exceptions,
}

impl Asked {
    fn ask(
        &mut self,
        look: &EachLook,
        each: &Each,
        row: &Row,
        is_opportunity: bool,
    ) -> Result<(), Diagnostic> {
        let case = self.cases.of(row);
        match decide(look, row)? {
            Standing::Outside => {}
            Standing::InDoubt => doubt(&mut self.said, case, row),
            Standing::Orderly => case.is_decided = true,
            Standing::Exception => {
                case.note_exception(is_opportunity);
                // Neither of the two keeps the other from being shown.
                let kept = if is_opportunity { &mut self.kept.opportunities } else { &mut self.kept.lapses };
                if *kept < KEPT {
                    *kept += 1;
                    self.said.verdict.observations.push(observation(look, each, row, case.number)?);
                }
            }
        }
        Ok(())
    }

    fn said(self) -> Said {
        let Self { mut said, cases, .. } = self;
        said.exceptions = Some(cases.exceptions());
        said.in_question = Some(cases.in_question());
        said.verdict.population = cases.decided();
        said.undecidable = said.doubts.len();
        said.records = cases.len();
        said
    }
}

/// Notes a row in doubt, once however many looks and fields leave it there.
fn doubt(said: &mut Said, case: &mut Case, row: &Row) {
    let mut doubts = script::take_doubts().into_iter();
    let own = doubts.find(|doubt| doubt.row.index == row.index);
    if let Some(own) = own.filter(|_| !case.is_in_doubt) {
        case.is_in_doubt = true;
        said.doubts.push(own);
    }
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

fn observation(look: &EachLook, each: &Each, row: &Row, case: usize) -> Result<Observation, Diagnostic> {
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
    Ok(Observation {
        statement,
        subject: row.subject(),
        pointers,
        grade,
        control: None,
        grace,
        case: Some(case),
    })
}
