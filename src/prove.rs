//! Proves a pack by its own cases, through the same way that real evidence takes.
//!
//! A case is a folder `tests/<rule>/<state>-<case>/` with evidence and what the rule says of it. The
//! name of the folder states the outcome and no blessing can change it; `expected.txt` holds the
//! text. Every rule runs over every case, so a rule that starts to fire elsewhere is seen at once.

use crate::audit::{self, Request};
use crate::code::Code;
use crate::evidence::{FILE_NAME, Scope};
use crate::finding::{Check, Diagnostic, Finding, State};
use crate::pack::{self, PackRef, Packs};
use crate::place::Place;
use crate::report::{Report, TextStyle, Verbosity, render};
use crate::script::{self, Rules};
use crate::source::Source;
use crate::world::{Shelf, World};
use jiff::civil::Date;
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The text that a case expects.
pub const EXPECTED: &str = "expected.txt";
/// The list of all rules that say anything of any case, beside the cases.
pub const HITS: &str = "hits.txt";
/// The day on which cases are judged that name none.
const DAY: Date = jiff::civil::date(2026, 7, 1);

/// What came of the cases of the packs.
#[derive(Debug, Default)]
pub struct Proof {
    /// Every case that ran.
    pub cases: Vec<Case>,
    /// Rules without the cases that every rule needs.
    pub missing: Vec<String>,
    /// What every rule says of every case, but for conformities.
    pub hits: String,
    /// True when the pack's own list of hits is the same.
    pub hits_agree: bool,
}

/// What came of one case.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its path below `tests/`.
    pub path: String,
    /// The state that its folder names.
    pub wanted: State,
    /// The state that came of it.
    pub found: State,
    /// Why, where the check says so.
    pub reason: Option<String>,
    /// What the rule says of it.
    pub text: String,
    /// True when the expected text is the same.
    pub text_agrees: bool,
}

impl Case {
    /// True when the case came out as its folder says, in the words it expects.
    pub fn passes(&self) -> bool {
        self.wanted == self.found && self.text_agrees
    }
}

impl Proof {
    /// True when every rule has its cases and every case passes.
    pub fn passes(&self) -> bool {
        self.missing.is_empty() && self.hits_agree && self.cases.iter().all(Case::passes)
    }
}

/// Runs the cases of the last of these packs; `only` keeps those of one rule.
///
/// # Errors
/// When a pack is wrong, or a case folder names no rule or no state.
pub fn prove(packs: &[PackRef], only: Option<&str>, world: &dyn World) -> Result<Proof, Vec<Diagnostic>> {
    audit::in_threads(None, || {
        let packs = pack::load(packs, world)?;
        let rules = script::compile(&packs)?;
        let folders = folders(&packs, only)?;
        let ran: Result<Vec<(Case, String)>, Vec<Diagnostic>> =
            folders.par_iter().map(|folder| folder.run(&packs, &rules)).collect();
        let (cases, hits): (Vec<Case>, Vec<String>) = ran?.into_iter().unzip();
        let hits = hits.concat();
        let tested = packs.list.last().map(|pack| &pack.cases);
        let known =
            tested.and_then(|cases| cases.get(HITS)).map(|bytes| String::from_utf8_lossy(bytes).into_owned());
        let missing = if only.is_some() { Vec::new() } else { missing(&packs, &cases) };
        let hits_agree = only.is_some() || known.unwrap_or_default() == hits;
        Ok(Proof { cases, missing, hits, hits_agree })
    })
}

/// A case as it lies in the pack.
struct Folder {
    path: String,
    rule: String,
    state: State,
    files: BTreeMap<String, Vec<u8>>,
}

/// The folders of the last pack.
fn folders(packs: &Packs, only: Option<&str>) -> Result<Vec<Folder>, Vec<Diagnostic>> {
    let mut files: BTreeMap<(&str, &str), BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (path, bytes) in packs.list.last().iter().flat_map(|pack| &pack.cases) {
        let mut parts = path.splitn(3, '/');
        if let (Some(rule), Some(case), Some(file)) = (parts.next(), parts.next(), parts.next()) {
            files.entry((rule, case)).or_default().insert(file.to_owned(), bytes.clone());
        }
    }
    let (mut folders, mut errors) = (Vec::new(), Vec::new());
    for ((rule, case), files) in
        files.into_iter().filter(|((rule, _), _)| only.is_none_or(|only| only == *rule))
    {
        let path = format!("{rule}/{case}");
        let wrong = |message: String| {
            Diagnostic::error(Code::InvalidPack, message)
                .at(Place::whole(format!("tests/{path}"), "this case"))
        };
        let state = State::ALL
            .into_iter()
            .find(|state| case.strip_prefix(state.name()).is_some_and(|rest| rest.starts_with('-')));
        match (state, packs.rule(rule)) {
            (Some(state), Some(_)) => folders.push(Folder { path, rule: rule.to_owned(), state, files }),
            (None, _) => {
                errors.push(wrong(format!("the case {path} must begin with a state, as in `minor-{case}`")))
            }
            (_, None) => errors.push(wrong(format!("the case {path} is for a rule that does not exist"))),
        }
    }
    if errors.is_empty() { Ok(folders) } else { Err(errors) }
}

impl Folder {
    /// Runs all rules over the case, and gives what its own says and what the others do.
    fn run(&self, packs: &Packs, rules: &Rules) -> Result<(Case, String), Vec<Diagnostic>> {
        let mut files = self.files.clone();
        let expected = files.remove(EXPECTED).map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
        let workspace = files
            .get(FILE_NAME)
            .map(|bytes| Arc::new(Source::new(FILE_NAME, String::from_utf8_lossy(bytes))));
        let scope = Scope { workspace, ..Scope::default() };
        let request = Request { trust_packs: true, scope, ..Request::default() };
        let report = audit::judge(packs, rules, &request, &Shelf::new(files, DAY))?;
        let hits = self.hits(&report);
        let own: Vec<&Check> = report.checks.iter().filter(|check| check.rule == self.rule).collect();
        let worst = own.iter().max_by_key(|check| weight(check.state));
        let (found, reason) =
            worst.map_or((State::NotEvaluated, None), |check| (check.state, check.reason.clone()));
        // A finding may stand beside a check that is left open.
        let findings = report.findings.iter().filter(|finding| finding.rule == self.rule);
        let found = findings.map(|finding| finding.state).chain([found]).max_by_key(|state| weight(*state));
        let found = found.unwrap_or(State::NotEvaluated);
        let text = own_text(report, &self.rule);
        let case = Case {
            path: self.path.clone(),
            wanted: self.state,
            found,
            reason,
            text_agrees: expected.as_deref() == Some(text.as_str()),
            text,
        };
        Ok((case, hits))
    }

    fn hits(&self, report: &Report) -> String {
        let said = |finding: &&Finding| finding.rule != self.rule;
        let others = report
            .findings
            .iter()
            .filter(said)
            .map(|finding| format!("  {} {}\n", finding.state.name(), finding.rule));
        let mut others: Vec<String> = others.collect();
        others.sort();
        others.dedup();
        format!("{}\n{}", self.path, others.concat())
    }
}

/// Which state speaks for a rule whose checks differ.
fn weight(state: State) -> u8 {
    match state {
        State::Major => 7,
        State::Minor => 6,
        State::Faulted => 5,
        State::Waived => 4,
        State::Opportunity => 3,
        State::Conformity => 2,
        State::NotEvaluated => 1,
        State::NotApplicable => 0,
    }
}

/// What one rule says in a report, as text.
fn own_text(mut report: Report, rule: &str) -> String {
    report.findings.retain(|finding| finding.rule == rule);
    for finding in &mut report.findings {
        finding.contained_in = None;
    }
    report.checks.retain(|check| check.rule == rule);
    report.diagnostics.retain(|diagnostic| matches!(diagnostic.code, Code::RuleFailed | Code::OverBudget));
    let text = render(&report, &TextStyle { verbosity: Verbosity::Verbose, ..TextStyle::default() });
    // The summary is about all rules and changes with every new one.
    text.split_once("\n── ").map_or(String::new(), |(_, findings)| format!("── {findings}"))
}

/// Rules that lack a case: one that conforms, one that does not, one on the boundary, an empty one.
fn missing(packs: &Packs, cases: &[Case]) -> Vec<String> {
    let mut missing = Vec::new();
    for rule in packs.list.last().iter().flat_map(|pack| &pack.rules) {
        let own: Vec<&Case> =
            cases.iter().filter(|case| case.path.starts_with(&format!("{}/", rule.id))).collect();
        let mut need = |what: &str, has: &dyn Fn(&Case) -> bool| {
            if !own.iter().any(|case| has(case)) {
                missing.push(format!("{}: {what}", rule.id));
            }
        };
        need("a case that conforms", &|case| case.wanted == State::Conformity);
        need("a case with a finding", &|case| {
            matches!(case.wanted, State::Opportunity | State::Minor | State::Major)
        });
        need("a case on the boundary", &|case| case.path.contains("boundary"));
        need("a case with malformed evidence", &|case| case.path.contains("malformed"));
        need("a case without evidence", &|case| {
            case.wanted == State::NotEvaluated && case.path.contains("empty")
        });
    }
    missing
}
