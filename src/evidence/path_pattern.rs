//! Patterns of paths, as a workspace writes them.

use glob::{MatchOptions, Pattern};
use std::ops::Range;
use toml::Spanned;

/// A pattern such as `evidence/**/*.csv`, checked.
#[derive(Clone, Debug)]
pub struct PathPattern {
    text: Spanned<String>,
    pattern: Pattern,
}

impl PathPattern {
    /// Checks a pattern; none may lead out of the workspace.
    ///
    /// # Errors
    /// What is wrong with it, a lower-case fragment.
    pub(super) fn read(text: &Spanned<String>) -> Result<Self, String> {
        let path = text.get_ref();
        if path.starts_with(['/', '\\'])
            || path.contains(':')
            || path.split(['/', '\\']).any(|part| part == "..")
        {
            return Err("a path must lie below the folder of preaudit.toml".to_owned());
        }
        let pattern = Pattern::new(path).map_err(|error| format!("not a pattern: {}", error.msg))?;
        if path.contains(['{', '}']) {
            let message = "patterns have `*`, `?`, `**` and `[…]`; write one pattern for each of `{…}`";
            return Err(message.to_owned());
        }
        Ok(Self { text: text.clone(), pattern })
    }

    /// True when it matches a path; `*` and `?` do not cross folders.
    pub(super) fn matches(&self, path: &str) -> bool {
        let options = MatchOptions { require_literal_separator: true, ..MatchOptions::new() };
        self.pattern.matches_with(path, options)
    }

    /// The pattern as it is written.
    pub fn text(&self) -> &str {
        self.text.get_ref()
    }

    /// Where it stands in `preaudit.toml`.
    pub fn span(&self) -> Range<usize> {
        self.text.span()
    }
}
