//! `preaudit.toml` as people write it, before it is checked.

use super::dates::DateOrder;
use super::identity::IdentityText;
use super::numbers::DecimalSign;
use crate::control_id::ControlId;
use crate::finding::Grade;
use crate::pack::{DeclaredText, TrustText};
use crate::stage::Stage;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;

/// The audit that is prepared.
#[derive(Clone, Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// Which audit it is.
    pub stage: Option<Stage>,
    /// Clauses and controls that are looked at, where that is a part of them: of a surveillance, with
    /// what is due each time, or of an internal audit.
    #[serde(default)]
    pub controls: Vec<ControlId>,
    /// Who audits, by name or e-mail, where it is an internal audit.
    #[schemars(with = "Option<String>")]
    pub auditor: Option<Spanned<String>>,
    /// Who audits with them.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub team: Vec<Spanned<String>>,
    /// The day the evidence is judged on, unless `--as-of` says another.
    #[schemars(with = "Option<String>")]
    pub date: Option<Spanned<toml::value::Datetime>>,
    /// How strictly to grade.
    pub profile: Option<String>,
    /// How far back records count, as `365d`.
    #[schemars(with = "Option<String>")]
    pub window: Option<Spanned<String>>,
    /// Kinds of evidence that the organization was asked for; their absence is a finding.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub asked_for: Vec<Spanned<String>>,
}

impl Audit {
    /// Who audits: the one who leads, and then the team.
    pub fn auditors(&self) -> impl Iterator<Item = &Spanned<String>> {
        self.auditor.iter().chain(&self.team)
    }
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WorkspaceText {
    /// Who is audited.
    #[serde(default)]
    pub(super) organization: OrganizationText,
    /// The audit that is prepared.
    #[serde(default)]
    pub(super) audit: Audit,
    /// Which files are evidence of what.
    #[serde(default)]
    pub(super) evidence: Vec<BindingText>,
    /// Values of parameters, by rule and name.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, serde_json::Value>>")]
    pub(super) params: ParamTexts,
    /// Domains of accounts that are one.
    #[serde(default)]
    pub(super) identity: Vec<IdentityText>,
    /// Nonconformities that someone answerable accepts until a day.
    #[serde(default)]
    pub(super) waiver: Vec<WaiverText>,
    /// Grades that someone overrules.
    #[serde(default, rename = "override")]
    pub(super) overrides: Vec<OverrideText>,
    /// Packs that judge beside the built-in one.
    #[serde(default)]
    #[expect(dead_code, reason = "packs are found before the rest is read against them")]
    pub(super) pack: Vec<DeclaredText>,
    /// Packs that may run their scripts.
    #[serde(default)]
    #[expect(dead_code, reason = "read before packs are loaded")]
    pub(super) trust: TrustText,
    /// Files that are no evidence.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    pub(super) exclude: Vec<Spanned<String>>,
}

pub(super) type ParamTexts = BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<toml::Value>>>;

#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OrganizationText {
    /// Its name.
    pub(super) name: Option<String>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct BindingText {
    /// The kind of evidence.
    #[schemars(with = "Option<String>")]
    pub(super) kind: Option<Spanned<String>>,
    /// For logs: how their records are read.
    #[schemars(with = "Option<String>")]
    pub(super) source: Option<Spanned<String>>,
    /// Patterns of paths, relative to this file.
    #[schemars(with = "Vec<String>")]
    pub(super) files: Vec<Spanned<String>>,
    /// Fields by header.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    pub(super) columns: BTreeMap<Spanned<String>, String>,
    /// Words of the cells of a field, by meaning.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, BTreeMap<String, Vec<String>>>")]
    pub(super) words: BTreeMap<Spanned<String>, BTreeMap<String, Vec<String>>>,
    /// Whether days or months stand first in dates.
    pub(super) dates: Option<DatesText>,
    /// What stands before the fraction of a number.
    pub(super) numbers: Option<NumbersText>,
    /// The sheet or table within the file.
    pub(super) table: Option<String>,
    /// The row that holds the headers.
    pub(super) header: Option<usize>,
    /// The zone of times that name none.
    #[schemars(with = "Option<String>")]
    pub(super) zone: Option<Spanned<String>>,
    /// The day on which it was collected.
    #[schemars(with = "Option<String>")]
    pub(super) collected: Option<Spanned<toml::value::Datetime>>,
    /// True where all there is stands in these files.
    #[serde(default)]
    pub(super) complete: bool,
    /// How many records there must be.
    pub(super) population: Option<usize>,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum DatesText {
    DayFirst,
    MonthFirst,
}

#[derive(Clone, Copy, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum NumbersText {
    Point,
    Comma,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WaiverText {
    /// The rule.
    #[schemars(with = "String")]
    pub(super) rule: Spanned<String>,
    /// The clause or control.
    #[schemars(with = "Option<String>")]
    pub(super) control: Option<Spanned<String>>,
    /// What it is about.
    pub(super) subject: Option<String>,
    /// Why it is accepted.
    #[schemars(with = "String")]
    pub(super) reason: Spanned<String>,
    /// Who accepts it.
    #[schemars(with = "String")]
    pub(super) owner: Spanned<String>,
    /// Who approved that, and is somebody else.
    pub(super) approver: Option<String>,
    /// Until when.
    #[schemars(with = "String")]
    pub(super) expires: Spanned<toml::value::Datetime>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OverrideText {
    /// The rule.
    #[schemars(with = "String")]
    pub(super) rule: Spanned<String>,
    /// The clause or control.
    #[schemars(with = "Option<String>")]
    pub(super) control: Option<Spanned<String>>,
    /// The grade that stands instead.
    #[schemars(with = "Grade")]
    pub(super) grade: Spanned<Grade>,
    /// Who overrules.
    #[schemars(with = "String")]
    pub(super) by: Spanned<String>,
    /// Why.
    #[schemars(with = "String")]
    pub(super) reason: Spanned<String>,
    /// When.
    #[schemars(with = "String")]
    pub(super) date: Spanned<toml::value::Datetime>,
    /// Who approved that, and is somebody else.
    pub(super) approver: Option<String>,
    /// Until when.
    #[schemars(with = "Option<String>")]
    pub(super) expires: Option<Spanned<toml::value::Datetime>>,
}

impl From<DatesText> for DateOrder {
    fn from(text: DatesText) -> Self {
        match text {
            DatesText::DayFirst => Self::DayFirst,
            DatesText::MonthFirst => Self::MonthFirst,
        }
    }
}

impl From<NumbersText> for DecimalSign {
    fn from(text: NumbersText) -> Self {
        match text {
            NumbersText::Point => Self::Point,
            NumbersText::Comma => Self::Comma,
        }
    }
}
