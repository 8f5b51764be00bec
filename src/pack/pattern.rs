//! Patterns of packs, compiled when something is first matched: most are of logs that are not there.

use regex::{Regex, RegexBuilder};
use std::sync::OnceLock;

/// A regular expression of a log source may take this much memory once compiled.
const PATTERN_BYTES: usize = 1 << 20;

/// Where a pack comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Origin {
    /// It is the one in the binary, whose patterns were compiled by its tests.
    Binary,
    /// It is somebody's, so that its patterns are compiled to be checked.
    Outside,
}

/// A regular expression that is compiled when it is needed.
#[derive(Clone, Debug)]
pub struct LazyRegex {
    text: String,
    compiled: OnceLock<Option<Regex>>,
}

impl LazyRegex {
    /// A regular expression, compiled at once where it is to be checked.
    ///
    /// # Errors
    /// What is wrong with it.
    pub(super) fn new(text: String, origin: Origin) -> Result<Self, regex::Error> {
        let compiled = match origin {
            Origin::Binary => OnceLock::new(),
            Origin::Outside => OnceLock::from(Some(compile(&text)?)),
        };
        Ok(Self { text, compiled })
    }

    /// The text of the expression.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The expression, compiled; `None` where that fails, which it does for none that was checked.
    pub fn get(&self) -> Option<&Regex> {
        self.compiled.get_or_init(|| compile(&self.text).ok()).as_ref()
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(PATTERN_BYTES).build()
}

#[cfg(test)]
mod tests {
    use crate::pack::{PackRef, ParamKind, ParamValue, load};
    use crate::world::Disk;

    /// They are not checked when the program starts.
    #[test]
    fn the_patterns_of_the_pack_in_the_binary_compile() {
        let packs = load(&[PackRef::BuiltIn], &Disk::default()).unwrap();
        let sources = packs.log_sources.values().flat_map(|source| &source.patterns);
        sources.for_each(|pattern| assert!(pattern.regex.get().is_some(), "{}", pattern.regex.as_str()));
        let params = packs.rules().flat_map(|rule| rule.params.values());
        for param in params.filter(|param| param.kind == ParamKind::Pattern) {
            for value in [Some(&param.default), param.strict.as_ref()].into_iter().flatten() {
                let ParamValue::Text(text) = value else { panic!("{value:?} is no pattern") };
                param.kind.read(&toml::Value::String(text.clone())).unwrap();
            }
        }
    }
}
