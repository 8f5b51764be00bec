//! What a rule looks at, row by row or group by group, with its expressions ready to be asked.

use crate::finding::Diagnostic;
use crate::pack::{Each, Expression, Form, Rule};
use crate::place::Place;
use crate::script::{Compiled, Doubt, Setting};
use std::sync::Arc;

/// One look at each row of a kind.
pub struct EachLook {
    /// Index within the rule.
    pub index: usize,
    /// Rows that count as population.
    pub among: Option<Compiled>,
    /// Rows that are exceptions.
    pub condition: Compiled,
    /// What to say of one.
    pub message: Compiled,
}

/// A look at the groups of a scan.
pub struct GroupLook {
    /// Index of the scan.
    pub scan: usize,
    /// What is asked of the groups; nothing of a stranger's rule, which is compiled where it is asked.
    pub questions: Option<GroupQuestions>,
    /// Rows of which nobody can say whether they are expected in the logs.
    pub doubts: Vec<Doubt>,
    /// Where the expected keys stand, when no row says so.
    pub expected_at: Option<Place>,
}

/// What is asked of groups.
pub struct GroupQuestions {
    /// Groups that are exceptions.
    pub having: Option<Compiled>,
    /// What to say of one.
    pub message: Compiled,
}

impl EachLook {
    /// The looks of a rule; none where it looks at no rows.
    ///
    /// # Errors
    /// When an expression is malformed; the place is in the rule's file.
    pub fn all(rule: &Arc<Rule>, setting: &Arc<Setting>) -> Result<Vec<Self>, Diagnostic> {
        let Form::Each(each) = &rule.form else { return Ok(Vec::new()) };
        let compile = |expression: &Expression| Compiled::new(rule, expression, setting);
        let look = |(index, each): (usize, &Each)| {
            let among = each.among.as_ref().map(compile).transpose()?;
            Ok(Self { index, among, condition: compile(&each.condition)?, message: compile(&each.message)? })
        };
        each.iter().enumerate().map(look).collect()
    }
}

impl GroupQuestions {
    /// What a rule asks of groups; none where a script judges them.
    ///
    /// # Errors
    /// When an expression is malformed; the place is in the rule's file.
    pub fn of(rule: &Arc<Rule>, setting: &Arc<Setting>) -> Result<Option<Self>, Diagnostic> {
        let Form::Scan(scan) = &rule.form else { return Ok(None) };
        let Some(finding) = &scan.finding else { return Ok(None) };
        let having = |having| Compiled::of_groups(rule, having, setting);
        let having = scan.having.as_ref().map(having).transpose()?;
        Ok(Some(Self { having, message: Compiled::new(rule, &finding.message, setting)? }))
    }
}
