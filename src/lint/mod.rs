//! What is wrong with a pack, before it judges anything.
//!
//! In come the texts of a pack, out go lints, each with the bytes that it is about. Nothing here
//! reads a file, looks at evidence or runs a rule; so an editor can ask again at every key. What
//! did not change is not looked at again.

mod absent;
mod allow;
mod cases;
mod flow;
mod form;
mod format;
mod function;
mod house;
mod idle;
mod logic;
mod member;
mod names;
mod native;
mod part;
mod table;
mod tree;
mod value;
mod verdict;

pub use format::{github, json, sarif};
pub use house::doing;
pub use table::{Level, LintId, page};

use crate::finding::Diagnostic;
use crate::pack::{Opened, Packs, Rule, Texts};
use crate::place::Place;
use crate::script::api::Api;
use crate::source::Source;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Something that is wrong with a pack.
#[derive(Clone, Debug)]
pub struct Lint {
    /// Which lint it is.
    pub id: LintId,
    /// The file that it is about.
    pub source: Arc<Source>,
    /// The bytes of the file that it is about.
    pub range: Range<usize>,
    /// What is wrong, a lower-case fragment.
    pub message: String,
    /// What to do about it.
    pub help: Option<String>,
}

impl Lint {
    fn new(id: LintId, source: &Arc<Source>, range: Range<usize>, message: impl Into<String>) -> Self {
        Self { id, source: Arc::clone(source), range, message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Where it is, with an excerpt to show.
    pub fn place(&self) -> Place {
        self.source.span(self.range.clone()).place("here")
    }

    /// How much it matters.
    pub fn level(&self) -> Level {
        self.id.level()
    }
}

/// A pack as somebody works on it.
#[derive(Clone, Debug, Default)]
pub struct Files {
    /// Its texts, by path.
    pub texts: Texts,
    /// Paths of the files of its cases, below `tests/`.
    pub cases: BTreeSet<String>,
    /// Files that are no texts and should be.
    pub unreadable: Vec<Diagnostic>,
}

impl From<Opened> for Files {
    fn from(opened: Opened) -> Self {
        Self { texts: opened.texts, cases: opened.cases.into_keys().collect(), unreadable: opened.errors }
    }
}

/// Looks at a pack, and again after each change.
#[derive(Debug)]
pub struct Linter {
    /// The packs that it builds on.
    base: Packs,
    frame: Option<Known>,
    rules: BTreeMap<String, KnownRule>,
    /// Counts the changes of the frame.
    version: usize,
}

/// What a pack declares besides its rules, as it was last seen.
#[derive(Debug)]
struct Known {
    texts: Texts,
    packs: Packs,
    told: Vec<Lint>,
    broken: Broken,
}

/// Parts of a pack that cannot be read, so that nothing can be said of what names them.
#[derive(Clone, Debug, Default)]
struct Broken {
    /// Kinds of evidence.
    kinds: BTreeSet<String>,
    /// True when a file of controls cannot be read.
    controls: bool,
}

/// A rule as it was last seen.
#[derive(Clone, Debug)]
struct KnownRule {
    text: Arc<Source>,
    script: Option<Arc<Source>>,
    version: usize,
    rule: Option<Arc<Rule>>,
    told: Vec<Lint>,
}

/// What a rule is looked at with.
#[derive(Debug)]
struct Frame<'a> {
    packs: &'a Packs,
    rule: &'a Rule,
    broken: &'a Broken,
    api: &'static Api,
}

impl Linter {
    /// For a pack that builds on these.
    pub fn new(base: Packs) -> Self {
        Self { base, frame: None, rules: BTreeMap::new(), version: 0 }
    }

    /// Everything that is wrong with the pack, by file and place.
    pub fn check(&mut self, files: &Files) -> Vec<Lint> {
        self.look_at_frame(&files.texts);
        let Some(frame) = &self.frame else { return Vec::new() };
        let (version, known) = (self.version, &self.rules);
        let rules: Vec<(&String, &Arc<Source>)> =
            files.texts.iter().filter(|(path, _)| is_rule(path)).collect();
        let looked: Vec<(String, KnownRule)> = rules
            .into_par_iter()
            .map(|(path, text)| {
                let script = files.texts.get(&script_of(path)).cloned();
                let again = known.get(path).filter(|known| known.is_still(text, script.as_ref(), version));
                let rule = again.cloned().unwrap_or_else(|| look(frame, text, script, version));
                (path.clone(), rule)
            })
            .collect();
        self.rules = looked.into_iter().collect();
        let mut told: Vec<Lint> = frame.told.clone();
        told.extend(self.rules.values().flat_map(|rule| rule.told.iter().cloned()));
        let rules: Vec<Arc<Rule>> = self.rules.values().filter_map(|rule| rule.rule.clone()).collect();
        told.extend(names::between(&rules, &self.base));
        told.extend(house::controls(&rules, files));
        told.extend(cases::look(&rules, &self.rules.keys().cloned().collect(), files, &frame.packs));
        told.extend(house::strays(files));
        told.extend(files.texts.get("pack.toml").into_iter().flat_map(house::todos));
        told.extend(files.unreadable.iter().filter_map(|one| form::lint(one, &files.texts)));
        allow::apply(told, files)
    }

    /// Reads what the pack declares besides its rules, where that changed.
    fn look_at_frame(&mut self, texts: &Texts) {
        let texts: Texts = texts
            .iter()
            .filter(|(path, _)| !path.starts_with("rules/"))
            .map(|(path, text)| (path.clone(), Arc::clone(text)))
            .collect();
        if self.frame.as_ref().is_some_and(|known| same_texts(&known.texts, &texts)) {
            return;
        }
        let (packs, errors) = self.base.with_frame(&texts);
        let told: Vec<Lint> = errors.iter().filter_map(|error| form::lint(error, &texts)).collect();
        let broken = broken(&packs, &texts, &told);
        self.frame = Some(Known { texts, packs, told, broken });
        self.version += 1;
    }
}

/// Everything that is wrong with a pack that builds on these.
pub fn check(base: Packs, files: &Files) -> Vec<Lint> {
    Linter::new(base).check(files)
}

impl KnownRule {
    fn is_still(&self, text: &Arc<Source>, script: Option<&Arc<Source>>, version: usize) -> bool {
        let same_script = match (&self.script, script) {
            (Some(one), Some(other)) => same(one, other),
            (None, None) => true,
            _ => false,
        };
        self.version == version && same(&self.text, text) && same_script
    }
}

fn look(frame: &Known, text: &Arc<Source>, script: Option<Arc<Source>>, version: usize) -> KnownRule {
    let (rule, mut told) = form::rule(text, script.clone());
    if let Some(rule) = &rule {
        told.extend(look_at_rule(&Frame {
            packs: &frame.packs,
            rule,
            broken: &frame.broken,
            api: Api::get(),
        }));
    }
    KnownRule { text: Arc::clone(text), script, version, rule: rule.map(Arc::new), told }
}

/// Everything that is wrong with one rule.
fn look_at_rule(frame: &Frame<'_>) -> Vec<Lint> {
    let mut told = names::within(frame);
    let (parts, malformed) = part::parts(frame);
    told.extend(malformed);
    for part in &parts {
        told.extend(member::look(frame, part));
        told.extend(function::look(frame, part));
        told.extend(value::look(frame, part));
        told.extend(absent::look(frame, part));
        told.extend(logic::look(part));
        told.extend(verdict::look(part));
        told.extend(idle::variables(part));
    }
    told.extend(logic::together(&parts));
    told.extend(idle::look(frame, &parts));
    told.extend(house::look(frame));
    told.extend(native::look(frame));
    told
}

impl Frame<'_> {
    /// The kind of table whose rows are joined with records, or expect them.
    fn joined_kind(&self) -> Option<&str> {
        match &self.rule.form {
            crate::pack::Form::Scan(scan) => {
                let joined = scan.join.as_ref().map(|join| &join.to).or(scan.expected_kind());
                joined.map(String::as_str)
            }
            _ => None,
        }
    }
}

/// Kinds and controls of which nothing is known, since their files cannot be read.
fn broken(packs: &Packs, texts: &Texts, told: &[Lint]) -> Broken {
    let kinds = texts.keys().filter_map(|path| path.strip_prefix("schema/")?.strip_suffix(".toml"));
    let kinds = kinds.filter(|kind| !packs.kinds.contains_key(*kind)).map(str::to_owned).collect();
    let controls = told.iter().any(|lint| lint.source.name().starts_with("controls/"));
    Broken { kinds, controls }
}

fn is_rule(path: &str) -> bool {
    path.starts_with("rules/") && path.ends_with(".toml")
}

fn script_of(path: &str) -> String {
    format!("{}.rhai", path.trim_end_matches(".toml"))
}

fn same(one: &Arc<Source>, other: &Arc<Source>) -> bool {
    Arc::ptr_eq(one, other) || one.text() == other.text()
}

fn same_texts(one: &Texts, other: &Texts) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|((a, x), (b, y))| a == b && same(x, y))
}
