//! A case and what its rule says of it unchanged, against which everything else is held.

use super::notice::{Level, differs};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::prove::case::Asserts;
use crate::prove::sitting::{Heard, Sitting};
use crate::script::Rules;

/// A case and what its rule says of it.
pub(in crate::prove) struct Known<'c> {
    /// The case with its evidence.
    pub(in crate::prove) sitting: Sitting<'c>,
    heard: Heard,
    faults: Vec<Diagnostic>,
}

impl<'c> Known<'c> {
    /// Asks the rule of a case.
    ///
    /// # Errors
    /// As [`Sitting::judge`].
    pub(in crate::prove) fn new(sitting: Sitting<'c>, own: &Rules) -> Result<Self, Vec<Diagnostic>> {
        let report = sitting.judge(own)?;
        let heard = sitting.hear(report.clone());
        let faults = sitting.faults(&report, &heard);
        Ok(Self { sitting, heard, faults })
    }

    /// True when the case passes unchanged. Marks of other rules are not its rule's to keep.
    pub(in crate::prove) fn passes(&self) -> bool {
        let case = self.sitting.case;
        let says = match &case.asserts {
            // Its text may tell what other rules found, which are not asked here.
            Asserts::Text(_) => true,
            Asserts::Expectations(_) => self.faults.is_empty(),
        };
        says && case.state == self.heard.state
    }

    /// What is wrong where it does not: what it notices means nothing then.
    pub(super) fn failing(&self) -> Option<Diagnostic> {
        let path = &self.sitting.case.path;
        let message = format!("the case {path} does not pass, so mutants say nothing of it");
        let place = || Place::whole(format!("tests/{path}"), "this case");
        (!self.passes()).then(|| Diagnostic::error(Code::InvalidCase, message).at(place()))
    }

    /// True when the case does not come out as before, by these rules or on this evidence.
    pub(in crate::prove) fn notices(&self, sitting: &Sitting<'_>, rules: &Rules, level: Level) -> bool {
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
