//! Every fixed word of the page, in one place, so that the page can speak another language.
//!
//! A pattern holds `{}` for each number or text that is put in; where the first of them is a number, what
//! stands before a `|` is said of one, and what stands behind it of any other.

use serde::Serialize;

/// The words of the page in one language.
#[derive(Debug, Serialize)]
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
    pub(super) page: PageWords,
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

/// Words that templates ask for by their names.
#[derive(Debug, Serialize)]
#[rustfmt::skip]
pub(super) struct PageWords {
    // The page
    pub(super) report: &'static str, pub(super) unnamed: &'static str, pub(super) skip: &'static str,
    pub(super) contents: &'static str, pub(super) as_of: &'static str, pub(super) profile: &'static str,
    pub(super) made_by: &'static str, pub(super) disclaimer: &'static str,
    // Verdict and overview
    pub(super) verdict: &'static str, pub(super) blockers: &'static str, pub(super) concerns: &'static str,
    pub(super) more_blockers: &'static str, pub(super) overview: &'static str, pub(super) grades: &'static str,
    pub(super) also_contained: &'static str, pub(super) checks: &'static str, pub(super) checks_column: &'static str, pub(super) checks_of: &'static str,
    pub(super) state: &'static str, pub(super) number: &'static str, pub(super) by_group: &'static str,
    pub(super) group: &'static str, pub(super) group_controls: &'static str, pub(super) group_findings: &'static str,
    pub(super) share: &'static str, pub(super) clause: &'static str, pub(super) theme: &'static str,
    pub(super) total: &'static str,
    // Heat map and trend
    pub(super) heat_map: &'static str, pub(super) heat_map_about: &'static str, pub(super) legend: &'static str,
    pub(super) trend: &'static str, pub(super) trend_about: &'static str, pub(super) trend_desc: &'static str,
    pub(super) trend_table: &'static str, pub(super) day: &'static str, pub(super) contained: &'static str,
    // Findings
    pub(super) findings: &'static str, pub(super) no_findings: &'static str, pub(super) filter: &'static str,
    pub(super) all: &'static str, pub(super) grade: &'static str, pub(super) control: &'static str,
    pub(super) owner: &'static str, pub(super) text: &'static str, pub(super) reset: &'static str,
    pub(super) shown: &'static str, pub(super) permalink: &'static str, pub(super) examined: &'static str,
    pub(super) undecidable: &'static str, pub(super) part_of: &'static str, pub(super) contains: &'static str,
    pub(super) overruled: &'static str, pub(super) row: &'static str, pub(super) empty: &'static str,
    pub(super) seen_in: &'static str, pub(super) more_subjects: &'static str, pub(super) more_places: &'static str, pub(super) in_json: &'static str,
    pub(super) reasoning: &'static str, pub(super) derivation: &'static str, pub(super) help: &'static str,
    pub(super) ask: &'static str, pub(super) rule: &'static str, pub(super) basis: &'static str,
    pub(super) looked_at: &'static str, pub(super) places_cut: &'static str,
    // Controls
    pub(super) controls: &'static str, pub(super) of_clauses: &'static str, pub(super) of_annex: &'static str,
    pub(super) title: &'static str, pub(super) rests_on: &'static str, pub(super) soa: &'static str,
    pub(super) applicable: &'static str, pub(super) excluded: &'static str, pub(super) unclear: &'static str,
    pub(super) undeclared: &'static str, pub(super) no_rule: &'static str, pub(super) records: &'static str,
    pub(super) count_checks: &'static str, pub(super) none: &'static str,
    pub(super) more: &'static str,
    // Not evaluated
    pub(super) open: &'static str, pub(super) open_about: &'static str, pub(super) reason: &'static str,
    // Evidence
    pub(super) evidence: &'static str, pub(super) rests_about: &'static str, pub(super) freshness: &'static str,
    pub(super) fresh: &'static str, pub(super) stale: &'static str, pub(super) undated: &'static str,
    pub(super) freshness_about: &'static str, pub(super) files: &'static str, pub(super) file: &'static str,
    pub(super) kind: &'static str, pub(super) size: &'static str, pub(super) collected: &'static str,
    pub(super) fresh_until: &'static str, pub(super) sha256: &'static str, pub(super) set_aside: &'static str,
    pub(super) unused_file: &'static str, pub(super) columns: &'static str, pub(super) unused_columns: &'static str,
    pub(super) conclusions: &'static str, pub(super) is_stale: &'static str,
    // Diagnostics and decisions
    pub(super) diagnostics: &'static str, pub(super) diagnostics_about: &'static str, pub(super) no_diagnostics: &'static str,
    pub(super) decided: &'static str, pub(super) decision: &'static str, pub(super) stated: &'static str,
    pub(super) applied: &'static str, pub(super) unapproved: &'static str, pub(super) expired: &'static str,
    pub(super) blanket: &'static str, pub(super) unused: &'static str, pub(super) waivers: &'static str,
    pub(super) overrides: &'static str, pub(super) attestations: &'static str, pub(super) read: &'static str,
    pub(super) void: &'static str, pub(super) waived_findings: &'static str, pub(super) overruled_findings: &'static str,
    // About
    pub(super) about: &'static str, pub(super) packs: &'static str, pub(super) pack: &'static str,
    pub(super) version: &'static str, pub(super) digest: &'static str, pub(super) states: &'static str,
    pub(super) meaning: &'static str, pub(super) bounds: &'static str,
}

impl Words {
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
        page: PageWords {
            report: "Pre-audit report",
            unnamed: "Organization not named",
            skip: "Skip to the verdict",
            contents: "Contents",
            as_of: "as of {}",
            profile: "profile {}",
            made_by: "Made by preaudit {} from the evidence and rules listed here; nothing was sent anywhere.",
            disclaimer: "preaudit is no certification body. The decision on a certificate is the certification body’s alone.",
            verdict: "Verdict",
            blockers: "What blocks a certificate",
            concerns: "What would block a certificate at Stage 2",
            more_blockers: "and {} more below|and {} more below",
            overview: "Overview",
            grades: "Findings by grade",
            also_contained: "and {} within a systemic major|and {} within systemic majors",
            checks: "Checks by state",
            checks_column: "Checks",
            checks_of: "{} check: one control looked at by one rule|{} checks: each is one control looked at by one rule",
            state: "State",
            number: "Number",
            by_group: "By clause and theme",
            group: "Clause or theme",
            group_controls: "Clauses and controls by their worst state",
            group_findings: "Findings",
            share: "Shares",
            clause: "Clause {}",
            theme: "Theme",
            total: "Total",
            heat_map: "Heat map",
            heat_map_about: "Every clause and control by the worst state of its checks; each cell leads to its row.",
            legend: "Legend",
            trend: "Trend",
            trend_about: "Majors and minors over the recorded runs.",
            trend_desc: "From {} to {}: majors {} to {}, minors {} to {}.",
            trend_table: "The same as a table",
            day: "Day of judgement",
            contained: "Minor, within a major",
            findings: "Findings",
            no_findings: "No finding: nothing that was examined misses a requirement or could be better.",
            filter: "Filter findings",
            all: "All",
            grade: "Grade",
            control: "Clause or control",
            owner: "Owner",
            text: "Text",
            reset: "Show all",
            shown: "{} of {} findings shown",
            permalink: "Link to this finding",
            examined: "{} of {} examined",
            undecidable: "{} record could not be decided|{} records could not be decided",
            part_of: "Part of the systemic major",
            contains: "It contains the {} minor below|It contains the {} minors below",
            overruled: "Overruled, was {}",
            row: "Row",
            empty: "empty",
            seen_in: "Seen in",
            more_subjects: "{} more|{} more",
            more_places: "{} more place|{} more places",
            in_json: "and {} more in the JSON report|and {} more in the JSON report",
            reasoning: "Grading, what to do, what an auditor asks next",
            derivation: "How the grade came about",
            help: "What to do",
            ask: "What an auditor asks next",
            rule: "Rule",
            basis: "Basis",
            looked_at: "Files looked at",
            places_cut: "To keep this page usable, at most {} places of a finding are shown as excerpts; the JSON report has them all.",
            controls: "Clauses and controls",
            of_clauses: "Clauses",
            of_annex: "Controls of Annex A",
            title: "Title",
            rests_on: "Rests on",
            soa: "Statement of applicability",
            applicable: "Applicable",
            excluded: "Not applicable",
            unclear: "Not readable",
            undeclared: "Not declared",
            no_rule: "No rule looks at it; people must judge.",
            records: "{} record|{} records",
            count_checks: "{} check|{} checks",
            none: "None",
            more: "and {} more|and {} more",
            open: "Not evaluated",
            open_about: "What was not looked at, or could not be decided, by reason. None of it counts as conformity.",
            reason: "Reason",
            evidence: "Evidence",
            rests_about: "What the conclusions rest on, the strongest first.",
            freshness: "Freshness",
            fresh: "fresh on the day of judgement",
            stale: "too old on the day of judgement",
            undated: "without a day of collection",
            freshness_about: "The day on which a file was taken stands in preaudit.toml; how long it proves something depends on its kind.",
            files: "Files",
            file: "File",
            kind: "Kind",
            size: "Size",
            collected: "Collected",
            fresh_until: "Fresh until",
            sha256: "SHA-256",
            set_aside: "{} set aside",
            unused_file: "not used",
            columns: "How {} column was understood|How {} columns were understood",
            unused_columns: "Not used: {}",
            conclusions: "Conclusions",
            is_stale: "too old",
            diagnostics: "About the evidence",
            diagnostics_about: "Messages about reading the evidence, not about the organization.",
            no_diagnostics: "All evidence was read without remarks.",
            decided: "Decisions of people",
            decision: "Decision",
            stated: "Stated",
            applied: "Applied",
            unapproved: "Not approved",
            expired: "Expired",
            blanket: "Blanket",
            unused: "Unused",
            waivers: "Waivers",
            overrides: "Overrides",
            attestations: "Attestations",
            read: "Read",
            void: "Void",
            waived_findings: "Waived findings",
            overruled_findings: "Overruled grades",
            about: "About this report",
            packs: "Rule packs",
            pack: "Pack",
            version: "Version",
            digest: "Digest",
            states: "What the states mean",
            meaning: "Meaning",
            bounds: "Excerpts show at most three lines, cut where they are long, and of a table row the first cell and those around the marked one.",
        },
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
    use super::fill;

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
