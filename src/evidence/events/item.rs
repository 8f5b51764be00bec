//! What a log is cut into, and where it stands.

use crate::source::count_characters;
use serde::{Deserialize, Serialize};

/// An item longer than this is skipped and told.
pub(super) const LONGEST: usize = 16 << 20;

/// Where an item stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Position {
    /// Byte of the unpacked text.
    pub offset: u64,
    /// Line, from 1.
    pub line: u64,
    /// Column of its first character, from 1, in characters.
    pub column: u64,
}

impl Position {
    /// Goes behind these bytes of UTF-8.
    pub(super) fn pass(&mut self, bytes: &[u8]) {
        self.offset += bytes.len() as u64;
        let last = match memchr::memrchr(b'\n', bytes) {
            Some(end) => {
                self.line += memchr::memchr_iter(b'\n', &bytes[..=end]).count() as u64;
                self.column = 1;
                &bytes[end + 1..]
            }
            None => bytes,
        };
        self.column += count_characters(last) as u64;
    }
}

/// What comes next in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// An item, now in the buffer.
    Whole(Position),
    /// An item too long to be held.
    TooLong(Position),
    /// The file ends inside of an item.
    Cut(Position),
    /// The end.
    End,
}
