//! Evidence with something else at one place.

use super::of_logs;
use super::of_tables;
use super::values::Values;
use crate::evidence::{FILE_NAME, Table};
use crate::pack::{Packs, Rule};
use crate::prove::case::{Asserts, Case, Parts};
use crate::prove::expect::Expectation;
use crate::prove::marks::Sample;
use crate::prove::mutants::{Edit, apply, lines};
use crate::prove::sitting::Sitting;
use crate::source::Source;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A change of the evidence of a case.
pub(super) struct Variation {
    /// What is changed, in words.
    pub(super) name: String,
    file: String,
    /// The changes of the file; nothing where it goes as a whole.
    edits: Option<Vec<Edit>>,
}

impl Variation {
    pub(super) fn new(name: String, file: &str, edits: Vec<Edit>) -> Self {
        Self { name, file: file.to_owned(), edits: Some(edits) }
    }

    fn without(file: &str) -> Self {
        Self { name: format!("without {file}"), file: file.to_owned(), edits: None }
    }

    /// The case with this change, which expects nothing yet.
    pub(super) fn of(&self, case: &Case) -> Option<Case> {
        let mut files = case.files.clone();
        match &self.edits {
            None => drop(files.remove(&self.file)?),
            Some(edits) => {
                let bytes = files.get_mut(&self.file)?;
                *bytes = apply(std::str::from_utf8(bytes).ok()?, edits.clone()).into_bytes();
            }
        }
        let nowhere = Arc::new(Source::new("", ""));
        let sample = |(file, bytes)| (file, Sample { bytes, written: (Arc::clone(&nowhere), 0) });
        let source = Arc::clone(&nowhere);
        let parts = Parts {
            path: case.path.clone(),
            rule: case.rule.clone(),
            state: case.state,
            as_of: case.as_of,
            workspace: case.workspace.clone(),
            samples: files.into_iter().map(sample).collect(),
            asserts: Asserts::Expectations(Expectation { source, name: 0..0, reason: None, expected: None }),
        };
        Case::new(parts).ok()
    }
}

/// All changes of a case.
pub(super) fn variations(
    rule: &Rule,
    packs: &Packs,
    sitting: &Sitting<'_>,
    read: &BTreeSet<(String, String)>,
) -> Vec<Variation> {
    let values = Values::new(rule, sitting.inspection.as_of);
    let mut all = Vec::new();
    let mut texts: BTreeMap<&str, &Table> = BTreeMap::new();
    let kinds: BTreeSet<&String> = rule.uses.iter().chain(&rule.may_use).collect();
    for kind in kinds.iter().filter_map(|kind| packs.kinds.get(*kind)) {
        let fields: BTreeSet<&str> =
            read.iter().filter(|(of, _)| *of == kind.id).map(|(_, field)| field.as_str()).collect();
        for table in written(sitting, &kind.id) {
            all.extend(of_tables::variations(table, &fields, &values));
            if table.document.is_some() {
                texts.insert(table.file(), table);
            }
        }
    }
    all.extend(texts.into_values().flat_map(of_text));
    all.extend(of_logs::variations(rule, sitting));
    let files = sitting.case.files.keys().filter(|file| *file != FILE_NAME);
    all.extend(files.map(|file| Variation::without(file)));
    all
}

/// The tables of a kind that stand in their files as they are; what was decoded stands elsewhere.
fn written<'s>(sitting: &'s Sitting<'_>, kind: &str) -> impl Iterator<Item = &'s Table> {
    let tables = sitting.inspection.evidence.tables.get(kind).into_iter().flatten();
    let is_written = |table: &&Arc<Table>| {
        let bytes = sitting.case.files.get(table.file());
        bytes.is_some_and(|bytes| bytes == table.grid.source.text().as_bytes())
    };
    tables.filter(is_written).map(|table| &**table)
}

/// Each line and each section of a document that is gone.
fn of_text(table: &Table) -> Vec<Variation> {
    let (text, file) = (table.grid.source.text(), table.file());
    let mut all = Vec::new();
    let mut start = 0;
    for (line, number) in text.split_inclusive('\n').zip(1..) {
        let range = start..start + line.len();
        start = range.end;
        if !line.trim().is_empty() {
            let name = format!("{file} without line {number}");
            all.push(Variation::new(name, file, vec![Edit::new(range, "")]));
        }
    }
    let headings = table.document.iter().flat_map(|document| &document.headings);
    let starts: Vec<usize> = headings.map(|heading| lines(text, heading.range.clone()).start).collect();
    for (number, start) in starts.iter().enumerate().skip(1) {
        let end = starts.get(number + 1).copied().unwrap_or(text.len());
        let name = format!("{file} without section {number}");
        all.push(Variation::new(name, file, vec![Edit::new(*start..end, "")]));
    }
    all
}
