//! Elements of JSON lists, cut from blocks of bytes.
//!
//! Byte by byte where elements begin and end, and sixty-four bytes in a stride inside of them, where
//! only brackets outside of strings matter.

use super::item::{Item, LONGEST, Position};
use super::structure::{STRIDE, Stride};

/// A key of an envelope longer than this is none that a source names.
const LONGEST_KEY: usize = 256;

/// Where a reader of JSON stands: enough to know where an element begins and ends.
#[derive(Default)]
pub(super) struct Json {
    /// Open brackets, from the outermost.
    open: Vec<u8>,
    /// Number of open brackets at which elements stand.
    level: usize,
    /// True once the first byte of the text was seen.
    begun: bool,
    /// True inside an envelope, whose own end is no element.
    in_envelope: bool,
    in_text: bool,
    escaped: bool,
    /// The last text at the level of an envelope's keys.
    key: Vec<u8>,
    key_is_text: bool,
    /// Where the element that is being read began.
    started: Option<Position>,
    too_long: bool,
}

impl Json {
    /// Takes bytes of a block up to the end of an element, or all, and gives the element.
    pub(super) fn take(
        &mut self,
        block: &[u8],
        here: &mut Position,
        keys: &[String],
        buffer: &mut Vec<u8>,
    ) -> (usize, Option<Item>) {
        let mut at = 0;
        while at < block.len() {
            let strides = self.strides(&block[at..], buffer);
            here.pass(&block[at..at + strides]);
            at += strides;
            // As far as the next stride may begin, and a single byte at least.
            let end = block.len().min(at + if strides > 0 { 1 } else { STRIDE / 4 });
            for byte in &block[at..end] {
                let item = self.step(*byte, *here, keys, buffer);
                here.pass(&[*byte]);
                at += 1;
                if item.is_some() {
                    return (at, item);
                }
            }
        }
        (at, None)
    }

    /// What a text ends with: nothing, or a piece of an element or of a list.
    pub(super) fn end_of_text(self, here: Position) -> Item {
        let open = self.started.or((!self.open.is_empty()).then_some(here));
        open.map_or(Item::End, Item::Cut)
    }

    /// Goes over as many bytes as there are inside of the element, and says how many.
    fn strides(&mut self, block: &[u8], buffer: &mut Vec<u8>) -> usize {
        // At the outermost brackets keys may begin a list of elements.
        let least = (self.level + 1).max(2);
        let mut length = 0;
        if self.started.is_some() && self.open.len() >= least {
            for bytes in block.as_chunks::<STRIDE>().0 {
                let taken = self.stride(bytes, least);
                length += taken;
                if taken < STRIDE {
                    break;
                }
            }
            self.keep_all(&block[..length], buffer);
        }
        length
    }

    /// Goes over these bytes up to the bracket that leads out of the element; over none, when they
    /// are no JSON.
    fn stride(&mut self, bytes: &[u8; STRIDE], least: usize) -> usize {
        let Some(stride) = Stride::of(bytes, self.in_text, self.escaped) else { return 0 };
        if stride.has_quotes {
            // The last text here is no key of an envelope, and those before are behind.
            self.key.clear();
            self.key_is_text = false;
        }
        let mut brackets = stride.brackets;
        while brackets != 0 {
            let at = brackets.trailing_zeros() as usize;
            brackets &= brackets - 1;
            match bytes[at] {
                byte @ (b'[' | b'{') => self.open.push(byte),
                byte if self.open.last().is_some_and(|open| (*open == b'[') == (byte == b']')) => {
                    if self.open.len() == least {
                        (self.in_text, self.escaped) = (false, false);
                        return at;
                    }
                    self.open.pop();
                }
                // A bracket that closes nothing is kept, so that reading the element finds it.
                _ => {}
            }
        }
        (self.in_text, self.escaped) = (stride.ends_in_text, stride.ends_in_escape);
        STRIDE
    }

    fn keep_all(&mut self, bytes: &[u8], buffer: &mut Vec<u8>) {
        if !self.too_long {
            self.too_long = buffer.len() + bytes.len() > LONGEST;
            if self.too_long { buffer.clear() } else { buffer.extend_from_slice(bytes) }
        }
    }

    /// Takes one byte and gives the element that it ends.
    fn step(&mut self, byte: u8, here: Position, keys: &[String], buffer: &mut Vec<u8>) -> Option<Item> {
        if self.in_text {
            self.text(byte);
            return self.keep(byte, buffer);
        }
        match byte {
            b' ' | b'\t' | b'\r' | b'\n' if self.started.is_none() => None,
            b'"' => {
                self.begin(here, buffer);
                self.in_text = true;
                self.key.clear();
                self.keep(byte, buffer)
            }
            b'[' | b'{' => self.opening(byte, here, keys, buffer),
            b']' | b'}' => self.closing(byte, here, buffer),
            b',' if self.open.len() == self.level && self.started.is_some() => self.end(buffer),
            b',' if self.started.is_none() => None,
            b':' => self.keep(byte, buffer),
            b'\n' if self.open.is_empty() && self.started.is_some() => self.end(buffer),
            _ => {
                self.key_is_text &= byte.is_ascii_whitespace();
                self.begin(here, buffer);
                self.keep(byte, buffer)
            }
        }
    }

    fn text(&mut self, byte: u8) {
        match byte {
            _ if self.escaped => self.escaped = false,
            b'\\' => self.escaped = true,
            b'"' => {
                self.in_text = false;
                self.key_is_text = true;
                return;
            }
            _ => {}
        }
        if self.open.len() == 1 && self.key.len() < LONGEST_KEY {
            self.key.push(byte);
        }
    }

    fn opening(&mut self, byte: u8, here: Position, keys: &[String], buffer: &mut Vec<u8>) -> Option<Item> {
        let first = !std::mem::replace(&mut self.begun, true);
        if first && byte == b'[' {
            self.open.push(byte);
            self.level = 1;
            return None;
        }
        let envelope = byte == b'['
            && self.open == [b'{']
            && self.key_is_text
            && keys.iter().any(|key| key.as_bytes() == self.key);
        self.key_is_text = false;
        if envelope {
            // What was read of the envelope so far is no record.
            buffer.clear();
            self.started = None;
            self.too_long = false;
            self.open.push(byte);
            self.level = 2;
            self.in_envelope = true;
            return None;
        }
        self.begin(here, buffer);
        self.open.push(byte);
        self.keep(byte, buffer)
    }

    fn closing(&mut self, byte: u8, here: Position, buffer: &mut Vec<u8>) -> Option<Item> {
        let closes = self.open.last().is_some_and(|open| (*open == b'[') == (byte == b']'));
        if !closes {
            // A bracket that closes nothing is kept, so that reading the element finds it.
            self.begin(here, buffer);
            return self.keep(byte, buffer);
        }
        if self.open.len() == self.level && self.started.is_some() {
            // A plain value at the end of its list.
            self.open.pop();
            self.leave_list();
            return self.end(buffer);
        }
        self.open.pop();
        if self.open.len() < self.level {
            self.leave_list();
            return None;
        }
        if self.in_envelope && self.open.is_empty() {
            self.in_envelope = false;
            self.started = None;
            buffer.clear();
            return None;
        }
        let kept = self.keep(byte, buffer);
        if self.open.len() == self.level { self.end(buffer) } else { kept }
    }

    /// Behind the list of an envelope, or the list of the top level, elements stand at the top.
    fn leave_list(&mut self) {
        self.level = 0;
    }

    fn begin(&mut self, here: Position, buffer: &mut Vec<u8>) {
        self.begun = true;
        let between = self.in_envelope && self.open.len() <= 1 && self.level == 0;
        if self.started.is_none() && !between && self.open.len() == self.level {
            buffer.clear();
            self.started = Some(here);
            self.too_long = false;
        }
    }

    fn keep(&mut self, byte: u8, buffer: &mut Vec<u8>) -> Option<Item> {
        if self.started.is_some() && !self.too_long {
            self.too_long = buffer.len() >= LONGEST;
            if self.too_long { buffer.clear() } else { buffer.push(byte) }
        }
        None
    }

    fn end(&mut self, buffer: &mut Vec<u8>) -> Option<Item> {
        let started = self.started.take()?;
        while buffer.last().is_some_and(u8::is_ascii_whitespace) {
            buffer.pop();
        }
        Some(if self.too_long { Item::TooLong(started) } else { Item::Whole(started) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An item with its bytes, and where the reader stands behind it.
    type Cut = (Item, Vec<u8>, Position);

    const START: Position = Position { offset: 0, line: 1, column: 1 };

    /// The items of a text that comes in blocks of this size.
    fn in_blocks(text: &[u8], size: usize, keys: &[String]) -> Vec<Cut> {
        let (mut json, mut here, mut buffer, mut found) = (Json::default(), START, Vec::new(), Vec::new());
        for block in text.chunks(size) {
            let mut at = 0;
            while at < block.len() {
                let (taken, item) = json.take(&block[at..], &mut here, keys, &mut buffer);
                at += taken;
                found.extend(item.map(|item| (item, std::mem::take(&mut buffer), here)));
            }
        }
        found.push((json.end_of_text(here), Vec::new(), here));
        found
    }

    /// The same byte by byte.
    fn byte_by_byte(text: &[u8], keys: &[String]) -> Vec<Cut> {
        let (mut json, mut here, mut buffer, mut found) = (Json::default(), START, Vec::new(), Vec::new());
        for byte in text {
            let item = json.step(*byte, here, keys, &mut buffer);
            here.offset += 1;
            match byte {
                b'\n' => (here.line, here.column) = (here.line + 1, 1),
                0x80..=0xbf => {}
                _ => here.column += 1,
            }
            found.extend(item.map(|item| (item, std::mem::take(&mut buffer), here)));
        }
        found.push((json.end_of_text(here), Vec::new(), here));
        found
    }

    /// Texts that look like logs, with enough of everything that opens, closes and escapes.
    fn text() -> impl Strategy<Value = String> {
        let bits = "[\\[\\]{}\",:\\\\ \n\t\r0a\u{e9}\u{1F600}]{0,12}";
        let key = prop::sample::select(vec![
            "\"Records\":[",
            "\"Records\" : {",
            "[{",
            "}]",
            "{\"a\":",
            "\\\"",
            "},",
        ]);
        let value = "\"[a-z\\[{\u{e9} ]{0,90}\"";
        let part = prop_oneof![bits.boxed(), key.prop_map(str::to_owned).boxed(), value.boxed()];
        prop::collection::vec(part, 0..40).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 1_500, ..ProptestConfig::default() })]

        #[test]
        fn strides_find_what_single_bytes_show(
            head in prop::sample::select(vec!["", "[", "{\"Records\":[", "[{\"a\":[", "{\"k\":{\"Records\":["]),
            text in text(),
            size in 1_usize..700,
        ) {
            let (text, keys) = (format!("{head}{text}"), ["Records".to_owned()]);
            prop_assert_eq!(in_blocks(text.as_bytes(), size, &keys), byte_by_byte(text.as_bytes(), &keys));
        }
    }
}
