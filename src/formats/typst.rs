//! The report as a document that typst sets: A4, with a table of contents and a heading a finding.
//!
//! What evidence and rules say stands in string literals alone, which typst reads nothing into.

use super::findings::cited;
use crate::finding::{Check, Finding, State};
use crate::place::Place;
use crate::report::{ControlSeen, EvidenceSeen, Report};
use crate::snippet::visible;
use crate::vocabulary::{Counted, Language, Word};

/// Places shown of one finding; the JSON has all of them.
const PLACES_SHOWN: usize = 12;

/// How a document looks; what a page shows is handed to these functions.
const PREAMBLE: &str = include_str!("preamble.typ");

/// The report as typst.
pub(super) fn write(report: &Report, language: Language) -> String {
    let mut text = PREAMBLE.to_owned();
    text += &head(report, language);
    text += &totals(report, language);
    for state in [State::Major, State::Minor, State::Opportunity, State::Waived] {
        text += &findings(report, state, language);
    }
    text += &controls(report, language);
    text += &not_evaluated(report, language);
    text + evidence(report, language).as_str()
}

/// A text as a string literal of typst.
pub(super) fn literal(text: &str) -> String {
    let mut shown = String::from("\"");
    for line in text.lines() {
        if shown.len() > 1 {
            shown.push_str("\\n");
        }
        for c in visible(line).chars() {
            if matches!(c, '"' | '\\') {
                shown.push('\\');
            }
            shown.push(c);
        }
    }
    shown.push('"');
    shown
}

/// An array of literals; one of a single element needs its comma.
fn array(texts: &[String]) -> String {
    let all: Vec<String> = texts.iter().map(|text| literal(text) + ",").collect();
    format!("({})", all.join(" "))
}

/// A call of a function of the preamble with named texts.
fn call(function: &str, texts: &[(&str, String)]) -> String {
    let all: Vec<String> = texts.iter().map(|(name, text)| format!("  {name}: {text},\n")).collect();
    format!("#{function}(\n{})\n\n", all.concat())
}

fn head(report: &Report, language: Language) -> String {
    let organization = report.organization.as_deref().unwrap_or(language.say(Word::NoOrganization));
    let packs: Vec<String> =
        report.packs.iter().map(|pack| format!("{} {}", pack.id, pack.version)).collect();
    let when = language.with(Word::AsOf, &[&language.stage(&report.stage), &report.as_of]);
    let told = [when, language.with(Word::WithProfile, &[&report.profile]), packs.join(", ")];
    let texts = [
        ("lang", literal(language.tag())),
        ("title", literal(language.say(Word::ReportTitle))),
        ("organization", literal(organization)),
        ("told", literal(&told.join(" · "))),
        ("state", literal(report.verdict.state.weighs_as().name())),
        ("verdict", literal(&report.verdict.state.said(language).to_uppercase())),
        ("because", array(&report.verdict.because(language))),
        ("contents", literal(language.say(Word::Contents))),
    ];
    call("show: report.with", &texts)
}

/// A heading with a table under its titles.
fn table(heading: &str, widths: &str, titles: &[&str], rows: &[Vec<String>]) -> String {
    let cells: Vec<String> = rows.iter().map(|row| array(row) + ",").collect();
    let titles: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    call(
        "register",
        &[
            ("heading", literal(heading)),
            ("widths", widths.to_owned()),
            ("titles", array(&titles)),
            ("rows", format!("(\n    {}\n  )", cells.join("\n    "))),
        ],
    )
}

fn totals(report: &Report, language: Language) -> String {
    let row = |state: &State| {
        vec![
            language.state(*state).to_owned(),
            report.totals.get(*state).to_string(),
            report.found(*state).to_string(),
        ]
    };
    let rows: Vec<Vec<String>> = State::ALL.iter().map(row).collect();
    let titles = [Word::State, Word::Checks, Word::Findings].map(|word| language.say(word));
    table(language.say(Word::Summary), "(1fr, auto, auto)", &titles, &rows)
}

/// Findings in this state that no other contains, each with those it contains.
fn findings(report: &Report, state: State, language: Language) -> String {
    let of: Vec<&Finding> =
        report.findings.iter().filter(|one| one.state == state && one.contained_in.is_none()).collect();
    if of.is_empty() {
        return String::new();
    }
    let mut text = format!("#part({})\n\n", literal(&report.above(state, of.len(), language)));
    for finding in of {
        text += &told(finding, language);
        let contained = report.findings.iter().filter(|one| one.contained_in.as_ref() == Some(&finding.id));
        contained.for_each(|one| text += &told(one, language));
    }
    text
}

fn told(finding: &Finding, language: Language) -> String {
    let mut places: Vec<String> = finding.places.iter().take(PLACES_SHOWN).map(place).collect();
    if finding.places.len() > PLACES_SHOWN {
        let more = language.count(finding.places.len() - PLACES_SHOWN, Counted::MorePlaces);
        let more = language.with(Word::AndMore, &[&more]);
        places.push(format!("(at: {}, label: \"\", text: \"\")", literal(&more)));
    }
    let mut notes = vec![(Word::Why, finding.derivation.join("; ")), (Word::Help, finding.help.clone())];
    notes.extend(finding.ask.clone().map(|ask| (Word::Ask, ask)));
    let notes: Vec<String> = notes
        .iter()
        .map(|(word, text)| format!("({}, {}),", literal(language.say(*word)), literal(text)))
        .collect();
    let mut meta = vec![finding.requirements.join(", "), finding.rule.clone(), finding.id.clone()];
    meta.extend(finding.contained_in.as_ref().map(|whole| format!("{} {whole}", language.say(Word::PartOf))));
    call(
        "finding",
        &[
            ("state", literal(finding.state.name())),
            ("name", literal(language.state(finding.state))),
            ("statement", literal(&finding.statement)),
            ("meta", literal(&meta.join(" · "))),
            ("places", format!("({})", places.iter().map(|one| one.clone() + ",").collect::<String>())),
            ("notes", format!("({})", notes.join(" "))),
        ],
    )
}

fn place(place: &Place) -> String {
    format!(
        "(at: {}, label: {}, text: {})",
        literal(&cited(place)),
        literal(&place.label),
        literal(&place.text)
    )
}

fn controls(report: &Report, language: Language) -> String {
    let row = |control: &ControlSeen| {
        let applicable = control.declared.as_ref().and_then(|one| one.applicable);
        vec![
            control.id.to_string(),
            control.title.clone(),
            applicable.map(|is_so| language.yes_no(is_so).to_owned()).unwrap_or_default(),
            language.state(control.state).to_owned(),
        ]
    };
    let rows: Vec<Vec<String>> = report.controls.iter().map(row).collect();
    let titles = [Word::Control, Word::Title, Word::Applicable, Word::State].map(|word| language.say(word));
    table(language.say(Word::StatementOfApplicability), "(auto, 1fr, auto, auto)", &titles, &rows)
}

/// What was not evaluated, by reason.
fn not_evaluated(report: &Report, language: Language) -> String {
    let row = |(reason, checks): (&str, Vec<&Check>)| {
        let mut rules: Vec<&str> = checks.iter().map(|check| check.rule.as_str()).collect();
        rules.sort_unstable();
        rules.dedup();
        vec![checks.len().to_string(), reason.to_owned(), rules.join(", ")]
    };
    let rows: Vec<Vec<String>> = report.unevaluated().into_iter().map(row).collect();
    let titles = [Word::Checks, Word::Reason, Word::Rule].map(|word| language.say(word));
    table(language.say(Word::NotEvaluatedTitle), "(auto, 1fr, 1fr)", &titles, &rows)
}

fn evidence(report: &Report, language: Language) -> String {
    let row = |seen: &EvidenceSeen| {
        vec![
            seen.file.clone(),
            seen.kind.clone().unwrap_or_default(),
            seen.records.to_string(),
            seen.sha256.clone(),
        ]
    };
    let rows: Vec<Vec<String>> = report.evidence.iter().map(row).collect();
    let titles = [Word::File, Word::Kind, Word::Records, Word::Digest].map(|word| language.say(word));
    table(language.say(Word::Evidence), "(2fr, 1fr, auto, 2fr)", &titles, &rows)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_literal_ends_where_the_text_does() {
        assert_eq!(literal("a \"b\" \\ #c"), "\"a \\\"b\\\" \\\\ #c\"");
        assert_eq!(literal("one\r\ntwo\u{1b}"), "\"one\\ntwo␛\"");
        assert_eq!(literal(""), "\"\"");
        assert_eq!(array(&["a".to_owned()]), "(\"a\",)");
    }
}
