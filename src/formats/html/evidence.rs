//! Evidence: what the conclusions rest on, how fresh it was, and every file with its digest.

use super::controls::coverage_name;
use super::words::Words;
use crate::pack::Coverage;
use crate::report::{EvidenceSeen, Report};
use serde::Serialize;
use std::collections::BTreeMap;

/// The evidence of a report.
#[derive(Debug, Serialize)]
pub(super) struct Evidence<'r> {
    rests_on: Vec<RestsOn>,
    conclusions: usize,
    fresh: usize,
    stale: usize,
    undated: usize,
    files: Vec<FileSeen<'r>>,
}

/// Conclusions that rest on one kind of evidence, and their part of a bar.
#[derive(Debug, Serialize)]
struct RestsOn {
    /// A word of the style.
    kind: &'static str,
    name: &'static str,
    count: usize,
    percent: usize,
    from: usize,
    width: usize,
}

#[derive(Debug, Serialize)]
struct FileSeen<'r> {
    anchor: usize,
    file: &'r str,
    table: Option<&'r str>,
    source: Option<&'r str>,
    kind: Option<&'r str>,
    records: u64,
    faults: u64,
    size: String,
    collected: Option<&'r str>,
    fresh_until: Option<&'r str>,
    is_stale: bool,
    sha256: &'r str,
    columns: Vec<(&'r str, &'r str)>,
    unused: String,
}

impl<'r> Evidence<'r> {
    /// Reads the evidence of a report.
    pub(super) fn of(report: &'r Report, words: &Words) -> Self {
        // Days are written so that the order of their texts is that of time.
        let is_stale =
            |file: &&EvidenceSeen| file.fresh_until.as_ref().is_some_and(|day| *day < report.as_of);
        let used = || report.evidence.iter().filter(|file| file.kind.is_some());
        let dated = used().filter(|file| file.fresh_until.is_some()).count();
        let stale = used().filter(is_stale).count();
        let file = |(anchor, file): (usize, &'r EvidenceSeen)| FileSeen {
            anchor,
            file: &file.file,
            table: file.table.as_deref(),
            source: file.source.as_deref(),
            kind: file.kind.as_deref(),
            records: file.records,
            faults: file.faults,
            size: size(file.bytes),
            collected: file.collected.as_deref(),
            fresh_until: file.fresh_until.as_deref(),
            is_stale: is_stale(&file),
            sha256: &file.sha256,
            columns: file.columns.iter().map(|(field, header)| (field.as_str(), header.as_str())).collect(),
            unused: file.unused.join(", "),
        };
        Self {
            rests_on: rests_on(&report.rests_on, words),
            conclusions: report.rests_on.values().sum(),
            fresh: dated - stale,
            stale,
            undated: used().count() - dated,
            files: report.evidence.iter().enumerate().map(file).collect(),
        }
    }
}

/// The first row of each file, which places lead to.
pub(super) fn anchors(report: &Report) -> BTreeMap<&str, usize> {
    let rows = report.evidence.iter().enumerate().rev();
    rows.map(|(row, file)| (file.file.as_str(), row)).collect()
}

fn rests_on(rests_on: &BTreeMap<Coverage, usize>, words: &Words) -> Vec<RestsOn> {
    let all: usize = rests_on.values().sum();
    let mut before = 0;
    let mut part = |(coverage, count): (&Coverage, &usize)| {
        let from = before * 1000 / all.max(1);
        before += count;
        RestsOn {
            kind: coverage.name(),
            name: coverage_name(*coverage, words),
            count: *count,
            percent: (count * 100 + all / 2) / all.max(1),
            from,
            width: before * 1000 / all.max(1) - from,
        }
    };
    rests_on.iter().map(&mut part).collect()
}

/// A size as people say it, in decimal units.
fn size(bytes: u64) -> String {
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..1_000 => format!("{bytes} B"),
        1_000..1_000_000 => format!("{} kB", tenths(1_000)),
        1_000_000..1_000_000_000 => format!("{} MB", tenths(1_000_000)),
        _ => format!("{} GB", tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::size;

    #[test]
    fn sizes_are_said_in_decimal_units() {
        let said = [999, 1_000, 1_999, 1_000_000, 2_350_000_000].map(size);
        assert_eq!(said, ["999 B", "1.0 kB", "1.9 kB", "1.0 MB", "2.3 GB"]);
    }
}
