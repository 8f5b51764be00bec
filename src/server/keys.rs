//! Keys of TOML and what they mean, by the schemas that `preaudit schema` prints.

use crate::schemas;
use crate::source::Source;
use crate::toml_tree::{Item, Value};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::ops::Range;

/// The name that stands where a key or value could stand.
const MARK: &str = "zz_here_zz";
/// References lead no further.
const DEEPEST: usize = 16;

/// The schemas of all files that people write.
pub(super) struct Schemas(BTreeMap<&'static str, Json>);

/// A key, or a text under one.
#[derive(Debug, PartialEq)]
pub(super) struct Spot {
    /// The keys that lead there, the outermost first.
    pub(super) keys: Vec<String>,
    /// The text that stands there; none of a key.
    pub(super) text: Option<String>,
    /// Its bytes, without quotes.
    pub(super) range: Range<usize>,
}

/// Something that may stand at a spot, and what it is for.
pub(super) type Allowed = (String, String);

impl Schemas {
    /// All of them.
    pub(super) fn new() -> Self {
        let all = schemas::all().unwrap_or_default().into_iter();
        Self(all.filter_map(|one| Some((one.name, serde_json::from_str(&one.text).ok()?))).collect())
    }

    /// That of a file, by its path within its pack, or by its name.
    pub(super) fn of(&self, path: &str) -> Option<&Json> {
        let name = match path {
            "pack.toml" => "pack",
            "preaudit.toml" => "preaudit",
            "cap.toml" => "cap",
            "certification.toml" => "certification",
            "sources/fields.toml" => "fields",
            "exports/categories.toml" => "categories",
            _ if !path.ends_with(".toml") => return None,
            _ => match path.split('/').next()? {
                "rules" => "rule",
                "schema" => "kind",
                "controls" => "controls",
                "sources" => "source",
                "exports" => "export",
                _ => return None,
            },
        };
        self.0.get(name)
    }
}

/// What is said of the key that these lead to.
pub(super) fn doc(schema: &Json, keys: &[String]) -> Option<String> {
    let (last, above) = keys.split_last()?;
    let table = below(schema, above)?;
    Some(table.get("properties")?.get(last)?.get("description")?.as_str()?.to_owned())
}

/// What may stand at a spot: keys of its table, or the words of its value.
pub(super) fn allowed(schema: &Json, spot: &Spot) -> Vec<Allowed> {
    let described = |of: &Json| of.get("description").and_then(Json::as_str).unwrap_or_default().to_owned();
    if spot.text.is_some() {
        return below(schema, &spot.keys).map(words).unwrap_or_default();
    }
    let above = &spot.keys[..spot.keys.len().saturating_sub(1)];
    let properties = below(schema, above).and_then(|table| table.get("properties")?.as_object());
    properties.into_iter().flatten().map(|(name, of)| (name.clone(), described(of))).collect()
}

/// The words that a value may be.
fn words(of: &Json) -> Vec<Allowed> {
    let listed = of.get("enum").and_then(Json::as_array).into_iter().flatten();
    let listed = listed.filter_map(|word| Some((word.as_str()?.to_owned(), String::new())));
    let one_of = of.get("oneOf").and_then(Json::as_array).into_iter().flatten();
    let one_of = one_of.flat_map(|one| {
        let doc = one.get("description").and_then(Json::as_str).unwrap_or_default();
        let word = one.get("const").and_then(Json::as_str).map(|word| (word.to_owned(), doc.to_owned()));
        word.into_iter().chain(words(one))
    });
    listed.chain(one_of).collect()
}

/// The schema of what these keys lead to; of a list, that of its elements.
fn below<'s>(schema: &'s Json, keys: &[String]) -> Option<&'s Json> {
    keys.iter().try_fold(plain(schema, schema)?, |table, key| {
        let named = table.get("properties").and_then(|properties| properties.get(key));
        plain(schema, named.or_else(|| table.get("additionalProperties"))?)
    })
}

/// What a schema comes to, behind references, lists and what may be missing.
fn plain<'s>(root: &'s Json, mut schema: &'s Json) -> Option<&'s Json> {
    for _ in 0..DEEPEST {
        let named = schema.get("$ref").and_then(Json::as_str);
        if let Some(name) = named.and_then(|name| name.strip_prefix("#/$defs/")) {
            schema = root.get("$defs")?.get(name)?;
        } else if let Some(any) = schema.get("anyOf").and_then(Json::as_array) {
            schema = any.iter().find(|one| one.get("type").and_then(Json::as_str) != Some("null"))?;
        } else if let Some(items) = schema.get("items") {
            schema = items;
        } else {
            return Some(schema);
        }
    }
    None
}

/// The key or text at a byte.
pub(super) fn at(text: &str, at: usize) -> Option<Spot> {
    find(&Item::read(&Source::new("", text))?, &mut Vec::new(), &|range, _| {
        range.start <= at && at <= range.end
    })
}

/// The key or text that is being written at a byte, with what is written of it so far.
pub(super) fn written(text: &str, at: usize) -> Option<Spot> {
    let (before, behind) = (text.get(..at)?, text.get(at..)?);
    let rest = behind.find('\n').map_or("", |end| &behind[end..]);
    let candidates = [
        [before, MARK, behind].concat(),
        [before, MARK, " = 0", rest].concat(),
        [before, MARK, "\"", rest].concat(),
        [before, MARK, "'", rest].concat(),
        [before, "\"", MARK, "\"", rest].concat(),
    ];
    candidates.iter().find_map(|candidate| {
        let tree = Item::read(&Source::new("", candidate.as_str()))?;
        let spot = find(&tree, &mut Vec::new(), &|_, name| name.contains(MARK))?;
        Some(Spot { range: spot.range.start.min(at)..at, ..spot })
    })
}

/// The innermost key or text that is meant.
fn find(item: &Item, keys: &mut Vec<String>, is_meant: &dyn Fn(&Range<usize>, &str) -> bool) -> Option<Spot> {
    match &item.value {
        Value::Table(entries) => entries.iter().find_map(|(key, item)| {
            keys.push(key.name.clone());
            let own = || Spot { keys: keys.clone(), text: None, range: key.at.clone() };
            let found = if is_meant(&key.at, &key.name) { Some(own()) } else { find(item, keys, is_meant) };
            keys.pop();
            found
        }),
        Value::List(items) => items.iter().find_map(|item| find(item, keys, is_meant)),
        Value::Text(text) if is_meant(&item.at, text) => {
            let range = item.at.start + 1..item.at.end.saturating_sub(1).max(item.at.start + 1);
            Some(Spot { keys: keys.clone(), text: Some(text.clone()), range })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(path: &str, text: &str) -> Vec<String> {
        let at = text.find('|').unwrap();
        let spot = written(&text.replace('|', ""), at).unwrap();
        let schemas = Schemas::new();
        allowed(schemas.of(path).unwrap(), &spot).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn keys_and_words_are_those_of_the_schema() {
        assert!(names("rules/own/a.toml", "id = \"a\"\ngra|\n").contains(&"grade".to_owned()));
        assert_eq!(names("rules/own/a.toml", "grade = \"|\"\n"), ["opportunity", "minor", "major"]);
        assert_eq!(names("rules/own/a.toml", "grade = \"mi|\nbasis = \"judgement\"\n").len(), 3);
        let each = names("rules/own/a.toml", "[[each]]\nfrom = \"soa\"\nw|\n");
        assert!(each.contains(&"where".to_owned()) && !each.contains(&"grade_of".to_owned()), "{each:?}");
        assert!(names("rules/own/a.toml", "[params.x]\ntype = '|'\n").contains(&"duration".to_owned()));
        assert!(names("preaudit.toml", "[[waiver]]\n|\n").contains(&"approver".to_owned()));
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let text = "[[each]]\nwhere = 'true'\n";
        let spot = at(text, text.find("here").unwrap()).unwrap();
        assert_eq!(spot.keys, ["each", "where"]);
        let schemas = Schemas::new();
        let doc = doc(schemas.of("rules/a/b.toml").unwrap(), &spot.keys).unwrap();
        assert!(doc.contains("exceptions"), "{doc}");
    }
}
