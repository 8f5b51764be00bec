//! A TOML file with the place of every key and value.

use crate::source::Source;
use std::ops::Range;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A value and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Item {
    /// Bytes of the value; of a table under a header, those of the header.
    pub(super) at: Range<usize>,
    /// The value.
    pub(super) value: Value,
}

/// A value of TOML.
#[derive(Clone, Debug)]
pub(super) enum Value {
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Item>),
    /// A table: its keys in the order in which they stand.
    Table(Vec<(Key, Item)>),
    /// Anything else.
    Other,
}

/// A key and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Key {
    /// The key.
    pub(super) name: String,
    /// Its bytes.
    pub(super) at: Range<usize>,
}

impl Item {
    /// Reads a file; none where it is not TOML.
    pub(super) fn read(source: &Source) -> Option<Self> {
        let table = DeTable::parse(source.text()).ok()?;
        Some(Self { at: table.span(), value: self::table(table.get_ref()) })
    }

    /// What stands under a key of this table.
    pub(super) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(known, _)| known.name == key).map(|(_, item)| item)
    }

    /// The keys and values of this table; none of anything else.
    pub(super) fn entries(&self) -> &[(Key, Self)] {
        match &self.value {
            Value::Table(entries) => entries,
            _ => &[],
        }
    }

    /// The items of this list; none of anything else.
    pub(super) fn items(&self) -> &[Self] {
        match &self.value {
            Value::List(items) => items,
            _ => &[],
        }
    }

    /// The text that this is.
    pub(super) fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Bytes of every text within, in no order.
    pub(super) fn texts(&self) -> Vec<Range<usize>> {
        match &self.value {
            Value::Text(_) => vec![self.at.clone()],
            Value::List(items) => items.iter().flat_map(Self::texts).collect(),
            Value::Table(entries) => entries.iter().flat_map(|(_, item)| item.texts()).collect(),
            Value::Other => Vec::new(),
        }
    }

    /// The key that stands exactly here, with its value.
    pub(super) fn key_at(&self, at: &Range<usize>) -> Option<&Self> {
        let own = self.entries().iter().find(|(key, _)| key.at == *at).map(|(_, item)| item);
        let below = || self.entries().iter().find_map(|(_, item)| item.key_at(at));
        own.or_else(below).or_else(|| self.items().iter().find_map(|item| item.key_at(at)))
    }
}

fn table(table: &DeTable<'_>) -> Value {
    let mut entries: Vec<(Key, Item)> = table
        .iter()
        .map(|(key, value)| (Key { name: key.get_ref().to_string(), at: key.span() }, item(value)))
        .collect();
    entries.sort_by_key(|(key, _)| key.at.start);
    Value::Table(entries)
}

fn item(value: &Spanned<DeValue<'_>>) -> Item {
    let read = match value.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Array(items) => Value::List(items.iter().map(item).collect()),
        DeValue::Table(entries) => table(entries),
        _ => Value::Other,
    };
    Item { at: value.span(), value: read }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_key_and_value_has_its_place() {
        let text = "id = \"a\"\nlist = [\"b\", { c = 'd' }]\n[params.x]\ntype = \"e\"\n";
        let source = Source::new("rule.toml", text);
        let tree = Item::read(&source).unwrap();
        assert_eq!(&text[tree.get("id").unwrap().at.clone()], "\"a\"");
        let list = tree.get("list").unwrap();
        assert_eq!(&text[list.items()[1].get("c").unwrap().at.clone()], "'d'");
        let kind = tree.get("params").and_then(|params| params.get("x")?.get("type")).unwrap();
        assert_eq!(kind.text(), Some("e"));
        assert_eq!(tree.texts().len(), 4);
        let keys: Vec<&str> = tree.entries().iter().map(|(key, _)| key.name.as_str()).collect();
        assert_eq!(keys, ["id", "list", "params"]);
    }
}
