//! Log sources: how the records of a tool become events with fields of the Elastic Common Schema.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::toml_text::{self, did_you_mean};
use regex::Regex;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;

/// A regular expression of a source may take this much memory once compiled.
const PATTERN_BYTES: usize = 1 << 20;

/// Events can have so many fields: scans note the ones that were read in the bits of a `u128`.
const MOST_FIELDS: usize = 128;

/// The fields that events can have, by their names in the Elastic Common Schema.
#[derive(Clone, Debug, Default)]
pub struct EventFields {
    names: Vec<String>,
    numbers: Vec<bool>,
    words: BTreeMap<String, Vec<String>>,
}

/// How to read the records of one tool.
#[derive(Clone, Debug)]
pub struct LogSource {
    /// Kebab-case name: `aws-cloudtrail`.
    pub id: String,
    /// The name of the tool.
    pub title: String,
    /// How its records are laid out.
    pub format: LogFormat,
    /// Keys of the list in an envelope, as `Records`. Bare lists and one object a line need none.
    pub records: Vec<String>,
    /// A list within a record of which every element is an event of its own.
    pub each: Option<String>,
    /// Paths that every record of this tool has; by these it is recognized. For CSV, headers, each with
    /// others that may stand for it: `timestamp | date`.
    pub needs: Vec<String>,
    /// Where the time stands, the first that is there.
    pub time: Vec<String>,
    /// How the time is written.
    pub time_format: TimeFormat,
    /// Where each field stands, the first that is there.
    pub fields: BTreeMap<String, Vec<String>>,
    /// Fields that every record of this tool has.
    pub constants: BTreeMap<String, String>,
    /// For text: what lines or messages look like; the first that matches.
    pub patterns: Vec<Pattern>,
    /// Fields that follow from others, in order; what is set already stays.
    pub derive: Vec<Derivation>,
}

/// How records are laid out in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LogFormat {
    /// JSON objects: one a line, in a list, or in an envelope.
    Json,
    /// Lines of RFC 3164 or RFC 5424.
    Syslog,
    /// Lines of text.
    Lines,
    /// Rows under a header.
    Csv,
}

/// How a time is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TimeFormat {
    /// ISO 8601, with or without a zone.
    #[default]
    Iso,
    /// Seconds since 1970, with or without a fraction.
    Epoch,
    /// Milliseconds since 1970.
    EpochMs,
    /// `17/May/2015:10:05:03 +0000`.
    Clf,
}

/// What a line or message looks like.
#[derive(Clone, Debug)]
pub struct Pattern {
    /// The program that writes such messages, for syslog.
    pub process: Option<String>,
    /// Named groups are fields; the group `time` is the time.
    pub regex: Regex,
    /// Fields that follow from the match.
    pub set: BTreeMap<String, String>,
}

/// Fields that follow from others.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Derivation {
    /// Field to the values it may have: `*` for any, an empty text for none.
    pub when: BTreeMap<String, Vec<String>>,
    /// Fields to set.
    #[serde(default)]
    pub set: BTreeMap<String, String>,
    /// Fields to set from another field.
    #[serde(default)]
    pub copy: BTreeMap<String, String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct LogSourceText {
    /// Kebab-case name: `aws-cloudtrail`.
    id: String,
    /// The name of the tool.
    title: String,
    /// How its records are laid out.
    format: LogFormat,
    /// Keys of the list in an envelope, as `Records`.
    #[serde(default)]
    records: Vec<String>,
    /// A list within a record of which every element is an event of its own.
    each: Option<String>,
    /// Paths that every record of this tool has; by these it is recognized.
    #[serde(default)]
    needs: Vec<String>,
    /// Where the time stands, the first that is there.
    #[serde(default)]
    time: Vec<String>,
    /// How the time is written.
    #[serde(default)]
    time_format: TimeFormat,
    /// Where each field stands, the first that is there.
    #[serde(default)]
    fields: BTreeMap<String, Vec<String>>,
    /// Fields that every record of this tool has.
    #[serde(default)]
    constants: BTreeMap<String, String>,
    /// For text: what lines or messages look like; the first that matches.
    #[serde(default)]
    pattern: Vec<PatternText>,
    /// Fields that follow from others, in order.
    #[serde(default)]
    derive: Vec<Derivation>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct PatternText {
    /// The program that writes such messages, for syslog.
    process: Option<String>,
    /// Named groups are fields; the group `time` is the time.
    #[schemars(with = "String")]
    regex: toml::Spanned<String>,
    /// Fields that follow from the match.
    #[serde(default)]
    set: BTreeMap<String, String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FieldsText {
    /// Fields that hold texts.
    text: Vec<String>,
    /// Fields that hold numbers.
    number: Vec<String>,
    /// Fields that hold these words and no others.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, Vec<String>>")]
    words: BTreeMap<toml::Spanned<String>, Vec<String>>,
}

impl EventFields {
    /// Reads the list of fields that events can have.
    ///
    /// # Errors
    /// What is wrong with the file, at its place.
    pub(super) fn read(source: &Source) -> Result<Self, Diagnostic> {
        let text: FieldsText = toml_text::read(source, Code::InvalidPack)?;
        let number = |name: &String| text.number.contains(name);
        let mut names: Vec<String> = text.text.iter().chain(&text.number).cloned().collect();
        names.sort();
        names.dedup();
        if names.len() > MOST_FIELDS {
            let message = format!("events can have {MOST_FIELDS} fields, these are {}", names.len());
            return Err(
                Diagnostic::error(Code::InvalidPack, message).at(source.line(1).place("in this file"))
            );
        }
        let unknown = text.words.keys().find(|name| names.binary_search(name.get_ref()).is_err());
        if let Some(name) = unknown {
            let near = toml_text::did_you_mean(name.get_ref(), names.iter().map(String::as_str));
            let message = format!("events have no field `{}`{near}", name.get_ref());
            return Err(toml_text::wrong(source, Code::InvalidPack, name, message));
        }
        let words = text.words.into_iter().map(|(name, words)| (name.into_inner(), words)).collect();
        Ok(Self { numbers: names.iter().map(number).collect(), names, words })
    }

    /// All names, sorted.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// The slot of a field in a record.
    pub fn slot(&self, name: &str) -> Option<usize> {
        self.names.binary_search_by(|known| known.as_str().cmp(name)).ok()
    }

    /// The words that a field holds, where it holds no others.
    pub fn words(&self, name: &str) -> Option<&[String]> {
        self.words.get(name).map(Vec::as_slice)
    }

    /// True when the field of this slot holds numbers.
    pub fn is_number(&self, slot: usize) -> bool {
        self.numbers.get(slot).copied().unwrap_or(false)
    }
}

impl LogSource {
    /// Reads a source from its file.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each at its place where it has one.
    pub(super) fn read(source: &Source, known: &EventFields) -> Result<Self, Vec<Diagnostic>> {
        let text: LogSourceText = toml_text::read(source, Code::InvalidPack).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        let mut patterns = Vec::new();
        for pattern in text.pattern {
            let regex = regex::RegexBuilder::new(pattern.regex.get_ref()).size_limit(PATTERN_BYTES).build();
            match regex {
                Ok(regex) => patterns.push(Pattern { process: pattern.process, regex, set: pattern.set }),
                Err(error) => errors.push(toml_text::wrong(
                    source,
                    Code::InvalidPack,
                    &pattern.regex,
                    last_line(&error),
                )),
            }
        }
        let log = Self {
            id: text.id,
            title: text.title,
            format: text.format,
            records: text.records,
            each: text.each,
            needs: text.needs,
            time: text.time,
            time_format: text.time_format,
            fields: text.fields,
            constants: text.constants,
            patterns,
            derive: text.derive,
        };
        errors.extend(log.unknown_fields(source, known));
        if errors.is_empty() { Ok(log) } else { Err(errors) }
    }

    fn unknown_fields(&self, source: &Source, known: &EventFields) -> Vec<Diagnostic> {
        let groups = self
            .patterns
            .iter()
            .flat_map(|p| p.regex.capture_names().flatten())
            .filter(|name| *name != "time");
        let set = self.patterns.iter().map(|p| &p.set).chain(self.derive.iter().map(|d| &d.set));
        let when = self.derive.iter().flat_map(|d| d.when.keys());
        let copied = self.derive.iter().flat_map(|d| d.copy.iter().flat_map(|(to, from)| [to, from]));
        let named = self.fields.keys().chain(self.constants.keys()).chain(when).chain(copied);
        let named = named.chain(set.flat_map(BTreeMap::keys));
        named
            .map(String::as_str)
            .chain(groups)
            .filter(|name| known.slot(name).is_none())
            .map(|name| {
                let near = did_you_mean(name, known.names().iter().map(String::as_str));
                let message = format!("no event field `{name}` in sources/fields.toml{near}");
                let at = source.text().find(name).unwrap_or(0);
                Diagnostic::error(Code::InvalidPack, message)
                    .at(source.span(at..at + name.len()).place("here"))
            })
            .collect()
    }
}

/// The line of a regular expression's error that says what is wrong.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    text.lines().last().unwrap_or("not a regular expression").trim_start_matches("error: ").to_owned()
}

/// The JSON Schema of the file of a log source.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(LogSourceText)
}

/// The JSON Schema of the list of fields that events can have.
pub(super) fn schema_of_fields() -> schemars::Schema {
    schemars::schema_for!(FieldsText)
}
