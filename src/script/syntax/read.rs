//! From Rhai's tree to ours: functions and expressions.

use super::lexer::Lexer;
use super::{Closure, Expression, Function, Node, Script, What};
use rhai::{
    AST, ASTFlags, ASTNode, Dynamic, Expr, FnCallExpr, FnPtr, Module, Position, ScriptFuncDef, Shared, Stmt,
};
use std::collections::BTreeMap;
use std::ops::Range;

/// The operator behind `in`, which Rhai reads as a call.
const IN: &str = "contains";

/// Reads one text.
pub(super) struct Reader<'t> {
    pub(super) lexer: Lexer<'t>,
    /// Bodies of closures by the names that Rhai gave them.
    closures: BTreeMap<String, Shared<ScriptFuncDef>>,
    nodes: usize,
}

pub(super) fn script(text: &str, ast: &AST) -> Script {
    let mut reader = Reader::new(text, ast);
    let named = ast.iter_fn_def().filter(|function| !function.name.starts_with("anon$"));
    let mut functions: Vec<Function> = named.map(|function| reader.function(function)).collect();
    functions.sort_by_key(|function| function.span.start);
    let statements = reader.statements(ast.statements());
    Script { functions, statements, nodes: reader.nodes }
}

pub(super) fn expression(text: &str, ast: &AST) -> Expression {
    let mut reader = Reader::new(text, ast);
    let mut statements = reader.statements(ast.statements());
    let node = match (statements.pop(), statements.is_empty()) {
        (Some(node), true) => node,
        _ => reader.node(What::Other, 0..text.len()),
    };
    Expression { node, nodes: reader.nodes }
}

/// The statements of a function. Rhai shows them to those who walk a tree, and to no one else.
fn body(function: &Shared<ScriptFuncDef>) -> Vec<Stmt> {
    let mut alone = Module::new();
    alone.set_script_fn(Shared::clone(function));
    let mut statements = Vec::new();
    AST::new([], alone).walk(&mut |path| {
        if let [ASTNode::Stmt(statement)] = path {
            statements.push((*statement).clone());
        }
        true
    });
    statements
}

impl<'t> Reader<'t> {
    fn new(text: &'t str, ast: &AST) -> Self {
        let functions = ast.iter_fn_def();
        let closures = functions.map(|function| (function.name.to_string(), Shared::clone(function)));
        Self { lexer: Lexer::new(text), closures: closures.collect(), nodes: 0 }
    }

    pub(super) fn at(&self, position: Position) -> usize {
        self.lexer.offset(position).unwrap_or(0)
    }

    pub(super) fn node(&mut self, what: What, span: Range<usize>) -> Node {
        self.nodes += 1;
        Node { id: self.nodes - 1, what, name_at: span.clone(), span }
    }

    /// A node that is named by a part of its bytes.
    pub(super) fn named(&mut self, what: What, span: Range<usize>, name_at: Range<usize>) -> Node {
        Node { name_at, ..self.node(what, span) }
    }

    fn function(&mut self, function: &Shared<ScriptFuncDef>) -> Function {
        let opening = self.at(function.body.start_position());
        let end = self.lexer.closed(opening);
        let head = format!("fn {}", function.name);
        let start = self.lexer.text()[..opening].rfind(&head).unwrap_or(opening);
        let name_at = start + 3..start + head.len();
        let parameters = function.params.iter().map(|name| name.to_string());
        let parameters = self.places(parameters.collect(), name_at.end..opening);
        let body = Closure { parameters, body: self.statements(&body(function)) };
        Function { name: function.name.to_string(), name_at, span: start..end, body }
    }

    /// Names in the order in which they stand within these bytes, each with its place.
    fn places(&self, names: Vec<String>, within: Range<usize>) -> Vec<(String, Range<usize>)> {
        let mut from = within.start;
        let mut place = |name: &String| {
            while from < within.end {
                let word = self.lexer.word(from);
                from = word.end.max(from + 1);
                if self.lexer.text()[word.clone()] == **name {
                    return word;
                }
            }
            within.clone()
        };
        names.into_iter().map(|name| (place(&name), name)).map(|(at, name)| (name, at)).collect()
    }

    /// A closure, with what it captured left out of its parameters.
    fn closure(&mut self, name: &str, captured: usize, at: usize) -> Node {
        let Some(function) = self.closures.get(name).cloned() else {
            return self.node(What::Other, at..at);
        };
        let statements = self.statements(&body(&function));
        let parameters: Vec<String> =
            function.params.iter().skip(captured).map(|name| name.to_string()).collect();
        let opening = self.at(function.body.start_position());
        let parameters = self.places(parameters, at..opening.max(at));
        let end = if self.lexer.text()[opening..].starts_with('{') {
            self.lexer.closed(opening)
        } else {
            statements.last().map_or(opening, |last| last.span.end)
        };
        self.node(What::Closure(Closure { parameters, body: statements }), at..end.max(at))
    }

    pub(super) fn expressions<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>) -> Vec<Node> {
        all.into_iter().map(|one| self.expression(one)).collect()
    }

    pub(super) fn boxed(&mut self, expression: &Expr) -> Box<Node> {
        Box::new(self.expression(expression))
    }

    pub(super) fn expression(&mut self, expression: &Expr) -> Node {
        let at = self.at(expression.position());
        match expression {
            Expr::Unit(_) => self.node(What::Nothing, at..self.lexer.closed(at).max(at)),
            Expr::BoolConstant(value, _) => self.node(What::Boolean(*value), self.lexer.word(at)),
            Expr::IntegerConstant(value, _) => self.node(What::Integer(*value), self.lexer.number(at)),
            Expr::FloatConstant(value, _) => self.node(What::Float(**value), self.lexer.number(at)),
            Expr::CharConstant(value, _) => self.node(What::Character(*value), at..self.lexer.step(at)),
            Expr::StringConstant(text, _) => self.text(text, at),
            Expr::InterpolatedString(parts, _) => {
                let parts = self.expressions(&**parts);
                self.node(What::Interpolated(parts), at..self.lexer.text_end(at))
            }
            Expr::Array(parts, _) => {
                let parts = self.expressions(&**parts);
                self.node(What::Array(parts), at..self.lexer.closed(at))
            }
            Expr::Map(entries, _) => {
                let entries =
                    entries.0.iter().map(|(name, value)| (name.name.to_string(), self.expression(value)));
                let entries = entries.collect();
                self.node(What::Map(entries), at..self.lexer.closed(at))
            }
            Expr::Variable(variable, ..) => {
                self.node(What::Variable(variable.1.to_string()), self.lexer.word(at))
            }
            Expr::ThisPtr(_) => self.node(What::This, self.lexer.word(at)),
            Expr::DynamicConstant(value, _) => self.constant(value, at),
            Expr::FnCall(call, _) => self.call(call, at),
            Expr::Dot(parts, ..) | Expr::Index(parts, ..) => {
                let of = self.expression(&parts.lhs);
                self.chain(of, expression)
            }
            Expr::And(parts, _) => self.joined(What::And, parts.iter(), at, "&&"),
            Expr::Or(parts, _) => self.joined(What::Or, parts.iter(), at, "||"),
            Expr::Coalesce(parts, _) => self.joined(What::Else, parts.iter(), at, "??"),
            Expr::Stmt(block) => self.block_expression(block),
            _ => self.node(What::Other, self.lexer.word(at)),
        }
    }

    /// A text; within a text with values in it, a part has no quotes of its own.
    fn text(&mut self, text: &str, at: usize) -> Node {
        let quoted = matches!(self.lexer.text().as_bytes().get(at), Some(b'"' | b'`'));
        let end = if quoted { self.lexer.text_end(at) } else { at + text.len() };
        let end = end.min(self.lexer.text().len());
        self.node(What::Text(text.to_owned()), at..end)
    }

    fn constant(&mut self, value: &Dynamic, at: usize) -> Node {
        match value.read_lock::<FnPtr>() {
            Some(function) => self.closure(function.fn_name(), 0, at),
            None => self.node(What::Other, self.lexer.word(at)),
        }
    }

    fn joined<'e>(
        &mut self,
        what: fn(Vec<Node>) -> What,
        parts: impl Iterator<Item = &'e Expr>,
        at: usize,
        operator: &str,
    ) -> Node {
        let parts = self.expressions(parts);
        let span = self.around(&parts, at);
        let name_at = self.lexer.operator(at, operator);
        self.named(what(parts), span, name_at)
    }

    /// The bytes from the first to the last of these parts, and of what stands here.
    fn around(&self, parts: &[Node], at: usize) -> Range<usize> {
        let start = parts.iter().map(|part| part.span.start).min().unwrap_or(at).min(at);
        let end = parts.iter().map(|part| part.span.end).max().unwrap_or(at).max(at);
        self.lexer.balanced(start..end)
    }

    pub(super) fn call(&mut self, call: &FnCallExpr, at: usize) -> Node {
        let name = call.name.as_str();
        if let ("curry", [Expr::DynamicConstant(value, _), captured @ ..]) = (name, &call.args[..])
            && let Some(function) = value.read_lock::<FnPtr>()
        {
            return self.closure(function.fn_name(), captured.len(), at);
        }
        let mut parts = self.expressions(&call.args);
        if call.is_operator_call() {
            let (span, name_at) = (self.around(&parts, at), self.lexer.operator(at, name));
            return self.named(What::Operator { name: name.to_owned(), parts }, span, name_at);
        }
        if name == IN && self.lexer.text()[at..].trim_start_matches('!').starts_with("in") && parts.len() == 2
        {
            let (span, name_at) = (self.around(&parts, at), self.lexer.word(at));
            let value = Box::new(parts.remove(1));
            let list = Box::new(parts.remove(0));
            return self.named(What::In { value, list }, span, name_at);
        }
        let name_at = self.lexer.word(at);
        let span = at..self.lexer.closed(name_at.end);
        self.named(What::Call { name: name.to_owned(), arguments: parts }, span, name_at)
    }

    /// `of.a[b].c()`: Rhai keeps what follows on the right, we what comes before on the left.
    fn chain(&mut self, of: Node, link: &Expr) -> Node {
        let (parts, is_index, at) = match link {
            Expr::Dot(parts, _, at) => (parts, false, *at),
            Expr::Index(parts, _, at) => (parts, true, *at),
            _ => return of,
        };
        let (next, rest) = match &parts.rhs {
            rest @ (Expr::Dot(inner, ..) | Expr::Index(inner, ..)) if continues(link) => {
                (&inner.lhs, Some(rest))
            }
            last => (last, None),
        };
        let at = self.at(at);
        let of = if is_index { self.indexed(of, next, at) } else { self.member(of, next) };
        match rest {
            Some(rest) => self.chain(of, rest),
            None => of,
        }
    }

    fn indexed(&mut self, of: Node, by: &Expr, at: usize) -> Node {
        let by = self.boxed(by);
        let (start, name_at) = (of.span.start, by.span.clone());
        let end = self.lexer.closed(at);
        self.named(What::Index { of: Box::new(of), by }, start..end, name_at)
    }

    fn member(&mut self, of: Node, member: &Expr) -> Node {
        let (start, name_at) = (of.span.start, self.lexer.word(self.at(member.position())));
        let of = Box::new(of);
        match member {
            Expr::Property(property, _) => {
                let end = name_at.end;
                self.named(What::Property { of, name: property.2.to_string() }, start..end, name_at)
            }
            Expr::MethodCall(call, _) => {
                let arguments = self.expressions(&call.args);
                let end = self.lexer.closed(name_at.end);
                let what = What::Method { of, name: call.name.to_string(), arguments };
                self.named(what, start..end, name_at)
            }
            _ => self.node(What::Other, start..name_at.end),
        }
    }
}

/// True when what stands to the right of a link goes on with the chain, and is no chain of its own
/// within brackets, as `a[b.c]`.
fn continues(link: &Expr) -> bool {
    matches!(link, Expr::Dot(_, flags, _) | Expr::Index(_, flags, _) if !flags.contains(ASTFlags::BREAK))
}
