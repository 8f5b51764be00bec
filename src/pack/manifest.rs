//! The manifest of a pack: `pack.toml`.

use super::kind::Vocabularies;
use crate::time::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use std::collections::BTreeMap;

/// The level of the engine that packs are written for.
pub const ENGINE_API: u32 = 1;

/// What `pack.toml` says.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    /// Kebab-case name of the pack.
    #[schemars(with = "String")]
    pub(super) id: toml::Spanned<String>,
    /// Its name in a sentence.
    pub(super) title: String,
    /// Its version.
    pub(super) version: String,
    /// The level of the engine that it is written for.
    #[schemars(with = "u32")]
    pub(super) api: toml::Spanned<u32>,
    /// Its licence, as an SPDX expression.
    #[expect(dead_code, reason = "it is for people, and must be there")]
    pub(super) license: String,
    /// Ways to grade, by name.
    #[serde(default)]
    pub(super) profiles: BTreeMap<String, Profile>,
    /// Vocabularies that fields share, by name: meanings, each with the words that stand for it.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Vec<String>>>")]
    pub(super) vocabularies: Vocabularies,
    /// How much older than the one before a record of a log may be without being out of order.
    #[schemars(with = "Option<String>")]
    pub(super) skew: Option<toml::Spanned<String>>,
    /// Words that mean an empty cell.
    #[serde(default)]
    pub(super) nothing: Vec<String>,
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
