//! What names mean.

use super::Asked;
use crate::control_id::ControlId;
use crate::lint::Frame;
use crate::lint::flow::{Detail, Rows, Type};
use crate::lint::part::Part;
use crate::pack::Role;
use crate::script::api::{Function, Sort};
use crate::script::syntax::{Node, What};
use std::ops::Range;

/// What a name in a rule means.
#[derive(Clone, Debug, PartialEq)]
pub enum Meaning {
    /// A clause or control.
    Control(ControlId),
    /// A kind of evidence.
    Kind(String),
    /// A field of rows of one of these kinds.
    Field {
        /// The kinds; the first one that has the field says what it is.
        kinds: Vec<String>,
        /// The field.
        name: String,
    },
    /// A field of records of logs.
    EventField(String),
    /// A word that a field may hold.
    Word {
        /// The field.
        field: String,
        /// The word.
        word: String,
    },
    /// A parameter of the rule.
    Param(String),
    /// Functions, methods or properties of this name.
    Functions(Vec<&'static Function>),
    /// A rule.
    Rule(String),
    /// A function of the script.
    Own {
        /// As it is declared: `overdue(row, as_of)`.
        signature: String,
        /// Where its name stands in the script.
        at: Range<usize>,
    },
    /// A variable.
    Variable {
        /// Its name.
        name: String,
        /// What it holds.
        sort: Sort,
        /// Where it is declared in the same text, where it is.
        at: Option<Range<usize>>,
    },
}

/// A name and what it means.
#[derive(Clone, Debug, PartialEq)]
pub struct Standing {
    /// Its bytes in the file.
    pub range: Range<usize>,
    /// What it means.
    pub meaning: Meaning,
}

/// Parameters of functions that name fields of rows.
pub(super) const FIELDS: [&str; 4] = ["field", "left_field", "right_field", "date"];

/// What stands at a byte of the text that is asked about.
pub(super) fn at(asked: &Asked<'_>, at: usize) -> Option<Standing> {
    if !asked.is_script {
        let named = asked.frame.rule.names.iter().find(|named| holds(&named.range, at));
        if let Some(named) = named {
            let range = named.range.start + 1..named.range.end.saturating_sub(1).max(named.range.start + 1);
            return Some(Standing { range, meaning: named_by(asked.frame, &named.role, &named.name)? });
        }
    }
    asked.parts().iter().find_map(|part| {
        let nodes = part.nodes();
        let hit = |node: &&&Node| holds(&part.place(node.name_at.clone()), at);
        // The innermost is the one whose name is the shortest.
        let node = nodes.iter().filter(hit).min_by_key(|node| node.name_at.len())?;
        let meaning = of_node(asked.frame, part, &nodes, node)?;
        Some(Standing { range: part.place(node.name_at.clone()), meaning })
    })
}

fn holds(range: &Range<usize>, at: usize) -> bool {
    range.start <= at && at <= range.end
}

/// What a name in a declaration means by its role.
fn named_by(frame: &Frame<'_>, role: &Role, name: &str) -> Option<Meaning> {
    Some(match role {
        Role::Control => Meaning::Control(name.parse().ok()?),
        Role::Kind => Meaning::Kind(name.to_owned()),
        Role::Field(kind) | Role::Number(kind) => field_of(frame, kind, name),
    })
}

/// A field of a kind: of its own, or one that all records of logs may have.
pub(super) fn field_of(frame: &Frame<'_>, kind: &str, name: &str) -> Meaning {
    let is_own = frame.packs.kinds.get(kind).is_some_and(|kind| kind.fields.contains_key(name));
    match is_own {
        true => Meaning::Field { kinds: vec![kind.to_owned()], name: name.to_owned() },
        false => Meaning::EventField(name.to_owned()),
    }
}

fn of_node(frame: &Frame<'_>, part: &Part<'_>, nodes: &[&Node], node: &Node) -> Option<Meaning> {
    match &node.what {
        What::Property { of, name } => of_member(frame, part.known(of), name),
        What::Text(text) => of_text(frame, part, nodes, node, text),
        What::Method { of, name, arguments } => {
            let on = part.known(of);
            own(part, name, arguments.len()).or_else(|| called(frame, name, Some(on.sort)))
        }
        What::Call { name, arguments } => {
            own(part, name, arguments.len()).or_else(|| called(frame, name, None))
        }
        What::Variable(name) => Some(Meaning::Variable {
            name: name.clone(),
            sort: part.known(node).sort,
            at: declared(part, nodes, name, node.span.start),
        }),
        _ => None,
    }
}

/// What stands behind a dot, or in brackets as a text.
pub(super) fn of_member(frame: &Frame<'_>, of: &Type, name: &str) -> Option<Meaning> {
    let property = || {
        let found: Vec<&'static Function> = match of.sort {
            Sort::Any => frame.api.properties(name).iter().collect(),
            sort => frame.api.property(sort, name).into_iter().collect(),
        };
        (!found.is_empty()).then_some(Meaning::Functions(found))
    };
    match of.sort {
        Sort::Row => cell(frame, &of.rows(), name).or_else(property),
        Sort::Event => Some(Meaning::EventField(name.to_owned())),
        Sort::EventFields => match &of.detail {
            Detail::Below(path) => Some(Meaning::EventField(format!("{path}.{name}"))),
            _ => None,
        },
        Sort::Parameters => frame.rule.params.contains_key(name).then(|| Meaning::Param(name.to_owned())),
        Sort::Context => property().or_else(|| {
            let kind = name.replace('_', "-");
            frame.packs.kinds.contains_key(&kind).then_some(Meaning::Kind(kind))
        }),
        _ => property(),
    }
}

/// A field of rows; of all kinds where nobody knows which ones they are.
pub(super) fn cell(frame: &Frame<'_>, rows: &Rows, name: &str) -> Option<Meaning> {
    let has =
        |kind: &&String| frame.packs.kinds.get(*kind).is_some_and(|kind| kind.fields.contains_key(name));
    let kinds: Vec<String> = match rows.kinds.is_empty() {
        true => frame.packs.kinds.keys().filter(has).cloned().collect(),
        false => rows.kinds.iter().filter(has).cloned().collect(),
    };
    (!kinds.is_empty()).then(|| Meaning::Field { kinds, name: name.to_owned() })
}

/// A text that names a field, or that is a word of one.
fn of_text(frame: &Frame<'_>, part: &Part<'_>, nodes: &[&Node], node: &Node, text: &str) -> Option<Meaning> {
    if let Some(rows) = named_rows(frame, part, nodes, node) {
        return cell(frame, &rows, text);
    }
    let words = compared_with(part, nodes, node)?.words()?.clone();
    words.known.contains(text).then(|| Meaning::Word { field: words.field.clone(), word: text.to_owned() })
}

/// The rows of which a text names a field, where it does: `r.has("due_on")`, `r["due_on"]`.
pub(super) fn named_rows(frame: &Frame<'_>, part: &Part<'_>, nodes: &[&Node], text: &Node) -> Option<Rows> {
    nodes.iter().find_map(|node| match &node.what {
        What::Index { of, by } if by.id == text.id => {
            let known = part.known(of);
            (known.sort == Sort::Row).then(|| known.rows())
        }
        What::Method { of, name, arguments } => {
            let number = arguments.iter().position(|argument| argument.id == text.id)? + 1;
            let names_field = frame.api.functions(name).iter().any(|function| {
                function.parameters.get(number).is_some_and(|one| FIELDS.contains(&one.name.as_str()))
            });
            names_field.then(|| part.known(of).rows())
        }
        _ => None,
    })
}

/// What a value is compared with: `r.status == "open"`, `r.status in ["open", "new"]`.
pub(super) fn compared_with<'p>(part: &'p Part<'_>, nodes: &[&Node], value: &Node) -> Option<&'p Type> {
    nodes.iter().find_map(|node| match &node.what {
        What::Operator { name, parts } if matches!(name.as_str(), "==" | "!=") && parts.len() == 2 => {
            let number = parts.iter().position(|one| one.id == value.id)?;
            Some(part.known(&parts[1 - number]))
        }
        What::In { value: looked_for, list } => match &list.what {
            What::Array(elements) if elements.iter().any(|one| one.id == value.id) => {
                Some(part.known(looked_for))
            }
            _ => None,
        },
        _ => None,
    })
}

/// A function of the script; of those with this name the one with so many parameters, else the first.
fn own(part: &Part<'_>, name: &str, given: usize) -> Option<Meaning> {
    let named = || part.functions().iter().filter(|function| function.name == name);
    let function = named().find(|one| one.body.parameters.len() == given).or_else(|| named().next())?;
    Some(Meaning::Own { signature: signature(function), at: function.name_at.clone() })
}

/// A function of a script as it is declared.
pub(super) fn signature(function: &crate::script::syntax::Function) -> String {
    let parameters: Vec<&str> = function.body.parameters.iter().map(|(name, _)| name.as_str()).collect();
    format!("{}({})", function.name, parameters.join(", "))
}

/// The functions of this name that can be called on this; all where none can.
fn called(frame: &Frame<'_>, name: &str, on: Option<Sort>) -> Option<Meaning> {
    let all = frame.api.functions(name);
    let fits = |one: &&'static Function| match (on, one.parameters.first()) {
        (Some(sort), Some(first)) => sort.fits(first.sort),
        (on, _) => on.is_none(),
    };
    let mut found: Vec<&'static Function> = all.iter().filter(fits).collect();
    if found.is_empty() {
        found = all.iter().collect();
    }
    (!found.is_empty()).then_some(Meaning::Functions(found))
}

/// Where a variable is declared: the nearest place before that declares one of this name.
fn declared(part: &Part<'_>, nodes: &[&Node], name: &str, before: usize) -> Option<Range<usize>> {
    let places = declarations(part, nodes).into_iter();
    let own = places.filter(|(known, at)| known == name && at.start <= before);
    own.map(|(_, at)| at).max_by_key(|at| at.start)
}

/// The variables that a part declares, each with its place.
pub(super) fn declarations(part: &Part<'_>, nodes: &[&Node]) -> Vec<(String, Range<usize>)> {
    let mut found: Vec<(String, Range<usize>)> = Vec::new();
    for function in part.functions() {
        found.extend(function.body.parameters.iter().cloned());
    }
    for node in nodes {
        match &node.what {
            What::Let { name, at, .. } => found.push((name.clone(), at.clone())),
            What::For { variables, .. } => found.extend(variables.iter().cloned()),
            What::Closure(closure) => found.extend(closure.parameters.iter().cloned()),
            _ => {}
        }
    }
    found
}
