//! What people decided: nonconformities they accept, grades they overrule.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::evidence::{Override, Waiver, Workspace};
use crate::finding::{Diagnostic, Grade};
use crate::place::Place;
use jiff::civil::Date;
use std::ops::Range;

/// Waivers and overrides of a workspace, and which of them applied.
pub(super) struct Waivers<'a> {
    workspace: &'a Workspace,
    as_of: Date,
    waivers_used: Vec<bool>,
    overrides_used: Vec<bool>,
}

impl<'a> Waivers<'a> {
    pub(super) fn new(workspace: &'a Workspace, as_of: Date) -> Self {
        Self {
            workspace,
            as_of,
            waivers_used: vec![false; workspace.waivers.len()],
            overrides_used: vec![false; workspace.overrides.len()],
        }
    }

    /// The waiver for an exception. On its last day a waiver still holds.
    pub(super) fn waiver(&mut self, rule: &str, control: ControlId, subject: &str) -> Option<&'a Waiver> {
        let applies = |waiver: &Waiver| {
            waiver.rule == rule
                && waiver.control.is_none_or(|wanted| wanted == control)
                && waiver.subject.as_deref().is_none_or(|wanted| wanted == subject)
                && waiver.expires >= self.as_of
        };
        let at = self.workspace.waivers.iter().position(applies)?;
        self.waivers_used[at] = true;
        self.workspace.waivers.get(at)
    }

    /// The grade that a person gives a finding.
    pub(super) fn overruling(&mut self, rule: &str, control: ControlId) -> Option<&'a Override> {
        let applies = |one: &Override| {
            one.rule == rule && one.control.is_none_or(|wanted| wanted == control) && one.date <= self.as_of
        };
        let at = self.workspace.overrides.iter().position(applies)?;
        self.overrides_used[at] = true;
        self.workspace.overrides.get(at)
    }

    /// What expired and what applies to nothing.
    pub(super) fn leftover(&self) -> Vec<Diagnostic> {
        let mut left = Vec::new();
        for (waiver, used) in self.workspace.waivers.iter().zip(&self.waivers_used) {
            if waiver.expires < self.as_of {
                let message = format!("the waiver of {} expired on {}", waiver.rule, waiver.expires);
                let help = "renew it with a reason and an approval, or mend what it waives";
                left.push(
                    Diagnostic::warning(Code::WaiverExpired, message)
                        .help(help)
                        .at(self.place(&waiver.range)),
                );
            } else if !used {
                let message = format!("the waiver of {} applies to nothing", waiver.rule);
                let diagnostic = Diagnostic::warning(Code::WaiverUnused, message).help("take it out");
                left.push(diagnostic.at(self.place(&waiver.range)));
            }
        }
        let unused = self.workspace.overrides.iter().zip(&self.overrides_used).filter(|(_, used)| !**used);
        for (one, _) in unused {
            let (why, help) = match one.date > self.as_of {
                true => {
                    ("is dated after the day of judgement", "correct its date, or judge as of a later day")
                }
                false => ("applies to nothing", "take it out"),
            };
            let message = format!("the override of {} {why}", one.rule);
            let diagnostic = Diagnostic::warning(Code::OverrideUnused, message).help(help);
            left.push(diagnostic.at(self.place(&one.range)));
        }
        left
    }

    fn place(&self, range: &Range<usize>) -> Place {
        let text = self.workspace.text.as_ref();
        text.map_or_else(Place::default, |text| text.span(range.clone()).place("here"))
    }
}

/// One sentence on a waiver.
pub(super) fn waived(waiver: &Waiver, would_be: Grade) -> String {
    format!(
        "waived until {} by {} (owner {}): {}; it would be {would_be}",
        waiver.expires, waiver.approver, waiver.owner, waiver.reason
    )
}

/// One sentence on an override.
pub(super) fn overruled(one: &Override, computed: Grade) -> String {
    format!("{} overruled {computed} to {} on {}: {}", one.by, one.grade, one.date, one.reason)
}
