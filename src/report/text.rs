//! The report for people at a terminal: the verdict first, then findings by grade.

use super::{Report, VerdictState};
use crate::finding::{Check, Diagnostic, Finding, Severity, State};
use crate::grade::DecisionTally;
use crate::pack::Coverage;
use crate::place::Place;
use crate::snippet::{Snippets, visible};
use crate::vocabulary::{Counted, Language, Word};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};
use std::collections::BTreeMap;
use std::fmt::{self, Write as _};

/// Places shown of one finding; the JSON has all of them.
const PLACES_SHOWN: usize = 8;
/// Diagnostics shown of one code; the JSON has all of them.
const SHOWN_OF_A_CODE: usize = 3;

/// Columns that the line numbers of an excerpt take.
const GUTTER: usize = 8;

/// How much is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verbosity {
    /// The verdict and totals.
    Quiet,
    /// Findings, and what went wrong with the evidence.
    #[default]
    Normal,
    /// Notes and conformities too.
    Verbose,
}

/// How text is laid out.
#[derive(Clone, Copy, Debug)]
pub struct TextStyle {
    /// With colours.
    pub color: bool,
    /// Columns of the terminal, or those of a page.
    pub width: usize,
    /// How much to show.
    pub verbosity: Verbosity,
    /// The language of headings and states.
    pub language: Language,
}

impl Default for TextStyle {
    fn default() -> Self {
        Self { color: false, width: 100, verbosity: Verbosity::Normal, language: Language::En }
    }
}

/// The whole report as text.
pub fn render(report: &Report, style: &TextStyle) -> String {
    let mut page = Page { text: String::new(), style: *style };
    page.summary(report);
    if style.verbosity == Verbosity::Quiet {
        return page.text;
    }
    for state in [State::Major, State::Minor, State::Opportunity, State::Waived] {
        page.findings(report, state);
    }
    if style.verbosity == Verbosity::Verbose {
        page.conformities(&report.checks);
    }
    page.not_evaluated(report);
    page.diagnostics(&report.diagnostics);
    page.text
}

/// Diagnostics as text, each in full.
pub fn diagnostics_text(diagnostics: &[Diagnostic], style: &TextStyle) -> String {
    let mut page = Page { text: String::new(), style: *style };
    for diagnostic in diagnostics {
        page.diagnostic(diagnostic);
    }
    page.text
}

/// Something to tell beside a report, with what it is called.
#[derive(Clone, Copy, Debug)]
pub struct Notice<'a> {
    /// What it is called: `unused-param`.
    pub code: &'a str,
    /// How much it matters.
    pub severity: Severity,
    /// What it is, a lower-case fragment.
    pub message: &'a str,
    /// Where it is.
    pub places: &'a [Place],
    /// What to do about it.
    pub help: Option<&'a str>,
}

/// A notice as text, in full.
pub fn notice_text(notice: &Notice<'_>, style: &TextStyle) -> String {
    let mut page = Page { text: String::new(), style: *style };
    page.notice(notice);
    page.text
}

struct Page {
    text: String,
    style: TextStyle,
}

impl Page {
    fn say(&self, word: Word) -> &'static str {
        self.style.language.say(word)
    }

    fn count(&self, number: usize, what: Counted) -> String {
        self.style.language.count(number, what)
    }

    fn line(&mut self, line: &str) {
        self.text.push_str(line.trim_end());
        self.text.push('\n');
    }

    /// A line in a colour; colours are ANSI numbers.
    fn colored(&self, text: &str, ansi: &str) -> String {
        if self.style.color { format!("\u{1b}[{ansi}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn summary(&mut self, report: &Report) {
        let organization = report.organization.as_deref().map(visible);
        let packs: Vec<String> =
            report.packs.iter().map(|pack| format!("{} {}", pack.id, pack.version)).collect();
        let language = self.style.language;
        let parts = [
            organization.unwrap_or_else(|| self.say(Word::NoOrganization).to_owned()),
            language.with(Word::AsOf, &[&language.stage(&report.stage), &report.as_of]),
            language.with(Word::WithProfile, &[&report.profile]),
            packs.join(", "),
        ];
        self.line(&parts.join(" · "));
        self.line("");
        let name = report.verdict.state.said(language).to_uppercase();
        let ansi = match report.verdict.state {
            VerdictState::Blocked => "1;31",
            VerdictState::Conditional | VerdictState::CannotSay => "1;33",
            VerdictState::Ready => "1;32",
        };
        let name_shown = self.colored(&name, ansi);
        for (at, because) in report.verdict.because(language).iter().enumerate() {
            let lead = if at == 0 { name_shown.clone() } else { " ".repeat(name.chars().count()) };
            self.line(&format!("  {lead}  {because}"));
        }
        self.line("");
        // Only in English do the names of states stand behind any number.
        let total = |state: State| match (report.totals.get(state), language.state(state)) {
            (number, name) if language == Language::En => format!("{number} {name}"),
            (number, name) => format!("{name}: {number}"),
        };
        let all: Vec<String> = State::ALL.iter().map(|state| total(*state)).collect();
        let checks = format!("{}:", self.count(report.totals.all(), Counted::Check));
        self.line(&format!("  {checks}  {}", all[..4].join("   ")));
        self.line(&format!("  {}  {}", " ".repeat(checks.chars().count()), all[4..].join("   ")));
        self.rests_on(report);
        self.decided(report);
    }

    /// What people decided and answer for, where they did.
    fn decided(&mut self, report: &Report) {
        let decided = &report.decided;
        let of = |tally: &DecisionTally, what: Counted| {
            let parts = [
                (tally.applied, Word::Applied),
                (tally.unapproved, Word::NotApproved),
                (tally.expired, Word::Expired),
                (tally.blanket, Word::Blanket),
                (tally.unused, Word::Unused),
            ];
            self.tallied(tally.stated, what, &parts)
        };
        let void = [(decided.void_attestations, Word::Void)];
        let parts = [
            of(&decided.waivers, Counted::Waiver),
            of(&decided.overrides, Counted::Override),
            self.tallied(decided.attestations, Counted::Attested, &void),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        if !parts.is_empty() {
            self.line(&format!("  {:<9}  {}", format!("{}:", self.say(Word::Decided)), parts.join("   ")));
        }
    }

    /// `2 waivers (1 applied, 1 expired)`; nothing where there is none.
    fn tallied(&self, stated: usize, what: Counted, parts: &[(usize, Word)]) -> Option<String> {
        let parts: Vec<String> = parts
            .iter()
            .filter(|(number, _)| *number > 0)
            .map(|(number, word)| format!("{number} {}", self.say(*word)))
            .collect();
        let of = if parts.is_empty() { String::new() } else { format!(" ({})", parts.join(", ")) };
        (stated > 0).then(|| format!("{}{of}", self.count(stated, what)))
    }

    /// On what the words of the report rest, in shares of the checks that came to one.
    fn rests_on(&mut self, report: &Report) {
        let all: usize = report.rests_on.values().sum();
        let share = |(coverage, number): (&Coverage, &usize)| {
            format!("{} % {}", (number * 100 + all / 2) / all.max(1), self.style.language.coverage(*coverage))
        };
        let shares: Vec<String> = report.rests_on.iter().map(share).collect();
        if !shares.is_empty() {
            self.line(&format!("  {}:  {}", self.say(Word::RestsOn), shares.join("   ")));
        }
    }

    fn heading(&mut self, text: &str) {
        let rule = "─".repeat(self.style.width.saturating_sub(text.chars().count() + 4).min(60));
        let shown = self.colored(text, "1");
        self.line("");
        self.line(&format!("── {shown} {rule}"));
    }

    /// Findings in this state that no other contains, each with those it contains.
    fn findings(&mut self, report: &Report, state: State) {
        let of: Vec<&Finding> =
            report.findings.iter().filter(|f| f.state == state && f.contained_in.is_none()).collect();
        if of.is_empty() {
            return;
        }
        let name = report.above(state, of.len(), self.style.language);
        self.heading(&name);
        for finding in of {
            self.finding(finding, None);
            for contained in report.findings.iter().filter(|f| f.contained_in.as_ref() == Some(&finding.id)) {
                self.finding(contained, Some(finding));
            }
        }
    }

    fn finding(&mut self, finding: &Finding, container: Option<&Finding>) {
        let of = match (container, finding.overruled) {
            (Some(_), _) => format!(" ({})", self.say(Word::PartOfTheAbove)),
            (None, Some(computed)) => {
                let language = self.style.language;
                format!(" ({})", language.with(Word::Overruled, &[&language.state(computed)]))
            }
            (None, None) => String::new(),
        };
        let code = format!(
            "{}[{}] {} · {}{of}",
            self.style.language.state(finding.state),
            finding.rule,
            finding.requirements.join(", "),
            finding.id
        );
        let severity = match finding.state {
            State::Major => miette::Severity::Error,
            State::Minor => miette::Severity::Warning,
            _ => miette::Severity::Advice,
        };
        let mut shown: Vec<Place> = finding.places.iter().take(PLACES_SHOWN).cloned().collect();
        // What the statement says already need not stand at its place again.
        shown
            .iter_mut()
            .filter(|place| place.label == finding.statement)
            .for_each(|place| place.label.clear());
        self.report(&Shown::new(code, &finding.statement, severity, &shown, &self.style));
        if finding.places.len() > shown.len() {
            let more = self.count(finding.places.len() - shown.len(), Counted::MorePlaces);
            self.line(&format!("  {}", self.style.language.with(Word::AndMore, &[&more])));
        }
        if finding.undecidable > 0 {
            self.note(Word::Open, &self.count(finding.undecidable, Counted::Undecided));
        }
        self.note(Word::Why, &finding.derivation.join("; "));
        self.note(Word::Help, &finding.help);
        if let Some(ask) = &finding.ask {
            self.note(Word::Ask, ask);
        }
    }

    fn report(&mut self, shown: &Shown) {
        self.line("");
        let styles = if self.style.color { ThemeStyles::ansi() } else { ThemeStyles::none() };
        let theme = GraphicalTheme { characters: ThemeCharacters::unicode(), styles };
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(self.style.width)
            // Miette breaks lines within words and dates.
            .with_wrap_lines(false)
            .without_syntax_highlighting();
        // Writing to a text does not fail, and excerpts always have their labels.
        let _ = handler.render_report(&mut self.text, shown);
    }

    /// A line of what stands beside a finding, wrapped under its own beginning.
    fn note(&mut self, name: Word, text: &str) {
        self.beside(self.say(name), text);
    }

    fn beside(&mut self, name: &str, text: &str) {
        self.behind(&format!("{name:>6}: "), text);
    }

    /// A text behind what leads it, its further lines under its first.
    fn behind(&mut self, lead: &str, text: &str) {
        let room = self.style.width.saturating_sub(lead.chars().count()).max(20);
        for (at, line) in wrap(&visible(text), room).iter().enumerate() {
            let lead = if at == 0 { lead } else { &" ".repeat(lead.chars().count()) };
            self.line(&format!("{lead}{line}"));
        }
    }

    fn conformities(&mut self, checks: &[Check]) {
        let conform: Vec<&Check> = checks.iter().filter(|check| check.state == State::Conformity).collect();
        if conform.is_empty() {
            return;
        }
        self.heading(&self.count(conform.len(), Counted::Conforming));
        for check in conform {
            let records = self.count(check.records, Counted::Record);
            let open = match check.undecidable {
                0 => String::new(),
                number => format!(", {}", self.style.language.with(Word::NotDecidable, &[&number])),
            };
            self.line(&format!("  {:<8} {} ({records}{open})", check.control.to_string(), check.rule));
            check.reason.iter().for_each(|reason| self.below(reason));
        }
    }

    /// What is to be said of a check, under its rule.
    fn below(&mut self, text: &str) {
        self.behind(&" ".repeat(11), text);
    }

    /// What was not looked at, by reason.
    fn not_evaluated(&mut self, report: &Report) {
        let reasons = report.unevaluated();
        if reasons.is_empty() {
            return;
        }
        let number: usize = reasons.values().map(Vec::len).sum();
        self.heading(&self.count(number, Counted::Unevaluated));
        for (reason, checks) in reasons {
            let mut rules: Vec<&str> = checks.iter().map(|check| check.rule.as_str()).collect();
            rules.sort_unstable();
            rules.dedup();
            self.beside(&checks.len().to_string(), &format!("{reason}: {}", rules.join(", ")));
        }
    }

    fn diagnostics(&mut self, diagnostics: &[Diagnostic]) {
        let verbose = self.style.verbosity == Verbosity::Verbose;
        let loud: Vec<&Diagnostic> =
            diagnostics.iter().filter(|one| verbose || one.severity > Severity::Note).collect();
        let notes = diagnostics.len() - loud.len();
        if diagnostics.is_empty() {
            return;
        }
        self.heading(self.say(Word::AboutTheEvidence));
        let mut shown: BTreeMap<crate::code::Code, usize> = BTreeMap::new();
        for diagnostic in loud {
            let of = shown.entry(diagnostic.code).or_default();
            *of += 1;
            if verbose || *of <= SHOWN_OF_A_CODE {
                self.diagnostic(diagnostic);
            }
        }
        for (code, number) in shown.into_iter().filter(|(_, number)| !verbose && *number > SHOWN_OF_A_CODE) {
            let more = self.style.language.with(Word::MoreOfCode, &[&(number - SHOWN_OF_A_CODE), &code]);
            self.line(&format!("  {more}"));
        }
        if notes > 0 {
            self.line("");
            let notes = self.count(notes, Counted::Note);
            self.line(&format!("  {}", self.style.language.with(Word::VerboseShows, &[&notes])));
        }
    }

    fn diagnostic(&mut self, diagnostic: &Diagnostic) {
        self.notice(&Notice {
            code: diagnostic.code.text(),
            severity: diagnostic.severity,
            message: &diagnostic.message,
            places: &diagnostic.places,
            help: diagnostic.help.as_deref(),
        });
    }

    fn notice(&mut self, notice: &Notice<'_>) {
        let severity = match notice.severity {
            Severity::Error => miette::Severity::Error,
            Severity::Warning => miette::Severity::Warning,
            Severity::Note => miette::Severity::Advice,
        };
        let places = &notice.places[..notice.places.len().min(PLACES_SHOWN)];
        self.report(&Shown::new(notice.code.to_owned(), notice.message, severity, places, &self.style));
        let bare = places.iter().filter(|place| place.excerpt.is_none());
        for place in bare.filter(|place| !notice.message.contains(&place.file)) {
            self.line(&format!("    in {}", visible(&place.file)));
        }
        if let Some(help) = notice.help {
            self.note(Word::Help, help);
        }
    }
}

/// Lines of at most so many characters, cut at blanks.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let full = lines
            .last()
            .is_some_and(|line| !line.is_empty() && line.chars().count() + 1 + word.chars().count() > room);
        if full {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
    }
    lines
}

/// A finding or diagnostic as miette shows it.
#[derive(Debug)]
struct Shown {
    code: String,
    message: String,
    severity: miette::Severity,
    snippets: Snippets,
}

impl Shown {
    fn new(
        code: String,
        message: &str,
        severity: miette::Severity,
        places: &[Place],
        style: &TextStyle,
    ) -> Self {
        let snippets = Snippets::new(places, style.width.saturating_sub(GUTTER).max(20));
        let mut message = visible(message);
        // A place without a text to show is at least named.
        for place in places.iter().filter(|place| place.excerpt.is_none() && !place.label.is_empty()) {
            if !message.contains(&place.file) {
                let _ = write!(message, " ({}: {})", visible(&place.file), visible(&place.label));
            }
        }
        let message = wrap(&message, style.width.saturating_sub(GUTTER / 2)).join("\n");
        Self { code: visible(&code), message, severity, snippets }
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Shown {}

impl miette::Diagnostic for Shown {
    fn code<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        Some(Box::new(&self.code))
    }

    fn severity(&self) -> Option<miette::Severity> {
        Some(self.severity)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (!self.snippets.is_empty()).then_some(&self.snippets as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.snippets.labels().iter().cloned()))
    }
}
