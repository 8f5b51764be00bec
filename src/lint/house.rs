//! How rules are written, so that all of them read as one: ids, texts, citations, the order of keys.

use super::tree::{Item, Key};
use super::{Files, Frame, Lint, LintId};
use crate::finding::{Basis, Grade};
use crate::pack::Rule;
use crate::source::Source;
use std::sync::Arc;

/// Beginnings of ids that say what a rule does, and not what is wrong.
const DOING: [&str; 8] = ["check-", "detect-", "ensure-", "no-", "require-", "test-", "validate-", "verify-"];

/// The order of keys in each part of a rule.
const ORDERS: [(&str, &[&str]); 5] = [
    (
        "",
        &[
            "id",
            "title",
            "controls",
            "grade",
            "basis",
            "source",
            "checks",
            "help",
            "ask",
            "false_alarms",
            "uses",
            "may_use",
            "ratio",
            "params",
            "each",
            "scan",
            "finding",
        ],
    ),
    ("params", &["type", "default", "strict", "basis", "source", "doc"]),
    ("each", &["from", "grade", "among", "where", "grace", "message", "at"]),
    (
        "scan",
        &[
            "from", "among", "where", "join", "keep", "by", "every", "distinct", "sum", "top", "ends",
            "window", "gap", "skew", "having", "then", "expect",
        ],
    ),
    ("finding", &["message", "at", "at_join"]),
];

/// Everything about how one rule is written.
pub(super) fn look(frame: &Frame<'_>) -> Vec<Lint> {
    let rule = frame.rule;
    let Some(tree) = Item::read(&rule.text) else { return Vec::new() };
    let mut told = Vec::new();
    told.extend(id(rule));
    told.extend(texts(rule, &tree));
    told.extend(citation(rule, &tree));
    told.extend(order(rule, &tree));
    told.extend(todos(&rule.text));
    told.extend(rule.script.iter().flat_map(todos));
    told
}

fn id(rule: &Rule) -> Option<Lint> {
    let lint = |message: String| Lint::new(LintId::IdNotAFault, &rule.text, rule.id_at.clone(), message);
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if !rule.id.split('-').all(is_word) {
        return Some(lint(format!(
            "`{}` is not kebab-case: lower case words with `-` between them",
            rule.id
        )));
    }
    let doing = doing(&rule.id)?;
    let message = format!(
        "`{doing}` says what the rule does; name it after what is wrong, as `training-record-missing`"
    );
    Some(lint(message))
}

/// The beginning of an id that says what a rule does, and not what is wrong.
pub fn doing(id: &str) -> Option<&'static str> {
    DOING.into_iter().find(|start| id.starts_with(start))
}

/// Texts that people need and that are empty.
fn texts(rule: &Rule, tree: &Item) -> Vec<Lint> {
    let own = ["title", "help"].into_iter().filter_map(|key| Some((key.to_owned(), tree.get(key)?)));
    let params = tree.get("params").map_or(&[][..], Item::entries);
    let docs =
        params.iter().filter_map(|(key, param)| Some((format!("doc of {}", key.name), param.get("doc")?)));
    let empty = own.chain(docs).filter(|(_, item)| item.text().is_some_and(|text| text.trim().is_empty()));
    empty
        .map(|(name, item)| {
            Lint::new(LintId::MissingDoc, &rule.text, item.at.clone(), format!("the {name} is empty"))
        })
        .collect()
}

/// What a rule rests on, and whether it cites it.
fn citation(rule: &Rule, tree: &Item) -> Option<Lint> {
    let is_cited = rule.source.as_ref().is_some_and(|source| !source.trim().is_empty());
    let (id, key, message) = match (rule.basis, rule.grade) {
        _ if is_cited => return None,
        (Basis::Requirement, _) => (LintId::MissingSource, "basis", "the requirement is not cited"),
        (Basis::Judgement, Grade::Major) => {
            (LintId::GradeAboveBasis, "grade", "a major rests on judgement alone, and cites nothing")
        }
        _ => return None,
    };
    let at = tree.get(key)?.at.clone();
    let help = "cite in `source` what it is made from, in your own words";
    Some(Lint::new(id, &rule.text, at, message).help(help))
}

/// Keys that stand before one that they should stand behind; the first of each table.
fn order(rule: &Rule, tree: &Item) -> Vec<Lint> {
    let mut tables: Vec<(&str, &Item)> = vec![("", tree)];
    let params = tree.get("params").map_or(&[][..], Item::entries);
    tables.extend(params.iter().map(|(_, param)| ("params", param)));
    tables.extend(tree.get("each").map_or(&[][..], Item::items).iter().map(|each| ("each", each)));
    tables.extend(["scan", "finding"].into_iter().filter_map(|name| Some((name, tree.get(name)?))));
    tables.into_iter().filter_map(|(name, table)| disordered(rule, name, table)).collect()
}

fn disordered(rule: &Rule, name: &str, table: &Item) -> Option<Lint> {
    let (_, order) = ORDERS.iter().find(|(known, _)| *known == name)?;
    let place = |key: &Key| order.iter().position(|known| *known == key.name);
    let keys: Vec<&Key> =
        table.entries().iter().map(|(key, _)| key).filter(|key| place(key).is_some()).collect();
    let (before, key) =
        keys.windows(2).map(|pair| (pair[0], pair[1])).find(|(before, key)| place(before) > place(key))?;
    let message = format!("`{}` stands behind `{}`, and before it in all other rules", key.name, before.name);
    Some(Lint::new(LintId::KeyOrder, &rule.text, key.at.clone(), message))
}

/// What is still to be done, line by line.
pub(super) fn todos(source: &Arc<Source>) -> Vec<Lint> {
    let found = source.text().match_indices("TODO");
    found
        .map(|(at, _)| {
            let line =
                source.text()[at..].lines().next().unwrap_or_default().trim_end_matches(['"', '\'', ',']);
            Lint::new(LintId::TodoLeft, source, at..at + line.len(), "this is still to be done")
        })
        .collect()
}

/// Controls of the pack that no rule of it is written against, and that files could prove.
pub(super) fn controls(rules: &[Arc<Rule>], files: &Files) -> Vec<Lint> {
    let mut told = Vec::new();
    for source in files.texts.values().filter(|source| source.name().starts_with("controls/")) {
        let Some(tree) = Item::read(source) else { continue };
        for control in tree.get("control").map_or(&[][..], Item::items) {
            let (Some(id), Some(automation)) = (control.get("id"), control.get("automation")) else {
                continue;
            };
            let name = id.text().unwrap_or_default();
            let is_named = rules.iter().any(|rule| rule.controls.iter().any(|own| own.to_string() == name));
            if !is_named && automation.text() != Some("human") {
                let message = format!("no rule is written against {name}");
                told.push(Lint::new(LintId::ControlWithoutRule, source, id.at.clone(), message));
            }
        }
    }
    told
}

/// Files that nothing reads.
pub(super) fn strays(files: &Files) -> Vec<Lint> {
    let is_read = |path: &str| {
        let is_below = |folder: &str| path.starts_with(folder) && path.ends_with(".toml");
        let is_prose = path.ends_with(".md") || path.starts_with("LICENSE") || path.starts_with('.');
        let is_top = matches!(path, "pack.toml" | "certification.toml" | "pack.lock");
        let own = path.strip_suffix(".rhai").map(|stem| format!("{stem}.toml"));
        let is_script = path.starts_with("rules/") && own.is_some_and(|own| files.texts.contains_key(&own));
        is_top
            || is_prose
            || is_script
            || ["controls/", "exports/", "rules/", "schema/", "sources/"].into_iter().any(is_below)
    };
    let strays = files.texts.iter().filter(|(path, _)| !is_read(path));
    strays
        .map(|(path, source)| {
            let is_script = path.ends_with(".rhai");
            let why =
                if is_script { "no rule of the same name stands beside it" } else { "nothing reads it" };
            let end = source.text().lines().next().map_or(0, str::len);
            Lint::new(LintId::StrayFile, source, 0..end, format!("{path} is of no use: {why}"))
        })
        .collect()
}
