//! What the pieces share: the built-in pack, files in memory, and how to judge them.

use preaudit::audit::{self, Request};
use preaudit::evidence::{self, Evidence, Scope};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::report::Report;
use preaudit::script::{self, Rules};
use preaudit::world::{Disk, Entry, EntryKind, Unreadable, World};
use std::collections::BTreeMap;
use std::io::{Cursor, Read};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The day on which everything is judged.
pub(crate) const DAY: jiff::civil::Date = jiff::civil::date(2026, 7, 1);

/// Files in memory. Unlike a `Shelf` it hands out files without copying them, which would be
/// timed as well.
#[derive(Default)]
pub(crate) struct Ram(BTreeMap<String, Arc<[u8]>>);

impl Ram {
    /// The same with one more file.
    pub(crate) fn with(mut self, path: &str, bytes: impl Into<Arc<[u8]>>) -> Self {
        self.0.insert(path.to_owned(), bytes.into());
        self
    }
}

impl World for Ram {
    fn today(&self) -> jiff::civil::Date {
        DAY
    }

    fn list(&self, _: &Path) -> Result<Vec<Entry>, Unreadable> {
        let entry = |(path, bytes): (&String, &Arc<[u8]>)| Entry {
            path: path.clone(),
            bytes: bytes.len() as u64,
            modified: Some(DAY),
            kind: EntryKind::File,
        };
        Ok(self.0.iter().map(entry).collect())
    }

    fn open(&self, _: &Path, file: &str) -> Result<Box<dyn Read + Send>, Unreadable> {
        let missing = || Unreadable { path: file.to_owned(), reason: "no such file".to_owned() };
        Ok(Box::new(Cursor::new(Arc::clone(self.0.get(file).ok_or_else(missing)?))))
    }
}

/// The built-in pack, loaded and compiled once.
pub(crate) fn built_in() -> &'static (Packs, Rules) {
    static LOADED: OnceLock<(Packs, Rules)> = OnceLock::new();
    LOADED.get_or_init(load)
}

/// Loads and compiles the built-in pack.
pub(crate) fn load() -> (Packs, Rules) {
    let packs = pack::load(&[PackRef::BuiltIn], &Disk::default()).unwrap();
    let rules = script::compile(&packs).unwrap();
    (packs, rules)
}

/// Reads evidence in one thread.
pub(crate) fn collect(ram: &Ram) -> Evidence {
    let scope = scope();
    audit::in_threads(Some(1), || evidence::collect(&built_in().0, &scope, ram)).unwrap()
}

/// Judges evidence in one thread.
pub(crate) fn judge(ram: &Ram) -> Report {
    let request = Request { scope: scope(), ..Request::default() };
    let (packs, rules) = built_in();
    audit::in_threads(Some(1), || audit::judge(packs, rules, &request, ram)).unwrap()
}

fn scope() -> Scope {
    Scope { as_of: Some(DAY), ..Scope::default() }
}

/// Exceptions by rule: what an input holds, or what was found in it.
pub(crate) type Exceptions = BTreeMap<&'static str, usize>;

/// Stops when the rules found anything else than the input holds.
pub(crate) fn check_exceptions(report: &Report, expected: &Exceptions) {
    for (&rule, &exceptions) in expected {
        let findings = report.findings.iter().filter(|finding| finding.rule == rule);
        let found: usize = findings.map(|finding| finding.exceptions).sum();
        assert_eq!(found, exceptions, "exceptions of {rule}");
    }
}

/// `1,234,567`.
pub(crate) fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let lead = digits.len() % 3;
    let (head, rest) = digits.split_at(lead);
    let groups = rest.as_bytes().chunks(3).map(|group| String::from_utf8_lossy(group).into_owned());
    let head = (!head.is_empty()).then(|| head.to_owned());
    head.into_iter().chain(groups).collect::<Vec<_>>().join(",")
}

/// `64.0 MB`.
pub(crate) fn megabytes(bytes: usize) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
