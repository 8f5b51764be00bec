//! What can be wrong between the parts of packs: names that point nowhere.

use super::{Control, Kind, Named, Packs, Role, Rule, Shape};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::toml_text::did_you_mean;
use std::collections::BTreeSet;
use std::ops::Range;

/// Everything that points to a control, kind or field that does not exist, and every id that
/// stands twice.
pub(super) fn lint(packs: &Packs) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in packs.rules() {
        if !seen.insert(&rule.id) {
            errors.push(at(rule, rule.id_at.clone(), format!("a rule `{}` exists already", rule.id)));
        }
        if rule.controls.is_empty() {
            let message = "a rule is written against at least one control or clause".to_owned();
            errors.push(at(rule, rule.id_at.clone(), message));
        }
        let dangling = rule.dangling(packs).into_iter();
        errors.extend(dangling.map(|(name, message)| at(rule, name.range.clone(), message)));
    }
    errors.extend(packs.controls.values().flat_map(|control| old_controls(packs, control)));
    errors
}

impl Rule {
    /// Names in its file that point nowhere, and what is wrong with each.
    pub fn dangling(&self, packs: &Packs) -> Vec<(&Named, String)> {
        self.names.iter().filter_map(|name| Some((name, missing(packs, name)?))).collect()
    }
}

/// Why a name points nowhere, when it does.
fn missing(packs: &Packs, named: &Named) -> Option<String> {
    let name = named.name.as_str();
    match &named.role {
        // An id that cannot be read is told by whoever reads it.
        Role::Control => {
            let id = name.parse().ok().filter(|id| !packs.controls.contains_key(id))?;
            let known: Vec<String> = packs.controls.keys().map(ToString::to_string).collect();
            let near = did_you_mean(name, known.iter().map(String::as_str));
            Some(format!("no control or clause `{id}` in the packs{near}"))
        }
        Role::Kind if packs.kinds.contains_key(name) => None,
        Role::Kind => {
            let near = did_you_mean(name, packs.kinds.keys().map(String::as_str));
            Some(format!("no kind of evidence `{name}`{near}"))
        }
        Role::Field(kind) => packs.missing_field(packs.kinds.get(kind)?, name),
        Role::Number(kind) => packs.missing_field(packs.kinds.get(kind)?, name).or_else(|| {
            let slot = packs.event_fields.slot(name)?;
            let is_number = packs.event_fields.is_number(slot);
            (!is_number).then(|| format!("`{name}` holds texts; `sum` needs a field of numbers"))
        }),
    }
}

impl Packs {
    /// Why a kind of evidence has no such field, when it has none.
    pub fn missing_field(&self, kind: &Kind, field: &str) -> Option<String> {
        let has = match kind.shape {
            Shape::Events => field == "time" || self.event_fields.slot(field).is_some(),
            Shape::Table | Shape::Document => kind.has_field(field),
        };
        let near = || did_you_mean(field, self.fields_of(kind));
        (!has).then(|| format!("`{}` has no field `{field}`{}", kind.id, near()))
    }

    /// The names of the fields that a kind of evidence has.
    pub fn fields_of<'p>(&'p self, kind: &'p Kind) -> Vec<&'p str> {
        match kind.shape {
            Shape::Events => self.event_fields.names().iter().map(String::as_str).collect(),
            Shape::Table | Shape::Document => kind.fields.keys().map(String::as_str).collect(),
        }
    }
}

fn at(rule: &Rule, range: Range<usize>, message: String) -> Diagnostic {
    Diagnostic::error(Code::InvalidRule, message).at(rule.text.span(range).place("here"))
}

/// The two editions name each other: what one side says, the other side must say too.
fn old_controls(packs: &Packs, control: &Control) -> Vec<Diagnostic> {
    let one_sided = control.edition_2013.iter().filter(|old| {
        let old = packs.edition_2013.get(old);
        !old.is_some_and(|old| old.edition_2022.contains(&control.id))
    });
    one_sided
        .map(|old| {
            let message =
                format!("{} names {old} of the 2013 edition, which does not name it back", control.id);
            Diagnostic::error(Code::InvalidPack, message)
        })
        .collect()
}
