//! preaudit tells an organization what an ISO/IEC 27001:2022 auditor would find, before the
//! auditor comes.
//!
//! The way through is one function, [`audit::audit`]: from a request to a report. The rooms stand
//! below in the order of their floors; a room uses the rooms above it in this list and no others.
//! `ARCHITECTURE.md` shows the house, `tests/floors.rs` keeps it so.

// 0 ground
pub mod sandbox;
pub mod world;
pub mod time;
pub mod place;
mod clip;
pub mod source;
pub mod snippet;
pub mod inert;
pub mod code;
pub mod control_id;
pub mod stage;
pub mod finding;
pub mod toml_text;
pub mod toml_tree;
pub mod signature;
// 1 read
pub mod pack;
pub mod evidence;
// 2 look
pub mod scan;
// 3 prepare
pub mod script;
pub mod applicability;
pub mod independence;
pub mod plan;
// 4 judge
pub mod evaluate;
pub mod grade;
// 5 tell
pub mod vocabulary;
pub mod report;
pub mod redact;
pub mod certification;
pub mod spreadsheet;
pub mod cap;
pub mod history;
pub mod diff;
pub mod sheets;
pub mod rule_pages;
pub mod sampling;
pub mod papers;
pub mod formats;
// 6 through
pub mod audit;
pub mod lint;
pub mod scaffold;
pub mod schemas;
pub mod prove;
pub mod query;
pub mod baseline;
pub mod remedy;
pub mod forecast;
pub mod custody;
#[cfg(feature = "lsp")]
pub mod server;
// 7 edge
pub mod cli;
