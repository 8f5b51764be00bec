//! Markdown: headings, tables, links and front matter, each with its exact place.

use super::document::{Document, Heading, Link, Property, labelled};
use super::grid::{Grid, RawCell, RawRow};
use super::node::{Node, NodeValue};
use crate::pack::normalize_header;
use crate::source::Source;
use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::ops::Range;
use std::sync::Arc;

/// Reads a Markdown text: the document, and its tables, each titled by the heading above it.
pub(super) fn read(source: &Arc<Source>) -> (Document, Vec<Grid>) {
    let mut reader = Reader {
        source,
        headings: Vec::new(),
        links: Vec::new(),
        properties: Vec::new(),
        tables: Vec::new(),
    };
    reader.read();
    reader.properties.extend(labelled(source.text()));
    for table in &reader.tables {
        reader.properties.extend(two_columns(table));
    }
    let document = Document {
        source: Arc::clone(source),
        title: reader.headings.first().cloned(),
        headings: reader.headings,
        properties: reader.properties,
        links: reader.links,
    };
    (document, reader.tables)
}

struct Reader<'a> {
    source: &'a Arc<Source>,
    headings: Vec<Heading>,
    links: Vec<Link>,
    properties: Vec<Property>,
    tables: Vec<Grid>,
}

type Events<'a> = pulldown_cmark::OffsetIter<'a>;

/// Text without markup, and the bytes from its first letter to its last.
#[derive(Default)]
struct Inline {
    text: String,
    range: Range<usize>,
}

impl Reader<'_> {
    fn read(&mut self) {
        let options =
            Options::ENABLE_TABLES | Options::ENABLE_YAML_STYLE_METADATA_BLOCKS | Options::ENABLE_FOOTNOTES;
        let source = Arc::clone(self.source);
        let mut events = Parser::new_ext(source.text(), options).into_offset_iter();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::Heading { level, .. }) => {
                    let Inline { text, range } =
                        self.inline(&mut events, &TagEnd::Heading(level), range.start);
                    self.headings.push(Heading { level: level as u8, text, range });
                }
                Event::Start(Tag::MetadataBlock(kind)) => {
                    let block = self.inline(&mut events, &TagEnd::MetadataBlock(kind), range.start);
                    self.front_matter(&block);
                }
                Event::Start(Tag::Table(_)) => self.table(&mut events),
                Event::Start(Tag::Link { dest_url, .. }) => self.link(&dest_url, range),
                _ => {}
            }
        }
    }

    fn link(&mut self, target: &str, range: Range<usize>) {
        self.links.push(Link { target: target.to_owned(), range });
    }

    /// The text up to this end, without markup. An empty one stands at `at`.
    fn inline(&mut self, events: &mut Events<'_>, end: &TagEnd, at: usize) -> Inline {
        let mut inline = Inline { text: String::new(), range: at..at };
        for (event, range) in events.by_ref() {
            match event {
                Event::End(tag) if tag == *end => break,
                Event::Start(Tag::Link { dest_url, .. }) => self.link(&dest_url, range),
                Event::Text(text) | Event::Code(text) => {
                    let start = if inline.text.is_empty() { range.start } else { inline.range.start };
                    inline.range = start..range.end;
                    inline.text.push_str(&text);
                }
                // `<br>` in a cell parts two lines of it.
                Event::InlineHtml(_) | Event::SoftBreak | Event::HardBreak => inline.text.push(' '),
                _ => {}
            }
        }
        inline.text = inline.text.trim().to_owned();
        inline
    }

    fn front_matter(&mut self, block: &Inline) {
        let text = &self.source.text()[block.range.clone()];
        let Ok(Node { value: NodeValue::Map(entries), .. }) = Node::yaml(text) else { return };
        for (key, node) in entries {
            let Some(value) = node.plain() else { continue };
            let range = block.range.start + node.range.start..block.range.start + node.range.end;
            self.properties.push(Property {
                label: normalize_header(&key),
                value: value.into_owned(),
                range,
            });
        }
    }

    fn table(&mut self, events: &mut Events<'_>) {
        let mut rows: Vec<RawRow> = Vec::new();
        while let Some((event, range)) = events.next() {
            match event {
                Event::Start(Tag::TableHead | Tag::TableRow) => rows.push(RawRow::default()),
                Event::Start(Tag::TableCell) => {
                    let cell = self.inline(events, &TagEnd::TableCell, range.start);
                    let differs = self.source.text().get(cell.range.clone()) != Some(&cell.text);
                    let cell = RawCell { range: cell.range, text: differs.then(|| cell.text.into()) };
                    rows.last_mut().map(|row| row.cells.push(cell)).unwrap_or_default();
                }
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        let title = self.headings.last().map(|heading| heading.text.clone());
        self.tables.push(Grid::build(Arc::clone(self.source), title, rows.into_iter(), &|_| 0));
    }
}

/// A table of two columns, as `| Field | Value |`, states properties.
fn two_columns(table: &Grid) -> Vec<Property> {
    if table.width() != 2 {
        return Vec::new();
    }
    let property = |row: usize| {
        let range = table.cell(row, 1).range()?;
        let (label, value) = (normalize_header(table.text(row, 0)), table.text(row, 1).to_owned());
        (!label.is_empty()).then_some(Property { label, value, range })
    };
    (0..table.len()).filter_map(property).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_text(text: &str) -> (Document, Vec<Grid>) {
        read(&Arc::new(Source::new("policy.md", text)))
    }

    #[test]
    fn headings_tables_and_links_stand_where_they_stand() {
        let text = "# Access **policy**\n\nSee [the plan](plan.md).\n\n## Status\n\n| Ref | State |\n|---|---|\n| **A.5.1** | ✅ `done` |\n| A.5.2 | |\n";
        let (document, tables) = read_text(text);
        assert_eq!(document.name(), "Access policy");
        assert_eq!(&text[document.headings[1].range.clone()], "Status");
        assert_eq!(document.links[0].target, "plan.md");
        let table = &tables[0];
        assert_eq!(table.title.as_deref(), Some("Status"));
        assert_eq!((table.text(0, 0), table.text(0, 1), table.text(1, 1)), ("A.5.1", "✅ done", ""));
        assert_eq!(table.span(0, 0).text(), "A.5.1");
        assert_eq!(table.span(0, 0).place("").line, 9);
    }

    #[test]
    fn front_matter_and_field_tables_state_properties() {
        let text = "---\ntitle: Scope\nversion: 1.2\n---\n\n# Scope\n\n| Field | Value |\n|---|---|\n| Lead auditor | Ana |\n";
        let (document, _) = read_text(text);
        let found: Vec<(&str, &str)> =
            document.properties.iter().map(|p| (p.label.as_str(), p.value.as_str())).collect();
        assert!(found.contains(&("version", "1.2")), "{found:?}");
        assert!(found.contains(&("lead auditor", "Ana")), "{found:?}");
        let version = document.properties.iter().find(|p| p.label == "version").unwrap();
        assert_eq!(&text[version.range.clone()], "1.2");
    }

    #[test]
    fn an_empty_text_is_an_empty_document() {
        let (document, tables) = read_text("");
        assert!(document.headings.is_empty() && tables.is_empty());
        assert_eq!(document.place("").line, 1);
    }
}
