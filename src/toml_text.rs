//! Reads TOML that people wrote into types, with every error at its place.

use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use jiff::civil::Date;
use serde::de::DeserializeOwned;
use toml::Spanned;

/// How messages on keys that nothing reads begin.
pub const UNKNOWN_KEY: &str = "unknown key";
/// What stands before and behind a key that is missing.
const MISSING: (&str, &str) = ("the key `", "` is missing");

/// Reads a TOML file into a type.
///
/// # Errors
/// A diagnostic with this code that points at the key or value that is wrong.
pub fn read<T: DeserializeOwned>(source: &Source, code: Code) -> Result<T, Diagnostic> {
    toml::from_str(source.text()).map_err(|error| {
        let span = error.span().unwrap_or(0..0);
        let span = source.span(span);
        let (message, help) = plain(error.message().lines().next().unwrap_or("not valid TOML"));
        let told = Diagnostic::error(code, message).at(span.place("here"));
        help.into_iter().fold(told, Diagnostic::help)
    })
}

/// What is wrong with a file in words that no Rust is needed for, and what to do about it.
pub fn plain(message: &str) -> (String, Option<String>) {
    let Some((what, known)) = message.split_once(", expected ") else {
        let missing = message.strip_prefix("missing field `").and_then(|rest| rest.strip_suffix('`'));
        return match missing {
            Some(key) => ([MISSING.0, key, MISSING.1].concat(), None),
            None => (message.to_owned(), None),
        };
    };
    let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
    let name = what.split('`').nth(1).unwrap_or_default();
    let near = did_you_mean(name, known.iter().copied());
    let one_of = known.iter().map(|known| format!("`{known}`")).collect::<Vec<_>>().join(", ");
    if what.starts_with("unknown field") {
        return (format!("{UNKNOWN_KEY} `{name}`{near}"), Some(format!("the keys here are {one_of}")));
    }
    if what.starts_with("unknown variant") {
        return (format!("`{name}` is none of {one_of}{near}"), None);
    }
    (message.to_owned(), None)
}

/// The key that a file must have and has not, where that is what was told of it.
pub fn missing_key(told: &Diagnostic) -> Option<&str> {
    told.message.strip_prefix(MISSING.0)?.strip_suffix(MISSING.1)
}

/// A diagnostic with this code at a value that was read.
pub fn wrong<T>(source: &Source, code: Code, value: &Spanned<T>, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(code, message).at(source.span(value.span()).place("here"))
}

/// The day of a date of TOML; none where it holds only a time.
pub fn day(date: &toml::value::Datetime) -> Option<Date> {
    let date = date.date?;
    Date::new(i16::try_from(date.year).ok()?, i8::try_from(date.month).ok()?, i8::try_from(date.day).ok()?)
        .ok()
}

/// The name among `known` that was probably meant, if any is near.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let limit = 1 + name.len() / 4;
    let beginning = |candidate: &str| {
        let same = name.chars().zip(candidate.chars()).take_while(|(a, b)| a == b).count();
        same >= ALIKE && same + 2 >= name.chars().count()
    };
    known
        .into_iter()
        .map(|candidate| (distance(name, candidate), candidate))
        .filter(|(distance, candidate)| *distance <= limit || beginning(candidate))
        .min()
        .map(|(_, candidate)| candidate)
}

/// Characters at the beginning that two names share when one may be short for the other.
const ALIKE: usize = 5;

/// `; did you mean …?` when a name is near to a known one, else nothing.
pub fn did_you_mean<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, known).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

/// Edit distance of Damerau and Levenshtein, with adjacent transpositions.
fn distance(a: &str, b: &str) -> usize {
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().collect(), b.chars().collect());
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    rows[0] = (0..=b.len()).collect();
    for i in 1..=a.len() {
        rows[i][0] = i;
        for j in 1..=b.len() {
            let swap = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            let replaced = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
            let mut best = replaced.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1);
            if swap {
                best = best.min(rows[i - 2][j - 2] + 1);
            }
            rows[i][j] = best;
        }
    }
    rows[a.len()][b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Rule {
        #[expect(dead_code, reason = "only its reading is tested")]
        title: String,
    }

    #[test]
    fn an_unknown_key_is_shown_at_its_place() {
        let source = Source::new("rule.toml", "title = \"x\"\ntitel = \"y\"\n");
        let error = read::<Rule>(&source, Code::InvalidRule).unwrap_err();
        assert_eq!((error.places[0].line, error.places[0].column), (2, 1));
        assert!(error.message.contains("titel"), "{}", error.message);
    }

    #[test]
    fn a_mistyped_key_is_told_with_what_was_meant() {
        let source = Source::new("rule.toml", "titel = \"y\"\n");
        let error = read::<Rule>(&source, Code::InvalidRule).unwrap_err();
        assert_eq!(error.message, "unknown key `titel`; did you mean `title`?");
        let source = Source::new("rule.toml", "");
        let error = read::<Rule>(&source, Code::InvalidRule).unwrap_err();
        assert_eq!(error.message, "the key `title` is missing");
        let (message, help) = plain("unknown variant `mayor`, expected one of `major`, `minor`");
        assert_eq!(
            (message.as_str(), help),
            ("`mayor` is none of `major`, `minor`; did you mean `major`?", None)
        );
    }

    #[test]
    fn a_near_name_is_proposed_and_a_far_one_is_not() {
        let known = ["next_review", "owner", "status"];
        assert_eq!(nearest("next_reveiw", known), Some("next_review"));
        assert_eq!(nearest("onwer", known), Some("owner"));
        assert_eq!(nearest("colour", known), None);
    }
}
