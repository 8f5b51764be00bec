//! What a pack lays over the rules of the packs it builds on: other limits, another grade.
//!
//! Packs are a stack. Of several that say something of one parameter or grade, the last one holds; the
//! others stay known, so that a finding can say who set what.

use super::param::ParamValue;
use crate::finding::Grade;
use crate::place::Place;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// What one pack says of a rule of another.
#[derive(Clone, Debug, PartialEq)]
pub struct Overlay {
    /// The pack and its version.
    pub pack: String,
    /// Why.
    pub reason: String,
    /// Values of parameters. They hold under every profile.
    pub params: BTreeMap<String, ParamValue>,
    /// What an exception is graded as.
    pub grade: Option<Grade>,
    /// Where it stands in the manifest of the pack.
    pub place: Place,
}

/// One `[[override]]` of `pack.toml`.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverlayText {
    /// The rule of a pack below.
    #[schemars(with = "String")]
    pub(super) rule: Spanned<String>,
    /// Why, a sentence.
    #[schemars(with = "String")]
    pub(super) reason: Spanned<String>,
    /// What an exception is graded as instead.
    #[schemars(with = "Option<Grade>")]
    pub(super) grade: Option<Spanned<Grade>>,
    /// Values of its parameters.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    pub(super) params: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}
