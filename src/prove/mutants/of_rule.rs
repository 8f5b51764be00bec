//! Mutants of a rule: each is the rule with one place of its files changed.

use super::edit::{Edit, apply, numbered};
use super::notice::Level;
use crate::pack::{Expression, Origin, ParamKind, Rule};
use crate::place::Place;
use crate::scan::Comparison;
use crate::script::{Bracket, Is, Names, Rules, compile_checked, pieces};
use crate::source::Source;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::{Spanned, Value};

/// A pattern that matches nothing, and one that matches everything.
const NOTHING: &str = r"'[^\s\S]'";
const EVERYTHING: &str = "''";

/// A rule with one place changed.
pub(in crate::prove) struct Mutant {
    /// What was changed, in words; no two of a rule have the same.
    pub(in crate::prove) name: String,
    /// Where.
    pub(super) place: Place,
    /// How much must differ for it to be noticed.
    pub(in crate::prove) level: Level,
    rule: Arc<Rule>,
}

impl Mutant {
    /// The changed rule, ready to be asked; nothing when it is no rule.
    pub(in crate::prove) fn compile(&self, names: &Arc<Names>) -> Option<Rules> {
        let list = vec![compile_checked(&self.rule, names).ok()?];
        Some(Rules { list, names: Arc::clone(names) })
    }
}

/// A change of one of the two files of a rule.
struct Change {
    source: Arc<Source>,
    edit: Edit,
    level: Level,
    /// What it is called, where that is not by what stands there.
    name: Option<String>,
}

/// The mutants of a rule that are well formed, in the order of its files.
pub(in crate::prove) fn mutants(rule: &Rule) -> Vec<Mutant> {
    let mut changes = of_conditions(rule);
    changes.extend(of_declaration(rule));
    if let Some(script) = &rule.script {
        let of_script = of_text(script.text(), 0, false).into_iter();
        changes.extend(of_script.map(|edit| change(script, edit, Level::Text)));
    }
    let is_declared = |change: &Change| Arc::ptr_eq(&change.source, &rule.text);
    changes.sort_by_key(|change| (!is_declared(change), change.edit.range.start));
    let name = |change: &Change| change.name.clone().unwrap_or_else(|| change.edit.name(&change.source));
    let names = numbered(changes.iter().map(name));
    changes.into_iter().zip(names).filter_map(|(change, name)| mutant(rule, change, name)).collect()
}

fn change(source: &Arc<Source>, edit: Edit, level: Level) -> Change {
    Change { source: Arc::clone(source), edit, level, name: None }
}

/// The rule with a change; none where no rule comes of it.
fn mutant(rule: &Rule, change: Change, name: String) -> Option<Mutant> {
    let Change { source, edit, level, .. } = change;
    let place = source.span(edit.range.clone()).place("changed here");
    let text = apply(source.text(), vec![edit]);
    let changed = Arc::new(Source::new(source.name(), text));
    let (declared, script) = match Arc::ptr_eq(&source, &rule.text) {
        true => (changed, rule.script.clone()),
        false => (Arc::clone(&rule.text), Some(changed)),
    };
    let rule = Rule::read(&declared, script, &rule.theme, Origin::Outside).ok()?;
    Some(Mutant { name, place, level, rule: Arc::new(rule) })
}

/// Changes of the conditions, and of what is filled into messages.
fn of_conditions(rule: &Rule) -> Vec<Change> {
    let of = |expression: &Expression| {
        let Some(start) = expression.start(&rule.text) else { return Vec::new() };
        // A message has back-ticks that the file does not have.
        let start = start as isize - isize::from(expression.is_message());
        of_text(&expression.text, start, expression.is_message())
    };
    let expressions = rule.expressions().into_iter();
    expressions.flat_map(of).map(|edit| change(&rule.text, edit, Level::Text)).collect()
}

/// Changes of a script or condition that begins at this byte of its file.
fn of_text(text: &str, start: isize, is_message: bool) -> Vec<Edit> {
    let mut fillings = 0;
    let mut edits = Vec::new();
    for piece in pieces(text) {
        match piece.is {
            Is::Open(Bracket::Filling) => fillings += 1,
            Is::Close(Bracket::Filling) => fillings -= 1,
            _ => {}
        }
        let written = &text[piece.range.clone()];
        let Some(new) = instead(piece.is, written).filter(|_| !is_message || fillings > 0) else { continue };
        let Some(from) = piece.range.start.checked_add_signed(start) else { continue };
        edits.push(Edit::new(from..from + written.len(), new));
    }
    edits
}

/// What comes instead of a piece.
fn instead(is: Is, written: &str) -> Option<String> {
    let new = match is {
        Is::Comparison(Comparison::Less) => "<=",
        Is::Comparison(Comparison::AtMost) => "<",
        Is::Comparison(Comparison::More) => ">=",
        Is::Comparison(Comparison::AtLeast) => ">",
        Is::Comparison(Comparison::Equal) => "!=",
        Is::Comparison(Comparison::Unequal) => "==",
        Is::And => "||",
        Is::Or => "&&",
        Is::Not => "",
        Is::NotIn => "in",
        Is::Truth(true) => "false",
        Is::Truth(false) => "true",
        Is::Number => return moved_number(written, 1),
        // Another text altogether, so that whoever expects any part of it notices.
        Is::Text => return written.get(..1).map(|quote| format!("{quote}~{quote}")),
        _ => return None,
    };
    Some(new.to_owned())
}

/// A number moved by so many units of its last digit.
fn moved_number(written: &str, by: i64) -> Option<String> {
    match written.split_once('.') {
        None => written.parse::<i64>().ok()?.checked_add(by).map(|number| number.to_string()),
        Some((whole, decimals)) => {
            let digits = format!("{whole}{decimals}").parse::<i64>().ok()?.checked_add(by)?;
            let sign = if digits < 0 { "-" } else { "" };
            let digits = format!("{:0width$}", digits.abs(), width = decimals.len() + 1);
            let (whole, decimals) = digits.split_at(digits.len() - decimals.len());
            Some(format!("{sign}{whole}.{decimals}"))
        }
    }
}

/// A length of time moved by so many of its units.
fn moved_length(written: &str, by: i64) -> Option<String> {
    let unit = written.find(|c: char| !c.is_ascii_digit())?;
    let number = written[..unit].parse::<i64>().ok()?.checked_add(by).filter(|number| *number >= 0)?;
    Some(format!("{number}{}", &written[unit..]))
}

/// What of a rule's file can be changed besides its conditions.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Declared {
    params: BTreeMap<String, Limit>,
    each: Vec<Spanned<Look>>,
    scan: Option<Lengths>,
}

#[derive(Deserialize)]
struct Limit {
    default: Spanned<Value>,
}

#[derive(Deserialize)]
struct Look {}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Lengths {
    window: Option<Spanned<String>>,
    gap: Option<Spanned<String>>,
    every: Option<Spanned<String>>,
    then: Option<Follows>,
}

#[derive(Deserialize)]
struct Follows {
    within: Spanned<String>,
}

/// Changes of limits, lengths and looks.
fn of_declaration(rule: &Rule) -> Vec<Change> {
    let Ok(declared) = toml::from_str::<Declared>(rule.text.text()) else { return Vec::new() };
    let mut changes = Vec::new();
    for (name, limit) in &declared.params {
        let Some(param) = rule.params.get(name) else { continue };
        changes.extend(of_limit(name, limit, param.kind, &rule.text));
    }
    let lengths = declared.scan.iter().flat_map(|scan| {
        let within = scan.then.as_ref().map(|then| &then.within);
        [scan.window.as_ref(), scan.gap.as_ref(), scan.every.as_ref(), within].into_iter().flatten()
    });
    for length in lengths {
        let moved = [1, -1].into_iter().filter_map(|by| moved_length(length.get_ref(), by));
        changes.extend(
            moved.map(|new| change(&rule.text, Edit::new(length.span(), quoted(&new)), Level::Judgement)),
        );
    }
    for (number, look) in declared.each.iter().enumerate() {
        let text = rule.text.text();
        let start = look.span().start;
        let end = text[start..].find("\n[").map_or(text.len(), |at| start + at + 1);
        let name = Some(format!("[[each]] {} is removed", number + 1));
        let edit = Edit::new(start..end, "");
        changes.push(Change { name, ..change(&rule.text, edit, Level::Text) });
    }
    changes
}

/// Changes of the default of a parameter.
fn of_limit(name: &str, limit: &Limit, kind: ParamKind, source: &Arc<Source>) -> Vec<Change> {
    let both = |moved: &dyn Fn(i64) -> Option<String>| [1, -1].into_iter().filter_map(moved).collect();
    let (news, level): (Vec<String>, Level) = match (kind, limit.default.get_ref()) {
        (ParamKind::Duration, Value::String(text)) => {
            (both(&|by| moved_length(text, by).map(|new| quoted(&new))), Level::Judgement)
        }
        (ParamKind::Integer | ParamKind::Number, Value::Integer(_) | Value::Float(_)) => {
            let written = source.span(limit.default.span()).text();
            (both(&|by| moved_number(written, by)), Level::Judgement)
        }
        (ParamKind::Boolean, Value::Boolean(value)) => (vec![(!value).to_string()], Level::Words),
        (ParamKind::Pattern, _) => (vec![NOTHING.to_owned(), EVERYTHING.to_owned()], Level::Words),
        (ParamKind::Text, Value::String(_)) => (vec![quoted("~")], Level::Words),
        (ParamKind::Texts, Value::Array(texts)) => (shorter(texts), Level::Words),
        _ => (Vec::new(), Level::Words),
    };
    let range = limit.default.span();
    let named = |(at, new): (usize, String)| {
        let what = match (kind, limit.default.get_ref()) {
            (ParamKind::Pattern, _) if new == NOTHING => "matches nothing".to_owned(),
            (ParamKind::Pattern, _) => "matches everything".to_owned(),
            (ParamKind::Texts, Value::Array(texts)) => format!("lacks {}", texts[at]),
            (_, old) => format!("is {new} and not {old}"),
        };
        let name = Some(format!("params.{name} {what}"));
        Change { name, ..change(source, Edit::new(range.clone(), new), level) }
    };
    news.into_iter().enumerate().map(named).collect()
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

/// The lists with one text less.
fn shorter(texts: &[Value]) -> Vec<String> {
    let without = |at: usize| {
        let rest = texts.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, text)| text.clone());
        Value::Array(rest.collect()).to_string()
    };
    (0..texts.len()).map(without).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: &str = r#"id = "x"
title = "a thing is late"
controls = ["8.1"]
grade = "minor"
basis = "practice"
help = "Do it."

[params.grace]
type = "duration"
default = "30d"
basis = "judgement"
doc = "how late it may be"

[[each]]
from = "actions"
where = '!(r.done == "yes") && r.due_on + params.grace < as_of'
message = '${r.id} is ${if r.left < 2.5 { "late" } else { "?" }} since ${r.due_on}'

[[each]]
from = "actions"
where = 'true'
message = "x"
"#;

    fn rule() -> Rule {
        Rule::read(&Arc::new(Source::new("rules/t/x.toml", RULE)), None, "t", Origin::Outside).unwrap()
    }

    #[test]
    fn a_rule_is_changed_at_one_place_at_a_time() {
        let mutants = mutants(&rule());
        let names: Vec<&str> = mutants.iter().map(|mutant| mutant.name.as_str()).collect();
        assert_eq!(
            names,
            [
                "params.grace is \"31d\" and not \"30d\"",
                "params.grace is \"29d\" and not \"30d\"",
                "[[each]] 1 is removed",
                "`where = '!(r.done == \"yes\") && r.due_on +`: `!` is dropped",
                "`where = '!(r.done == \"yes\") && r.due_on + params.gra`: `==` becomes `!=`",
                "`where = '!(r.done == \"yes\") && r.due_on + params.grace < a`: `\"yes\"` becomes `\"~\"`",
                "`where = '!(r.done == \"yes\") && r.due_on + params.grace < as_of`: `&&` becomes `||`",
                "`es\") && r.due_on + params.grace < as_of'`: `<` becomes `<=`",
                "`ssage = '${r.id} is ${if r.left < 2.5 { \"late\" } else { \"?\" }} si`: `<` becomes `<=`",
                "`age = '${r.id} is ${if r.left < 2.5 { \"late\" } else { \"?\" }} since`: `2.5` becomes `2.6`",
                "`'${r.id} is ${if r.left < 2.5 { \"late\" } else { \"?\" }} since ${r.due_o`: `\"late\"` becomes `\"~\"`",
                "`r.left < 2.5 { \"late\" } else { \"?\" }} since ${r.due_on}'`: `\"?\"` becomes `\"~\"`",
                "[[each]] 2 is removed",
                "`where = 'true'`: `true` becomes `false`",
            ]
        );
        let place = &mutants[7].place;
        assert_eq!((place.line, place.text.as_str()), (16, "<"));
        assert!(mutants.iter().all(|mutant| mutant.rule.text.text() != RULE));
    }

    #[test]
    fn numbers_and_lengths_are_moved_by_one_unit() {
        assert_eq!(moved_number("9", 1).as_deref(), Some("10"));
        assert_eq!(moved_number("0.05", 1).as_deref(), Some("0.06"));
        assert_eq!(moved_number("0.00", -1).as_deref(), Some("-0.01"));
        assert_eq!(moved_number("1.0", -1).as_deref(), Some("0.9"));
        assert_eq!(moved_length("12mo", 1).as_deref(), Some("13mo"));
        assert_eq!(moved_length("0d", -1), None);
    }
}
