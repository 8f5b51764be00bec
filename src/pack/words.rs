//! Words that people write in headers and cells, made comparable.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A header or label made comparable: Jira's `Custom field (X)` is X, other text in parentheses
/// is dropped, camelCase is split, `#` is "number", every run of other signs is one blank, lower
/// case. Two headers are the same field when they are equal after this.
pub fn normalize_header(header: &str) -> String {
    if is_normal(header) {
        return header.to_owned();
    }
    let header = match header.trim().strip_prefix("Custom field (") {
        Some(inner) => inner.trim_end_matches(')').to_owned(),
        None => without_parentheses(header),
    };
    let mut words = String::with_capacity(header.len());
    let mut before = ' ';
    for c in header.chars() {
        if c == '#' {
            words.push_str(" number ");
        } else if c.is_alphanumeric() {
            if before.is_lowercase() && c.is_uppercase() {
                words.push(' ');
            }
            words.extend(c.to_lowercase());
        } else {
            words.push(' ');
        }
        before = c;
    }
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// True for small letters and digits with one blank between words, as packs have most of their words:
/// nothing is to be done with them.
fn is_normal(text: &str) -> bool {
    let mut before = b' ';
    let is_next = |byte: u8| {
        let fits = byte.is_ascii_lowercase() || byte.is_ascii_digit() || (byte == b' ' && before != b' ');
        before = byte;
        fits
    };
    text.bytes().all(is_next) && !text.is_empty() && !text.ends_with(' ')
}

/// A status word made comparable: lower case, `_` and `-` as blanks, one blank between words.
pub fn normalize_word(word: &str) -> String {
    if is_normal(word) {
        return word.to_owned();
    }
    let spaced: String = word
        .chars()
        .filter(|c| !matches!(c, '*' | '`' | '\u{fe0f}'))
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '_' | '-' | '\u{2010}' | '\u{2011}') { ' ' } else { c })
        .collect();
    let words: Vec<&str> = spaced.split_whitespace().collect();
    words.join(" ")
}

fn without_parentheses(text: &str) -> String {
    let mut depth = 0_usize;
    let mut kept = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => kept.push(c),
            _ => {}
        }
    }
    if kept.trim().is_empty() { text.to_owned() } else { kept }
}

/// The words a field may hold, and what each of them means.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Vocabulary {
    /// Normalized word as written, to the word that rules know. Fields of many kinds share them.
    meanings: Arc<BTreeMap<String, String>>,
}

impl Vocabulary {
    /// A vocabulary from the meanings and the words that stand for each.
    pub fn new(words: &BTreeMap<String, Vec<String>>) -> Self {
        let mut vocabulary = Self::default();
        vocabulary.extend(words);
        vocabulary
    }

    /// Adds words; a word that is known already gets the new meaning.
    pub fn extend(&mut self, words: &BTreeMap<String, Vec<String>>) {
        // Nothing to add leaves shared what is shared.
        if words.is_empty() {
            return;
        }
        let meanings = Arc::make_mut(&mut self.meanings);
        for (meaning, written) in words {
            meanings.insert(normalize_word(meaning), meaning.clone());
            for word in written {
                meanings.insert(normalize_word(word), meaning.clone());
            }
        }
    }

    /// Adds the words of another vocabulary; a word that is known already gets the new meaning.
    pub(super) fn extend_by(&mut self, other: &Self) {
        if self.meanings.is_empty() {
            self.meanings = Arc::clone(&other.meanings);
        } else {
            let words = other.meanings.iter().map(|(word, meaning)| (word.clone(), meaning.clone()));
            Arc::make_mut(&mut self.meanings).extend(words);
        }
    }

    /// True when no word is known.
    pub(super) fn is_empty(&self) -> bool {
        self.meanings.is_empty()
    }

    /// What a cell means: the whole cell, or without a remark in parentheses or behind a dash.
    /// `In progress (28/42 completed)` is in progress; `3 of 4 completed` is unknown.
    pub fn meaning(&self, cell: &str) -> Option<&str> {
        let known = |text: &str| self.meanings.get(&normalize_word(text)).map(String::as_str);
        known(cell)
            .or_else(|| known(&without_parentheses(cell)))
            .or_else(|| before_remark(cell).and_then(known))
    }

    /// The meanings, sorted, each once.
    pub fn known(&self) -> Vec<&str> {
        let mut known: Vec<&str> = self.meanings.values().map(String::as_str).collect();
        known.sort_unstable();
        known.dedup();
        known
    }
}

/// The part of a cell before ` - `, ` – ` or ` — `.
fn before_remark(cell: &str) -> Option<&str> {
    [" - ", " – ", " — "]
        .iter()
        .filter_map(|dash| cell.split_once(dash))
        .map(|(word, _)| word)
        .min_by_key(|w| w.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_many_tools_become_comparable() {
        for (header, normal) in [
            ("Custom field (Change risk)", "change risk"),
            ("Name (This field is mandatory.)", "name"),
            ("Likelihood (1-5)", "likelihood"),
            ("createdDateTime", "created date time"),
            ("Employee #", "employee number"),
            ("next_review", "next review"),
            ("E-Mail", "e mail"),
            ("Application ID ", "application id"),
            ("Fällig am", "fällig am"),
            ("(mandatory)", "mandatory"),
            ("", ""),
            (" two  blanks ", "two blanks"),
            ("asset id 2", "asset id 2"),
        ] {
            assert_eq!(normalize_header(header), normal);
        }
    }

    fn status() -> Vocabulary {
        let words = [("in-progress", vec!["in progress", "laufend"]), ("done", vec!["completed"])];
        Vocabulary::new(
            &words.map(|(m, w)| (m.to_owned(), w.into_iter().map(str::to_owned).collect())).into(),
        )
    }

    #[test]
    fn a_remark_does_not_hide_a_word() {
        let status = status();
        assert_eq!(status.meaning("In progress (28/42 completed)"), Some("in-progress"));
        assert_eq!(status.meaning("Completed - one minor finding"), Some("done"));
        assert_eq!(status.meaning("IN_PROGRESS"), Some("in-progress"));
        assert_eq!(status.meaning("**Done**"), Some("done"));
    }

    #[test]
    fn an_unknown_word_has_no_meaning() {
        assert_eq!(status().meaning("3 of 4 completed"), None);
        assert_eq!(status().meaning(""), None);
    }
}
