//! What is declared and never used: parameters, kinds of evidence, variables, functions.

use super::part::Part;
use super::tree::Item;
use super::{Frame, Lint, LintId};
use crate::pack::{Form, Keys, Length};
use crate::script::syntax::{Node, What};
use std::collections::BTreeSet;

/// Variables that are given a value nobody reads, and functions that nobody calls.
pub(super) fn variables(part: &Part<'_>) -> Vec<Lint> {
    let Some(script) = part.script() else { return Vec::new() };
    let mut told = Vec::new();
    for function in &script.functions {
        let (mut read, mut declared) = (BTreeSet::new(), Vec::new());
        for statement in &function.body.body {
            reads(statement, &mut read);
            statement.walk(&mut |node| {
                if let What::Let { name, at, .. } = &node.what {
                    declared.push((name.as_str(), at.clone()));
                }
            });
        }
        let unused = declared.into_iter().filter(|(name, _)| !read.contains(name) && !name.starts_with('_'));
        told.extend(
            unused.map(|(name, at)| part.lint(LintId::UnusedVariable, at, format!("nobody reads `{name}`"))),
        );
    }
    let mut called = BTreeSet::new();
    script.walk(&mut |node| match &node.what {
        What::Call { name, .. } | What::Method { name, .. } => drop(called.insert(name.as_str())),
        // A function may be handed on by its name.
        What::Text(text) => drop(called.insert(text.as_str())),
        What::Variable(name) => drop(called.insert(name.as_str())),
        _ => {}
    });
    let idle =
        script.functions.iter().filter(|one| one.name != "judge" && !called.contains(one.name.as_str()));
    told.extend(idle.map(|function| {
        let message = format!("nobody calls `{}`", function.name);
        part.lint(LintId::UnusedFunction, function.name_at.clone(), message)
    }));
    told
}

/// The variables that a statement reads; one that is only given a value is not.
fn reads<'n>(node: &'n Node, read: &mut BTreeSet<&'n str>) {
    match &node.what {
        What::Variable(name) => drop(read.insert(name)),
        What::Assign { to, operator, value } if operator.is_empty() && to.variable().is_some() => {
            reads(value, read);
        }
        What::Closure(closure) => closure.body.iter().for_each(|part| reads(part, read)),
        _ => node.parts().into_iter().for_each(|part| reads(part, read)),
    }
}

/// Parameters and kinds that are named and not used.
pub(super) fn look(frame: &Frame<'_>, parts: &[Part<'_>]) -> Vec<Lint> {
    let rule = frame.rule;
    let Some(tree) = Item::read(&rule.text) else { return Vec::new() };
    let has_script = parts.iter().any(|part| part.script().is_some());
    // What cannot be read may use anything.
    if parts.len() < rule.expressions().len() + usize::from(rule.script.is_some()) {
        return Vec::new();
    }
    let names = names(parts);
    let (Some(params), Some(kinds)) = (names.of_params(frame), names.of_kinds()) else { return Vec::new() };
    let declared = tree.get("params").map_or(&[][..], Item::entries);
    let unused = declared.iter().filter(|(key, _)| !params.contains(key.name.as_str()));
    let mut told: Vec<Lint> = unused
        .map(|(key, _)| {
            let message = format!("nothing uses the parameter `{}`", key.name);
            Lint::new(LintId::UnusedParam, &rule.text, key.at.clone(), message)
        })
        .collect();
    let scanned = match &rule.form {
        Form::Scan(scan) => scan.kinds(),
        Form::Each(each) => each.iter().map(|each| each.from.clone()).collect(),
        Form::Judge => Vec::new(),
    };
    for list in ["uses", "may_use"].into_iter().filter(|_| has_script) {
        for item in tree.get(list).map_or(&[][..], Item::items) {
            let kind = item.text().unwrap_or_default();
            if !kinds.contains(&kind.replace('-', "_")) && !scanned.iter().any(|other| other == kind) {
                let message = format!("the script does not read `{kind}`");
                told.push(Lint::new(LintId::UnusedKind, &rule.text, item.at.clone(), message));
            }
        }
    }
    told
}

/// Names behind dots and in brackets; whether anything is looked up by a name that is not written.
#[derive(Default)]
struct Names {
    names: BTreeSet<String>,
    is_open: bool,
}

fn names(parts: &[Part<'_>]) -> Names {
    let mut all = Names::default();
    for part in parts {
        part.walk(&mut |node| match &node.what {
            What::Property { name, .. } => drop(all.names.insert(name.clone())),
            What::Index { of, by } => match &by.what {
                What::Text(name) => drop(all.names.insert(name.clone())),
                _ => {
                    let of = super::flow::path(of).unwrap_or_default();
                    all.is_open |= of == "cx" || of == "params" || of.ends_with(".params");
                }
            },
            _ => {}
        });
    }
    all
}

impl Names {
    /// Parameters that are used: in expressions, scripts, lengths, graces and lists of what is expected.
    fn of_params(&self, frame: &Frame<'_>) -> Option<BTreeSet<String>> {
        let mut used = self.names.clone();
        match &frame.rule.form {
            Form::Each(each) => used.extend(each.iter().filter_map(|each| each.grace.clone())),
            Form::Scan(scan) => {
                let within = scan.then.as_ref().map(|then| &then.within);
                let lengths = [&scan.window, &scan.gap, &scan.every, &scan.skew].map(Option::as_ref);
                for length in lengths.into_iter().flatten().chain(within) {
                    if let Length::Param(name) = length {
                        used.insert(name.clone());
                    }
                }
                if let Some(Keys::Param(name)) = scan.expect.as_ref().map(|expect| &expect.keys) {
                    used.insert(name.clone());
                }
            }
            Form::Judge => {}
        }
        (!self.is_open).then_some(used)
    }

    fn of_kinds(&self) -> Option<&BTreeSet<String>> {
        (!self.is_open).then_some(&self.names)
    }
}
