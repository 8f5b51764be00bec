//! Files that are logs, known by their first records.

use super::{Expected, Opener};
use crate::evidence::csv::{self, CsvRows};
use crate::evidence::decode::Packing;
use crate::evidence::events::{self, Layout, Log};
use crate::evidence::json;
use crate::evidence::node::{Node, NodeValue};
use crate::pack::{LogFormat, LogSource};
use crate::world::Entry;
use std::sync::Arc;

/// Lines looked at to find out what a log is.
const LINES: usize = 20;

impl Opener<'_> {
    /// The log that a file is, when its first records are those of a known source.
    pub(super) fn log(
        &self,
        entry: &Entry,
        expected: &Expected,
        packing: Packing,
        name: &str,
        text: &str,
        is_whole: bool,
    ) -> Option<Log> {
        if expected.source.is_none() && !expected.kinds.is_empty() {
            return None;
        }
        let found = self.source_of(expected, text, is_whole)?;
        let delimiter = csv::delimiter(text);
        let mut when = expected.when.clone();
        when.taken = when
            .taken
            .or_else(|| events::day_in_name(name))
            .or(entry.modified.map(|day| day.min(self.as_of)));
        let layout = match found.format {
            LogFormat::Json if is_object_lines(text, is_whole, &found) => Layout::Lines,
            LogFormat::Json => Layout::Elements(found.records.clone()),
            LogFormat::Csv => Layout::Rows,
            LogFormat::Syslog | LogFormat::Lines => Layout::Lines,
        };
        Some(Log { file: entry.path.clone(), source: found, layout, packing, delimiter, when })
    }

    fn source_of(&self, expected: &Expected, text: &str, is_whole: bool) -> Option<Arc<LogSource>> {
        if let Some(source) = &expected.source {
            return Some(Arc::clone(source));
        }
        let sources = self.packs.log_sources.values();
        if text.trim_start().starts_with(['{', '[']) {
            let fits = |source: &&Arc<LogSource>| {
                source.format == LogFormat::Json && json_fits(source, text, is_whole)
            };
            return sources.filter(fits).max_by_key(|source| source.needs.len()).cloned();
        }
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).take(LINES).collect();
        let fits = sources.map(|source| (lines_fit(source, &lines), source));
        let best = fits.max_by_key(|(fit, source)| (*fit, source.needs.len()))?;
        // Most of the lines must be of the source; some logs mix in others.
        (best.0 * 2 > lines.len()).then(|| Arc::clone(best.1))
    }
}

/// Lines that a source of text or rows can read.
fn lines_fit(source: &LogSource, lines: &[&str]) -> usize {
    match source.format {
        LogFormat::Json => 0,
        LogFormat::Syslog => lines.iter().filter(|line| events::parse_syslog(line).is_some()).count(),
        LogFormat::Lines => {
            let patterns = || source.patterns.iter().filter_map(|pattern| pattern.regex.get());
            lines.iter().filter(|line| patterns().any(|regex| regex.is_match(line))).count()
        }
        LogFormat::Csv => {
            let Some(first) = lines.first() else { return 0 };
            let Some(row) = CsvRows::new(first, csv::delimiter(first)).next() else { return 0 };
            let headers: Vec<String> =
                row.cells.iter().map(|cell| crate::pack::normalize_header(cell.text(first))).collect();
            let has = |need: &String| {
                need.split('|').any(|header| headers.contains(&crate::pack::normalize_header(header)))
            };
            if source.needs.iter().all(has) { lines.len() } else { 0 }
        }
    }
}

/// True when most of the first records have all that a source needs.
fn json_fits(source: &LogSource, text: &str, is_whole: bool) -> bool {
    let records = first_records(source, text, is_whole);
    let fitting = records.iter().filter(|record| events::has_needs(source, record)).count();
    fitting * 2 > records.len()
}

/// The first records of a JSON log, as far as its head goes.
fn first_records(source: &LogSource, text: &str, is_whole: bool) -> Vec<Node> {
    let layout = if is_object_lines(text, is_whole, source) {
        Layout::Lines
    } else {
        Layout::Elements(source.records.clone())
    };
    events::first_items(text, layout, LINES).iter().filter_map(|item| json::read(item).ok()).collect()
}

/// True when the first line is an object of its own and no envelope of this source.
fn is_object_lines(text: &str, is_whole: bool, source: &LogSource) -> bool {
    let mut lines = text.lines().filter(|line| !line.trim().is_empty());
    let (Some(first), second) = (lines.next(), lines.next()) else { return false };
    if second.is_none() && !is_whole {
        return false;
    }
    match json::read(first.trim()) {
        Ok(node @ Node { value: NodeValue::Map(_), .. }) => {
            !source.records.iter().any(|key| node.get(key).is_some())
        }
        _ => false,
    }
}
