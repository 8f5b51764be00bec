//! The report in every format. Each is a function of the report alone, so that a report that was
//! kept as JSON can be written in any of them later, byte for byte as the scan would have.

mod exception;
mod findings;
mod github;
mod gitlab;
mod html;
mod junit;
mod markdown;
mod ocsf;
mod oscal;
mod reference;
mod sarif;
mod template;
mod typst;
mod xlsx;

pub use github::{escaped, parameter};
pub use oscal::Version as OscalVersion;
pub use reference::uri;
pub use sarif::Conformities;

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::report::{Report, TextStyle, render};
use crate::source::Source;
use crate::vocabulary::Language;
use junit::Dialect;
use oscal::Document;
use serde::Serialize;
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
    /// One self-contained page.
    Html,
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
    /// SARIF 2.1.0.
    Sarif,
    /// Annotations of GitHub Actions.
    Github,
    /// Code quality of GitLab.
    Gitlab,
    /// JUnit, by the schema of Jenkins.
    Junit,
    /// JUnit as GitLab shows it.
    JunitGitlab,
    /// OSCAL assessment results.
    OscalResults,
    /// The OSCAL assessment plan that they follow.
    OscalPlan,
    /// OSCAL plan of action and milestones.
    OscalPoam,
    /// OSCAL catalog of clauses and controls.
    OscalCatalog,
    /// OSCAL profile: the statement of applicability.
    OscalProfile,
    /// OCSF 1.8 compliance findings.
    Ocsf,
}

impl Format {
    /// All formats, in the order in which they are listed.
    pub const ALL: &[Self] = &[
        Self::Text,
        Self::Json,
        Self::Html,
        Self::Xlsx,
        Self::Csv,
        Self::Markdown,
        Self::Typst,
        Self::Template,
        Self::Sarif,
        Self::Github,
        Self::Gitlab,
        Self::Junit,
        Self::JunitGitlab,
        Self::OscalResults,
        Self::OscalPlan,
        Self::OscalPoam,
        Self::OscalCatalog,
        Self::OscalProfile,
        Self::Ocsf,
    ];

    /// The name by which it is asked for.
    pub fn name(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
            Self::Html => "html",
            Self::Xlsx => "xlsx",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Typst => "typst",
            Self::Template => "template",
            Self::Sarif => "sarif",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Junit => "junit",
            Self::JunitGitlab => "junit-gitlab",
            Self::OscalResults => "oscal-results",
            Self::OscalPlan => "oscal-plan",
            Self::OscalPoam => "oscal-poam",
            Self::OscalCatalog => "oscal-catalog",
            Self::OscalProfile => "oscal-profile",
            Self::Ocsf => "ocsf",
        }
    }

    /// What it is for, one line.
    pub fn about(self) -> &'static str {
        match self {
            Self::Text => "for people at a terminal",
            Self::Json => "everything, by the schema preaudit-report/1; `convert` makes the others from it",
            Self::Html => {
                "one page for management and the auditor: needs no other file and no network, prints to A4"
            }
            Self::Xlsx => {
                "a workbook: findings, controls and SoA, corrective actions, evidence, to filter and fill in"
            }
            Self::Csv => "findings, a row for each exception; no cell is a formula",
            Self::Markdown => "a comment on a change or the summary of a job, at most 65,536 characters",
            Self::Typst => "a document on A4: `typst compile report.typ`",
            Self::Template => "what the Jinja template of --template makes of the JSON",
            Self::Sarif => "SARIF 2.1.0 for code scanning: one result an exception",
            Self::Github => "annotations of GitHub Actions",
            Self::Gitlab => "code quality of GitLab",
            Self::Junit => "JUnit XML by the schema of Jenkins: a suite a control, a case a check",
            Self::JunitGitlab => "JUnit XML with the file of each case, as GitLab shows it",
            Self::OscalResults => "OSCAL assessment results",
            Self::OscalPlan => "the OSCAL assessment plan that oscal-results refers to",
            Self::OscalPoam => "OSCAL plan of action and milestones for open nonconformities",
            Self::OscalCatalog => "OSCAL catalog of clauses and controls, by number and title",
            Self::OscalProfile => "OSCAL profile: the statement of applicability over oscal-catalog",
            Self::Ocsf => "OCSF 1.8 compliance findings, one JSON line each",
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
    /// Whether SARIF tells what conforms.
    pub conformities: Conformities,
    /// The version of OSCAL.
    pub oscal: OscalVersion,
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
    let text = match (format, &options.template) {
        (Format::Xlsx, _) => xlsx::write(report, language).map_err(|error| error.to_string()),
        (Format::Template, Some(source)) => return template::write(report, source, language),
        (Format::Template, None) => Err("no template was given".to_owned()),
        _ => text(report, format, options).map(String::into_bytes),
    };
    text.map_err(|reason| {
        let message = format!("the report cannot be written as {format}: {reason}");
        Diagnostic::error(Code::Unwritable, message).at(Place::whole("report", "this report"))
    })
}

/// The report in a format that is text and needs nothing but the report.
fn text(report: &Report, format: Format, options: &Options) -> Result<String, String> {
    let language = options.language();
    let oscal = |document| pretty(&oscal::write(report, document, options.oscal));
    Ok(match format {
        Format::Text => render(report, &options.text),
        Format::Json => report.to_json().map_err(|error| error.to_string())?,
        Format::Html => html::write(report, language)?,
        Format::Csv => findings::table(report, language).csv(),
        Format::Markdown => markdown::write(report, language),
        Format::Typst => typst::write(report, language),
        Format::Sarif => pretty(&sarif::write(report, options.conformities))?,
        Format::Github => github::write(report),
        Format::Gitlab => pretty(&gitlab::write(report))?,
        Format::Junit => junit::write(report, Dialect::Jenkins),
        Format::JunitGitlab => junit::write(report, Dialect::Gitlab),
        Format::OscalResults => oscal(Document::Results)?,
        Format::OscalPlan => oscal(Document::Plan)?,
        Format::OscalPoam => oscal(Document::Poam)?,
        Format::OscalCatalog => oscal(Document::Catalog)?,
        Format::OscalProfile => oscal(Document::Profile)?,
        Format::Ocsf => ocsf::write(report),
        Format::Xlsx | Format::Template => return Err("it is no text".to_owned()),
    })
}

/// JSON for people and differences: two blanks a level, keys in order, a line end behind.
fn pretty(value: &impl Serialize) -> Result<String, String> {
    serde_json::to_string_pretty(value).map(|json| json + "\n").map_err(|error| error.to_string())
}
