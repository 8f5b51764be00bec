//! The fields of a record that a condition may read, natively or not.

use super::path::{Steps, call, path, reads, variable};
use rhai::{AST, ASTNode, Expr};

/// The slots of the fields that a condition may read of the record `r`, a bit each: those that it
/// names, and all where it does anything else with the record than naming its fields.
pub(in crate::script) fn slots(ast: &AST, fields: &[String]) -> u128 {
    let mut slots = 0;
    ast.walk(&mut |nodes| {
        if let [.., ASTNode::Expr(expression)] = nodes
            && variable(expression) == Some("r")
        {
            let around = nodes.len().checked_sub(2).and_then(|at| match &nodes[at] {
                ASTNode::Expr(around) => named_by(around),
                _ => None,
            });
            slots |= around.map_or(u128::MAX, |name| below(&name, fields));
        }
        true
    });
    slots
}

/// The name of the field that an expression around the record names, with what is asked of it.
fn named_by(expression: &Expr) -> Option<String> {
    if let Some(path) = path(expression).filter(|path| path.root == "r") {
        return match path.steps {
            Steps::Names(names) => Some(names.join(".")),
            Steps::Name(name) => Some(name.to_owned()),
            Steps::Number(_) => None,
        };
    }
    let (_, names, call) = call(expression).filter(|(root, ..)| *root == "r")?;
    if !names.is_empty() {
        // What is asked of a field reads nothing else of the record.
        return call.args.iter().all(|argument| !reads(argument)).then(|| names.join("."));
    }
    let name = call.args.first().filter(|_| call.name == "has")?.get_literal_value(None)?;
    name.into_immutable_string().ok().map(|name| name.to_string())
}

/// The slots of the field with this name, of those below it, and of those it lies below.
fn below(name: &str, fields: &[String]) -> u128 {
    let is_under = |one: &str, other: &str| {
        one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let named = |field: &&String| is_under(field, name) || is_under(name, field);
    let slots = fields.iter().enumerate().filter(|(_, field)| named(field));
    slots.fold(0, |bits, (slot, _)| bits | 1 << slot)
}
