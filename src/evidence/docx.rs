//! DOCX: paragraphs and tables as they read once all changes are accepted.

use super::document::{Document, Heading, Property, labelled};
use super::grid::{Grid, RawCell, RawRow};
use super::node::Malformed;
use super::xlsx::check_size;
use crate::pack::normalize_header;
use crate::source::Source;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::io::{Cursor, Read};
use std::ops::Range;
use std::sync::Arc;
use zip::ZipArchive;

/// The text of a document may be this long.
const LONGEST: u64 = 64 << 20;

/// Reads a DOCX file. Its text has a line for every paragraph and every table row.
///
/// # Errors
/// When the bytes are no DOCX, or more than may be read.
pub(super) fn read(name: &str, bytes: &[u8]) -> Result<(Document, Vec<Grid>), Malformed> {
    let broken = |reason: String| Malformed { at: 0, reason };
    check_size(bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| broken(error.to_string()))?;
    let part = archive.by_name("word/document.xml").map_err(|error| broken(error.to_string()))?;
    let mut xml = String::new();
    part.take(LONGEST).read_to_string(&mut xml).map_err(|error| broken(error.to_string()))?;
    let mut body = Body::default();
    body.read(&xml).map_err(|error| broken(error.to_string()))?;
    Ok(body.finish(name))
}

/// What is read so far.
#[derive(Default)]
struct Body {
    text: String,
    headings: Vec<Heading>,
    /// Rows of each outermost table, with the heading above it.
    tables: Vec<(Option<String>, Vec<RawRow>)>,
    table_depth: usize,
    /// Start of the paragraph or cell that is being read.
    start: usize,
    level: Option<u8>,
    /// Depth of deleted text, which no longer counts.
    deleted: usize,
    in_text: bool,
}

impl Body {
    fn read(&mut self, xml: &str) -> Result<(), quick_xml::Error> {
        let mut reader = Reader::from_str(xml);
        loop {
            match reader.read_event()? {
                Event::Start(start) => self.open(&start),
                Event::Empty(start) => {
                    self.open(&start);
                    self.close(start.local_name().as_ref());
                }
                Event::End(end) => self.close(end.local_name().as_ref()),
                Event::Text(text) if self.in_text && self.deleted == 0 => self.push(&text.into_inner()),
                Event::GeneralRef(reference) if self.in_text && self.deleted == 0 => {
                    let entity = format!("&{};", &*reference.into_inner());
                    let text = quick_xml::escape::unescape(&entity).unwrap_or_default().into_owned();
                    self.push(&text);
                }
                Event::Eof => return Ok(()),
                _ => {}
            }
        }
    }

    /// Line ends inside of a paragraph would break the lines of the text.
    fn push(&mut self, text: &str) {
        self.text.push_str(&text.replace(['\n', '\r', '\t'], " "));
    }

    fn open(&mut self, element: &BytesStart<'_>) {
        match element.local_name().as_ref() {
            "p" if self.table_depth == 0 => self.start = self.text.len(),
            "p" if !self.text.ends_with(['\n', '\t']) && self.text.len() > self.start => self.text.push(' '),
            "pStyle" => self.level = heading_level(element),
            "t" => self.in_text = true,
            "tab" | "br" | "cr" if self.deleted == 0 => self.text.push(' '),
            "del" | "moveFrom" => self.deleted += 1,
            "tbl" => {
                if self.table_depth == 0 {
                    let above = self.headings.last().map(|heading| heading.text.clone());
                    self.tables.push((above, Vec::new()));
                }
                self.table_depth += 1;
            }
            "tr" if self.table_depth == 1 => {
                self.tables.last_mut().map(|(_, rows)| rows.push(RawRow::default())).unwrap_or_default();
            }
            "tc" if self.table_depth == 1 => self.start = self.text.len(),
            _ => {}
        }
    }

    fn close(&mut self, element: &str) {
        match element {
            "t" => self.in_text = false,
            "del" | "moveFrom" => self.deleted = self.deleted.saturating_sub(1),
            "p" if self.table_depth == 0 => self.end_paragraph(),
            "tc" if self.table_depth == 1 => {
                let range = trimmed(&self.text, self.start..self.text.len());
                let row = self.tables.last_mut().and_then(|(_, rows)| rows.last_mut());
                row.map(|row| row.cells.push(RawCell::plain(range))).unwrap_or_default();
                self.text.push('\t');
            }
            "tr" if self.table_depth == 1 => self.text.push('\n'),
            "tbl" => self.table_depth = self.table_depth.saturating_sub(1),
            _ => {}
        }
    }

    fn end_paragraph(&mut self) {
        let range = trimmed(&self.text, self.start..self.text.len());
        if let Some(level) = self.level.take()
            && !range.is_empty()
        {
            self.headings.push(Heading { level, text: self.text[range.clone()].to_owned(), range });
        }
        self.text.push('\n');
    }

    fn finish(self, name: &str) -> (Document, Vec<Grid>) {
        let source = Arc::new(Source::new(name, self.text));
        let build = |(title, rows): (Option<String>, Vec<RawRow>)| {
            Grid::build(Arc::clone(&source), title, rows.into_iter(), &|_| 0)
        };
        let tables: Vec<Grid> = self.tables.into_iter().map(build).collect();
        let mut document = Document::plain(Arc::clone(&source));
        document.properties = labelled(source.text());
        document.properties.extend(tables.iter().flat_map(labelled_rows));
        if !self.headings.is_empty() {
            document.title = self.headings.first().cloned();
            document.headings = self.headings;
        }
        (document, tables)
    }
}

/// A table of two columns states properties, its first row too: Word tables need no header.
fn labelled_rows(table: &Grid) -> Vec<Property> {
    if table.width() != 2 {
        return Vec::new();
    }
    let first = table.header_cells.first().zip(table.header_cells.get(1));
    let header = first.and_then(|(_, value)| {
        let (label, range) = (normalize_header(&table.headers[0]), value.range()?);
        Some(Property { label, value: table.headers[1].clone(), range })
    });
    let row = |row: usize| {
        let range = table.cell(row, 1).range()?;
        Some(Property {
            label: normalize_header(table.text(row, 0)),
            value: table.text(row, 1).to_owned(),
            range,
        })
    };
    header.into_iter().chain((0..table.len()).filter_map(row)).collect()
}

/// `Heading2`, `Title`, `berschrift1`: the level a paragraph style gives.
fn heading_level(style: &BytesStart<'_>) -> Option<u8> {
    let value = style.try_get_attribute("w:val").ok().flatten()?;
    let name = value.value.to_lowercase();
    if name == "title" || name == "titel" {
        return Some(1);
    }
    let digits = ["heading", "berschrift", "überschrift", "titre", "ttulo", "título", "titolo"];
    let rest = digits.iter().find_map(|stem| name.strip_prefix(stem))?;
    rest.trim().parse().ok().filter(|level| (1..=9).contains(level))
}

fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let inner = &text[range.clone()];
    let start = range.start + (inner.len() - inner.trim_start().len());
    start..start + inner.trim().len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;
    use zip::write::SimpleFileOptions;

    fn docx(body: &str) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        writer.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
        write!(writer, r#"<w:document xmlns:w="w"><w:body>{body}</w:body></w:document>"#).unwrap();
        writer.finish().unwrap().into_inner()
    }

    fn paragraph(text: &str) -> String {
        format!("<w:p><w:r><w:t>{text}</w:t></w:r></w:p>")
    }

    #[test]
    fn paragraphs_headings_and_tables_are_read() {
        let cell = |text: &str| format!("<w:tc>{}</w:tc>", paragraph(text));
        let row = |a: &str, b: &str| format!("<w:tr>{}{}</w:tr>", cell(a), cell(b));
        let body = format!(
            r#"<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>R&amp;D policy</w:t></w:r></w:p>{}<w:tbl>{}{}</w:tbl>{}"#,
            paragraph("Version: 2.0"),
            row("Ref", "State"),
            row("A.5.1", "done"),
            paragraph("after")
        );
        let (document, tables) = read("policy.docx", &docx(&body)).unwrap();
        assert_eq!(document.name(), "R&D policy");
        assert_eq!(document.properties[0].value, "2.0");
        assert_eq!((tables[0].text(0, 0), tables[0].title.as_deref()), ("A.5.1", Some("R&D policy")));
        assert_eq!(tables[0].span(0, 1).place("").line, 4);
        assert_eq!(document.source.line(5).text(), "after");
    }

    #[test]
    fn deleted_text_does_not_count() {
        let body = "<w:p><w:r><w:t>kept</w:t></w:r><w:del><w:r><w:delText>gone</w:delText><w:t>gone</w:t></w:r></w:del></w:p>";
        let (document, _) = read("a.docx", &docx(body)).unwrap();
        assert_eq!(document.source.text(), "kept\n");
    }

    #[test]
    fn what_is_no_docx_is_refused() {
        assert!(read("a.docx", b"PK not really").is_err());
        assert!(read("a.docx", &docx("<w:p>").split_off(20)).is_err());
    }
}
