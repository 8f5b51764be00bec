//! The one text that miette reads from: excerpts of many files, laid end to end.
//!
//! Every place of a report carries its own excerpt, so rendering costs the same at the start of a
//! small register and at the end of a log of 400 MB. Excerpts of one file that touch are joined;
//! each block keeps the name, line and column of its file, so that one finding can show several
//! files in one report.

use crate::clip::clip;
use crate::place::{Excerpt, Place};
use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

/// The excerpts of some places, ready for miette.
#[derive(Debug, Default)]
pub struct Snippets {
    text: String,
    blocks: Vec<Block>,
    labels: Vec<LabeledSpan>,
}

/// Lines of one file that follow each other.
#[derive(Debug)]
struct Block {
    name: String,
    line: usize,
    column: usize,
    /// Columns are cells, separated by tabs.
    sheet: bool,
    start: usize,
    end: usize,
}

/// One line of a block before it is laid down.
struct Lines {
    name: String,
    line: usize,
    column: usize,
    sheet: bool,
    lines: Vec<String>,
}

impl Snippets {
    /// Lays out the excerpts of these places in the order given, cut to so many columns. Places
    /// without an excerpt are left out. Control characters are made visible, one for one.
    pub fn new(places: &[Place], columns: usize) -> Self {
        let mut snippets = Self::default();
        let places = &clip(places, columns)[..];
        let mut blocks = join(places);
        places.iter().for_each(|place| make_room(&mut blocks, place));
        for block in &blocks {
            snippets.lay_down(block);
        }
        for place in places {
            snippets.label(place, &blocks);
        }
        snippets
    }

    /// Labels of the places, in the coordinates of this text.
    pub fn labels(&self) -> &[LabeledSpan] {
        &self.labels
    }

    /// True when there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    fn lay_down(&mut self, block: &Lines) {
        let start = self.text.len();
        self.text.push_str(&block.lines.join("\n"));
        let end = self.text.len();
        self.text.push('\n');
        let Lines { name, line, column, sheet, .. } = block;
        self.blocks.push(Block {
            name: name.clone(),
            line: *line,
            column: *column,
            sheet: *sheet,
            start,
            end,
        });
    }

    fn label(&mut self, place: &Place, blocks: &[Lines]) {
        let Some(excerpt) = &place.excerpt else { return };
        let (line, in_line) = stands_at(excerpt);
        let Some((block, lines)) = self.blocks.iter().zip(blocks).find(|(_, lines)| lines.holds(place, line))
        else {
            return;
        };
        let skipped: usize = lines.lines[..line - lines.line].iter().map(|l| l.len() + 1).sum();
        let start = block.start + skipped + in_line;
        let length = excerpt.end.saturating_sub(excerpt.start).min(block.end.saturating_sub(start));
        let label = Some(visible(&place.label)).filter(|label| !label.is_empty());
        let same = |known: &&mut LabeledSpan| known.offset() == start && known.len() == length;
        match (self.labels.iter_mut().find(same), label) {
            // One mark can say several things, each once.
            (Some(known), Some(label)) => match known.label() {
                Some(said) if said == label || said.contains(&format!("{label}; ")) => {}
                Some(said) => known.set_label(Some(format!("{said}; {label}"))),
                None => known.set_label(Some(label)),
            },
            (Some(_), None) => {}
            (None, label) => self.labels.push(LabeledSpan::new(label, start, length)),
        }
    }
}

impl Lines {
    fn holds(&self, place: &Place, line: usize) -> bool {
        let column = place.excerpt.as_ref().map_or(1, |e| e.column);
        self.name == shown_name(place)
            && self.column == column
            && (self.line..self.line + self.lines.len()).contains(&line)
    }
}

/// The line of the file that a mark starts in, and how many bytes of that line stand before it.
fn stands_at(excerpt: &Excerpt) -> (usize, usize) {
    let before = &excerpt.text[..excerpt.start.min(excerpt.text.len())];
    let in_line = before.len() - before.rfind('\n').map_or(0, |at| at + 1);
    (excerpt.line + before.matches('\n').count(), in_line)
}

/// A blank behind a line at whose end nothing is marked, as the last cell of a row that is empty: miette
/// shows no mark behind the end of a line.
fn make_room(blocks: &mut [Lines], place: &Place) {
    let Some(excerpt) = place.excerpt.as_ref().filter(|excerpt| excerpt.start >= excerpt.end) else { return };
    let (line, in_line) = stands_at(excerpt);
    if let Some(block) = blocks.iter_mut().find(|block| block.holds(place, line)) {
        let text = &mut block.lines[line - block.line];
        if in_line == text.len() {
            text.push(' ');
        }
    }
}

/// Blocks of touching excerpts, in order of first appearance.
fn join(places: &[Place]) -> Vec<Lines> {
    let mut blocks: Vec<Lines> = Vec::new();
    for place in places {
        let Some(excerpt) = &place.excerpt else { continue };
        let lines: Vec<String> = excerpt.text.split('\n').map(visible_line).collect();
        let (name, sheet) = (shown_name(place), place.sheet.is_some());
        let new = Lines { name, line: excerpt.line, column: excerpt.column, sheet, lines };
        match blocks.iter().position(|old| touches(old, &new)) {
            Some(at) => merge(&mut blocks[at], new),
            None => blocks.push(new),
        }
    }
    // A later excerpt can bridge two earlier blocks.
    let mut joined: Vec<Lines> = Vec::new();
    for block in blocks {
        match joined.iter().position(|old| touches(old, &block)) {
            Some(at) => merge(&mut joined[at], block),
            None => joined.push(block),
        }
    }
    joined
}

fn touches(a: &Lines, b: &Lines) -> bool {
    let (a_end, b_end) = (a.line + a.lines.len(), b.line + b.lines.len());
    a.name == b.name && a.column == b.column && a.line <= b_end && b.line <= a_end
}

fn merge(into: &mut Lines, from: Lines) {
    let first = into.line.min(from.line);
    let last = (into.line + into.lines.len()).max(from.line + from.lines.len());
    let line_of = |lines: &Lines, number: usize| -> Option<String> {
        number.checked_sub(lines.line).and_then(|at| lines.lines.get(at).cloned())
    };
    into.lines =
        (first..last).map(|n| line_of(into, n).or_else(|| line_of(&from, n)).unwrap_or_default()).collect();
    into.line = first;
}

fn shown_name(place: &Place) -> String {
    match &place.sheet {
        Some(sheet) => visible(&format!("{} {sheet}", place.file)),
        None => visible(&place.file),
    }
}

/// Makes control characters visible one for one, so that nothing in evidence can steer a terminal
/// and columns still count.
pub fn visible(text: &str) -> String {
    text.chars().map(|c| if c == '\t' { ' ' } else { visible_char(c) }).collect()
}

/// The same JSON with every character escaped that could steer a terminal or turn a line around: JSON
/// itself only escapes those below a blank.
pub fn escaped(json: String) -> String {
    let steers = |c: char| c != '\n' && visible_char(c) != c;
    if !json.contains(steers) {
        return json;
    }
    let escape = |c: char| if steers(c) { format!("\\u{:04x}", u32::from(c)) } else { c.to_string() };
    json.chars().map(escape).collect()
}

fn visible_line(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    // A stand-in must be as long in bytes as what it stands for: marks are byte offsets.
    for c in text.chars() {
        let stand_in = visible_char(c);
        if stand_in.len_utf8() == c.len_utf8() {
            shown.push(stand_in)
        } else {
            shown.push_str(&"?".repeat(c.len_utf8()))
        }
    }
    shown
}

fn visible_char(c: char) -> char {
    match c {
        '\t' => c,
        '\u{0}'..='\u{1f}' => char::from_u32(0x2400 + c as u32).unwrap_or('?'),
        '\u{7f}' => '\u{2421}',
        '\u{80}'..='\u{9f}' => '?',
        '\u{61c}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{2069}'
        | '\u{feff}'
        | '\u{e0000}'..='\u{e007f}' => '\u{fffd}',
        _ => c,
    }
}

impl SourceCode for Snippets {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        context_lines_before: usize,
        context_lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let block = self
            .blocks
            .iter()
            .find(|block| block.start <= start && end <= block.end)
            .ok_or(MietteError::OutOfBounds)?;
        let text = &self.text[block.start..block.end];
        let (from, to) = (start - block.start, end - block.start);
        let first = line_start(text, from, context_lines_before);
        let last = line_end(text, to, context_lines_after);
        // Without context miette asks for the position of the label itself.
        let (first, column) = if context_lines_before == 0 {
            let before = &text[line_start(text, from, 0)..from];
            let columns = if block.sheet { before.matches('\t').count() } else { before.chars().count() };
            (from, block.column - 1 + columns)
        } else {
            (first, 0)
        };
        let line = block.line - 1 + text[..first].matches('\n').count();
        Ok(Box::new(MietteSpanContents::new_named(
            block.name.clone(),
            &text.as_bytes()[first..last],
            (block.start + first, last - first).into(),
            line,
            column,
            text[first..last].matches('\n').count() + 1,
        )))
    }
}

/// Start of the line that lies `back` lines before the one holding `offset`.
fn line_start(text: &str, offset: usize, back: usize) -> usize {
    let mut starts = text[..offset].rmatch_indices('\n').map(|(at, _)| at + 1);
    starts.nth(back).unwrap_or(0)
}

/// End of the line that lies `on` lines after the one holding `offset`.
fn line_end(text: &str, offset: usize, on: usize) -> usize {
    let mut ends = text[offset..].match_indices('\n').map(|(at, _)| offset + at);
    ends.nth(on).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Source;
    use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};

    #[derive(Debug)]
    struct Shown(Snippets);
    impl std::fmt::Display for Shown {
        fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("shown")
        }
    }
    impl std::error::Error for Shown {}
    impl Diagnostic for Shown {
        fn source_code(&self) -> Option<&dyn SourceCode> {
            Some(&self.0)
        }
        fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
            Some(Box::new(self.0.labels().iter().cloned()))
        }
    }

    fn render(places: &[Place]) -> String {
        let mut out = String::new();
        GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor())
            .render_report(&mut out, &Shown(Snippets::new(places, 200)))
            .unwrap();
        out
    }

    fn place(source: &Source, needle: &str, label: &str) -> Place {
        let at = source.text().find(needle).unwrap();
        source.span(at..at + needle.len()).place(label)
    }

    #[test]
    fn two_files_stand_in_one_report_each_with_its_position() {
        let risks = Source::new("risks.csv", "id,controls\nR-01,A.8.15\nR-02,A.8.24\n");
        let soa = Source::new("soa.csv", "id,applicable\nA.8.24,no\n");
        let shown = render(&[place(&risks, "A.8.24", "relied on here"), place(&soa, "no", "excluded here")]);
        assert!(shown.contains("[risks.csv:3:6]"), "{shown}");
        assert!(shown.contains("[soa.csv:2:8]"), "{shown}");
        assert!(!shown.contains("Failed to read"), "{shown}");
    }

    #[test]
    fn a_label_past_column_65535_does_not_panic() {
        let text = format!(r#"{{"Records":[{}{{"user":"eve"}}]}}"#, r#"{"user":"ana"},"#.repeat(20_000));
        let source = Source::new("trail.json", text);
        let shown = render(&[place(&source, "eve", "this sign-in")]);
        assert!(shown.contains("[trail.json:1:300022]"), "{shown}");
    }

    #[test]
    fn a_narrow_terminal_sees_the_mark_and_the_right_column() {
        let source = Source::new("a.csv", format!("{}\n{},MARK,é\n", "h,".repeat(60), "é".repeat(90)));
        let place = place(&source, "MARK", "");
        let snippets = Snippets::new(std::slice::from_ref(&place), 30);
        let mut out = String::new();
        let handler = GraphicalReportHandler::new_themed(GraphicalTheme::unicode_nocolor()).with_width(40);
        handler.render_report(&mut out, &Shown(snippets)).unwrap();
        assert!(out.contains("[a.csv:2:92]") && out.contains("MARK"), "{out}");
        assert!(out.lines().all(|line| line.chars().count() <= 40), "{out}");
    }

    #[test]
    fn an_empty_cell_is_marked_though_it_ends_its_row() {
        let source = Source::new("a.csv", "id,done\n1,\n2,\n");
        let end = |row: usize, label: &str| {
            let at = source.line(row).text().len() + source.text().find(source.line(row).text()).unwrap();
            source.span(at..at).place(label)
        };
        let shown = render(&[end(2, "not done"), end(2, "nor said why"), end(3, "not done either")]);
        assert!(shown.contains("[a.csv:2:3]"), "{shown}");
        for label in ["not done; nor said why", "not done either"] {
            assert!(shown.contains(&format!("╰── {label}")), "{shown}");
        }
    }

    #[test]
    fn touching_rows_share_one_block() {
        let source = Source::new("a.csv", "h\none\ntwo\nthree\nfour\nfive\n");
        let shown = render(&[place(&source, "one", "a"), place(&source, "three", "b")]);
        assert_eq!(shown.matches("a.csv").count(), 1, "{shown}");
    }

    #[test]
    fn control_bytes_of_evidence_are_shown_and_not_sent() {
        let source = Source::new("a.csv", "x\u{1b}[31mred\u{202e}y\nz");
        let shown = render(&[place(&source, "red", "\u{1b}]0;title\u{7}")]);
        assert!(
            !shown.contains('\u{1b}') && !shown.contains('\u{7}') && !shown.contains('\u{202e}'),
            "{shown}"
        );
    }
}
