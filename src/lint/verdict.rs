//! Whether every path of `judge` ends with a verdict, and what is never reached.

use super::part::Part;
use super::{Lint, LintId};
use crate::script::api::Sort;
use crate::script::syntax::{Node, What};

/// What every path must end with.
const HELP: &str = "end it with `exceptions(…)`, `examined(…)` or `not_evaluated(…)`";

/// Paths of `judge` without a verdict, and statements that are never reached.
pub(super) fn look(part: &Part<'_>) -> Vec<Lint> {
    let unreachable = part.flowed.unreachable.iter();
    let mut told: Vec<Lint> = unreachable
        .map(|range| part.lint(LintId::Unreachable, range.clone(), "this is never reached"))
        .collect();
    let Some(judge) = part.script().and_then(|script| script.function("judge", 1)) else { return told };
    let mut look = Look { part, told: &mut told };
    judge.body.body.iter().for_each(|statement| look.returns(statement));
    if judge.body.body.is_empty() {
        let range = judge.name_at.clone();
        told.push(part.lint(LintId::VerdictMissing, range, "`judge` does nothing").help(HELP));
    } else {
        look.end(&judge.body.body);
    }
    told
}

struct Look<'a> {
    part: &'a Part<'a>,
    told: &'a mut Vec<Lint>,
}

impl Look<'_> {
    fn tell(&mut self, node: &Node, message: String) {
        let lint = self.part.lint(LintId::VerdictMissing, node.name_at.clone(), message);
        self.told.push(lint.help(HELP));
    }

    /// Values that are returned before the end; not those of closures.
    fn returns(&mut self, node: &Node) {
        match &node.what {
            What::Return(Some(value)) => self.value(value),
            What::Return(None) => self.tell(node, "`judge` ends here and gives nothing".to_owned()),
            _ => {}
        }
        node.parts().into_iter().for_each(|part| self.returns(part));
    }

    /// What the last statement gives.
    fn end(&mut self, statements: &[Node]) {
        let Some(last) = statements.last() else { return };
        match &last.what {
            What::Return(_) | What::Throw(_) | What::Continue | What::Break(_) => {}
            What::If { then, otherwise, .. } => {
                self.branch(last, then);
                match otherwise {
                    Some(otherwise) => self.branch(last, otherwise),
                    None => {
                        self.tell(last, "`judge` gives nothing where this condition does not hold".to_owned())
                    }
                }
            }
            What::Block(body) => self.branch(last, body),
            What::Switch { cases, otherwise, .. } => {
                cases.iter().for_each(|(_, value)| self.end(std::slice::from_ref(value)));
                match otherwise {
                    Some(value) => self.end(std::slice::from_ref(value)),
                    None => self.tell(last, "`judge` gives nothing where no case fits".to_owned()),
                }
            }
            What::Try { body, handler, .. } => {
                self.branch(last, body);
                self.branch(last, handler);
            }
            What::While { condition: None, .. } => {}
            What::For { .. } | What::While { .. } | What::Let { .. } | What::Assign { .. } => {
                self.tell(last, "`judge` ends behind this without a verdict".to_owned());
            }
            _ => self.value(last),
        }
    }

    fn branch(&mut self, owner: &Node, body: &[Node]) {
        if body.is_empty() {
            self.tell(owner, "`judge` gives nothing on a path through here".to_owned());
        }
        self.end(body);
    }

    fn value(&mut self, node: &Node) {
        match &node.what {
            What::If { .. } | What::Switch { .. } | What::Block(_) => {
                self.end(std::slice::from_ref(node));
            }
            _ => {
                let sort = self.part.known(node).sort;
                if !matches!(sort, Sort::Verdict | Sort::Any) {
                    let message = format!("`judge` gives {sort} here, and no verdict");
                    self.told
                        .push(self.part.lint(LintId::VerdictMissing, node.span.clone(), message).help(HELP));
                }
            }
        }
    }
}
