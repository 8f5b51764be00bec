//! Replaces in texts, longest first and whole words only, and keeps track of marks within them.

use super::persons::Persons;
use aho_corasick::{AhoCorasick, MatchKind};
use regex::Regex;
use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;
use std::ops::Range;
use std::sync::LazyLock;

/// Mail addresses, however they are set.
static MAILS: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"[\p{L}\p{N}._%+'-]+@[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+").ok());
/// What may be a network address; whether it is one, its parser says.
static ADDRESSES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r"[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){2,7}(?:\.[0-9]{1,3}){0,3}",
    )
    .ok()
});

/// Texts and what stands for them.
pub(super) struct Replacer {
    words: Option<AhoCorasick>,
    stand_ins: Vec<String>,
    found: BTreeMap<String, String>,
}

impl Replacer {
    /// For these persons, and for the mail and network addresses in these texts.
    pub(super) fn new<'t>(persons: &Persons, texts: impl Iterator<Item = &'t str>) -> Self {
        let known = persons.stand_ins();
        let (mut mails, mut addresses) = (BTreeSet::new(), BTreeSet::new());
        for text in texts {
            mails.extend(all(&MAILS, text).map(|at| text[at].to_lowercase()));
            addresses.extend(
                all(&ADDRESSES, text).map(|at| &text[at]).filter(|one| is_address(one)).map(str::to_owned),
            );
        }
        mails.retain(|mail| !known.keys().any(|one| one.to_lowercase() == *mail));
        let numbered = |set: BTreeSet<String>, name: fn(usize) -> String| {
            set.into_iter().enumerate().map(move |(at, one)| (one, name(at + 1)))
        };
        let mut found: BTreeMap<String, String> =
            numbered(mails, |at| format!("mail-{at}@redacted.invalid")).collect();
        found.extend(numbered(addresses, |at| format!("address-{at}")));
        let (mut patterns, mut stand_ins) = (Vec::new(), Vec::new());
        for (text, stand_in) in &known {
            for spelling in spellings(text) {
                patterns.push(spelling);
                stand_ins.push(stand_in.clone());
            }
        }
        let words = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&patterns).ok();
        Self { words, stand_ins, found }
    }

    /// The text with stand-ins.
    pub(super) fn replaced(&self, text: &str) -> String {
        self.replaced_with(text, 0..0).0
    }

    /// The text with stand-ins, and where a range of it lies then; an end within what was replaced moves
    /// to the end of the stand-in, a start to its start.
    pub(super) fn replaced_with(&self, text: &str, range: Range<usize>) -> (String, Range<usize>) {
        let (mut shown, mut at) = (String::with_capacity(text.len()), 0);
        let mut moved = range.clone();
        for (hit, stand_in) in self.hits(text) {
            shown.push_str(&text[at..hit.start]);
            let begin = shown.len();
            shown.push_str(stand_in);
            at = hit.end;
            let (grown, end) = (shown.len(), hit.end);
            let is_within = |offset: usize| (hit.start..hit.end).contains(&offset);
            moved.start =
                if is_within(range.start) { begin } else { shift(range.start, end, grown, moved.start) };
            let last = range.end.saturating_sub(1);
            moved.end = if range.end > range.start && is_within(last) {
                grown
            } else {
                shift(range.end, end, grown, moved.end)
            };
        }
        shown.push_str(&text[at..]);
        let end = moved.end.min(shown.len());
        (shown, moved.start.min(end)..end)
    }

    /// What is replaced, in order and apart.
    fn hits(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        let mut hits: Vec<(Range<usize>, &str)> = Vec::new();
        let addresses =
            all(&ADDRESSES, text).filter_map(|at| Some((at.clone(), self.found.get(&text[at])?.as_str())));
        let mails = all(&MAILS, text)
            .filter_map(|at| Some((at.clone(), self.found.get(&text[at].to_lowercase())?.as_str())));
        hits.extend(mails.chain(addresses));
        if let Some(words) = &self.words {
            let found = words.find_overlapping_iter(text).filter(|hit| is_whole(text, hit.range()));
            hits.extend(found.map(|hit| (hit.range(), self.stand_ins[hit.pattern().as_usize()].as_str())));
        }
        // The longest first, so that a mail address goes as a whole, and then in order.
        hits.sort_by_key(|(range, _)| (std::cmp::Reverse(range.len()), range.start));
        let mut kept: Vec<(Range<usize>, &str)> = Vec::new();
        for (range, stand_in) in hits {
            if kept.iter().all(|(other, _)| range.end <= other.start || other.end <= range.start) {
                kept.push((range, stand_in));
            }
        }
        kept.sort_by_key(|(range, _)| range.start);
        kept
    }
}

/// Where an offset behind a replaced range lies then; one before it stays where it was moved to.
fn shift(offset: usize, end: usize, grown: usize, moved: usize) -> usize {
    if offset >= end { grown + (offset - end) } else { moved }
}

fn all<'t>(
    pattern: &'static LazyLock<Option<Regex>>,
    text: &'t str,
) -> impl Iterator<Item = Range<usize>> + 't {
    pattern.iter().flat_map(move |pattern| pattern.find_iter(text).map(|hit| hit.range()))
}

/// Addresses of no host tell nothing of anybody.
fn is_address(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok_and(|address| !address.is_unspecified())
}

/// True where a text stands alone and not within a word.
fn is_whole(text: &str, range: Range<usize>) -> bool {
    let is_word = |c: char| c.is_alphanumeric();
    let (first, last) = (text[range.clone()].chars().next(), text[range.clone()].chars().next_back());
    let before = text[..range.start].chars().next_back();
    let behind = text[range.end..].chars().next();
    let apart = |inner: Option<char>, outer: Option<char>| {
        !(inner.is_some_and(is_word) && outer.is_some_and(is_word))
    };
    apart(first, before) && apart(last, behind)
}

/// A text as it is and in capitals; what is no plain word in small letters too.
fn spellings(text: &str) -> BTreeSet<String> {
    let is_plain_word = text.chars().all(char::is_alphabetic);
    let small = (!is_plain_word).then(|| text.to_lowercase());
    [text.to_owned(), text.to_uppercase()].into_iter().chain(small).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replacer(pairs: &[(&str, &str)], text: &str) -> Replacer {
        let mut replacer = Replacer::new(&Persons::default(), std::iter::once(text));
        let patterns: Vec<&str> = pairs.iter().map(|(text, _)| *text).collect();
        replacer.words = AhoCorasick::builder().match_kind(MatchKind::Standard).build(patterns).ok();
        replacer.stand_ins = pairs.iter().map(|(_, stand_in)| (*stand_in).to_owned()).collect();
        replacer
    }

    #[test]
    fn words_are_replaced_whole_and_the_longest_first() {
        let text = "Ann Lee and Ann, not Annex; ann.lee@ex.org from 10.0.0.7";
        let with = replacer(&[("Ann Lee", "P1"), ("Ann", "S")], text);
        assert_eq!(with.replaced(text), "P1 and S, not Annex; mail-1@redacted.invalid from address-1");
    }

    #[test]
    fn marks_move_with_what_stands_before_them() {
        let text = "Ann,12,open";
        let with = replacer(&[("Ann", "Person 1")], text);
        let (shown, range) = with.replaced_with(text, 4..6);
        assert_eq!((shown.as_str(), &shown[range]), ("Person 1,12,open", "12"));
        let (shown, range) = with.replaced_with(text, 0..3);
        assert_eq!(&shown[range], "Person 1");
        let (shown, range) = with.replaced_with(text, 1..2);
        assert_eq!(&shown[range], "Person 1", "a part of a name shows all of its stand-in");
    }

    #[test]
    fn what_only_looks_like_an_address_stays() {
        let text = "version 1.2.3, at 12:30:45, 999.1.1.1, ::1 and fe80::1";
        assert_eq!(
            replacer(&[], text).replaced(text),
            "version 1.2.3, at 12:30:45, 999.1.1.1, address-1 and address-2"
        );
    }
}
