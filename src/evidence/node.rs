//! A tree of values with the place of each: what JSON, TOML and YAML have in common.

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use std::borrow::Cow;
use std::fmt;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Values nested deeper than this are not read.
pub(super) const DEEPEST: usize = 64;

/// A value and the bytes it stands at, quotes left out.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Node {
    /// Bytes of the text that was parsed.
    pub range: Range<usize>,
    /// The value.
    pub value: NodeValue,
}

/// A value of JSON, TOML or YAML.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum NodeValue {
    /// Nothing.
    Null,
    /// True or false.
    Bool(bool),
    /// A number, as it is written: no digit is lost.
    Number(String),
    /// A text, unescaped; dates of TOML too.
    Text(String),
    /// A list.
    List(Vec<Node>),
    /// Keys and values, in order, keys possibly twice.
    Map(Vec<(String, Node)>),
    /// Nested too deeply to be read.
    TooDeep,
}

/// Why a text is not what it should be, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    /// Byte of the text.
    pub at: usize,
    /// Why, a lower-case fragment.
    pub reason: String,
}

impl Node {
    /// Reads TOML.
    ///
    /// # Errors
    /// The first place where the text is not TOML.
    pub(super) fn toml(text: &str) -> Result<Self, Malformed> {
        let table = DeTable::parse(text).map_err(|error| Malformed {
            at: error.span().map_or(0, |span| span.start),
            reason: error.message().lines().next().unwrap_or_default().to_owned(),
        })?;
        Ok(Self { range: table.span(), value: toml_table(table.get_ref(), 0) })
    }

    /// Reads YAML, all documents as one list when there are several.
    ///
    /// # Errors
    /// The first place where the text is not YAML.
    pub(super) fn yaml(text: &str) -> Result<Self, Malformed> {
        let documents: Vec<YamlNode> = serde_saphyr::from_multiple(text).map_err(|error| {
            let place = error.location().map(|location| (location.line(), location.column()));
            let (line, column) = place.unwrap_or((1, 1));
            let reason = error.without_snippet().to_string();
            let reason = reason.lines().next().unwrap_or("not YAML");
            Malformed {
                at: byte_of(text, usize::try_from(line).unwrap_or(1), usize::try_from(column).unwrap_or(1)),
                reason: reason.split(" at line ").next().unwrap_or(reason).to_owned(),
            }
        })?;
        let mut nodes: Vec<Self> = documents.into_iter().map(|document| document.0).collect();
        if nodes.len() == 1 {
            return Ok(nodes.remove(0));
        }
        Ok(Self { range: 0..text.len(), value: NodeValue::List(nodes) })
    }

    /// The value under a key; the last one, when the key stands twice.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        let NodeValue::Map(entries) = &self.value else { return None };
        entries.iter().rev().find(|(known, _)| known == key).map(|(_, node)| node)
    }

    /// A key that stands twice in this object or below it, with the place of the second value.
    pub(super) fn duplicate_key(&self) -> Option<(&str, &Self)> {
        match &self.value {
            NodeValue::Map(entries) => entries.iter().enumerate().find_map(|(at, (key, node))| {
                let twice = entries[..at].iter().any(|(before, _)| before == key);
                if twice { Some((key.as_str(), node)) } else { node.duplicate_key() }
            }),
            NodeValue::List(nodes) => nodes.iter().find_map(Self::duplicate_key),
            _ => None,
        }
    }

    /// Moves the node and all below it, for a text that is part of a larger one.
    pub(super) fn move_by(&mut self, bytes: usize) {
        self.range = self.range.start + bytes..self.range.end + bytes;
        match &mut self.value {
            NodeValue::List(nodes) => nodes.iter_mut().for_each(|node| node.move_by(bytes)),
            NodeValue::Map(entries) => entries.iter_mut().for_each(|(_, node)| node.move_by(bytes)),
            _ => {}
        }
    }

    /// The text of a plain value: `true`, `4.5`, `eve`; nothing for null; lists of plain values
    /// are joined with `; `. `None` for objects.
    pub(super) fn plain(&self) -> Option<Cow<'_, str>> {
        match &self.value {
            NodeValue::Null => Some(Cow::Borrowed("")),
            NodeValue::Bool(value) => Some(Cow::Borrowed(if *value { "true" } else { "false" })),
            NodeValue::Number(text) | NodeValue::Text(text) => Some(Cow::Borrowed(text)),
            NodeValue::List(nodes) => {
                let texts: Option<Vec<_>> = nodes.iter().map(Self::plain).collect();
                texts.map(|texts| Cow::Owned(texts.join("; ")))
            }
            NodeValue::Map(_) | NodeValue::TooDeep => None,
        }
    }
}

/// The byte at a line and column, both from 1, the column in characters.
pub(super) fn byte_of(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let within = text[start..].char_indices().nth(column.saturating_sub(1)).map_or(0, |(at, _)| at);
    start + within
}

fn toml_table(table: &DeTable<'_>, depth: usize) -> NodeValue {
    if depth > DEEPEST {
        return NodeValue::TooDeep;
    }
    NodeValue::Map(
        table.iter().map(|(key, value)| (key.get_ref().to_string(), toml_node(value, depth + 1))).collect(),
    )
}

fn toml_node(value: &Spanned<DeValue<'_>>, depth: usize) -> Node {
    let mut range = value.span();
    let value = match value.get_ref() {
        DeValue::String(text) => {
            range = unquoted(&range, text.len());
            NodeValue::Text(text.to_string())
        }
        DeValue::Integer(number) => NodeValue::Number(number.to_string()),
        DeValue::Float(number) => NodeValue::Number(number.to_string()),
        DeValue::Boolean(value) => NodeValue::Bool(*value),
        DeValue::Datetime(time) => NodeValue::Text(time.to_string()),
        DeValue::Array(_) if depth > DEEPEST => NodeValue::TooDeep,
        DeValue::Array(items) => {
            NodeValue::List(items.iter().map(|item| toml_node(item, depth + 1)).collect())
        }
        DeValue::Table(table) => toml_table(table, depth),
    };
    Node { range, value }
}

/// The inside of a quoted text, where it has no escapes.
fn unquoted(range: &Range<usize>, length: usize) -> Range<usize> {
    let quotes = range.len().saturating_sub(length);
    if matches!(quotes, 2 | 6) { range.start + quotes / 2..range.end - quotes / 2 } else { range.clone() }
}

/// A YAML value, read with its place.
struct YamlNode(Node);

impl<'de> Deserialize<'de> for YamlNode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let spanned = serde_saphyr::Spanned::<YamlValue>::deserialize(deserializer)?;
        let span = spanned.referenced.span();
        let byte = |number: Option<u64>| number.and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let start = byte(span.byte_offset());
        let end = start + byte(span.byte_len());
        Ok(Self(Node { range: start..end, value: spanned.value.0 }))
    }
}

struct YamlValue(NodeValue);

impl<'de> Deserialize<'de> for YamlValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(YamlVisitor).map(Self)
    }
}

struct YamlVisitor;

impl<'de> Visitor<'de> for YamlVisitor {
    type Value = NodeValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a value")
    }

    fn visit_unit<E>(self) -> Result<NodeValue, E> {
        Ok(NodeValue::Null)
    }

    fn visit_none<E>(self) -> Result<NodeValue, E> {
        Ok(NodeValue::Null)
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<NodeValue, D::Error> {
        deserializer.deserialize_any(self)
    }

    fn visit_bool<E>(self, value: bool) -> Result<NodeValue, E> {
        Ok(NodeValue::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<NodeValue, E> {
        Ok(NodeValue::Number(value.to_string()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<NodeValue, E> {
        Ok(NodeValue::Number(value.to_string()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<NodeValue, E> {
        Ok(NodeValue::Number(value.to_string()))
    }

    fn visit_str<E>(self, value: &str) -> Result<NodeValue, E> {
        Ok(NodeValue::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<NodeValue, A::Error> {
        let mut nodes = Vec::new();
        while let Some(YamlNode(node)) = items.next_element()? {
            nodes.push(node);
        }
        Ok(NodeValue::List(nodes))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<NodeValue, A::Error> {
        let mut entries = Vec::new();
        while let Some(key) = map.next_key_seed(YamlKey)? {
            let YamlNode(node) = map.next_value()?;
            entries.push((key, node));
        }
        Ok(NodeValue::Map(entries))
    }
}

/// Keys of YAML may be numbers or booleans; they are read as they are written.
struct YamlKey;

impl<'de> DeserializeSeed<'de> for YamlKey {
    type Value = String;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<String, D::Error> {
        let value = YamlValue::deserialize(deserializer)?;
        let node = Node { range: 0..0, value: value.0 };
        node.plain().map(Cow::into_owned).ok_or_else(|| D::Error::custom("a key must be a plain value"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::json;

    fn text_at<'t>(text: &'t str, node: &Node, path: &[&str]) -> &'t str {
        let node = path.iter().fold(node, |node, key| node.get(key).unwrap());
        &text[node.range.clone()]
    }

    #[test]
    fn a_key_that_stands_twice_is_found() {
        let node = json::read(r#"{"a": {"b": 1, "b": 2}}"#).unwrap();
        let (key, second) = node.duplicate_key().unwrap();
        assert_eq!((key, second.plain().unwrap().as_ref()), ("b", "2"));
        assert!(Node::toml("a = 1\na = 2\n").is_err());
    }

    #[test]
    fn what_is_malformed_has_a_place() {
        let error = json::read("{\"a\": 1,\n \"b\": }").unwrap_err();
        assert_eq!(error.at, 15, "{error:?}");
        let error = Node::toml("a = 1\nb = \n").unwrap_err();
        assert!(error.at >= 9, "{error:?}");
        let error = Node::yaml("a: [1, 2\nb: 3\n").unwrap_err();
        assert!(!error.reason.is_empty() && error.at > 0, "{error:?}");
    }

    #[test]
    fn toml_and_yaml_keep_places_too() {
        let text = "[[risk]]\nid = \"R-1\"\ndue = 2026-07-01\n";
        let node = Node::toml(text).unwrap();
        let NodeValue::List(risks) = &node.get("risk").unwrap().value else { panic!() };
        assert_eq!(text_at(text, &risks[0], &["id"]), "R-1");
        assert_eq!(risks[0].get("due").unwrap().plain().unwrap(), "2026-07-01");

        let text = "é: x\nrisks:\n  - id: R-1\n    due: 2026-07-01\n    score: 4.5\n";
        let node = Node::yaml(text).unwrap();
        let NodeValue::List(risks) = &node.get("risks").unwrap().value else { panic!() };
        assert_eq!(text_at(text, &risks[0], &["id"]), "R-1");
        assert_eq!(text_at(text, &risks[0], &["due"]), "2026-07-01");
    }
}
