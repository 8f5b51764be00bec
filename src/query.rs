//! Questions that are asked of evidence in one line: `sign-ins | where r.event.outcome == "failure" | by
//! user.name`.
//!
//! A question becomes a rule, and is asked as rules are; so what it says of records a rule would say too.

use crate::audit::Inspection;
use crate::code::Code;
use crate::finding::{Diagnostic, Finding, count};
use crate::pack::{Origin, Rule, Shape};
use crate::place::Place;
use crate::script::{Asking, Is, Rules, compile_checked, pieces};
use crate::snippet::visible;
use crate::source::Source;
use crate::toml_text::did_you_mean;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use toml::Value;

/// The words that begin a step of a question.
pub const STEPS: [&str; 4] = ["where", "by", "show", "top"];
/// Lines that an answer shows unless `top` says how many.
const SHOWN: usize = 20;
/// Name of the rule that a question becomes.
const NAME: &str = "question";

/// A question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Query {
    /// The kind of evidence.
    kind: String,
    /// Conditions that must all hold.
    conditions: Vec<String>,
    /// Fields whose values are counted.
    by: Vec<String>,
    /// Fields that are shown.
    show: Vec<String>,
    /// Lines that are shown at most.
    top: usize,
}

/// What came of a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Records or groups, the most frequent first where they are counted.
    pub lines: Vec<Line>,
    /// Records that were looked at.
    pub population: usize,
    /// Why nothing can be said.
    pub open: Option<String>,
    /// Records or groups that match and are in no line, since a rule keeps so many and counts the rest.
    pub beyond: usize,
    /// How many lines are shown.
    shown: usize,
}

/// A line of an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Line {
    /// Number of records; 0 where each is shown by itself.
    pub count: usize,
    /// What is shown of it.
    pub text: String,
    /// Where the first of it stands.
    pub place: Option<Place>,
}

impl Query {
    /// Reads a question.
    ///
    /// # Errors
    /// What it lacks, in words.
    pub fn read(text: &str) -> Result<Self, String> {
        let mut steps = steps(text).into_iter();
        let kind = steps.next().unwrap_or_default().to_owned();
        if kind.is_empty() || kind.contains(char::is_whitespace) {
            return Err(
                "begin with a kind of evidence, as in `roster | where r.status == \"left\"`".to_owned()
            );
        }
        let mut query = Self { kind, conditions: Vec::new(), by: Vec::new(), show: Vec::new(), top: SHOWN };
        steps.try_for_each(|step| query.add(step))?;
        Ok(query)
    }

    fn add(&mut self, step: &str) -> Result<(), String> {
        let (word, rest) = step.split_once(char::is_whitespace).unwrap_or((step, ""));
        let rest = rest.trim();
        let fields = || rest.split(',').map(str::trim).filter(|field| !field.is_empty()).map(str::to_owned);
        match word {
            _ if rest.is_empty() && STEPS.contains(&word) => {
                return Err(format!("`{word}` lacks what follows it"));
            }
            "where" => self.conditions.push(rest.to_owned()),
            "by" => self.by.extend(fields()),
            "show" => self.show.extend(fields()),
            "top" => self.top = rest.parse().map_err(|_| format!("`top {rest}` needs a number"))?,
            other => {
                let near = did_you_mean(other, STEPS);
                return Err(format!("`{other}` is no step; there are {}{near}", STEPS.join(", ")));
            }
        }
        Ok(())
    }

    /// Asks the question.
    ///
    /// # Errors
    /// When there is no such kind or field, or a condition is malformed or fails.
    pub fn ask(&self, inspection: &Inspection<'_>) -> Result<Answer, Vec<Diagnostic>> {
        let kinds = &inspection.packs.kinds;
        let Some(kind) = kinds.get(&self.kind) else {
            let near = did_you_mean(&self.kind, kinds.keys().map(String::as_str));
            return Err(wrong(format!("there is no kind of evidence `{}`{near}", self.kind)));
        };
        let is_log = kind.shape == Shape::Events;
        if is_log && !self.show.is_empty() {
            return Err(wrong("records of logs are counted and not shown; use `by`".to_owned()));
        }
        let source = Arc::new(Source::new(format!("rules/{NAME}/{NAME}.toml"), self.rule(is_log)));
        let rule = Arc::new(Rule::read(&source, None, NAME, Origin::Outside)?);
        let names = Arc::new(inspection.rules().names.asked(Asking::Natively));
        let rules = Rules { list: vec![compile_checked(&rule, &names)?], names };
        let report = inspection.judge_by(&rules)?;
        let failed =
            |one: &&Diagnostic| matches!(one.code, Code::RuleFailed | Code::OverBudget | Code::InvalidRule);
        let failed: Vec<Diagnostic> = report.diagnostics.iter().filter(failed).cloned().collect();
        if !failed.is_empty() {
            return Err(failed);
        }
        let own = |finding: &&Finding| finding.rule == NAME;
        let findings: Vec<&Finding> = report.findings.iter().filter(own).collect();
        let lines = findings.iter().flat_map(|finding| self.lines(finding, is_log)).collect();
        let beyond = findings
            .iter()
            .map(|finding| finding.exceptions.saturating_sub(finding.observations.len()))
            .sum();
        let check = report.checks.iter().find(|check| check.rule == NAME);
        let population = check.map_or(0, |check| check.records);
        let open = check.and_then(|check| check.reason.clone());
        Ok(Answer { lines: self.counted(lines, is_log), population, open, beyond, shown: self.top })
    }

    /// The rule that asks the question.
    fn rule(&self, is_log: bool) -> String {
        let quoted = |text: &str| Value::String(text.to_owned()).to_string();
        let condition = if self.conditions.is_empty() { "true".to_owned() } else { self.condition() };
        let head = format!(
            "id = \"{NAME}\"\ntitle = \"a question\"\ncontrols = [\"9.1\"]\ngrade = \"minor\"\nbasis = \"practice\"\nhelp = \"-\"\n"
        );
        let from = format!("from = {}\nwhere = {}\n", quoted(&self.kind), quoted(&condition));
        if is_log {
            let by: Vec<String> = self.by.iter().map(|field| quoted(field)).collect();
            let key = if by.is_empty() { "${g.first} to ${g.last}" } else { "${g.key}" };
            return format!(
                "{head}[scan]\n{from}by = [{}]\n[finding]\nmessage = \"${{g.count}} {key}\"\nat = [\"time\"]\n",
                by.join(", ")
            );
        }
        let shown = if self.by.is_empty() { &self.show } else { &self.by };
        let shown: Vec<String> = shown.iter().map(|field| format!("${{r.{field}}}")).collect();
        let message = if shown.is_empty() { "${r.subject}".to_owned() } else { shown.join(" · ") };
        format!("{head}[[each]]\n{from}message = {}\n", quoted(&message))
    }

    fn condition(&self) -> String {
        self.conditions.iter().map(|condition| format!("({condition})")).collect::<Vec<_>>().join(" && ")
    }

    fn lines(&self, finding: &Finding, is_log: bool) -> Vec<Line> {
        let line = |one: &crate::finding::Observed| {
            let place = one.places.first().and_then(|at| finding.places.get(*at)).cloned();
            let counted = if is_log { one.statement.split_once(' ') } else { None };
            let (count, text) = counted.unwrap_or(("0", &one.statement));
            Line { count: count.parse().unwrap_or(0), text: text.to_owned(), place }
        };
        finding.observations.iter().map(line).collect()
    }

    /// The lines, the most frequent first; rows with the same values as one.
    fn counted(&self, lines: Vec<Line>, is_log: bool) -> Vec<Line> {
        if self.by.is_empty() {
            return lines;
        }
        let mut counted = lines;
        if !is_log {
            let mut values: BTreeMap<String, Line> = BTreeMap::new();
            for line in counted {
                values.entry(line.text.clone()).or_insert(line).count += 1;
            }
            counted = values.into_values().collect();
        }
        counted.sort_by(|a, b| (b.count, &a.text).cmp(&(a.count, &b.text)));
        counted
    }
}

/// What the last word of a question could become, and the byte at which it begins: kinds, steps, and
/// fields of the kind.
pub fn completions(text: &str, inspection: &Inspection<'_>) -> (usize, Vec<String>) {
    let is_part = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    let start = text
        .rfind(|c: char| !is_part(c))
        .map_or(0, |at| at + text[at..].chars().next().map_or(0, char::len_utf8));
    let steps = steps(&text[..start]);
    let packs = &inspection.packs;
    let fields = || match steps.first().and_then(|kind| packs.kinds.get(*kind)) {
        Some(kind) if kind.shape == Shape::Events => packs.event_fields.names().to_vec(),
        Some(kind) => kind.fields.keys().cloned().collect(),
        None => Vec::new(),
    };
    let all: Vec<String> = match &steps[..] {
        [_] => packs.kinds.keys().cloned().collect(),
        [.., ""] => STEPS.map(str::to_owned).into(),
        [.., step] if step.starts_with("where") => {
            fields().iter().map(|field| format!("r.{field}")).collect()
        }
        _ => fields(),
    };
    let begun = &text[start..];
    (start, all.into_iter().filter(|one| one.starts_with(begun)).collect())
}

fn wrong(message: String) -> Vec<Diagnostic> {
    vec![Diagnostic::error(Code::InvalidRule, message)]
}

/// The steps between bars that stand in no text and in no brackets.
fn steps(text: &str) -> Vec<&str> {
    let (mut depth, mut start, mut steps) = (0_usize, 0, Vec::new());
    for piece in pieces(text) {
        match piece.is {
            Is::Open(_) => depth += 1,
            Is::Close(_) => depth = depth.saturating_sub(1),
            Is::Bar if depth == 0 => {
                steps.push(text[start..piece.range.start].trim());
                start = piece.range.end;
            }
            _ => {}
        }
    }
    steps.push(text[start..].trim());
    steps
}

impl Answer {
    /// The answer for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for line in self.lines.iter().take(self.shown) {
            let count = if line.count > 0 { format!("{:>9}  ", line.count) } else { "  ".to_owned() };
            let place =
                line.place.as_ref().map_or(String::new(), |place| format!("{}:{}", place.file, place.line));
            let _ = writeln!(text, "{count}{:<40}  {}", visible(&line.text), visible(&place));
        }
        let rest = self.lines.len().saturating_sub(self.shown);
        if rest > 0 {
            let _ = writeln!(text, "  and {rest} more");
        }
        if self.beyond > 0 {
            let _ = writeln!(text, "  {} more that match are in no line: narrow the question", self.beyond);
        }
        let _ = match &self.open {
            Some(reason) if self.lines.is_empty() => writeln!(text, "  {reason}"),
            _ => writeln!(
                text,
                "  {} of {}",
                count(self.lines.len(), "line"),
                count(self.population, "record")
            ),
        };
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_read_step_by_step() {
        let query = Query::read("sign-ins | where r.a == \"x | y\" || r.b | by user.name, host.name | top 3")
            .unwrap();
        assert_eq!(query.kind, "sign-ins");
        assert_eq!(query.conditions, ["r.a == \"x | y\" || r.b"]);
        assert_eq!((query.by, query.top), (vec!["user.name".to_owned(), "host.name".to_owned()], 3));
        assert_eq!(Query::read("roster").unwrap().rule(false).lines().nth(8), Some("where = \"true\""));
    }

    #[test]
    fn what_a_question_lacks_is_told() {
        for (text, told) in [
            ("", "begin with a kind"),
            ("roster | wher r.a", "`wher` is no step; there are where, by, show, top; did you mean `where`?"),
            ("roster | where", "`where` lacks what follows it"),
            ("roster | top many", "`top many` needs a number"),
        ] {
            let wrong = Query::read(text).unwrap_err();
            assert!(wrong.starts_with(told), "{wrong}");
        }
    }
}
