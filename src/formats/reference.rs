//! How other formats refer to what a report holds: files as relative references, things by ids
//! that follow from their names, days as instants.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use uuid::Uuid;

/// What may stand in a path of a URI as it is (RFC 3986, 3.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'/').remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The space of names of our ids; any fixed one does (RFC 9562, 5.5).
const SPACE: Uuid = Uuid::from_u128(0x5f3c_9a0e_6d1b_5b8e_9a44_70c1_a2d7_1e03);

/// A path of the evidence as a relative reference.
pub fn uri(path: &str) -> String {
    utf8_percent_encode(path, PATH).to_string()
}

/// The id of a thing, the same in every run: a UUID of version 5 over its kind and names.
pub(super) fn uuid(kind: &str, names: &[&str]) -> String {
    let mut name = kind.to_owned();
    for part in names {
        // Lengths, so that no two lists of names run into one.
        name += &format!("\n{}:{part}", part.len());
    }
    Uuid::new_v5(&SPACE, name.as_bytes()).to_string()
}

/// The beginning of a day in UTC, as RFC 3339 has it.
pub(super) fn instant(day: &str) -> String {
    format!("{day}T00:00:00Z")
}

/// A rule's name without blanks and hyphens, as tools want names: `LeaverAccountActive`.
pub(super) fn camel(rule: &str) -> String {
    let capital = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
    };
    rule.split('-').map(capital).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_references_whatever_they_hold() {
        assert_eq!(uri("hr/Schulung 2026 (neu).csv"), "hr/Schulung%202026%20%28neu%29.csv");
        assert_eq!(uri("a:b/ü#?.md"), "a%3Ab/%C3%BC%23%3F.md");
    }

    #[test]
    fn ids_follow_from_names_and_differ_with_them() {
        assert_eq!(uuid("finding", &["a", "b"]), uuid("finding", &["a", "b"]));
        assert_ne!(uuid("finding", &["ab", ""]), uuid("finding", &["a", "b"]));
        assert_eq!(uuid("finding", &["a"]).as_bytes()[14], b'5');
    }
}
