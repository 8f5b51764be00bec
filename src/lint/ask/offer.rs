//! What could stand at a place.

use super::Asked;
use super::meaning::{self, Meaning};
use super::whole::MARK;
use crate::lint::Frame;
use crate::lint::flow::{Detail, Rows, Type, Words};
use crate::lint::part::Part;
use crate::pack::{Form, Kind, Named, Role, Shape};
use crate::script::api::{Function, Sort};
use crate::script::syntax::{Node, What};
use std::collections::BTreeSet;
use std::ops::Range;

/// Names that Rhai keeps for itself, so that they cannot stand behind a dot.
const RESERVED: [&str; 4] = ["default", "module", "package", "private"];

/// What could stand at a place, in place of what is written there.
#[derive(Clone, Debug, PartialEq)]
pub struct Offers {
    /// The bytes of what is written of it so far.
    pub range: Range<usize>,
    /// What could stand there, each once.
    pub list: Vec<Offer>,
}

/// Something that could stand at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Offer {
    /// What is to be written.
    pub name: String,
    /// What it means.
    pub meaning: Meaning,
}

impl Offer {
    fn new(name: impl Into<String>, meaning: Meaning) -> Self {
        Self { name: name.into(), meaning }
    }
}

/// What could stand at the mark, which was put at a byte of the text before so many bytes were added
/// to its start.
pub(super) fn at(asked: &Asked<'_>, (at, shift): (usize, usize)) -> Option<Offers> {
    let offers = |start: usize, list: Vec<Offer>| {
        let start = start.saturating_sub(shift).min(at);
        Some(Offers { range: start..at, list })
    };
    if !asked.is_script {
        let marked = asked.frame.rule.names.iter().find(|named| named.name.contains(MARK));
        if let Some(named) = marked {
            return offers(named.range.start + 1, named_like(asked.frame, named));
        }
    }
    asked.parts().iter().find_map(|part| {
        let nodes = part.nodes();
        let node = nodes.iter().find(|node| is_marked(node))?;
        let is_text = matches!(node.what, What::Text(_));
        let start = part.place(node.name_at.clone()).start + usize::from(is_text);
        offers(start, like(asked.frame, part, &nodes, node))
    })
}

fn is_marked(node: &Node) -> bool {
    match &node.what {
        What::Property { name, .. }
        | What::Method { name, .. }
        | What::Call { name, .. }
        | What::Variable(name)
        | What::Text(name) => name.contains(MARK),
        _ => false,
    }
}

/// What a declaration may name in the role of the mark.
fn named_like(frame: &Frame<'_>, named: &Named) -> Vec<Offer> {
    match &named.role {
        Role::Control => {
            let ids = frame.packs.controls.keys();
            ids.map(|id| Offer::new(id.to_string(), Meaning::Control(*id))).collect()
        }
        Role::Kind => {
            // A scan looks at logs, all else at tables and documents.
            let is_scanned = matches!(&frame.rule.form, Form::Scan(scan) if scan.from.contains(MARK));
            let fits = |kind: &&std::sync::Arc<Kind>| (kind.shape == Shape::Events) == is_scanned;
            let kinds = frame.packs.kinds.values().filter(fits);
            kinds.map(|kind| Offer::new(&kind.id, Meaning::Kind(kind.id.clone()))).collect()
        }
        Role::Field(kind) | Role::Number(kind) => {
            let Some(known) = frame.packs.kinds.get(kind) else { return Vec::new() };
            let fields = frame.packs.fields_of(known).into_iter();
            let is_number = |name: &str| {
                frame
                    .packs
                    .event_fields
                    .slot(name)
                    .is_some_and(|slot| frame.packs.event_fields.is_number(slot))
            };
            let wants_number = matches!(named.role, Role::Number(_)) && known.shape == Shape::Events;
            let fitting = fields.filter(|name| !wants_number || is_number(name));
            fitting.map(|name| Offer::new(name, meaning::field_of(frame, kind, name))).collect()
        }
    }
}

/// What an expression or a script may have where the mark is.
fn like(frame: &Frame<'_>, part: &Part<'_>, nodes: &[&Node], node: &Node) -> Vec<Offer> {
    match &node.what {
        What::Property { of, .. } | What::Method { of, .. } => members(frame, part.known(of)),
        What::Text(_) => match meaning::named_rows(frame, part, nodes, node) {
            Some(rows) => fields(frame, &rows),
            None => {
                let words = meaning::compared_with(part, nodes, node).and_then(Type::words);
                words.map_or_else(Vec::new, |words| word_offers(words, ""))
            }
        },
        _ => {
            let words = meaning::compared_with(part, nodes, node).and_then(Type::words);
            let mut list = words.map_or_else(Vec::new, |words| word_offers(words, "\""));
            list.extend(names(frame, part, nodes, node));
            list
        }
    }
}

fn word_offers(words: &Words, quote: &str) -> Vec<Offer> {
    let meaning = |word: &String| Meaning::Word { field: words.field.clone(), word: word.clone() };
    words.known.iter().map(|word| Offer::new(format!("{quote}{word}{quote}"), meaning(word))).collect()
}

/// Everything that may stand behind a dot.
fn members(frame: &Frame<'_>, of: &Type) -> Vec<Offer> {
    let mut list = match (of.sort, &of.detail) {
        (Sort::Row, _) => fields(frame, &of.rows()),
        (Sort::Event, _) => event_fields(frame, ""),
        (Sort::EventFields, Detail::Below(path)) => event_fields(frame, &format!("{path}.")),
        (Sort::Context, _) => kinds(frame),
        (Sort::Parameters, _) => {
            let names = frame.rule.params.keys();
            return names.map(|name| Offer::new(name, Meaning::Param(name.clone()))).collect();
        }
        _ => Vec::new(),
    };
    let properties = frame.api.properties_of(of.sort);
    // What can be asked of anything says little of rows, groups and the like.
    let is_plain = of.is_plain() || matches!(of.sort, Sort::Any | Sort::Array | Sort::Map | Sort::Character);
    let methods = frame.api.methods_of(of.sort).filter(|one| is_plain || one.parameters[0].sort == of.sort);
    list.extend(by_name(properties.chain(methods)));
    let mut seen = BTreeSet::new();
    list.retain(|offer| seen.insert(offer.name.clone()));
    list
}

/// Functions under their names, those of one name as one; operators are none.
fn by_name(functions: impl Iterator<Item = &'static Function>) -> Vec<Offer> {
    let mut list: Vec<Offer> = Vec::new();
    let named =
        functions.filter(|one| one.name.starts_with(|c: char| c.is_alphabetic()) && !one.is_deprecated);
    for function in named {
        match list.iter_mut().find(|offer| offer.name == function.name).map(|offer| &mut offer.meaning) {
            Some(Meaning::Functions(same)) => same.push(function),
            _ => list.push(Offer::new(&function.name, Meaning::Functions(vec![function]))),
        }
    }
    list
}

/// Fields of rows; of all kinds that the rule looks at where nobody knows of which they are.
fn fields(frame: &Frame<'_>, rows: &Rows) -> Vec<Offer> {
    let own = || frame.rule.uses.iter().chain(&frame.rule.may_use).cloned().collect();
    let kinds: Vec<String> = if rows.kinds.is_empty() { own() } else { rows.kinds.iter().cloned().collect() };
    let known = kinds.iter().filter_map(|kind| frame.packs.kinds.get(kind));
    let names: BTreeSet<&String> = known.flat_map(|kind| kind.fields.keys()).collect();
    let has = |kind: &&String, name: &str| {
        frame.packs.kinds.get(*kind).is_some_and(|kind| kind.fields.contains_key(name))
    };
    let offer = |name: &String| {
        let kinds = kinds.iter().filter(|kind| has(kind, name)).cloned().collect();
        Offer::new(name, Meaning::Field { kinds, name: name.clone() })
    };
    names.into_iter().map(offer).collect()
}

/// Fields of records below a name, as what is still to be written of them.
fn event_fields(frame: &Frame<'_>, below: &str) -> Vec<Offer> {
    let names = frame.packs.event_fields.names().iter().map(String::as_str).chain(["time"]);
    let rest = names.filter_map(|name| Some((name, name.strip_prefix(below)?)));
    let can_stand = |rest: &str| !rest.split('.').any(|step| RESERVED.contains(&step));
    rest.filter(|(_, rest)| can_stand(rest))
        .map(|(name, rest)| Offer::new(rest, Meaning::EventField(name.to_owned())))
        .collect()
}

/// The tables and documents that the rule names, as the context has them.
fn kinds(frame: &Frame<'_>) -> Vec<Offer> {
    let named = frame.rule.uses.iter().chain(&frame.rule.may_use);
    let is_table =
        |kind: &&String| frame.packs.kinds.get(*kind).is_some_and(|kind| kind.shape != Shape::Events);
    named
        .filter(is_table)
        .map(|kind| Offer::new(kind.replace('-', "_"), Meaning::Kind(kind.clone())))
        .collect()
}

/// Variables and functions in sight.
fn names(frame: &Frame<'_>, part: &Part<'_>, nodes: &[&Node], here: &Node) -> Vec<Offer> {
    let still = if part.script().is_some() { &[][..] } else { &["params", "as_of"][..] };
    let variable = |name: &str, at: Option<Range<usize>>| {
        Offer::new(name, Meaning::Variable { name: name.to_owned(), sort: Sort::Any, at })
    };
    let mut list: Vec<Offer> = Vec::new();
    list.extend(part.variables.iter().map(|name| variable(name, None)));
    list.extend(still.iter().map(|name| variable(name, None)));
    let before = meaning::declarations(part, nodes).into_iter().filter(|(_, at)| at.start < here.span.start);
    list.extend(before.map(|(name, at)| variable(&name, Some(at))));
    list.extend(part.functions().iter().filter(|function| function.name != "judge").map(|function| {
        let at = function.name_at.clone();
        Offer::new(&function.name, Meaning::Own { signature: meaning::signature(function), at })
    }));
    // What is only ever called on something stands behind its dot.
    let is_free = |one: &&'static Function| {
        one.parameters
            .first()
            .is_none_or(|first| !matches!(first.sort, Sort::Any | Sort::Row | Sort::Table | Sort::Context))
    };
    let functions = frame.api.names().flat_map(|name| frame.api.functions(name)).filter(is_free);
    list.extend(by_name(functions));
    let mut seen = BTreeSet::new();
    list.retain(|offer| !offer.name.contains(MARK) && seen.insert(offer.name.clone()));
    list
}
