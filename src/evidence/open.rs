//! One file: found out what it holds, and read, or left as a log to be streamed.

mod imports;
mod logs;

use super::csv::{self, CsvRows};
use super::decode::{self, Packing};
use super::document::Document;
use super::events::{Log, When};
use super::exports::{Import, Imported, Importer};
use super::grid::{Grid, HeaderChoice};
use super::node::{Malformed, Node, NodeValue};
use super::recognize::Headers;
use super::{docx, json, lists, markdown, recognize, xlsx};
use crate::code::Code;
use crate::finding::{Diagnostic, count};
use crate::pack::{ExportFormat, Kind, LogSource, Packs, Shape};
use crate::place::Place;
use crate::source::Source;
use crate::world::{Entry, World};
use jiff::civil::Date;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

/// Bytes looked at to find out what a file is.
const HEAD: u64 = 256 << 10;
/// Tables and documents are held in memory; a larger one is refused.
const LARGEST: u64 = 1 << 30;
/// Files that are about the folder they stand in.
const ABOUT: &[&str] = &["README", "LICENSE", "LICENCE", "NOTICE", "CHANGELOG", "CONTRIBUTING", "COPYING"];
/// What a file holds.
#[derive(Debug, Default)]
pub(super) struct Opened {
    /// Tables, in order.
    pub(super) tables: Vec<Grid>,
    /// A document, with its tables among the tables.
    pub(super) document: Option<Arc<Document>>,
    /// Rows that an export of a tool gave.
    pub(super) imported: Vec<Imported>,
    /// A log.
    pub(super) log: Option<Log>,
    /// Bytes as they are on disk, when the file was read whole.
    pub(super) digest: Option<Digested>,
    /// What was met on the way.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Why the content is not all there, so that nothing may be concluded from what is missing.
    pub(super) incomplete: Option<String>,
}

impl Opened {
    /// Takes what an export gave.
    fn import(&mut self, import: Import) {
        self.imported.extend(import.tables);
        self.diagnostics.extend(import.diagnostics);
        self.incomplete = self.incomplete.take().or(import.incomplete);
    }
}

/// A file's bytes, digested.
#[derive(Clone, Debug)]
pub(super) struct Digested {
    pub(super) sha256: String,
    pub(super) bytes: u64,
}

/// What the workspace declares of a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Expected {
    /// Kinds of its tables; all kinds when nothing is declared.
    pub(super) kinds: Vec<Arc<Kind>>,
    /// The source of its records.
    pub(super) source: Option<Arc<LogSource>>,
    /// Row of the header, from 1.
    pub(super) header: Option<usize>,
    /// What is declared of its times.
    pub(super) when: When,
}

/// Opens files of one folder.
pub(super) struct Opener<'a> {
    pub(super) world: &'a dyn World,
    pub(super) root: &'a Path,
    pub(super) packs: &'a Packs,
    /// The day of judgement; what is judged on it was there by then.
    pub(super) as_of: Date,
}

impl Opener<'_> {
    pub(super) fn open(&self, entry: &Entry, expected: &Expected) -> Opened {
        let mut opened = Opened::default();
        if entry.bytes == 0 {
            opened.diagnostics.push(
                Diagnostic::note(Code::Empty, format!("{} holds nothing", entry.path)).at(whole(entry)),
            );
            opened.digest = Some(digest(&[]));
            return opened;
        }
        match self.head(entry) {
            Ok((packing, head)) => self.open_by_head(entry, expected, packing, &head, &mut opened),
            Err(reason) => self.unreadable(entry, &reason, &mut opened),
        }
        opened
    }

    /// The first bytes, unpacked, and how the file is packed.
    fn head(&self, entry: &Entry) -> Result<(Packing, Vec<u8>), String> {
        let open = || self.world.open(self.root, &entry.path).map_err(|error| error.reason);
        let mut first = Vec::new();
        open()?.take(4).read_to_end(&mut first).map_err(|error| error.to_string())?;
        let packing = Packing::of(&first);
        let mut head = Vec::new();
        // An archive that breaks off within the head still shows what it is up to there.
        let read = packing.unpack(open()?).take(HEAD).read_to_end(&mut head);
        if let Err(error) = read
            && head.is_empty()
        {
            return Err(error.to_string());
        }
        Ok((packing, head))
    }

    fn open_by_head(
        &self,
        entry: &Entry,
        expected: &Expected,
        packing: Packing,
        head: &[u8],
        opened: &mut Opened,
    ) {
        let name = unpacked_name(&entry.path, packing);
        if head.starts_with(b"PK\x03\x04") {
            return self.open_archive(entry, expected, name, opened);
        }
        let Some(text) = decode::decode_head(head) else {
            let message = format!("{} is no text, workbook or document that can be read", entry.path);
            opened.diagnostics.push(Diagnostic::note(Code::Unrecognized, message).at(whole(entry)));
            opened.digest = self.read_whole(entry, opened).map(|bytes| digest(&bytes));
            return;
        };
        let is_whole = (head.len() as u64) < HEAD;
        if let Some(log) = self.log(entry, expected, packing, name, &text, is_whole) {
            opened.log = Some(log);
            return;
        }
        let Some(bytes) = self.read_whole(entry, opened) else { return };
        opened.digest = Some(digest(&bytes));
        let mut unpacked = Vec::new();
        let read = packing.unpack(Box::new(bytes.as_slice())).take(LARGEST).read_to_end(&mut unpacked);
        if let Err(error) = read {
            let message = format!("{} breaks off: {error}", entry.path);
            opened.diagnostics.push(Diagnostic::error(Code::Incomplete, message).at(whole(entry)));
            opened.incomplete = Some("its archive breaks off".to_owned());
        }
        drop(bytes);
        self.open_text(entry, expected, name, unpacked, opened);
    }

    fn read_whole(&self, entry: &Entry, opened: &mut Opened) -> Option<Vec<u8>> {
        match self.world.read(self.root, &entry.path, LARGEST) {
            Ok(bytes) => Some(bytes),
            Err(error) => {
                self.unreadable(entry, &error.reason, opened);
                None
            }
        }
    }

    #[expect(clippy::unused_self, reason = "it reads as the others do")]
    fn unreadable(&self, entry: &Entry, reason: &str, opened: &mut Opened) {
        let message = format!("cannot read {}: {reason}", entry.path);
        let help = "make the file readable, or leave it out of the folder";
        opened.diagnostics.push(Diagnostic::error(Code::Unreadable, message).help(help).at(whole(entry)));
        opened.incomplete = Some("it cannot be read".to_owned());
    }

    fn open_archive(&self, entry: &Entry, expected: &Expected, name: &str, opened: &mut Opened) {
        let Some(bytes) = self.read_whole(entry, opened) else { return };
        opened.digest = Some(digest(&bytes));
        let lower = name.to_lowercase();
        if lower.ends_with(".docx") {
            match docx::read(&entry.path, &bytes) {
                Ok((document, tables)) => {
                    opened.document = Some(Arc::new(document));
                    opened.tables = tables;
                }
                Err(error) => self.unreadable(entry, &error.reason, opened),
            }
        } else if lower.ends_with(".xlsx") || lower.ends_with(".xlsm") {
            match xlsx::read(&entry.path, &bytes) {
                Ok(sheets) => sheets.into_iter().for_each(|sheet| self.add_sheet(expected, sheet, opened)),
                Err(error) => self.unreadable(entry, &error.reason, opened),
            }
        } else {
            let message = format!("{} is an archive of no kind that can be read", entry.path);
            opened.diagnostics.push(Diagnostic::note(Code::Unrecognized, message).at(whole(entry)));
        }
    }

    fn add_sheet(&self, expected: &Expected, sheet: xlsx::SheetText, opened: &mut Opened) {
        let source = Arc::new(sheet.source);
        if let Some(first) = sheet.hidden.first() {
            let message = format!("sheet {} has {}", sheet.name, count(sheet.hidden.len(), "hidden row"));
            let place = source.line(*first).place("hidden in the workbook");
            opened.diagnostics.push(Diagnostic::note(Code::HiddenRows, message).at(place));
        }
        let grid = self
            .build(expected, |choose| Grid::build(source, Some(sheet.name), sheet.rows.into_iter(), choose));
        opened.tables.push(grid);
    }

    /// Builds a table with its header where it was declared, or where it fits a kind best.
    fn build(&self, expected: &Expected, build: impl FnOnce(HeaderChoice<'_>) -> Grid) -> Grid {
        let kinds = if expected.kinds.is_empty() { self.table_kinds() } else { expected.kinds.clone() };
        match expected.header {
            Some(row) => build(&|_| row.saturating_sub(1)),
            None => build(&|rows| recognize::header_row(rows, &kinds)),
        }
    }

    fn table_kinds(&self) -> Vec<Arc<Kind>> {
        self.packs.kinds.values().filter(|kind| kind.shape == Shape::Table).cloned().collect()
    }

    fn open_text(&self, entry: &Entry, expected: &Expected, name: &str, bytes: Vec<u8>, opened: &mut Opened) {
        // No register and no document holds a NUL; what does is something else, or was damaged.
        let Some(decoded) = decode::decode(bytes).filter(|decoded| !decoded.text.contains('\0')) else {
            return self.unreadable(entry, "it is no text", opened);
        };
        if let Some(encoding) = decoded.encoding {
            let message = format!("{} is not UTF-8; it was read as {encoding}", entry.path);
            opened.diagnostics.push(Diagnostic::note(Code::Encoding, message).at(whole(entry)));
        }
        let source = Arc::new(Source::new(entry.path.clone(), decoded.text));
        if source.text().trim().is_empty() {
            opened.diagnostics.push(
                Diagnostic::note(Code::Empty, format!("{} holds nothing", entry.path)).at(whole(entry)),
            );
            return;
        }
        let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending).to_lowercase();
        match ending.as_str() {
            // What stands beside evidence to explain a folder is none.
            _ if ABOUT.contains(&recognize::stem(name).to_uppercase().as_str()) => {}
            "toml" => self.open_tree(expected, &source, Node::toml(source.text()), opened),
            "yaml" | "yml" => self.open_tree(expected, &source, Node::yaml(source.text()), opened),
            "csv" | "tsv" => self.open_rows(expected, &source, opened),
            "md" | "markdown" => self.open_markdown(expected, &source, opened),
            "json" | "ndjson" | "jsonl" | "sarif" => self.open_json(expected, &source, opened),
            _ if source.text().trim_start().starts_with(['{', '[']) && looks_like_json(source.text()) => {
                self.open_json(expected, &source, opened);
            }
            _ if source.text().trim_start().starts_with('<') => self.open_xml(expected, &source, opened),
            _ if self.is_rows(&source) => self.open_rows(expected, &source, opened),
            "log" => {
                let message = format!("{} is a log of no kind that is known", entry.path);
                let help = "bind it to a log source in preaudit.toml, or add a source to a pack";
                opened
                    .diagnostics
                    .push(Diagnostic::note(Code::Unrecognized, message).help(help).at(whole(entry)));
            }
            "txt" | "text" => opened.document = Some(Arc::new(Document::plain(source))),
            _ => {}
        }
    }

    fn open_tree(
        &self,
        expected: &Expected,
        source: &Arc<Source>,
        tree: Result<Node, Malformed>,
        opened: &mut Opened,
    ) {
        match tree {
            Ok(tree) => {
                if let Some((key, second)) = tree.duplicate_key() {
                    let place = source.span(second.range.clone()).place("the second time");
                    let message = format!("the key `{key}` stands twice");
                    opened.diagnostics.push(Diagnostic::warning(Code::DuplicateKey, message).at(place));
                    opened.incomplete = Some("a key stands twice in it".to_owned());
                    return;
                }
                match self.export(expected, ExportFormat::Json, &tree) {
                    Some(export) => {
                        opened.import(self.imported(export, source, |importer| importer.take(&tree)))
                    }
                    None => opened.tables.extend(lists::tables(source, &tree)),
                }
            }
            Err(error) => self.malformed(source, &error, opened),
        }
    }

    #[expect(clippy::unused_self, reason = "it reads as the others do")]
    fn malformed(&self, source: &Source, error: &Malformed, opened: &mut Opened) {
        let place = source.span(error.at..error.at + 1).place(error.reason.clone());
        let message = format!("cannot read {}: {}", source.name(), error.reason);
        opened
            .diagnostics
            .push(Diagnostic::error(Code::Unreadable, message).help("mend the file at this place").at(place));
        opened.incomplete = Some("it is malformed".to_owned());
    }

    fn open_json(&self, expected: &Expected, source: &Arc<Source>, opened: &mut Opened) {
        let mut lines = source.text().lines().filter(|line| !line.trim().is_empty());
        let first = lines.next().and_then(|line| json::read(line.trim()).ok());
        match first.filter(|first| matches!(first.value, NodeValue::Map(_)) && lines.next().is_some()) {
            Some(first) => match self.export(expected, ExportFormat::Json, &first) {
                Some(export) => {
                    let take = |importer: &mut Importer<'_>| {
                        self.object_lines(source, opened, |row| importer.take(&row));
                    };
                    let import = self.imported(export, source, take);
                    opened.import(import);
                }
                None => self.open_object_lines(source, opened),
            },
            None => self.open_tree(expected, source, json::read(source.text()), opened),
        }
    }

    /// One object a line, together a table.
    fn open_object_lines(&self, source: &Arc<Source>, opened: &mut Opened) {
        let mut rows = Vec::new();
        self.object_lines(source, opened, |row| rows.push(row));
        let list = Node { range: 0..source.text().len(), value: NodeValue::List(rows) };
        opened.tables.extend(lists::tables(source, &list));
    }

    /// One object a line: bad lines are set aside, the others are taken.
    #[expect(clippy::unused_self, reason = "it reads as the others do")]
    fn object_lines(&self, source: &Arc<Source>, opened: &mut Opened, mut take: impl FnMut(Node)) {
        let mut start = 0;
        for line in source.text().split_inclusive('\n') {
            let base = start + (line.len() - line.trim_start().len());
            start += line.len();
            if line.trim().is_empty() {
                continue;
            }
            let node = json::read(line.trim()).and_then(|mut node| {
                node.move_by(base);
                match node.duplicate_key() {
                    Some((key, _)) => {
                        Err(Malformed { at: 0, reason: format!("the key `{key}` stands twice") })
                    }
                    None => Ok(node),
                }
            });
            match node {
                Ok(node) => take(node),
                Err(error) => {
                    let place = source.span(base..base + line.trim().len()).place(error.reason.clone());
                    let message = format!("a record cannot be read: {}", error.reason);
                    opened.diagnostics.push(Diagnostic::warning(Code::BadRecord, message).at(place));
                    opened.incomplete = Some("a record of it cannot be read".to_owned());
                }
            }
        }
    }

    fn open_rows(&self, expected: &Expected, source: &Arc<Source>, opened: &mut Opened) {
        let delimiter = csv::delimiter(source.text());
        let mut rows = CsvRows::new(source.text(), delimiter);
        let header = CsvRows::new(source.text(), delimiter).next().unwrap_or_default();
        match self.export_of_rows(expected, source, &header) {
            Some(export) => opened.import(self.imported_rows(export, source, rows.by_ref())),
            None => {
                let grid = self
                    .build(expected, |choose| Grid::build(Arc::clone(source), None, rows.by_ref(), choose));
                opened.tables.push(grid);
            }
        }
        if let Some(swallowed) = rows.unterminated() {
            let lines = source.span(swallowed.clone()).text().lines().count();
            let place = source.span(swallowed).place("opened here and never closed");
            let message =
                format!("a quote is never closed; {} from here on were not read", count(lines, "line"));
            let help = "close the quote, or write it twice inside of a quoted cell";
            opened.diagnostics.push(Diagnostic::error(Code::UnterminatedQuote, message).help(help).at(place));
            opened.incomplete = Some("a quote in it is never closed".to_owned());
        }
        if let Some(at) = bare_carriage_return(source.text()) {
            let message = "rows end in a bare carriage return; lines are counted at line feeds";
            let place = source.span(at..at + 1).place("here");
            opened.diagnostics.push(Diagnostic::note(Code::BareCarriageReturn, message).at(place));
        }
    }

    fn open_markdown(&self, expected: &Expected, source: &Arc<Source>, opened: &mut Opened) {
        if self.is_rows(source) {
            let message = format!("{} holds rows of cells, whatever its name says", source.name());
            opened.diagnostics.push(
                Diagnostic::note(Code::Disguised, message).at(source.line(1).place("a header of cells")),
            );
            return self.open_rows(expected, source, opened);
        }
        let (document, tables) = markdown::read(source);
        opened.document = Some(Arc::new(document));
        opened.tables = tables;
    }

    /// True when the first line of a text is a header that some kind knows.
    fn is_rows(&self, source: &Source) -> bool {
        let delimiter = csv::delimiter(source.text());
        let first = source.line(1).text();
        if !first.contains(char::from(delimiter)) || first.trim_start().starts_with(['|', '#']) {
            return false;
        }
        let Some(header) = CsvRows::new(source.text(), delimiter).next() else { return false };
        let headers: Vec<String> =
            header.cells.iter().map(|cell| cell.text(source.text()).to_owned()).collect();
        let headers = Headers::new(&headers);
        header.cells.len() > 2
            && self.table_kinds().iter().any(|kind| headers.guess(None, kind, "").is_some())
    }
}

fn looks_like_json(text: &str) -> bool {
    let first = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim();
    json::read(first).is_ok() || json::read(text).is_ok()
}

fn bare_carriage_return(text: &str) -> Option<usize> {
    memchr::memchr_iter(b'\r', text.as_bytes())
        .find(|&at| text.as_bytes().get(at + 1) != Some(&b'\n') && at + 1 < text.len())
}

/// The name of a file without the ending of its packing.
fn unpacked_name(path: &str, packing: Packing) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    packing.ending().iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name)
}

fn whole(entry: &Entry) -> Place {
    Place::whole(&entry.path, "this file")
}

fn digest(bytes: &[u8]) -> Digested {
    use sha2::Digest as _;
    Digested { sha256: crate::pack::hex(&sha2::Sha256::digest(bytes)), bytes: bytes.len() as u64 }
}
