//! Files that are not what they should be.

use super::{Lint, LintId};
use crate::finding::Diagnostic;
use crate::pack::{Origin, Rule, Texts, theme_of};
use crate::source::Source;
use crate::toml_text::UNKNOWN_KEY;
use crate::toml_tree::{Item, Value};
use std::ops::Range;
use std::sync::Arc;

/// So many keys of one file that nothing reads are told.
const MOST: usize = 20;

/// What messages on a pack for another engine say.
const OTHER_API: &str = "engine api";

/// What reading a pack told, as a lint; none where it is about no text of the pack.
pub(super) fn lint(told: &Diagnostic, texts: &Texts) -> Option<Lint> {
    let place = told.places.first()?;
    let empty = || Arc::new(Source::new(place.file.clone(), ""));
    let source = texts.get(&place.file).cloned().unwrap_or_else(empty);
    let id = match told.message.as_str() {
        message if message.starts_with(UNKNOWN_KEY) => LintId::UnknownKey,
        message if message.contains(OTHER_API) => LintId::WrongApi,
        _ => LintId::Malformed,
    };
    let lint = Lint::new(id, &source, source.bytes(place), told.message.clone());
    Some(Lint { help: told.help.clone(), ..lint })
}

/// Reads a rule. Where it has keys that nothing reads, it is read again without them, so that the
/// rest of it can be looked at too.
pub(super) fn rule(text: &Arc<Source>, script: Option<Arc<Source>>) -> (Option<Rule>, Vec<Lint>) {
    let mut told = Vec::new();
    let mut read = Arc::clone(text);
    for _ in 0..MOST {
        let errors = match Rule::read(&read, script.clone(), theme_of(text.name()), Origin::Outside) {
            Ok(rule) => return (Some(Rule { text: Arc::clone(text), ..rule }), told),
            Err(errors) => errors,
        };
        let texts = Texts::from([(text.name().to_owned(), Arc::clone(text))]);
        let lints: Vec<Lint> = errors.iter().filter_map(|error| lint(error, &texts)).collect();
        let unknown = lints.iter().find(|lint| lint.id == LintId::UnknownKey).map(|lint| lint.range.clone());
        let without = unknown.and_then(|key| without(&read, &key));
        // A key that is mistyped is one that is missing too; that is told once.
        let is_missing = |lint: &&Lint| !told.is_empty() && lint.message.ends_with("is missing");
        let lints: Vec<Lint> = lints.iter().filter(|lint| !is_missing(lint)).cloned().collect();
        told.extend(lints);
        match without {
            Some(without) => read = Arc::new(without),
            None => break,
        }
    }
    (None, told)
}

/// The same text with blanks in place of a key and its value.
fn without(source: &Source, key: &Range<usize>) -> Option<Source> {
    let tree = Item::read(source)?;
    let item = tree.key_at(key)?;
    // A table under a header reaches further than its place does.
    if matches!(item.value, Value::Table(_)) && item.at.start < key.start {
        return None;
    }
    let blank = |c: char| if c == '\n' { "\n".to_owned() } else { " ".repeat(c.len_utf8()) };
    let text = source.text();
    let blanks: String = text.get(key.start..item.at.end)?.chars().map(blank).collect();
    Some(Source::new(source.name(), [&text[..key.start], &blanks, &text[item.at.end..]].concat()))
}
