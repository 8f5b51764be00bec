//! A plan as a workbook: one sheet with a frozen header and a filter on every column.

use super::action::CapFile;
use super::export::table;
use crate::spreadsheet::{Book, Paper};
use crate::toml_text;
use crate::vocabulary::Language;
use rust_xlsxwriter::XlsxError;

/// The plan as XLSX. Days are days; all else is text, so that no cell is a formula. The same plan gives
/// the same bytes.
///
/// # Errors
/// When the plan is of no day that a workbook can hold.
pub fn workbook(file: &CapFile) -> Result<Vec<u8>, XlsxError> {
    let as_of = toml_text::day(file.head.as_of.get_ref()).unwrap_or_default();
    let mut book = Book::new("Corrective action plan", as_of, Language::En)?;
    book.add("Corrective actions", &table(file), Paper::Register, 1)?;
    book.bytes()
}
