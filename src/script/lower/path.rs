//! Paths in Rhai's syntax tree: `r.user.name`, `r["user.name"]`, `g[0]`.

use rhai::{ASTFlags, ASTNode, Expr, FnCallExpr};

/// A path into what a condition is about.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Path<'e> {
    /// The variable that it begins with.
    pub(super) root: &'e str,
    /// What stands behind.
    pub(super) steps: Steps<'e>,
}

/// The steps of a path.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Steps<'e> {
    /// Names with dots between them.
    Names(Vec<&'e str>),
    /// One name in brackets.
    Name(&'e str),
    /// A number in brackets.
    Number(i64),
}

/// The path that an expression is, when it is nothing but one.
pub(super) fn path(expression: &Expr) -> Option<Path<'_>> {
    match expression {
        Expr::Index(parts, flags, _) if !flags.contains(ASTFlags::NEGATED) => {
            let steps = match &parts.rhs {
                Expr::StringConstant(name, _) => Steps::Name(name),
                Expr::IntegerConstant(number, _) => Steps::Number(*number),
                _ => return None,
            };
            Some(Path { root: variable(&parts.lhs)?, steps })
        }
        _ => {
            let (root, rest) = behind_variable(expression)?;
            let (mut names, end) = names(rest)?;
            let Expr::Property(property, _) = end else { return None };
            names.push(property.2.as_str());
            Some(Path { root, steps: Steps::Names(names) })
        }
    }
}

/// The variable, the names behind it and the call of `r.user.name.starts_with("x")`.
pub(super) fn call(expression: &Expr) -> Option<(&str, Vec<&str>, &FnCallExpr)> {
    let (root, rest) = behind_variable(expression)?;
    let (names, end) = names(rest)?;
    match end {
        Expr::MethodCall(call, _) => Some((root, names, call)),
        _ => None,
    }
}

/// True when an expression names anything that is not known beforehand.
pub(super) fn reads(expression: &Expr) -> bool {
    let mut reads = false;
    expression.walk(&mut Vec::new(), &mut |path| {
        reads |= match path.last() {
            Some(ASTNode::Expr(Expr::Variable(variable, ..))) => {
                !matches!(variable.1.as_str(), "params" | "as_of")
            }
            Some(ASTNode::Expr(Expr::ThisPtr(..) | Expr::Stmt(..) | Expr::Custom(..))) => true,
            _ => false,
        };
        !reads
    });
    reads
}

/// True for a part that does nothing but name values, parameters and times: whoever evaluates it runs
/// nobody's program.
pub(super) fn is_plain(expression: &Expr) -> bool {
    match expression {
        Expr::Array(items, _) => items.iter().all(is_plain),
        Expr::FnCall(call, _) => {
            let name = call.name.as_str();
            let is_known = matches!(name, "+" | "-" | "time" | "days" | "hours" | "months");
            is_known && !call.is_qualified() && call.args.iter().all(is_plain)
        }
        _ if variable(expression) == Some("as_of") => true,
        _ => {
            let is_value = expression.get_literal_value(None).is_some();
            is_value || path(expression).is_some_and(|path| matches!(path.root, "params" | "as_of"))
        }
    }
}

pub(super) fn variable(expression: &Expr) -> Option<&str> {
    match expression {
        Expr::Variable(variable, ..) => Some(variable.1.as_str()),
        _ => None,
    }
}

/// What stands behind `r.`.
fn behind_variable(expression: &Expr) -> Option<(&str, &Expr)> {
    match expression {
        Expr::Dot(parts, flags, _) if !flags.contains(ASTFlags::NEGATED) => {
            Some((variable(&parts.lhs)?, &parts.rhs))
        }
        _ => None,
    }
}

/// The properties that a chain goes through, and what it ends in.
fn names(mut chain: &Expr) -> Option<(Vec<&str>, &Expr)> {
    let mut names = Vec::new();
    while let Expr::Dot(parts, flags, _) = chain {
        let Expr::Property(property, _) = &parts.lhs else { return None };
        if flags.contains(ASTFlags::NEGATED) {
            return None;
        }
        names.push(property.2.as_str());
        chain = &parts.rhs;
    }
    Some((names, chain))
}
