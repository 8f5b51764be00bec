//! Custody: that a report is the one that was signed, that it follows from the evidence that is there,
//! and what of it an auditor takes along.

mod binder;
mod examine;
mod seal;

pub use binder::bind;
pub use examine::{Examination, FileMoved, Moved, examine, render};
pub use seal::{FileTime, open, seal};
