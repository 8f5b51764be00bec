//! Every fixed word of the page, in one place, so that the page can speak another language.
//!
//! A pattern holds `{}` for each number or text that is put in; where the first of them is a number, what
//! stands before a `|` is said of one, and what stands behind it of any other.

mod french;
mod german;
mod italian;
mod spanish;

use crate::vocabulary::Language;
use serde::Serialize;

/// The words of the page in one language.
#[derive(Debug)]
pub(super) struct Words {
    /// The language, as HTML names it.
    pub(super) lang: &'static str,
    /// States in the order of [`crate::finding::State::ALL`].
    pub(super) states: [StateWords; 8],
    /// Stages, by the names that reports have for them.
    pub(super) stages: &'static [(&'static str, &'static str)],
    /// Verdicts: blocked, conditional, ready, cannot say.
    pub(super) verdicts: [(&'static str, &'static str); 4],
    /// Clauses by their first number, and themes of Annex A by theirs.
    pub(super) clauses: &'static [(u8, &'static str)],
    pub(super) themes: &'static [(u8, &'static str)],
    /// What a conclusion rests on, in the order of [`crate::pack::Coverage::ALL`].
    pub(super) coverage: [&'static str; 5],
    /// Severities of diagnostics: note, warning, error.
    pub(super) severities: [&'static str; 3],
    /// What a grade rests on: requirement, practice, judgement.
    pub(super) bases: [&'static str; 3],
    /// A clause by its number, where it has no name here.
    pub(super) clause: &'static str,
    /// What templates ask for by name.
    pub(super) page: &'static [(&'static str, &'static str)],
}

/// What is said of a state.
#[derive(Clone, Copy, Debug, Serialize)]
pub(super) struct StateWords {
    /// On a badge.
    pub(super) name: &'static str,
    /// Above findings or checks, with their number.
    pub(super) many: &'static str,
    /// Above findings of Stage 1, which are areas of concern.
    pub(super) concerns: &'static str,
    /// What it means, for readers who are no auditors.
    pub(super) meaning: &'static str,
}

impl Words {
    /// The words in a language.
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::En => &Self::ENGLISH,
            Language::De => &german::WORDS,
            Language::Fr => &french::WORDS,
            Language::Es => &spanish::WORDS,
            Language::It => &italian::WORDS,
        }
    }

    /// The words in English.
    pub(super) const ENGLISH: Self = Self {
        lang: "en",
        states: [
            StateWords {
                name: "Major",
                many: "{} major nonconformity|{} major nonconformities",
                concerns: "{} area of concern, major at Stage 2|{} areas of concern, major at Stage 2",
                meaning: "A requirement is not met, and the ability of the management system suffers. No certificate until it is closed and verified.",
            },
            StateWords {
                name: "Minor",
                many: "{} minor nonconformity|{} minor nonconformities",
                concerns: "{} area of concern, minor at Stage 2|{} areas of concern, minor at Stage 2",
                meaning: "A requirement is not met in a single lapse. A certificate needs an accepted plan against it.",
            },
            StateWords {
                name: "Opportunity",
                many: "{} opportunity for improvement|{} opportunities for improvement",
                concerns: "{} opportunity for improvement|{} opportunities for improvement",
                meaning: "No requirement is missed, and something could be better.",
            },
            StateWords {
                name: "Conformity",
                many: "{} conformity|{} conformities",
                concerns: "{} conformity|{} conformities",
                meaning: "Evidence was examined, and the requirement is met.",
            },
            StateWords {
                name: "Not applicable",
                many: "{} not applicable",
                concerns: "{} not applicable",
                meaning: "The statement of applicability excludes the control, and gives a reason.",
            },
            StateWords {
                name: "Not evaluated",
                many: "{} not evaluated",
                concerns: "{} not evaluated",
                meaning: "Nothing was seen that would decide. It says nothing for or against the organization.",
            },
            StateWords {
                name: "Waived",
                many: "{} waived",
                concerns: "{} waived",
                meaning: "A nonconformity that somebody answerable accepted until a day. It is not a conformity.",
            },
            StateWords {
                name: "Failed rule",
                many: "{} failed rule|{} failed rules",
                concerns: "{} failed rule|{} failed rules",
                meaning: "The rule itself failed. It says nothing about the organization.",
            },
        ],
        stages: &[
            ("pre-audit", "Pre-audit"),
            ("stage-1", "Stage 1 audit"),
            ("stage-2", "Stage 2 audit"),
            ("surveillance", "Surveillance audit"),
            ("recertification", "Recertification audit"),
            ("internal-audit", "Internal audit"),
        ],
        verdicts: [
            ("Blocked", "As things stand, a certificate cannot be recommended."),
            (
                "Conditional",
                "A certificate can be recommended once plans against the open points are accepted.",
            ),
            ("Ready", "As far as was seen, the organization is ready."),
            ("Cannot say", "Too much was not seen to say whether the organization is ready."),
        ],
        clauses: &[
            (4, "Context of the organization"),
            (5, "Leadership"),
            (6, "Planning"),
            (7, "Support"),
            (8, "Operation"),
            (9, "Performance evaluation"),
            (10, "Improvement"),
        ],
        themes: &[
            (5, "Organizational controls"),
            (6, "People controls"),
            (7, "Physical controls"),
            (8, "Technological controls"),
        ],
        coverage: ["Records compared", "Records", "Documents", "Attestations", "Interviews"],
        severities: ["Note", "Warning", "Error"],
        bases: ["requirement", "practice", "judgement"],
        clause: "Clause {}",
        page: &[
            ("report", "Pre-audit report"),
            ("unnamed", "Organization not named"),
            ("skip", "Skip to the verdict"),
            ("contents", "Contents"),
            ("as_of", "as of {}"),
            ("profile", "profile {}"),
            (
                "made_by",
                "Made by preaudit {} from the evidence and rules listed here; nothing was sent anywhere.",
            ),
            (
                "disclaimer",
                "preaudit is no certification body. The decision on a certificate is the certification body’s alone.",
            ),
            ("verdict", "Verdict"),
            ("blockers", "What blocks a certificate"),
            ("concerns", "What would block a certificate at Stage 2"),
            ("more_blockers", "and {} more below|and {} more below"),
            ("overview", "Overview"),
            ("grades", "Findings by grade"),
            ("also_contained", "and {} within a systemic major|and {} within systemic majors"),
            ("checks", "Checks by state"),
            ("checks_column", "Checks"),
            (
                "checks_of",
                "{} check: one control looked at by one rule|{} checks: each is one control looked at by one rule",
            ),
            ("state", "State"),
            ("number", "Number"),
            ("by_group", "By clause and theme"),
            ("group", "Clause or theme"),
            ("group_controls", "Clauses and controls by their worst state"),
            ("group_findings", "Findings"),
            ("share", "Shares"),
            ("theme", "Theme"),
            ("heat_map", "Heat map"),
            (
                "heat_map_about",
                "Every clause and control by the worst state of its checks; each cell leads to its row.",
            ),
            ("legend", "Legend"),
            ("trend", "Trend"),
            ("trend_about", "Majors and minors over the recorded runs."),
            ("trend_desc", "From {} to {}: majors {} to {}, minors {} to {}."),
            ("trend_table", "The same as a table"),
            ("day", "Day of judgement"),
            ("contained", "Minor, within a major"),
            ("findings", "Findings"),
            ("no_findings", "No finding: nothing that was examined misses a requirement or could be better."),
            ("filter", "Filter findings"),
            ("all", "All"),
            ("grade", "Grade"),
            ("control", "Clause or control"),
            ("owner", "Owner"),
            ("text", "Text"),
            ("reset", "Show all"),
            ("shown", "{} of {} findings shown"),
            ("permalink", "Link to this finding"),
            ("examined", "{} of {} examined"),
            ("undecidable", "{} record could not be decided|{} records could not be decided"),
            ("part_of", "Part of the systemic major"),
            ("contains", "It contains the {} minor below|It contains the {} minors below"),
            ("overruled", "Overruled, was {}"),
            ("row", "Row"),
            ("empty", "empty"),
            ("more_subjects", "{} more|{} more"),
            ("more_places", "{} more place|{} more places"),
            ("in_json", "and {} more in the JSON report|and {} more in the JSON report"),
            ("reasoning", "Grading, what to do, what an auditor asks next"),
            ("derivation", "How the grade came about"),
            ("help", "What to do"),
            ("ask", "What an auditor asks next"),
            ("rule", "Rule"),
            ("basis", "Basis"),
            ("looked_at", "Files looked at"),
            (
                "places_cut",
                "To keep this page usable, at most {} places of a finding are shown as excerpts; the JSON report has them all.",
            ),
            ("controls", "Clauses and controls"),
            ("of_clauses", "Clauses"),
            ("of_annex", "Controls of Annex A"),
            ("rests_on", "Rests on"),
            ("soa", "Statement of applicability"),
            ("applicable", "Applicable"),
            ("excluded", "Not applicable"),
            ("unclear", "Not readable"),
            ("undeclared", "Not declared"),
            ("no_rule", "No rule looks at it; people must judge."),
            ("records", "{} record|{} records"),
            ("count_checks", "{} check|{} checks"),
            ("more", "and {} more|and {} more"),
            ("open", "Not evaluated"),
            (
                "open_about",
                "What was not looked at, or could not be decided, by reason. None of it counts as conformity.",
            ),
            ("reason", "Reason"),
            ("evidence", "Evidence"),
            ("rests_about", "What the conclusions rest on, the strongest first."),
            ("freshness", "Freshness"),
            ("fresh", "fresh on the day of judgement"),
            ("stale", "too old on the day of judgement"),
            ("undated", "without a day of collection"),
            (
                "freshness_about",
                "The day on which a file was taken stands in preaudit.toml; how long it proves something depends on its kind.",
            ),
            ("files", "Files"),
            ("file", "File"),
            ("kind", "Kind"),
            ("size", "Size"),
            ("collected", "Collected"),
            ("fresh_until", "Fresh until"),
            ("sha256", "SHA-256"),
            ("set_aside", "{} set aside"),
            ("unused_file", "not used"),
            ("columns", "How {} column was understood|How {} columns were understood"),
            ("unused_columns", "Not used: {}"),
            ("conclusions", "Conclusions"),
            ("is_stale", "too old"),
            ("diagnostics", "About the evidence"),
            ("diagnostics_about", "Messages about reading the evidence, not about the organization."),
            ("no_diagnostics", "All evidence was read without remarks."),
            ("decided", "Decisions of people"),
            ("decision", "Decision"),
            ("stated", "Stated"),
            ("applied", "Applied"),
            ("unapproved", "Not approved"),
            ("expired", "Expired"),
            ("blanket", "Blanket"),
            ("unused", "Unused"),
            ("waivers", "Waivers"),
            ("overrides", "Overrides"),
            ("attestations", "Attestations"),
            ("read", "Read"),
            ("void", "Void"),
            ("waived_findings", "Waived findings"),
            ("overruled_findings", "Overruled grades"),
            ("about", "About this report"),
            ("packs", "Rule packs"),
            ("pack", "Pack"),
            ("version", "Version"),
            ("digest", "Digest"),
            ("states", "What the states mean"),
            ("meaning", "Meaning"),
            (
                "bounds",
                "Excerpts show at most three lines, cut where they are long, and of a table row the first cell and those around the marked one.",
            ),
        ],
    };
}

/// The second of a pair, by the first.
pub(super) fn named<K: PartialEq>(pairs: &[(K, &'static str)], key: &K) -> Option<&'static str> {
    pairs.iter().find(|(known, _)| known == key).map(|(_, name)| *name)
}

/// A pattern with these texts put in, in their order.
pub(super) fn fill(pattern: &str, texts: &[String]) -> String {
    let is_one = texts.first().is_some_and(|text| text == "1");
    let pattern = match pattern.split_once('|') {
        Some((one, _)) if is_one => one,
        Some((_, other)) => other,
        None => pattern,
    };
    let mut parts = pattern.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        filled.push_str(texts.get(at).map_or("", String::as_str));
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::super::TEMPLATES;
    use super::{Words, fill};
    use crate::vocabulary::Language;
    use regex::Regex;
    use std::collections::BTreeSet;

    #[test]
    fn templates_ask_for_every_word_and_for_no_other() {
        let asked = Regex::new(r"\bw\.(\w+)").unwrap();
        let words =
            |text: &'static str| asked.captures_iter(text).map(|found| found.get(1).unwrap().as_str());
        let asked: BTreeSet<&str> = TEMPLATES.iter().flat_map(|(_, text)| words(text)).collect();
        let known: BTreeSet<&str> = Words::ENGLISH.page.iter().map(|(name, _)| *name).collect();
        assert_eq!(asked, known);
        assert_eq!(known.len(), Words::ENGLISH.page.len(), "a name stands twice");
    }

    /// All texts of the page, with the names that templates have for some of them.
    fn texts(words: &Words) -> Vec<(&'static str, &'static str)> {
        let states = words.states.iter().flat_map(|state| {
            [
                ("name", state.name),
                ("many", state.many),
                ("concerns", state.concerns),
                ("meaning", state.meaning),
            ]
        });
        let verdicts =
            words.verdicts.iter().copied().flat_map(|(name, said)| [("verdict", name), ("said", said)]);
        let lists = [&words.coverage[..], &words.severities, &words.bases, &[words.clause]].concat();
        let groups = words.clauses.iter().chain(words.themes).map(|(_, name)| ("group", *name));
        let lists = lists.into_iter().map(|word| ("list", word)).chain(groups);
        let named = words.stages.iter().chain(words.page).copied();
        states.chain(verdicts).chain(lists).chain(named).collect()
    }

    #[test]
    fn every_language_has_every_word_with_the_same_holes() {
        let english = texts(Words::of(Language::En));
        for language in Language::ALL {
            let words = Words::of(language);
            assert_eq!(words.lang, language.tag());
            let own = texts(words);
            assert_eq!(own.len(), english.len(), "{language}");
            for ((name, text), (known, original)) in own.iter().zip(&english) {
                let holes = |text: &str| text.split('|').map(|form| form.matches("{}").count()).max();
                assert_eq!(name, known, "{language}");
                assert!(
                    !text.is_empty() && holes(text) == holes(original),
                    "{language}: {text} / {original}"
                );
            }
            let alike: Vec<_> =
                own.iter().zip(&english).filter(|(a, b)| a == b).map(|((_, text), _)| text).collect();
            // What is spelled alike in two languages: documents, interviews, SHA-256, …
            assert!(language == Language::En || alike.len() <= 7, "{language}: English are {alike:?}");
            for state in
                crate::finding::State::ALL.iter().zip(&words.states).filter(|_| language != Language::En)
            {
                assert_eq!(
                    state.1.name.to_lowercase(),
                    language.state(*state.0).to_lowercase().replace('\'', "’")
                );
            }
        }
    }

    #[test]
    fn a_pattern_speaks_of_one_and_of_many() {
        let said = |number: &str| fill("{} more place|{} more places", &[number.to_owned()]);
        assert_eq!([said("0"), said("1"), said("2")], ["0 more places", "1 more place", "2 more places"]);
        assert_eq!(
            fill("{} of {}", &["{}".to_owned(), "2".to_owned()]),
            "{} of 2",
            "a text is put in as it is"
        );
    }
}
