//! What a new rule begins with: a declaration, a script where one is asked for, and the five cases
//! that every rule needs, which pass as they are.
//!
//! The rule that is written looks for something real, so that its cases show how one is proven.
//! Whatever only its author knows is a TODO.

use crate::pack::ENGINE_API;
use std::collections::BTreeMap;

/// The folder of a pack that holds what editors know, beside its own files.
pub const EDITOR: &str = ".preaudit";

/// What a new rule looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Each row of a table.
    Table,
    /// The records of logs.
    Log,
    /// Documents.
    Documents,
    /// Two tables, compared in a script.
    Join,
}

/// A rule to be written.
#[derive(Clone, Copy, Debug)]
pub struct NewRule<'a> {
    /// Its id, after what is wrong.
    pub fault: &'a str,
    /// Its theme, which is its folder.
    pub theme: &'a str,
    /// What it looks at.
    pub form: Form,
    /// True when a script judges.
    pub has_script: bool,
    /// True when the pack holds schemas for editors.
    pub has_schema: bool,
}

/// The five cases of a form: the name of each, and its files.
type Cases = [(&'static str, &'static [(&'static str, &'static str)]); 5];

const HEAD: &str = include_str!("text/head.toml");
const MANIFEST: &str = include_str!("text/pack.toml");

const TABLE: Cases = [
    ("conformity-all-in-time", &[("document-register.csv", include_str!("text/cases/table/conformity.csv"))]),
    ("minor-one-late", &[("document-register.csv", include_str!("text/cases/table/finding.csv"))]),
    (
        "conformity-boundary-due-today",
        &[("document-register.csv", include_str!("text/cases/table/boundary.csv"))],
    ),
    ("not-evaluated-empty", &[("document-register.csv", include_str!("text/cases/table/empty.csv"))]),
    (
        "not-evaluated-malformed-dates",
        &[("document-register.csv", include_str!("text/cases/table/malformed.csv"))],
    ),
];

const LOG: Cases = [
    ("conformity-a-few-typos", &[("auth.log", include_str!("text/cases/log/conformity.log"))]),
    ("minor-seven-failures", &[("auth.log", include_str!("text/cases/log/finding.log"))]),
    ("conformity-boundary-four", &[("auth.log", include_str!("text/cases/log/boundary.log"))]),
    ("not-evaluated-empty", &[("auth.log", include_str!("text/cases/log/empty.log"))]),
    ("conformity-malformed-line", &[("auth.log", include_str!("text/cases/log/malformed.log"))]),
];

const DOCUMENTS: Cases = [
    (
        "conformity-says-so",
        &[("information-security-policy.md", include_str!("text/cases/documents/conformity.md"))],
    ),
    ("minor-silent", &[("information-security-policy.md", include_str!("text/cases/documents/finding.md"))]),
    (
        "conformity-boundary-in-capitals",
        &[("information-security-policy.md", include_str!("text/cases/documents/boundary.md"))],
    ),
    (
        "not-evaluated-empty",
        &[("information-security-policy.md", include_str!("text/cases/documents/empty.md"))],
    ),
    (
        "conformity-malformed-no-headings",
        &[("information-security-policy.md", include_str!("text/cases/documents/malformed.md"))],
    ),
];

const ROSTER: (&str, &str) = ("roster.csv", include_str!("text/cases/join/roster.csv"));

const JOIN: Cases = [
    ("conformity-all-known", &[ROSTER, ("accounts.csv", include_str!("text/cases/join/conformity.csv"))]),
    ("minor-a-stranger", &[ROSTER, ("accounts.csv", include_str!("text/cases/join/finding.csv"))]),
    (
        "conformity-boundary-disabled",
        &[ROSTER, ("accounts.csv", include_str!("text/cases/join/boundary.csv"))],
    ),
    (
        "not-evaluated-empty-roster",
        &[
            ("roster.csv", include_str!("text/cases/join/roster-empty.csv")),
            ("accounts.csv", include_str!("text/cases/join/conformity.csv")),
        ],
    ),
    (
        "not-evaluated-malformed-status",
        &[ROSTER, ("accounts.csv", include_str!("text/cases/join/malformed.csv"))],
    ),
];

/// The files of a new rule, by path within the pack; the texts that its cases expect are not among
/// them, since only running them tells.
pub fn rule(new: &NewRule<'_>) -> BTreeMap<String, String> {
    let stem = format!("rules/{}/{}", new.theme, new.fault);
    let mut files = BTreeMap::from([(format!("{stem}.toml"), declaration(new))]);
    if let Some(script) = script(new) {
        files.insert(format!("{stem}.rhai"), script.to_owned());
    }
    for (case, evidence) in cases(new.form) {
        for (name, text) in *evidence {
            files.insert(format!("tests/{}/{case}/{name}", new.fault), (*text).to_owned());
        }
    }
    files
}

/// The manifest of a new pack that builds on the built-in one.
pub fn manifest(id: &str) -> String {
    let title = id.replace('-', " ");
    MANIFEST.replace("{id}", id).replace("{title}", &title).replace("{api}", &ENGINE_API.to_string())
}

fn declaration(new: &NewRule<'_>) -> String {
    let parts: &[&str] = match (new.form, new.has_script) {
        (Form::Table, false) => &[include_str!("text/table.toml"), include_str!("text/table-each.toml")],
        (Form::Table, true) => &[include_str!("text/table.toml")],
        (Form::Log, false) => &[include_str!("text/log.toml"), include_str!("text/log-finding.toml")],
        (Form::Log, true) => &[include_str!("text/log.toml")],
        (Form::Documents, false) => {
            &[include_str!("text/documents.toml"), include_str!("text/documents-each.toml")]
        }
        (Form::Documents, true) => &[include_str!("text/documents.toml")],
        (Form::Join, _) => &[include_str!("text/join.toml")],
    };
    let schema =
        if new.has_schema { format!("#:schema ../../{EDITOR}/rule.schema.json\n") } else { String::new() };
    let uses = match (new.form, new.has_script) {
        (Form::Table, true) => "uses = [\"document-register\"]\n",
        (Form::Documents, true) => "uses = [\"policy\"]\n",
        _ => "",
    };
    let title = new.fault.replace('-', " ");
    let text = [&[schema.as_str(), HEAD], parts].concat().concat();
    text.replace("{id}", new.fault).replace("{title}", &title).replace("{uses}\n", uses)
}

fn script(new: &NewRule<'_>) -> Option<&'static str> {
    match (new.form, new.has_script) {
        (Form::Join, _) => Some(include_str!("text/join.rhai")),
        (Form::Table, true) => Some(include_str!("text/table.rhai")),
        (Form::Log, true) => Some(include_str!("text/log.rhai")),
        (Form::Documents, true) => Some(include_str!("text/documents.rhai")),
        (_, false) => None,
    }
}

fn cases(form: Form) -> &'static Cases {
    match form {
        Form::Table => &TABLE,
        Form::Log => &LOG,
        Form::Documents => &DOCUMENTS,
        Form::Join => &JOIN,
    }
}
