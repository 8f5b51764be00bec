//! What a pack lays over the rules of the packs it builds on: other limits, another grade.
//!
//! Packs are a stack. Of several that say something of one parameter or grade, the last one holds; the
//! others stay known, so that a finding can say who set what.

use super::param::ParamValue;
use crate::finding::Grade;
use crate::place::Place;
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
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct OverlayText {
    pub(super) rule: Spanned<String>,
    pub(super) reason: Spanned<String>,
    pub(super) grade: Option<Spanned<Grade>>,
    #[serde(default)]
    pub(super) params: BTreeMap<Spanned<String>, Spanned<toml::Value>>,
}
