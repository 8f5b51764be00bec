//! Files that are exports of tools.

use super::{Expected, Opened, Opener};
use crate::evidence::csv::CsvRows;
use crate::evidence::exports::{self, Import, Importer};
use crate::evidence::grid::{RawCell, RawRow};
use crate::evidence::node::{Node, NodeValue};
use crate::evidence::xml;
use crate::pack::{Export, ExportFormat, Kind};
use crate::source::Source;
use std::sync::Arc;

impl Opener<'_> {
    /// The export that a tree is, where it may be one.
    pub(super) fn export(
        &self,
        expected: &Expected,
        format: ExportFormat,
        tree: &Node,
    ) -> Option<&Arc<Export>> {
        let export = exports::recognize(self.packs, format, tree)?;
        let is_meant = |kind: &Arc<Kind>| export.gives(&kind.id);
        (expected.kinds.is_empty() || expected.kinds.iter().any(is_meant)).then_some(export)
    }

    pub(super) fn imported(
        &self,
        export: &Arc<Export>,
        source: &Arc<Source>,
        take: impl FnOnce(&mut Importer<'_>),
    ) -> Import {
        let mut importer = Importer::new(self.packs, Arc::clone(export), Arc::clone(source));
        take(&mut importer);
        importer.finish()
    }

    /// XML is read where it is an export that is known; nothing else of it is evidence.
    pub(super) fn open_xml(&self, expected: &Expected, source: &Arc<Source>, opened: &mut Opened) {
        if !xml::root_name(source.text()).is_some_and(|name| exports::has_root(self.packs, name)) {
            return;
        }
        match xml::read(source.text()) {
            Ok(tree) => {
                if let Some(export) = self.export(expected, ExportFormat::Xml, &tree) {
                    opened.import(self.imported(export, source, |importer| importer.take(&tree)));
                }
            }
            Err(error) => self.malformed(source, &error, opened),
        }
    }

    /// The export that rows under this header are.
    pub(super) fn export_of_rows(
        &self,
        expected: &Expected,
        source: &Source,
        header: &RawRow,
    ) -> Option<&Arc<Export>> {
        let entry = |cell: &RawCell| {
            let text = cell.text(source.text()).to_owned();
            (text.clone(), Node { range: cell.range.clone(), value: NodeValue::Text(text) })
        };
        let value = NodeValue::Map(header.cells.iter().map(entry).collect());
        self.export(expected, ExportFormat::Csv, &Node { range: header.range(), value })
    }

    /// Rows of CSV, the header first.
    pub(super) fn imported_rows(
        &self,
        export: &Arc<Export>,
        source: &Arc<Source>,
        rows: &mut CsvRows<'_>,
    ) -> Import {
        let Some(header) = rows.next() else { return Import::default() };
        let headers: Vec<String> =
            header.cells.iter().map(|cell| cell.text(source.text()).trim().to_owned()).collect();
        self.imported(export, source, |importer| rows.for_each(|row| importer.take_row(&headers, row)))
    }
}
