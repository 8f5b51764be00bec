//! Documents: text with a title, headings, properties and links.

use crate::pack::normalize_header;
use crate::place::Place;
use crate::source::Source;
use regex::Regex;
use serde::{Deserialize, Serialize};
use std::ops::Range;
use std::sync::{Arc, LazyLock};

/// Lines at the start of a document in which `Owner: Jo` is a property without any emphasis.
const HEAD_LINES: usize = 30;

/// A policy, a plan, minutes: any text that people read from top to bottom.
#[derive(Debug, Serialize, Deserialize)]
pub struct Document {
    /// The text.
    pub source: Arc<Source>,
    /// The first heading, or the first line.
    pub title: Option<Heading>,
    /// All headings, in order.
    pub headings: Vec<Heading>,
    /// What the document says of itself: owner, version, approval.
    pub properties: Vec<Property>,
    /// Links, in order.
    pub links: Vec<Link>,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    /// 1 for the highest.
    pub level: u8,
    /// Its text without markup.
    pub text: String,
    /// Bytes of the source.
    pub range: Range<usize>,
}

/// Something a document says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Property {
    /// The label, normalized like a header.
    pub label: String,
    /// The value without markup.
    pub value: String,
    /// Bytes of the value.
    pub range: Range<usize>,
}

/// A link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Where it leads.
    pub target: String,
    /// Bytes of the source.
    pub range: Range<usize>,
}

/// `**Owner:** Jo`, `**Owner**: Jo`, `- **Owner:** Jo`, `> Owner: Jo`.
static LABELLED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let text = r"(?m)^(?P<lead>(?:[ \t]|>|[*+-][ \t])*)(?P<bold>\*\*|__)?(?P<label>\p{L}[^:|\n*_]{1,40}?)(?:\*\*|__)?:(?:\*\*|__)?[ \t]*(?P<value>[^\s|][^\n]*?)[ \t\r]*$";
    Regex::new(text).ok()
});

impl Document {
    /// A document without markup: its first line is its title.
    pub fn plain(source: Arc<Source>) -> Self {
        let text = source.text();
        let start = text.find(|c: char| !c.is_whitespace()).unwrap_or(0);
        let end = text[start..].find('\n').map_or(text.len(), |at| start + at);
        let title = text[start..end].trim_end();
        let range = start..start + title.len();
        let title = (!title.is_empty()).then(|| Heading { level: 1, text: title.to_owned(), range });
        let properties = labelled(text);
        Self { source, headings: title.iter().cloned().collect(), title, properties, links: Vec::new() }
    }

    /// The text below the first heading that this pattern matches, down to the next heading of the
    /// same level or a higher one.
    pub fn section(&self, pattern: &Regex) -> Option<Range<usize>> {
        let at = self.headings.iter().position(|heading| pattern.is_match(&heading.text))?;
        let heading = &self.headings[at];
        let next = self.headings[at + 1..].iter().find(|next| next.level <= heading.level);
        let text = self.source.text();
        // A heading begins with its signs, which stand before its text.
        let line_of = |at: usize| text[..at].rfind('\n').map_or(0, |end| end + 1);
        let end = next.map_or(text.len(), |next| line_of(next.range.start));
        Some(heading.range.end..end.max(heading.range.end))
    }

    /// The place of the title, or of the first line.
    pub fn place(&self, label: &str) -> Place {
        match &self.title {
            Some(title) => self.source.span(title.range.clone()).place(label),
            None => self.source.line(1).place(label),
        }
    }

    /// The title without markup, or the name of the file.
    pub fn name(&self) -> &str {
        match &self.title {
            Some(title) => &title.text,
            None => self.source.name(),
        }
    }
}

/// The properties that lines of a text state: emphasized or quoted ones anywhere, others in the
/// first lines only, where they cannot be prose.
pub(super) fn labelled(text: &str) -> Vec<Property> {
    let head: usize = text.split_inclusive('\n').take(HEAD_LINES).map(str::len).sum();
    let Some(pattern) = LABELLED.as_ref() else { return Vec::new() };
    let found = pattern.captures_iter(text).filter(|found| {
        let marked = found.name("bold").is_some() || found["lead"].contains('>');
        marked || found.get(0).is_some_and(|all| all.start() < head)
    });
    found
        .filter_map(|found| {
            let value = found.name("value")?;
            Some(Property {
                label: normalize_header(&found["label"]),
                value: without_markup(value.as_str()),
                range: value.range(),
            })
        })
        .collect()
}

/// A text without the emphasis, code marks and escapes of Markdown.
pub(super) fn without_markup(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut characters = text.trim().chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' => plain.extend(characters.next()),
            '*' | '`' => {}
            '_' if characters.peek() == Some(&'_') => drop(characters.next()),
            _ => plain.push(c),
        }
    }
    plain.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties(text: &str) -> Vec<(String, String)> {
        labelled(text).into_iter().map(|property| (property.label, property.value)).collect()
    }

    #[test]
    fn a_document_says_who_owns_it_in_many_ways() {
        let text = "# Policy\n> Owner: [ROLE]  \n> **Version:** 1.0\n**Approved by**: CEO\n- **Next review:** 2027-01-15\nDate: 2026-01-15\n";
        let found = properties(text);
        let pairs: Vec<(&str, &str)> =
            found.iter().map(|(label, value)| (label.as_str(), value.as_str())).collect();
        assert_eq!(
            pairs,
            [
                ("owner", "[ROLE]"),
                ("version", "1.0"),
                ("approved by", "CEO"),
                ("next review", "2027-01-15"),
                ("date", "2026-01-15")
            ]
        );
    }

    #[test]
    fn prose_further_down_states_no_property() {
        let text = format!("{}Remember this: it is prose.\n**Status:** draft\n", "line\n".repeat(40));
        assert_eq!(properties(&text), [("status".to_owned(), "draft".to_owned())]);
    }

    #[test]
    fn a_section_ends_at_the_next_heading_of_its_level() {
        let text = "# A\none\n## B\ntwo\n# C\nthree\n";
        let heading = |level, text: &str, range| Heading { level, text: text.to_owned(), range };
        let document = Document {
            source: Arc::new(Source::new("a.md", text)),
            title: None,
            headings: vec![heading(1, "A", 0..3), heading(2, "B", 8..12), heading(1, "C", 17..20)],
            properties: Vec::new(),
            links: Vec::new(),
        };
        let section = document.section(&Regex::new("(?i)^a$").unwrap()).unwrap();
        assert_eq!(&text[section], "\none\n## B\ntwo\n");
        assert_eq!(document.section(&Regex::new("D").unwrap()), None);
    }
}
