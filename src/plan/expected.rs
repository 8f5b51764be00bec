//! The keys that a scan expects in the logs, and the rows that name them.

use super::{Drafter, Setpoint};
use crate::evidence::{Decision, Row, Table};
use crate::finding::Diagnostic;
use crate::pack::{Expect, Form, Keys, ParamValue, Rule};
use crate::place::Place;
use crate::scan::{Expected, RowNumber};
use crate::script::{self, Answer, Ask, Brief, Compiled, CompiledRule, Doubt, Setting};
use std::collections::BTreeMap;
use std::sync::Arc;

/// The numbers of the rows that a rule expects in the logs, and those of which it cannot say.
///
/// # Errors
/// When its condition is malformed or fails; a fault of the rule.
pub fn expected_rows(
    rule: &Arc<Rule>,
    setting: &Arc<Setting>,
    tables: &[Arc<Table>],
) -> Result<(Vec<usize>, Vec<Doubt>), Diagnostic> {
    let condition = match &rule.form {
        Form::Scan(scan) => scan.expect.as_ref().and_then(|expect| match &expect.keys {
            Keys::Table { condition, .. } => condition.as_ref(),
            Keys::Param(_) => None,
        }),
        Form::Each(_) | Form::Judge => None,
    };
    let condition = condition.map(|condition| Compiled::new(rule, condition, setting)).transpose()?;
    // What an earlier rule left in doubt in this thread is not this rule's.
    script::take_doubts();
    let mut rows = Vec::new();
    for (number, row) in tables.iter().flat_map(Table::rows).enumerate() {
        let holds = |condition: &Compiled, row: &Row| condition.holds_for(row);
        let holds = condition.as_ref().map_or(Ok(Decision::Yes), |condition| holds(condition, &row))?;
        rows.extend((holds == Decision::Yes).then_some(number));
    }
    Ok((rows, script::take_doubts()))
}

impl Drafter<'_> {
    /// The keys that a scan expects, with the rows in doubt.
    pub(super) fn expected(
        &self,
        compiled: &CompiledRule,
        expect: &Expect,
        setting: &Arc<Setting>,
        params: &BTreeMap<String, Setpoint>,
    ) -> Result<(Expected, Vec<Doubt>), Diagnostic> {
        let compare = self.comparing(expect.compare);
        let (from, field) = match &expect.keys {
            Keys::Table { from, field, .. } => (from, field),
            Keys::Param(name) => {
                let values = match params.get(name).map(|set| &set.value) {
                    Some(ParamValue::Texts(values)) => values.as_slice(),
                    _ => &[],
                };
                return Ok((Expected::of_values(values.iter().map(String::as_str), compare), Vec::new()));
            }
        };
        let tables = self.evidence.tables.get(from).map_or(&[][..], Vec::as_slice);
        let (rows, doubts) = if compiled.is_stranger {
            self.expected_apart(compiled, from, setting, params)?
        } else {
            expected_rows(&compiled.rule, setting, tables)?
        };
        let mut numbers: Vec<Option<RowNumber>> =
            RowNumber::all(tables).map(|(number, _)| Some(number)).collect();
        let rows = rows.into_iter().filter_map(|row| numbers.get_mut(row).and_then(Option::take));
        Ok((Expected::of_rows(tables, rows, field, compare), doubts))
    }

    /// The same, of a stranger's rule.
    fn expected_apart(
        &self,
        compiled: &CompiledRule,
        from: &str,
        setting: &Setting,
        params: &BTreeMap<String, Setpoint>,
    ) -> Result<(Vec<usize>, Vec<Doubt>), Diagnostic> {
        let values = params.iter().map(|(name, set)| (name.clone(), set.value.clone())).collect();
        let brief = Brief::of(compiled, &setting.names, values, setting.as_of, &self.evidence.tables);
        match brief.ask(&compiled.rule, &Ask::Expected(from.to_owned()), self.world)? {
            Answer::Expected(rows, doubts) => Ok((rows, doubts)),
            _ => Ok((Vec::new(), Vec::new())),
        }
    }

    /// Where a list of expected keys stands.
    pub(super) fn expected_at(&self, rule: &Rule, expect: &Expect) -> Option<Place> {
        let Keys::Param(name) = &expect.keys else { return None };
        let workspace = &self.evidence.workspace;
        let given = workspace.params.get(&rule.id).and_then(|params| params.get(name));
        if let (Some(text), Some(given)) = (&workspace.text, given) {
            return Some(text.span(given.range.clone()).place("expected here"));
        }
        let header = format!("[params.{name}]");
        let start = rule.text.text().find(&header).unwrap_or(0);
        Some(rule.text.span(start..start + header.len()).place("expected here"))
    }
}
