//! A row of a table: its values, whom it is about, and the places of its cells.

use super::table::{Person, Table, controls};
use super::value::Value;
use crate::control_id::ControlId;
use crate::place::{CellSeen, Place};
use std::ops::Range;
use std::sync::Arc;

/// Cells that a place shows on each side of the marked one, besides the first of the row.
const CELLS_BESIDE: usize = 3;
/// Characters that a place keeps of a cell or header.
const CELL_SHOWN: usize = 80;

/// A row of a table.
#[derive(Clone, Debug)]
pub struct Row {
    /// The table.
    pub table: Arc<Table>,
    /// The row, from 0.
    pub index: usize,
}

impl Table {
    /// The rows in order.
    pub fn rows(self: &Arc<Self>) -> impl Iterator<Item = Row> {
        let table = Arc::clone(self);
        (0..self.grid.len()).map(move |index| Row { table: Arc::clone(&table), index })
    }
}

impl Row {
    /// What tells the row from every other of this run; of no meaning beyond it.
    pub fn identity(&self) -> (usize, usize) {
        (Arc::as_ptr(&self.table).addr(), self.index)
    }

    /// The value of a field. The person a row is about is not a field: see [`Row::person`].
    pub fn value(&self, field: &str) -> Value<'_> {
        self.table.value(self.index, field)
    }

    /// Who the row is about.
    pub fn person(&self) -> Person {
        let persons = self.table.persons.get();
        persons.and_then(|persons| persons.get(self.index)).cloned().unwrap_or(Person::Nobody)
    }

    /// The text of a field as it stands.
    pub fn text(&self, field: &str) -> &str {
        let column = self.table.column_of(field);
        column.map_or("", |column| self.table.grid.text(self.index, column)).trim()
    }

    /// The place of a field; of the row, where the field stands nowhere.
    pub fn place(&self, field: &str, label: &str) -> Place {
        let field = if field == "person" { self.person_field().unwrap_or(field) } else { field };
        self.show(self.table.range(self.index, field), field, label)
    }

    /// The place within a field where the id of a control or a text stands; of the whole field,
    /// where it stands in other words.
    pub fn place_within(&self, field: &str, part: &str, label: &str) -> Place {
        let range = self.table.range(self.index, field);
        let text = self.table.grid.source.span(range.clone()).text();
        let control = part.parse::<ControlId>().ok();
        let found = controls(text).into_iter().find(|(id, _)| Some(*id) == control).map(|(_, within)| within);
        let found = found.or_else(|| text.find(part).map(|at| at..at + part.len()));
        let range =
            found.map_or(range.clone(), |within| range.start + within.start..range.start + within.end);
        self.show(range, field, label)
    }

    fn show(&self, range: Range<usize>, field: &str, label: &str) -> Place {
        let span = self.table.grid.source.span(range);
        if self.table.document.is_some() {
            return span.place(label);
        }
        Place { row: self.cells_around(self.table.column_of(field)), ..span.place_alone(label) }
    }

    /// The first cell of the row and those around the marked one, under their headers.
    fn cells_around(&self, marked: Option<usize>) -> Vec<CellSeen> {
        let grid = &self.table.grid;
        let at = marked.unwrap_or_default();
        let is_shown = |column: &usize| *column == 0 || at.abs_diff(*column) <= CELLS_BESIDE;
        let seen = |column: usize| CellSeen {
            header: shortened(&grid.headers[column]),
            text: shortened(grid.text(self.index, column)),
            is_marked: marked == Some(column),
        };
        (0..grid.width()).filter(is_shown).map(seen).collect()
    }

    /// What tells this row from others: the first key field that is filled, or its line.
    pub fn subject(&self) -> String {
        let keys = self.table.kind.key.iter().map(|field| self.text(field)).find(|text| !text.is_empty());
        match (keys, &self.table.document) {
            (Some(key), _) => key.to_owned(),
            (None, Some(document)) => document.name().to_owned(),
            (None, None) => format!("row {}", self.index + 1),
        }
    }

    /// Whom this row is about, for people to read: by name, and by what tells them from others of
    /// the same name.
    pub fn who(&self) -> String {
        let subject = self.subject();
        let person = self.table.kind.person.as_ref();
        let names = person.iter().flat_map(|fields| fields.name.iter().chain(&fields.names));
        let named: Vec<&str> = names.map(|field| self.text(field)).filter(|name| !name.is_empty()).collect();
        match named.join(" ") {
            name if name.is_empty() || name == subject => subject,
            name => format!("{name} ({subject})"),
        }
    }

    /// The first filled field that tells whom the row is about.
    fn person_field(&self) -> Option<&str> {
        let fields = self.table.kind.person.as_ref()?;
        let named = [&fields.email, &fields.number, &fields.login, &fields.name]
            .into_iter()
            .flatten()
            .chain(&fields.names);
        named.map(String::as_str).find(|field| !self.text(field).is_empty())
    }
}

/// The beginning of a text, with a mark where it goes on.
fn shortened(text: &str) -> String {
    let text = text.trim();
    match text.char_indices().nth(CELL_SHOWN) {
        Some((cut, _)) => format!("{}…", &text[..cut]),
        None => text.to_owned(),
    }
}
