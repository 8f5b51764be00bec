//! The words of reports in the languages that certification bodies write them in.
//!
//! Titles, states and verdicts are said here; what rules, grading and diagnostics say stays as it was
//! written, and the JSON knows no language. Terms follow the national editions of ISO/IEC 27001:2022 and
//! ISO/IEC 17021-1:2015, and where bodies commonly say something else (`Hauptabweichung`), their usage.

/// A table of words: a line is a variant with its text in every language, in the order of
/// [`Language::ALL`].
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($variant:ident = $en:literal | $de:literal | $fr:literal | $es:literal | $it:literal;)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum $name {
            $(#[doc = $en] $variant,)*
        }

        impl $name {
            /// All of them, in the order of the table.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// The text in every language, in the order of [`crate::vocabulary::Language::ALL`].
            pub(super) fn texts(self) -> [&'static str; 5] {
                match self { $(Self::$variant => [$en, $de, $fr, $es, $it],)* }
            }
        }
    };
}

mod counted;
mod words;

pub use counted::Counted;
pub use words::Word;

use crate::control_id::ControlId;
use crate::finding::{Basis, State};
use crate::pack::Coverage;
use crate::stage::Stage;
use std::fmt::{self, Display};
use std::str::FromStr;

/// A language of reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// German.
    De,
    /// French.
    Fr,
    /// Spanish.
    Es,
    /// Italian.
    It,
}

impl Language {
    /// All of them; English first.
    pub const ALL: [Self; 5] = [Self::En, Self::De, Self::Fr, Self::Es, Self::It];

    /// The tag of BCP 47, as `--lang` and HTML have it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::De => "de",
            Self::Fr => "fr",
            Self::Es => "es",
            Self::It => "it",
        }
    }

    /// A word.
    pub fn say(self, word: Word) -> &'static str {
        word.texts()[self as usize]
    }

    /// A word whose holes `{}` are filled, in their order.
    pub fn with(self, word: Word, values: &[&dyn Display]) -> String {
        fill(self.say(word), values)
    }

    /// A number with what is counted, in its singular or plural.
    pub fn count(self, number: usize, what: Counted) -> String {
        fill(self.form(number, what), &[&number])
    }

    /// As [`Self::count`], where what is counted names something else too.
    pub fn count_of(self, number: usize, what: Counted, values: &[&dyn Display]) -> String {
        let mut all: Vec<&dyn Display> = vec![&number];
        all.extend(values);
        fill(self.form(number, what), &all)
    }

    /// The singular or plural, with its holes.
    fn form(self, number: usize, what: Counted) -> &'static str {
        let text = what.texts()[self as usize];
        let (one, many) = text.split_once('|').unwrap_or((text, text));
        // French counts nothing in the singular.
        let is_one = number == 1 || (number == 0 && self == Self::Fr);
        if is_one { one } else { many }
    }

    /// A state: `major`, `Hauptabweichung`.
    pub fn state(self, state: State) -> &'static str {
        self.say(match state {
            State::Major => Word::Major,
            State::Minor => Word::Minor,
            State::Opportunity => Word::Opportunity,
            State::Conformity => Word::Conformity,
            State::NotApplicable => Word::NotApplicable,
            State::NotEvaluated => Word::NotEvaluated,
            State::Waived => Word::Waived,
            State::Faulted => Word::Faulted,
        })
    }

    /// What a word rests on.
    pub fn coverage(self, coverage: Coverage) -> &'static str {
        self.say(match coverage {
            Coverage::Reconciliation => Word::Reconciliation,
            Coverage::Records => Word::RecordsSeen,
            Coverage::Document => Word::Document,
            Coverage::Attestation => Word::Attestation,
            Coverage::Interview => Word::Interview,
        })
    }

    /// What a limit or grade rests on.
    pub fn basis(self, basis: Basis) -> &'static str {
        self.say(match basis {
            Basis::Requirement => Word::BasisRequirement,
            Basis::Practice => Word::BasisPractice,
            Basis::Judgement => Word::BasisJudgement,
        })
    }

    /// The audit that a report names; a name that is no stage stays as it is.
    pub fn stage(self, name: &str) -> &str {
        let Ok(stage) = name.parse() else { return name };
        self.say(match stage {
            Stage::PreAudit => Word::PreAudit,
            Stage::Stage1 => Word::Stage1,
            Stage::Stage2 => Word::Stage2,
            Stage::Surveillance => Word::Surveillance,
            Stage::Recertification => Word::Recertification,
            Stage::InternalAudit => Word::InternalAudit,
        })
    }

    /// The theme of a control of Annex A, or that it is a clause.
    pub fn theme(self, control: ControlId) -> &'static str {
        let first = control.parts().first().copied().filter(|_| control.is_annex());
        self.say(match first {
            None => Word::Clauses,
            Some(6) => Word::People,
            Some(7) => Word::Physical,
            Some(8) => Word::Technological,
            Some(_) => Word::Organizational,
        })
    }

    /// Yes or no.
    pub fn yes_no(self, is_so: bool) -> &'static str {
        self.say(if is_so { Word::Yes } else { Word::No })
    }
}

impl FromStr for Language {
    type Err = String;

    fn from_str(tag: &str) -> Result<Self, String> {
        Self::ALL.into_iter().find(|language| language.tag() == tag).ok_or_else(|| {
            let tags: Vec<&str> = Self::ALL.iter().map(|language| language.tag()).collect();
            format!("no report is written in `{tag}`; there are {}", tags.join(", "))
        })
    }
}

impl Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.tag())
    }
}

/// A text with its holes `{}` filled in order; a hole without a value stays.
fn fill(text: &str, values: &[&dyn Display]) -> String {
    let mut parts = text.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        filled += &values.get(at).map_or_else(|| "{}".to_owned(), ToString::to_string);
        filled += part;
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words that another language spells as English does.
    const SPELLED_ALIKE: &[(&str, &[&str])] = &[
        ("de", &["Audit", "SHA-256", "Status"]),
        (
            "fr",
            &[
                "Applicable",
                "Audit",
                "Correction",
                "Justification",
                "Population",
                "Question",
                "SHA-256",
                "attestation",
                "document",
                "{} attestation|{} attestations",
            ],
        ),
        ("es", &["Bytes", "Control", "SHA-256", "no"]),
        ("it", &["Audit", "File", "SHA-256", "no", "pre-audit"]),
    ];

    fn holes(text: &str) -> usize {
        text.matches("{}").count()
    }

    #[test]
    fn every_language_has_every_word_and_none_is_english_by_accident() {
        let words = Word::ALL.iter().map(|word| word.texts());
        for texts in words.chain(Counted::ALL.iter().map(|what| what.texts())) {
            let english = texts[0];
            for (language, text) in Language::ALL.iter().zip(texts).skip(1) {
                assert!(!text.trim().is_empty(), "{language}: {english}");
                assert_eq!(holes(text), holes(english), "{language}: {english} / {text}");
                let alike = SPELLED_ALIKE.iter().find(|(tag, _)| *tag == language.tag()).unwrap().1;
                assert!(text != english || alike.contains(&english), "{language} says `{english}` too");
            }
        }
    }

    #[test]
    fn what_is_counted_has_one_and_many() {
        for what in Counted::ALL {
            for (language, text) in Language::ALL.iter().zip(what.texts()) {
                let (one, many) = text.split_once('|').unwrap_or_else(|| panic!("{language}: {text}"));
                assert_eq!(holes(one), holes(many), "{language}: {text}");
                assert!(holes(one) >= 1 && !many.contains('|'), "{language}: {text}");
            }
        }
        assert_eq!(Language::En.count(1, Counted::Check), "1 check");
        assert_eq!(Language::De.count(2, Counted::MajorNonconformity), "2 Hauptabweichungen");
        assert_eq!(Language::Fr.count(0, Counted::Check), "0 vérification");
        assert_eq!(Language::Es.count(0, Counted::Check), "0 comprobaciones");
    }

    /// What the JSON says of a state is what English says.
    #[test]
    fn english_names_are_those_of_the_json() {
        for state in State::ALL {
            assert_eq!(Language::En.state(state), state.name());
        }
        for coverage in Coverage::ALL {
            assert_eq!(Language::En.coverage(coverage), coverage.name());
        }
        for stage in Stage::ALL {
            assert_eq!(Language::En.stage(stage.name()), stage.name());
        }
        for basis in [Basis::Requirement, Basis::Practice, Basis::Judgement] {
            assert_eq!(Language::En.basis(basis), basis.to_string());
        }
    }

    #[test]
    fn words_of_certification_bodies_are_used() {
        assert_eq!(Language::De.say(Word::StatementOfApplicability), "Erklärung zur Anwendbarkeit");
        assert_eq!(Language::Fr.state(State::Major), "non-conformité majeure");
        assert_eq!(Language::Es.state(State::Minor), "no conformidad menor");
        assert_eq!(Language::It.state(State::Opportunity), "opportunità di miglioramento");
    }

    #[test]
    fn holes_are_filled_in_order_and_values_are_no_holes() {
        assert_eq!(fill("{} of {}", &[&"{}", &2]), "{} of 2");
        assert_eq!(fill("{}", &[]), "{}");
        assert_eq!(
            "nl".parse::<Language>().unwrap_err(),
            "no report is written in `nl`; there are en, de, fr, es, it"
        );
    }
}
