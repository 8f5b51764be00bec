//! What editors know of the files that people write: JSON Schemas of TOML, definitions of scripts.
//!
//! A schema is made from the types that read the file, so it cannot say something else than they
//! do. The files beside this one are what it gives; a test keeps them so.

use crate::cap::CapFile;
use crate::evidence::Workspace;
use crate::pack;
use crate::report::Report;
use crate::script::api;

/// Something that an editor can know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Schema {
    /// Its name: `rule`.
    pub name: &'static str,
    /// The file that it is written to: `rule.schema.json`.
    pub file: String,
    /// What it is of.
    pub what: &'static str,
    /// Its text, with a line end behind it.
    pub text: String,
}

/// What each schema is of, in the order in which they are listed.
const WHAT: [(&str, &str); 12] = [
    ("pack", "the manifest of a pack, `pack.toml`"),
    ("rule", "a rule, `rules/<theme>/<fault>.toml`"),
    ("kind", "a kind of evidence, `schema/<kind>.toml`"),
    ("controls", "clauses and controls, `controls/*.toml`"),
    ("source", "a log source, `sources/<source>.toml`"),
    ("fields", "the fields that events can have, `sources/fields.toml`"),
    ("export", "an export of a tool, `exports/<export>.toml`"),
    ("categories", "sorts of things that tools find, `exports/categories.toml`"),
    ("certification", "facts on certification, `certification.toml`"),
    ("preaudit", "the workspace, `preaudit.toml`"),
    ("cap", "a corrective action plan, `cap.toml`"),
    ("report", "the report as JSON"),
];

/// All schemas and definitions.
///
/// # Errors
/// Never in practice: every part of a schema can be written.
pub fn all() -> Result<Vec<Schema>, serde_json::Error> {
    let mut schemas = Vec::new();
    let others = [
        ("preaudit", Workspace::schema()),
        ("cap", CapFile::schema()),
        ("report", schemars::schema_for!(Report)),
    ];
    for (name, mut schema) in pack::schemas().into_iter().chain(others) {
        let what = WHAT.iter().find(|(known, _)| *known == name).map_or("", |(_, what)| what);
        schema.insert("title".to_owned(), what.into());
        let text = serde_json::to_string_pretty(&schema)? + "\n";
        schemas.push(Schema { name, file: format!("{name}.schema.json"), what, text });
    }
    schemas.push(Schema {
        name: "rhai",
        file: "preaudit.d.rhai".to_owned(),
        what: "what scripts see of preaudit",
        text: api::DEFINITIONS.to_owned(),
    });
    schemas.push(Schema {
        name: "rhai-std",
        file: "rhai.d.rhai".to_owned(),
        what: "Rhai's own functions that scripts may call",
        text: api::standard_definitions(),
    });
    Ok(schemas)
}
