//! Tables whose columns have a meaning, and their rows.

use super::columns::{self, Match};
use super::dates::{self, DateOrder};
use super::document::Document;
use super::grid::{Cell, Grid};
use super::numbers::{self, DecimalSign};
use super::value::Value;
use crate::control_id::ControlId;
use crate::pack::{Holds, Kind, Vocabulary, normalize_word};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A table of one kind of evidence. A document is a table of one row.
#[derive(Debug, Serialize, Deserialize)]
pub struct Table {
    /// The kind.
    pub kind: Arc<Kind>,
    /// The cells.
    pub grid: Grid,
    /// The document, when the row is one.
    pub document: Option<Arc<Document>>,
    /// How columns and fields matched.
    pub matched: Match,
    columns: BTreeMap<String, Column>,
    nothing: Arc<Vec<String>>,
    /// Who each row is about, once the rosters are read.
    #[serde(with = "told_persons")]
    pub(super) persons: OnceLock<Vec<Person>>,
}

/// A column that is a field.
#[derive(Debug, Serialize, Deserialize)]
struct Column {
    index: usize,
    holds: Holds,
    order: DateOrder,
    sign: DecimalSign,
    words: Vocabulary,
}

/// Who a row is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Person {
    /// Nobody is named.
    Nobody,
    /// Several people have this name.
    Ambiguous,
    /// This one: the first of e-mail, number, login and name that the roster knows them by, or
    /// what the row says where no roster knows them.
    Known(Arc<str>),
}

/// What a workspace declares about a table.
#[derive(Clone, Debug, Default)]
pub struct Declared {
    /// Field to header.
    pub columns: BTreeMap<String, String>,
    /// Field to further words.
    pub words: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Order of days and months.
    pub dates: DateOrder,
    /// Sign before the decimals.
    pub numbers: DecimalSign,
}

impl Table {
    /// Gives the columns of a grid their meaning.
    pub fn new(kind: Arc<Kind>, grid: Grid, declared: &Declared, nothing: Arc<Vec<String>>) -> Self {
        let matched = columns::matched(&grid.headers, &kind, &declared.columns);
        let columns = matched
            .columns
            .iter()
            .filter_map(|(name, &index)| {
                let field = kind.fields.get(name)?;
                let mut words = field.words.clone();
                if let Some(more) = declared.words.get(name) {
                    words.extend(more);
                }
                let order = match (field.holds, declared.dates) {
                    (Holds::Date, DateOrder::Unproven) => dates::prove(grid.column(index)),
                    (_, declared) => declared,
                };
                let sign = match (field.holds, declared.numbers) {
                    (Holds::Number, DecimalSign::Unproven) => numbers::prove(grid.column(index)),
                    (_, declared) => declared,
                };
                Some((name.clone(), Column { index, holds: field.holds, order, sign, words }))
            })
            .collect();
        Self { kind, grid, document: None, matched, columns, nothing, persons: OnceLock::new() }
    }

    /// A document as a table of one row: its properties under the labels of the kind's fields.
    pub fn of_document(kind: Arc<Kind>, document: Arc<Document>, nothing: Arc<Vec<String>>) -> Self {
        let mut headers = Vec::new();
        let mut cells = Vec::new();
        for (name, field) in &kind.fields {
            headers.push((name.clone(), Cell::MISSING));
            let labels = field.headers.iter();
            let stated = labels
                .filter_map(|label| document.properties.iter().find(|known| known.label == *label))
                .next();
            let title = document.title.as_ref().filter(|_| name == "title");
            cells.push(match (stated, title) {
                (_, Some(title)) => (Cell::at(&title.range), Some(title.text.as_str().into())),
                (Some(stated), None) => (Cell::at(&stated.range), Some(stated.value.as_str().into())),
                (None, None) => (Cell::MISSING, None),
            });
        }
        let mut grid = Grid::new(Arc::clone(&document.source), None, headers);
        grid.push(cells.into_iter());
        let own: BTreeMap<String, String> =
            kind.fields.keys().map(|name| (name.clone(), name.clone())).collect();
        let mut table = Self::new(kind, grid, &Declared { columns: own, ..Declared::default() }, nothing);
        table.document = Some(document);
        table
    }

    /// True when a column was found for a field, or for the one that is read instead.
    pub fn has(&self, field: &str) -> bool {
        self.column(field).is_some()
    }

    /// The fields that have a column, sorted.
    pub(super) fn columns(&self) -> impl Iterator<Item = &str> {
        self.columns.keys().map(String::as_str)
    }

    /// Path of the file, relative to the scanned folder.
    pub fn file(&self) -> &str {
        self.grid.source.name()
    }

    /// A digest of all that a rule can see of the table: its cells, what they mean, and who its
    /// rows are about. The same digest is the same table for every rule.
    pub fn fingerprint(&self) -> [u8; 32] {
        use sha2::{Digest, Sha256};
        let mut hash = Sha256::new();
        let mut part = |bytes: &[u8]| {
            hash.update((bytes.len() as u64).to_le_bytes());
            hash.update(bytes);
        };
        let meaning = (&self.kind, &self.matched, &self.columns, &self.nothing);
        part(format!("{meaning:?}").as_bytes());
        part(format!("{:?} {:?} {:?}", self.grid.title, self.grid.headers, self.document).as_bytes());
        part(self.file().as_bytes());
        part(self.grid.source.text().as_bytes());
        for row in 0..self.grid.len() {
            (0..self.grid.width()).for_each(|column| part(self.grid.text(row, column).as_bytes()));
        }
        for person in self.persons.get().into_iter().flatten() {
            part(format!("{person:?}").as_bytes());
        }
        hash.finalize().into()
    }

    fn column(&self, field: &str) -> Option<&Column> {
        self.columns.get(field).or_else(|| {
            let instead = self.kind.fields.get(field)?.instead.as_deref()?;
            self.columns.get(instead)
        })
    }

    /// The value of a field in a row. Without a column for the field it is undecidable: a column
    /// that was not found is no evidence of an empty one.
    pub fn value(&self, row: usize, field: &str) -> Value<'_> {
        let Some(column) = self.column(field) else { return Value::Undecidable };
        match self.grid.cell(row, column.index) {
            Cell::UNKNOWN => Value::Undecidable,
            _ => self.read(column, self.grid.text(row, column.index)),
        }
    }

    fn read<'a>(&'a self, column: &'a Column, text: &'a str) -> Value<'a> {
        let text = text.trim();
        if matches!(column.holds, Holds::Word | Holds::YesNo)
            && let Some(meaning) = column.words.meaning(text)
        {
            return if column.holds == Holds::YesNo {
                Value::YesNo(meaning == "yes")
            } else {
                Value::Text(Cow::Borrowed(meaning))
            };
        }
        if self.is_nothing(text) {
            return Value::Absent;
        }
        match column.holds {
            Holds::Text | Holds::Files => Value::Text(Cow::Borrowed(text)),
            Holds::Word | Holds::YesNo => Value::Undecidable,
            Holds::Date => dates::read(text).under(column.order).map_or(Value::Undecidable, Value::Time),
            Holds::Number => numbers::read(text, column.sign).map_or(Value::Undecidable, number),
            Holds::Control => controls(text)
                .into_iter()
                .next()
                .map_or(Value::Undecidable, |first| Value::Controls(vec![first])),
            Holds::Requirement => ControlId::read_requirement(text)
                .map_or(Value::Undecidable, |id| Value::Text(Cow::Owned(id.to_string()))),
            Holds::Controls => match controls(text) {
                found if found.is_empty() => Value::Undecidable,
                found => Value::Controls(found),
            },
        }
    }

    fn is_nothing(&self, text: &str) -> bool {
        if text.is_empty() {
            return true;
        }
        // No word for nothing is longer.
        text.len() <= 24 && {
            let word = normalize_word(text);
            word.is_empty() || self.nothing.contains(&word)
        }
    }

    /// The column of a field, or of the one that is read instead.
    pub(super) fn column_of(&self, field: &str) -> Option<usize> {
        self.column(field).map(|column| column.index)
    }

    /// Bytes of the source where a field stands; of its row where it stands nowhere.
    pub(super) fn range(&self, row: usize, field: &str) -> Range<usize> {
        let cell = self.column_of(field).and_then(|column| self.grid.cell(row, column).range());
        match (&self.document, cell) {
            (Some(document), None) => document.title.as_ref().map_or(0..0, |title| title.range.clone()),
            (_, cell) => cell.unwrap_or_else(|| self.grid.row_range(row)),
        }
    }

    /// The cells of each typed column that cannot be read as what they should be, by field.
    pub fn undecidable_cells(&self) -> BTreeMap<&str, Vec<usize>> {
        let mut cells = BTreeMap::new();
        for (name, column) in &self.columns {
            let bad = (0..self.grid.len())
                .filter(|&row| self.grid.cell(row, column.index) != Cell::UNKNOWN)
                .filter(|&row| self.read(column, self.grid.text(row, column.index)) == Value::Undecidable);
            let bad: Vec<usize> = bad.collect();
            if !bad.is_empty() {
                cells.insert(name.as_str(), bad);
            }
        }
        cells
    }

    /// Fields whose dates or numbers can be read in two ways, with what the column proves.
    pub fn unproven(&self) -> Vec<(&str, bool)> {
        let in_doubt = |column: &Column| match column.holds {
            Holds::Date => {
                let open = matches!(column.order, DateOrder::Unproven | DateOrder::Contradicted);
                open && self.grid.column(column.index).any(dates::needs_order)
            }
            Holds::Number => {
                let open = matches!(column.sign, DecimalSign::Unproven | DecimalSign::Contradicted);
                open && self.grid.column(column.index).any(|text| {
                    text.contains(',')
                        && numbers::read(text, column.sign).is_none()
                        && numbers::read(text, DecimalSign::Comma).is_some()
                })
            }
            _ => false,
        };
        self.columns
            .iter()
            .filter(|(_, column)| in_doubt(column))
            .map(|(name, column)| (name.as_str(), column.holds == Holds::Date))
            .collect()
    }

    /// True when a text could stand in this column of an orderly row.
    pub(super) fn fits(&self, column: usize, text: &str) -> bool {
        let Some(field) = self.columns.values().find(|known| known.index == column) else { return true };
        matches!(field.holds, Holds::Text | Holds::Files) || self.read(field, text) != Value::Undecidable
    }

    /// True when a column holds anything but free text.
    pub(super) fn is_typed(&self, column: usize) -> bool {
        self.columns.values().any(|known| known.index == column && known.holds != Holds::Text)
    }
}

#[expect(clippy::cast_possible_truncation, reason = "checked to be whole and small")]
fn number(value: f64) -> Value<'static> {
    if value.fract() == 0.0 && value.abs() < 9e15 {
        Value::Integer(value as i64)
    } else {
        Value::Number(value)
    }
}

/// The ids of controls in a cell, with their bytes. A cell holds nothing but ids, apart by blanks,
/// commas, semicolons, `+`, `|` or `/`; `A 8.12` counts as one id.
pub(super) fn controls(text: &str) -> Vec<(ControlId, Range<usize>)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let skip =
            rest.len() - rest.trim_start_matches([' ', ',', ';', '+', '|', '/', '\n', '\r', '\t']).len();
        if skip > 0 {
            at += skip;
            continue;
        }
        let lead = rest
            .strip_prefix(['A', 'a', 'X', 'x'])
            .map_or(0, |behind| 1 + (behind.len() - behind.trim_start_matches([' ', '.', '-']).len()));
        let numbers =
            rest[lead..].find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len() - lead);
        let end = at + lead + rest[lead..lead + numbers].trim_end_matches('.').len();
        let behind = text[end..].trim_start_matches('.').chars().next();
        let ends = behind.is_none_or(|c| !c.is_alphanumeric());
        if let Some(id) = ControlId::read_control(&text[at..end])
            && ends
        {
            found.push((id, at..end));
            at = end.max(at + 1);
            at += text[at..].len() - text[at..].trim_start_matches('.').len();
        } else {
            at += rest.find([' ', ',', ';', '+', '|', '/', '\n', '\t']).unwrap_or(rest.len());
        }
    }
    found
}

/// Who the rows are about, on the way to another process.
mod told_persons {
    use super::Person;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};
    use std::sync::OnceLock;

    pub(super) fn serialize<S: Serializer>(
        persons: &OnceLock<Vec<Person>>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        persons.get().serialize(to)
    }

    pub(super) fn deserialize<'d, D: Deserializer<'d>>(from: D) -> Result<OnceLock<Vec<Person>>, D::Error> {
        Ok(Option::<Vec<Person>>::deserialize(from)?.map_or_else(OnceLock::new, OnceLock::from))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(text: &str) -> Vec<String> {
        controls(text).iter().map(|(id, _)| id.to_string()).collect()
    }

    #[test]
    fn controls_are_found_however_they_are_listed() {
        assert_eq!(ids("A 5.17 A 8.5"), ["A.5.17", "A.8.5"]);
        assert_eq!(ids("A.8.24;A.5.99"), ["A.8.24", "A.5.99"]);
        assert_eq!(ids("5.1, 5.2 | a.8.12"), ["A.5.1", "A.5.2", "A.8.12"]);
        assert_eq!(ids("A.5.18 (Access rights)"), ["A.5.18"]);
        assert_eq!(ids("A.9.2.3."), ["A.9.2.3"]);
        assert_eq!(ids("none yet"), [] as [&str; 0]);
        assert_eq!(ids("v2.0beta"), [] as [&str; 0]);
        assert_eq!(ids("2026.01.02x"), [] as [&str; 0]);
    }

    #[test]
    fn a_control_within_a_cell_keeps_its_bytes() {
        let text = "A 5.17, A 8.5";
        let found = controls(text);
        assert_eq!(&text[found[1].1.clone()], "A 8.5");
    }
}
