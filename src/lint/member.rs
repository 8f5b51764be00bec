//! What stands behind dots and in brackets, and variables.

use super::flow::{Detail, Rows, Type};
use super::part::Part;
use super::{Frame, Lint, LintId};
use crate::pack::{Form, Kind, Shape};
use crate::script::api::Sort;
use crate::script::syntax::{Node, What};
use crate::toml_text::did_you_mean;
use std::collections::BTreeSet;
use std::ops::Range;

/// What a group says of itself only where its scan declares it, and the key that declares it.
const DECLARED: [(&str, &str); 8] = [
    ("distinct", "distinct"),
    ("max", "sum"),
    ("min", "sum"),
    ("period", "every"),
    ("silence", "gap"),
    ("silences", "gap"),
    ("sum", "sum"),
    ("top", "top"),
];

/// Properties, fields, parameters, kinds and variables that do not exist.
pub(super) fn look(frame: &Frame<'_>, part: &Part<'_>) -> Vec<Lint> {
    let nodes = part.nodes();
    let look = Look { frame, part, keys: keys(&nodes), names: names(part, &nodes) };
    nodes.iter().filter_map(|node| look.node(node)).collect()
}

struct Look<'a> {
    frame: &'a Frame<'a>,
    part: &'a Part<'a>,
    /// Keys of the maps that the script makes.
    keys: BTreeSet<&'a str>,
    /// Variables that are declared anywhere.
    names: BTreeSet<String>,
}

impl Look<'_> {
    fn node(&self, node: &Node) -> Option<Lint> {
        match &node.what {
            What::Variable(name) if self.part.flowed.unknown.contains(&node.id) => self.variable(node, name),
            What::Property { of, name } => self.member(self.part.known(of), name, &node.name_at),
            What::Index { of, by } => match &by.what {
                What::Text(name) => {
                    let of = self.part.known(of);
                    let has_fields = matches!(
                        of.sort,
                        Sort::Row | Sort::Event | Sort::EventFields | Sort::Parameters | Sort::Context
                    );
                    has_fields.then(|| self.member(of, name, &node.name_at)).flatten()
                }
                What::Integer(number) => self.key_of_group(self.part.known(of), *number, &node.name_at),
                _ => None,
            },
            _ => None,
        }
    }

    fn variable(&self, node: &Node, name: &str) -> Option<Lint> {
        let near = did_you_mean(name, self.names.iter().map(String::as_str).filter(|known| known.len() > 1));
        let message = format!("no variable `{name}` here{near}");
        let lint = self.part.lint(LintId::UnknownVariable, node.span.clone(), message);
        let known = &self.part.variables;
        Some(if known.is_empty() { lint } else { lint.help(format!("it sees {}", known.join(", "))) })
    }

    fn member(&self, of: &Type, name: &str, at: &Range<usize>) -> Option<Lint> {
        let (id, message) = match of.sort {
            Sort::Row => (LintId::UnknownField, self.missing_cell(&of_rows(of), name)?),
            Sort::Event => (LintId::UnknownField, self.missing_field(name)?),
            Sort::EventFields => match &of.detail {
                Detail::Below(path) => (LintId::UnknownField, self.missing_field(&format!("{path}.{name}"))?),
                _ => return None,
            },
            Sort::Context => return self.kind(name, at),
            Sort::Parameters if self.frame.rule.params.contains_key(name) => return None,
            Sort::Parameters => {
                let near = did_you_mean(name, self.frame.rule.params.keys().map(String::as_str));
                (LintId::UnknownParam, format!("this rule has no parameter `{name}`{near}"))
            }
            Sort::Any if self.is_known_anywhere(name) => return None,
            Sort::Any => (LintId::UnknownProperty, format!("nothing has a property `{name}`")),
            Sort::Nothing | Sort::Map | Sort::Function => return None,
            sort => return self.property(sort, name, at),
        };
        Some(self.part.lint(id, at.clone(), message))
    }

    /// Why none of these rows has a field, when that is sure.
    fn missing_cell(&self, rows: &Rows, name: &str) -> Option<String> {
        if self.frame.api.property(Sort::Row, name).is_some_and(|property| property.name != "person") {
            return None;
        }
        missing_cell(self.frame, rows, name)
    }

    /// Why records of logs have no such field, when they have none.
    fn missing_field(&self, path: &str) -> Option<String> {
        let fields = &self.frame.packs.event_fields;
        let below = format!("{path}.");
        let is_branch = || fields.names().iter().any(|name| name.starts_with(&below));
        if matches!(path, "time" | "@timestamp") || fields.slot(path).is_some() || is_branch() {
            return None;
        }
        let near = did_you_mean(path, fields.names().iter().map(String::as_str));
        Some(format!("events have no field `{path}`{near}"))
    }

    /// `cx.training_records`: a kind that the rule names.
    fn kind(&self, name: &str, at: &Range<usize>) -> Option<Lint> {
        if self.frame.api.property(Sort::Context, name).is_some() {
            return None;
        }
        let (kind, rule) = (name.replace('_', "-"), self.frame.rule);
        let Some(known) = self.frame.packs.kinds.get(&kind) else {
            if self.frame.broken.kinds.contains(&kind) {
                return None;
            }
            let properties =
                self.frame.api.properties_of(Sort::Context).map(|property| property.name.clone());
            let kinds = self.frame.packs.kinds.keys().map(|kind| kind.replace('-', "_"));
            let names: Vec<String> = properties.chain(kinds).collect();
            let near = did_you_mean(name, names.iter().map(String::as_str));
            let message = format!("no kind of evidence `{kind}`{near}");
            return Some(self.part.lint(LintId::UnknownKind, at.clone(), message));
        };
        let message = if known.shape == Shape::Events {
            format!("`{kind}` are records of logs, which a script sees as groups of a scan alone")
        } else if rule.uses.contains(&kind) || rule.may_use.contains(&kind) {
            return None;
        } else {
            format!("this rule does not name `{kind}`")
        };
        let lint = self.part.lint(LintId::KindNotNamed, at.clone(), message);
        Some(lint.help(format!("add \"{kind}\" to `uses`, or to `may_use` where the rule can do without")))
    }

    fn property(&self, sort: Sort, name: &str, at: &Range<usize>) -> Option<Lint> {
        let api = self.frame.api;
        if api.property(sort, name).is_none() {
            let names: Vec<&str> = api.properties_of(sort).map(|one| one.name.as_str()).collect();
            let is_method =
                api.methods_of(sort).any(|one| one.name == name && one.parameters[0].sort == sort);
            let lint = |near: String| {
                self.part.lint(
                    LintId::UnknownProperty,
                    at.clone(),
                    format!("{sort} has no property `{name}`{near}"),
                )
            };
            return Some(match is_method {
                true => lint(String::new()).help(format!("it is a method: `{name}(…)`")),
                false => lint(did_you_mean(name, names)),
            });
        }
        let (_, key) = DECLARED.iter().find(|(declared, _)| sort == Sort::EventGroup && *declared == name)?;
        if self.scan_declares(key) {
            return None;
        }
        let message = format!("the scan of this rule declares no `{key}`, so its groups have no `{name}`");
        Some(self.part.lint(LintId::NotKept, at.clone(), message))
    }

    fn scan_declares(&self, key: &str) -> bool {
        let Form::Scan(scan) = &self.frame.rule.form else { return true };
        match key {
            "distinct" => !scan.distinct.is_empty(),
            "sum" => scan.sum.is_some(),
            "top" => scan.top.is_some(),
            "gap" => scan.gap.is_some(),
            "every" => scan.every.is_some(),
            _ => true,
        }
    }

    /// `g[2]` of a scan that groups by two fields.
    fn key_of_group(&self, of: &Type, number: i64, at: &Range<usize>) -> Option<Lint> {
        let Form::Scan(scan) = &self.frame.rule.form else { return None };
        let keys = scan.by.len();
        let is_key = usize::try_from(number).is_ok_and(|number| number < keys);
        if of.sort != Sort::EventGroup || is_key {
            return None;
        }
        let message =
            format!("the scan groups by {}; the first is `g[0]`", crate::finding::count(keys, "field"));
        Some(self.part.lint(LintId::UnknownProperty, at.clone(), message))
    }

    fn is_known_anywhere(&self, name: &str) -> bool {
        let packs = self.frame.packs;
        self.keys.contains(name)
            || !self.frame.api.properties(name).is_empty()
            || packs.kinds.values().any(|kind| kind.has_field(name))
            || packs.kinds.contains_key(&name.replace('_', "-"))
            || packs.event_fields.names().iter().any(|field| field.split('.').any(|step| step == name))
            || self.frame.rule.params.contains_key(name)
    }
}

/// Why no kind of these rows has a field, when that is sure.
pub(super) fn missing_cell(frame: &Frame<'_>, rows: &Rows, name: &str) -> Option<String> {
    let packs = frame.packs;
    let kinds: Option<Vec<&Kind>> =
        rows.kinds.iter().map(|kind| packs.kinds.get(kind).map(|kind| &**kind)).collect();
    let kinds = kinds?;
    if kinds.is_empty() {
        let is_somewhere = packs.kinds.values().any(|kind| kind.has_field(name));
        let is_sure = frame.broken.kinds.is_empty() && !is_somewhere;
        return is_sure.then(|| format!("no kind of evidence has a field `{name}`"));
    }
    if kinds.iter().any(|kind| kind.has_field(name)) {
        return None;
    }
    if let [kind] = kinds[..] {
        return packs.missing_field(kind, name);
    }
    let ids: Vec<String> = kinds.iter().map(|kind| format!("`{}`", kind.id)).collect();
    let fields: BTreeSet<&str> = kinds.iter().flat_map(|kind| packs.fields_of(kind)).collect();
    Some(format!("none of {} has a field `{name}`{}", ids.join(", "), did_you_mean(name, fields)))
}

fn of_rows(of: &Type) -> Rows {
    of.rows()
}

/// Keys of maps, and what is set on them.
fn keys<'n>(nodes: &[&'n Node]) -> BTreeSet<&'n str> {
    let mut keys = BTreeSet::new();
    for node in nodes {
        match &node.what {
            What::Map(entries) => keys.extend(entries.iter().map(|(key, _)| key.as_str())),
            What::Assign { to, .. } => {
                if let What::Property { name, .. } = &to.what {
                    keys.insert(name.as_str());
                }
            }
            _ => {}
        }
    }
    keys
}

/// Variables that are declared anywhere in a part, and those that its role knows.
fn names(part: &Part<'_>, nodes: &[&Node]) -> BTreeSet<String> {
    let mut names: BTreeSet<String> = part.variables.iter().cloned().collect();
    for function in part.functions() {
        names.extend(function.body.parameters.iter().map(|(name, _)| name.clone()));
    }
    for node in nodes {
        match &node.what {
            What::Let { name, .. } => drop(names.insert(name.clone())),
            What::For { variables, .. } => names.extend(variables.iter().map(|(name, _)| name.clone())),
            What::Closure(closure) => names.extend(closure.parameters.iter().map(|(name, _)| name.clone())),
            _ => {}
        }
    }
    names
}
