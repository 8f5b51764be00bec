//! Rules as their files declare them: what to look at, and what to say.

use super::named::{Named, Role};
use super::overlay::Overlay;
use super::param::{Param, ParamText, ParamValue};
use super::reader::{Expression, Reader};
use super::scan::{FindingText, Scan, ScanText};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Basis, Diagnostic, Grade};
use crate::source::Source;
use crate::toml_text;
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// A rule, named after what is wrong.
#[derive(Clone, Debug)]
pub struct Rule {
    /// Kebab-case fault: `training-record-missing`.
    pub id: String,
    /// Bytes of the id in its declaration, quotes included.
    pub id_at: Range<usize>,
    /// What is wrong, a lower-case fragment.
    pub title: String,
    /// What it is written against, the first foremost.
    pub controls: Vec<ControlId>,
    /// What an exception is graded as, before ratio and people: as the rule declares it, or as the last
    /// pack says that overrides it.
    pub grade: Grade,
    /// What the rule itself declares.
    pub declared_grade: Grade,
    /// What the requirement rests on.
    pub basis: Basis,
    /// Where the requirement or the practice is written down.
    pub source: Option<String>,
    /// Checks of our catalogue that it covers, as `TRN-01`.
    pub checks: Vec<String>,
    /// What to do.
    pub help: String,
    /// The question an auditor asks next.
    pub ask: Option<String>,
    /// When it cries wolf.
    pub false_alarms: Vec<String>,
    /// Kinds of evidence it cannot do without.
    pub uses: Vec<String>,
    /// Kinds of evidence it looks at when they are there.
    pub may_use: Vec<String>,
    /// Its parameters.
    pub params: BTreeMap<String, Param>,
    /// Shares of exceptions that raise the grade.
    pub ratio: Option<Ratio>,
    /// What it looks at.
    pub form: Form,
    /// The theme, which is its folder.
    pub theme: String,
    /// Names of controls, kinds and fields in its declaration, each at its place.
    pub names: Vec<Named>,
    /// What packs above its own say of it, in their order.
    pub overlays: Vec<Overlay>,
    /// The text of its declaration.
    pub text: Arc<Source>,
    /// The text of its script.
    pub script: Option<Arc<Source>>,
}

/// The three forms of a rule.
#[derive(Clone, Debug)]
pub enum Form {
    /// Looks at each row of tables or documents.
    Each(Vec<Each>),
    /// Looks at the records of logs, grouped.
    Scan(Box<Scan>),
    /// Judges whole tables in a script.
    Judge,
}

/// One look at each row.
#[derive(Clone, Debug)]
pub struct Each {
    /// Kind of evidence.
    pub from: String,
    /// Rows that count as population; all when absent.
    pub among: Option<Expression>,
    /// Rows that are exceptions.
    pub condition: Expression,
    /// What to say of an exception.
    pub message: Expression,
    /// Fields to point at.
    pub at: Vec<String>,
    /// Another grade than the rule's.
    pub grade: Option<Grade>,
    /// The parameter whose grace these rows lie in; they are opportunities then.
    pub grace: Option<String>,
}

/// Shares of exceptions in the population above which the grade rises.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Above this share a minor becomes a major.
    pub major_above: f64,
    /// What the share rests on.
    pub basis: Basis,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct RuleText {
    /// Kebab-case fault, which is the name of the file: `training-record-missing`.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// What is wrong, a lower-case fragment without a full stop.
    #[schemars(with = "String")]
    title: Spanned<String>,
    /// Clauses and controls that it is written against, the first foremost.
    #[schemars(with = "Vec<String>")]
    controls: Vec<Spanned<String>>,
    /// What an exception is graded as, before its share and people.
    grade: Grade,
    /// What the requirement rests on.
    basis: Basis,
    /// Where the requirement or the practice is written down, in your own words.
    source: Option<String>,
    /// Checks of a catalogue that it covers.
    #[serde(default)]
    checks: Vec<String>,
    /// What to do about it, a sentence.
    help: String,
    /// The question an auditor asks next.
    ask: Option<String>,
    /// When it cries wolf.
    #[serde(default)]
    false_alarms: Vec<String>,
    /// Kinds of evidence that it cannot do without.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    uses: Vec<Spanned<String>>,
    /// Kinds of evidence that it looks at when they are there.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    may_use: Vec<Spanned<String>>,
    /// Its parameters, by name.
    #[serde(default)]
    params: BTreeMap<String, ParamText>,
    /// The share of exceptions that raises the grade.
    ratio: Option<Ratio>,
    /// Looks at each row of tables or documents.
    #[serde(default)]
    each: Vec<EachText>,
    /// A look at the records of logs.
    #[schemars(with = "Option<ScanText>")]
    scan: Option<Spanned<ScanText>>,
    /// What a scan says of a group.
    finding: Option<FindingText>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct EachText {
    /// The kind of evidence.
    #[schemars(with = "String")]
    from: Spanned<String>,
    /// Rows that count as population, a condition on `r`; all when absent.
    #[schemars(with = "Option<String>")]
    among: Option<Spanned<String>>,
    /// Rows that are exceptions, a condition on `r`.
    #[serde(rename = "where")]
    #[schemars(with = "String")]
    condition: Spanned<String>,
    /// What to say of an exception; `${…}` stands for a value.
    #[schemars(with = "String")]
    message: Spanned<String>,
    /// Fields to point at.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    at: Vec<Spanned<String>>,
    /// Another grade than the rule's.
    grade: Option<Grade>,
    /// The parameter whose grace these rows lie in; they are opportunities then.
    #[schemars(with = "Option<String>")]
    grace: Option<Spanned<String>>,
}

impl Rule {
    /// Reads a rule from its file and the script beside it.
    ///
    /// # Errors
    /// Everything that is wrong with the file, each at its place. Whether its controls, kinds and
    /// fields exist is for the lint of the pack to say.
    pub fn read(
        text: &Arc<Source>,
        script: Option<Arc<Source>>,
        theme: &str,
    ) -> Result<Self, Vec<Diagnostic>> {
        let raw: RuleText = toml_text::read(text, Code::InvalidRule).map_err(|error| vec![error])?;
        let mut reader = Reader::new(text);
        reader.check_names(&raw);
        let controls = raw.controls.into_iter().filter_map(|id| reader.control(id)).collect();
        let mut uses: Vec<String> = raw.uses.into_iter().map(|kind| reader.kind(kind)).collect();
        let may_use = raw.may_use.into_iter().map(|kind| reader.kind(kind)).collect();
        let params =
            raw.params.into_iter().filter_map(|(name, param)| Some((name, reader.param(param)?))).collect();
        let title_at = raw.title.span();
        let form = reader.form(raw.each, raw.scan, raw.finding, script.is_some(), &params, title_at);
        uses.extend(form.kinds());
        uses.sort();
        uses.dedup();
        if !reader.errors.is_empty() {
            return Err(reader.errors);
        }
        Ok(Self {
            id_at: raw.id.span(),
            id: raw.id.into_inner(),
            title: raw.title.into_inner(),
            controls,
            grade: raw.grade,
            declared_grade: raw.grade,
            basis: raw.basis,
            source: raw.source,
            checks: raw.checks,
            help: raw.help,
            ask: raw.ask,
            false_alarms: raw.false_alarms,
            uses,
            may_use,
            params,
            ratio: raw.ratio,
            form,
            theme: theme.to_owned(),
            names: reader.names,
            overlays: Vec::new(),
            text: Arc::clone(text),
            script,
        })
    }

    /// Lays what another pack says over what the rule says.
    pub(super) fn lay(&mut self, overlay: Overlay) {
        self.grade = overlay.grade.unwrap_or(self.grade);
        self.overlays.push(overlay);
    }

    /// The pack that graded the rule anew, the last of them.
    pub fn regraded(&self) -> Option<&Overlay> {
        self.overlays.iter().rev().find(|overlay| overlay.grade.is_some())
    }

    /// What a parameter is set to by the last pack that sets it.
    pub fn overlaid(&self, param: &str) -> Option<(&ParamValue, &Overlay)> {
        self.overlays.iter().rev().find_map(|overlay| Some((overlay.params.get(param)?, overlay)))
    }

    /// The expressions of the rule, in the order of its file.
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.form {
            Form::Each(each) => each
                .iter()
                .flat_map(|each| each.among.iter().chain([&each.condition, &each.message]))
                .collect(),
            Form::Scan(scan) => scan.expressions(),
            Form::Judge => Vec::new(),
        }
    }
}

impl Form {
    fn kinds(&self) -> Vec<String> {
        match self {
            Self::Each(each) => each.iter().map(|each| each.from.clone()).collect(),
            Self::Scan(scan) => scan.kinds(),
            Self::Judge => Vec::new(),
        }
    }
}

impl Reader<'_> {
    fn check_names(&mut self, raw: &RuleText) {
        let stem = self.source.name().rsplit('/').next().and_then(|name| name.strip_suffix(".toml"));
        let stem = stem.unwrap_or_default().to_owned();
        if *raw.id.get_ref() != stem {
            self.wrong(&raw.id, format!("the id must be the name of the file, `{stem}`"));
        }
        let starts = raw.title.get_ref().chars().next();
        let fragment = starts.is_some_and(|c| !c.is_uppercase() || raw.title.get_ref().starts_with("SoA"));
        if !fragment || raw.title.get_ref().ends_with('.') {
            self.wrong(&raw.title, "a title is a lower-case fragment without a full stop");
        }
    }

    fn control(&mut self, id: Spanned<String>) -> Option<ControlId> {
        let read = id.get_ref().parse().map_err(|error| self.wrong(&id, format!("{error}"))).ok();
        self.named(Role::Control, id);
        read
    }

    fn param(&mut self, text: ParamText) -> Option<Param> {
        let mut read = |value: &Spanned<toml::Value>| {
            text.kind.read(value.get_ref()).map_err(|message| self.wrong(value, message)).ok()
        };
        let default = read(&text.default)?;
        let strict = text.strict.as_ref().and_then(&mut read);
        Some(Param {
            kind: text.kind,
            default,
            strict,
            basis: text.basis,
            source: text.source,
            doc: text.doc,
        })
    }

    fn form(
        &mut self,
        each: Vec<EachText>,
        scan: Option<Spanned<ScanText>>,
        finding: Option<FindingText>,
        has_script: bool,
        params: &BTreeMap<String, Param>,
        whole: Range<usize>,
    ) -> Form {
        match (each.is_empty(), scan) {
            (false, None) => Form::Each(each.into_iter().map(|each| self.each(each, params)).collect()),
            (true, Some(scan)) => Form::Scan(Box::new(self.scan(scan, finding, has_script, params))),
            (true, None) if has_script => Form::Judge,
            (true, None) => {
                self.whole(whole, "a rule needs [[each]], [scan] or a script of the same name beside it");
                Form::Judge
            }
            (false, Some(_)) => {
                self.whole(whole, "a rule has either [[each]] or [scan], not both");
                Form::Judge
            }
        }
    }

    fn each(&mut self, text: EachText, params: &BTreeMap<String, Param>) -> Each {
        if let Some(grace) = &text.grace
            && !params.contains_key(grace.get_ref())
        {
            self.wrong(grace, format!("no parameter `{}` in this rule", grace.get_ref()));
        }
        let from = self.kind(text.from);
        Each {
            among: text.among.map(|text| self.expression(text)),
            condition: self.expression(text.condition),
            message: self.message(text.message),
            at: self.fields(&from, text.at),
            from,
            grade: text.grace.as_ref().map(|_| Grade::Opportunity).or(text.grade),
            grace: text.grace.map(Spanned::into_inner),
        }
    }
}

/// The JSON Schema of the file of a rule.
pub(super) fn schema() -> schemars::Schema {
    schemars::schema_for!(RuleText)
}
