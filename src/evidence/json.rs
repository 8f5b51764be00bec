//! JSON: checked by serde_json, then walked over once for the values and the place of each.

use super::node::{DEEPEST, Malformed, Node, NodeValue, byte_of};
use serde::de::IgnoredAny;
use std::borrow::Cow;
use std::ops::Range;

/// Reads JSON. A byte order mark must be gone.
///
/// # Errors
/// The first place where the text is not JSON.
pub(super) fn read(text: &str) -> Result<Node, Malformed> {
    serde_json::from_str::<IgnoredAny>(text).map_err(|error| malformed(text, &error))?;
    Ok(JsonWalk { text, at: 0 }.value(0))
}

fn malformed(text: &str, error: &serde_json::Error) -> Malformed {
    let reason = error.to_string();
    let reason = reason.split(" at line ").next().unwrap_or(&reason).to_lowercase();
    // serde_json counts columns in bytes.
    let line_start = byte_of(text, error.line(), 1);
    Malformed { at: (line_start + error.column().saturating_sub(1)).min(text.len()), reason }
}

/// Walks over JSON from its start. The text must be valid: what is not is never walked over.
struct JsonWalk<'t> {
    text: &'t str,
    at: usize,
}

impl JsonWalk<'_> {
    /// The value that comes next.
    fn value(&mut self, depth: usize) -> Node {
        let byte = self.skip_blanks();
        let start = self.at;
        let value = match byte {
            _ if depth > DEEPEST => {
                self.step_over();
                NodeValue::TooDeep
            }
            b'"' => {
                let range = self.quoted();
                let text = unescaped(&self.text[range.clone()]);
                return Node {
                    range,
                    value: text.map_or(NodeValue::TooDeep, |text| NodeValue::Text(text.into_owned())),
                };
            }
            b'{' => self.map(depth),
            b'[' => self.list(depth),
            _ => self.plain(),
        };
        Node { range: start..self.at, value }
    }

    fn map(&mut self, depth: usize) -> NodeValue {
        let mut entries = Vec::new();
        self.at += 1;
        loop {
            match self.skip_blanks() {
                b'"' => {
                    let key = self.quoted();
                    let key = &self.text[key];
                    let key = unescaped(key).map_or_else(|| key.to_owned(), Cow::into_owned);
                    self.skip_blanks();
                    self.at += 1;
                    entries.push((key, self.value(depth + 1)));
                }
                b',' => self.at += 1,
                _ => break,
            }
        }
        self.at = (self.at + 1).min(self.text.len());
        NodeValue::Map(entries)
    }

    fn list(&mut self, depth: usize) -> NodeValue {
        let mut nodes = Vec::new();
        self.at += 1;
        loop {
            match self.skip_blanks() {
                b',' => self.at += 1,
                b']' | 0 => break,
                _ => nodes.push(self.value(depth + 1)),
            }
        }
        self.at = (self.at + 1).min(self.text.len());
        NodeValue::List(nodes)
    }

    /// A number, `true`, `false` or `null`.
    fn plain(&mut self) -> NodeValue {
        let rest = &self.text[self.at..];
        let ends = |b: u8| matches!(b, b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n');
        let length = rest.bytes().position(ends).unwrap_or(rest.len());
        self.at += length;
        match &rest[..length] {
            "true" => NodeValue::Bool(true),
            "false" => NodeValue::Bool(false),
            "null" => NodeValue::Null,
            number => NodeValue::Number(number.to_owned()),
        }
    }

    /// The inside of the text that begins here; stands behind it then.
    fn quoted(&mut self) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let start = self.at + 1;
        let mut end = start;
        while let Some(found) = memchr::memchr2(b'"', b'\\', bytes.get(end..).unwrap_or_default()) {
            end += found;
            if bytes[end] == b'"' {
                break;
            }
            end += 2;
        }
        let end = end.min(bytes.len());
        self.at = (end + 1).min(bytes.len());
        start..end
    }

    /// Goes behind a value, however deep it nests.
    fn step_over(&mut self) {
        let mut open = 0_usize;
        loop {
            match self.skip_blanks() {
                b'"' => drop(self.quoted()),
                b'{' | b'[' => (open, self.at) = (open + 1, self.at + 1),
                b'}' | b']' => (open, self.at) = (open.saturating_sub(1), self.at + 1),
                b',' | b':' => self.at += 1,
                0 => return,
                _ => drop(self.plain()),
            }
            if open == 0 {
                return;
            }
        }
    }

    /// The next byte that is no blank; zero at the end.
    fn skip_blanks(&mut self) -> u8 {
        let bytes = self.text.as_bytes();
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = bytes.get(self.at) {
            self.at += 1;
        }
        bytes.get(self.at).copied().unwrap_or(0)
    }
}

/// The text that the inside of quotes means; `None` for half of a pair of surrogates.
pub(super) fn unescaped(inside: &str) -> Option<Cow<'_, str>> {
    if memchr::memchr(b'\\', inside.as_bytes()).is_none() {
        return Some(Cow::Borrowed(inside));
    }
    serde_json::from_str(&format!("\"{inside}\"")).ok().map(Cow::Owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The value as serde_json has it, so that both can be compared.
    fn same(node: &Node) -> serde_json::Value {
        use serde_json::Value;
        match &node.value {
            NodeValue::Null | NodeValue::TooDeep => Value::Null,
            NodeValue::Bool(value) => Value::Bool(*value),
            NodeValue::Number(number) => serde_json::from_str(number).unwrap(),
            NodeValue::Text(text) => Value::String(text.clone()),
            NodeValue::List(nodes) => Value::Array(nodes.iter().map(same).collect()),
            NodeValue::Map(entries) => {
                Value::Object(entries.iter().map(|(key, node)| (key.clone(), same(node))).collect())
            }
        }
    }

    fn json() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            Just(serde_json::Value::Null),
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            "[a-z\"\\\\/\n\té😀{}\\[\\],: ]{0,12}".prop_map(serde_json::Value::from),
        ];
        leaf.prop_recursive(5, 40, 5, |inner| {
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..5).prop_map(serde_json::Value::from),
                proptest::collection::btree_map("[a-z\"\\\\ ]{0,6}", inner, 0..5)
                    .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
            ]
        })
    }

    #[test]
    fn json_values_stand_where_they_stand() {
        let text = r#" {"user": {"name": "e\u0076e", "id": 12345678901234567890}, "ok": [true, null]}"#;
        let node = read(text).unwrap();
        let name = node.get("user").unwrap().get("name").unwrap();
        assert_eq!(&text[name.range.clone()], r"e\u0076e");
        assert_eq!(name.plain().unwrap(), "eve");
        assert_eq!(node.get("user").unwrap().get("id").unwrap().plain().unwrap(), "12345678901234567890");
        assert_eq!(node.get("ok").unwrap().plain().unwrap(), "true; ");
    }

    #[test]
    fn nesting_has_a_floor() {
        let text = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        let node = read(&text).unwrap();
        assert!(format!("{node:?}").contains("TooDeep"));
    }

    proptest! {
        #[test]
        fn values_are_those_of_serde_json(value in json(), is_pretty: bool) {
            let text = if is_pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
            let text = text.unwrap();
            let mut walk = JsonWalk { text: &text, at: 0 };
            prop_assert_eq!(same(&walk.value(0)), value);
            prop_assert_eq!(walk.at, text.len());
        }
    }
}
