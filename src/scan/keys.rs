//! What a partial result depends on, as digests: of the log's reading and of the scan. Where both
//! are the same, and the bytes of the log are, the partial result is.

use super::Scan;
use super::inquiry::Inquiry;
use crate::evidence::{Log, Table};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// This build of the program. What another one kept is never used.
pub(super) const ENGINE: &str = env!("PREAUDIT_ENGINE");

/// SHA-256 over what something depends on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Key([u8; 32]);

impl Key {
    /// The key of these parts, each kept apart from the next.
    pub(super) fn of<'p>(parts: impl IntoIterator<Item = &'p [u8]>) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        Self(hash.finalize().into())
    }

    /// Its bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The key in hexadecimal, for the name of a file.
    pub(super) fn name(self) -> String {
        crate::pack::hex(&self.0[..16])
    }
}

/// What the records of a log depend on besides its bytes and the day it was taken. The folder is part
/// of it: what was kept for one folder is not taken for another, wherever it was copied to.
pub(super) fn of_reading(log: &Log, inquiry: &Inquiry<'_>) -> Key {
    let root = inquiry.root().as_os_str().as_encoded_bytes();
    Key::of([root, of_log(log, inquiry).bytes()])
}

/// The same, wherever the folder lies.
pub(super) fn of_log(log: &Log, inquiry: &Inquiry<'_>) -> Key {
    let source = format!("{:?}", log.source);
    let layout = format!("{:?} {:?}", log.layout, log.packing);
    let delimiter = if log.has_header() { log.delimiter } else { 0 };
    Key::of([
        ENGINE.as_bytes(),
        log.file.as_bytes(),
        source.as_bytes(),
        layout.as_bytes(),
        &[delimiter],
        log.when.zone_name().unwrap_or_default().as_bytes(),
        format!("{:?} {:?}", inquiry.fields, inquiry.skew()).as_bytes(),
    ])
}

/// What the tallies of scans depend on besides the records: for each scan what its rule declares,
/// and the tables it joins with.
pub(super) fn of_scans(scans: &[&Scan]) -> Vec<Key> {
    // Several rules join with one table.
    let mut known: BTreeMap<*const Table, [u8; 32]> = BTreeMap::new();
    let mut of_table =
        |table: &Arc<Table>| known.entry(Arc::as_ptr(table)).or_insert_with(|| table.fingerprint()).to_vec();
    let mut key = |scan: &&Scan| {
        let mut parts = vec![ENGINE.as_bytes().to_vec(), scan.declared.as_bytes().to_vec()];
        let joined = scan.join.iter().flat_map(|join| join.tables());
        let expected = scan.expected.iter().flat_map(|expected| expected.tables());
        parts.extend(joined.chain(expected).map(&mut of_table));
        let names = scan.expected.iter().flat_map(|expected| expected.names());
        parts.extend(names.map(|name| format!("{name:?}").into_bytes()));
        Key::of(parts.iter().map(Vec::as_slice))
    };
    scans.iter().map(&mut key).collect()
}
