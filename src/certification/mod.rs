//! The way to a certificate and through its years: what the audit will take, whom to ask, when.

mod applicant;
mod audit_time;
mod calendar;
mod icalendar;
mod offers;
mod request;

pub use applicant::{Applicant, FILE_NAME};
pub use audit_time::{AuditTime, Visits, effective, visits};
pub use calendar::{Anchor, Milestone, milestones, text};
pub use icalendar::icalendar;
pub use offers::{Offer, compare};
pub use request::request;
