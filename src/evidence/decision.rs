//! What people decide about findings in `preaudit.toml`: what they accept, and what they grade themselves.

use super::names::is_same_person;
use crate::control_id::ControlId;
use crate::finding::Grade;
use jiff::civil::Date;
use std::ops::Range;

/// A nonconformity that someone answerable accepts until a day.
#[derive(Clone, Debug)]
pub struct Waiver {
    /// The rule.
    pub rule: String,
    /// Only against this control.
    pub control: Option<ControlId>,
    /// Only for this subject.
    pub subject: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: String,
    /// Who approved it; empty where nobody did.
    pub approver: String,
    /// The last day it holds.
    pub expires: Date,
    /// Where it stands.
    pub range: Range<usize>,
    /// Where it says until when.
    pub expires_range: Range<usize>,
}

/// A grade that a person gives instead of the computed one.
#[derive(Clone, Debug)]
pub struct Override {
    /// The rule.
    pub rule: String,
    /// Only against this control.
    pub control: Option<ControlId>,
    /// The grade.
    pub grade: Grade,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
    /// When.
    pub date: Date,
    /// Who approved it; empty where nobody did.
    pub approver: String,
    /// The last day it holds, where it says one.
    pub expires: Option<Date>,
    /// Where it stands.
    pub range: Range<usize>,
    /// Where it says until when.
    pub expires_range: Option<Range<usize>>,
}

impl Waiver {
    /// True when somebody else than its owner approved it.
    pub fn is_approved(&self) -> bool {
        is_approved(&self.approver, &self.owner)
    }
}

impl Override {
    /// True when somebody else than who overruled approved it.
    pub fn is_approved(&self) -> bool {
        is_approved(&self.approver, &self.by)
    }
}

fn is_approved(approver: &str, owner: &str) -> bool {
    !approver.trim().is_empty() && !is_same_person(approver, owner)
}
