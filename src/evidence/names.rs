//! Names of people as they are written for people: with titles, in either order.

use std::collections::BTreeSet;

/// Words before or behind a name that are none of it, in lower case and without points.
const TITLES: &[&str] = &[
    "mr",
    "mrs",
    "ms",
    "miss",
    "mx",
    "sir",
    "dr",
    "drs",
    "prof",
    "professor",
    "mag",
    "ing",
    "dipl",
    "herr",
    "frau",
    "hr",
    "fr",
    "m",
    "mme",
    "mlle",
    "monsieur",
    "madame",
    "sr",
    "sra",
    "srta",
    "don",
    "doña",
    "señor",
    "señora",
    "sig",
    "sigra",
    "signor",
    "signora",
    "dott",
    "dottssa",
    "avv",
    "phd",
    "msc",
    "bsc",
    "mba",
    "cissp",
    "cisa",
    "cism",
    "jr",
];

/// True when two names are of one person: the same words, whatever their case, order and titles.
/// `Weber, Anna` is `Dr. Anna Weber`.
pub fn is_same_person(one: &str, other: &str) -> bool {
    let (one, other) = (words(one), words(other));
    !one.is_empty() && one == other
}

fn words(name: &str) -> BTreeSet<String> {
    let parts = name.split(|c: char| c.is_whitespace() || matches!(c, ',' | ';' | '-' | '(' | ')'));
    let plain = parts.map(|part| part.replace('.', "").to_lowercase()).filter(|part| !part.is_empty());
    let all: BTreeSet<String> = plain.collect();
    let bare: BTreeSet<String> =
        all.iter().filter(|part| !TITLES.contains(&part.as_str())).cloned().collect();
    // Somebody may be called as a title is.
    if bare.is_empty() { all } else { bare }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_case_and_order_make_no_other_person() {
        assert!(is_same_person("Dr. Anna Weber", "WEBER, Anna"));
        assert!(is_same_person("Prof. Dipl.-Ing. Ana Ruiz", "ana ruiz, PhD"));
        assert!(is_same_person("A", "a"));
        assert!(!is_same_person("Anna Weber", "Anna Webern"));
        assert!(!is_same_person("Anna Weber", "Anna"));
        assert!(!is_same_person("", ""));
    }
}
