//! From Rhai's tree to ours: statements.

use super::read::Reader;
use super::{Node, What};
use rhai::{ASTFlags, Expr, FlowControl, Stmt, StmtBlock, SwitchCasesCollection};
use std::ops::Range;

impl Reader<'_> {
    pub(super) fn statements<'s>(&mut self, all: impl IntoIterator<Item = &'s Stmt>) -> Vec<Node> {
        // What closures capture is shared by statements that nobody wrote.
        let written = all.into_iter().filter(|one| !matches!(one, Stmt::Share(..) | Stmt::Noop(..)));
        written.map(|one| self.statement(one)).collect()
    }

    fn statement(&mut self, statement: &Stmt) -> Node {
        let at = self.at(statement.position());
        match statement {
            Stmt::Expr(expression) => self.expression(expression),
            Stmt::FnCall(call, _) => self.call(call, at),
            Stmt::Block(block) => self.block(block),
            Stmt::Var(variable, ..) => {
                let name_at = self.lexer.word(self.at(variable.0.pos));
                let value = match &variable.1 {
                    Expr::Unit(position) if position.is_none() => None,
                    value => Some(self.boxed(value)),
                };
                let end = value.as_ref().map_or(name_at.end, |value| value.span.end);
                let what = What::Let { name: variable.0.name.to_string(), at: name_at.clone(), value };
                self.named(what, at..end, name_at)
            }
            Stmt::Assignment(assignment) => {
                let (to, value) = (self.boxed(&assignment.1.lhs), self.boxed(&assignment.1.rhs));
                let info = assignment.0.get_op_assignment_info();
                let operator = info.map_or(String::new(), |(.., operator)| operator.to_owned());
                let span = self.lexer.balanced(to.span.start..value.span.end);
                let name_at = self.lexer.operator(at, &format!("{operator}="));
                self.named(What::Assign { to, operator, value }, span, name_at)
            }
            Stmt::Return(value, flags, _) => {
                let what = if flags.contains(ASTFlags::BREAK) { What::Throw } else { What::Return };
                self.ending(what, value.as_deref(), at)
            }
            Stmt::BreakLoop(value, flags, _) if flags.contains(ASTFlags::BREAK) => {
                self.ending(What::Break, value.as_deref(), at)
            }
            Stmt::BreakLoop(..) => self.node(What::Continue, self.lexer.word(at)),
            _ => self.flow(statement, at),
        }
    }

    fn flow(&mut self, statement: &Stmt, at: usize) -> Node {
        let keyword = self.lexer.word(at);
        let (what, end) = match statement {
            Stmt::If(parts, _) => self.condition(parts),
            Stmt::Switch(parts, _) => self.switch(&parts.0, &parts.1, keyword.end),
            Stmt::While(parts, _) => {
                let condition = match &parts.expr {
                    Expr::Unit(_) => None,
                    condition => Some(self.boxed(condition)),
                };
                let (body, end) = self.body(&parts.body);
                (What::While { condition, body, is_done_first: false }, end)
            }
            Stmt::Do(parts, ..) => {
                let (body, _) = self.body(&parts.body);
                let condition = self.boxed(&parts.expr);
                let end = condition.span.end;
                (What::While { condition: Some(condition), body, is_done_first: true }, end)
            }
            Stmt::For(parts, _) => {
                let names = std::iter::once(&parts.0).chain(&parts.1);
                let variables: Vec<(String, Range<usize>)> =
                    names.map(|name| (name.name.to_string(), self.lexer.word(self.at(name.pos)))).collect();
                let over = self.boxed(&parts.2.expr);
                let (body, end) = self.body(&parts.2.body);
                (What::For { variables, over, body }, end)
            }
            Stmt::TryCatch(parts, _) => {
                let (body, _) = self.body(&parts.body);
                let variable = match &parts.expr {
                    Expr::Variable(variable, ..) => Some(variable.1.to_string()),
                    _ => None,
                };
                let (handler, end) = self.body(&parts.branch);
                (What::Try { body, variable, handler }, end)
            }
            _ => (What::Other, keyword.end),
        };
        self.named(what, at..end.max(keyword.end), keyword)
    }

    fn condition(&mut self, parts: &FlowControl) -> (What, usize) {
        let condition = self.boxed(&parts.expr);
        let (then, end) = self.body(&parts.body);
        // `else {}` is not told apart from no `else`, and does as little.
        let (otherwise, end) = match parts.branch.is_empty() {
            true => (None, end),
            false => {
                let (otherwise, end) = self.body(&parts.branch);
                (Some(otherwise), end)
            }
        };
        (What::If { condition, then, otherwise }, end)
    }

    fn switch(&mut self, on: &Expr, cases: &SwitchCasesCollection, from: usize) -> (What, usize) {
        let on = self.boxed(on);
        let (mut known, mut otherwise) = (Vec::new(), None);
        for (number, case) in cases.expressions.iter().enumerate() {
            let value = self.expression(&case.rhs);
            if cases.def_case == Some(number) {
                otherwise = Some(Box::new(value));
            } else {
                known.push((self.expression(&case.lhs), value));
            }
        }
        let opening =
            self.lexer.text()[on.span.end.max(from)..].find('{').map_or(from, |at| on.span.end + at);
        (What::Switch { on, cases: known, otherwise }, self.lexer.closed(opening))
    }

    /// The statements of a block, and where it ends.
    fn body(&mut self, block: &StmtBlock) -> (Vec<Node>, usize) {
        let statements = self.statements(block.iter());
        let closing = self.lexer.offset(block.end_position()).map(|at| at + 1);
        let last = statements.last().map_or(0, |last| last.span.end);
        (statements, closing.unwrap_or(last).max(last))
    }

    fn block(&mut self, block: &StmtBlock) -> Node {
        let start = self.at(block.position());
        let (body, end) = self.body(block);
        self.node(What::Block(body), start..end.max(start))
    }

    /// A block that is a value: one that was written, or one around a closure or a value in a text.
    pub(super) fn block_expression(&mut self, block: &StmtBlock) -> Node {
        let mut written = block.iter().filter(|one| !matches!(one, Stmt::Share(..)));
        match (written.next(), written.next()) {
            (Some(only), None) if !self.lexer.text()[self.at(block.position())..].starts_with('{') => {
                self.statement(only)
            }
            _ => self.block(block),
        }
    }

    fn ending(&mut self, what: fn(Option<Box<Node>>) -> What, value: Option<&Expr>, at: usize) -> Node {
        let value = value.map(|value| self.boxed(value));
        let keyword = self.lexer.word(at);
        let end = value.as_ref().map_or(keyword.end, |value| value.span.end);
        self.named(what(value), at..end, keyword)
    }
}
