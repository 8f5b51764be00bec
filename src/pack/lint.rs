//! What can be wrong between the parts of packs: names that point nowhere.

use super::{Control, Form, Keys, Kind, Packs, Rule, Scan, Shape};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::toml_text::did_you_mean;
use std::collections::BTreeSet;

/// Everything that points to a control, kind or field that does not exist, and every id that
/// stands twice.
pub(super) fn lint(packs: &Packs) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut seen = BTreeSet::new();
    for rule in packs.rules() {
        if !seen.insert(&rule.id) {
            errors.push(at_name(&rule.text, &rule.id, format!("a rule `{}` exists already", rule.id)));
        }
        errors.extend(controls(packs, rule));
        errors.extend(kinds(packs, rule));
        errors.extend(fields(packs, rule));
    }
    errors.extend(packs.controls.values().flat_map(|control| old_controls(packs, control)));
    errors
}

fn controls(packs: &Packs, rule: &Rule) -> Vec<Diagnostic> {
    if rule.controls.is_empty() {
        return vec![at_name(
            &rule.text,
            "controls",
            "a rule is written against at least one control or clause".into(),
        )];
    }
    let unknown = rule.controls.iter().filter(|id| !packs.controls.contains_key(id));
    unknown
        .map(|id| at_name(&rule.text, &id.to_string(), format!("no control or clause `{id}` in the packs")))
        .collect()
}

fn kinds(packs: &Packs, rule: &Rule) -> Vec<Diagnostic> {
    let unknown = rule.uses.iter().chain(&rule.may_use).filter(|kind| !packs.kinds.contains_key(*kind));
    unknown
        .map(|kind| {
            let near = did_you_mean(kind, packs.kinds.keys().map(String::as_str));
            at_name(&rule.text, kind, format!("no kind of evidence `{kind}`{near}"))
        })
        .collect()
}

/// Fields that are named outside of expressions.
fn fields(packs: &Packs, rule: &Rule) -> Vec<Diagnostic> {
    let mut errors = Vec::new();
    let mut check = |kind: &str, field: &str| {
        let Some(kind) = packs.kinds.get(kind) else { return };
        if !has_field(packs, kind, field) {
            let near = did_you_mean(field, known_fields(packs, kind));
            errors.push(at_name(&rule.text, field, format!("`{}` has no field `{field}`{near}", kind.id)));
        }
    };
    match &rule.form {
        Form::Each(each) => {
            each.iter().for_each(|each| each.at.iter().for_each(|field| check(&each.from, field)));
        }
        Form::Scan(scan) => scan_fields(scan, &mut check),
        Form::Judge => {}
    }
    if let Form::Scan(scan) = &rule.form {
        errors.extend(no_number(packs, rule, scan));
    }
    errors
}

fn scan_fields(scan: &Scan, check: &mut dyn FnMut(&str, &str)) {
    let finding = scan.finding.as_ref();
    let pointed = finding.iter().flat_map(|finding| &finding.at);
    let then = scan.then.iter().flat_map(|then| &then.by);
    let kept = scan.distinct.iter().chain(&scan.sum).chain(&scan.ends);
    let top = scan.top.iter().map(|top| &top.field);
    let of_records = scan.by.iter().chain(pointed).chain(then).chain(kept).chain(top);
    of_records.for_each(|field| check(&scan.from, field));
    if let Some(join) = &scan.join {
        check(&scan.from, &join.record_field);
        check(&join.to, &join.table_field);
    }
    if let Some(Keys::Table { from, field, .. }) = scan.expect.as_ref().map(|expect| &expect.keys) {
        check(from, field);
    }
    let table = scan.join.as_ref().map(|join| &join.to).or(scan.expected_kind());
    for field in finding.iter().flat_map(|finding| &finding.at_join) {
        table.into_iter().for_each(|table| check(table, field));
    }
}

/// A sum of what are no numbers.
fn no_number(packs: &Packs, rule: &Rule, scan: &Scan) -> Option<Diagnostic> {
    let field = scan.sum.as_ref()?;
    let slot = packs.event_fields.slot(field)?;
    let message = || format!("`{field}` holds texts; `sum` needs a field of numbers");
    (!packs.event_fields.is_number(slot)).then(|| at_name(&rule.text, field, message()))
}

fn has_field(packs: &Packs, kind: &Kind, field: &str) -> bool {
    match kind.shape {
        Shape::Events => field == "time" || packs.event_fields.slot(field).is_some(),
        Shape::Table | Shape::Document => kind.has_field(field),
    }
}

fn known_fields<'a>(packs: &'a Packs, kind: &'a Kind) -> Vec<&'a str> {
    match kind.shape {
        Shape::Events => packs.event_fields.names().iter().map(String::as_str).collect(),
        Shape::Table | Shape::Document => kind.fields.keys().map(String::as_str).collect(),
    }
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

/// An error at the first place where a name stands in a file.
fn at_name(source: &Source, name: &str, message: String) -> Diagnostic {
    let at = source.text().find(name).unwrap_or(0);
    Diagnostic::error(Code::InvalidRule, message).at(source.span(at..at + name.len()).place("here"))
}
