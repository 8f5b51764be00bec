//! Where something stands, as every report says it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A place in the evidence, in a pack or in `preaudit.toml`.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub row: Vec<CellSeen>,
}

/// A cell of a row, as a report shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CellSeen {
    /// The header of its column.
    pub header: String,
    /// Its text, shortened.
    pub text: String,
    /// True for the cell that is pointed at.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
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
