//! The workspace: what `preaudit.toml` says of the organization, the audit and the evidence.

use super::dates::DateOrder;
use super::decision::{Override, Waiver};
use super::identity::Identities;
use super::numbers::DecimalSign;
use super::params::Given;
use super::path_pattern::PathPattern;
use super::workspace_text::{Audit, BindingText, OverrideText, ParamTexts, WaiverText, WorkspaceText};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Diagnostic, Grade};
use crate::pack::Packs;
use crate::source::Source;
use crate::toml_text::{self, did_you_mean, wrong};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// The name of the file that makes a folder a workspace.
pub const FILE_NAME: &str = "preaudit.toml";

/// What `preaudit.toml` says; empty where there is none.
#[derive(Clone, Debug, Default)]
pub struct Workspace {
    /// The text, where there is one.
    pub text: Option<Arc<Source>>,
    /// Name of the organization.
    pub organization: Option<String>,
    /// The audit that is prepared.
    pub audit: Audit,
    /// Bindings of files to kinds, in the order of the file.
    pub bindings: Vec<Binding>,
    /// What parameters are set to, by rule and name.
    pub params: BTreeMap<String, BTreeMap<String, Given>>,
    /// Domains of accounts that are one.
    pub identities: Identities,
    /// Accepted nonconformities.
    pub waivers: Vec<Waiver>,
    /// Grades that a person overrules.
    pub overrides: Vec<Override>,
    /// Patterns of paths that are no evidence.
    pub exclude: Vec<PathPattern>,
}

/// Files that are evidence of one kind.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The kind, or none for a log whose source says what it is.
    pub kind: Option<String>,
    /// The log source, where it is not to be recognized.
    pub source: Option<String>,
    /// Patterns of paths relative to the workspace.
    pub files: Vec<PathPattern>,
    /// Field to header, where the headers are not to be recognized.
    pub columns: BTreeMap<String, String>,
    /// Field to meaning to words, on top of the vocabulary.
    pub words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Order of days and months.
    pub dates: DateOrder,
    /// Sign before the decimals.
    pub numbers: DecimalSign,
    /// Sheet of a workbook, or heading above a table.
    pub table: Option<String>,
    /// Row of the header, from 1.
    pub header: Option<usize>,
    /// Zone of times without one.
    pub zone: Option<String>,
    /// The day the evidence was taken; no record is younger.
    pub collected: Option<Date>,
    /// True when these files are all there is of the kind.
    pub complete: bool,
    /// Number of records there should be.
    pub population: Option<usize>,
    /// Where it stands in `preaudit.toml`.
    pub range: Range<usize>,
}

impl Workspace {
    /// The JSON Schema of `preaudit.toml`.
    pub fn schema() -> schemars::Schema {
        schemars::schema_for!(WorkspaceText)
    }

    /// Reads `preaudit.toml` against the packs it speaks of.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn read(text: &Arc<Source>, packs: &Packs) -> Result<Self, Vec<Diagnostic>> {
        let raw: WorkspaceText =
            toml_text::read(text, Code::InvalidWorkspace).map_err(|error| vec![error])?;
        let mut reader = Reader { source: text, packs, errors: Vec::new() };
        reader.check_audit(&raw.audit);
        let workspace = Self {
            text: Some(Arc::clone(text)),
            organization: raw.organization.name,
            bindings: raw.evidence.into_iter().map(|binding| reader.binding(binding)).collect(),
            params: reader.params(raw.params),
            identities: Identities::read(raw.identity, text, &mut reader.errors),
            waivers: raw.waiver.into_iter().filter_map(|waiver| reader.waiver(waiver)).collect(),
            overrides: raw.overrides.into_iter().filter_map(|one| reader.overruling(one)).collect(),
            exclude: reader.paths(&raw.exclude),
            audit: raw.audit,
        };
        if reader.errors.is_empty() { Ok(workspace) } else { Err(reader.errors) }
    }

    /// The day of the audit, when one is written down.
    pub fn date(&self) -> Option<Date> {
        self.audit.date.as_ref().and_then(|date| toml_text::day(date.get_ref()))
    }

    /// True when the organization was asked for this kind, by name or with all that is required.
    pub fn asks_for(&self, kind: &str) -> bool {
        let asked = self
            .audit
            .asked_for
            .iter()
            .any(|asked| matches!(asked.get_ref().as_str(), "required") || asked.get_ref() == kind);
        asked || self.bindings.iter().any(|binding| binding.complete && binding.kind.as_deref() == Some(kind))
    }
}

/// Checks the parts of a workspace against the packs.
struct Reader<'a> {
    source: &'a Source,
    packs: &'a Packs,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong<T>(&mut self, value: &Spanned<T>, message: impl Into<String>) {
        self.errors.push(wrong(self.source, Code::InvalidWorkspace, value, message));
    }

    fn check_audit(&mut self, audit: &Audit) {
        for person in audit.auditors().filter(|person| person.get_ref().trim().is_empty()) {
            self.wrong(person, "an auditor has a name");
        }
        if let Some(date) = &audit.date {
            self.day(date);
        }
        if let Some(window) = &audit.window
            && let Err(error) = window.get_ref().parse::<crate::time::Duration>()
        {
            self.wrong(window, error.to_string());
        }
        for kind in audit.asked_for.iter().filter(|kind| kind.get_ref() != "required") {
            self.kind(kind);
        }
    }

    fn day(&mut self, date: &Spanned<toml::value::Datetime>) -> Option<Date> {
        let day = toml_text::day(date.get_ref());
        if day.is_none() {
            self.wrong(date, "a day is written as 2026-07-01, without quotes");
        }
        day
    }

    fn kind(&mut self, kind: &Spanned<String>) {
        if !self.packs.kinds.contains_key(kind.get_ref()) {
            let near = did_you_mean(kind.get_ref(), self.packs.kinds.keys().map(String::as_str));
            self.wrong(kind, format!("no kind of evidence `{}`{near}", kind.get_ref()));
        }
    }

    fn rule(&mut self, rule: &Spanned<String>) {
        if self.packs.rule(rule.get_ref()).is_none() {
            let near = did_you_mean(rule.get_ref(), self.packs.rules().map(|rule| rule.id.as_str()));
            self.wrong(rule, format!("no rule `{}`{near}", rule.get_ref()));
        }
    }

    fn control(&mut self, control: Option<&Spanned<String>>) -> Option<ControlId> {
        let control = control?;
        control.get_ref().parse().map_err(|error| self.wrong(control, format!("{error}"))).ok()
    }

    fn binding(&mut self, text: BindingText) -> Binding {
        if let Some(kind) = &text.kind {
            self.kind(kind);
            self.fields(kind.get_ref(), text.columns.keys().chain(text.words.keys()));
        }
        if let Some(source) = &text.source
            && !self.packs.log_sources.contains_key(source.get_ref())
        {
            let near = did_you_mean(source.get_ref(), self.packs.log_sources.keys().map(String::as_str));
            self.wrong(source, format!("no log source `{}`{near}", source.get_ref()));
        }
        let files = self.paths(&text.files);
        if let Some(zone) = &text.zone
            && jiff::tz::TimeZone::get(zone.get_ref()).is_err()
        {
            self.wrong(zone, format!("no time zone `{}`; write one such as `Europe/Berlin`", zone.get_ref()));
        }
        let range = text.files.first().map_or(0..0, Spanned::span);
        Binding {
            kind: text.kind.map(Spanned::into_inner),
            source: text.source.map(Spanned::into_inner),
            columns: text.columns.into_iter().map(|(field, header)| (field.into_inner(), header)).collect(),
            words: text.words.into_iter().map(|(field, words)| (field.into_inner(), words)).collect(),
            dates: text.dates.map_or(DateOrder::Unproven, Into::into),
            numbers: text.numbers.map_or(DecimalSign::Unproven, Into::into),
            table: text.table,
            header: text.header,
            zone: text.zone.map(Spanned::into_inner),
            collected: text.collected.and_then(|day| self.day(&day)),
            complete: text.complete,
            population: text.population,
            files,
            range,
        }
    }

    fn paths(&mut self, patterns: &[Spanned<String>]) -> Vec<PathPattern> {
        let read = |text| PathPattern::read(text).map_err(|wrong| self.wrong(text, wrong)).ok();
        patterns.iter().filter_map(read).collect()
    }

    fn fields<'f>(&mut self, kind: &str, fields: impl Iterator<Item = &'f Spanned<String>>) {
        let Some(kind) = self.packs.kinds.get(kind) else { return };
        for field in fields.filter(|field| !kind.fields.contains_key(field.get_ref())) {
            let near = did_you_mean(field.get_ref(), kind.fields.keys().map(String::as_str));
            self.errors.push(wrong(
                self.source,
                Code::InvalidWorkspace,
                field,
                format!("`{}` has no field `{}`{near}", kind.id, field.get_ref()),
            ));
        }
    }

    fn params(&mut self, raw: ParamTexts) -> BTreeMap<String, BTreeMap<String, Given>> {
        let mut params = BTreeMap::new();
        for (rule, values) in raw {
            self.rule(&rule);
            let Some(known) = self.packs.rule(rule.get_ref()) else { continue };
            let mut read = BTreeMap::new();
            for (name, value) in values {
                let Some(param) = known.params.get(name.get_ref()) else {
                    let near = did_you_mean(name.get_ref(), known.params.keys().map(String::as_str));
                    self.wrong(
                        &name,
                        format!("rule `{}` has no parameter `{}`{near}", known.id, name.get_ref()),
                    );
                    continue;
                };
                match Given::read(param.kind, &value, self.packs) {
                    Ok(given) => drop(read.insert(name.into_inner(), given)),
                    Err(message) => self.wrong(&value, message),
                }
            }
            params.insert(rule.into_inner(), read);
        }
        params
    }

    fn waiver(&mut self, text: WaiverText) -> Option<Waiver> {
        self.rule(&text.rule);
        self.filled(&text.reason, "a waiver needs its reason");
        self.filled(&text.owner, "a waiver needs the name of who answers for it");
        Some(Waiver {
            control: self.control(text.control.as_ref()),
            range: text.rule.span(),
            rule: text.rule.into_inner(),
            subject: text.subject,
            reason: text.reason.into_inner(),
            owner: text.owner.into_inner(),
            approver: text.approver.unwrap_or_default(),
            expires_range: text.expires.span(),
            expires: self.day(&text.expires)?,
        })
    }

    fn overruling(&mut self, text: OverrideText) -> Option<Override> {
        self.rule(&text.rule);
        self.filled(&text.reason, "an override needs its reason");
        self.filled(&text.by, "an override needs the name of who overrules");
        let proposed = self.packs.rule(text.rule.get_ref()).map(|rule| rule.grade);
        if *text.grade.get_ref() == Grade::Opportunity && proposed.is_some_and(|own| own > Grade::Opportunity)
        {
            // ISO/IEC 17021-1, 9.4.5.2.
            self.wrong(
                &text.grade,
                "a nonconformity is never written as an opportunity; waive it, or mend it",
            );
        }
        Some(Override {
            control: self.control(text.control.as_ref()),
            range: text.rule.span(),
            rule: text.rule.into_inner(),
            grade: text.grade.into_inner(),
            by: text.by.into_inner(),
            reason: text.reason.into_inner(),
            date: self.day(&text.date)?,
            approver: text.approver.unwrap_or_default(),
            expires_range: text.expires.as_ref().map(Spanned::span),
            expires: match &text.expires {
                Some(expires) => Some(self.day(expires)?),
                None => None,
            },
        })
    }

    fn filled(&mut self, text: &Spanned<String>, message: &str) {
        if text.get_ref().trim().is_empty() {
            self.wrong(text, message);
        }
    }
}
