//! What a case in a file of cases expects: its observations, one by one, with places and words.

use super::marks::Marked;
use crate::code::Code;
use crate::evidence::{Evidence, Table};
use crate::finding::{Diagnostic, Finding, State};
use crate::place::Place;
use crate::source::Source;
use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use toml::Spanned;

/// Observations that a message shows of all there are.
const SHOWN: usize = 5;

/// What a case expects of its rule.
pub(super) struct Expectation {
    /// The file of cases.
    pub(super) source: Arc<Source>,
    /// Where it names the case.
    pub(super) name: Range<usize>,
    /// A part of the check's reason.
    pub(super) reason: Option<Spanned<String>>,
    /// All observations; nothing is expected where there is no such list.
    pub(super) expected: Option<Vec<Expect>>,
}

/// One observation that is expected.
pub(super) struct Expect {
    /// The grade of its finding.
    pub(super) state: State,
    /// Where it shows.
    pub(super) at: Vec<Spot>,
    /// The text that stands at one of its places.
    pub(super) text: Option<String>,
    /// A part of its statement.
    pub(super) says: Option<String>,
    /// Where it is written.
    pub(super) span: Range<usize>,
}

/// A place as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Spot {
    file: String,
    line: usize,
    column: Option<Column>,
}

/// A column as people write it.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Column {
    /// In characters, from 1.
    Number(usize),
    /// The header or the field of a table.
    Name(String),
}

/// The evidence of a case as it was read, and the marks that were taken out before.
#[derive(Clone, Copy)]
pub(super) struct Read<'a> {
    pub(super) evidence: &'a Evidence,
    pub(super) marked: &'a BTreeMap<String, Marked>,
}

impl Read<'_> {
    fn line_as_written(self, place: &Place) -> usize {
        self.marked.get(&place.file).map_or(place.line, |marked| marked.as_written(place.line))
    }
}

/// An observation with the places that it points at.
struct Observation<'r> {
    state: State,
    statement: &'r str,
    places: Vec<&'r Place>,
}

impl Expectation {
    /// What is not as expected, given the findings of the rule and the reason of its check.
    pub(super) fn faults(
        &self,
        findings: &[&Finding],
        reason: Option<&str>,
        read: Read<'_>,
    ) -> Vec<Diagnostic> {
        let mut faults = Vec::new();
        if let Some(wanted) = &self.reason
            && !reason.is_some_and(|reason| reason.contains(wanted.get_ref().as_str()))
        {
            let message = format!("the check says {}", reason.map_or("no reason".to_owned(), quoted));
            faults.push(self.fault(wanted.span(), message, "expected as its reason"));
        }
        if let Some(expected) = &self.expected {
            faults.extend(self.compare(expected, observations(findings), read));
        }
        faults
    }

    /// Gives each expectation an observation of its own.
    fn compare(
        &self,
        expected: &[Expect],
        mut observed: Vec<Observation<'_>>,
        read: Read<'_>,
    ) -> Vec<Diagnostic> {
        let all: Vec<String> = observed.iter().map(ToString::to_string).collect();
        let mut faults = Vec::new();
        for expect in expected {
            match observed.iter().position(|one| expect.is_met_by(one, read)) {
                Some(at) => drop(observed.remove(at)),
                None => {
                    let message = format!("there is no {expect}");
                    faults.push(self.fault(expect.span.clone(), message, "expected here").help(listed(&all)));
                }
            }
        }
        // What nobody expects would often be the same that was expected otherwise.
        if faults.is_empty() {
            let surplus = observed.iter().map(|one| format!("nobody expects {one}"));
            faults.extend(surplus.map(|message| self.fault(self.name.clone(), message, "in this case")));
        }
        faults
    }

    fn fault(&self, span: Range<usize>, message: String, label: &str) -> Diagnostic {
        Diagnostic::error(Code::CaseExpectation, message).at(self.source.span(span).place(label))
    }
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn listed(all: &[String]) -> String {
    let shown = all.iter().take(SHOWN).map(String::as_str).collect::<Vec<_>>().join("; ");
    match all.len() {
        0 => "the rule observes nothing".to_owned(),
        number if number > SHOWN => format!("the rule observes {shown}, and {} more", number - SHOWN),
        _ => format!("the rule observes {shown}"),
    }
}

fn observations<'r>(findings: &[&'r Finding]) -> Vec<Observation<'r>> {
    let of_finding = |finding: &&'r Finding| {
        let finding: &'r Finding = finding;
        finding.observations.iter().map(move |one| Observation {
            state: finding.state,
            statement: &one.statement,
            places: one.places.iter().filter_map(|at| finding.places.get(*at)).collect(),
        })
    };
    findings.iter().flat_map(of_finding).collect()
}

impl Expect {
    fn is_met_by(&self, observed: &Observation<'_>, read: Read<'_>) -> bool {
        let says = self.says.as_ref().is_none_or(|says| observed.statement.contains(says.as_str()));
        let is_there = |spot: &Spot| observed.places.iter().any(|place| spot.is(place, read));
        let stands = |text: &String| observed.places.iter().any(|place| place.text == *text);
        let is_read = self.text.as_ref().is_none_or(stands);
        observed.state == self.state && says && is_read && self.at.iter().all(is_there)
    }
}

impl Spot {
    /// Reads `roster.csv:3`, `roster.csv:3:12` or `roster.csv:3:login`.
    pub(super) fn read(text: &str) -> Option<Self> {
        let parts: Vec<&str> = text.split(':').collect();
        let number = |part: &str| part.parse::<usize>().ok().filter(|number| *number > 0);
        let at = (1..parts.len()).find(|at| number(parts[*at]).is_some())?;
        let (file, line) = (parts[..at].join(":"), number(parts[at])?);
        let column = match &parts[at + 1..] {
            [] => None,
            [one] if number(one).is_some() => number(one).map(Column::Number),
            rest => Some(Column::Name(rest.join(":"))),
        };
        (!file.is_empty()).then_some(Self { file, line, column })
    }

    /// True for a place that begins here.
    fn is(&self, place: &Place, read: Read<'_>) -> bool {
        let is_column = match &self.column {
            None => true,
            Some(Column::Number(column)) => place.column == *column,
            Some(Column::Name(name)) => is_cell(place, name, read),
        };
        place.file == self.file && place.line == self.line && is_column
    }
}

/// True when a place is the cell of this header or field, on any row.
fn is_cell(place: &Place, name: &str, read: Read<'_>) -> bool {
    let tables = read.evidence.tables.values().flatten().filter(|table| table.file() == place.file);
    let is_of = |table: &Arc<Table>| {
        let by_header = table.grid.headers.iter().position(|header| header == name);
        let Some(index) = by_header.or_else(|| table.matched.columns.get(name).copied()) else {
            return false;
        };
        (0..table.grid.len()).any(|row| {
            let cell = table.grid.span(row, index).place("");
            (read.line_as_written(&cell), cell.column) == (place.line, place.column)
        })
    };
    tables.into_iter().any(is_of)
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.state.name())?;
        for (number, at) in self.at.iter().enumerate() {
            write!(f, "{} {at}", if number == 0 { " at" } else { " and" })?;
        }
        if let Some(text) = &self.text {
            write!(f, " on `{text}`")?;
        }
        self.says.as_ref().map_or(Ok(()), |says| write!(f, " that says `{says}`"))
    }
}

impl fmt::Display for Spot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        match &self.column {
            None => Ok(()),
            Some(Column::Number(column)) => write!(f, ":{column}"),
            Some(Column::Name(name)) => write!(f, ":{name}"),
        }
    }
}

impl fmt::Display for Observation<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.state.name())?;
        for (at, place) in self.places.iter().enumerate() {
            write!(f, "{} {place}", if at == 0 { " at" } else { " and" })?;
        }
        write!(f, ", `{}`", self.statement)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_a_file_a_line_and_a_column() {
        let spot = |file: &str, line, column| Some(Spot { file: file.to_owned(), line, column });
        assert_eq!(Spot::read("hr/roster.csv:3"), spot("hr/roster.csv", 3, None));
        assert_eq!(Spot::read("r.csv:3:12"), spot("r.csv", 3, Some(Column::Number(12))));
        assert_eq!(
            Spot::read("r.csv:3:last login"),
            spot("r.csv", 3, Some(Column::Name("last login".into())))
        );
        assert_eq!(Spot::read("a:b.csv:3"), spot("a:b.csv", 3, None));
        assert_eq!(Spot::read("r.csv"), None);
        assert_eq!(Spot::read("r.csv:0"), None);
    }
}
