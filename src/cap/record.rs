//! Writes into a plan without touching what people wrote: comments, order and white space stay.

use super::action::Outcome;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::snippet::visible;
use crate::source::Source;
use jiff::civil::Date;
use toml_edit::{Array, ArrayOfTables, DocumentMut, Item, Table, Value};

/// A record to be written below an action.
pub(super) struct Entry {
    pub(super) on: Date,
    pub(super) result: Outcome,
    pub(super) why: String,
    pub(super) evidence: String,
    pub(super) files: Vec<String>,
    pub(super) seen: Vec<String>,
}

/// A plan that can be changed, with its comments and order.
///
/// # Errors
/// When it is no TOML.
pub(super) fn parse(source: &Source) -> Result<DocumentMut, Vec<Diagnostic>> {
    source.text().parse().map_err(|error: toml_edit::TomlError| {
        let at = source.span(error.span().unwrap_or(0..0)).place("here");
        vec![Diagnostic::error(Code::InvalidCap, error.message().to_owned()).at(at)]
    })
}

/// The table of the action with this number; none where actions are written in line.
pub(super) fn action_table(document: &mut DocumentMut, at: usize) -> Option<&mut Table> {
    document.get_mut("action")?.as_array_of_tables_mut()?.get_mut(at)
}

/// Sets a value and keeps the comments around it.
pub(super) fn set(table: &mut Table, key: &str, value: Value) {
    match table.get_mut(key) {
        Some(old) => *old = with_decor(old, value),
        None => drop(table.insert(key, Item::Value(value))),
    }
}

/// A value with the comments of the one that it stands for.
pub(super) fn with_decor(old: &Item, mut value: Value) -> Item {
    if let Some(old) = old.as_value() {
        *value.decor_mut() = old.decor().clone();
    }
    Item::Value(value)
}

/// A day as TOML.
pub(super) fn day(date: Date) -> Value {
    let text = date.to_string();
    text.parse().unwrap_or_else(|_| text.into())
}

/// Writes a record behind the others of an action.
pub(super) fn append(table: &mut Table, entry: &Entry) {
    if let Some(records) = records(table) {
        records.push(written(entry));
    }
}

/// Writes a record in the place of the last one.
pub(super) fn replace_last(table: &mut Table, entry: &Entry) {
    let Some(records) = records(table) else { return };
    if !records.is_empty() {
        records.remove(records.len() - 1);
    }
    records.push(written(entry));
}

fn records(table: &mut Table) -> Option<&mut ArrayOfTables> {
    let records = table.entry("record").or_insert_with(|| Item::ArrayOfTables(ArrayOfTables::new()));
    records.as_array_of_tables_mut()
}

fn written(entry: &Entry) -> Table {
    let mut table = Table::new();
    table.decor_mut().set_prefix("\n");
    table.insert("on", Item::Value(day(entry.on)));
    table.insert("result", Item::Value(entry.result.name().into()));
    table.insert("why", Item::Value(visible(&entry.why).into()));
    table.insert("evidence", Item::Value(entry.evidence.as_str().into()));
    for (key, texts) in [("files", &entry.files), ("seen", &entry.seen)] {
        if !texts.is_empty() {
            table.insert(key, Item::Value(lines(texts)));
        }
    }
    table
}

/// A list with a line for each text.
fn lines(texts: &[String]) -> Value {
    let mut list = Array::new();
    for text in texts {
        let mut value = Value::from(visible(text));
        value.decor_mut().set_prefix("\n    ");
        list.push_formatted(value);
    }
    list.set_trailing_comma(true);
    list.set_trailing("\n");
    Value::Array(list)
}
