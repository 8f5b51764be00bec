//! Mutants of evidence: only what the rule reads is changed, since all else rightly does not matter.

use super::edit::{Edit, apply, lines};
use super::notice::Level;
use crate::evidence::{Log, Record, Table, Value};
use crate::pack::{Form, Holds, Kind, LogFormat, Packs, Rule, Shape};
use crate::prove::sitting::Sitting;
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

/// Files whose rows stand on lines of their own.
const BY_LINES: [&str; 6] = [".csv", ".tsv", ".md", ".jsonl", ".ndjson", ".log"];

/// Evidence of one kind, changed in one way.
pub(super) struct Spoiled {
    kind: Arc<Kind>,
    /// What is changed: a field, `person`, `time`; nothing where whole rows go.
    what: String,
    /// The columns that hold it.
    fields: Vec<String>,
    how: How,
}

/// How evidence is changed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum How {
    /// The column is gone from all tables of the kind.
    Dropped,
    /// One cell is empty.
    Blanked,
    /// One day is the next, or the one before.
    Moved(i64),
    /// Every second row is gone.
    Halved,
}

/// The ways to change what a rule reads of evidence, by kind and field.
pub(super) fn spoiled(rule: &Rule, packs: &Packs, read: &BTreeSet<(String, String)>) -> Vec<Spoiled> {
    let mut fields = read.clone();
    fields.extend(declared(rule, packs));
    let mut all = Vec::new();
    let kinds = rule.uses.iter().chain(&rule.may_use).filter_map(|kind| packs.kinds.get(kind));
    let kinds: BTreeMap<&String, &Arc<Kind>> = kinds.map(|kind| (&kind.id, kind)).collect();
    for kind in kinds.into_values() {
        let own = fields.iter().filter(|(of, _)| *of == kind.id).map(|(_, field)| field);
        for field in own {
            let (columns, is_date) = columns(kind, field, packs);
            let mut add = |how| {
                all.push(Spoiled {
                    kind: Arc::clone(kind),
                    what: field.clone(),
                    fields: columns.clone(),
                    how,
                });
            };
            if kind.shape == Shape::Table {
                add(How::Dropped);
            }
            add(How::Blanked);
            if is_date && is_reckoned_with(rule, field) {
                add(How::Moved(1));
                add(How::Moved(-1));
            }
        }
        if kind.shape != Shape::Document {
            let (what, fields) = (String::new(), Vec::new());
            all.push(Spoiled { kind: Arc::clone(kind), what, fields, how: How::Halved });
        }
    }
    all
}

/// What rules say that reckon with the time of records.
const OF_TIME: [&str; 5] = [".time", ".first", ".last", ".silence", ".period"];

/// True when a rule does more with a field than to ask whether it is there: only then a day matters.
fn is_reckoned_with(rule: &Rule, field: &str) -> bool {
    let conditions = rule.expressions().into_iter().filter(|one| !one.is_message());
    let texts = conditions.map(|one| one.text.as_str()).chain(rule.script.iter().map(|script| script.text()));
    let texts: Vec<&str> = texts.collect();
    if let (Form::Scan(scan), "time") = (&rule.form, field) {
        let declares = [&scan.window, &scan.gap, &scan.every].into_iter().any(Option::is_some);
        let says = || texts.iter().any(|text| OF_TIME.iter().any(|word| text.contains(word)));
        return declares || scan.then.is_some() || says();
    }
    let name = format!(".{field}");
    let mut uses = texts.iter().flat_map(|text| text.split(&*name).skip(1)).peekable();
    let asks_whether = |rest: &str| ["== ()", "!= ()"].iter().any(|asks| rest.trim_start().starts_with(asks));
    // What is read without being named stands in the declaration.
    uses.peek().is_none() || !uses.all(asks_whether)
}

/// The fields that the declaration of a rule reads, beside its conditions.
fn declared(rule: &Rule, packs: &Packs) -> Vec<(String, String)> {
    let Form::Scan(scan) = &rule.form else { return Vec::new() };
    let of_table = scan.join.iter().map(|join| (join.to.clone(), join.table_field.clone()));
    let expected = scan.expect.iter().filter_map(|expect| match &expect.keys {
        crate::pack::Keys::Table { from, field, .. } => Some((from.clone(), field.clone())),
        crate::pack::Keys::Param(_) => None,
    });
    // What a condition or list names of a record stands in the text of the rule.
    let text = format!("{scan:?}");
    let named = packs.event_fields.names().iter().filter(|name| text.contains(name.as_str()));
    let of_record =
        named.map(String::as_str).chain(["time"]).map(|name| (scan.from.clone(), name.to_owned()));
    of_table.chain(expected).chain(of_record).collect()
}

/// The columns that hold a field, and whether it is a day.
fn columns(kind: &Kind, field: &str, packs: &Packs) -> (Vec<String>, bool) {
    if kind.shape == Shape::Events {
        return (vec![field.to_owned()], field == "time");
    }
    if let Some(person) = kind.person.as_ref().filter(|_| field == "person") {
        let ways = [&person.email, &person.number, &person.login, &person.name].into_iter().flatten();
        return (ways.chain(&person.names).cloned().collect(), false);
    }
    let known = packs.kinds.get(&kind.id).and_then(|kind| kind.fields.get(field));
    let instead = known.and_then(|field| field.instead.clone());
    let is_date = known.is_some_and(|field| field.holds == Holds::Date);
    (std::iter::once(field.to_owned()).chain(instead).collect(), is_date)
}

type Files = BTreeMap<String, Vec<u8>>;

impl Spoiled {
    pub(super) fn name(&self) -> String {
        let Self { kind, what, .. } = self;
        match self.how {
            How::Dropped => format!("{}.{what} dropped", kind.id),
            How::Blanked => format!("{}.{what} blanked", kind.id),
            How::Moved(1) => format!("{}.{what} one day later", kind.id),
            How::Moved(_) => format!("{}.{what} one day earlier", kind.id),
            How::Halved => format!("{} halved", kind.id),
        }
    }

    /// How much must differ for it to be noticed.
    pub(super) fn level(&self) -> Level {
        if matches!(self.how, How::Moved(_)) { Level::Judgement } else { Level::Words }
    }

    /// The files of a case, changed so in each place where they can be.
    pub(super) fn files(&self, sitting: &Sitting<'_>) -> Vec<Files> {
        let edits = match self.kind.shape {
            Shape::Events => self.of_logs(sitting),
            Shape::Table | Shape::Document => self.of_tables(sitting),
        };
        edits.into_iter().filter_map(|edits| changed(&sitting.case.files, edits)).collect()
    }

    /// The changes of tables: all at once, or those of one row after the other.
    fn of_tables(&self, sitting: &Sitting<'_>) -> Vec<Edits> {
        let files = &sitting.case.files;
        let tables = sitting.inspection.evidence.tables.get(&self.kind.id).into_iter().flatten();
        // What was decoded stands elsewhere in the file.
        let tables = tables.filter(|table| {
            files.get(table.file()).is_some_and(|bytes| bytes == table.grid.source.text().as_bytes())
        });
        let mut all: Vec<Edits> = Vec::new();
        let mut at_once = Edits::new();
        for table in tables {
            let at = |edits: Vec<Edit>| {
                edits.into_iter().map(|edit| (table.file().to_owned(), edit)).collect::<Edits>()
            };
            match self.how {
                How::Dropped => at_once.extend(at(self.headers(table))),
                How::Halved => at_once.extend(at(every_second(table))),
                How::Blanked => {
                    all.extend((0..table.grid.len()).map(|row| at(self.cells(table, row, &blank))))
                }
                How::Moved(days) => {
                    let moved = |text: &str, around: &str| moved(text, days, around);
                    all.extend((0..table.grid.len()).map(|row| at(self.cells(table, row, &moved))));
                }
            }
        }
        all.push(at_once);
        all
    }

    /// The headers of the columns, named otherwise.
    fn headers(&self, table: &Table) -> Vec<Edit> {
        let named = |index: usize| {
            let range = table.grid.header_cells.get(index)?.range()?;
            Some(Edit::new(range, format!("spoiled {index}")))
        };
        self.indexes(table).into_iter().filter_map(named).collect()
    }

    /// The cells of one row, with something else in them.
    fn cells(&self, table: &Table, row: usize, new: &dyn Fn(&str, &str) -> Option<String>) -> Vec<Edit> {
        let source = table.grid.source.text();
        let edit = |index: usize| {
            let range = table.grid.cell(row, index).range()?;
            let is_filled = self.fields.iter().any(|field| {
                table.matched.columns.get(field) == Some(&index) && table.value(row, field) != Value::Absent
            });
            let new = new(source.get(range.clone()).filter(|_| is_filled)?, around(source, &range))?;
            Some(Edit::new(range, new))
        };
        self.indexes(table).into_iter().filter_map(edit).collect()
    }

    fn indexes(&self, table: &Table) -> BTreeSet<usize> {
        let found = self.fields.iter().filter_map(|field| table.matched.columns.get(field).copied());
        // The second is read only where the first is not there.
        if self.what == "person" { found.collect() } else { found.take(1).collect() }
    }

    /// The changes of logs: all at once, or those of one record after the other.
    fn of_logs(&self, sitting: &Sitting<'_>) -> Vec<Edits> {
        let mut all: Vec<Edits> = Vec::new();
        let mut at_once = Edits::new();
        for log in &sitting.inspection.evidence.logs {
            let file = log.file.clone();
            let Some(text) = sitting.case.files.get(&file).and_then(|bytes| std::str::from_utf8(bytes).ok())
            else {
                continue;
            };
            sitting.records_in_place(log, text, |number, item, record| {
                if self.how == How::Halved {
                    let line = lines(text, item..item + record.text.len());
                    at_once.extend((number % 2 == 0).then(|| (file.clone(), Edit::new(line, ""))));
                    return;
                }
                let edit = self.of_record(log, record, text, item, sitting);
                all.extend(edit.map(|edit| vec![(file.clone(), edit)]));
            });
        }
        all.push(at_once);
        all
    }

    fn of_record(
        &self,
        log: &Log,
        record: &Record<'_>,
        text: &str,
        item: usize,
        sitting: &Sitting<'_>,
    ) -> Option<Edit> {
        let slot = sitting.inspection.packs.event_fields.slot(&self.what);
        let within = match slot {
            Some(slot) => record.range(slot)?,
            None => record.time_range.clone(),
        };
        let range = item + within.start..item + within.end;
        let old = text.get(range.clone()).filter(|old| !old.is_empty())?;
        let new = match self.how {
            How::Moved(days) => moved(old, days, around(text, &range))?,
            // A line of text without one of its parts is no line of its log.
            How::Blanked if matches!(log.source.format, LogFormat::Json | LogFormat::Csv) => {
                blank(old, around(text, &range))?
            }
            _ => return None,
        };
        Some(Edit::new(range, new))
    }
}

/// Changes by file.
type Edits = Vec<(String, Edit)>;

/// Files with these changes; none where there is no change.
fn changed(files: &Files, edits: Edits) -> Option<Files> {
    if edits.is_empty() {
        return None;
    }
    let mut by_file: BTreeMap<String, Vec<Edit>> = BTreeMap::new();
    for (file, edit) in edits {
        by_file.entry(file).or_default().push(edit);
    }
    let mut files = files.clone();
    for (file, edits) in by_file {
        let bytes = files.get_mut(&file)?;
        *bytes = apply(std::str::from_utf8(bytes).ok()?, edits).into_bytes();
    }
    Some(files)
}

/// The characters before and behind a value: what it is written in.
fn around<'t>(text: &'t str, range: &Range<usize>) -> &'t str {
    text[..range.start]
        .trim_end_matches(' ')
        .chars()
        .next_back()
        .map_or("", |c| &text[range.start - c.len_utf8()..range.start])
}

/// Nothing in the place of a value: of what stands in quotes or in a cell, no character.
fn blank(old: &str, before: &str) -> Option<String> {
    match before {
        _ if old.is_empty() => None,
        // A value of JSON without quotes.
        ":" if old.parse::<f64>().is_ok() || old == "true" || old == "false" => Some("null".to_owned()),
        "=" => None,
        _ => Some(String::new()),
    }
}

/// The day in a text, moved.
fn moved(old: &str, days: i64, _: &str) -> Option<String> {
    let at = (0..old.len()).find(|at| day(old, *at).is_some())?;
    let moved = day(old, at)?.checked_add(jiff::Span::new().days(days)).ok()?;
    Some(format!("{}{moved}{}", &old[..at], &old[at + 10..]))
}

/// The day that is written `2026-07-01` from this byte on.
fn day(text: &str, at: usize) -> Option<Date> {
    let written = text.get(at..at + 10)?;
    let is_day = written.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    });
    if is_day { written.parse().ok() } else { None }
}

/// Every second row of a table goes, with its lines.
fn every_second(table: &Table) -> Vec<Edit> {
    let text = table.grid.source.text();
    if !BY_LINES.iter().any(|ending| table.file().ends_with(ending)) {
        return Vec::new();
    }
    (1..table.grid.len())
        .step_by(2)
        .map(|row| Edit::new(lines(text, table.grid.row_range(row)), ""))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_moved_within_what_stands_around_it() {
        assert_eq!(moved("2026-06-30", 1, "").as_deref(), Some("2026-07-01"));
        assert_eq!(moved("on 2026-01-01T08:00:00Z", -1, "").as_deref(), Some("on 2025-12-31T08:00:00Z"));
        assert_eq!(moved("30.06.2026", 1, ""), None);
    }

    #[test]
    fn a_value_is_blanked_as_its_format_writes_nothing() {
        assert_eq!(blank("eve", "\"").as_deref(), Some(""));
        assert_eq!(blank("12", ":").as_deref(), Some("null"));
        assert_eq!(blank("12", "=").as_deref(), None);
    }
}
