//! `cap.toml` as it was read: actions with the place of every value.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Diagnostic, Grade};
use crate::place::Place;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::Deserialize;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// A text that a person may have left out.
pub(super) type Words = Option<Spanned<String>>;
/// A day that a person may have left out.
pub(super) type Day = Option<Spanned<toml::value::Datetime>>;

/// A corrective action plan, checked for its form.
#[derive(Clone, Debug)]
pub struct CapFile {
    /// The text.
    pub source: Arc<Source>,
    /// What it was drawn up from.
    pub head: Head,
    /// One action a nonconformity, in the order of the file.
    pub actions: Vec<Action>,
}

/// What a plan was drawn up from.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Name of the organization.
    #[serde(default)]
    pub organization: String,
    /// The audit whose nonconformities it is about.
    pub stage: String,
    /// The day of that audit.
    #[schemars(with = "String")]
    pub as_of: Spanned<toml::value::Datetime>,
    /// SHA-256 of the report it was last drawn up from.
    pub report: String,
}

/// What is done about one nonconformity. Texts that are empty count as left out.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Action {
    /// Id of the finding.
    #[schemars(with = "String")]
    pub finding: Spanned<String>,
    /// The rule that saw it.
    #[schemars(with = "String")]
    pub rule: Spanned<String>,
    /// The clause or control it is first written against.
    #[schemars(with = "ControlId")]
    pub control: Spanned<ControlId>,
    /// Every requirement it is written against.
    pub requirements: Vec<String>,
    /// Of a systemic failure: the rules of the lapses it contains.
    #[serde(default)]
    pub lapses: Vec<String>,
    /// Its grade.
    #[schemars(with = "Grade")]
    pub grade: Spanned<Grade>,
    /// What is wrong, in one sentence.
    #[schemars(with = "String")]
    pub statement: Spanned<String>,
    /// The day it was raised.
    #[schemars(with = "String")]
    pub raised: Spanned<toml::value::Datetime>,
    /// What was mended at once.
    #[schemars(with = "Option<String>")]
    pub correction: Words,
    /// Why it could happen.
    #[schemars(with = "Option<String>")]
    pub root_cause: Words,
    /// How the cause was found.
    #[schemars(with = "Option<String>")]
    pub method: Words,
    /// Where else it was looked for, and what was found there.
    #[schemars(with = "Option<String>")]
    pub similar_cases: Words,
    /// What followed from it.
    #[schemars(with = "Option<String>")]
    pub consequences: Words,
    /// What takes the cause away.
    #[schemars(with = "Option<String>")]
    pub corrective_action: Words,
    /// What can be shown when it is done.
    #[schemars(with = "Option<String>")]
    pub deliverable: Words,
    /// Who answers for it.
    #[schemars(with = "Option<String>")]
    pub owner: Words,
    /// Until when.
    #[schemars(with = "Option<String>")]
    pub due: Day,
    /// When it was done.
    #[schemars(with = "Option<String>")]
    pub done: Day,
    /// How it is verified, and by whom.
    #[schemars(with = "Option<String>")]
    pub verification: Words,
    /// What must be seen for it to count as effective.
    #[schemars(with = "Option<String>")]
    pub effectiveness_criterion: Words,
    /// When its effect is looked at.
    #[schemars(with = "Option<String>")]
    pub effectiveness_due: Day,
    /// How far it is.
    #[schemars(with = "Status")]
    pub status: Spanned<Status>,
    /// The day of the first report that no longer holds the finding.
    #[schemars(with = "Option<String>")]
    pub gone_since: Day,
    /// What verifying gave, the latest last.
    #[serde(default)]
    pub record: Vec<Record>,
}

/// How far an action is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// To be done.
    Open,
    /// Begun.
    InProgress,
    /// Done, and to be verified.
    Done,
    /// Verified: the rule conforms.
    Closed,
}

/// What verifying an action gave.
#[derive(Clone, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The day of judgement.
    #[schemars(with = "String")]
    pub on: Spanned<toml::value::Datetime>,
    /// What came of it.
    pub result: Outcome,
    /// Why, in words.
    pub why: String,
    /// SHA-256 over the lines `SHA-256  FILE` of the files below.
    pub evidence: String,
    /// What was looked at, as `SHA-256  FILE`.
    #[serde(default)]
    pub files: Vec<String>,
    /// Records that were looked at by requirement, or places that fail.
    #[serde(default)]
    pub seen: Vec<String>,
}

/// What came of verifying.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// It conforms, and was closed.
    Closed,
    /// It was open and stays so.
    StaysOpen,
    /// It was closed, and fails again.
    Reopened,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct Text {
    /// What the plan was drawn up from.
    plan: Head,
    /// What is done about each nonconformity.
    #[serde(default)]
    action: Vec<Action>,
}

impl CapFile {
    /// The JSON Schema of `cap.toml`.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(Text)
    }

    /// Reads a plan.
    ///
    /// # Errors
    /// Everything that is wrong with its form, each at its place.
    pub fn read(source: &Arc<Source>) -> Result<Self, Vec<Diagnostic>> {
        let text: Text = toml_text::read(source, Code::InvalidCap).map_err(|error| vec![error])?;
        let file = Self { source: Arc::clone(source), head: text.plan, actions: text.action };
        let errors: Vec<Diagnostic> = file.days().filter_map(|day| file.no_day(day)).collect();
        if errors.is_empty() { Ok(file) } else { Err(errors) }
    }

    /// The place of a value.
    pub fn place(&self, range: Range<usize>, label: &str) -> Place {
        self.source.span(range).place(label)
    }

    fn days(&self) -> impl Iterator<Item = &Spanned<toml::value::Datetime>> {
        self.actions.iter().flat_map(Action::days).chain([&self.head.as_of])
    }

    fn no_day(&self, day: &Spanned<toml::value::Datetime>) -> Option<Diagnostic> {
        let is_none = toml_text::day(day.get_ref()).is_none();
        is_none.then(|| {
            wrong(&self.source, Code::InvalidCap, day, "a day is written as 2026-07-01, without quotes")
        })
    }
}

impl Action {
    fn days(&self) -> impl Iterator<Item = &Spanned<toml::value::Datetime>> {
        let own = [&self.due, &self.done, &self.effectiveness_due, &self.gone_since].into_iter().flatten();
        own.chain([&self.raised]).chain(self.record.iter().map(|record| &record.on))
    }

    /// The day it was raised.
    pub fn raised_on(&self) -> Date {
        toml_text::day(self.raised.get_ref()).unwrap_or_default()
    }

    /// The requirements in one line.
    pub fn requirement(&self) -> String {
        self.requirements.join(", ")
    }
}

/// What a person wrote, or nothing.
pub(super) fn said(words: &Words) -> Option<&str> {
    words.as_ref().map(|words| words.get_ref().trim()).filter(|words| !words.is_empty())
}

/// The day that a person wrote.
pub(super) fn on(day: &Day) -> Option<Date> {
    day.as_ref().and_then(|day| toml_text::day(day.get_ref()))
}

impl Status {
    /// The word in `cap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::InProgress => "in-progress",
            Self::Done => "done",
            Self::Closed => "closed",
        }
    }
}

impl Outcome {
    /// The word in `cap.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::StaysOpen => "stays-open",
            Self::Reopened => "reopened",
        }
    }
}
