//! Texts in rules: predicates that hold or do not hold, whatever they are asked about.
//!
//! On anything but texts they are false, never an error: a missing field has no prefix. That makes
//! conditions total, so that their parts can be asked in any order. Only a pattern that cannot be read
//! makes the rule fail: it would match nothing, and what is not looked for is not conforming.

use super::doubt::Unsure;
use crate::pack::PATTERN_BYTES;
use crate::scan::Network;
use regex::{Captures, Match, Regex, RegexBuilder};
use rhai::{Array, Dynamic, Engine, EvalAltResult, ImmutableString, NativeCallContext};
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;

/// Regular expressions kept compiled in each thread.
const PATTERNS: usize = 256;

/// The most of a pattern that a message repeats, in characters.
const REPEATED: usize = 60;

type Failed = Box<EvalAltResult>;

thread_local! {
    static COMPILED: RefCell<HashMap<String, Result<Rc<Regex>, String>>> = RefCell::default();
}

/// A compiled pattern; why the rule fails, of what cannot be read as one.
pub(super) fn pattern(text: &str) -> Result<Rc<Regex>, Failed> {
    let compiled = COMPILED.with_borrow_mut(|compiled| {
        if let Some(known) = compiled.get(text) {
            return known.clone();
        }
        let made = RegexBuilder::new(text).size_limit(PATTERN_BYTES).build();
        let made = made.map(Rc::new).map_err(|wrong| told(text, &wrong));
        if compiled.len() >= PATTERNS {
            compiled.clear();
        }
        compiled.insert(text.to_owned(), made.clone());
        made
    });
    Ok(compiled?)
}

fn told(text: &str, wrong: &regex::Error) -> String {
    let cut: String = text.chars().take(REPEATED).collect();
    let rest = if cut.len() < text.len() { "…" } else { "" };
    match wrong {
        regex::Error::CompiledTooBig(most) => {
            format!("the pattern `{cut}{rest}` takes more than {} MiB", most >> 20)
        }
        _ => format!("`{cut}{rest}` is no regular expression"),
    }
}

/// True for a pattern that takes at most so much memory, or is none.
pub(super) fn takes_at_most(bytes: usize, text: &str) -> bool {
    let made = RegexBuilder::new(text).size_limit(bytes).build();
    !matches!(made, Err(regex::Error::CompiledTooBig(_)))
}

/// Asks about two texts; false about anything else, in doubt about what is in doubt.
fn about(left: &Dynamic, right: &Dynamic, holds: impl Fn(&str, &str) -> bool) -> bool {
    if let Some(unsure) = left.read_lock::<Unsure>() {
        return unsure.answer();
    }
    match (left.read_lock::<ImmutableString>(), right.read_lock::<ImmutableString>()) {
        (Some(left), Some(right)) => holds(&left, &right),
        _ => false,
    }
}

/// A text made from a text; what is no text stays what it is.
fn map(value: Dynamic, made: impl Fn(&str) -> String) -> Dynamic {
    match value.read_lock::<ImmutableString>().map(|text| made(&text)) {
        Some(made) => Dynamic::from(made),
        None => value,
    }
}

pub(super) fn register(engine: &mut Engine) {
    engine.register_fn("starts_with", |a: Dynamic, b: Dynamic| about(&a, &b, |a, b| a.starts_with(b)));
    engine.register_fn("ends_with", |a: Dynamic, b: Dynamic| about(&a, &b, |a, b| a.ends_with(b)));
    engine.register_fn("contains", |a: Dynamic, b: Dynamic| about(&a, &b, |a, b| a.contains(b)));
    engine.register_fn("matches", |a: Dynamic, b: Dynamic| -> Result<bool, Failed> {
        let wanted = b.read_lock::<ImmutableString>().map(|text| pattern(&text)).transpose()?;
        Ok(about(&a, &b, |a, _| wanted.as_ref().is_some_and(|wanted| wanted.is_match(a))))
    });
    engine.register_fn("in_cidr", |a: Dynamic, b: Dynamic| {
        about(&a, &b, |a, b| Network::read(b).is_some_and(|network| network.holds(a)))
    });
    engine.register_fn("same_text", |a: Dynamic, b: Dynamic| about(&a, &b, |a, b| folded(a) == folded(b)));
    engine.register_fn("speaks_of", |a: Dynamic, b: Dynamic| about(&a, &b, speaks_of));
    engine.register_fn("to_lower", |a: Dynamic| map(a, str::to_lowercase));
    engine.register_fn("trim", |a: Dynamic| map(a, |text| text.trim().to_owned()));
    // Rhai's own changes the text in place and gives nothing, which no condition expects.
    engine.register_fn("trim", |text: &mut ImmutableString| {
        *text = text.trim().into();
        text.clone()
    });
    engine.register_fn("folded", |a: Dynamic| map(a, folded));
    engine.register_fn("captures", |text: &str, wanted: &str| -> Result<Array, Failed> {
        Ok(pattern(wanted)?.captures(text).map(|groups| texts(&groups)).unwrap_or_default())
    });
    engine.register_fn("all_captures", all_captures);
    // A count with its noun, as messages need it.
    engine.register_fn("count", |number: i64, noun: &str| {
        crate::finding::count(usize::try_from(number).unwrap_or(0), noun)
    });
    engine.register_fn("percent", percent);
}

/// What the groups of a pattern hold, the whole first; of a group that took no part, the empty text.
fn texts(groups: &Captures<'_>) -> Array {
    let text = |group: Option<Match<'_>>| group.map_or("", |group| group.as_str()).to_owned();
    groups.iter().map(|group| Dynamic::from(text(group))).collect()
}

/// The same at each place where the pattern is found. What is more than the engine lets a value hold fails
/// before it is made.
#[expect(clippy::needless_pass_by_value, reason = "Rhai hands the context over")]
fn all_captures(context: NativeCallContext<'_>, text: &str, wanted: &str) -> Result<Array, Failed> {
    let most = context.engine().max_array_size();
    let (mut found, mut elements) = (Array::new(), 0);
    for groups in pattern(wanted)?.captures_iter(text) {
        elements += 1 + groups.len();
        if elements > most {
            return Err(
                format!("the pattern is found more often than a list may hold: {most} elements").into()
            );
        }
        found.push(Dynamic::from(texts(&groups)));
    }
    Ok(found)
}

/// Lower case, one blank between words.
fn folded(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// True where a name stands in a text as words of its own, in capital or small letters: `Ace` is spoken of by
/// "ask ACE's people", and not by "replace".
fn speaks_of(text: &str, name: &str) -> bool {
    let (text, name) = (folded(text), folded(name));
    let is_word = |c: Option<char>| c.is_some_and(char::is_alphanumeric);
    let (starts, ends) = (is_word(name.chars().next()), is_word(name.chars().next_back()));
    let stands_alone = |at: usize| {
        let (before, after) = (&text[..at], &text[at + name.len()..]);
        !(starts && is_word(before.chars().next_back()) || ends && is_word(after.chars().next()))
    };
    name.chars().any(char::is_alphanumeric) && text.match_indices(&*name).any(|(at, _)| stands_alone(at))
}

/// `45.0 %`; nothing of nothing is 0 %.
#[expect(clippy::cast_precision_loss, reason = "shares of counted rows")]
fn percent(part: i64, whole: i64) -> String {
    let share = if whole == 0 { 0.0 } else { part as f64 * 100.0 / whole as f64 };
    format!("{share:.1} %")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_words_of_its_own() {
        for (text, name) in [
            ("ask ACE's people", "Ace"),
            ("Ann  Reed, Bo Lind", "ann reed"),
            ("place, ace", "ace"),
            ("in C++ and C", "c++"),
            ("risk R-1.", "R-1"),
        ] {
            assert!(speaks_of(text, name), "{text:?} speaks of {name:?}");
        }
        for (text, name) in [
            ("replace", "ace"),
            ("Joanne Reed", "Ann"),
            ("R-11", "R-1"),
            ("anything", ""),
            ("a - b", "-"),
            ("", "x"),
        ] {
            assert!(!speaks_of(text, name), "{text:?} does not speak of {name:?}");
        }
    }

    #[test]
    fn all_places_of_a_pattern_are_given_as_long_as_a_list_may_hold_them() {
        let mut engine = Engine::new_raw();
        engine.set_max_array_size(100);
        register(&mut engine);
        let found =
            |text: &str, wanted: &str| engine.eval::<Array>(&format!("all_captures(\"{text}\", `{wanted}`)"));
        let texts: Vec<Array> =
            found("P-06 and P-19", "P-(\\d+)").unwrap().into_iter().map(Dynamic::cast).collect();
        let second = texts[1].iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!((texts.len(), second), (2, vec!["P-19".to_owned(), "19".to_owned()]));
        assert!(found("", "x").unwrap().is_empty());
        assert_eq!(found(&"a".repeat(50), "a").unwrap().len(), 50);
        assert!(found(&"a".repeat(51), "a").unwrap_err().to_string().contains("100 elements"));
    }

    #[test]
    fn shares_are_written_with_one_decimal() {
        assert_eq!(percent(36, 80), "45.0 %");
        assert_eq!(percent(1, 0), "0.0 %");
    }
}
