//! Lints for programs: as JSON, as SARIF, and as what GitHub shows in a pull request.

use super::{Level, Lint, LintId};
use crate::formats::{escaped, parameter, uri};
use crate::place::Place;
use crate::snippet::visible;
use serde_json::{Value, json};

/// The number of the format. Fields may be added under it, never renamed or taken away.
const SCHEMA: &str = "preaudit-lints/1";

/// Lints as JSON, with a line end behind it. `folder` is put before the paths.
pub fn json(lints: &[Lint], folder: &str) -> String {
    let told = lints.iter().map(|lint| {
        let place = placed(lint, folder);
        json!({
            "id": lint.id.name(),
            "level": lint.level().name(),
            "file": place.file,
            "line": place.line,
            "column": place.column,
            "end_line": place.end_line,
            "end_column": place.end_column,
            "message": lint.message,
            "help": lint.help,
        })
    });
    written(&json!({ "schema": SCHEMA, "lints": told.collect::<Vec<_>>() }))
}

/// Lints as workflow commands of GitHub, a line each.
pub fn github(lints: &[Lint], folder: &str) -> String {
    let command = |lint: &Lint| {
        let place = placed(lint, folder);
        let command = match lint.level() {
            Level::Error => "error",
            Level::Warning => "warning",
            Level::Note => "notice",
        };
        let columns = if place.line == place.end_line {
            format!(",col={},endColumn={}", place.column, place.end_column)
        } else {
            String::new()
        };
        format!(
            "::{command} file={},line={},endLine={}{columns},title=preaudit {}::{}\n",
            parameter(&visible(&place.file)),
            place.line,
            place.end_line,
            lint.id,
            escaped(&visible(&said(lint)))
        )
    };
    lints.iter().map(command).collect()
}

/// Lints as SARIF 2.1.0, with a line end behind it. `folder` is put before the paths.
pub fn sarif(lints: &[Lint], folder: &str) -> String {
    let rules = LintId::ALL.iter().map(|id| {
        json!({
            "id": id.name(),
            "shortDescription": { "text": id.what() },
            "fullDescription": { "text": id.why() },
            "help": { "text": id.why(), "markdown": id.why() },
            "defaultConfiguration": { "level": id.level().name() },
        })
    });
    let driver = json!({
        "name": "preaudit rule check",
        "version": env!("CARGO_PKG_VERSION"),
        "rules": rules.collect::<Vec<_>>(),
    });
    written(&json!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": driver },
            "columnKind": "unicodeCodePoints",
            "results": lints.iter().map(|lint| result(lint, folder)).collect::<Vec<_>>(),
        }],
    }))
}

fn result(lint: &Lint, folder: &str) -> Value {
    let place = placed(lint, folder);
    json!({
        "ruleId": lint.id.name(),
        "ruleIndex": LintId::ALL.iter().position(|id| *id == lint.id),
        "level": lint.level().name(),
        "message": { "text": said(lint) },
        "locations": [{
            "physicalLocation": {
                "artifactLocation": { "uri": uri(&place.file) },
                "region": {
                    "startLine": place.line,
                    "startColumn": place.column,
                    "endLine": place.end_line,
                    "endColumn": place.end_column,
                },
            },
        }],
    })
}

/// What is wrong, and what to do about it.
fn said(lint: &Lint) -> String {
    match &lint.help {
        Some(help) => format!("{}; {help}", lint.message),
        None => lint.message.clone(),
    }
}

/// Where a lint is, from where the folder of the pack is seen.
fn placed(lint: &Lint, folder: &str) -> Place {
    let mut place = lint.place();
    if !folder.is_empty() {
        place.file = format!("{}/{}", folder.trim_end_matches('/'), place.file);
    }
    place
}

fn written(value: &Value) -> String {
    format!("{value:#}\n")
}
