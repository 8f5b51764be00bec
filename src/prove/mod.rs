//! Proves a pack by its own cases, through the same way that real evidence takes.
//!
//! A case is a folder `tests/<rule>/<state>-<case>/` with evidence and what the rule says of it, or a
//! table in `tests/<rule>/cases.toml`. Its state is stated and no blessing can change it; the text in
//! `expected.txt` can be blessed. Every rule runs over every folder, so a rule that starts to fire
//! elsewhere is seen at once. The rule of the case is asked twice: natively, and by the interpreter as
//! it is written. [`Trial::cover`] tells what no case reaches, [`Trial::mutants`] what no case notices, and
//! [`Trial::propose`] cases that would.

mod case;
mod cases_file;
mod coverage;
mod expect;
mod gather;
mod junit;
mod marks;
mod missing;
mod mutants;
mod proposals;
mod sitting;
mod text;
mod ways;

pub use case::EXPECTED;
pub use cases_file::{CaseText, CasesText, ExpectText};
pub use coverage::{Coverage, Covered, Unseen};
pub use junit::junit;
pub use mutants::{Allowed, Mutants, SURVIVORS, Survivor, SurvivorsText, Tried};
pub use proposals::Proposal;
pub use text::{coverage_text, mutants_text, proof_text, proposals_text};

use crate::audit;
use crate::finding::{Diagnostic, State};
use crate::pack::{self, PackRef, Packs};
use crate::script::{self, CompiledRule, Rules};
use crate::world::World;
use case::{Asserts, Case};
use rayon::prelude::*;
use serde::Serialize;
use sitting::{Heard, Sitting};
use std::sync::Arc;

/// The list of all rules that say anything of any case, beside the cases.
pub const HITS: &str = "hits.txt";

/// What came of the cases of the packs.
#[derive(Debug, Default, Serialize)]
pub struct Proof {
    /// Every case that ran.
    pub cases: Vec<Proven>,
    /// Rules without the cases that every rule needs.
    pub missing: Vec<String>,
    /// What every rule says of every case, but for conformities.
    #[serde(skip)]
    pub hits: String,
    /// True when the pack's own list of hits is the same.
    pub hits_agree: bool,
}

/// What came of one case.
#[derive(Clone, Debug, Serialize)]
pub struct Proven {
    /// Its path below `tests/`; of one in a file of cases with its name behind `#`.
    pub path: String,
    /// Its rule.
    pub rule: String,
    /// The state that it states.
    pub wanted: State,
    /// The state that came of it.
    pub found: State,
    /// Why, where the check says so.
    pub reason: Option<String>,
    /// What the rule says of it.
    pub text: String,
    /// True when the expected text is the same, or there is none to expect.
    pub text_agrees: bool,
    /// Marks that did not come true, places that are not as expected, and what kept it from running.
    pub faults: Vec<Diagnostic>,
}

impl Proven {
    /// True when the case came out as it says, in the words and at the places that it expects.
    pub fn passes(&self) -> bool {
        self.holds() && self.text_agrees
    }

    /// The same for all but the words, which can be blessed.
    pub fn holds(&self) -> bool {
        self.wanted == self.found && self.faults.is_empty()
    }
}

impl Proof {
    /// True when every rule has its cases and every case passes.
    pub fn passes(&self) -> bool {
        self.missing.is_empty() && self.hits_agree && self.cases.iter().all(Proven::passes)
    }
}

/// The cases of a pack, ready to be tried.
pub struct Trial {
    packs: Arc<Packs>,
    rules: Arc<Rules>,
    cases: Vec<Case>,
    only: Option<String>,
}

/// Runs the cases of the last of these packs; `only` keeps those of one rule.
///
/// # Errors
/// As [`Trial::open`].
pub fn prove(packs: &[PackRef], only: Option<&str>, world: &dyn World) -> Result<Proof, Vec<Diagnostic>> {
    Trial::open(packs, only, world)?.prove()
}

impl Trial {
    /// Loads packs, and the cases of the last of them; `only` keeps those of one rule.
    ///
    /// # Errors
    /// When a pack is wrong, or a case names no rule or no state or is malformed.
    pub fn open(packs: &[PackRef], only: Option<&str>, world: &dyn World) -> Result<Self, Vec<Diagnostic>> {
        let packs = pack::load(packs, world)?;
        let rules = script::compile(&packs)?;
        let cases = gather::cases(&packs, only)?;
        Ok(Self { packs: Arc::new(packs), rules: Arc::new(rules), cases, only: only.map(str::to_owned) })
    }

    /// How many cases there are.
    pub fn count(&self) -> usize {
        self.cases.len()
    }

    /// Runs the cases.
    ///
    /// # Errors
    /// When there are no threads.
    pub fn prove(&self) -> Result<Proof, Vec<Diagnostic>> {
        audit::in_threads(None, || {
            let ran: Vec<(Proven, String)> = self.cases.par_iter().map(|case| self.run(case)).collect();
            let (cases, hits): (Vec<Proven>, Vec<String>) = ran.into_iter().unzip();
            let hits = hits.concat();
            let tested = self.packs.list.last().map(|pack| &pack.cases);
            let known = tested.and_then(|cases| cases.get(HITS));
            let known = known.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
            let missing =
                if self.only.is_some() { Vec::new() } else { missing::missing(&self.packs, &cases) };
            let hits_agree = self.only.is_some() || known.unwrap_or_default() == hits;
            Ok(Proof { cases, missing, hits, hits_agree })
        })
    }

    /// Runs rules over a case, and gives what its own says and what the others do.
    fn run(&self, case: &Case) -> (Proven, String) {
        match self.sit(case) {
            Ok(ran) => ran,
            Err(faults) => (unproven(case, faults), String::new()),
        }
    }

    fn sit(&self, case: &Case) -> Result<(Proven, String), Vec<Diagnostic>> {
        let sitting = Sitting::new(case, &self.packs, &self.rules)?;
        // What a file of cases varies would be told again and again by all other rules.
        let (report, hits) = match &case.asserts {
            Asserts::Text(_) => {
                let report = sitting.judge(&self.rules)?;
                let hits = hits(case, &report);
                (report, hits)
            }
            Asserts::Expectations(_) => (sitting.judge(&self.asked_about(case))?, String::new()),
        };
        let heard = sitting.hear(report.clone());
        let mut faults = sitting.faults(&report, &heard);
        faults.extend(ways::differs(&sitting, &heard, &self.rules)?);
        Ok((proven(case, heard, faults), hits))
    }
}

impl Trial {
    /// The rule of a case, and those that its marks name.
    fn asked_about(&self, case: &Case) -> Rules {
        let is_asked = |compiled: &&CompiledRule| {
            let id = &compiled.rule.id;
            *id == case.rule || case.marks().any(|(.., mark)| mark.rule == *id)
        };
        let list = self.rules.list.iter().filter(is_asked).cloned().collect();
        Rules { list, names: Arc::clone(&self.rules.names) }
    }
}

fn proven(case: &Case, heard: Heard, faults: Vec<Diagnostic>) -> Proven {
    let text_agrees = match &case.asserts {
        Asserts::Text(expected) => expected.as_ref() == Some(&heard.text),
        Asserts::Expectations(_) => true,
    };
    Proven {
        path: case.path.clone(),
        rule: case.rule.clone(),
        wanted: case.state,
        found: heard.state,
        reason: heard.reason,
        text: heard.text,
        text_agrees,
        faults,
    }
}

/// A case that could not be run.
fn unproven(case: &Case, mut faults: Vec<Diagnostic>) -> Proven {
    let own = faults.iter_mut().flat_map(|fault| &mut fault.places);
    own.filter(|place| case.files.contains_key(&place.file))
        .for_each(|place| place.file = format!("tests/{}/{}", case.path, place.file));
    Proven {
        path: case.path.clone(),
        rule: case.rule.clone(),
        wanted: case.state,
        found: State::NotEvaluated,
        reason: None,
        text: String::new(),
        text_agrees: true,
        faults,
    }
}

/// What other rules find in a case.
fn hits(case: &Case, report: &crate::report::Report) -> String {
    let others = report.findings.iter().filter(|finding| finding.rule != case.rule);
    let mut others: Vec<String> =
        others.map(|finding| format!("  {} {}\n", finding.state.name(), finding.rule)).collect();
    others.sort();
    others.dedup();
    format!("{}\n{}", case.path, others.concat())
}
