//! What a rule looks at, row by row or group by group, with its expressions ready to be asked.

use crate::finding::Diagnostic;
use crate::pack::{Each, Expression, Form, Rule};
use crate::place::Place;
use crate::script::syntax::{self, Node, What};
use crate::script::{Compiled, Doubt, Setting};
use std::sync::Arc;

/// One look at each row of a kind.
pub struct EachLook {
    /// Index within the rule.
    pub index: usize,
    /// Fields without which it passes a row by: of each group, a row has one at least.
    pub needed: Vec<Vec<String>>,
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
            let needed = each.among.as_ref().map_or_else(Vec::new, needed);
            let (condition, message) = (compile(&each.condition)?, compile(&each.message)?);
            Ok(Self { index, needed, among, condition, message })
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

/// The fields that a condition asks for before anything else of a row, as in `r.has("due_on")`: groups
/// of which one is enough.
fn needed(among: &Expression) -> Vec<Vec<String>> {
    if !among.text.contains("has") {
        return Vec::new();
    }
    syntax::expression(&among.text).map_or_else(|_| Vec::new(), |whole| all_needed(&whole.node))
}

fn all_needed(node: &Node) -> Vec<Vec<String>> {
    match &node.what {
        What::And(parts) => parts.iter().flat_map(all_needed).collect(),
        _ => any_needed(node).into_iter().collect(),
    }
}

/// The fields of which a row needs one, where that is all that this part asks.
fn any_needed(node: &Node) -> Option<Vec<String>> {
    match &node.what {
        What::Or(parts) => Some(parts.iter().map(any_needed).collect::<Option<Vec<_>>>()?.concat()),
        What::Method { of, name, arguments } if name == "has" && of.variable() == Some("r") => {
            Some(vec![arguments.first()?.text()?.to_owned()])
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{all_needed, syntax};

    #[test]
    fn what_a_condition_needs_is_what_it_cannot_hold_without() {
        let needed = |text: &str| all_needed(&syntax::expression(text).unwrap().node);
        let both = r#"r.has("rto") || r.has("rpo")"#;
        assert_eq!(needed(r#"r.day <= as_of && r.has("a") && (r.has("b") && r.b != ())"#), [["a"], ["b"]]);
        assert_eq!(needed(both), [["rto", "rpo"]]);
        assert_eq!(needed(&format!("({both}) && r.has(\"a\")")), [vec!["rto", "rpo"], vec!["a"]]);
        let none: [[&str; 0]; 0] = [];
        assert_eq!(needed(r#"!(r.has("status") && r.status == "left")"#), none);
        assert_eq!(needed(r#"r.has("a") || r.b == 1"#), none);
    }
}
