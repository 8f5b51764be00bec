//! What statements do to what is known.

use super::facts::Facts;
use super::look::target;
use super::types::{Absence, Detail, Type};
use super::{Flow, path};
use crate::script::api::Sort;
use crate::script::syntax::{Node, What};
use std::collections::BTreeMap;

impl Flow<'_> {
    /// Goes through statements in a scope of their own; gives what the last one is.
    pub(super) fn block(&mut self, statements: &[Node]) -> Type {
        self.scopes.push(BTreeMap::new());
        let mut last = Type::NOTHING;
        for (number, statement) in statements.iter().enumerate() {
            if self.is_dead && number > 0 {
                let end = statements.last().map_or(statement.span.end, |last| last.span.end);
                self.found.unreachable.push(statement.span.start..end);
                // What follows is looked at as if it were reached, and told once.
                self.is_dead = false;
                statements[number..].iter().for_each(|rest| drop(self.eval(rest)));
                self.is_dead = true;
                break;
            }
            last = self.eval(statement);
        }
        self.scopes.pop();
        last
    }

    pub(super) fn statement(&mut self, node: &Node) -> Type {
        match &node.what {
            What::Block(body) => self.block(body),
            What::Let { name, at, value } => {
                let known = value.as_ref().map_or(Type::NOTHING, |value| self.eval(value));
                let known = self.settled(name, known);
                self.forget(name);
                if let Some(value) = value {
                    let is_condition = known.sort == Sort::Boolean;
                    let said = || (self.reading().when_true(value), self.reading().when_false(value));
                    let said = is_condition.then(said);
                    self.named.note(name, value, said);
                }
                self.bind(name, at.start, known);
                Type::NOTHING
            }
            What::Assign { to, operator, value } => {
                self.assign(to, operator, value);
                Type::NOTHING
            }
            What::If { condition, then, otherwise } => self.branch(condition, then, otherwise.as_deref()),
            What::Switch { on, cases, otherwise } => self.switch(on, cases, otherwise.as_deref()),
            What::While { condition, body, .. } => {
                self.repeated(condition.as_deref(), body);
                Type::NOTHING
            }
            What::For { variables, over, body } => {
                let over = self.eval(over);
                let before = self.entered(body);
                self.scopes.push(BTreeMap::new());
                for (number, (name, at)) in variables.iter().enumerate() {
                    let known = if number == 0 { over.element() } else { Type::ANY };
                    self.slots.insert(at.start, known.clone());
                    self.forget(name);
                    self.bind(name, at.start, known);
                }
                self.block(body);
                self.scopes.pop();
                (self.facts, self.is_dead) = (before, false);
                Type::NOTHING
            }
            What::Return(value) => {
                let known = value.as_ref().map_or(Type::NOTHING, |value| self.eval(value));
                self.returned.push(known);
                self.is_dead = true;
                Type::ANY
            }
            What::Throw(value) | What::Break(value) => {
                value.iter().for_each(|value| drop(self.eval(value)));
                self.is_dead = true;
                Type::ANY
            }
            What::Continue => {
                self.is_dead = true;
                Type::ANY
            }
            What::Try { body, variable, handler } => self.tried(body, variable.as_deref(), handler),
            _ => Type::ANY,
        }
    }

    /// A list that something is added to is not known by its first elements.
    fn settled(&self, name: &str, known: Type) -> Type {
        let is_list = matches!(known.detail, Detail::Elements(_));
        if is_list && self.grown.contains(name) { Type { detail: Detail::None, ..known } } else { known }
    }

    fn assign(&mut self, to: &Node, operator: &str, value: &Node) {
        let known = self.eval(value);
        if to.variable().is_none() || !operator.is_empty() {
            self.eval(to);
        }
        let Some(path) = target(to) else { return };
        self.forget(&path);
        if known.absence == Absence::Never {
            self.facts.filled.insert(path);
        }
        let Some(name) = to.variable() else { return };
        match self.place(name) {
            Some(place) if operator.is_empty() => {
                let known = self.settled(name, known);
                let known = match self.slots.remove(&place) {
                    Some(earlier) => earlier.or(known),
                    None => known,
                };
                self.slots.insert(place, known);
            }
            // Numbers stay numbers, texts texts; what else becomes of a value is not known.
            Some(place) => {
                let is_plain = self.slots.get(&place).is_some_and(Type::is_plain);
                if !is_plain || !known.is_plain() {
                    self.slots.insert(place, Type::ANY);
                }
            }
            None => drop(self.found.unknown.insert(to.id)),
        }
        if let Some(noted) = self.found.types.get_mut(to.id) {
            *noted = Type::ANY;
        }
    }

    fn branch(&mut self, condition: &Node, then: &[Node], otherwise: Option<&[Node]>) -> Type {
        self.eval(condition);
        let before = self.facts.clone();
        let (holds, fails) = (self.reading().when_true(condition), self.reading().when_false(condition));
        self.facts = before.clone().and(holds);
        let one = self.block(then);
        let (one_dead, one_facts) = (self.is_dead, std::mem::take(&mut self.facts));
        self.is_dead = false;
        self.facts = before.and(fails);
        let other = otherwise.map_or(Type::NOTHING, |otherwise| self.block(otherwise));
        let (other_dead, other_facts) = (self.is_dead, std::mem::take(&mut self.facts));
        self.is_dead = one_dead && other_dead;
        let (known, facts) = match (one_dead, other_dead) {
            (true, _) => (other, other_facts),
            (false, true) => (one, one_facts),
            (false, false) => (one.or(other), one_facts.or(&other_facts)),
        };
        self.facts = facts;
        known
    }

    fn switch(&mut self, on: &Node, cases: &[(Node, Node)], otherwise: Option<&Node>) -> Type {
        self.eval(on);
        let before = self.facts.clone();
        let (mut values, mut all_dead) = (Vec::new(), true);
        for (condition, value) in cases {
            self.eval(condition);
            values.push(self.eval(value));
            all_dead &= self.is_dead;
            (self.facts, self.is_dead) = (before.clone(), false);
        }
        match otherwise {
            Some(otherwise) => {
                values.push(self.eval(otherwise));
                all_dead &= self.is_dead;
            }
            None => {
                values.push(Type::NOTHING);
                all_dead = false;
            }
        }
        (self.facts, self.is_dead) = (before, all_dead && !cases.is_empty());
        values.into_iter().reduce(Type::or).unwrap_or(Type::ANY)
    }

    fn repeated(&mut self, condition: Option<&Node>, body: &[Node]) {
        let before = self.entered(body);
        if let Some(condition) = condition {
            self.eval(condition);
            let holds = self.reading().when_true(condition);
            self.facts = std::mem::take(&mut self.facts).and(holds);
        }
        self.block(body);
        let never_ends = condition.is_none() && !breaks(body);
        (self.facts, self.is_dead) = (before, never_ends);
    }

    /// Before a body that is done again: nothing is known any more of what it gives values to.
    fn entered(&mut self, body: &[Node]) -> Facts {
        let mut given = Vec::new();
        for statement in body {
            statement.walk(&mut |node| match &node.what {
                What::Assign { to, .. } => given.extend(path(to)),
                What::Let { name, .. } => given.push(name.clone()),
                _ => {}
            });
        }
        given.iter().for_each(|path| self.forget(path));
        self.facts.clone()
    }

    fn tried(&mut self, body: &[Node], variable: Option<&str>, handler: &[Node]) -> Type {
        let before = self.entered(body);
        self.block(body);
        let one_dead = std::mem::take(&mut self.is_dead);
        self.facts = before.clone();
        self.scopes.push(BTreeMap::new());
        if let (Some(name), Some(first)) = (variable, handler.first()) {
            self.bind(name, first.span.start, Type::ANY);
        }
        self.block(handler);
        self.scopes.pop();
        self.is_dead &= one_dead;
        self.facts = before;
        Type::NOTHING
    }
}

/// True when a loop with this body ends by itself.
fn breaks(body: &[Node]) -> bool {
    body.iter().any(|node| match &node.what {
        What::Break(_) => true,
        What::While { .. } | What::For { .. } | What::Closure(_) => false,
        _ => node.parts().into_iter().any(|part| breaks(std::slice::from_ref(part))),
    })
}
