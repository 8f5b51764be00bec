//! Reads the records of one export into tables.

use super::fill::{Filled, Filler, nothing_at, word_at};
use super::find::{Finder, Scope, elements};
use crate::code::Code;
use crate::evidence::grid::{Cell, Grid, RawRow};
use crate::evidence::node::{Node, NodeValue};
use crate::finding::{Diagnostic, count};
use crate::pack::{Export, ExportPath, ExportRecords, Holds, Kind, Packs, Reading};
use crate::place::Place;
use crate::source::Source;
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use std::ops::Range;
use std::sync::Arc;

/// Records that cannot be read and are pointed at; the others are counted.
const FAULTS_TOLD: usize = 50;
/// The tool whose reports are no evidence: what we said does not prove that we were right.
const OURSELVES: &str = "preaudit";
/// The field that says what sort of thing was found.
const CATEGORY: &str = "category";
/// The field with the controls that it counts against, and the one that says who said so.
const CONTROLS: &str = "controls";
const MAPPED_BY: &str = "mapped_by";

/// Rows of one kind.
#[derive(Debug)]
pub(in crate::evidence) struct Imported {
    /// The export.
    pub(in crate::evidence) export: Arc<Export>,
    /// The kind.
    pub(in crate::evidence) kind: Arc<Kind>,
    /// The rows, a column a field.
    pub(in crate::evidence) grid: Grid,
    /// Records that were set aside.
    pub(in crate::evidence) faults: usize,
}

/// All that one file gave.
#[derive(Debug, Default)]
pub(in crate::evidence) struct Import {
    /// Rows by kind; a kind of which there are none too.
    pub(in crate::evidence) tables: Vec<Imported>,
    /// What was met on the way.
    pub(in crate::evidence) diagnostics: Vec<Diagnostic>,
    /// Why it is not all there.
    pub(in crate::evidence) incomplete: Option<String>,
}

/// Reads one export, tree by tree: a file of JSON or XML is one, a line or row another.
pub(in crate::evidence) struct Importer<'p> {
    packs: &'p Packs,
    export: Arc<Export>,
    source: Arc<Source>,
    tables: Vec<Imported>,
    /// Digests of what tells the rows so far from others.
    seen: HashSet<[u8; 32]>,
    faults: Vec<Place>,
    faulty: usize,
    /// Rows that stood there before, and the first of them.
    repeated: usize,
    repeated_at: Option<Place>,
    is_our_own: bool,
    import: Import,
}

impl<'p> Importer<'p> {
    pub(in crate::evidence) fn new(packs: &'p Packs, export: Arc<Export>, source: Arc<Source>) -> Self {
        let mut fields: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for records in &export.records {
            fields.entry(&records.kind).or_default().extend(records.fields.keys().map(String::as_str));
        }
        let table = |(kind, mut fields): (&str, Vec<&str>)| {
            let kind = packs.kinds.get(kind)?;
            if fields.contains(&CATEGORY) {
                fields.extend([CONTROLS, MAPPED_BY]);
            }
            fields.sort_unstable();
            fields.dedup();
            let headers = fields.into_iter().map(|field| (field.to_owned(), Cell::MISSING)).collect();
            let grid = Grid::new(Arc::clone(&source), None, headers);
            Some(Imported { export: Arc::clone(&export), kind: Arc::clone(kind), grid, faults: 0 })
        };
        let tables = fields.into_iter().filter_map(table).collect();
        Self {
            packs,
            tables,
            export,
            source,
            seen: HashSet::new(),
            faults: Vec::new(),
            faulty: 0,
            repeated: 0,
            repeated_at: None,
            is_our_own: false,
            import: Import::default(),
        }
    }

    /// Reads the records of a tree.
    pub(in crate::evidence) fn take(&mut self, tree: &Node) {
        let finder = Finder::default();
        for root in elements(tree) {
            self.note_shortfalls(root, &finder);
            let export = Arc::clone(&self.export);
            for records in &export.records {
                self.visit(root, records, &mut Vec::new(), &finder);
            }
        }
    }

    /// Reads a row of CSV under its header. A row may end in more empty cells than the header has.
    pub(in crate::evidence) fn take_row(&mut self, headers: &[String], row: RawRow) {
        let range = row.range();
        let source = Arc::clone(&self.source);
        let is_blank = |cell: &crate::evidence::grid::RawCell| cell.text(source.text()).trim().is_empty();
        if row.cells.iter().all(is_blank) {
            return;
        }
        let more = row.cells.get(headers.len()..).unwrap_or_default();
        if row.cells.len() < headers.len() || !more.iter().all(is_blank) {
            let cells = count(row.cells.len(), "cell");
            return self.fault(range, format!("{cells} for {}", count(headers.len(), "column")));
        }
        let entry = |(header, cell): (&String, &crate::evidence::grid::RawCell)| {
            let value = NodeValue::Text(cell.text(source.text()).to_owned());
            (header.clone(), Node { range: cell.range.clone(), value })
        };
        let entries = headers.iter().zip(&row.cells).map(entry).collect();
        self.take(&Node { range, value: NodeValue::Map(entries) });
    }

    /// A record that cannot be read.
    pub(in crate::evidence) fn fault(&mut self, range: Range<usize>, reason: impl Into<String>) {
        self.faulty += 1;
        if self.faults.len() < FAULTS_TOLD {
            self.faults.push(self.source.span(range).place_alone(reason));
        }
    }

    /// What the file gave, once all of it was read.
    pub(in crate::evidence) fn finish(mut self) -> Import {
        let name = self.source.name().to_owned();
        if self.is_our_own {
            let message = format!("{name} is a report of preaudit itself, and no evidence");
            let place = Place::whole(&name, "not used");
            self.import.diagnostics.push(Diagnostic::note(Code::Unrecognized, message).at(place));
            return Import { diagnostics: self.import.diagnostics, ..Import::default() };
        }
        if self.faulty > 0 {
            let what = count(self.faulty, "record");
            let message = format!("{what} of {name} cannot be read as {}, set aside", self.export.title);
            let diagnostic =
                Diagnostic { places: self.faults, ..Diagnostic::warning(Code::BadRecord, message) };
            self.import.diagnostics.push(diagnostic);
            self.import.incomplete.get_or_insert_with(|| format!("{what} of it cannot be read"));
        }
        if let Some(place) = self.repeated_at {
            let done =
                if self.repeated == 1 { "repeats another and counts" } else { "repeat others and count" };
            let message = format!("{} of {name} {done} once", count(self.repeated, "record"));
            self.import.diagnostics.push(Diagnostic::note(Code::RepeatedRecord, message).at(place));
        }
        if let Some(table) = self.tables.first_mut() {
            table.faults = self.faulty;
        }
        self.import.tables = self.tables;
        self.import
    }

    /// What the export says itself of not being whole, each reason once.
    fn note_shortfalls(&mut self, root: &Node, finder: &Finder) {
        let (at, trail) = (ExportPath::default(), [root]);
        let scope = Scope { at: &at, trail: &trail };
        let export = Arc::clone(&self.export);
        for shortfall in &export.incomplete {
            let Some(by) = finder.fulfilled(&shortfall.when, scope) else { continue };
            if self.import.incomplete.as_ref() == Some(&shortfall.because) {
                continue;
            }
            let range = by.map_or(0..0, |node| node.range.clone());
            let message = format!("{} is not whole: {}", self.source.name(), shortfall.because);
            let help = "export it again once the tool has run to its end";
            let place = self.source.span(range).place_alone(shortfall.because.clone());
            let diagnostic = Diagnostic::warning(Code::Incomplete, message).help(help).at(place);
            self.import.diagnostics.push(diagnostic);
            self.import.incomplete.get_or_insert_with(|| shortfall.because.clone());
        }
    }

    /// Goes down to the records, and keeps what they lie in.
    fn visit<'n>(
        &mut self,
        node: &'n Node,
        records: &ExportRecords,
        trail: &mut Vec<&'n Node>,
        finder: &Finder,
    ) {
        for element in elements(node) {
            match &element.value {
                NodeValue::Map(_) => {}
                // Tools write null for an empty list.
                NodeValue::Null => continue,
                _ => {
                    self.fault(element.range.clone(), "no record of this export");
                    continue;
                }
            }
            trail.push(element);
            match records.at.steps.get(trail.len() - 1) {
                None => self.add(records, trail, finder),
                Some(step) => {
                    let scope = Scope { at: &records.at, trail };
                    for below in finder.below(element, step, scope) {
                        self.visit(below, records, trail, finder);
                    }
                }
            }
            trail.pop();
        }
    }

    fn add(&mut self, records: &ExportRecords, trail: &[&Node], finder: &Finder) {
        let scope = Scope { at: &records.at, trail };
        let Some(record) = trail.last() else { return };
        if !records.among.iter().all(|condition| finder.fulfilled(condition, scope).is_some()) {
            return;
        }
        let Some(table) = self.tables.iter().position(|table| table.kind.id == records.kind) else { return };
        let kind = Arc::clone(&self.tables[table].kind);
        let source = Arc::clone(&self.source);
        let filler = Filler { source: &source, finder, scope };
        let mut row = filled(&filler, records, &kind, &record.range);
        let text = |row: &BTreeMap<&str, Filled>, field: &str| {
            row.get(field).map(|filled| text(&source, filled).to_owned()).unwrap_or_default()
        };
        if text(&row, "tool").eq_ignore_ascii_case(OURSELVES) {
            self.is_our_own = true;
            return;
        }
        let lacking =
            kind.essential.iter().find(|group| group.iter().all(|field| text(&row, field).is_empty()));
        if let Some(group) = lacking {
            let first = group.first().map_or("", String::as_str).replace('_', " ");
            return self.fault(record.range.clone(), format!("no {first}"));
        }
        self.map_controls(&mut row);
        if self.is_repeated(records, &row) {
            if records.unique.is_empty() {
                self.repeated += 1;
                let place = || source.span(record.range.clone()).place_alone("the second time");
                self.repeated_at.get_or_insert_with(place);
            }
            return;
        }
        let anchor = record.range.start;
        let table = &mut self.tables[table];
        let headers = table.grid.headers.clone();
        let cell = |field: &String| row.remove(field.as_str()).unwrap_or_else(|| nothing_at(anchor));
        table.grid.push_record(&record.range, headers.iter().map(cell).collect::<Vec<_>>().into_iter());
    }

    /// Says against which controls a finding counts, where the tool does not say it, and who said it.
    fn map_controls(&self, row: &mut BTreeMap<&str, Filled>) {
        let Some(category) = row.get(CATEGORY) else { return };
        let at = category.0.range().unwrap_or_default();
        let name = text(&self.source, category).to_owned();
        let says_itself =
            row.get(CONTROLS).is_some_and(|controls| !text(&self.source, controls).trim().is_empty());
        if says_itself {
            row.insert(MAPPED_BY, word_at(&at, "export"));
        } else if let Some(category) = self.packs.categories.get(&name) {
            let ids: Vec<String> = category.controls.iter().map(ToString::to_string).collect();
            row.insert(CONTROLS, word_at(&at, &ids.join("; ")));
            row.insert(MAPPED_BY, word_at(&at, "judgement"));
        }
    }

    fn is_repeated(&mut self, records: &ExportRecords, row: &BTreeMap<&str, Filled>) -> bool {
        let mut hash = Sha256::new();
        hash.update(records.kind.as_bytes());
        for (field, filled) in row {
            if records.unique.is_empty() || records.unique.iter().any(|unique| unique == field) {
                let text = text(&self.source, filled);
                hash.update((text.len() as u64).to_le_bytes());
                hash.update(text.as_bytes());
            }
        }
        !self.seen.insert(hash.finalize().into())
    }
}

/// The fields of a record, those first that stand in it, so that the others can be shown there.
fn filled<'r>(
    filler: &Filler<'_, '_>,
    records: &'r ExportRecords,
    kind: &Kind,
    record: &Range<usize>,
) -> BTreeMap<&'r str, Filled> {
    let start = record.start..record.start;
    // A constant is no place to show others at.
    let own = |readings: &[Reading]| {
        let first = readings.first().filter(|reading| !matches!(reading, Reading::Constant(_)))?;
        let (cell, _) = filler.fill(std::slice::from_ref(first), Holds::Text, &start)?;
        cell.range()
            .filter(|range| range.start >= record.start && range.end <= record.end && !range.is_empty())
    };
    let anchor =
        kind.key.iter().filter_map(|field| records.fields.get(field)).find_map(|readings| own(readings));
    let anchor = anchor.unwrap_or(start);
    let fill = |(field, readings): (&'r String, &'r Vec<Reading>)| {
        let holds = kind.fields.get(field).map_or(Holds::Text, |field| field.holds);
        Some((field.as_str(), filler.fill(readings, holds, &anchor)?))
    };
    let mut row: BTreeMap<&str, Filled> = records.fields.iter().filter_map(fill).collect();
    for field in records.fields.keys() {
        row.entry(field).or_insert_with(|| nothing_at(anchor.start));
    }
    row
}

fn text<'t>(source: &'t Source, (cell, text): &'t Filled) -> &'t str {
    match (text, cell.range()) {
        (Some(text), _) => text,
        (None, Some(range)) => source.text().get(range).unwrap_or_default(),
        (None, None) => "",
    }
}
