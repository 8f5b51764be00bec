//! Lines and characters of the protocol, which counts both from 0, and characters in UTF-16 unless
//! the client understands UTF-8.

use gen_lsp_types::{Position, PositionEncodingKind, Range};
use std::ops;

/// How characters of a line are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Encoding {
    /// In bytes.
    Utf8,
    /// In units of 16 bits.
    Utf16,
}

impl Encoding {
    /// The one to use with a client that understands these.
    pub(super) fn of_client(known: &[PositionEncodingKind]) -> Self {
        if known.contains(&PositionEncodingKind::UTF8) { Self::Utf8 } else { Self::Utf16 }
    }

    /// Its name in the protocol.
    pub(super) fn kind(self) -> PositionEncodingKind {
        match self {
            Self::Utf8 => PositionEncodingKind::UTF8,
            Self::Utf16 => PositionEncodingKind::UTF16,
        }
    }

    fn width(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
        }
    }
}

/// The lines of a text.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
    encoding: Encoding,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str, encoding: Encoding) -> Self {
        let ends = memchr::memchr2_iter(b'\n', b'\r', text.as_bytes());
        // Of `\r\n` the second ends the line.
        let ends = ends.filter(|&at| !text[at..].starts_with("\r\n"));
        Self { text, starts: std::iter::once(0).chain(ends.map(|at| at + 1)).collect(), encoding }
    }

    /// The line with this number, without its end; empty behind the last.
    fn line(&self, number: usize) -> (usize, &'t str) {
        let Some(&start) = self.starts.get(number) else { return (self.text.len(), "") };
        let end = self.starts.get(number + 1).copied().unwrap_or(self.text.len());
        (start, self.text[start..end].trim_end_matches(['\r', '\n']))
    }

    /// The byte at a position; the end of the line where it is shorter, of the text where that is.
    pub(super) fn offset(&self, position: Position) -> usize {
        let (start, line) = self.line(position.line as usize);
        let (mut at, mut counted) = (0, 0);
        for c in line.chars() {
            if counted >= position.character as usize {
                break;
            }
            counted += self.encoding.width(c);
            at += c.len_utf8();
        }
        start + at
    }

    /// The bytes of a range, in order.
    pub(super) fn bytes(&self, range: Range) -> ops::Range<usize> {
        let (start, end) = (self.offset(range.start), self.offset(range.end));
        start.min(end)..start.max(end)
    }

    /// The position of a byte.
    pub(super) fn position(&self, at: usize) -> Position {
        let at = at.min(self.text.len());
        let number = self.starts.partition_point(|&start| start <= at) - 1;
        let start = self.starts[number];
        let before = self.text[start..].char_indices().take_while(|(offset, _)| start + offset < at);
        position(number, before.map(|(_, c)| self.encoding.width(c)).sum())
    }

    /// The range of these bytes.
    pub(super) fn range(&self, bytes: ops::Range<usize>) -> Range {
        Range::new(self.position(bytes.start), self.position(bytes.end))
    }

    /// The position of a line and a column of characters, both from 1.
    pub(super) fn of_column(&self, line: usize, column: usize) -> Position {
        let (_, text) = self.line(line.saturating_sub(1));
        let before = text.chars().take(column.saturating_sub(1));
        position(line.saturating_sub(1), before.map(|c| self.encoding.width(c)).sum())
    }
}

/// A position of the protocol.
pub(super) fn position(line: usize, character: usize) -> Position {
    let number = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
    Position::new(number(line), number(character))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn characters_are_counted_as_the_client_does() {
        let text = "é𝄞 = 1\r\nb\rc\n";
        let at = text.find('=').unwrap();
        assert_eq!(Lines::new(text, Encoding::Utf16).position(at), Position::new(0, 4));
        assert_eq!(Lines::new(text, Encoding::Utf8).position(at), Position::new(0, 7));
        let lines = Lines::new(text, Encoding::Utf16);
        assert_eq!(lines.position(text.find('c').unwrap()), Position::new(2, 0));
        assert_eq!(lines.of_column(1, 4), Position::new(0, 4));
    }

    #[test]
    fn a_position_outside_is_the_nearest_inside() {
        let lines = Lines::new("ab\nc", Encoding::Utf16);
        assert_eq!(lines.offset(Position::new(0, 99)), 2);
        assert_eq!(lines.offset(Position::new(99, 0)), 4);
        assert_eq!(lines.bytes(Range::new(Position::new(1, 1), Position::new(0, 1))), 1..4);
        assert_eq!(Lines::new("𝄞", Encoding::Utf16).offset(Position::new(0, 1)), 4, "not within a character");
    }

    proptest! {
        #[test]
        fn a_position_leads_back_to_its_byte(text in "[aé𝄞\r\n]{0,40}", part in 0_usize..200) {
            let at = (0..=text.len().min(part)).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
            // Between the two characters of a line end there is no position.
            prop_assume!(!(at > 0 && text[at..].starts_with('\n') && text[..at].ends_with('\r')));
            for encoding in [Encoding::Utf8, Encoding::Utf16] {
                let lines = Lines::new(&text, encoding);
                prop_assert_eq!(lines.offset(lines.position(at)), at);
            }
        }
    }
}
