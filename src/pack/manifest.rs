//! The manifest of a pack: `pack.toml`.

use super::files::PackFiles;
use super::kind::Vocabularies;
use super::overlay::OverlayText;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text;
use schemars::JsonSchema;
use semver::Version;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::Spanned;

/// The level of the engine that packs are written for: what rules may say, and what is meant by it. A
/// change that could make a rule of an older pack mean something else, or fail, raises it.
pub const ENGINE_API: u32 = 1;

/// The name of its file.
const NAME: &str = "pack.toml";

/// What `pack.toml` says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Kebab-case name of the pack.
    #[expect(dead_code, reason = "read as part of the head")]
    id: String,
    /// Its name in a sentence.
    pub(super) title: String,
    /// Its version.
    #[expect(dead_code, reason = "read as part of the head")]
    version: String,
    /// The level of the engine that it is written for.
    #[expect(dead_code, reason = "read as part of the head")]
    api: u32,
    /// Its licence, as an SPDX expression.
    #[expect(dead_code, reason = "it is for people, and must be there")]
    license: String,
    /// Packs that this one builds on, each with the versions that will do.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) needs: BTreeMap<Spanned<String>, Spanned<String>>,
    /// Limits and grades of rules of the packs below that it changes, with reasons.
    #[serde(default, rename = "override")]
    pub(super) overrides: Vec<OverlayText>,
    /// Ways to grade, by name.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
    /// Vocabularies that fields share, by name: meanings, each with the words that stand for it.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Vec<String>>>")]
    pub(super) vocabularies: Vocabularies,
    /// How much older than the one before a record of a log may be without being out of order.
    #[schemars(with = "Option<String>")]
    pub(super) skew: Option<Spanned<String>>,
    /// Words that mean an empty cell.
    #[serde(default)]
    pub(super) nothing: Vec<String>,
}

/// Which pack it is, as far as can be told without reading on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Head {
    /// Its id.
    pub(super) id: String,
    /// Its version.
    pub(super) version: Version,
    /// The level of the engine that it is written for.
    pub(super) api: u32,
}

/// The keys that tell which pack it is. A later engine may know more keys.
#[derive(Deserialize, JsonSchema)]
struct HeadText {
    #[schemars(with = "String")]
    id: Spanned<String>,
    #[schemars(with = "String")]
    version: Spanned<String>,
    #[schemars(with = "u32")]
    api: Spanned<u32>,
}

/// Which pack these files are.
///
/// # Errors
/// When there is no manifest, or it does not say so, at its place.
pub(super) fn head(pack: &PackFiles) -> Result<Head, Diagnostic> {
    let bytes = pack.files.get(NAME).ok_or_else(missing)?;
    let text = std::str::from_utf8(bytes).map_err(|_| not_utf8(NAME))?;
    head_of(&Source::new(NAME, text))
}

fn head_of(source: &Source) -> Result<Head, Diagnostic> {
    let head: HeadText = toml_text::read(source, Code::InvalidPack)?;
    let wrong = |value: &Spanned<String>, message: String| {
        Err(toml_text::wrong(source, Code::InvalidPack, value, message))
    };
    let (id, api) = (head.id.get_ref(), *head.api.get_ref());
    if !is_id(id) {
        return wrong(&head.id, format!("`{id}` cannot be an id: write lower case letters, digits and `-`"));
    }
    let Ok(version) = Version::parse(head.version.get_ref()) else {
        return wrong(&head.version, "a version has three numbers, as in `1.2.0`".to_owned());
    };
    if api > ENGINE_API {
        let message = format!(
            "the pack is written for engine api {api}, and preaudit {} knows {ENGINE_API} at most",
            env!("CARGO_PKG_VERSION")
        );
        let help = format!("use a newer preaudit, or a version of {id} for api {ENGINE_API}");
        return Err(toml_text::wrong(source, Code::NewerApi, &head.api, message).help(help));
    }
    if api == 0 {
        let message = format!("engine api levels begin with 1; this is {ENGINE_API}");
        return Err(toml_text::wrong(source, Code::InvalidPack, &head.api, message));
    }
    Ok(Head { id: head.id.into_inner(), version, api })
}

/// Reads a manifest, with what it says of the pack itself.
///
/// # Errors
/// The first thing that is wrong, at its place.
pub(super) fn read(source: &Source) -> Result<(Manifest, Head), Diagnostic> {
    // A pack for a newer engine may say what this one does not know: that is told first.
    let head = head_of(source)?;
    Ok((toml_text::read(source, Code::InvalidPack)?, head))
}

/// Reads a manifest, and what it says of the pack itself apart, so that one may be wrong and the other
/// not.
///
/// # Errors
/// The first thing that is wrong with what is no part of the head, at its place.
pub(super) fn read_all(source: &Source) -> Result<(Manifest, Result<Head, Diagnostic>), Diagnostic> {
    Ok((toml_text::read(source, Code::InvalidPack)?, head_of(source)))
}

/// The text of the manifest among those of a pack.
///
/// # Errors
/// When there is none.
pub(super) fn source(texts: &BTreeMap<String, Arc<Source>>) -> Result<&Arc<Source>, Diagnostic> {
    texts.get(NAME).ok_or_else(missing)
}

fn missing() -> Diagnostic {
    let place = Place::whole(NAME, "looked for here");
    Diagnostic::error(Code::UnreadablePack, format!("the pack has no {NAME}")).at(place)
}

/// Ids of packs name folders, so they are plain on every system.
pub(super) fn is_id(id: &str) -> bool {
    let plain = id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    plain && id.len() <= 64 && id.starts_with(|c: char| c.is_ascii_lowercase()) && !id.ends_with('-')
}

/// A file that is no text.
pub(super) fn not_utf8(path: &str) -> Diagnostic {
    let place = Place::whole(path, "in this file");
    Diagnostic::error(Code::InvalidPack, format!("{path} is not UTF-8")).at(place)
}

/// How strictly a pack grades.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    /// What it is for, one sentence.
    pub doc: String,
    /// So many minors against one requirement are one major. How many is fixed nowhere; it
    /// depends on the combined risk, so this is judgement.
    pub systemic_minors: usize,
    /// A check concludes conformity only while no larger share of its records is undecidable.
    pub undecidable_share: f64,
    /// The scan is incomplete when no check came to a word on a larger share of clauses and controls.
    pub unevaluated_share: f64,
    /// Shares of exceptions are multiplied by this before they raise a grade.
    pub ratio_factor: f64,
    /// Parameters that declare a stricter value use it.
    pub strict_params: bool,
    /// From the day of judgement on, a waiver or override holds at most so long. No standard says how
    /// long a risk may be accepted without being looked at again, so this is judgement.
    #[serde(default = "a_year", deserialize_with = "length")]
    #[schemars(with = "String")]
    pub waiver_longest: Duration,
    /// A nonconformity that was closed at most so long ago and is back is a major; where this is not
    /// said, repeats are graded like everything else. How far back bodies look is judgement.
    #[serde(default, deserialize_with = "optional_length")]
    #[schemars(with = "Option<String>")]
    pub repeat_within: Option<Duration>,
}

fn a_year() -> Duration {
    Duration::months(12)
}

fn optional_length<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Duration>, D::Error> {
    length(from).map(Some)
}

fn length<'de, D: Deserializer<'de>>(from: D) -> Result<Duration, D::Error> {
    String::deserialize(from)?.parse().map_err(serde::de::Error::custom)
}

/// The JSON Schema of `pack.toml`.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(Manifest)
}
