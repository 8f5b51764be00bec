//! Where something stands, as every report says it.

use schemars::JsonSchema;
use serde::ser::SerializeStruct;
use serde::{Deserialize, Serialize, Serializer};

/// A place in the evidence, in a pack or in `preaudit.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// Path relative to the scanned folder, with `/`.
    pub file: String,
    /// Line, from 1; in a workbook the row, in a DOCX the paragraph.
    pub line: usize,
    /// Column of the first character, from 1, in characters; in a workbook the column of the cell.
    pub column: usize,
    /// Line of the end.
    pub end_line: usize,
    /// Column just past the last character; in a workbook the column of the cell.
    pub end_column: usize,
    /// Sheet of a workbook.
    pub sheet: Option<String>,
    /// Cell of a workbook, as `D7`.
    pub cell: Option<String>,
    /// What is to be seen here.
    pub label: String,
    /// The text that stands here, at most 200 characters.
    pub text: String,
    /// The text around, so that a report can show the place without the file.
    pub excerpt: Option<Excerpt>,
    /// Of a row of a table: its first cell and those around the place, under their headers.
    #[serde(default)]
    pub row: Vec<CellSeen>,
}

/// A cell of a row, as a report shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellSeen {
    /// The header of its column.
    pub header: String,
    /// Its text, shortened.
    pub text: String,
    /// True for the cell that is pointed at.
    #[serde(default)]
    pub is_marked: bool,
}

/// The lines around a place, cut where they are long.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Excerpt {
    /// Number of the first line of `text`.
    pub line: usize,
    /// Column of the first character that each line of `text` keeps.
    pub column: usize,
    /// At most three lines, separated by `\n`.
    pub text: String,
    /// First byte of the place within `text`.
    pub start: usize,
    /// Byte just past the place within `text`.
    pub end: usize,
}

/// Leaves out what is empty, where that can be read again: not in formats without names, in which partial
/// results and questions go from one process to another.
impl Serialize for Place {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let is_brief = to.is_human_readable() && self.row.is_empty();
        let mut fields = to.serialize_struct("Place", if is_brief { 10 } else { 11 })?;
        fields.serialize_field("file", &self.file)?;
        fields.serialize_field("line", &self.line)?;
        fields.serialize_field("column", &self.column)?;
        fields.serialize_field("end_line", &self.end_line)?;
        fields.serialize_field("end_column", &self.end_column)?;
        fields.serialize_field("sheet", &self.sheet)?;
        fields.serialize_field("cell", &self.cell)?;
        fields.serialize_field("label", &self.label)?;
        fields.serialize_field("text", &self.text)?;
        fields.serialize_field("excerpt", &self.excerpt)?;
        if !is_brief {
            fields.serialize_field("row", &self.row)?;
        }
        fields.end()
    }
}

/// As of a [`Place`].
impl Serialize for CellSeen {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let is_brief = to.is_human_readable() && !self.is_marked;
        let mut fields = to.serialize_struct("CellSeen", if is_brief { 2 } else { 3 })?;
        fields.serialize_field("header", &self.header)?;
        fields.serialize_field("text", &self.text)?;
        if !is_brief {
            fields.serialize_field("is_marked", &self.is_marked)?;
        }
        fields.end()
    }
}

impl Place {
    /// A place that is a file or folder as a whole, where something was looked for.
    pub fn whole(file: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            file: file.into(),
            line: 1,
            column: 1,
            end_line: 1,
            end_column: 1,
            label: label.into(),
            ..Self::default()
        }
    }

    /// The same place with another label.
    pub fn labelled(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }
}

impl std::fmt::Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (&self.sheet, &self.cell) {
            (Some(sheet), Some(cell)) => write!(f, "{}:{sheet}!{cell}", self.file),
            _ => write!(f, "{}:{}:{}", self.file, self.line, self.column),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_again_from_every_format() {
        let cell = |is_marked| CellSeen { header: "Owner".into(), text: "Ana".into(), is_marked };
        for row in [vec![], vec![cell(false), cell(true)]] {
            let place = Place { row, ..Place::whole("a.csv", "here") };
            let bytes = postcard::to_stdvec(&(&place, 7)).unwrap();
            assert_eq!(postcard::from_bytes::<(Place, i32)>(&bytes).unwrap(), (place.clone(), 7));
            let json = serde_json::to_string(&place).unwrap();
            assert_eq!(serde_json::from_str::<Place>(&json).unwrap(), place);
            assert_eq!(json.contains("\"row\""), !place.row.is_empty(), "{json}");
            assert_eq!(json.matches("is_marked").count(), usize::from(!place.row.is_empty()));
        }
    }
}
