//! The history: recorded runs, each naming the one before by its digest, and what they show over time.
//!
//! A run is one file of canonical JSON, named by its day and its own SHA-256. So anybody with `sha256sum`
//! can follow the chain; what was changed, taken out or forked is told, with the first file where it shows.
//! What a run cannot tell is that the newest ones were removed: for that its digest is kept elsewhere.

mod chain;
mod run;
mod text;
mod trend;

pub use chain::{Chain, Link, RUNS, record};
pub use run::{Recorded, Run, SCHEMA, Sighting};
pub use text::render;
pub use trend::{Closing, Trend};
