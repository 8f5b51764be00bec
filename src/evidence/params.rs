//! What `preaudit.toml` sets parameters of rules to, and the sentences that it binds them to.
//!
//! `delay = "1d"` sets a value. `delay = { value = "1d", bind = { document = …, pattern = … } }` sets
//! it to what a sentence of the organization's own says; whether it still does is asked in `bound`.

use super::path_pattern::PathPattern;
use crate::pack::{Packs, ParamKind, ParamValue, Shape};
use crate::toml_text::{did_you_mean, plain};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

/// What a parameter is set to.
#[derive(Clone, Debug)]
pub struct Given {
    /// The value; what the sentence says, where none is given.
    pub value: Option<ParamValue>,
    /// The sentence that it is bound to.
    pub bind: Option<Bind>,
    /// Where the value stands in `preaudit.toml`.
    pub range: Range<usize>,
}

/// A sentence that a parameter is bound to.
#[derive(Clone, Debug)]
pub struct Bind {
    /// The documents that may hold it.
    pub document: Wanted,
    /// What it looks like. Each run of white space counts as one blank, because sentences are wrapped,
    /// and `*` and backticks, which only emphasize, count for nothing.
    pub pattern: Regex,
}

/// Documents that a sentence is looked for in.
#[derive(Clone, Debug)]
pub enum Wanted {
    /// All of a kind.
    Kind(String),
    /// Those whose paths match.
    Files(PathPattern),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BoundText {
    value: Option<toml::Value>,
    bind: BindText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BindText {
    document: String,
    pattern: String,
}

impl Given {
    /// Reads what a parameter of this kind is set to, a value or a table with a sentence.
    ///
    /// # Errors
    /// What is wrong with it, a lower-case fragment.
    pub(super) fn read(
        kind: ParamKind,
        written: &Spanned<toml::Value>,
        packs: &Packs,
    ) -> Result<Self, String> {
        let range = written.span();
        if !written.get_ref().is_table() {
            return Ok(Self { value: Some(kind.read(written.get_ref())?), bind: None, range });
        }
        let text: BoundText = written.get_ref().clone().try_into().map_err(|error: toml::de::Error| {
            let (wrong, _) = plain(error.message().lines().next().unwrap_or_default());
            format!("{wrong}; write {{ value = …, bind = {{ document = …, pattern = … }} }}")
        })?;
        let value = text.value.map(|value| kind.read(&value)).transpose()?;
        let bind = Bind {
            document: Wanted::read(&text.bind.document, &range, packs)?,
            pattern: pattern(&text.bind.pattern)?,
        };
        if value.is_none() && !bind.tells(kind) {
            return Err(format!("`value` is needed, for the pattern cannot tell {kind}"));
        }
        Ok(Self { value, bind: Some(bind), range })
    }
}

impl Bind {
    /// True when what the pattern captures is a value of this kind; else it only has to be found.
    pub(super) fn tells(&self, kind: ParamKind) -> bool {
        let can = matches!(kind, ParamKind::Duration | ParamKind::Integer | ParamKind::Number);
        can && self.pattern.captures_len() > 1
    }
}

impl Wanted {
    /// A kind of document, else a pattern of paths.
    fn read(text: &str, range: &Range<usize>, packs: &Packs) -> Result<Self, String> {
        match packs.kinds.get(text).map(|kind| kind.shape) {
            Some(Shape::Document) => return Ok(Self::Kind(text.to_owned())),
            Some(_) => return Err(format!("`{text}` are no documents, so no sentence stands there")),
            None if text.contains(['/', '.', '*', '?']) => {}
            None => {
                let documents = packs.kinds.values().filter(|kind| kind.shape == Shape::Document);
                let near = did_you_mean(text, documents.map(|kind| kind.id.as_str()));
                let or = "a path such as `policies/access-policy.md` has its ending";
                return Err(format!("no kind of document `{text}`{near}; {or}"));
            }
        }
        PathPattern::read(&Spanned::new(range.clone(), text.to_owned())).map(Self::Files)
    }

    /// The documents as `preaudit.toml` names them.
    pub fn text(&self) -> &str {
        match self {
            Self::Kind(kind) => kind,
            Self::Files(files) => files.text(),
        }
    }
}

/// A pattern that can tell a sentence from others.
fn pattern(text: &str) -> Result<Regex, String> {
    let pattern = RegexBuilder::new(text).size_limit(crate::pack::PATTERN_BYTES).build();
    let pattern = pattern.map_err(|_| format!("`{text}` is not a regular expression"))?;
    if pattern.is_match("") {
        return Err(format!("`{text}` is found in every text"));
    }
    Ok(pattern)
}
