//! The report in every format. Each is a function of the report alone, so that a report that was
//! kept as JSON can be written in any of them later, byte for byte as the scan would have.

mod findings;
mod markdown;
mod template;
mod typst;
mod xlsx;

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::report::{Report, TextStyle, render};
use crate::source::Source;
use crate::vocabulary::Language;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A format of the report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Format {
    /// For people at a terminal.
    #[default]
    Text,
    /// Everything; the other formats are made from it.
    Json,
    /// A workbook.
    Xlsx,
    /// Findings as a table.
    Csv,
    /// A comment on a change, or the summary of a job.
    Markdown,
    /// A document to be set by typst.
    Typst,
    /// What a template makes of it.
    Template,
}

impl Format {
    /// All formats, in the order in which they are listed.
    pub const ALL: &[Self] =
        &[Self::Text, Self::Json, Self::Xlsx, Self::Csv, Self::Markdown, Self::Typst, Self::Template];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Typst => "typst",
            Self::Template => "template",
        }
    }

    /// What it is for, one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Text => "for people at a terminal",
            Self::Json => "everything, by the schema preaudit-report/1; `convert` makes the others from it",
            Self::Xlsx => {
                "a workbook: findings, controls and SoA, corrective actions, evidence, to filter and fill in"
            }
            Self::Csv => "findings, a row for each exception; no cell is a formula",
            Self::Markdown => "a comment on a change or the summary of a job, at most 65,536 characters",
            Self::Typst => "a document on A4: `typst compile report.typ`",
            Self::Template => "what the Jinja template of --template makes of the JSON",
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
    /// How text is laid out, and the language of all formats for people.
    pub text: TextStyle,
    /// The template of [`Format::Template`]; what its name ends with decides what it escapes.
    pub template: Option<Arc<Source>>,
}

impl Options {
    /// The language of titles and states; the JSON knows none.
    pub fn language(&self) -> Language {
        self.text.language
    }
}

/// The report in a format.
///
/// # Errors
/// Why it cannot be written so; of a template, where it is wrong.
pub fn write(report: &Report, format: Format, options: &Options) -> Result<Vec<u8>, Diagnostic> {
    let language = options.language();
    match format {
        Format::Text => Ok(render(report, &options.text).into_bytes()),
        Format::Json => report.to_json().map(String::into_bytes).map_err(|error| unwritable(format, &error)),
        Format::Xlsx => xlsx::write(report, language).map_err(|error| unwritable(format, &error)),
        Format::Csv => Ok(findings::table(report, language).csv().into_bytes()),
        Format::Markdown => Ok(markdown::write(report, language).into_bytes()),
        Format::Typst => Ok(typst::write(report, language).into_bytes()),
        Format::Template => match &options.template {
            Some(source) => template::write(report, source, language),
            None => Err(unwritable(format, &"no template was given")),
        },
    }
}

fn unwritable(format: Format, reason: &dyn fmt::Display) -> Diagnostic {
    let message = format!("the report cannot be written as {format}: {reason}");
    Diagnostic::error(Code::Unwritable, message).at(Place::whole("report", "this report"))
}
