//! Runs the mutants of rules over the rules' own cases.

use super::notice::{Level, differs};
use super::of_evidence::{Spoiled, spoiled};
use super::of_rule::{self, Mutant};
use super::survivors::{SURVIVORS, part};
use super::{Mutants, Survivor, Tried};
use crate::audit;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::Rule;
use crate::place::Place;
use crate::prove::Trial;
use crate::prove::case::{Asserts, Case};
use crate::prove::sitting::{Heard, Sitting};
use crate::prove::ways::alone;
use crate::script::{Asking, Rules, compile_rule};
use crate::source::Source;
use crate::world::Shelf;
use rayon::prelude::*;
use std::sync::Arc;

/// A case and what its rule says of it unchanged.
struct Known<'c> {
    sitting: Sitting<'c>,
    heard: Heard,
}

impl Trial {
    /// Runs the mutants of each rule over the rule's own cases.
    ///
    /// # Errors
    /// When a case cannot be run.
    pub fn mutants(&self) -> Result<Mutants, Vec<Diagnostic>> {
        audit::in_threads(None, || {
            let tested = self.tested();
            let rules: Result<Vec<Tried>, _> = tested.par_iter().map(|rule| self.try_rule(rule)).collect();
            Ok(Mutants { rules: rules? })
        })
    }

    fn try_rule(&self, rule: &Rule) -> Result<Tried, Vec<Diagnostic>> {
        let mut tried = Tried { rule: rule.id.clone(), ..Tried::default() };
        let own = alone(&self.rules, &rule.id, Asking::Natively)?;
        let known: Vec<Known<'_>> = self.cases_of(rule).map(|case| self.know(case, &own)).collect::<Result<_, _>>()?;
        if let Some(fault) = known.iter().find_map(failing) {
            tried.faults.push(fault);
            return Ok(tried);
        }
        let mut survivors = Vec::new();
        let mutants = of_rule::mutants(rule);
        let of_rule: Vec<Option<bool>> =
            mutants.par_iter().map(|mutant| self.notice(mutant, &known)).collect();
        for (mutant, noticed) in mutants.into_iter().zip(of_rule) {
            count(&mut tried, &mut survivors, noticed, mutant.name, mutant.place);
        }
        let read = self.watch(rule)?;
        let spoiled = spoiled(rule, &self.packs, &read.fields);
        let of_evidence: Vec<Option<bool>> =
            spoiled.par_iter().map(|spoiled| self.notice_spoiled(spoiled, &known, &own)).collect();
        for (spoiled, noticed) in spoiled.into_iter().zip(of_evidence) {
            let place = Place::whole(format!("tests/{}", rule.id), "in the evidence of these cases");
            count(&mut tried, &mut survivors, noticed, spoiled.name(), place);
        }
        part(&self.allowed(rule), survivors, &mut tried);
        Ok(tried)
    }

    fn know<'t>(&'t self, case: &'t Case, own: &Rules) -> Result<Known<'t>, Vec<Diagnostic>> {
        let sitting = Sitting::new(case, &self.packs, &self.rules)?;
        let heard = sitting.hear(sitting.judge(own)?);
        Ok(Known { sitting, heard })
    }

    /// The rule's list of allowed mutants.
    fn allowed(&self, rule: &Rule) -> Source {
        let path = format!("{}/{SURVIVORS}", rule.id);
        let bytes = self.packs.list.last().and_then(|pack| pack.cases.get(&path));
        let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        Source::new(format!("tests/{path}"), text)
    }

    /// Whether any case notices a mutant of the rule; nothing when it is no rule.
    fn notice(&self, mutant: &Mutant, known: &[Known<'_>]) -> Option<bool> {
        let names = &self.rules.names;
        let compiled = compile_rule(&Arc::new(mutant.rule().clone()), names).ok()?;
        let rules = Rules { list: vec![compiled], names: Arc::clone(names) };
        let notices = |known: &Known<'_>| known.notices(&known.sitting, &rules, mutant.level);
        Some(known.iter().any(notices))
    }

    /// Whether any case notices that its evidence was spoiled; nothing where none can be spoiled so.
    fn notice_spoiled(&self, spoiled: &Spoiled, known: &[Known<'_>], own: &Rules) -> Option<bool> {
        let mut tried = false;
        for known in known {
            for files in spoiled.files(&known.sitting) {
                tried = true;
                let shelf = Shelf::new(files, crate::prove::case::DAY);
                let case = known.sitting.case;
                // Evidence that cannot be read at all is surely noticed.
                let Ok(sitting) = Sitting::on(case, &shelf, &self.packs, &self.rules) else { return Some(true) };
                if known.notices(&sitting, own, spoiled.level()) {
                    return Some(true);
                }
            }
        }
        tried.then_some(false)
    }
}

impl Known<'_> {
    /// True when the case does not come out as before.
    fn notices(&self, sitting: &Sitting<'_>, rules: &Rules, level: Level) -> bool {
        let Ok(report) = sitting.judge(rules) else { return true };
        let heard = sitting.hear(report.clone());
        if !differs(level, &self.heard, &heard) {
            return false;
        }
        match &sitting.case.asserts {
            // The text asserts all of it.
            Asserts::Text(_) => true,
            Asserts::Expectations(_) => {
                heard.state != sitting.case.state || !sitting.faults(&report, &heard).is_empty()
            }
        }
    }
}

/// What is wrong with a case that does not pass unchanged: what it notices means nothing.
fn failing(known: &Known<'_>) -> Option<Diagnostic> {
    let case = known.sitting.case;
    let is_text = match &case.asserts {
        Asserts::Text(expected) => expected.as_ref() == Some(&known.heard.text),
        Asserts::Expectations(_) => true,
    };
    let passes = case.state == known.heard.state && is_text;
    let message = format!("the case {} does not pass, so mutants say nothing of it", case.path);
    let place = || Place::whole(format!("tests/{}", case.path), "this case");
    (!passes).then(|| Diagnostic::error(Code::InvalidCase, message).at(place()))
}

fn count(
    tried: &mut Tried,
    survivors: &mut Vec<Survivor>,
    noticed: Option<bool>,
    name: String,
    place: Place,
) {
    let Some(noticed) = noticed else { return };
    tried.mutants += 1;
    if noticed {
        tried.noticed += 1;
    } else {
        survivors.push(Survivor { name, place });
    }
}
