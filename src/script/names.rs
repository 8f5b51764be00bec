//! The names that scripts can read.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hash, Hasher};

/// Names that scripts can read from rows and records.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Names {
    /// Fields of tables and documents.
    pub fields: BTreeSet<String>,
    /// Fields of events, in the order of their slots.
    pub event_fields: Vec<String>,
    /// Tells these names from others, so that a thread keeps one engine for each.
    pub fingerprint: u64,
}

impl Names {
    /// The names of these fields.
    pub fn new(fields: BTreeSet<String>, event_fields: Vec<String>) -> Self {
        let mut hasher = DefaultHasher::new();
        (&fields, &event_fields).hash(&mut hasher);
        Self { fields, event_fields, fingerprint: hasher.finish() }
    }
}
