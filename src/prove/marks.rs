//! Marks in sample evidence: what a rule should say, and should not say, of the record below.
//!
//! A mark stands on a line of its own above a record: `#! expect RULE minor` or `#! ok RULE`, and in
//! Markdown also `<!-- expect RULE minor -->`. Readers never see it; what they say of lines is put
//! back to the lines of the file as it is written.

use crate::code::Code;
use crate::evidence::Evidence;
use crate::finding::{Diagnostic, Finding, State};
use crate::place::Place;
use crate::report::Report;
use crate::source::Source;
use regex::Regex;
use std::collections::BTreeMap;
use std::ops::{Range, RangeInclusive};
use std::sync::{Arc, LazyLock};

/// A file of sample evidence as somebody wrote it.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    /// The text that it is written in, and the first byte of it there.
    pub(super) written: (Arc<Source>, usize),
}

/// A line that is a mark, or means to be one.
static MARK: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^[ \t]*(?:#!|(?P<html><!--))[ \t]*(?P<word>expect|ok)\b(?P<rest>.*?)(?:-->)?[ \t\r]*$").ok()
});

/// One mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mark {
    /// The rule that it is about.
    pub(super) rule: String,
    /// The state that is expected; nothing of `ok`.
    pub(super) wants: Option<State>,
    /// Its bytes in the text that it is written in.
    range: Range<usize>,
    /// The line of the record below, as the readers see it.
    line: usize,
}

/// A file with marks.
#[derive(Debug)]
pub(super) struct Marked {
    /// The marks.
    pub(super) marks: Vec<Mark>,
    written: Arc<Source>,
    /// Lines that are marks, as written.
    lines: Vec<usize>,
}

impl Marked {
    /// The file without its marks, and the marks where there are any.
    pub(super) fn take_out(
        name: &str,
        sample: Sample,
        errors: &mut Vec<Diagnostic>,
    ) -> (Vec<u8>, Option<Self>) {
        let Sample { bytes, written: (written, offset) } = sample;
        let text = match std::str::from_utf8(&bytes) {
            Ok(text) if text.contains("#!") || text.contains("<!--") => text,
            _ => return (bytes, None),
        };
        let is_markdown = [".md", ".markdown"].iter().any(|ending| name.ends_with(ending));
        let mut marked = Self { marks: Vec::new(), written, lines: Vec::new() };
        let (mut kept, mut at) = (String::with_capacity(text.len()), offset);
        for (line, number) in text.split_inclusive('\n').zip(1..) {
            let trimmed = line.trim_end_matches('\n');
            match MARK.as_ref().and_then(|mark| mark.captures(trimmed)) {
                Some(found) if is_markdown || found.name("html").is_none() => {
                    let below = number - marked.lines.len();
                    marked.lines.push(number);
                    let range =
                        at + trimmed.len() - trimmed.trim_start().len()..at + trimmed.trim_end().len();
                    let rest = found.name("rest").map_or("", |rest| rest.as_str());
                    match read(&found["word"], rest) {
                        Ok((rule, wants)) => marked.marks.push(Mark { rule, wants, range, line: below }),
                        Err(message) => {
                            let place = marked.written.span(range).place("this mark");
                            errors.push(Diagnostic::error(Code::InvalidCase, message).at(place));
                        }
                    }
                }
                _ => kept.push_str(line),
            }
            at += line.len();
        }
        if marked.lines.is_empty() { (bytes, None) } else { (kept.into_bytes(), Some(marked)) }
    }

    /// The line of the file as written that the readers see as this one.
    pub(super) fn as_written(&self, line: usize) -> usize {
        self.lines.iter().fold(line, |line, mark| if *mark <= line { line + 1 } else { line })
    }

    fn place(&self, mark: &Mark) -> Place {
        self.written.span(mark.range.clone()).place("marked here")
    }
}

/// What stands behind `expect` and `ok`.
fn read(word: &str, rest: &str) -> Result<(String, Option<State>), String> {
    let words: Vec<&str> = rest.split_whitespace().collect();
    match (word, &words[..]) {
        ("ok", [rule]) => Ok(((*rule).to_owned(), None)),
        ("expect", [rule, state]) => match State::ALL.into_iter().find(|known| known.name() == *state) {
            Some(known @ (State::Opportunity | State::Minor | State::Major | State::Waived)) => {
                Ok(((*rule).to_owned(), Some(known)))
            }
            _ => {
                Err(format!("`{state}` is no state of a finding; write opportunity, minor, major or waived"))
            }
        },
        _ => Err("a mark is written `expect RULE STATE` or `ok RULE`".to_owned()),
    }
}

/// Puts the lines of all places back to those of the files as they are written.
pub(super) fn restore(report: &mut Report, marked: &BTreeMap<String, Marked>) {
    let places = report.findings.iter_mut().flat_map(|finding| &mut finding.places);
    for place in places.chain(report.diagnostics.iter_mut().flat_map(|diagnostic| &mut diagnostic.places)) {
        let Some(marked) = marked.get(&place.file) else { continue };
        let moved = marked.as_written(place.line) - place.line;
        place.end_line = marked.as_written(place.end_line);
        place.line += moved;
        if let Some(excerpt) = &mut place.excerpt {
            excerpt.line += moved;
        }
    }
}

/// What is wrong with a mark, given the findings at places as they are written, and the evidence.
pub(super) fn fault(
    (file, marked, mark): (&str, &Marked, &Mark),
    findings: &[Finding],
    evidence: &Evidence,
) -> Option<Diagnostic> {
    let lines = record(evidence, file, mark.line);
    let lines = marked.as_written(*lines.start())..=marked.as_written(*lines.end());
    let of_rule = findings.iter().filter(|finding| finding.rule == mark.rule);
    let here = |finding: &&Finding| {
        finding.places.iter().any(|place| place.file == file && lines.contains(&place.line))
    };
    let found: Vec<&str> = of_rule.filter(here).map(|finding| finding.state.name()).collect();
    let message = match mark.wants {
        Some(state) if found.contains(&state.name()) => return None,
        None if found.is_empty() => return None,
        Some(state) if found.is_empty() => format!("{} finds no {state} in the record below", mark.rule),
        Some(state) => {
            format!("{} finds {} in the record below, and no {state}", mark.rule, found.join(", "))
        }
        None => format!("{} finds {} in the record below, which is marked ok", mark.rule, found.join(", ")),
    };
    Some(Diagnostic::error(Code::CaseMark, message).at(marked.place(mark)))
}

/// The lines of the record that begins at a line: those of a row, else those up to the next blank
/// line of a document, else the line.
fn record(evidence: &Evidence, file: &str, line: usize) -> RangeInclusive<usize> {
    let tables = || evidence.tables.values().flatten().filter(|table| table.file() == file);
    for table in tables().filter(|table| table.document.is_none()) {
        let first = first_line(table.grid.source.text(), line);
        for row in 0..table.grid.len() {
            let place = table.grid.source.span(table.grid.row_range(row)).place("");
            if place.line == first {
                return line..=place.end_line;
            }
        }
    }
    match tables().find_map(|table| table.document.as_ref()) {
        Some(document) => {
            let below = document.source.text().lines().skip(line);
            line..=line + below.take_while(|line| !line.trim().is_empty()).count()
        }
        None => line..=line,
    }
}

/// The first line from here on with more than brackets and the name of a list.
fn first_line(text: &str, line: usize) -> usize {
    let is_frame = |line: &str| !line.contains(char::is_alphanumeric) || line.trim_start().starts_with("[[");
    line + text.lines().skip(line - 1).take_while(|line| is_frame(line)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(name: &str, text: &str) -> (String, Option<Marked>, Vec<Diagnostic>) {
        let mut errors = Vec::new();
        let written = (Arc::new(Source::new(format!("tests/{name}"), text)), 0);
        let sample = Sample { bytes: text.as_bytes().to_vec(), written };
        let (bytes, marked) = Marked::take_out(name, sample, &mut errors);
        (String::from_utf8(bytes).unwrap(), marked, errors)
    }

    #[test]
    fn marks_are_taken_out_and_lines_are_put_back() {
        let text = "id,who\n#! expect a-rule minor\n1,eve\n#! ok a-rule\n  #! ok b-rule\r\n2,bo\n";
        let (bytes, marked, errors) = taken("x.csv", text);
        assert_eq!((bytes.as_str(), errors.len()), ("id,who\n1,eve\n2,bo\n", 0));
        let marked = marked.unwrap();
        let lines: Vec<(usize, &str)> =
            marked.marks.iter().map(|mark| (mark.line, mark.rule.as_str())).collect();
        assert_eq!(lines, [(2, "a-rule"), (3, "a-rule"), (3, "b-rule")]);
        assert_eq!([1, 2, 3].map(|line| marked.as_written(line)), [1, 3, 6]);
        assert_eq!(marked.place(&marked.marks[2]).text, "#! ok b-rule");
        assert_eq!(marked.place(&marked.marks[2]).line, 5);
    }

    #[test]
    fn markdown_has_marks_as_comments_and_other_files_have_not() {
        let text = "# Policy\n\n<!-- expect a-rule major -->\nText.\n<!-- a remark -->\n";
        assert_eq!(taken("p.md", text).0, "# Policy\n\nText.\n<!-- a remark -->\n");
        assert!(taken("p.html", text).1.is_none());
        assert!(taken("run.sh", "#!/bin/sh\n#! expecting nothing\n").1.is_none());
    }

    #[test]
    fn a_mark_that_says_nothing_is_told_at_its_place() {
        let (_, _, errors) = taken("x.csv", "id\n#! expect a-rule conformity\n#! ok\n1\n");
        let places: Vec<usize> = errors.iter().map(|error| error.places[0].line).collect();
        assert_eq!(places, [2, 3]);
        assert!(errors[0].message.contains("`conformity` is no state of a finding"), "{}", errors[0].message);
    }
}
