//! The names that scripts can read.

use super::watch::Asking;
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
    /// How rules that read them are asked.
    #[serde(skip)]
    pub asking: Asking,
}

impl Names {
    /// The names of these fields.
    pub fn new(fields: BTreeSet<String>, event_fields: Vec<String>) -> Self {
        let mut names = Self { fields, event_fields, ..Self::default() };
        names.fingerprint = names.fingerprint();
        names
    }

    /// The same names, of rules that are asked so.
    #[must_use]
    pub fn asked(&self, asking: Asking) -> Self {
        let mut names = Self { asking, ..self.clone() };
        names.fingerprint = names.fingerprint();
        names
    }

    fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        (&self.fields, &self.event_fields, self.asking.is_optimized()).hash(&mut hasher);
        hasher.finish()
    }
}
