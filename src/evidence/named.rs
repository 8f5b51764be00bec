//! Files that evidence names as what somebody looked at, each with the SHA-256 it had then.
//!
//! `photos/door.jpg sha256:9f86…` is one; several are apart by `;` or stand on lines of their own. A
//! file need not be evidence of any kind to be looked at: a photograph, a plan. Of those in the
//! folder the digest is taken, so that a rule can say whether they are still the same.

use super::events::digest;
use super::{Evidence, Row, Table};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::Holds;
use crate::place::Place;
use crate::world::{Entry, EntryKind, World};
use rayon::prelude::*;
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, LazyLock};

/// `door.jpg sha256:9f86…`, `door.jpg (SHA-256 9f86…)`, `door.jpg 9f86…`.
static WITH_DIGEST: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r"^(?P<name>.*?)[\s,(]*(?:(?i:sha-?256)[\s:=]*)?(?P<hex>[0-9A-Fa-f]{64})\)?$";
    Regex::new(text).ok()
});

/// A file that a cell names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedFile {
    /// Path relative to the scanned folder, with `/`.
    pub name: String,
    /// The SHA-256 that the cell states, in lower case.
    pub sha256: Option<String>,
}

/// The files that a text names, in order.
pub fn named_files(text: &str) -> Vec<NamedFile> {
    text.split([';', '\n']).filter_map(one).collect()
}

/// One name, with the digest behind it where one stands there.
fn one(item: &str) -> Option<NamedFile> {
    let item = item.trim();
    let found = WITH_DIGEST.as_ref().and_then(|pattern| pattern.captures(item));
    let (name, sha256) = match &found {
        Some(found) => (&found["name"], Some(found["hex"].to_ascii_lowercase())),
        None => (item, None),
    };
    let name = name.replace('\\', "/");
    let name = name.strip_prefix("./").unwrap_or(&name);
    (!name.is_empty()).then(|| NamedFile { name: name.to_owned(), sha256 })
}

/// Takes the digests of all files of a folder that evidence names. They are no strays, so nobody is
/// told that they were not used.
pub(super) fn take_digests(evidence: &mut Evidence, entries: &[Entry], world: &dyn World) {
    let named = names(evidence);
    let known = evidence.files.iter().filter(|seen| !seen.sha256.is_empty());
    let known: BTreeMap<String, String> =
        known.map(|seen| (seen.file.clone(), seen.sha256.clone())).collect();
    let is_new = |entry: &&Entry| {
        entry.kind == EntryKind::File && named.contains(&entry.path) && !known.contains_key(&entry.path)
    };
    let new: Vec<&Entry> = entries.iter().filter(is_new).collect();
    let root = evidence.root.clone();
    let taken: Vec<_> = new.par_iter().map(|entry| digest(world, &root, &entry.path)).collect();
    evidence.digests = known;
    for (entry, taken) in new.into_iter().zip(taken) {
        match taken {
            Ok((sha256, _)) => drop(evidence.digests.insert(entry.path.clone(), sha256)),
            Err(error) => {
                let place = Place::whole(&entry.path, "named as looked at");
                evidence.diagnostics.push(Diagnostic::warning(Code::Unreadable, error.to_string()).at(place));
            }
        }
    }
    let is_stray = |one: &Diagnostic| matches!(one.code, Code::Unbound | Code::Unrecognized);
    let is_named = |one: &Diagnostic| one.places.iter().any(|place| named.contains(&place.file));
    evidence.diagnostics.retain(|one| !(is_stray(one) && is_named(one)));
}

/// The names of all files that evidence names.
fn names(evidence: &Evidence) -> BTreeSet<String> {
    let tables = evidence.tables.values().flatten();
    let rows = tables.flat_map(|table| file_fields(table).into_iter().map(move |field| (table, field)));
    let cells =
        rows.flat_map(|(table, field)| table.rows().map(move |row: Row| named_files(row.text(&field))));
    cells.flatten().map(|file| file.name).collect()
}

fn file_fields(table: &Arc<Table>) -> Vec<String> {
    let fields = table.kind.fields.iter().filter(|(_, field)| field.holds == Holds::Files);
    fields.map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_with_their_digests() {
        let hex = "0123456789abcdef".repeat(4);
        let text = format!(
            "photos/side door.jpg sha256:{hex}; ./plan.pdf (SHA-256 {}); notes\\walk.md {hex}; sha256-list.txt, sha256={hex}",
            hex.to_uppercase()
        );
        let found = named_files(&text);
        let names: Vec<&str> = found.iter().map(|file| file.name.as_str()).collect();
        assert_eq!(names, ["photos/side door.jpg", "plan.pdf", "notes/walk.md", "sha256-list.txt"]);
        assert!(found.iter().all(|file| file.sha256.as_deref() == Some(hex.as_str())));
    }

    #[test]
    fn a_name_without_a_whole_digest_has_none() {
        let short = "ab".repeat(31);
        for text in ["photos/door.jpg".to_owned(), format!("photos/door.jpg {short}"), "größe.é".to_owned()]
        {
            let [file] = &named_files(&text)[..] else { panic!("one file") };
            assert_eq!(file.sha256, None, "{text}");
        }
        assert_eq!(named_files(" ; \n"), []);
    }
}
