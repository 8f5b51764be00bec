//! A plan as a workbook: one sheet with a frozen header and a filter on every column.

use super::action::CapFile;
use super::export::{COLUMNS, Cell, cells};
use crate::toml_text;
use jiff::civil::Date;
use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// Characters that a cell may hold; Excel's own limit.
const CELL: usize = 32_767;

/// The plan as XLSX. Days are days; all else is text, so that no cell is a formula. The same plan gives
/// the same bytes.
///
/// # Errors
/// When there are more actions than a sheet has rows.
pub fn workbook(file: &CapFile) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let as_of = toml_text::day(file.head.as_of.get_ref()).unwrap_or_default();
    // Without a day of its own the workbook would hold the time of its writing.
    let properties =
        DocProperties::new().set_title("Corrective action plan").set_creation_datetime(&excel(as_of)?);
    book.set_properties(&properties);
    let sheet = book.add_worksheet();
    sheet.set_name("Corrective actions")?;
    header(sheet)?;
    let text = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let day = Format::new().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Top);
    for (row, action) in (1..).zip(&file.actions) {
        for (column, cell) in (0..).zip(cells(action)) {
            match cell {
                Cell::Day(date) => sheet.write_datetime_with_format(row, column, &excel(date)?, &day)?,
                Cell::Text(words) => sheet.write_string_with_format(row, column, cut(&words), &text)?,
            };
        }
    }
    let (last_row, last_column) = (file.actions.len().max(1), COLUMNS.len() - 1);
    let bound = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    sheet.autofilter(0, 0, bound(last_row), u16::try_from(last_column).unwrap_or(u16::MAX))?;
    sheet.set_freeze_panes(1, 1)?;
    book.save_to_buffer()
}

fn header(sheet: &mut Worksheet) -> Result<(), XlsxError> {
    let bold = Format::new().set_bold().set_border_bottom(FormatBorder::Thin).set_text_wrap();
    for (column, (name, width)) in (0..).zip(COLUMNS) {
        sheet.write_string_with_format(0, column, *name, &bold)?;
        sheet.set_column_width(column, *width)?;
    }
    Ok(())
}

fn excel(day: Date) -> Result<ExcelDateTime, XlsxError> {
    // Excel counts days from 1900.
    let year = day.year().unsigned_abs().max(1900);
    ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs())
}

fn cut(text: &str) -> &str {
    let end = text.char_indices().nth(CELL).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
