//! Documentation of rules, made from the rules themselves: a page a rule, and an index.

use crate::control_id::ControlId;
use crate::pack::{Control, Form, Pack, Packs, Param, Rule};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The name of the index among the pages.
pub const INDEX: &str = "README.md";

/// The pages of all rules as Markdown, by file name: `<rule>.md`, and the index.
pub fn pages(packs: &Packs) -> BTreeMap<String, String> {
    let mut pages = BTreeMap::new();
    for pack in &packs.list {
        for rule in &pack.rules {
            pages.insert(format!("{}.md", rule.id), page(packs, pack, rule));
        }
    }
    pages.insert(INDEX.to_owned(), index(packs));
    pages
}

fn page(packs: &Packs, pack: &Pack, rule: &Rule) -> String {
    let mut text = format!("# {}\n\n{}.\n\n", rule.id, sentence(&rule.title));
    let _ = writeln!(text, "| | |\n|---|---|");
    let against: Vec<String> = rule.controls.iter().map(|id| titled(packs, *id)).collect();
    let mut row = |name: &str, what: &str| {
        let _ = writeln!(text, "| {name} | {} |", cell(what));
    };
    row("against", &against.join("; "));
    row("grade", &grade(rule));
    row(
        "basis",
        &rule.source.as_ref().map_or(rule.basis.to_string(), |source| format!("{}: {source}", rule.basis)),
    );
    row("rests on", packs.coverage_of(rule).name());
    if !rule.checks.is_empty() {
        row("checks", &rule.checks.join(", "));
    }
    evidence(&mut text, packs, rule);
    params(&mut text, &rule.params);
    let _ = writeln!(text, "\n**What to do.** {}", rule.help);
    if let Some(ask) = &rule.ask {
        let _ = writeln!(text, "\n**An auditor asks.** {ask}");
    }
    if !rule.false_alarms.is_empty() {
        text.push_str("\n**False alarms.**\n\n");
        text.extend(rule.false_alarms.iter().map(|alarm| format!("- {alarm}\n")));
    }
    cases(&mut text, pack, rule);
    text
}

/// What it is graded as, and when higher or lower.
fn grade(rule: &Rule) -> String {
    let mut grades = vec![rule.grade.to_string()];
    if let Some(ratio) = rule.ratio {
        grades.push(format!(
            "major above {} % of the population ({})",
            ratio.major_above * 100.0,
            ratio.basis
        ));
    }
    if let Form::Each(each) = &rule.form {
        let other = each.iter().filter_map(|each| each.grade.filter(|grade| *grade != rule.grade));
        other.for_each(|grade| grades.push(format!("{grade} where the rule says so")));
    }
    grades.dedup();
    grades.join("; ")
}

/// Kinds of evidence that it reads, with the fields of each that its text names.
fn evidence(text: &mut String, packs: &Packs, rule: &Rule) {
    if rule.uses.is_empty() && rule.may_use.is_empty() {
        return;
    }
    text.push_str("\n| evidence | fields |\n|---|---|\n");
    let needed = rule.uses.iter().map(|kind| (kind, ""));
    let also = rule.may_use.iter().map(|kind| (kind, ", when it is there"));
    for (kind, when) in needed.chain(also) {
        let _ = writeln!(text, "| {kind}{when} | {} |", fields(packs, rule, kind).join(", "));
    }
}

fn fields(packs: &Packs, rule: &Rule, kind: &str) -> Vec<String> {
    let script = rule.script.as_ref().map_or("", |script| script.text());
    let words = [rule.text.text(), script];
    let named = |field: &&String| {
        let named = [format!(".{field}"), format!("\"{field}\"")];
        words.iter().any(|text| named.iter().any(|name| holds_word(text, name)))
    };
    let Some(kind) = packs.kinds.get(kind) else { return Vec::new() };
    kind.fields.keys().filter(named).cloned().collect()
}

/// True when the word stands in the text and does not go on behind it.
fn holds_word(text: &str, word: &str) -> bool {
    let goes_on = |at: usize| text[at..].starts_with(|c: char| c.is_alphanumeric() || c == '_');
    text.match_indices(word).any(|(at, found)| !goes_on(at + found.len()))
}

fn params(text: &mut String, params: &BTreeMap<String, Param>) {
    if params.is_empty() {
        return;
    }
    text.push_str("\n| parameter | default | basis | what it does |\n|---|---|---|---|\n");
    for (name, param) in params {
        let strict =
            param.strict.as_ref().map_or(String::new(), |strict| format!(" ({strict} under `strict`)"));
        let basis = param
            .source
            .as_ref()
            .map_or(param.basis.to_string(), |source| format!("{}: {source}", param.basis));
        let default = cell(&format!("{}{strict}", param.default));
        let _ = writeln!(text, "| {name} | {default} | {} | {} |", cell(&basis), cell(&param.doc));
    }
}

/// The cases that prove the rule, and what it says of the first that does not conform.
fn cases(text: &mut String, pack: &Pack, rule: &Rule) {
    let below = format!("{}/", rule.id);
    let of = |path: &str| path.strip_prefix(&below)?.split_once('/').map(|(case, _)| case.to_owned());
    let mut names: Vec<String> = pack.cases.keys().filter_map(|path| of(path)).collect();
    names.dedup();
    if names.is_empty() {
        return;
    }
    let _ = writeln!(text, "\n**Proven by** {}.", names.join(", "));
    let speaks =
        |name: &&String| ["major", "minor", "opportunity"].iter().any(|state| name.starts_with(state));
    let expected =
        names.iter().find(speaks).and_then(|name| pack.cases.get(&format!("{below}{name}/expected.txt")));
    if let Some(expected) = expected {
        let expected = String::from_utf8_lossy(expected);
        let _ = writeln!(text, "\n````text\n{}\n````", expected.trim_end());
    }
}

fn index(packs: &Packs) -> String {
    let mut text =
        String::from("# Rules\n\nMade from the rules by `preaudit rule doc`.\n\n## By clause and control\n");
    for control in packs.controls.values() {
        let _ = writeln!(text, "\n### {} {}\n", control.id, control.title);
        entries(&mut text, packs, control);
    }
    text.push_str("\n## By theme\n");
    let mut themes: BTreeMap<&str, Vec<&Rule>> = BTreeMap::new();
    packs.rules().for_each(|rule| themes.entry(&rule.theme).or_default().push(rule));
    for (theme, rules) in themes {
        let _ = writeln!(text, "\n### {}\n", sentence(theme));
        text.extend(rules.iter().map(|rule| format!("- {}\n", entry(rule))));
    }
    text
}

fn entries(text: &mut String, packs: &Packs, control: &Control) {
    for (means, rules) in packs.coverage(control.id) {
        if rules.is_empty() {
            text.push_str("- by interview: see `preaudit plan sheets`\n");
        }
        text.extend(rules.iter().map(|rule| format!("- {} ({means})\n", entry(rule))));
    }
}

fn entry(rule: &Rule) -> String {
    format!("[{id}]({id}.md): {}", rule.title, id = rule.id)
}

fn titled(packs: &Packs, id: ControlId) -> String {
    packs.controls.get(&id).map_or(id.to_string(), |control| format!("{id} {}", control.title))
}

/// With a capital at its start.
fn sentence(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// A text as a cell of a Markdown table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
