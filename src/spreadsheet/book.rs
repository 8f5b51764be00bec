//! Tables as a workbook.

use super::{Cell, Column, Table, Takes};
use crate::finding::State;
use crate::vocabulary::{Counted, Language, Word};
use jiff::civil::Date;
use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties, ExcelDateTime, Format,
    FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

/// Units of UTF-16 that a cell may hold; Excel's own limit.
const CELL: usize = 32_767;
/// Rows below the header that a sheet holds, but for one that says how many did not fit.
const ROWS: usize = 1_048_574;
/// Characters of all entries of a list, with what parts them; Excel's own limit.
const LIST: usize = 255;
/// A4, as Excel numbers sizes of paper.
const A4: u8 = 9;
/// Characters that a page shows side by side before they get too small.
const ACROSS: u16 = 200;
/// Points of a line, and how many lines a row has at most; Excel's own limit are 409 points.
const LINE: f64 = 15.0;
const LINES: usize = 27;
/// Rows below the last one in which something may still be filled in.
const SPARE: usize = 200;

/// A workbook that is being written. The same tables give the same bytes.
pub struct Book {
    book: Workbook,
    language: Language,
}

/// What a sheet is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    /// To be looked up and filtered: a frozen header that is printed on every page, and filters.
    Register,
    /// To be read from top to bottom, without a header.
    Page,
}

impl Book {
    /// A workbook with this title. Its properties hold the day and no clock, so that the same report
    /// gives the same bytes.
    ///
    /// # Errors
    /// When the day lies outside of what a workbook can hold.
    pub fn new(title: &str, day: Date, language: Language) -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        let properties = DocProperties::new().set_title(title).set_creation_datetime(&excel(day)?);
        book.set_properties(&properties);
        Ok(Self { book, language })
    }

    /// Adds a sheet. The first columns, so many of them, stay in view.
    ///
    /// # Errors
    /// When Excel does not take the name or there are too many columns.
    pub fn add(&mut self, name: &str, table: &Table, paper: Paper, frozen: u16) -> Result<(), XlsxError> {
        let language = self.language;
        let sheet = self.book.add_worksheet();
        sheet.set_name(name)?;
        let top = u32::from(paper == Paper::Register);
        header(sheet, table, paper)?;
        let formats = Formats::new();
        let fitting = table.rows.len().min(ROWS);
        for (row, cells) in (top..).zip(&table.rows[..fitting]) {
            for (column, cell) in (0..).zip(cells) {
                formats.write(sheet, (row, column), cell)?;
            }
            sheet.set_row_height(row, height(cells, &table.columns))?;
        }
        if fitting < table.rows.len() {
            let said = language.count(table.rows.len() - fitting, Counted::MoreRows);
            sheet.write_string(row_number(fitting) + top, 0, said)?;
        }
        if paper == Paper::Register {
            let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
            sheet.autofilter(0, 0, row_number(fitting.max(1)), last)?;
            sheet.set_freeze_panes(1, frozen)?;
            sheet.set_repeat_rows(0, 0)?;
            if let Some(last) = frozen.checked_sub(1) {
                sheet.set_repeat_columns(0, last)?;
            }
            validate(sheet, table, fitting)?;
        }
        page(sheet, table, language);
        Ok(())
    }

    /// The bytes of the workbook.
    ///
    /// # Errors
    /// Never in practice: what a sheet took can be written.
    pub fn bytes(mut self) -> Result<Vec<u8>, XlsxError> {
        self.book.save_to_buffer()
    }
}

fn header(sheet: &mut Worksheet, table: &Table, paper: Paper) -> Result<(), XlsxError> {
    let bold = Format::new()
        .set_bold()
        .set_border_bottom(FormatBorder::Thin)
        .set_text_wrap()
        .set_align(FormatAlign::Top);
    if paper == Paper::Register {
        let titles: Vec<Cell> =
            table.columns.iter().map(|column| Cell::Title(column.title.clone())).collect();
        sheet.set_row_height(0, height(&titles, &table.columns))?;
    }
    for (number, column) in (0..).zip(&table.columns) {
        sheet.set_column_width(number, column.width)?;
        if paper == Paper::Register {
            sheet.write_string_with_format(0, number, &column.title, &bold)?;
        }
    }
    Ok(())
}

/// A4 across, on as many pages side by side as leave it readable, with the name of the sheet and the
/// number of the page.
fn page(sheet: &mut Worksheet, table: &Table, language: Language) {
    let across = table.columns.iter().map(|column| column.width).sum::<u16>().div_ceil(ACROSS).max(1);
    sheet.set_landscape().set_paper_size(A4).set_print_fit_to_pages(across, 0);
    sheet.set_margins(0.4, 0.4, 0.6, 0.6, 0.3, 0.3);
    sheet.set_footer(format!("&L{} · &A&R&P / &N", language.say(Word::ReportTitle)));
}

/// The height of a row, in points, in which all of its lines are seen; no program reckons it alike.
fn height(cells: &[Cell], columns: &[Column]) -> f64 {
    let lines = |(cell, column): (&Cell, &Column)| {
        let width = usize::from(column.width).saturating_sub(1).max(1);
        cell.shown().lines().map(|line| line.chars().count().div_ceil(width).max(1)).sum::<usize>()
    };
    let most = cells.iter().zip(columns).map(lines).max().unwrap_or(1).clamp(1, LINES);
    f64::from(u8::try_from(most).unwrap_or(u8::MAX)) * LINE
}

/// What may be filled in, also in some rows below the last.
fn validate(sheet: &mut Worksheet, table: &Table, rows: usize) -> Result<(), XlsxError> {
    let last = row_number(rows.saturating_add(SPARE).min(ROWS));
    for (number, column) in (0..).zip(&table.columns) {
        let rule = match &column.takes {
            Takes::Anything => continue,
            Takes::OneOf(words)
                if words.iter().map(|word| word.chars().count() + 1).sum::<usize>() > LIST =>
            {
                continue;
            }
            Takes::OneOf(words) => DataValidation::new()
                .allow_list_strings(words)?
                .set_error_style(DataValidationErrorStyle::Warning),
            Takes::Day(said) => DataValidation::new()
                .allow_date(DataValidationRule::GreaterThanOrEqualTo(ExcelDateTime::from_ymd(2000, 1, 1)?))
                .set_error_message(said)?,
        };
        sheet.add_data_validation(1, number, last, number, &rule)?;
    }
    Ok(())
}

/// How cells look.
struct Formats {
    text: Format,
    title: Format,
    day: Format,
    number: Format,
}

impl Formats {
    fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        Self {
            text: top().set_text_wrap(),
            title: top().set_bold().set_text_wrap(),
            day: top().set_num_format("yyyy-mm-dd").set_align(FormatAlign::Left),
            number: top().set_num_format("#,##0").set_align(FormatAlign::Left),
        }
    }

    fn write(&self, sheet: &mut Worksheet, (row, column): (u32, u16), cell: &Cell) -> Result<(), XlsxError> {
        match cell {
            Cell::Text(words) => sheet.write_string_with_format(row, column, cut(words), &self.text)?,
            Cell::Title(words) => sheet.write_string_with_format(row, column, cut(words), &self.title)?,
            Cell::Day(date) => sheet.write_datetime_with_format(row, column, &excel(*date)?, &self.day)?,
            #[expect(clippy::cast_precision_loss, reason = "a count that a spreadsheet shows")]
            Cell::Number(number) => {
                sheet.write_number_with_format(row, column, *number as f64, &self.number)?
            }
            Cell::State(state, name) => sheet.write_string_with_format(row, column, name, &tinted(*state))?,
        };
        Ok(())
    }
}

/// The colour of a state; dark on light, so that it is read in print too.
fn tinted(state: State) -> Format {
    let format = Format::new().set_text_wrap().set_align(FormatAlign::Top);
    let (ground, letters) = match state {
        State::Major => (0xF9_D6_D5, 0x7A_12_0C),
        State::Minor => (0xFD_E5_C8, 0x6B_3F_00),
        State::Opportunity => (0xDC_E9_F8, 0x12_3E_6B),
        State::Conformity => (0xDA_EF_DC, 0x14_4D_1C),
        State::Waived | State::Faulted => (0xEA_E0_F3, 0x47_2A_66),
        State::NotApplicable | State::NotEvaluated => return format,
    };
    format.set_background_color(ground).set_font_color(letters)
}

fn excel(day: Date) -> Result<ExcelDateTime, XlsxError> {
    // Excel counts days from 1900.
    let year = day.year().unsigned_abs().max(1900);
    ExcelDateTime::from_ymd(year, day.month().unsigned_abs(), day.day().unsigned_abs())
}

fn row_number(row: usize) -> u32 {
    u32::try_from(row).unwrap_or(u32::MAX)
}

/// As much of a text as a cell holds, with a sign where it was cut.
fn cut(text: &str) -> String {
    if text.encode_utf16().count() <= CELL {
        return text.to_owned();
    }
    let mut units = 1;
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= CELL
    };
    text.chars().take_while(fits).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_is_too_long_says_so() {
        assert_eq!(cut("short"), "short");
        let cut = cut(&"😀".repeat(20_000));
        assert!(cut.encode_utf16().count() <= CELL && cut.ends_with('…'));
    }
}
