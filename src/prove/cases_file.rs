//! Cases as tables in one file, `tests/<rule>/cases.toml`: each with its evidence and what it expects.

use super::case::{Asserts, Case, Parts};
use super::expect::{Expect, Expectation, Spot};
use super::marks::Sample;
use crate::code::Code;
use crate::evidence::FILE_NAME;
use crate::finding::{Diagnostic, State};
use crate::source::Source;
use crate::toml_text::{self, day, wrong};
use schemars::JsonSchema;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use toml::Spanned;
use toml::value::Datetime;

/// The file of cases in a rule's folder.
pub(super) const CASES: &str = "cases.toml";

/// A file of cases as people write it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CasesText {
    /// The cases.
    #[serde(rename = "case")]
    cases: Vec<CaseText>,
}

/// A case as people write it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CaseText {
    /// What tells it from the others of the file, in kebab case.
    #[schemars(with = "String")]
    name: Spanned<String>,
    /// How the rule's check ends.
    state: State,
    /// The day of judgement [default: 2026-07-01].
    #[schemars(with = "Option<String>")]
    as_of: Option<Spanned<Datetime>>,
    /// Values of the rule's parameters.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, serde_json::Value>")]
    params: BTreeMap<String, Spanned<toml::Value>>,
    /// What `preaudit.toml` says.
    #[schemars(with = "Option<String>")]
    workspace: Option<Spanned<String>>,
    /// Text by path. Marks such as `#! expect RULE minor` stand above records.
    #[serde(default)]
    #[schemars(with = "BTreeMap<String, String>")]
    evidence: BTreeMap<String, Spanned<String>>,
    /// A part of the reason that the check gives.
    #[schemars(with = "Option<String>")]
    reason: Option<Spanned<String>>,
    /// All observations of the rule, in any order.
    expect: Option<Vec<ExpectText>>,
}

/// One observation that a case expects, as people write it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ExpectText {
    /// The grade of the finding.
    #[schemars(with = "State")]
    state: Spanned<State>,
    /// Where it shows: `roster.csv:3`, `roster.csv:3:12`, or with a column by name, `roster.csv:3:login`.
    #[schemars(with = "Option<String>")]
    at: Option<Spanned<String>>,
    /// Further places where it shows.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    and: Vec<Spanned<String>>,
    /// The text that stands at one of them.
    text: Option<String>,
    /// A part of what the rule says of it.
    says: Option<String>,
}

/// Reads the cases of a rule.
///
/// # Errors
/// Everything that is wrong with the file, each at its place.
pub(super) fn read(rule: &str, path: &str, bytes: &[u8]) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let name = format!("tests/{path}");
    let text = String::from_utf8_lossy(bytes).into_owned();
    let source = Arc::new(Source::new(name, text));
    let file: CasesText = toml_text::read(&source, Code::InvalidCase).map_err(|error| vec![error])?;
    let mut reader = Reader { rule, path, source: &source, names: BTreeSet::new(), errors: Vec::new() };
    let cases: Vec<Option<Case>> = file.cases.into_iter().map(|case| reader.case(case)).collect();
    if reader.errors.is_empty() { Ok(cases.into_iter().flatten().collect()) } else { Err(reader.errors) }
}

struct Reader<'a> {
    rule: &'a str,
    path: &'a str,
    source: &'a Arc<Source>,
    names: BTreeSet<String>,
    errors: Vec<Diagnostic>,
}

impl Reader<'_> {
    fn case(&mut self, case: CaseText) -> Option<Case> {
        if !self.names.insert(case.name.get_ref().clone()) {
            self.wrong(&case.name, format!("two cases are named `{}`", case.name.get_ref()));
        }
        let as_of = case.as_of.as_ref().and_then(|written| {
            let day = day(written.get_ref());
            if day.is_none() {
                self.wrong(written, "a day such as 2026-07-01");
            }
            day
        });
        let workspace = self.workspace(case.workspace, &case.params);
        let sample = |(file, text): (String, Spanned<String>)| {
            let written = (Arc::clone(self.source), start(self.source, &text));
            (file, Sample { bytes: text.into_inner().into_bytes(), written })
        };
        let mut samples: BTreeMap<String, Sample> = case.evidence.into_iter().map(sample).collect();
        if let Some(text) = &workspace {
            let written = (Arc::clone(text), 0);
            samples.insert(FILE_NAME.to_owned(), Sample { bytes: text.text().as_bytes().to_vec(), written });
        }
        let name = case.name.span();
        let expected = case.expect.map(|all| all.into_iter().map(|one| self.expect(one)).collect());
        let expectation =
            Expectation { source: Arc::clone(self.source), name, reason: case.reason, expected };
        let parts = Parts {
            path: format!("{}#{}", self.path, case.name.get_ref()),
            rule: self.rule.to_owned(),
            state: case.state,
            as_of,
            workspace,
            samples,
            asserts: Asserts::Expectations(expectation),
        };
        Case::new(parts).map_err(|wrong| self.errors.extend(wrong)).ok()
    }

    /// `preaudit.toml` with the parameters behind what is written for it.
    fn workspace(
        &mut self,
        written: Option<Spanned<String>>,
        params: &BTreeMap<String, Spanned<toml::Value>>,
    ) -> Option<Arc<Source>> {
        if written.is_none() && params.is_empty() {
            return None;
        }
        let mut text = written.map(Spanned::into_inner).unwrap_or_default();
        if !params.is_empty() {
            text.push_str(&format!("\n[params.{}]\n", self.rule));
        }
        for (name, value) in params {
            text.push_str(&format!("{name} = {}\n", value.get_ref()));
        }
        Some(Arc::new(Source::new(FILE_NAME, text)))
    }

    fn expect(&mut self, written: ExpectText) -> Expect {
        let mut at = Vec::new();
        for place in written.at.iter().chain(&written.and) {
            match Spot::read(place.get_ref()) {
                Some(spot) => at.push(spot),
                None => self.wrong(place, "a place is written `FILE:LINE` or `FILE:LINE:COLUMN`"),
            }
        }
        let span = written.state.span();
        Expect { state: written.state.into_inner(), at, text: written.text, says: written.says, span }
    }

    fn wrong<T>(&mut self, value: &Spanned<T>, message: impl Into<String>) {
        self.errors.push(wrong(self.source, Code::InvalidCase, value, message));
    }
}

/// The first byte of a text in the file; of what is written with escapes, that of its quotes.
fn start(source: &Source, text: &Spanned<String>) -> usize {
    let range = text.span();
    let written = source.text().get(range.clone()).unwrap_or_default();
    range.start + written.find(text.get_ref().as_str()).unwrap_or(0)
}
