//! What names mean, for people, in Markdown.

use crate::inert::markdown;
use crate::lint::Meaning;
use crate::pack::{Automation, Control, Field, Holds, Kind, Packs, Rule, Shape};
use crate::script::api::Function;
use std::fmt::Write as _;

/// So many of a list are named.
const MOST: usize = 12;

/// What a name means; `rule` is the one that it stands in.
pub(super) fn meaning(packs: &Packs, rule: Option<&Rule>, meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Control(id) => packs.controls.get(id).map(control),
        Meaning::Kind(id) => packs.kinds.get(id).map(|found| kind(packs, found)),
        Meaning::Field { kinds, name } => {
            let known = kinds.iter().filter_map(|kind| packs.kinds.get(kind));
            let found: Vec<String> =
                known.filter_map(|kind| Some(field(kind, name, kind.fields.get(name)?))).collect();
            (!found.is_empty()).then(|| found.into_iter().take(MOST).collect::<Vec<_>>().join("\n\n---\n\n"))
        }
        Meaning::EventField(name) => event_field(packs, name),
        Meaning::Word { field, word } => Some(format!("**{}**: a word of `{field}`", markdown(word))),
        Meaning::Param(name) => param(rule?, name),
        Meaning::Functions(all) => Some(functions(all)),
        Meaning::Own { signature, .. } => Some(format!("```rhai\nfn {signature}\n```")),
        Meaning::Variable { name, sort, .. } => Some(format!("**{}**: {sort}", markdown(name))),
        Meaning::Rule(id) => packs.rule(id).map(self::rule),
    }
}

/// What a name means in a few words, for a list of names.
pub(super) fn short(packs: &Packs, meaning: &Meaning) -> Option<String> {
    match meaning {
        Meaning::Control(id) => packs.controls.get(id).map(|control| control.title.clone()),
        Meaning::Kind(id) => packs.kinds.get(id).map(|kind| kind.title.clone()),
        Meaning::Field { kinds, name } => {
            let field = kinds.iter().find_map(|kind| packs.kinds.get(kind)?.fields.get(name))?;
            Some(holds(field.holds).to_owned())
        }
        Meaning::EventField(_) => Some("a field of records".to_owned()),
        Meaning::Word { field, .. } => Some(format!("a word of {field}")),
        Meaning::Param(_) => Some("a parameter".to_owned()),
        Meaning::Functions(all) => all.first().map(|one| one.signature()),
        Meaning::Own { signature, .. } => Some(signature.clone()),
        Meaning::Variable { .. } => None,
        Meaning::Rule(id) => packs.rule(id).map(|rule| rule.title.clone()),
    }
}

fn control(control: &Control) -> String {
    let mut text =
        format!("**{} {}**\n\n{}", control.id, markdown(&control.title), markdown(&control.intent));
    for requirement in control.requirements.iter().take(MOST) {
        let _ = write!(text, "\n- {}", markdown(&requirement.text));
    }
    let proven = match control.automation {
        Automation::Records => "records prove it",
        Automation::Document => "a document proves it",
        Automation::Mixed => "records and documents prove it",
        Automation::Human => "only people can judge it",
    };
    let _ = write!(text, "\n\n*{proven}*");
    if !control.evidence.is_empty() {
        let _ = write!(text, ": {}", list(&control.evidence, "; "));
    }
    text
}

fn kind(packs: &Packs, kind: &Kind) -> String {
    let shape = match kind.shape {
        Shape::Table => "a table",
        Shape::Document => "a document",
        Shape::Events => "records of logs",
    };
    let mut text = format!("**{}**: {}, {shape}", kind.id, markdown(&kind.title));
    if let Some(required) = &kind.required {
        let _ =
            write!(text, "\n\nrequired by {}: {}", required.by.as_requirement(), markdown(&required.what));
    }
    if let Some(ttl) = kind.ttl {
        let _ = write!(text, "\n\nno older than {ttl}");
    }
    let fields: Vec<String> = packs.fields_of(kind).iter().map(|name| format!("`{name}`")).collect();
    if kind.shape != Shape::Events {
        let _ = write!(text, "\n\nfields: {}", fields.join(", "));
    }
    text
}

fn field(kind: &Kind, name: &str, field: &Field) -> String {
    let mut text = format!("**{name}** of {}: {}", kind.id, holds(field.holds));
    if matches!(field.holds, Holds::Word | Holds::YesNo) {
        let words: Vec<String> = field.words.known().iter().map(|word| format!("`{word}`")).collect();
        let _ = write!(text, "\n\none of {}", words.join(", "));
    }
    if !field.headers.is_empty() {
        let _ = write!(text, "\n\ncolumns called {}", list(&field.headers, ", "));
    }
    if let Some(other) = &field.instead {
        let _ = write!(text, "\n\nwhere there is none, `{other}` is read");
    }
    text
}

fn holds(holds: Holds) -> &'static str {
    match holds {
        Holds::Text => "a text",
        Holds::Word => "a word of its vocabulary",
        Holds::YesNo => "yes or no",
        Holds::Date => "a day or an instant",
        Holds::Number => "a number",
        Holds::Control => "the id of a control",
        Holds::Requirement => "the id of a clause or control",
        Holds::Controls => "ids of controls",
        Holds::Files => "names of files, each with its SHA-256",
    }
}

fn event_field(packs: &Packs, name: &str) -> Option<String> {
    let fields = &packs.event_fields;
    if name == "time" || name == "@timestamp" {
        return Some("**time** of a record: an instant".to_owned());
    }
    let below = format!("{name}.");
    let Some(slot) = fields.slot(name) else {
        let names: Vec<String> = fields
            .names()
            .iter()
            .filter(|one| one.starts_with(&below))
            .map(|one| format!("`{one}`"))
            .collect();
        return (!names.is_empty()).then(|| format!("**{name}** of a record: {}", names.join(", ")));
    };
    let sort = if fields.is_number(slot) { "a number" } else { "a text" };
    let words = fields.words(name).map(|words| format!("\n\none of {}", list(words, ", ")));
    Some(format!("**{name}** of a record: {sort}{}", words.unwrap_or_default()))
}

fn param(rule: &Rule, name: &str) -> Option<String> {
    let param = rule.params.get(name)?;
    let mut text =
        format!("**{name}** = {}\n\n{}", markdown(&param.default.to_string()), markdown(&param.doc));
    if let Some(strict) = &param.strict {
        let _ = write!(text, "\n\nunder the profile strict: {}", markdown(&strict.to_string()));
    }
    let source = param.source.as_ref().map(|source| format!(": {}", markdown(source))).unwrap_or_default();
    let _ = write!(text, "\n\nrests on {}{source}", param.basis);
    Some(text)
}

fn functions(all: &[&'static Function]) -> String {
    let one =
        |function: &&'static Function| format!("```rhai\n{}\n```\n{}", function.signature(), function.doc);
    all.iter().take(MOST).map(one).collect::<Vec<_>>().join("\n\n---\n\n")
}

fn rule(rule: &Rule) -> String {
    let against: Vec<String> = rule.controls.iter().map(|id| id.as_requirement()).collect();
    format!(
        "**{}**: {}\n\n{} against {}, {}\n\n{}",
        rule.id,
        markdown(&rule.title),
        rule.grade,
        against.join(", "),
        rule.basis,
        markdown(&rule.help)
    )
}

fn list(words: &[String], between: &str) -> String {
    let named: Vec<String> = words.iter().take(MOST).map(|word| markdown(word)).collect();
    let more = if words.len() > MOST { ", …" } else { "" };
    format!("{}{more}", named.join(between))
}
