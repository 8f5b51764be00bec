//! Archives around XML. Few changed bytes of an archive survive its checksums; changed XML that
//! is packed afterwards does.

use std::io::{Cursor, Write as _};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

const WORKBOOK: &str = r#"<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Records" sheetId="1" r:id="rId1"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>"#;

/// A workbook as it is, or one around the XML of a sheet.
pub(crate) fn workbook(bytes: &[u8]) -> Vec<u8> {
    let parts = [
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/worksheets/sheet1.xml", bytes),
    ];
    if is_archive(bytes) { bytes.to_vec() } else { pack(&parts) }
}

/// A document as it is, or one around the XML of its text.
pub(crate) fn document(bytes: &[u8]) -> Vec<u8> {
    if is_archive(bytes) { bytes.to_vec() } else { pack(&[("word/document.xml", bytes)]) }
}

fn is_archive(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK")
}

fn pack(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, bytes) in parts {
        archive.start_file(*name, stored).expect("an archive in memory takes a file");
        archive.write_all(bytes).expect("an archive in memory takes bytes");
    }
    archive.finish().expect("an archive in memory can be ended").into_inner()
}
