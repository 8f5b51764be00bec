//! XML as a tree: attributes under `@name`, children under their names, text under `#text`.

use super::node::{DEEPEST, Malformed, Node, NodeValue};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use std::ops::Range;

/// An element that is not closed yet.
struct Open {
    name: String,
    start: usize,
    entries: Vec<(String, Node)>,
    text: String,
    /// From the first sign of its text to the last.
    text_at: Option<Range<usize>>,
}

/// Reads XML. The root is one entry of the tree, under its name. Entities are not looked up: there is
/// nothing to read outside of the text, and nothing that grows.
///
/// # Errors
/// The first place where the text is not XML, or nests too deeply.
pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    let mut reader = Reader::from_str(text);
    let mut open: Vec<Open> = vec![Open::new(String::new(), 0)];
    loop {
        let from = at(reader.buffer_position());
        let event = reader.read_event().map_err(|error| Malformed {
            at: at(reader.error_position()).min(text.len()),
            reason: error.to_string().to_lowercase(),
        })?;
        let to = at(reader.buffer_position());
        match event {
            Event::Start(tag) => {
                if open.len() > DEEPEST {
                    return Err(Malformed { at: from, reason: "it nests too deeply".to_owned() });
                }
                open.push(element(&tag, from, text)?);
            }
            Event::Empty(tag) => {
                let element = element(&tag, from, text)?;
                close(&mut open, element, to);
            }
            Event::End(_) => {
                if open.len() > 1
                    && let Some(element) = open.pop()
                {
                    close(&mut open, element, to);
                }
            }
            Event::Text(_) => say(&mut open, from..to, &text[from..to]),
            Event::CData(inside) => {
                let inside = inside.into_inner();
                say(&mut open, from + "<![CDATA[".len()..to - "]]>".len(), &inside);
            }
            Event::GeneralRef(_) => {
                let raw = &text[from..to];
                let meant = quick_xml::escape::unescape(raw).map_or(raw.to_owned(), |text| text.into_owned());
                say(&mut open, from..to, &meant);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    match open.pop() {
        Some(root) if open.is_empty() => {
            Ok(Node { range: 0..text.len(), value: NodeValue::Map(root.entries) })
        }
        Some(element) => {
            Err(Malformed { at: element.start, reason: format!("<{}> is never closed", element.name) })
        }
        None => Err(Malformed { at: 0, reason: "it holds no element".to_owned() }),
    }
}

/// The name of the first element, whatever follows.
pub(super) fn root_name(text: &str) -> Option<&str> {
    let mut reader = Reader::from_str(text);
    loop {
        let from = at(reader.buffer_position());
        match reader.read_event().ok()? {
            Event::Start(tag) | Event::Empty(tag) => {
                let length = tag.name().as_ref().len();
                return text.get(from + 1..from + 1 + length);
            }
            Event::Eof => return None,
            _ => {}
        }
    }
}

fn at(position: u64) -> usize {
    usize::try_from(position).unwrap_or(usize::MAX)
}

impl Open {
    fn new(name: String, start: usize) -> Self {
        Self { name, start, entries: Vec::new(), text: String::new(), text_at: None }
    }
}

/// An element with its attributes, whose `<` stands at `start`.
fn element(tag: &BytesStart<'_>, start: usize, text: &str) -> Result<Open, Malformed> {
    let name = tag.name().as_ref().to_owned();
    let mut at = start + 1 + name.len();
    let mut element = Open::new(name, start);
    for attribute in tag.attributes() {
        let attribute =
            attribute.map_err(|error| Malformed { at: start, reason: error.to_string().to_lowercase() })?;
        // Attributes come in order, so each stands behind the one before.
        let key = attribute.key.as_ref();
        let raw: &str = &attribute.value;
        let key_at = text[at..].find(key).map_or(at, |found| at + found);
        let quote = text[key_at..].find(['"', '\'']).map_or(key_at, |found| key_at + found + 1);
        let range = quote..quote + raw.len();
        at = range.end + 1;
        let value = quick_xml::escape::unescape(raw).map_or(raw.to_owned(), |text| text.into_owned());
        element.entries.push((format!("@{key}"), Node { range, value: NodeValue::Text(value) }));
    }
    Ok(element)
}

/// Adds text to the element that is open.
fn say(open: &mut [Open], range: Range<usize>, text: &str) {
    let Some(element) = open.last_mut() else { return };
    if element.text_at.is_none() {
        // Blanks before the text are none of it.
        let inner = text.trim_start();
        if !inner.is_empty() {
            element.text_at = Some(range.start + (text.len() - inner.len())..range.end);
            element.text.push_str(inner);
        }
        return;
    }
    if let Some(known) = &mut element.text_at {
        known.end = range.end;
        element.text.push_str(text);
    }
}

fn close(open: &mut [Open], mut element: Open, end: usize) {
    if let Some(mut range) = element.text_at.take() {
        let blanks = element.text.len() - element.text.trim_end().len();
        range.end = range.end.saturating_sub(blanks).max(range.start);
        element.text.truncate(element.text.len() - blanks);
        element.entries.push(("#text".to_owned(), Node { range, value: NodeValue::Text(element.text) }));
    }
    let node = Node { range: element.start..end, value: NodeValue::Map(element.entries) };
    if let Some(parent) = open.last_mut() {
        parent.entries.push((element.name, node));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn attributes_children_and_text_stand_where_they_stand() {
        let text = "<?xml version=\"1.0\"?>\n<r a='1' b = \"x &amp; y\"><h> é one<b/></h><h>two &lt; three\n</h></r>";
        let node = read(text).unwrap();
        let root = node.get("r").unwrap();
        let attribute = root.get("@b").unwrap();
        assert_eq!(&text[attribute.range.clone()], "x &amp; y");
        assert_eq!(attribute.plain().unwrap(), "x & y");
        let NodeValue::Map(entries) = &root.value else { panic!() };
        let texts: Vec<&Node> = entries
            .iter()
            .filter(|(key, _)| key == "h")
            .map(|(_, node)| node.get("#text").unwrap())
            .collect();
        assert_eq!(&text[texts[0].range.clone()], "é one");
        assert_eq!(
            (&text[texts[1].range.clone()], &*texts[1].plain().unwrap()),
            ("two &lt; three", "two < three")
        );
    }

    #[test]
    fn entities_of_a_document_type_stay_what_they_are() {
        let text = r#"<!DOCTYPE r [<!ENTITY a "aaaa"><!ENTITY f SYSTEM "file:///etc/passwd">]><r>&f;&a;</r>"#;
        let node = read(text).unwrap();
        assert_eq!(node.get("r").unwrap().get("#text").unwrap().plain().unwrap(), "&f;&a;");
    }

    #[test]
    fn what_is_broken_off_is_told_where() {
        let error = read("<nmaprun><host><a x='1'/>").unwrap_err();
        assert_eq!((error.at, error.reason.as_str()), (9, "<host> is never closed"));
        assert!(read("<a><b></a>").is_err());
        assert!(read("<a b=1></a>").is_err());
        assert_eq!(root_name("<!-- x --><nmaprun a='1'><host"), Some("nmaprun"));
        let deep = format!("{}{}", "<a>".repeat(5_000), "</a>".repeat(5_000));
        assert_eq!(read(&deep).unwrap_err().reason, "it nests too deeply");
    }

    proptest! {
        /// Whatever stands in the text: no panic, and every value lies within its element.
        #[test]
        fn values_lie_within_the_text(text in "(<[ab]( [xy]='[a&;é ]{0,4}')?/?>|</[ab]>|[a-c é&;\n]{0,5}|<!\\[CDATA\\[[a\\]é]{0,3}\\]\\]>){0,12}") {
            fn holds(node: &Node, text: &str) {
                assert!(text.get(node.range.clone()).is_some(), "{:?} in {text:?}", node.range);
                if let NodeValue::Map(entries) = &node.value {
                    for (_, below) in entries {
                        assert!(below.range.start >= node.range.start && below.range.end <= node.range.end);
                        holds(below, text);
                    }
                }
            }
            if let Ok(node) = read(&text) {
                holds(&node, &text);
            }
        }
    }
}
