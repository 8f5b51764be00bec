//! Clauses and controls: what the standard numbers and titles, in our own words.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::toml_text;
use schemars::JsonSchema;
use serde::Deserialize;

/// A clause of the standard or a control of its Annex A.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Control {
    /// `9.3.2` or `A.5.1`.
    pub id: ControlId,
    /// The title the standard gives it.
    pub title: String,
    /// Other titles it is known by.
    #[serde(default)]
    pub other_titles: Vec<String>,
    /// What it wants, in our words.
    pub intent: String,
    /// What can be looked at.
    pub automation: Automation,
    /// Kinds of evidence that an auditor asks for, in the words of the trade.
    #[serde(default)]
    pub evidence: Vec<String>,
    /// For a clause: its requirements one by one, in our words.
    #[serde(default)]
    pub requirements: Vec<Requirement>,
    /// For a clause: the documented information it asks for.
    #[serde(default)]
    pub documented: Vec<Documented>,
    /// For a control: its theme.
    pub theme: Option<Theme>,
    /// For a control: what its text asks for, as `documented` or `reviewed`.
    #[serde(default)]
    pub asks_for: Vec<String>,
    /// For a control: not in the 2013 edition.
    #[serde(default)]
    pub new_in_2022: bool,
    /// For a control: the controls of the 2013 edition it continues.
    #[serde(default)]
    pub edition_2013: Vec<ControlId>,
    /// For a control: the five attributes.
    pub attributes: Option<Attributes>,
}

/// One requirement of a clause.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Requirement {
    /// `4.1.a`, our own numbering within the clause.
    pub id: String,
    /// The requirement in our words.
    pub text: String,
}

/// Documented information that a clause asks for.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Documented {
    /// The clause with its item, as `6.1.3 d)`.
    pub by: String,
    /// What it is.
    pub what: String,
    /// A document that directs, or a record that proves.
    pub kind: String,
}

/// What a program can look at for a control.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Automation {
    /// Raw records prove it.
    Records,
    /// A document proves it.
    Document,
    /// Both have a part.
    Mixed,
    /// Only people can judge it, by interview and looking.
    Human,
}

/// The four themes of Annex A.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Theme {
    /// A.5.
    Organizational,
    /// A.6.
    People,
    /// A.7.
    Physical,
    /// A.8.
    Technological,
}

/// The five attributes of a control.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Preventive, detective, corrective.
    pub control_type: Vec<String>,
    /// Confidentiality, integrity, availability.
    pub security_properties: Vec<String>,
    /// Identify, protect, detect, respond, recover.
    pub cybersecurity_concepts: Vec<String>,
    /// Practitioners' view.
    pub operational_capabilities: Vec<String>,
    /// Governance and ecosystem, protection, defence, resilience.
    pub security_domains: Vec<String>,
}

/// A control of the 2013 edition.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OldControl {
    /// `A.9.2.3`.
    pub id: ControlId,
    /// Its title then.
    pub title: String,
    /// The controls of the 2022 edition that continue it.
    pub edition_2022: Vec<ControlId>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct ControlsText {
    /// Clauses and controls.
    #[serde(default)]
    control: Vec<Control>,
    /// Controls of the 2013 edition.
    #[serde(default)]
    old_control: Vec<OldControl>,
}

/// Reads a file of controls: those of this edition, and those of the edition before.
///
/// # Errors
/// The first thing that is wrong with the file, at its place.
pub(super) fn read(source: &Source) -> Result<(Vec<Control>, Vec<OldControl>), Diagnostic> {
    let text: ControlsText = toml_text::read(source, Code::InvalidPack)?;
    Ok((text.control, text.old_control))
}

/// The JSON Schema of a file of controls.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(ControlsText)
}
