//! Evidence: files become tables, documents and logs, with the place of everything.
//!
//! In comes a folder and what `preaudit.toml` says of it; out go tables and documents by kind, logs
//! that are not read yet, and how every file was understood. Nothing here judges anyone. A rule
//! never sees a file format.

mod age;
mod bound;
mod collect;
mod columns;
mod copies;
mod csv;
mod dates;
mod decision;
mod decode;
mod document;
mod docx;
mod events;
mod exports;
mod grid;
mod identity;
mod inspect;
mod json;
mod lengths;
mod lists;
mod markdown;
mod named;
mod names;
mod node;
mod numbers;
mod open;
mod params;
mod path_pattern;
mod persons;
mod ragged;
mod recognize;
mod row;
mod sample;
mod table;
mod transit;
mod value;
mod workspace;
mod workspace_text;
mod xlsx;
mod xml;

pub use age::Collected;
pub use bound::{Bound, Sentence};
pub use collect::{Scope, collect};
pub use decision::{Override, Waiver};
pub use document::{Document, Heading, Link, Property};
pub use events::{
    Clocks, Fold, Log, LogRead, Position, Reached, Record, RecordReader, Scalar, Spent, fragment,
};
pub use identity::Identities;
pub use named::{NamedFile, named_files};
pub use names::is_same_person;
pub use params::{Bind, Given, Wanted};
pub use row::Row;
pub use sample::sample;
pub use table::{Person, Table};
pub use transit::among;
pub use value::{Decision, Value};
pub use workspace::{Binding, FILE_NAME, Workspace};
pub use workspace_text::Audit;

use crate::finding::Diagnostic;
use crate::place::Place;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// All evidence of a run.
#[derive(Debug, Default)]
pub struct Evidence {
    /// The folder that paths are relative to.
    pub root: PathBuf,
    /// What `preaudit.toml` says.
    pub workspace: Workspace,
    /// Tables and documents by kind, in the order of their files.
    pub tables: BTreeMap<String, Vec<Arc<Table>>>,
    /// Logs in the order of their files.
    pub logs: Vec<Log>,
    /// How every file was understood, in order; logs are counted when they are scanned.
    pub files: Vec<FileSeen>,
    /// Why nothing may be concluded from what a kind does not show, by kind; the empty name stands
    /// for logs.
    pub unfit: BTreeMap<String, Vec<Unfit>>,
    /// The same for what is too old on the day of judgement; see [`Evidence::age`].
    pub stale: BTreeMap<String, Vec<Unfit>>,
    /// Files that `preaudit.toml` dates and that may grow too old.
    pub collected: Vec<Collected>,
    /// Parameters that `preaudit.toml` binds to sentences of documents, and what these say.
    pub bound: Bound,
    /// SHA-256 in hexadecimal, by path, of files that are held whole and of all that evidence names.
    pub digests: BTreeMap<String, String>,
    /// What was met on the way.
    pub diagnostics: Vec<Diagnostic>,
}

/// How a file, or one table of it, was understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileSeen {
    /// Path relative to the root.
    pub file: String,
    /// The kind; none when it is not used.
    pub kind: Option<String>,
    /// Sheet of a workbook, or heading above a table.
    pub table: Option<String>,
    /// Source of a log, or export of a tool.
    pub source: Option<String>,
    /// How sure that is, in percent; 100 when it is declared.
    pub sure: usize,
    /// True when `preaudit.toml` says so.
    pub is_declared: bool,
    /// SHA-256 of the file's bytes, in hexadecimal.
    pub sha256: String,
    /// Bytes of the file.
    pub bytes: u64,
    /// Rows, events, or one for a document.
    pub records: usize,
    /// Rows or events that were set aside.
    pub faults: usize,
    /// Field to header.
    pub columns: BTreeMap<String, String>,
    /// Headers that are no field of the kind.
    pub unused: Vec<String>,
}

/// Why a kind of evidence proves no conformity.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Unfit {
    /// Why, a fragment that follows "the evidence is incomplete: ".
    pub reason: String,
    /// Where that shows.
    pub place: Option<Place>,
}

impl Evidence {
    /// The rows of a kind, in the order of their files.
    pub fn rows(&self, kind: &str) -> impl Iterator<Item = Row> {
        self.tables.get(kind).into_iter().flatten().flat_map(Table::rows)
    }

    /// Rows of a kind that were set aside because they cannot be read.
    pub fn set_aside(&self, kind: &str) -> usize {
        self.tables.get(kind).into_iter().flatten().map(|table| table.grid.ragged.len()).sum()
    }
}
