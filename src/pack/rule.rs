//! Rules as their files declare them: what to look at, and what to say.

use super::param::{Param, ParamKind, ParamText};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::{Basis, Diagnostic, Grade};
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text::{self, wrong};
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
    /// What is wrong, a lower-case fragment.
    pub title: String,
    /// What it is written against, the first foremost.
    pub controls: Vec<ControlId>,
    /// What an exception is graded as, before ratio and people.
    pub grade: Grade,
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

/// One look at the records of logs.
#[derive(Clone, Debug)]
pub struct Scan {
    /// Kind of events.
    pub from: String,
    /// Records that count as population; all when absent.
    pub among: Option<Expression>,
    /// Records that are kept; all when absent.
    pub condition: Option<Expression>,
    /// A table to join each record with.
    pub join: Option<Join>,
    /// Joined records that are kept; sees `r` and `j`.
    pub keep: Option<Expression>,
    /// Fields to group by; one group for all when empty.
    pub by: Vec<String>,
    /// Counts are the most that fall into any window of this length.
    pub window: Option<Length>,
    /// A silence longer than this is an exception of its group; `having` says which groups count.
    pub gap: Option<Length>,
    /// Groups that are exceptions; sees `g`.
    pub having: Option<Expression>,
    /// What to say of a group; absent when a script judges the groups.
    pub finding: Option<ScanFinding>,
}

/// A length of time, given or left to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Given in the rule, as `10m`.
    Fixed(Duration),
    /// The value of this parameter.
    Param(String),
}

/// What a scan says of a group.
#[derive(Clone, Debug)]
pub struct ScanFinding {
    /// What to say; sees `g`.
    pub message: Expression,
    /// Fields of the records to point at.
    pub at: Vec<String>,
    /// Fields of the joined row to point at.
    pub at_join: Vec<String>,
}

/// A hash join of records with a table.
#[derive(Clone, Debug)]
pub struct Join {
    /// Kind of table.
    pub to: String,
    /// Field of the record.
    pub record_field: String,
    /// Field of the table.
    pub table_field: String,
    /// How the two are compared.
    pub compare: Compare,
}

/// How the two sides of a join are compared. The rule declares it; nothing is guessed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Compare {
    /// Letter by letter.
    #[default]
    Exact,
    /// Without regard to case.
    Case,
    /// As accounts: `eve@ex.org`, `EX\eve` and `Eve` are one.
    Account,
}

/// Shares of exceptions in the population above which the grade rises.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ratio {
    /// Above this share a minor becomes a major.
    pub major_above: f64,
    /// What the share rests on.
    pub basis: Basis,
}

/// An expression of a rule, with its place in the rule's file.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The expression.
    pub text: String,
    /// Bytes of the value in the file, quotes included.
    pub range: Range<usize>,
    /// True when the file writes it letter by letter, so that its columns can be counted.
    pub is_literal: bool,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RuleText {
    id: Spanned<String>,
    title: Spanned<String>,
    controls: Vec<Spanned<String>>,
    grade: Grade,
    basis: Basis,
    source: Option<String>,
    #[serde(default)]
    checks: Vec<String>,
    help: String,
    ask: Option<String>,
    #[serde(default)]
    false_alarms: Vec<String>,
    #[serde(default)]
    uses: Vec<Spanned<String>>,
    #[serde(default)]
    may_use: Vec<Spanned<String>>,
    #[serde(default)]
    params: BTreeMap<String, ParamText>,
    ratio: Option<Ratio>,
    #[serde(default)]
    each: Vec<EachText>,
    scan: Option<Spanned<ScanText>>,
    finding: Option<FindingText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EachText {
    from: String,
    among: Option<Spanned<String>>,
    #[serde(rename = "where")]
    condition: Spanned<String>,
    message: Spanned<String>,
    #[serde(default)]
    at: Vec<String>,
    grade: Option<Grade>,
    grace: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ScanText {
    from: String,
    among: Option<Spanned<String>>,
    #[serde(rename = "where")]
    condition: Option<Spanned<String>>,
    join: Option<JoinText>,
    keep: Option<Spanned<String>>,
    #[serde(default)]
    by: Vec<String>,
    window: Option<Spanned<String>>,
    gap: Option<Spanned<String>>,
    having: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JoinText {
    to: String,
    on: [String; 2],
    #[serde(default)]
    compare: Compare,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FindingText {
    message: Spanned<String>,
    #[serde(default)]
    at: Vec<String>,
    #[serde(default)]
    at_join: Vec<String>,
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
        let mut reader = Reader { source: text, errors: Vec::new() };
        reader.check_names(&raw);
        let controls = raw.controls.iter().filter_map(|id| reader.control(id)).collect();
        let mut uses: Vec<String> = raw.uses.into_iter().map(Spanned::into_inner).collect();
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
            id: raw.id.into_inner(),
            title: raw.title.into_inner(),
            controls,
            grade: raw.grade,
            basis: raw.basis,
            source: raw.source,
            checks: raw.checks,
            help: raw.help,
            ask: raw.ask,
            false_alarms: raw.false_alarms,
            uses,
            may_use: raw.may_use.into_iter().map(Spanned::into_inner).collect(),
            params,
            ratio: raw.ratio,
            form,
            theme: theme.to_owned(),
            text: Arc::clone(text),
            script,
        })
    }

    /// The expressions of the rule, in the order of its file.
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.form {
            Form::Each(each) => each
                .iter()
                .flat_map(|each| each.among.iter().chain([&each.condition, &each.message]))
                .collect(),
            Form::Scan(scan) => {
                let conditions = [&scan.among, &scan.condition, &scan.keep, &scan.having];
                let message = scan.finding.iter().map(|finding| &finding.message);
                conditions.into_iter().flatten().chain(message).collect()
            }
            Form::Judge => Vec::new(),
        }
    }
}

impl Form {
    fn kinds(&self) -> Vec<String> {
        match self {
            Self::Each(each) => each.iter().map(|each| each.from.clone()).collect(),
            Self::Scan(scan) => std::iter::once(scan.from.clone())
                .chain(scan.join.iter().map(|join| join.to.clone()))
                .collect(),
            Self::Judge => Vec::new(),
        }
    }
}

/// Turns the parts of a file into a rule and collects what is wrong.
struct Reader<'a> {
    source: &'a Source,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn wrong<T>(&mut self, value: &Spanned<T>, message: impl Into<String>) {
        self.errors.push(wrong(self.source, Code::InvalidRule, value, message));
    }

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

    fn control(&mut self, id: &Spanned<String>) -> Option<ControlId> {
        id.get_ref().parse().map_err(|error| self.wrong(id, format!("{error}"))).ok()
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

    fn whole(&mut self, range: Range<usize>, message: &str) {
        let place = self.source.span(range).place("in this rule");
        self.errors.push(Diagnostic::error(Code::InvalidRule, message).at(place));
    }

    fn each(&mut self, text: EachText, params: &BTreeMap<String, Param>) -> Each {
        if let Some(grace) = &text.grace
            && !params.contains_key(grace.get_ref())
        {
            self.wrong(grace, format!("no parameter `{}` in this rule", grace.get_ref()));
        }
        Each {
            from: text.from,
            among: text.among.map(|text| self.expression(text)),
            condition: self.expression(text.condition),
            message: self.message(text.message),
            at: text.at,
            grade: text.grace.as_ref().map(|_| Grade::Opportunity).or(text.grade),
            grace: text.grace.map(Spanned::into_inner),
        }
    }

    fn scan(
        &mut self,
        text: Spanned<ScanText>,
        finding: Option<FindingText>,
        has_script: bool,
        params: &BTreeMap<String, Param>,
    ) -> Scan {
        if finding.is_none() && !has_script {
            self.wrong(&text, "a scan needs [finding], or a script that judges its groups");
        }
        let text = text.into_inner();
        Scan {
            from: text.from,
            among: text.among.map(|text| self.expression(text)),
            condition: text.condition.map(|text| self.expression(text)),
            join: text.join.map(|join| {
                let [record_field, table_field] = join.on;
                Join { to: join.to, record_field, table_field, compare: join.compare }
            }),
            keep: text.keep.map(|text| self.expression(text)),
            by: text.by,
            window: text.window.and_then(|text| self.length(&text, params)),
            gap: text.gap.and_then(|text| self.length(&text, params)),
            having: text.having.map(|text| self.expression(text)),
            finding: finding.map(|finding| ScanFinding {
                message: self.message(finding.message),
                at: finding.at,
                at_join: finding.at_join,
            }),
        }
    }

    fn length(&mut self, text: &Spanned<String>, params: &BTreeMap<String, Param>) -> Option<Length> {
        let name = text.get_ref();
        if params.get(name).is_some_and(|param| param.kind == ParamKind::Duration) {
            return Some(Length::Param(name.clone()));
        }
        let fixed = name.parse().map(Length::Fixed);
        fixed.map_err(|error| self.wrong(text, format!("{error}, or name a parameter that is one"))).ok()
    }

    fn expression(&self, text: Spanned<String>) -> Expression {
        let range = text.span();
        let written = self.source.text().get(range.clone()).unwrap_or_default();
        let is_literal = written.contains(text.get_ref().as_str());
        Expression { text: text.into_inner(), range, is_literal }
    }

    /// A message is a text in which `${…}` stands for a value.
    fn message(&self, text: Spanned<String>) -> Expression {
        let mut message = self.expression(text);
        message.text = format!("`{}`", message.text.replace('`', "'"));
        message
    }
}
