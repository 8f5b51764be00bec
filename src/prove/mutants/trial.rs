//! Runs the mutants of rules over the rules' own cases.

use super::known::Known;
use super::of_evidence::{Spoiled, spoiled};
use super::of_rule::{Mutant, mutants};
use super::survivors::{SURVIVORS, part};
use super::{Mutants, Survivor, Tried};
use crate::audit;
use crate::finding::Diagnostic;
use crate::pack::Rule;
use crate::place::Place;
use crate::prove::Trial;
use crate::prove::case::DAY;
use crate::prove::sitting::Sitting;
use crate::script::{Asking, Rules};
use crate::source::Source;
use crate::world::Shelf;
use rayon::prelude::*;

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
        let own = self.rules.alone(&rule.id, &Asking::Natively)?;
        let known = self.known(rule, &own)?;
        tried.faults.extend(known.iter().find_map(Known::failing));
        if !tried.faults.is_empty() {
            return Ok(tried);
        }
        let mutants = mutants(rule);
        let noticed = mutants.par_iter().map(|mutant| self.notice(mutant, &known)).collect::<Vec<_>>();
        let of_rule = mutants.into_iter().map(|mutant| Survivor { name: mutant.name, place: mutant.place });
        let mut survivors = tried.count(of_rule.zip(noticed));
        let spoiled = spoiled(rule, &self.packs, &self.watch(rule)?.fields);
        let noticed: Vec<Option<bool>> =
            spoiled.par_iter().map(|spoiled| self.notice_spoiled(spoiled, &known, &own)).collect();
        let place = || Place::whole(format!("tests/{}", rule.id), "in the evidence of these cases");
        let of_evidence = spoiled.iter().map(|spoiled| Survivor { name: spoiled.name(), place: place() });
        survivors.extend(tried.count(of_evidence.zip(noticed)));
        part(&self.allowed(rule), survivors, &mut tried);
        Ok(tried)
    }

    /// The cases of a rule with what it says of them.
    pub(in crate::prove) fn known(
        &self,
        rule: &Rule,
        own: &Rules,
    ) -> Result<Vec<Known<'_>>, Vec<Diagnostic>> {
        let cases = self.cases.iter().filter(|case| case.rule == rule.id);
        cases.map(|case| Known::new(Sitting::new(case, &self.packs, &self.rules)?, own)).collect()
    }

    /// The rule's list of allowed mutants.
    pub(in crate::prove) fn allowed(&self, rule: &Rule) -> Source {
        let path = format!("{}/{SURVIVORS}", rule.id);
        let bytes = self.packs.list.last().and_then(|pack| pack.cases.get(&path));
        let text = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned()).unwrap_or_default();
        Source::new(format!("tests/{path}"), text)
    }

    /// Whether any case notices a mutant of the rule; nothing when it is no rule.
    fn notice(&self, mutant: &Mutant, known: &[Known<'_>]) -> Option<bool> {
        let rules = mutant.compile(&self.rules.names)?;
        Some(known.iter().any(|known| known.notices(&known.sitting, &rules, mutant.level)))
    }

    /// Whether any case notices that its evidence was spoiled; nothing where none can be spoiled so.
    fn notice_spoiled(&self, spoiled: &Spoiled, known: &[Known<'_>], own: &Rules) -> Option<bool> {
        let mut is_tried = false;
        for known in known {
            for files in spoiled.files(&known.sitting) {
                is_tried = true;
                let shelf = Shelf::new(files, DAY);
                let sitting = Sitting::on(known.sitting.case, &shelf, &self.packs, &self.rules);
                // Evidence that cannot be read at all is surely noticed.
                if sitting.is_ok_and(|sitting| !known.notices(&sitting, own, spoiled.level())) {
                    continue;
                }
                return Some(true);
            }
        }
        is_tried.then_some(false)
    }
}

impl Tried {
    /// Counts mutants that could be run, and gives those that nobody notices.
    fn count(&mut self, mutants: impl Iterator<Item = (Survivor, Option<bool>)>) -> Vec<Survivor> {
        let mut survivors = Vec::new();
        for (mutant, noticed) in mutants {
            self.mutants += usize::from(noticed.is_some());
            match noticed {
                Some(true) => self.noticed += 1,
                Some(false) => survivors.push(mutant),
                None => {}
            }
        }
        survivors
    }
}
