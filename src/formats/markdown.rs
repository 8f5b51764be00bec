//! The report as Markdown, for a comment on a change and the summary of a job: at most as long as
//! GitHub lets a comment be, and what evidence holds is shown as text alone.

use super::findings::cited;
use crate::finding::{Finding, State};
use crate::inert::{markdown as inline, markdown_code as code};
use crate::report::Report;
use crate::vocabulary::{Counted, Language, Word};

/// Characters that GitHub takes in a comment. Counted here in bytes, which are never fewer.
const LIMIT: usize = 65_536;
/// Bytes kept for what stands behind the findings.
const TAIL: usize = 6_000;
/// Places shown of one finding; the JSON has all of them.
const PLACES_SHOWN: usize = 5;
/// Reasons shown for what was not evaluated.
const REASONS_SHOWN: usize = 12;
/// Characters shown of a text of evidence.
const TEXT: usize = 160;

/// The report as Markdown: the verdict, counts, findings with their places, why and help folded, and what
/// was not evaluated. Where it would get too long, findings are first told in one line, and then counted.
pub(super) fn write(report: &Report, language: Language) -> String {
    let page = Page { report, language };
    let mut text = page.head();
    let tail = page.not_evaluated();
    let room = LIMIT - TAIL.max(tail.len());
    let shown: Vec<&Finding> = page.in_order();
    let mut left_out = 0;
    for (at, finding) in shown.iter().enumerate() {
        let heading = match at.checked_sub(1).map(|before| shown[before].state) {
            Some(before) if before == finding.state => String::new(),
            _ => format!("\n### {}\n", report.above(finding.state, report.found(finding.state), language)),
        };
        let forms = [page.in_full(finding), page.in_short(finding)];
        match forms.iter().find(|form| text.len() + heading.len() + form.len() <= room) {
            Some(form) if left_out == 0 => {
                text += &heading;
                text += form;
            }
            _ => left_out += 1,
        }
    }
    if left_out > 0 {
        text += &format!("\n**{}**\n", language.count(left_out, Counted::LeftOut));
    }
    text + tail.as_str()
}

struct Page<'r> {
    report: &'r Report,
    language: Language,
}

impl Page<'_> {
    fn head(&self) -> String {
        let (report, language) = (self.report, self.language);
        let organization = report.organization.as_deref().unwrap_or(language.say(Word::NoOrganization));
        let verdict = report.verdict.state.said(language).to_uppercase();
        let when = language.with(Word::AsOf, &[&language.stage(&report.stage), &report.as_of]);
        let profile = language.with(Word::WithProfile, &[&report.profile]);
        let mut text = format!("## preaudit: {verdict}\n\n{}", inline(&cut(organization)));
        text += &format!(" · {} · {}\n\n", inline(&when), inline(&profile));
        for because in report.verdict.because(language).iter().take(REASONS_SHOWN) {
            text += &format!("- {}\n", inline(because));
        }
        text += &format!(
            "\n| {} | {} | {} |\n|---|--:|--:|\n",
            language.say(Word::State),
            language.say(Word::Checks),
            language.say(Word::Findings)
        );
        for state in State::ALL {
            text += &format!(
                "| {} | {} | {} |\n",
                language.state(state),
                report.totals.get(state),
                report.found(state)
            );
        }
        text
    }

    /// Findings by grade, and those that a systemic major contains behind it.
    fn in_order(&self) -> Vec<&Finding> {
        const SHOWN: [State; 4] = [State::Major, State::Minor, State::Opportunity, State::Waived];
        let of = |state| self.report.findings.iter().filter(move |finding| finding.state == state);
        SHOWN.into_iter().flat_map(of).collect()
    }

    fn title(&self, finding: &Finding) -> String {
        let part = finding
            .contained_in
            .as_ref()
            .map(|whole| format!(" · {} {}", self.language.say(Word::PartOf), code(whole)));
        format!(
            "**{}** · {} · {} · {}{}",
            inline(&cut(&finding.statement)),
            inline(&finding.requirements.join(", ")),
            code(&finding.rule),
            code(&finding.id),
            part.unwrap_or_default()
        )
    }

    fn in_short(&self, finding: &Finding) -> String {
        format!("\n- {}\n", self.title(finding))
    }

    fn in_full(&self, finding: &Finding) -> String {
        let language = self.language;
        let mut text = format!("\n- {}\n", self.title(finding));
        for place in finding.places.iter().take(PLACES_SHOWN) {
            let label = if place.label == finding.statement { "" } else { place.label.as_str() };
            let said = [label, place.text.as_str()].map(|part| inline(&cut(part)));
            let said: Vec<String> = said.into_iter().filter(|part| !part.is_empty()).collect();
            let lead = if said.is_empty() { "" } else { " — " };
            text += &format!("  - {}{lead}{}\n", code(&cited(place)), said.join(": "));
        }
        if finding.places.len() > PLACES_SHOWN {
            let more = language.count(finding.places.len() - PLACES_SHOWN, Counted::MorePlaces);
            text += &format!("  - {}\n", language.with(Word::AndMore, &[&more]));
        }
        let derivation = finding.derivation.join("; ");
        let notes = [
            (Word::Why, Some(derivation.as_str())),
            (Word::Help, Some(finding.help.as_str())),
            (Word::Ask, finding.ask.as_deref()),
        ];
        text += &format!("\n  <details><summary>{}</summary>\n\n", language.say(Word::WhyAndHelp));
        for (name, said) in notes.into_iter().filter_map(|(name, said)| Some((name, said?))) {
            text += &format!("  - {}: {}\n", language.say(name), inline(said));
        }
        text + "\n  </details>\n"
    }

    /// What was not evaluated, by reason, folded; the commonest reasons first.
    fn not_evaluated(&self) -> String {
        let reasons = self.report.unevaluated();
        if reasons.is_empty() {
            return String::new();
        }
        let language = self.language;
        let mut reasons: Vec<(&str, usize)> =
            reasons.into_iter().map(|(reason, checks)| (reason, checks.len())).collect();
        reasons.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
        let number = reasons.iter().map(|(_, number)| number).sum();
        let heading = language.count(number, Counted::Unevaluated);
        let mut text = format!("\n<details><summary>{heading}</summary>\n\n");
        for (reason, number) in reasons.iter().take(REASONS_SHOWN) {
            text += &format!("- {number}: {}\n", inline(&cut(reason)));
        }
        if reasons.len() > REASONS_SHOWN {
            let more = language.count(reasons.len() - REASONS_SHOWN, Counted::MoreReasons);
            text += &format!("- {}\n", language.with(Word::AndMore, &[&more]));
        }
        text + "\n</details>\n"
    }
}

/// As much of a text as a comment shows.
fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
