//! Parameters of rules: limits with a unit, a basis and a source.

use crate::finding::Basis;
use crate::time::Duration;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A regular expression of a rule may take so much memory once compiled: `[\w ]{1,60}` takes 2 MiB,
/// since letters are those of all scripts.
pub const PATTERN_BYTES: usize = 4 << 20;

/// A parameter that a rule declares.
#[derive(Clone, Debug)]
pub struct Param {
    /// What its values are.
    pub kind: ParamKind,
    /// The value without anyone's wish.
    pub default: ParamValue,
    /// The value under the profile `strict`, where it differs.
    pub strict: Option<ParamValue>,
    /// What the value rests on.
    pub basis: Basis,
    /// Where the value comes from, where someone wrote it down.
    pub source: Option<String>,
    /// What it does, a fragment.
    pub doc: String,
}

/// What the values of a parameter are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ParamKind {
    /// A length of time, as `30d`.
    Duration,
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// True or false.
    Boolean,
    /// Any text.
    Text,
    /// A regular expression.
    Pattern,
    /// A list of texts.
    Texts,
}

/// A value of a parameter.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum ParamValue {
    /// A length of time.
    Duration(Duration),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
    /// A text or regular expression.
    Text(String),
    /// A list of texts.
    Texts(Vec<String>),
}

/// A parameter as a rule's file writes it.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ParamText {
    /// What its values are.
    #[serde(rename = "type")]
    pub(super) kind: ParamKind,
    /// The value without anyone's wish.
    #[schemars(with = "serde_json::Value")]
    pub(super) default: toml::Spanned<toml::Value>,
    /// The value under the profile `strict`, where it differs.
    #[schemars(with = "Option<serde_json::Value>")]
    pub(super) strict: Option<toml::Spanned<toml::Value>>,
    /// What the value rests on.
    pub(super) basis: Basis,
    /// Where the value comes from, where someone wrote it down.
    pub(super) source: Option<String>,
    /// What it does, a fragment.
    pub(super) doc: String,
}

impl ParamKind {
    /// Reads a value of this kind.
    ///
    /// # Errors
    /// What is expected instead, a fragment.
    pub fn read(self, value: &toml::Value) -> Result<ParamValue, String> {
        match (self, value) {
            (Self::Duration, toml::Value::String(text)) => {
                text.parse().map(ParamValue::Duration).map_err(|error| format!("{error}"))
            }
            (Self::Integer, toml::Value::Integer(number)) => Ok(ParamValue::Integer(*number)),
            (Self::Number, toml::Value::Float(number)) => Ok(ParamValue::Number(*number)),
            #[expect(clippy::cast_precision_loss, reason = "limits are small numbers")]
            (Self::Number, toml::Value::Integer(number)) => Ok(ParamValue::Number(*number as f64)),
            (Self::Boolean, toml::Value::Boolean(value)) => Ok(ParamValue::Boolean(*value)),
            (Self::Text, toml::Value::String(text)) => Ok(ParamValue::Text(text.clone())),
            (Self::Pattern, toml::Value::String(text)) => {
                match regex::RegexBuilder::new(text).size_limit(PATTERN_BYTES).build() {
                    Ok(_) => Ok(ParamValue::Text(text.clone())),
                    Err(regex::Error::CompiledTooBig(_)) => Err(format!("`{text}` is too large a pattern")),
                    Err(_) => Err(format!("`{text}` is not a regular expression")),
                }
            }
            (Self::Texts, toml::Value::Array(items)) => items
                .iter()
                .map(|item| {
                    item.as_str().map(str::to_owned).ok_or_else(|| "the list must hold texts".to_owned())
                })
                .collect::<Result<_, _>>()
                .map(ParamValue::Texts),
            _ => Err(format!("expected {self}, found {}", value.type_str())),
        }
    }
}

impl fmt::Display for ParamKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Duration => "a duration such as \"30d\"",
            Self::Integer => "a whole number",
            Self::Number => "a number",
            Self::Boolean => "true or false",
            Self::Text => "a text",
            Self::Pattern => "a regular expression",
            Self::Texts => "a list of texts",
        })
    }
}

impl fmt::Display for ParamValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Duration(value) => write!(f, "{value}"),
            Self::Integer(value) => write!(f, "{value}"),
            Self::Number(value) => write!(f, "{value}"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Text(value) => write!(f, "`{value}`"),
            Self::Texts(values) => write!(f, "{}", values.join(", ")),
        }
    }
}
