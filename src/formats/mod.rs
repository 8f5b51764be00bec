//! The report in every format. Each is a function of the report alone, so that a report that was
//! kept as JSON can be written in any of them later, byte for byte as the scan would have.

use crate::report::{Report, TextStyle, render};
use std::fmt;
use std::str::FromStr;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// Everything; the other formats are made from it.
    Json,
}

impl Format {
    /// All formats, in the order in which they are listed.
    pub const ALL: &[Self] = &[Self::Text, Self::Json];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }

    /// What it is for, one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Text => "for people at a terminal",
            Self::Json => "everything, by the schema preaudit-report/1; `convert` makes the others from it",
        }
    }
}

impl FromStr for Format {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let known = Self::ALL.iter().find(|format| format.name() == name);
        known.copied().ok_or_else(|| {
            let names: Vec<&str> = Self::ALL.iter().map(|format| format.name()).collect();
            format!("there is no format `{name}`; there are {}", names.join(", "))
        })
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What formats leave to whoever asks for them.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// How text is laid out.
    pub text: TextStyle,
}

/// The report in a format.
///
/// # Errors
/// Why it cannot be written so.
pub fn write(report: &Report, format: Format, options: &Options) -> Result<Vec<u8>, String> {
    match format {
        Format::Text => Ok(render(report, &options.text).into_bytes()),
        Format::Json => report.to_json().map(String::into_bytes).map_err(|error| error.to_string()),
    }
}
