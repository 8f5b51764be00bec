//! What the pieces share: the built-in pack, files in memory, and how to judge them.

use crate::generator::Exceptions;
use preaudit::audit::{self, Request};
use preaudit::evidence::{self, Evidence, Scope};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::report::Report;
use preaudit::script::{self, Rules};
use preaudit::world::{Disk, Shelf};
use std::sync::OnceLock;

/// The day on which everything is judged.
pub(crate) const DAY: jiff::civil::Date = jiff::civil::date(2026, 7, 1);

/// Files in memory.
pub(crate) fn shelf<const N: usize>(files: [(&str, Vec<u8>); N]) -> Shelf {
    Shelf::new(files.map(|(path, bytes)| (path.to_owned(), bytes)).into(), DAY)
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
pub(crate) fn collect(shelf: &Shelf) -> Evidence {
    let scope = scope();
    audit::in_threads(Some(1), || evidence::collect(&built_in().0, &scope, shelf)).unwrap()
}

/// Judges evidence in one thread.
pub(crate) fn judge(shelf: &Shelf) -> Report {
    let request = Request { scope: scope(), ..Request::default() };
    let (packs, rules) = built_in();
    audit::in_threads(Some(1), || audit::judge(packs, rules, &request, shelf)).unwrap()
}

fn scope() -> Scope {
    Scope { as_of: Some(DAY), ..Scope::default() }
}

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
