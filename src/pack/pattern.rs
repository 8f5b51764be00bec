//! Patterns of packs, compiled when something is first matched: most are of logs that are not there.

use regex::{Regex, RegexBuilder};
use std::fmt;
use std::sync::OnceLock;

/// A regular expression of a log source or an export may take this much memory once compiled.
const PATTERN_BYTES: usize = 1 << 20;

/// Where a pack comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// It is the one in the binary, whose patterns were compiled by its tests.
    Binary,
    /// It is somebody's, so that its patterns are compiled to be checked.
    Outside,
}

/// A regular expression that is compiled when it is needed.
#[derive(Clone)]
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

    /// True when something is found.
    pub fn is_match(&self, text: &str) -> bool {
        self.get().is_some_and(|regex| regex.is_match(text))
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

/// The text alone: partial results are keyed by what a log source says, and not by what was matched so far.
impl fmt::Debug for LazyRegex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.text.fmt(f)
    }
}

fn compile(text: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(text).size_limit(PATTERN_BYTES).build()
}

#[cfg(test)]
mod tests {
    use super::{LazyRegex, Origin};
    use crate::pack::{PackRef, load};
    use crate::world::Disk;

    #[test]
    fn a_pattern_is_the_same_before_and_after_it_was_compiled() {
        let pattern = LazyRegex::new("^a+$".to_owned(), Origin::Binary).unwrap();
        let before = format!("{pattern:?}");
        assert!(pattern.get().unwrap().is_match("aa"));
        assert_eq!(before, format!("{pattern:?}"));
    }

    /// What stands in the binary is not checked when the program starts, so it is checked here.
    #[test]
    fn the_pack_in_the_binary_loads_as_if_it_were_somebodys() {
        let folder = PackRef::Folder(concat!(env!("CARGO_MANIFEST_DIR"), "/rules/iso27001-2022").into());
        let packs = load(&[folder], &Disk::default()).unwrap();
        let mut patterns = packs.log_sources.values().flat_map(|source| &source.patterns);
        assert!(patterns.all(|pattern| pattern.regex.get().is_some()));
    }
}
