//! Exports of tools: how what a scanner wrote becomes rows of kinds of evidence.

use super::Kind;
use super::pattern::Origin;
use super::reading::{ExportCondition, ExportPath, Reading};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::toml_text::{self, did_you_mean, wrong};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// How to read what one tool writes.
#[derive(Clone, Debug)]
pub struct Export {
    /// Kebab-case name: `trivy`.
    pub id: String,
    /// The name of the tool or format.
    pub title: String,
    /// How it is laid out.
    pub format: ExportFormat,
    /// It is this export when all conditions of one of these hold.
    pub needs: Vec<Vec<ExportCondition>>,
    /// When it says itself that it is not all there is.
    pub incomplete: Vec<Shortfall>,
    /// What becomes rows.
    pub records: Vec<ExportRecords>,
}

/// How an export is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ExportFormat {
    /// A tree of JSON or YAML, or one JSON object a line.
    Json,
    /// XML.
    Xml,
    /// Rows under a header.
    Csv,
}

/// A sign that an export is not whole.
#[derive(Clone, Debug)]
pub struct Shortfall {
    /// What shows it.
    pub when: ExportCondition,
    /// What that means, a fragment that follows "the evidence is incomplete: ".
    pub because: String,
}

/// Which parts of an export become rows of one kind.
#[derive(Clone, Debug)]
pub struct ExportRecords {
    /// The kind of evidence.
    pub kind: String,
    /// Where the records stand.
    pub at: ExportPath,
    /// What must hold of a record that counts.
    pub among: Vec<ExportCondition>,
    /// Fields that tell one row from another; records that agree in these are one. All fields when empty.
    pub unique: Vec<String>,
    /// How each field is filled: the first reading that gives anything.
    pub fields: BTreeMap<String, Vec<Reading>>,
}

/// What sort of thing a tool found, and against which controls it counts where the tool does not say.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// The controls of Annex A.
    pub controls: Vec<ControlId>,
    /// Why these, one sentence. What a tool does not map itself is mapped by judgement.
    pub doc: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ExportText {
    /// Kebab-case name: `trivy`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The name of the tool or format.
    title: String,
    /// How it is laid out.
    format: ExportFormat,
    /// It is this export when all conditions of one of these hold.
    #[schemars(with = "Vec<Vec<String>>")]
    needs: Vec<Vec<Spanned<String>>>,
    /// When it says itself that it is not all there is.
    #[serde(default)]
    incomplete: Vec<ShortfallText>,
    /// Fields of all records whose kind has them.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    fields: Readings,
    /// What becomes rows.
    #[serde(default)]
    records: Vec<RecordsText>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ShortfallText {
    /// The condition that shows it.
    #[schemars(with = "String")]
    when: Spanned<String>,
    /// What that means, a fragment that follows "the evidence is incomplete: ".
    because: String,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RecordsText {
    /// The kind of evidence.
    #[schemars(with = "String")]
    kind: Spanned<String>,
    /// Where the records stand; empty for the root.
    #[schemars(with = "String")]
    at: Spanned<String>,
    /// What must hold of a record that counts.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    among: Vec<Spanned<String>>,
    /// Records that agree in these fields are one row; in all fields where none are named.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    unique: Vec<Spanned<String>>,
    /// How each field is filled: the first reading that gives anything.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    fields: Readings,
}

/// Readings by field, each with its place.
type Readings = BTreeMap<Spanned<String>, Vec<Spanned<String>>>;

/// The JSON Schema of the file of an export.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(ExportText)
}

/// The JSON Schema of the categories.
pub(super) fn schema_of_categories() -> schemars::Schema {
    schemars::schema_for!(BTreeMap<String, Category>)
}

/// Reads the categories, by name.
///
/// # Errors
/// The first thing that is wrong with the file, at its place.
pub(super) fn categories(source: &Source) -> Result<BTreeMap<String, Category>, Diagnostic> {
    toml_text::read(source, Code::InvalidPack)
}

impl Export {
    /// Reads an export from its file.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each at its place.
    pub(super) fn read(
        source: &Source,
        kinds: &BTreeMap<String, Arc<Kind>>,
        origin: Origin,
    ) -> Result<Self, Vec<Diagnostic>> {
        let text: ExportText = toml_text::read(source, Code::InvalidPack).map_err(|error| vec![error])?;
        let mut reader = Reader { source, kinds, origin, errors: Vec::new() };
        let needs = text.needs.iter().map(|all| reader.conditions(all)).collect();
        let shortfall = |reader: &mut Reader<'_>, one: ShortfallText| {
            let when = reader.condition(&one.when)?;
            Some(Shortfall { when, because: one.because })
        };
        let incomplete = text.incomplete.into_iter().filter_map(|one| shortfall(&mut reader, one)).collect();
        let shared = text.fields;
        let records = text.records.iter().filter_map(|records| reader.records(records, &shared)).collect();
        let export = Self {
            id: text.id.into_inner(),
            title: text.title,
            format: text.format,
            needs,
            incomplete,
            records,
        };
        if reader.errors.is_empty() { Ok(export) } else { Err(reader.errors) }
    }

    /// True when it gives rows of a kind.
    pub fn gives(&self, kind: &str) -> bool {
        self.records.iter().any(|records| records.kind == kind)
    }
}

/// Turns the parts of a file into an export and collects what is wrong.
struct Reader<'a> {
    source: &'a Source,
    kinds: &'a BTreeMap<String, Arc<Kind>>,
    origin: Origin,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong(&mut self, value: &Spanned<String>, message: String) {
        self.errors.push(wrong(self.source, Code::InvalidPack, value, message));
    }

    fn parsed<T>(&mut self, text: &Spanned<String>, parse: impl Fn(&str) -> Result<T, String>) -> Option<T> {
        parse(text.get_ref()).map_err(|reason| self.wrong(text, reason)).ok()
    }

    fn condition(&mut self, text: &Spanned<String>) -> Option<ExportCondition> {
        let origin = self.origin;
        self.parsed(text, |text| ExportCondition::parse(text, origin))
    }

    fn conditions(&mut self, texts: &[Spanned<String>]) -> Vec<ExportCondition> {
        texts.iter().filter_map(|text| self.condition(text)).collect()
    }

    /// The records with their own fields, and those of all records that their kind has.
    fn records(&mut self, text: &RecordsText, shared: &Readings) -> Option<ExportRecords> {
        let at = self.parsed(&text.at, ExportPath::parse);
        let among = self.conditions(&text.among);
        let Some(kind) = self.kinds.get(text.kind.get_ref()).cloned() else {
            let near = did_you_mean(text.kind.get_ref(), self.kinds.keys().map(String::as_str));
            self.wrong(&text.kind, format!("no kind of evidence `{}`{near}", text.kind.get_ref()));
            return None;
        };
        let mut fields = BTreeMap::new();
        for (name, readings) in shared.iter().filter(|(name, _)| kind.fields.contains_key(name.get_ref())) {
            fields.insert(name.get_ref().clone(), self.readings(readings));
        }
        for (name, readings) in &text.fields {
            self.check_field(&kind, name);
            fields.insert(name.get_ref().clone(), self.readings(readings));
        }
        for name in &text.unique {
            self.check_field(&kind, name);
        }
        let unique = text.unique.iter().map(|name| name.get_ref().clone()).collect();
        Some(ExportRecords { kind: kind.id.clone(), at: at?, among, unique, fields })
    }

    fn check_field(&mut self, kind: &Kind, name: &Spanned<String>) {
        if !kind.fields.contains_key(name.get_ref()) {
            let near = did_you_mean(name.get_ref(), kind.fields.keys().map(String::as_str));
            self.wrong(name, format!("`{}` has no field `{}`{near}", kind.id, name.get_ref()));
        }
    }

    fn readings(&mut self, texts: &[Spanned<String>]) -> Vec<Reading> {
        let origin = self.origin;
        texts.iter().filter_map(|text| self.parsed(text, |text| Reading::parse(text, origin))).collect()
    }
}
