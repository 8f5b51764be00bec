//! What every value of a script or expression is, as far as that can be told without running it.
//!
//! In comes a tree, out goes a type for each of its nodes. What is not sure is [`Type::ANY`], and
//! says nothing: a lint that is wrong now and then is switched off for good. Variables are what
//! they are given anywhere; parameters of functions are what they are called with; conditions rule
//! out that a value is nothing, as far as they are understood.

mod facts;
mod look;
mod members;
mod statements;
mod types;

pub(in crate::lint) use facts::path;
pub(in crate::lint) use types::{Absence, Detail, Rows, Type};

use super::Frame;
use crate::script::syntax::{Closure, Expression, Function, Node, Script, What};
use facts::{Facts, Named, Reading};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

/// How often a script is gone through, until what functions are called with has come around.
const ROUNDS: usize = 5;

/// What is known of a script or expression.
#[derive(Debug, Default)]
pub(in crate::lint) struct Flowed {
    /// What each node is, by its number.
    pub(in crate::lint) types: Vec<Type>,
    /// Variables that nobody declared, by their nodes.
    pub(in crate::lint) unknown: BTreeSet<usize>,
    /// Statements that are never reached, as bytes of the text.
    pub(in crate::lint) unreachable: Vec<Range<usize>>,
}

/// What a function is called with, and what it gives.
#[derive(Clone, Debug, Default, PartialEq)]
struct Summary {
    /// What it was called with in the round before.
    parameters: Vec<Option<Type>>,
    /// What it is called with in this round.
    seen: Vec<Option<Type>>,
    gives: Option<Type>,
    /// True when it is handed on as a value, so that anyone may call it.
    is_handed_on: bool,
}

/// Goes through one tree.
struct Flow<'a> {
    frame: &'a Frame<'a>,
    summaries: BTreeMap<(String, usize), Summary>,
    found: Flowed,
    /// Variables in sight, each with the place of its declaration; the innermost last.
    scopes: Vec<BTreeMap<String, usize>>,
    /// What variables are, by the place of their declaration.
    slots: BTreeMap<usize, Type>,
    facts: Facts,
    /// What is known of variables that hold what a condition said.
    named: Named,
    /// Indexes that are asked whether they have a key, so that what is got from them is there.
    asked: BTreeSet<String>,
    /// What the function that is gone through returns before its end.
    returned: Vec<Type>,
    /// True behind a statement that nothing comes after.
    is_dead: bool,
    /// Lists to which something is added, so that their elements are not those they began with.
    grown: BTreeSet<String>,
}

/// Goes through an expression in which these variables are known; it is asked where those before it
/// hold.
pub(in crate::lint) fn expression(
    frame: &Frame<'_>,
    expression: &Expression,
    variables: &[(&str, Type)],
    before: &[&Expression],
) -> Flowed {
    let mut facts = Facts::default();
    for earlier in before {
        let mut flow = Flow::new(frame, earlier.nodes);
        flow.facts = facts.clone();
        flow.declare(variables);
        flow.eval(&earlier.node);
        facts = facts.and(flow.reading().when_true(&earlier.node));
    }
    let mut flow = Flow::new(frame, expression.nodes);
    flow.facts = facts;
    flow.declare(variables);
    flow.eval(&expression.node);
    flow.found
}

/// Goes through a script, whose `judge` is given this.
pub(in crate::lint) fn script(frame: &Frame<'_>, script: &Script, judge: &Type) -> Flowed {
    let mut flow = Flow::new(frame, script.nodes);
    flow.prepare(script);
    for _ in 1..ROUNDS {
        flow.slots.clear();
        flow.round(script, judge, false);
    }
    let settled = flow.summaries.clone();
    flow.round(script, judge, false);
    let is_settled = flow.summaries.iter().all(|(key, summary)| settled.get(key) == Some(summary));
    if !is_settled {
        flow.summaries.values_mut().for_each(|summary| summary.is_handed_on = true);
    }
    flow.round(script, judge, true);
    flow.found.unreachable.sort_by_key(|range| range.start);
    flow.found.unreachable.dedup();
    flow.found
}

impl<'a> Flow<'a> {
    fn new(frame: &'a Frame<'a>, nodes: usize) -> Self {
        Self {
            frame,
            summaries: BTreeMap::new(),
            found: Flowed { types: vec![Type::ANY; nodes], ..Flowed::default() },
            scopes: vec![BTreeMap::new()],
            slots: BTreeMap::new(),
            facts: Facts::default(),
            named: Named::default(),
            asked: BTreeSet::new(),
            returned: Vec::new(),
            is_dead: false,
            grown: BTreeSet::new(),
        }
    }

    /// Variables that stand still; their places are behind those of the text.
    fn declare(&mut self, variables: &[(&str, Type)]) {
        for (number, (name, known)) in variables.iter().enumerate() {
            self.bind(name, usize::MAX - number, known.clone());
        }
    }

    /// Which functions there are, which of them are handed on, and what lists grow.
    fn prepare(&mut self, script: &Script) {
        let mut handed_on = BTreeSet::new();
        script.walk(&mut |node| match &node.what {
            What::Call { name, arguments } if name == "Fn" => {
                handed_on.extend(arguments.first().and_then(Node::text).map(str::to_owned));
            }
            // A function that is called as a method sees what it is called on as `this`.
            What::Method { name, .. } | What::Variable(name) => drop(handed_on.insert(name.clone())),
            _ => {}
        });
        for function in &script.functions {
            let unseen = vec![None; function.body.parameters.len()];
            let key = (function.name.clone(), unseen.len());
            let is_handed_on = handed_on.contains(&function.name);
            let summary = Summary { parameters: unseen.clone(), seen: unseen, gives: None, is_handed_on };
            self.summaries.insert(key, summary);
        }
        script.walk(&mut |node| {
            self.grown.extend(grown(node));
            if let What::Method { of, name, .. } = &node.what
                && name == "has"
            {
                self.asked.extend(of.variable().map(str::to_owned));
            }
        });
    }

    /// Goes through all functions once, with what they were called with in the round before.
    fn round(&mut self, script: &Script, judge: &Type, is_last: bool) {
        self.found.unreachable.clear();
        self.found.unknown.clear();
        for summary in self.summaries.values_mut() {
            let unseen = vec![None; summary.seen.len()];
            summary.parameters = std::mem::replace(&mut summary.seen, unseen);
        }
        for function in &script.functions {
            self.function(function, judge, is_last);
        }
    }

    fn function(&mut self, function: &Function, judge: &Type, is_last: bool) {
        let count = function.body.parameters.len();
        let key = (function.name.clone(), count);
        let Some(summary) = self.summaries.get(&key).cloned() else { return };
        let is_judge = function.name == "judge" && count == 1;
        let called_with = summary.parameters.iter().zip(&summary.seen);
        let called_with: Vec<Option<Type>> =
            called_with.map(|(before, now)| before.clone().or_else(|| now.clone())).collect();
        let is_called = is_judge || summary.is_handed_on || called_with.iter().all(Option::is_some);
        if !is_called && !is_last {
            return;
        }
        let parameters = if is_judge {
            vec![judge.clone()]
        } else if summary.is_handed_on {
            vec![Type::ANY; count]
        } else {
            called_with.into_iter().map(|known| known.unwrap_or(Type::ANY)).collect()
        };
        // What nobody calls says nothing of what it calls.
        let others = (!is_called).then(|| self.summaries.clone());
        self.named = Named::default();
        let (gives, _) = self.closure(&function.body, &parameters);
        self.summaries = others.unwrap_or_else(|| std::mem::take(&mut self.summaries));
        if let Some(summary) = self.summaries.get_mut(&key) {
            let absence = gives.absence.min(Absence::Unclear);
            summary.gives = Some(gives.with(absence));
        }
    }

    /// Goes through a closure or function with these parameters; gives what it gives, and what
    /// holds where that is true.
    fn closure(&mut self, closure: &Closure, parameters: &[Type]) -> (Type, Facts) {
        let outer_facts = self.facts.clone();
        let (outer_returned, outer_dead) = (std::mem::take(&mut self.returned), self.is_dead);
        self.is_dead = false;
        self.scopes.push(BTreeMap::new());
        for (number, (name, at)) in closure.parameters.iter().enumerate() {
            let known = parameters.get(number).cloned().unwrap_or(Type::ANY);
            self.forget(name);
            // A closure is gone through where it stands, with what it is called with there.
            self.slots.insert(at.start, known.clone());
            self.bind(name, at.start, known);
        }
        let last = self.block(&closure.body);
        let holds = match &closure.body[..] {
            [only] => self.reading().when_true(only),
            _ => Facts::default(),
        };
        let returned = std::mem::take(&mut self.returned);
        let values = returned.into_iter().chain((!self.is_dead).then_some(last));
        let gives = values.reduce(Type::or).unwrap_or(Type::ANY);
        self.scopes.pop();
        (self.facts, self.returned, self.is_dead) = (outer_facts, outer_returned, outer_dead);
        (gives, holds)
    }

    fn bind(&mut self, name: &str, place: usize, known: Type) {
        let known = match self.slots.remove(&place) {
            Some(earlier) => earlier.or(known),
            None => known,
        };
        self.slots.insert(place, known);
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.to_owned(), place);
        }
    }

    /// The place where the variable in sight with this name is declared.
    fn place(&self, name: &str) -> Option<usize> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).copied()
    }

    /// What conditions are read with here.
    fn reading(&self) -> Reading<'_> {
        Reading { types: &self.found.types, named: &self.named }
    }

    /// Nothing that was said of this path holds any longer.
    fn forget(&mut self, path: &str) {
        self.facts.forget(path);
        self.named.forget(path);
    }

    /// What a value at a path is, with what conditions say of it.
    fn seen(&self, node: &Node, known: Type) -> Type {
        match path(node) {
            Some(path) => {
                let absence = self.facts.absence(&path, known.absence);
                known.with(absence)
            }
            None => known,
        }
    }
}

/// The variable that a statement adds something to.
fn grown(node: &Node) -> Option<String> {
    const ADDING: [&str; 8] = ["push", "append", "insert", "splice", "pad", "set", "extract", "fill_with"];
    let grown = match &node.what {
        What::Method { of, name, .. } if ADDING.contains(&name.as_str()) => of.variable(),
        What::Assign { to, operator, .. } if !operator.is_empty() => to.variable(),
        What::Assign { to, .. } => match &to.what {
            What::Index { of, .. } => of.variable(),
            _ => None,
        },
        _ => None,
    };
    grown.map(str::to_owned)
}
