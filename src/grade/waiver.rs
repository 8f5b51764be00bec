//! What people decided: nonconformities they accept, grades they overrule.

use crate::code::Code;
use crate::control_id::ControlId;
use crate::evidence::{Override, Waiver, Workspace};
use crate::finding::{Diagnostic, Exhibit, Grade};
use crate::pack::hex;
use crate::place::Place;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::ops::Range;

/// A waiver or override, and what became of it.
pub(super) struct Decision<'a> {
    /// `waiver` or `override`.
    pub(super) word: &'static str,
    pub(super) rule: &'a str,
    pub(super) control: Option<ControlId>,
    pub(super) subject: Option<&'a str>,
    pub(super) owner: &'a str,
    pub(super) approver: &'a str,
    pub(super) is_approved: bool,
    pub(super) expires: Option<Date>,
    pub(super) is_used: bool,
    /// It expired, and what it was about is still there.
    pub(super) is_missed: bool,
    pub(super) is_blanket: bool,
    pub(super) range: Range<usize>,
    pub(super) expires_range: Range<usize>,
}

/// Waivers and overrides of a workspace, and which of them applied.
pub(super) struct Waivers<'a> {
    workspace: &'a Workspace,
    as_of: Date,
    waivers_used: Vec<bool>,
    overrides_used: Vec<bool>,
    /// Waivers and overrides that expired, and would apply had they not.
    waivers_missed: Vec<bool>,
    overrides_missed: Vec<bool>,
}

impl<'a> Waivers<'a> {
    pub(super) fn new(workspace: &'a Workspace, as_of: Date) -> Self {
        Self {
            workspace,
            as_of,
            waivers_used: vec![false; workspace.waivers.len()],
            overrides_used: vec![false; workspace.overrides.len()],
            waivers_missed: vec![false; workspace.waivers.len()],
            overrides_missed: vec![false; workspace.overrides.len()],
        }
    }

    /// The waiver for an exception. On its last day a waiver still holds; one that nobody but its owner
    /// approved never does.
    pub(super) fn waiver(&mut self, rule: &str, control: ControlId, subject: &str) -> Option<&'a Waiver> {
        let is_about = |waiver: &Waiver| {
            waiver.rule == rule
                && waiver.control.is_none_or(|wanted| wanted == control)
                && waiver.subject.as_deref().is_none_or(|wanted| wanted == subject)
                && waiver.is_approved()
        };
        let mut applies = None;
        for (at, waiver) in self.workspace.waivers.iter().enumerate().filter(|(_, waiver)| is_about(waiver)) {
            match waiver.expires < self.as_of {
                true => self.waivers_missed[at] = true,
                false => applies = applies.or(Some(at)),
            }
        }
        let at = applies?;
        self.waivers_used[at] = true;
        self.workspace.waivers.get(at)
    }

    /// The grade that a person gives a finding.
    pub(super) fn overruling(&mut self, rule: &str, control: ControlId) -> Option<&'a Override> {
        let is_about = |one: &Override| {
            one.rule == rule
                && one.control.is_none_or(|wanted| wanted == control)
                && one.date <= self.as_of
                && one.is_approved()
        };
        let mut applies = None;
        for (at, one) in self.workspace.overrides.iter().enumerate().filter(|(_, one)| is_about(one)) {
            match one.expires.is_some_and(|expires| expires < self.as_of) {
                true => self.overrides_missed[at] = true,
                false => applies = applies.or(Some(at)),
            }
        }
        let at = applies?;
        self.overrides_used[at] = true;
        self.workspace.overrides.get(at)
    }

    /// Every waiver and override, in the order of the file, waivers first.
    pub(super) fn decisions(&self) -> Vec<Decision<'a>> {
        let waivers = self.workspace.waivers.iter().enumerate().map(|(at, waiver)| Decision {
            word: "waiver",
            rule: &waiver.rule,
            control: waiver.control,
            subject: waiver.subject.as_deref(),
            owner: &waiver.owner,
            approver: &waiver.approver,
            is_approved: waiver.is_approved(),
            expires: Some(waiver.expires),
            is_used: self.waivers_used[at],
            is_missed: self.waivers_missed[at],
            // Any subject against any control: also what nobody has seen yet.
            is_blanket: waiver.control.is_none() && waiver.subject.is_none(),
            range: waiver.range.clone(),
            expires_range: waiver.expires_range.clone(),
        });
        let overrides = self.workspace.overrides.iter().enumerate().map(|(at, one)| Decision {
            word: "override",
            rule: &one.rule,
            control: one.control,
            subject: None,
            owner: &one.by,
            approver: &one.approver,
            is_approved: one.is_approved(),
            expires: one.expires,
            is_used: self.overrides_used[at],
            is_missed: self.overrides_missed[at],
            is_blanket: false,
            range: one.range.clone(),
            expires_range: one.expires_range.clone().unwrap_or_else(|| one.range.clone()),
        });
        waivers.chain(overrides).collect()
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
        self.labelled(range, "here")
    }

    /// A place of `preaudit.toml`.
    pub(super) fn labelled(&self, range: &Range<usize>, label: &str) -> Place {
        let text = self.workspace.text.as_ref();
        text.map_or_else(Place::default, |text| text.span(range.clone()).place(label))
    }

    /// `preaudit.toml` as it was read.
    pub(super) fn exhibit(&self) -> Option<Exhibit> {
        let text = self.workspace.text.as_ref()?;
        let sha256 = hex(&Sha256::digest(text.text()));
        Some(Exhibit { file: text.name().to_owned(), sha256 })
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
