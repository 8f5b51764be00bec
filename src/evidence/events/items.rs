//! The items of a log, cut from a stream: lines, elements of JSON lists, rows of CSV.
//!
//! Memory is bounded by the longest item and never by the file: a log may be one line of hundreds
//! of megabytes. Bytes are looked at once; what an item holds is for others to read.

use super::BLOCK;
use super::elements::Json;
pub use super::item::Position;
pub(super) use super::item::{Item, LONGEST};
use std::io::{self, BufRead};

/// What stands behind the lines that were taken.
#[derive(Debug)]
pub(super) enum Behind {
    /// More lines.
    More,
    /// The end.
    End,
    /// A line too long to be held; it is skipped.
    TooLong(Position),
    /// Nothing that can be read: a truncated archive, a disk error.
    Broken(io::Error),
}

/// How items are laid out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Layout {
    /// One a line.
    Lines,
    /// Elements of a list in JSON: of the top level, or under one of these keys.
    Elements(Vec<String>),
    /// Rows, which may hold line ends inside of quotes.
    Rows,
}

/// Cuts items from a reader.
pub(super) struct Items<R> {
    reader: R,
    layout: Layout,
    here: Position,
    json: Json,
    /// What was read of the line that comes next, where lines are taken many at once.
    begun: Vec<u8>,
}

impl<R: BufRead> Items<R> {
    /// The items of this reader.
    pub(super) fn new(reader: R, layout: Layout) -> Self {
        Self::new_at(reader, layout, Position { offset: 0, line: 1, column: 1 })
    }

    /// The items of a reader that begins here.
    pub(super) fn new_at(reader: R, layout: Layout, here: Position) -> Self {
        Self { reader, layout, here, json: Json::default(), begun: Vec::new() }
    }

    /// Puts the next item into the buffer.
    ///
    /// # Errors
    /// When the reader fails: a truncated archive, a disk error.
    pub(super) fn next(&mut self, buffer: &mut Vec<u8>) -> io::Result<Item> {
        buffer.clear();
        match &self.layout {
            Layout::Lines => self.next_line(buffer),
            Layout::Rows => self.next_row(buffer),
            Layout::Elements(_) => self.next_element(buffer),
        }
    }

    /// Where the next item is looked for.
    pub(super) fn here(&self) -> Position {
        self.here
    }

    /// Whether items are lines.
    pub(super) fn are_lines(&self) -> bool {
        self.layout == Layout::Lines
    }

    /// Takes whole lines at once, with their ends, about so many bytes. The last line of a file
    /// may have no end; what stands behind the last end before an error is dropped. Once lines are
    /// taken so, nothing else may be. Gives the bytes that they take from the start of the buffer, whose
    /// length means nothing.
    pub(super) fn next_lines(&mut self, lines: &mut Vec<u8>, about: usize) -> (usize, Behind) {
        // Bytes that were read, and of them those of the lines that have ended.
        let (mut read, mut ended) = (self.begun.len(), 0);
        lines.resize(lines.len().max(read), 0);
        lines[..read].copy_from_slice(&self.begun);
        self.begun.clear();
        let behind = loop {
            // What was written once need not be made ready again.
            lines.resize(lines.len().max(read + BLOCK), 0);
            // Blocks as large as those of a buffer between go past it.
            let block = match self.reader.read(&mut lines[read..read + BLOCK]) {
                Ok(0) => {
                    ended = read;
                    break Behind::End;
                }
                Ok(length) => &lines[read..read + length],
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => break Behind::Broken(error),
            };
            ended = memchr::memrchr(b'\n', block).map_or(ended, |at| read + at + 1);
            read += block.len();
            if read >= about && ended > 0 {
                self.begun.extend_from_slice(&lines[ended..read]);
                break Behind::More;
            }
            if read - ended > LONGEST {
                break Behind::TooLong(self.here);
            }
        };
        let unfinished = match behind {
            Behind::TooLong(_) => read - ended,
            _ => 0,
        };
        self.here.offset += ended as u64;
        self.here.line += memchr::memchr_iter(b'\n', &lines[..ended]).count() as u64;
        (ended, if unfinished == 0 { behind } else { self.skip_line(unfinished as u64) })
    }

    /// Skips the rest of a line of which so many bytes were taken.
    fn skip_line(&mut self, mut taken: u64) -> Behind {
        let start = self.here;
        loop {
            let block = match self.reader.fill_buf() {
                Ok(block) => block,
                Err(error) => return Behind::Broken(error),
            };
            let end = memchr::memchr(b'\n', block).map(|at| at + 1);
            let length = end.unwrap_or(block.len());
            self.reader.consume(length);
            taken += length as u64;
            if end.is_some() || length == 0 {
                self.here.offset += taken;
                self.here.line += u64::from(end.is_some());
                return Behind::TooLong(start);
            }
        }
    }

    /// The next line that is not blank, without its end.
    fn next_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<Item> {
        let item = self.filled_line(buffer)?;
        trim_end(buffer);
        Ok(item)
    }

    /// The next line that is not blank, with its end.
    fn filled_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<Item> {
        loop {
            let start = self.here;
            let (length, too_long) = self.append_line(buffer)?;
            if length == 0 {
                return Ok(Item::End);
            }
            if too_long {
                return Ok(Item::TooLong(start));
            }
            if !buffer.iter().all(u8::is_ascii_whitespace) {
                return Ok(Item::Whole(start));
            }
            buffer.clear();
        }
    }

    /// The next row: lines until all quotes are closed, as they stand there, so that places inside of it
    /// are right. Every byte is looked at once, though a quote may stay open until the row is too long.
    fn next_row(&mut self, buffer: &mut Vec<u8>) -> io::Result<Item> {
        let start = match self.filled_line(buffer)? {
            Item::Whole(start) => start,
            other => return Ok(other),
        };
        let (mut seen, mut is_open) = (0, false);
        loop {
            is_open ^= memchr::memchr_iter(b'"', &buffer[seen..]).count() % 2 == 1;
            if !is_open {
                trim_end(buffer);
                return Ok(Item::Whole(start));
            }
            seen = buffer.len();
            let (length, too_long) = self.append_line(buffer)?;
            if too_long {
                return Ok(Item::TooLong(start));
            }
            if length == 0 {
                return Ok(Item::Cut(start));
            }
        }
    }

    /// Appends a line with its end. Says how many bytes it took and whether it was too long to be
    /// kept; then nothing of it is.
    fn append_line(&mut self, buffer: &mut Vec<u8>) -> io::Result<(u64, bool)> {
        let (mut length, mut too_long) = (0, false);
        loop {
            let block = self.reader.fill_buf()?;
            let end = memchr::memchr(b'\n', block);
            let taken = end.map_or(block.len(), |at| at + 1);
            too_long |= buffer.len() + taken > LONGEST;
            if too_long {
                buffer.clear();
            } else {
                buffer.extend_from_slice(&block[..taken]);
            }
            self.reader.consume(taken);
            length += taken as u64;
            if end.is_some() || taken == 0 {
                self.here.offset += length;
                self.here.line += u64::from(end.is_some());
                return Ok((length, too_long));
            }
        }
    }

    fn next_element(&mut self, buffer: &mut Vec<u8>) -> io::Result<Item> {
        let Layout::Elements(keys) = &self.layout else { return Ok(Item::End) };
        loop {
            let block = self.reader.fill_buf()?;
            if block.is_empty() {
                return Ok(std::mem::take(&mut self.json).end_of_text(self.here));
            }
            let (taken, done) = self.json.take(block, &mut self.here, keys, buffer);
            self.reader.consume(taken);
            if let Some(item) = done {
                return Ok(item);
            }
        }
    }
}

fn trim_end(line: &mut Vec<u8>) {
    while line.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
        line.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::BufReader;

    fn items(text: &str, layout: Layout) -> Vec<(String, u64, u64)> {
        // A tiny buffer, so that every cut between blocks is met.
        let mut items = Items::new(BufReader::with_capacity(3, text.as_bytes()), layout);
        let (mut buffer, mut found) = (Vec::new(), Vec::new());
        loop {
            match items.next(&mut buffer).unwrap() {
                Item::Whole(at) => {
                    assert!(text.as_bytes()[at.offset as usize..].starts_with(&buffer), "{at:?}");
                    found.push((String::from_utf8(buffer.clone()).unwrap(), at.line, at.column));
                }
                Item::TooLong(at) => found.push(("too long".into(), at.line, at.column)),
                Item::Cut(at) => found.push(("cut".into(), at.line, at.column)),
                Item::End => return found,
            }
        }
    }

    fn elements(text: &str) -> Vec<(String, u64, u64)> {
        items(text, Layout::Elements(vec!["Records".into(), "activities".into()]))
    }

    fn texts(found: Vec<(String, u64, u64)>) -> Vec<String> {
        found.into_iter().map(|(text, ..)| text).collect()
    }

    #[test]
    fn lines_keep_their_numbers_over_blank_ones() {
        let found = items("one\r\n\n  \ntwo", Layout::Lines);
        assert_eq!(found, [("one".into(), 1, 1), ("two".into(), 4, 1)]);
    }

    #[test]
    fn rows_go_on_inside_of_quotes() {
        let found = items("a,b\n1,\"x\ny\"\n2,z\n", Layout::Rows);
        assert_eq!(texts(found), ["a,b", "1,\"x\ny\"", "2,z"]);
        assert_eq!(texts(items("a\n\"open\n", Layout::Rows)), ["a", "cut"]);
        let found = items("a\n\"x\r\n\n\"\"y\"\r\n2\n", Layout::Rows);
        assert_eq!(found[1..], [("\"x\r\n\n\"\"y\"".into(), 2, 1), ("2".into(), 5, 1)]);
    }

    #[test]
    fn elements_of_a_list_stand_where_they_stand() {
        let found = elements("[\n  {\"é\": \"}\"},\n  {\"b\": [1, {\"c\": 2}]}, 3\n]");
        assert_eq!(
            found,
            [("{\"é\": \"}\"}".into(), 2, 3), ("{\"b\": [1, {\"c\": 2}]}".into(), 3, 3), ("3".into(), 3, 25)]
        );
    }

    #[test]
    fn an_envelope_gives_its_list_and_nothing_else() {
        let text = r#"{"kind": "x", "n": [1], "Records":[{"Records":[{"a":1}]},{"a":2}], "next": {"a": 3}}"#;
        assert_eq!(texts(elements(text)), [r#"{"Records":[{"a":1}]}"#, r#"{"a":2}"#]);
        let twice = r#"{"activities":[{"a":1}]}{"activities":[{"a":2}],"etag":"e"} {"a":3}"#;
        assert_eq!(texts(elements(twice)), [r#"{"a":1}"#, r#"{"a":2}"#, r#"{"a":3}"#]);
    }

    #[test]
    fn objects_one_behind_the_other_are_elements() {
        assert_eq!(texts(elements("{\"a\":\n1}\n{\"b\":\"\\\"{\"}")), ["{\"a\":\n1}", "{\"b\":\"\\\"{\"}"]);
        assert!(
            elements("").is_empty()
                && elements(" [ ] ").is_empty()
                && elements("{\"Records\": []}").is_empty()
        );
    }

    #[test]
    fn a_file_that_ends_inside_of_an_element_is_told() {
        assert_eq!(texts(elements("[{\"a\":1},{\"a\":")), ["{\"a\":1}", "cut"]);
        assert_eq!(texts(elements("{\"Records\":[{\"a\":1}")), ["{\"a\":1}", "cut"]);
    }

    #[test]
    fn a_row_too_long_to_be_held_does_not_end_the_log() {
        let long = format!("a,b\n{}\n1,2\n", "x".repeat(LONGEST + 1));
        assert_eq!(texts(items(&long, Layout::Rows)), ["a,b", "too long", "1,2"]);
    }

    #[test]
    fn an_item_too_long_to_be_held_is_skipped() {
        let long = format!("[{{\"a\":\"{}\"}},{{\"a\":2}}]", "x".repeat(LONGEST));
        assert_eq!(texts(elements(&long)), ["too long", "{\"a\":2}"]);
        let long = format!("{}\nshort\n", "x".repeat(LONGEST + 1));
        let mut items = Items::new(BufReader::new(long.as_bytes()), Layout::Lines);
        let mut buffer = Vec::new();
        assert!(matches!(items.next(&mut buffer).unwrap(), Item::TooLong(_)));
        assert!(matches!(items.next(&mut buffer).unwrap(), Item::Whole(_)));
        assert_eq!(buffer, b"short");
    }
}
