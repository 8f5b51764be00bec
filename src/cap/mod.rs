//! The corrective action plan, `cap.toml`: what is done about each nonconformity, by whom and until
//! when (ISO/IEC 27001:2022, 10.2).
//!
//! A report comes in, and the text of a plan goes out; what people wrote into it is never lost. This
//! room reads no evidence: whether something conforms now, a report on newer evidence says.

mod action;
mod draw_up;
mod export;
mod lint;
mod promise;
mod record;
mod verify;
mod wording;
mod workbook;

pub use action::{Action, CapFile, Head, Outcome, Record, Status};
pub use draw_up::{DrawnUp, draw_up};
pub use export::{blank, csv, markdown};
pub use lint::{Known, lint};
pub use promise::promises;
pub use verify::{Look, verify, write};
pub use workbook::workbook;

/// The name of the file.
pub const FILE_NAME: &str = "cap.toml";
