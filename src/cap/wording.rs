//! What two texts have in common, whatever their case, punctuation and order of words.

use std::collections::BTreeSet;

/// A cause of which so large a share of the words stands in the finding says nothing that the finding
/// does not. Judgement: three words in four.
const RESTATED: f64 = 0.75;
/// Words shorter than this carry no meaning of their own in the languages that are read here.
const SHORTEST: usize = 4;

/// Lower case, letters and digits only, one blank between words.
pub(super) fn normal(text: &str) -> String {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}

/// The words of a text that carry meaning, without their endings: `accounts` and `account` are one.
fn words(text: &str) -> BTreeSet<String> {
    let long = |word: &&str| word.chars().count() >= SHORTEST || word.chars().any(char::is_numeric);
    normal(text).split(' ').filter(long).map(stem).collect()
}

/// A word without a plural or verb ending, roughly, as English, German and Romance languages form them.
fn stem(word: &str) -> String {
    const ENDINGS: &[&str] = &["ings", "ing", "ed", "es", "en", "s", "e"];
    let ending = ENDINGS
        .iter()
        .find(|ending| word.strip_suffix(**ending).is_some_and(|stem| stem.chars().count() >= SHORTEST));
    ending.and_then(|ending| word.strip_suffix(*ending)).unwrap_or(word).to_owned()
}

/// True when a text says what another says: most of its words stand there.
pub(super) fn restates(text: &str, other: &str) -> bool {
    let (own, known) = (words(text), words(other));
    if own.is_empty() {
        return !normal(text).is_empty() && normal(text) == normal(other);
    }
    #[expect(clippy::cast_precision_loss, reason = "a share of counted words")]
    let share = own.intersection(&known).count() as f64 / own.len() as f64;
    share >= RESTATED
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINDING: &str = "dario.finch left on 2026-05-29 and the account dario.finch is still enabled";

    #[test]
    fn a_finding_in_other_words_is_no_cause() {
        assert!(restates("The account Dario.Finch was still ENABLED!", FINDING));
        assert!(restates("accounts still enabled", FINDING));
        assert!(restates("Das Konto war noch aktiv", "das Konto von B. ist noch aktiv"));
    }

    #[test]
    fn a_cause_says_something_that_the_finding_does_not() {
        assert!(!restates(
            "HR tells IT of leavers by e-mail, and nobody checks that each account is closed",
            FINDING
        ));
        assert!(!restates("the leaver sheet has no line for a second account", FINDING));
    }

    #[test]
    fn texts_are_the_same_whatever_their_form() {
        assert_eq!(normal(" We  re-train: ALL staff. "), normal("we re train all staff"));
        assert_eq!(normal("…"), "");
    }
}
