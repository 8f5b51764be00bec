//! Where names are declared.

use crate::lint::Meaning;
use crate::pack::Texts;
use crate::source::Source;
use crate::toml_tree::Item;
use std::ops::Range;
use std::sync::Arc;

/// A text and the bytes of it that declare something.
pub(super) type Declaration<'t> = (&'t Arc<Source>, Range<usize>);

/// Where these texts of a pack declare what a name means; none where they do not.
pub(super) fn within<'t>(texts: &'t Texts, meaning: &Meaning) -> Option<Declaration<'t>> {
    match meaning {
        Meaning::Control(id) => {
            let id = id.to_string();
            texts.values().filter(|source| source.name().starts_with("controls/")).find_map(|source| {
                let tree = Item::read(source)?;
                let control = tree.get("control")?.items().iter().find_map(|control| {
                    control.get("id").filter(|own| own.text() == Some(&id)).map(|own| own.at.clone())
                })?;
                Some((source, control))
            })
        }
        Meaning::Kind(kind) => {
            let source = texts.get(&schema_of(kind))?;
            Some((source, place(source, &["id"])))
        }
        Meaning::Field { kinds, name } => kinds.iter().find_map(|kind| {
            let source = texts.get(&schema_of(kind))?;
            Some((source, key(source, &["fields"], name)?))
        }),
        Meaning::EventField(name) => {
            let source = texts.get("sources/fields.toml")?;
            let quoted = format!("\"{name}\"");
            let at = source.text().find(&quoted)?;
            Some((source, at..at + quoted.len()))
        }
        Meaning::Rule(id) => {
            let ending = format!("/{id}.toml");
            let source = texts
                .values()
                .find(|one| one.name().starts_with("rules/") && one.name().ends_with(&ending))?;
            Some((source, place(source, &["id"])))
        }
        Meaning::Word { .. }
        | Meaning::Param(_)
        | Meaning::Functions(_)
        | Meaning::Own { .. }
        | Meaning::Variable { .. } => None,
    }
}

/// Where the declaration of a rule declares a parameter.
pub(super) fn param(declaration: &Source, name: &str) -> Option<Range<usize>> {
    key(declaration, &["params"], name)
}

fn schema_of(kind: &str) -> String {
    format!("schema/{kind}.toml")
}

/// The value that these keys lead to; the start of the file where there is none.
fn place(source: &Source, keys: &[&str]) -> Range<usize> {
    let found = Item::read(source).and_then(|tree| {
        keys.iter().try_fold(&tree, |table, key| table.get(key)).map(|item| item.at.clone())
    });
    found.unwrap_or(0..0)
}

/// A key of the table that these lead to.
fn key(source: &Source, keys: &[&str], name: &str) -> Option<Range<usize>> {
    let tree = Item::read(source)?;
    let table = keys.iter().try_fold(&tree, |table, key| table.get(key))?;
    table.entries().iter().find(|(key, _)| key.name == name).map(|(key, _)| key.at.clone())
}
