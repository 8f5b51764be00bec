//! Texts that are being written, made whole enough to be read.

use crate::pack::missing_key;
use crate::script::syntax::unclosed;
use crate::source::Source;
use crate::toml_tree::Item;
use std::sync::Arc;

/// The name that stands where something could stand.
pub(super) const MARK: &str = "zz_here_zz";

/// So many keys that a rule must have are added.
const MOST: usize = 12;
/// Keys that stand before all tables of a rule.
const OF_A_RULE: [&str; 6] = ["basis", "controls", "grade", "help", "id", "title"];

/// The text with the mark at this byte, in the ways in which it may be whole, the nearest first.
pub(super) fn candidates(path: &str, text: &str, at: usize) -> Vec<String> {
    let at = floor(text, at);
    let (before, behind) = text.split_at(at);
    let put = |parts: &[&str]| parts.concat();
    let in_place = |behind_mark: &str| put(&[before, MARK, behind_mark, behind]);
    if path.ends_with(".rhai") {
        let closing = unclosed(before);
        return vec![
            in_place(""),
            in_place(";"),
            put(&[before, MARK, &closing]),
            put(&[before, MARK, " {}", &closing]),
        ];
    }
    let mut candidates = vec![in_place("")];
    if let Some(value) = Item::read(&Source::new(path, text)).and_then(|tree| tree.text_around(at)) {
        let quotes = quotes(&text[value.clone()]);
        let (start, end) = (value.start + quotes, value.end.saturating_sub(quotes).max(at));
        let closing = unclosed(&text[start.min(at)..at]);
        candidates.push(put(&[before, MARK, &closing, &text[end..]]));
    }
    let rest = behind.find('\n').map_or("", |end| &behind[end..]);
    for quote in ["\"", "'"] {
        candidates.push(put(&[before, MARK, quote, rest]));
        candidates.push(put(&[before, MARK, quote, "]", rest]));
        candidates.push(put(&[before, quote, MARK, quote, rest]));
    }
    candidates
}

/// How many quotes a text of TOML begins with.
fn quotes(written: &str) -> usize {
    if written.starts_with("'''") || written.starts_with("\"\"\"") { 3 } else { 1 }
}

/// A declaration to which keys were added.
pub(super) struct Filled {
    /// The declaration.
    pub(super) source: Arc<Source>,
    /// How many bytes were added before all that was there.
    pub(super) shift: usize,
}

/// A declaration with the keys that every rule must have, so that one that is being written can be read.
/// They are added before all others, or, where they are missing elsewhere, behind the mark's line.
pub(super) fn with_missing_keys(source: &Arc<Source>) -> Filled {
    let mut filled = Filled { source: Arc::clone(source), shift: 0 };
    for _ in 0..MOST {
        let Some(key) = missing_key(&filled.source) else { break };
        let text = filled.source.text();
        let line = format!("{key} = {}\n", placeholder(&key, source.name()));
        let is_there = text.lines().take_while(|line| !line.starts_with('[')).any(|line| is_of(line, &key));
        let (text, more) = match OF_A_RULE.contains(&key.as_str()) && !is_there {
            true => ([line.as_str(), text].concat(), line.len()),
            false => match behind_the_mark(text, &line) {
                Some(text) => (text, 0),
                None => break,
            },
        };
        filled = Filled { source: Arc::new(Source::new(source.name(), text)), shift: filled.shift + more };
    }
    filled
}

/// A value that a key may have.
fn placeholder(key: &str, path: &str) -> String {
    let stem = path.rsplit('/').next().unwrap_or_default().trim_end_matches(".toml");
    let value = match key {
        "id" => return format!("\"{stem}\""),
        "controls" | "by" | "on" | "at" => "[]",
        "grade" => "\"minor\"",
        "basis" => "\"judgement\"",
        "type" => "\"text\"",
        "where" => "'true'",
        "most" => "1",
        _ => "\"\"",
    };
    value.to_owned()
}

fn is_of(line: &str, key: &str) -> bool {
    line.strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('='))
}

/// The text with a line behind the one that the mark stands on.
fn behind_the_mark(text: &str, line: &str) -> Option<String> {
    let mark = text.find(MARK)?;
    let end = text[mark..].find('\n').map_or(text.len(), |end| mark + end);
    Some([&text[..end], "\n", line, &text[end..]].concat())
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_script_is_closed_behind_the_mark() {
        let text = "fn judge(cx) {\n    let a = cx.roster.filter(|r| r.\n    exceptions([], 1)\n}\n";
        let at = text.find("r.\n").unwrap() + 2;
        let candidates = candidates("rules/a/b.rhai", text, at);
        assert!(candidates[2].ends_with(&format!("r.{MARK})}}")), "{}", candidates[2]);
    }

    #[test]
    fn a_rule_gets_the_keys_that_it_lacks() {
        let source = Arc::new(Source::new("rules/a/b.toml", format!("[[each]]\nfrom = \"{MARK}\"\n")));
        let filled = with_missing_keys(&source);
        assert!(missing_key(&filled.source).is_none());
        let moved = &filled.source.text()[filled.shift..];
        assert!(moved.starts_with("[[each]]\nfrom"), "{moved}");
    }
}
