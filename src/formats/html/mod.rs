//! The report as one HTML file, for those who read it: management, owners, the auditor.
//!
//! The page needs nothing but itself. Its templates stand in `page/`, with its only style and its only
//! script; every word is in `words`, and every value passes `escape`. Without scripts all of it is there, and
//! the filter is not. What is shown of each finding has bounds (`shown`), so that a page of 10,000 findings
//! opens quickly; the JSON report has everything.

mod controls;
mod escape;
mod evidence;
mod exhibits;
mod findings;
mod groups;
mod lines;
mod marks;
mod open;
mod policy;
mod rows;
mod shown;
mod summary;
mod trend;
mod words;

use crate::finding::State;
use crate::report::Report;
use crate::vocabulary::Language;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Rest, Serde, Value};
use minijinja::{AutoEscape, Environment, Error, UndefinedBehavior, context};
use serde::Serialize;
use std::collections::BTreeMap;
use words::{StateWords, Words, fill, named};

/// The templates of the page by their names; `page.html` holds the others.
const TEMPLATES: &[(&str, &str)] = &[
    ("page.html", include_str!("page/page.html")),
    ("parts.html", include_str!("page/parts.html")),
    ("summary.html", include_str!("page/summary.html")),
    ("trend.html", include_str!("page/trend.html")),
    ("heat_map.html", include_str!("page/heat_map.html")),
    ("findings.html", include_str!("page/findings.html")),
    ("finding.html", include_str!("page/finding.html")),
    ("exhibits.html", include_str!("page/exhibits.html")),
    ("controls.html", include_str!("page/controls.html")),
    ("open.html", include_str!("page/open.html")),
    ("evidence.html", include_str!("page/evidence.html")),
    ("diagnostics.html", include_str!("page/diagnostics.html")),
    ("decided.html", include_str!("page/decided.html")),
    ("about.html", include_str!("page/about.html")),
];

/// The report as a page.
///
/// # Errors
/// Never in practice: the templates are part of the program, and tests render them.
pub(super) fn write(report: &Report, language: Language) -> Result<String, String> {
    render(report, language).map_err(|error| format!("the page cannot be written: {}", in_full(&error)))
}

/// An error with all that led to it; what a template includes stands behind the template.
fn in_full(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn render(report: &Report, language: Language) -> Result<String, Error> {
    let words = Words::of(language);
    let mut environment = environment(words)?;
    environment.add_global("anchors", value(evidence::anchors(report)));
    let (style, script) = (policy::embedded(policy::STYLE), policy::embedded(policy::SCRIPT));
    let policy = policy::policy(&style, &script);
    let stage = named(words.stages, &report.stage.as_str());
    let view = context! {
        policy,
        style => Value::from_safe_string(style),
        script => Value::from_safe_string(script),
        organization => report.organization.as_deref(),
        stage => stage.unwrap_or(&report.stage),
        as_of => report.as_of.as_str(),
        profile => report.profile.as_str(),
        version => report.version.as_str(),
        packs => value(&report.packs),
        summary => value(summary::Summary::of(report, words, language)),
        trend => value(trend::Trend::of(&report.trend)),
        controls => value(controls::Controls::of(report, words)),
        findings => value(findings::Findings::of(report, words)),
        open => value(open::open(report)),
        evidence => value(evidence::Evidence::of(report, words)),
        told => value(open::told(report, words)),
        decided => value(report.decided),
        decisions => value(Decisions::of(report)),
    };
    environment.get_template("page.html")?.render(view)
}

fn value(view: impl Serialize) -> Value {
    Value::from(Serde(view))
}

/// The templates, and what all of them know: words, states and how text is printed.
fn environment(words: &Words) -> Result<Environment<'static>, Error> {
    let mut environment = Environment::new();
    environment.set_syntax(SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build()?);
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.set_formatter(escape::print);
    environment.add_filter("fill", |pattern: &str, texts: Rest<Value>| {
        fill(pattern, &texts.iter().map(Value::to_string).collect::<Vec<_>>())
    });
    let states: BTreeMap<&str, &StateWords> =
        State::ALL.iter().map(|state| state.name()).zip(&words.states).collect();
    environment.add_global("states", value(states));
    environment.add_global("w", value(words.page.iter().copied().collect::<BTreeMap<_, _>>()));
    environment.add_global("lang", words.lang);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text)?;
    }
    Ok(environment)
}

/// Findings that somebody decided about.
#[derive(Debug, Serialize)]
struct Decisions<'r> {
    waived: Vec<Decision<'r>>,
    overruled: Vec<Decision<'r>>,
}

#[derive(Debug, Serialize)]
struct Decision<'r> {
    id: &'r str,
    state: &'static str,
    was: Option<&'static str>,
    statement: &'r str,
    /// The last step of the grading, which says who decided and why.
    why: Option<&'r str>,
}

impl<'r> Decisions<'r> {
    fn of(report: &'r Report) -> Self {
        let findings = || {
            report.findings.iter().map(|finding| Decision {
                id: &finding.id,
                state: finding.state.name(),
                was: finding.overruled.map(State::name),
                statement: &finding.statement,
                why: finding.derivation.last().map(String::as_str),
            })
        };
        Self {
            waived: findings().filter(|one| one.state == State::Waived.name()).collect(),
            overruled: findings().filter(|one| one.was.is_some()).collect(),
        }
    }
}
