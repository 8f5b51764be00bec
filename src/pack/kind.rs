//! Kinds of evidence: what a register, a log or a document of this kind holds.

use super::words::{Vocabulary, normalize_header, normalize_word};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Diagnostic, Grade};
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text::{self, wrong};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, OnceLock};
use toml::Spanned;

/// A kind of evidence, as `schema/<id>.toml` of a pack declares it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Kind {
    /// Kebab-case name, as rules use it: `training-records`.
    pub id: String,
    /// The name in a sentence: `training records`.
    pub title: String,
    /// The shape of its evidence.
    pub shape: Shape,
    /// Normalized words in file names and titles that speak for this kind.
    pub names: Vec<String>,
    /// Fields without which a table is not of this kind: at least one of each group.
    pub essential: Vec<Vec<String>>,
    /// Fields that tell one row from another, the first that is there.
    pub key: Vec<String>,
    /// How a row names a person.
    pub person: Option<PersonFields>,
    /// Why the standard wants it, when it does.
    pub required: Option<Required>,
    /// True for documented information and planning, which Stage 1 of an audit looks at.
    pub is_planning: bool,
    /// How old the evidence may be.
    pub ttl: Option<Duration>,
    /// For events: the category its records have; none means all records.
    pub category: Option<String>,
    /// Fields of a row or document, by name.
    pub fields: BTreeMap<String, Field>,
    /// What each header may mean.
    #[serde(skip)]
    meanings: Meanings,
}

/// What the headers of a kind may mean, gathered when the first is asked for.
#[derive(Clone, Default)]
struct Meanings(OnceLock<HashMap<String, Vec<Meaning>>>);

/// Nothing: tables are told apart by what a kind declares, and not by whether it was asked already.
impl fmt::Debug for Meanings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("_")
    }
}

/// A field that a header may mean.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Meaning {
    /// Where the field stands among those of the kind.
    pub(crate) field: usize,
    /// Where the header stands among those of the field; the first is the surest.
    pub(crate) rank: usize,
}

/// The shape of a kind of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Shape {
    /// Rows with named cells.
    Table,
    /// Text with headings and properties; every document is one row.
    Document,
    /// Records of a log.
    Events,
}

/// One field of a kind.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Field {
    /// What its cells hold.
    pub holds: Holds,
    /// Normalized headers or labels that mean this field, the surest first.
    pub headers: Vec<String>,
    /// The words it may hold, for [`Holds::Word`] and [`Holds::YesNo`].
    pub words: Vocabulary,
    /// The field that is read where no column was found for this one.
    pub instead: Option<String>,
}

/// What the cells of a field hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// Any text.
    Text,
    /// A word of the field's vocabulary.
    Word,
    /// Yes or no.
    YesNo,
    /// A day or an instant.
    Date,
    /// A number.
    Number,
    /// The id of one control.
    Control,
    /// The id of one clause or control; a bare number is a clause.
    Requirement,
    /// Ids of controls, separated by blanks, commas, semicolons, `+` or `|`.
    Controls,
    /// Names of files with the SHA-256 of each, separated by semicolons.
    Files,
}

/// Which fields of a row name a person, from the strongest.
#[derive(Clone, Debug, Default, Deserialize, Serialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PersonFields {
    /// The field with an e-mail address.
    pub email: Option<String>,
    /// The field with a personnel number.
    pub number: Option<String>,
    /// The field with an account name.
    pub login: Option<String>,
    /// The field with a full name.
    pub name: Option<String>,
    /// The fields with given and family name, where no full name stands.
    #[serde(default)]
    pub names: Vec<String>,
}

/// A record that a clause requires.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Required {
    /// The clause.
    pub by: ControlId,
    /// What the standard calls it, in our words.
    pub what: String,
    /// What its absence is graded as.
    pub grade: Grade,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct KindText {
    /// Kebab-case name, which is the name of the file: `training-records`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The name in a sentence.
    title: String,
    /// The shape of its evidence.
    shape: Shape,
    /// Words in file names and titles that speak for this kind.
    #[serde(default)]
    names: Vec<String>,
    /// Fields without which a table is not of this kind: at least one of each group.
    #[serde(default)]
    #[schemars(with = "Vec<Vec<String>>")]
    essential: Vec<Vec<Spanned<String>>>,
    /// Fields that tell one row from another, the first that is there.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    key: Vec<Spanned<String>>,
    /// Why the standard wants it, when it does.
    required: Option<RequiredText>,
    /// True for documented information and planning, which Stage 1 of an audit looks at.
    #[serde(default)]
    planning: bool,
    /// How old the evidence may be, as `90d` or `12mo`.
    #[schemars(with = "Option<String>")]
    ttl: Option<Spanned<String>>,
    /// For events: the category its records have; none means all records.
    category: Option<String>,
    /// How a row names a person.
    person: Option<PersonFields>,
    /// Fields of a row or document, by name.
    #[serde(default)]
    fields: BTreeMap<String, FieldText>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RequiredText {
    /// The clause.
    #[schemars(with = "String")]
    by: Spanned<String>,
    /// What the standard calls it, in our words.
    what: String,
    /// What its absence is graded as.
    grade: Grade,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FieldText {
    /// What its cells hold.
    #[schemars(with = "Holds")]
    holds: Spanned<Holds>,
    /// Headers or labels that mean this field, the surest first.
    #[serde(default)]
    headers: Vec<String>,
    /// The vocabulary of the pack whose words it holds.
    #[schemars(with = "Option<String>")]
    vocabulary: Option<Spanned<String>>,
    /// Words of its own, each with what stands for it.
    #[serde(default)]
    words: BTreeMap<String, Vec<String>>,
    /// The field that is read where no column was found for this one.
    #[schemars(with = "Option<String>")]
    instead: Option<Spanned<String>>,
}

/// The words that fields of several kinds share, by vocabulary and meaning.
pub(super) type Vocabularies = BTreeMap<String, BTreeMap<String, Vec<String>>>;

/// The vocabularies that are made of them, by name.
pub(super) type Shared = BTreeMap<String, Vocabulary>;

impl Kind {
    /// Reads a kind from its file.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each at its place.
    pub(super) fn read(source: &Arc<Source>, shared: &Shared) -> Result<Self, Vec<Diagnostic>> {
        let text: KindText = toml_text::read(source, Code::InvalidPack).map_err(|error| vec![error])?;
        let mut errors = Vec::new();
        check_id(source, &text.id, &mut errors);
        check_fields(source, &text, &mut errors);
        let required = text.required.and_then(|required| {
            let by = required.by.get_ref().parse();
            let by = by.map_err(|error| errors.push(invalid(source, &required.by, format!("{error}"))));
            Some(Required { by: by.ok()?, what: required.what, grade: required.grade })
        });
        let ttl = text.ttl.and_then(|ttl| {
            let read = ttl.get_ref().parse();
            read.map_err(|error| errors.push(invalid(source, &ttl, format!("{error}")))).ok()
        });
        let mut fields = BTreeMap::new();
        for (name, field) in text.fields {
            fields.insert(name, field.resolve(source, shared, &mut errors));
        }
        let bare = |fields: Vec<Spanned<String>>| fields.into_iter().map(Spanned::into_inner).collect();
        let kind = Self {
            id: text.id.into_inner(),
            title: text.title,
            shape: text.shape,
            names: text.names.iter().map(|name| normalize_word(name)).collect(),
            essential: text.essential.into_iter().map(bare).collect(),
            key: bare(text.key),
            person: text.person,
            required,
            is_planning: text.planning || text.shape == Shape::Document,
            ttl,
            category: text.category,
            fields,
            meanings: Meanings::default(),
        };
        if errors.is_empty() { Ok(kind) } else { Err(errors) }
    }

    /// The fields that a normalized header may mean, in their order.
    pub(crate) fn meanings(&self, header: &str) -> &[Meaning] {
        self.meanings.0.get_or_init(|| meanings(&self.fields)).get(header).map_or(&[], Vec::as_slice)
    }

    /// The fields, among them what every row has: the person it is about.
    pub fn has_field(&self, name: &str) -> bool {
        self.fields.contains_key(name) || (name == "person" && self.person.is_some())
    }
}

fn meanings(fields: &BTreeMap<String, Field>) -> HashMap<String, Vec<Meaning>> {
    let mut meanings: HashMap<String, Vec<Meaning>> = HashMap::new();
    for (at, field) in fields.values().enumerate() {
        for (rank, header) in field.headers.iter().enumerate() {
            let known = meanings.entry(header.clone()).or_default();
            // Of a header that is written twice, the surer place counts.
            if known.last().is_none_or(|last| last.field != at) {
                known.push(Meaning { field: at, rank });
            }
        }
    }
    meanings
}

impl FieldText {
    fn resolve(self, source: &Source, shared: &Shared, errors: &mut Vec<Diagnostic>) -> Field {
        let mut words = Vocabulary::default();
        if *self.holds.get_ref() == Holds::YesNo {
            shared.get("yes-no").inspect(|shared| words.extend_by(shared));
        }
        if let Some(name) = &self.vocabulary {
            match shared.get(name.get_ref()) {
                Some(shared) => words.extend_by(shared),
                None => errors.push(invalid(source, name, format!("no vocabulary `{}`", name.get_ref()))),
            }
        }
        words.extend(&self.words);
        if *self.holds.get_ref() == Holds::Word && words.is_empty() {
            errors.push(invalid(source, &self.holds, "a field that holds words needs a vocabulary"));
        }
        Field {
            holds: self.holds.into_inner(),
            headers: self.headers.iter().map(|header| normalize_header(header)).collect(),
            words,
            instead: self.instead.map(Spanned::into_inner),
        }
    }
}

fn check_id(source: &Source, id: &Spanned<String>, errors: &mut Vec<Diagnostic>) {
    let stem = source.name().rsplit('/').next().and_then(|name| name.strip_suffix(".toml"));
    if stem != Some(id.get_ref()) {
        errors.push(invalid(
            source,
            id,
            format!("the id must be the name of the file, `{}`", stem.unwrap_or_default()),
        ));
    }
}

fn check_fields(source: &Source, text: &KindText, errors: &mut Vec<Diagnostic>) {
    // Documents share fields that stand in another file.
    let known = |name: &str| text.fields.contains_key(name) || text.shape == Shape::Document;
    let instead = text.fields.values().filter_map(|field| field.instead.as_ref());
    for name in text.essential.iter().flatten().chain(&text.key).chain(instead) {
        if !known(name.get_ref()) {
            let near = toml_text::did_you_mean(name.get_ref(), text.fields.keys().map(String::as_str));
            errors.push(invalid(source, name, format!("no field `{}` in this kind{near}", name.get_ref())));
        }
    }
    for name in text.fields.keys().filter(|name| !is_field_name(name)) {
        let message = format!("`{name}` cannot be a field: write lower case letters, digits and `_`");
        errors.push(Diagnostic::error(Code::InvalidPack, message).at(source.line(1).place("in this file")));
    }
}

/// Fields are read as `r.next_review`, so they must be plain identifiers that Rhai does not use.
fn is_field_name(name: &str) -> bool {
    const RESERVED: &[&str] =
        &["package", "module", "default", "type_", "in", "is", "at", "has", "shared", "person"];
    let plain = name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    plain && name.starts_with(|c: char| c.is_ascii_lowercase()) && !RESERVED.contains(&name)
}

fn invalid<T>(source: &Source, value: &Spanned<T>, message: impl Into<String>) -> Diagnostic {
    wrong(source, Code::InvalidPack, value, message)
}

/// The JSON Schema of the file of a kind.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(KindText)
}

#[cfg(test)]
mod tests {
    use crate::pack::{PackRef, load};
    use crate::world::Disk;

    #[test]
    fn a_kind_is_the_same_before_and_after_a_header_was_looked_up() {
        let packs = load(&[PackRef::BuiltIn], &Disk::default()).unwrap();
        let kind = &packs.kinds["roster"];
        let before = format!("{kind:?}");
        assert!(!kind.meanings("department").is_empty());
        assert_eq!(before, format!("{kind:?}"));
    }
}
