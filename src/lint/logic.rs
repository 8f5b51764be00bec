//! Conditions that can never hold, or always do.
//!
//! Parts of a condition that ask about the same value are held against each other, two by two. What
//! a value can be in comparison with another is one of four: less, the same, more, or neither,
//! where one of them is nothing.

use super::flow::{Absence, path};
use super::part::{Part, Role, Tree};
use super::{Lint, LintId};
use crate::script::syntax::{Node, What};

const LESS: u8 = 1;
const SAME: u8 = 2;
const MORE: u8 = 4;
const NEITHER: u8 = 8;
const ALL: u8 = LESS | SAME | MORE | NEITHER;

/// One part of a condition that asks about a value.
struct Atom {
    /// The value that it asks about.
    path: String,
    asks: Asks,
    /// As it is written.
    text: String,
}

/// What is asked of a value.
enum Asks {
    /// How it compares with another; the bits say how it may.
    Compared(u8, Other),
    /// Whether it is one of these, or none of them.
    OneOf(Vec<Literal>, bool),
    /// Whether there is nothing.
    Nothing(bool),
}

/// What a value is compared with.
#[derive(PartialEq)]
enum Other {
    /// A value that is written.
    Literal(Literal),
    /// Something that stands still while the condition is asked, as it is written.
    Written(String),
}

#[derive(Clone, PartialEq)]
enum Literal {
    Text(String),
    Number(f64),
    Boolean(bool),
}

/// Conditions of a part that can never hold or always do.
pub(super) fn look(part: &Part<'_>) -> Vec<Lint> {
    let mut told = Vec::new();
    for node in part.nodes() {
        told.extend(still(part, node));
        let (wanted, id, why) = match &node.what {
            What::And(_) => (true, LintId::Contradiction, "rule each other out, so this never holds"),
            What::Or(_) => (false, LintId::AlwaysTrue, "leave nothing out, so this always holds"),
            _ => continue,
        };
        let atoms = atoms(part, node, wanted);
        if let Some((one, two)) = clash(&atoms, &atoms) {
            let message = format!("`{}` and `{}` {why}", one.text, two.text);
            told.push(part.lint(id, node.span.clone(), message));
        }
    }
    told
}

/// Conditions of one look that rule each other out: `among` and `where`.
pub(super) fn together(parts: &[Part<'_>]) -> Vec<Lint> {
    let mut told = Vec::new();
    for (number, later) in parts.iter().enumerate() {
        for earlier in &parts[..number] {
            let is_one_look = matches!(later.role, Role::Condition(_)) && earlier.role == later.role;
            let (Tree::Expression(one), Tree::Expression(two)) = (&earlier.tree, &later.tree) else {
                continue;
            };
            if !is_one_look {
                continue;
            }
            let (before, own) = (atoms(earlier, &one.node, true), atoms(later, &two.node, true));
            if let Some((first, second)) = clash(&before, &own) {
                let message = format!("`{}` rules out `{}`, which was asked before", second.text, first.text);
                told.push(later.lint(LintId::Contradiction, two.node.span.clone(), message));
            }
        }
    }
    told
}

/// The first two parts that cannot both hold.
fn clash<'a>(one: &'a [Atom], two: &'a [Atom]) -> Option<(&'a Atom, &'a Atom)> {
    let is_one_list = std::ptr::eq(one, two);
    one.iter().enumerate().find_map(|(number, first)| {
        let others = if is_one_list { &two[number + 1..] } else { two };
        others
            .iter()
            .find(|second| first.path == second.path && excludes(&first.asks, &second.asks))
            .map(|second| (first, second))
    })
}

/// A comparison of what is the same on both sides, or of two values that are written.
fn still(part: &Part<'_>, node: &Node) -> Option<Lint> {
    let What::Operator { name, parts } = &node.what else { return None };
    let [left, right] = &parts[..] else { return None };
    let mask = outcomes(name)?;
    let outcome = match (literal(left), literal(right)) {
        (Some(one), Some(two)) => compared(&one, &two)?,
        _ if path(left).is_some() && path(left) == path(right) => SAME,
        _ => return None,
    };
    let (id, always) = if mask & outcome == 0 {
        (LintId::Contradiction, "never holds")
    } else {
        (LintId::AlwaysTrue, "always holds")
    };
    let text = part.text.get(node.span.clone()).unwrap_or_default();
    Some(part.lint(id, node.span.clone(), format!("`{text}` {always}")))
}

/// The parts of a condition that must all hold for it to hold, or to fail.
fn atoms(part: &Part<'_>, node: &Node, holds: bool) -> Vec<Atom> {
    match &node.what {
        What::And(parts) if holds => parts.iter().flat_map(|one| atoms(part, one, true)).collect(),
        What::Or(parts) if !holds => parts.iter().flat_map(|one| atoms(part, one, false)).collect(),
        What::Operator { name, parts } if name == "!" && parts.len() == 1 => atoms(part, &parts[0], !holds),
        _ => atom(part, node, holds).into_iter().collect(),
    }
}

fn atom(part: &Part<'_>, node: &Node, holds: bool) -> Option<Atom> {
    let text = part.text.get(node.span.clone())?.split_whitespace().collect::<Vec<_>>().join(" ");
    match &node.what {
        What::In { value, list } => {
            let What::Array(parts) = &list.what else { return None };
            let values: Option<Vec<Literal>> = parts.iter().map(literal).collect();
            Some(Atom { path: path(value)?, asks: Asks::OneOf(values?, holds), text })
        }
        What::Operator { name, parts } => {
            let [left, right] = &parts[..] else { return None };
            let (value, other, mask) = match path(left) {
                Some(_) if !is_still(left) => (left, right, outcomes(name)?),
                _ => (right, left, mirrored(outcomes(name)?)),
            };
            let path = path(value).filter(|_| !is_still(value))?;
            if matches!(other.what, What::Nothing) {
                let is_nothing = match name.as_str() {
                    "==" => holds,
                    "!=" => !holds,
                    _ => return None,
                };
                return Some(Atom { path, asks: Asks::Nothing(is_nothing), text });
            }
            let mask = if holds { mask } else { ALL ^ mask };
            let other = match literal(other) {
                Some(literal) => Other::Literal(literal),
                None if is_written(other) => Other::Written(part.text.get(other.span.clone())?.to_owned()),
                None => return None,
            };
            let are_there = parts.iter().all(|one| part.known(one).absence == Absence::Never);
            let mask = if are_there { mask & !NEITHER } else { mask };
            Some(Atom { path, asks: Asks::Compared(mask, other), text })
        }
        _ => None,
    }
}

/// True when two questions about one value cannot both be answered with yes.
fn excludes(one: &Asks, two: &Asks) -> bool {
    match (one, two) {
        (Asks::Nothing(one), Asks::Nothing(two)) => one != two,
        (Asks::Nothing(true), other) | (other, Asks::Nothing(true)) => needs_something(other),
        (Asks::Nothing(false), _) | (_, Asks::Nothing(false)) => false,
        (Asks::Compared(one, with), Asks::Compared(two, also)) if with == also => one & two == 0,
        _ => match (values(one), values(two)) {
            (Some(values), _) => values.iter().all(|value| !allows(two, value)),
            (None, Some(values)) => values.iter().all(|value| !allows(one, value)),
            (None, None) => apart(one, two),
        },
    }
}

/// True for what holds of no nothing.
fn needs_something(asks: &Asks) -> bool {
    match asks {
        Asks::Compared(mask, Other::Literal(_)) => mask & NEITHER == 0,
        Asks::OneOf(_, holds) => *holds,
        _ => false,
    }
}

/// The values that answer with yes, where they are few.
fn values(asks: &Asks) -> Option<Vec<Literal>> {
    match asks {
        Asks::Compared(SAME, Other::Literal(value)) => Some(vec![value.clone()]),
        Asks::OneOf(values, true) => Some(values.clone()),
        _ => None,
    }
}

/// True unless a value surely answers with no.
fn allows(asks: &Asks, value: &Literal) -> bool {
    match asks {
        Asks::Compared(mask, Other::Literal(other)) => {
            compared(value, other).is_none_or(|outcome| mask & outcome != 0)
        }
        Asks::OneOf(values, holds) => values.contains(value) == *holds,
        _ => true,
    }
}

/// True when one asks for more than a number and the other for less than a smaller one.
fn apart(one: &Asks, two: &Asks) -> bool {
    let bound = |asks: &Asks| match asks {
        Asks::Compared(mask, Other::Literal(Literal::Number(number))) => Some((*mask, *number)),
        _ => None,
    };
    let (Some((mask, number)), Some((other_mask, other))) = (bound(one), bound(two)) else { return false };
    let below = |low: u8, at: f64, high: u8, top: f64| {
        let is_lower = low & (LESS | NEITHER) == 0;
        let is_upper = high & (MORE | NEITHER) == 0;
        is_lower && is_upper && (at > top || (at >= top && (low & high & SAME) == 0))
    };
    below(mask, number, other_mask, other) || below(other_mask, other, mask, number)
}

fn outcomes(operator: &str) -> Option<u8> {
    Some(match operator {
        "==" => SAME,
        "!=" => ALL ^ SAME,
        "<" => LESS,
        "<=" => LESS | SAME,
        ">" => MORE,
        ">=" => MORE | SAME,
        _ => return None,
    })
}

fn mirrored(mask: u8) -> u8 {
    let moved = |from: u8, to: u8| if mask & from == 0 { 0 } else { to };
    mask & (SAME | NEITHER) | moved(LESS, MORE) | moved(MORE, LESS)
}

/// How two values that are written compare; texts only as the same or not.
fn compared(one: &Literal, two: &Literal) -> Option<u8> {
    match (one, two) {
        (Literal::Number(one), Literal::Number(two)) => Some(match one.partial_cmp(two)? {
            std::cmp::Ordering::Less => LESS,
            std::cmp::Ordering::Equal => SAME,
            std::cmp::Ordering::Greater => MORE,
        }),
        (Literal::Text(one), Literal::Text(two)) => Some(match one.cmp(two) {
            std::cmp::Ordering::Less => LESS,
            std::cmp::Ordering::Equal => SAME,
            std::cmp::Ordering::Greater => MORE,
        }),
        (Literal::Boolean(one), Literal::Boolean(two)) => Some(if one == two { SAME } else { NEITHER }),
        _ => Some(NEITHER),
    }
}

#[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
fn literal(node: &Node) -> Option<Literal> {
    match &node.what {
        What::Text(text) => Some(Literal::Text(text.clone())),
        What::Integer(number) => Some(Literal::Number(*number as f64)),
        What::Float(number) => Some(Literal::Number(*number)),
        What::Boolean(value) => Some(Literal::Boolean(*value)),
        _ => None,
    }
}

/// Parameters and the day of judgement: conditions ask about something else.
fn is_still(node: &Node) -> bool {
    path(node).is_some_and(|path| path == "as_of" || path.starts_with("params.") || path.contains(".params."))
}

/// True for what has one value while a condition is asked.
fn is_written(node: &Node) -> bool {
    match &node.what {
        What::Operator { name, parts } => matches!(name.as_str(), "+" | "-") && parts.iter().all(is_written),
        What::Call { name, arguments } => {
            matches!(name.as_str(), "days" | "hours" | "months" | "time") && arguments.iter().all(is_written)
        }
        What::Integer(_) | What::Float(_) | What::Text(_) => true,
        _ => path(node).is_some(),
    }
}
