//! Names that point nowhere, and ids that stand twice.

use super::{Frame, Lint, LintId};
use crate::pack::{Packs, Role, Rule};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names in the file of a rule that point nowhere.
pub(super) fn within(frame: &Frame<'_>) -> Vec<Lint> {
    let rule = frame.rule;
    let told = rule.dangling(frame.packs).into_iter().filter_map(|(named, message)| {
        let id = match named.role {
            Role::Control if frame.broken.controls => return None,
            Role::Kind if frame.broken.kinds.contains(&named.name) => return None,
            Role::Control => LintId::UnknownControl,
            Role::Kind => LintId::UnknownKind,
            Role::Field(_) | Role::Number(_) => LintId::UnknownField,
        };
        Some(Lint::new(id, &rule.text, named.range.clone(), message))
    });
    let mut told: Vec<Lint> = told.collect();
    if rule.controls.is_empty() {
        let message = "a rule is written against at least one control or clause";
        told.push(Lint::new(LintId::Malformed, &rule.text, rule.id_at.clone(), message));
    }
    told
}

/// Ids that two rules of a pack have, or a rule of this pack and one of those it builds on.
pub(super) fn between(rules: &[Arc<Rule>], base: &Packs) -> Vec<Lint> {
    let mut seen: BTreeMap<&str, &str> =
        base.rules().map(|rule| (rule.id.as_str(), "a pack it builds on")).collect();
    let mut told = Vec::new();
    for rule in rules {
        if let Some(other) = seen.insert(&rule.id, rule.text.name()) {
            let message = format!("a rule `{}` exists already, in {other}", rule.id);
            told.push(Lint::new(LintId::DuplicateId, &rule.text, rule.id_at.clone(), message));
        }
    }
    told
}
