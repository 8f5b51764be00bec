//! Where things end in the text of a script: Rhai's tree knows where they begin.

use rhai::Position;
use std::ops::Range;

/// The text of a script, with what is needed to find places in it.
pub(super) struct Lexer<'t> {
    text: &'t str,
    line_starts: Vec<usize>,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let breaks = memchr::memchr_iter(b'\n', text.as_bytes()).map(|at| at + 1);
        Self { text, line_starts: std::iter::once(0).chain(breaks).collect() }
    }

    /// The byte at a line and character column, both from 1 as Rhai counts them.
    pub(super) fn offset(&self, position: Position) -> Option<usize> {
        let start = *self.line_starts.get(position.line()? - 1)?;
        let column = position.position().unwrap_or(1).max(1) - 1;
        let line = &self.text[start..];
        Some(start + line.char_indices().nth(column).map_or(line.len(), |(at, _)| at))
    }

    /// The word that begins here; one character where none does.
    pub(super) fn word(&self, at: usize) -> Range<usize> {
        let at = at.min(self.text.len());
        let rest = &self.text[at..];
        let word: usize =
            rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
        at..at + word.max(rest.chars().next().map_or(0, char::len_utf8))
    }

    /// The number that begins here.
    pub(super) fn number(&self, at: usize) -> Range<usize> {
        let bytes = self.text.as_bytes();
        let mut end = at + usize::from(bytes.get(at).is_some_and(|byte| matches!(byte, b'-' | b'+')));
        while let Some(byte) = bytes.get(end) {
            let is_point = *byte == b'.' && bytes.get(end + 1).is_some_and(u8::is_ascii_digit);
            if !byte.is_ascii_alphanumeric() && *byte != b'_' && !is_point {
                break;
            }
            end += 1;
        }
        at..end
    }

    /// The operator that begins here.
    pub(super) fn operator(&self, at: usize, name: &str) -> Range<usize> {
        let stands = self.text[at..].starts_with(name);
        if stands { at..at + name.len() } else { self.word(at) }
    }

    /// Behind the bracket that closes the first one from here on.
    pub(super) fn closed(&self, from: usize) -> usize {
        let bytes = self.text.as_bytes();
        let (mut at, mut depth) = (from, 0_usize);
        while at < bytes.len() {
            match bytes[at] {
                b'(' | b'[' | b'{' => depth += 1,
                b')' | b']' | b'}' => {
                    depth = depth.saturating_sub(1);
                    if depth == 0 {
                        return at + 1;
                    }
                }
                _ => {}
            }
            at = self.step(at);
        }
        self.text.len()
    }

    /// The next byte that is code: texts and remarks are stepped over whole.
    pub(super) fn step(&self, at: usize) -> usize {
        let rest = &self.text.as_bytes()[at..];
        match rest {
            [b'"', ..] | [b'`', ..] => self.text_end(at),
            [b'/', b'/', ..] => at + memchr::memchr(b'\n', rest).unwrap_or(rest.len()),
            [b'/', b'*', ..] => at + memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2),
            [b'\'', b'\\', _, b'\'', ..] => at + 4,
            [b'\'', ..] => {
                let inner = self.text[at + 1..].chars().next().map_or(0, char::len_utf8);
                let is_closed = rest.get(1 + inner) == Some(&b'\'');
                at + if is_closed { 2 + inner } else { 1 }
            }
            _ => at + self.text[at..].chars().next().map_or(1, char::len_utf8),
        }
    }

    /// Behind the end of the text that begins here with a quote or a back-tick.
    pub(super) fn text_end(&self, at: usize) -> usize {
        let bytes = self.text.as_bytes();
        let quote = bytes[at];
        let mut next = at + 1;
        while let Some(byte) = bytes.get(next) {
            match byte {
                b'\\' if quote == b'"' => next += 2,
                b'$' if quote == b'`' && bytes.get(next + 1) == Some(&b'{') => next = self.closed(next + 1),
                byte if *byte == quote => return next + 1,
                _ => next += 1,
            }
        }
        self.text.len()
    }

    /// These bytes with the brackets around them that they hold one end of.
    pub(super) fn balanced(&self, span: Range<usize>) -> Range<usize> {
        let (mut open, mut unopened) = (0_usize, 0_usize);
        let mut at = span.start;
        while at < span.end {
            match self.text.as_bytes()[at] {
                b'(' => open += 1,
                b')' if open > 0 => open -= 1,
                b')' => unopened += 1,
                _ => {}
            }
            at = self.step(at);
        }
        let (mut start, mut end) = (span.start, span.end.max(span.start));
        for _ in 0..unopened {
            start = self.text[..start].rfind('(').unwrap_or(start);
        }
        for _ in 0..open {
            end = self.text[end..].find(')').map_or(end, |more| end + more + 1);
        }
        start..end
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }
}
