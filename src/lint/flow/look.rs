//! What an expression is.

use super::facts::Facts;
use super::types::{Absence, Detail, Rows, Type};
use super::{Flow, path};
use crate::script::api::{Function, Sort};
use crate::script::syntax::{Node, What};

/// What is true of a text is true of what it is made into by these.
const SAME_TEXT: [&str; 3] = ["folded", "trim", "to_lower"];

impl Flow<'_> {
    /// What a node is; that of everything within it is noted too.
    pub(super) fn eval(&mut self, node: &Node) -> Type {
        let known = self.value(node);
        let known = self.seen(node, known);
        if let Some(noted) = self.found.types.get_mut(node.id) {
            *noted = known.clone();
        }
        known
    }

    fn all(&mut self, nodes: &[Node]) -> Vec<Type> {
        nodes.iter().map(|node| self.eval(node)).collect()
    }

    fn value(&mut self, node: &Node) -> Type {
        match &node.what {
            What::Nothing => Type::NOTHING,
            What::Boolean(_) => Type::one(Sort::Boolean),
            What::Integer(_) => Type::one(Sort::Integer),
            What::Float(_) => Type::one(Sort::Float),
            What::Text(_) => Type::one(Sort::Text),
            What::Character(_) => Type::one(Sort::Character),
            What::Interpolated(parts) => {
                self.all(parts);
                Type::one(Sort::Text)
            }
            What::Array(parts) => match self.all(parts).into_iter().reduce(Type::or) {
                Some(element) => Type::list(element),
                None => Type::one(Sort::Array),
            },
            What::Map(entries) => {
                entries.iter().for_each(|(_, value)| drop(self.eval(value)));
                Type::one(Sort::Map)
            }
            What::Variable(name) => self.variable(name, node),
            What::Property { of, name } => {
                let of = self.eval(of);
                self.member(&of, name)
            }
            What::Index { of, by } => self.index(of, by),
            What::Method { of, name, arguments } => self.method(of, name, arguments),
            What::Call { name, arguments } => self.call(name, arguments),
            What::Operator { name, parts } => {
                let parts = self.all(parts);
                operated(name, &parts)
            }
            What::In { value, list } => {
                self.eval(value);
                self.eval(list);
                Type::one(Sort::Boolean)
            }
            What::And(parts) => self.joined(parts, true),
            What::Or(parts) => self.joined(parts, false),
            What::Else(parts) => {
                let parts = self.all(parts);
                parts.into_iter().reduce(Type::or).unwrap_or(Type::ANY).with(Absence::Unclear)
            }
            // A closure that nobody is known to call is called with anything.
            What::Closure(closure) => {
                self.closure(closure, &[]);
                Type::one(Sort::Function)
            }
            What::This | What::Other => Type::ANY,
            _ => self.statement(node),
        }
    }

    fn variable(&mut self, name: &str, node: &Node) -> Type {
        match self.place(name) {
            Some(place) => self.slots.get(&place).cloned().unwrap_or(Type::ANY),
            None => {
                self.found.unknown.insert(node.id);
                Type::ANY
            }
        }
    }

    /// Parts of which each is asked only where those before it leave that open.
    fn joined(&mut self, parts: &[Node], hold: bool) -> Type {
        let outer = self.facts.clone();
        for part in parts {
            self.eval(part);
            let known = if hold { self.reading().when_true(part) } else { self.reading().when_false(part) };
            self.facts = std::mem::take(&mut self.facts).and(known);
        }
        self.facts = outer;
        Type::one(Sort::Boolean)
    }

    fn index(&mut self, of: &Node, by: &Node) -> Type {
        let (of, _) = (self.eval(of), self.eval(by));
        match (of.sort, by.text()) {
            (Sort::Row | Sort::Event | Sort::EventFields | Sort::Parameters | Sort::Context, Some(name)) => {
                self.member(&of, name)
            }
            (Sort::EventGroup, _) => Type::one(Sort::Text),
            (Sort::Array, _) => of.element().with(Absence::Unclear),
            _ => Type::ANY,
        }
    }

    fn method(&mut self, of: &Node, name: &str, arguments: &[Node]) -> Type {
        let on = self.eval(of);
        let (sorts, holds, made) = self.arguments(&on, arguments);
        let sorts: Vec<Sort> = std::iter::once(on.sort).chain(sorts).collect();
        let api = self.frame.api;
        let Some(function) = api.functions(name).iter().find(|one| one.takes(&sorts)) else {
            return Type::ANY;
        };
        if SAME_TEXT.contains(&name) && on.sort == Sort::Text {
            return Type { detail: Detail::None, ..on };
        }
        match (on.sort, name) {
            (Sort::Table, "filter") => Type::of_rows(Sort::Table, narrowed(on.rows(), arguments, &holds)),
            (Sort::Array, "filter") => on,
            (Sort::Array, "find") => on.element().with(Absence::Unclear),
            (Sort::Table | Sort::Array, "map") => Type::list(made),
            (Sort::Index, "get") => {
                // One that is made for this alone, or is asked for its keys, is likely to have it.
                let is_sure = of.variable().is_none_or(|name| self.asked.contains(name));
                let absence = if is_sure { Absence::Unclear } else { Absence::Likely };
                Type::of_rows(Sort::Row, on.rows()).with(absence)
            }
            _ => called(function, &on, arguments, self.second_rows(arguments)),
        }
    }

    /// What arguments are; closures are gone through with what they are called with: an element of
    /// what the method is called on.
    fn arguments(&mut self, on: &Type, arguments: &[Node]) -> (Vec<Sort>, Facts, Type) {
        let (mut sorts, mut holds, mut made) = (Vec::new(), Facts::default(), Type::ANY);
        for argument in arguments {
            let What::Closure(closure) = &argument.what else {
                sorts.push(self.eval(argument).sort);
                continue;
            };
            // The second parameter is a number or another element, which depends on the method.
            let element = if matches!(on.sort, Sort::Table | Sort::Array) { on.element() } else { Type::ANY };
            (made, holds) = self.closure(closure, &[element]);
            if let Some(noted) = self.found.types.get_mut(argument.id) {
                *noted = Type::one(Sort::Function);
            }
            sorts.push(Sort::Function);
        }
        (sorts, holds, made)
    }

    /// Where the rows of the second table come from, in `reconcile(left, right, …)`.
    fn second_rows(&self, arguments: &[Node]) -> Rows {
        let tables = arguments.iter().filter_map(|node| self.found.types.get(node.id));
        tables.filter(|known| known.sort == Sort::Table).map(Type::rows).next_back().unwrap_or_default()
    }

    fn call(&mut self, name: &str, arguments: &[Node]) -> Type {
        let key = (name.to_owned(), arguments.len());
        if self.summaries.contains_key(&key) {
            return self.own(&key, arguments);
        }
        let (sorts, ..) = self.arguments(&Type::ANY, arguments);
        let api = self.frame.api;
        let Some(function) = api.functions(name).iter().find(|one| one.takes(&sorts)) else {
            return Type::ANY;
        };
        let first = arguments.first().and_then(|node| self.found.types.get(node.id)).cloned();
        let first = first.unwrap_or(Type::ANY);
        if SAME_TEXT.contains(&name) && first.sort == Sort::Text {
            return Type { detail: Detail::None, ..first };
        }
        called(function, &first, arguments.get(1..).unwrap_or_default(), self.second_rows(arguments))
    }

    /// A call of a function of the script.
    fn own(&mut self, key: &(String, usize), arguments: &[Node]) -> Type {
        let given = self.all(arguments);
        let Some(summary) = self.summaries.get_mut(key) else { return Type::ANY };
        for (parameter, known) in summary.seen.iter_mut().zip(given) {
            let known = known.doubted();
            *parameter = Some(match parameter.take() {
                Some(earlier) => earlier.or(known),
                None => known,
            });
        }
        summary.gives.clone().unwrap_or(Type::ANY)
    }
}

/// What a function gives that is called on this.
fn called(function: &Function, on: &Type, others: &[Node], second: Rows) -> Type {
    let gives = Type::given(function.gives);
    let literal = |number: usize| others.get(number).and_then(Node::text).map(str::to_owned);
    let mut rows = on.rows();
    match (function.name.as_str(), function.gives.sort) {
        ("reconcile", _) => return Type { detail: Detail::Both(rows, second), ..gives },
        // What is looked up in an index or group has the field that it is kept by.
        ("index_by" | "group_by", _) => rows.filled.extend(literal(0)),
        ("latest_by", _) => rows.filled.extend([literal(0), literal(1)].into_iter().flatten()),
        _ => {}
    }
    let holds_rows = matches!(
        function.gives.sort,
        Sort::Row | Sort::Table | Sort::Index | Sort::RowGroup | Sort::RowGroups
    );
    if holds_rows { Type { detail: Detail::Rows(rows), ..gives } } else { gives }
}

/// Rows for which a condition holds: what it says of the cells of its parameter is true of them.
fn narrowed(mut rows: Rows, arguments: &[Node], holds: &Facts) -> Rows {
    let Some(What::Closure(closure)) = arguments.first().map(|node| &node.what) else { return rows };
    let Some((row, _)) = closure.parameters.first() else { return rows };
    let own = holds.filled.iter().filter_map(|path| path.strip_prefix(&format!("{row}.")));
    rows.filled.extend(own.map(str::to_owned));
    if holds.asked.contains(row) {
        // A condition that is not understood here may say anything of any cell.
        rows.filled.insert(Rows::ASKED.to_owned());
    }
    rows
}

/// What an operator makes of its parts.
fn operated(name: &str, parts: &[Type]) -> Type {
    let sort = |number: usize| parts.get(number).map_or(Sort::Any, |known| known.sort);
    let made = match (name, sort(0), sort(1)) {
        ("==" | "!=" | "<" | "<=" | ">" | ">=" | "!", ..) => Sort::Boolean,
        ("+" | "-", Sort::Time, Sort::Duration) => Sort::Time,
        ("-", Sort::Time, Sort::Time) => Sort::Duration,
        ("+", Sort::Text, _) | ("+", _, Sort::Text) => Sort::Text,
        ("+" | "-" | "*" | "/" | "%" | "**", one, two) if one.is_number() && two.is_number() => {
            if one == two { one } else { Sort::Number }
        }
        (".." | "..=", ..) => Sort::Range,
        _ => return Type::ANY,
    };
    Type::one(made)
}

/// The path of a node that is given a value.
pub(super) fn target(node: &Node) -> Option<String> {
    path(node)
}
