//! The structure of a JSON text: where its quotes and brackets stand.
//!
//! Sixty-four bytes are looked at at once, and of each only whether it is a quote, a backslash, a
//! bracket or a control character; strings are told from what is between them by a prefix sum of
//! the quotes (Langdale and Lemire, "Parsing Gigabytes of JSON per Second", 2019). No value is
//! read here, and nothing is allocated once the vectors have grown.

use wide::u8x16;

/// Bytes that are looked at at once.
pub(super) const STRIDE: usize = 64;

/// Where the quotes and brackets of a text stand.
#[derive(Default)]
pub(super) struct Structure {
    /// Bytes of unescaped quotes, and of brackets outside of strings, in order.
    pub(super) marks: Places,
    /// Bytes behind the backslashes that escape them.
    pub(super) escaped: Places,
    /// True when a string holds a control character or does not end.
    pub(super) is_broken: bool,
}

/// What sixty-four bytes are, a bit each.
#[derive(Clone, Copy, Default)]
struct Bits {
    quotes: u64,
    backslashes: u64,
    brackets: u64,
    controls: u64,
}

impl Structure {
    /// Finds the structure of a text of less than 4 GiB.
    pub(super) fn read(&mut self, text: &[u8]) {
        (self.marks.length, self.escaped.length) = (0, 0);
        let (mut is_escaped, mut in_string, mut controls) = (false, 0, 0);
        let (blocks, rest) = text.as_chunks::<STRIDE>();
        let mut last = [b' '; STRIDE];
        last[..rest.len()].copy_from_slice(rest);
        for (number, block) in blocks.iter().chain([&last]).enumerate() {
            let base = (number * STRIDE) as u32;
            let bits = Bits::of(block);
            let escaped = escaped(bits.backslashes, &mut is_escaped);
            let quotes = bits.quotes & !escaped;
            let strings = prefix_xor(quotes) ^ in_string;
            // All ones when the block ends inside of a string.
            in_string = 0_u64.wrapping_sub(strings >> 63);
            controls |= bits.controls & strings;
            self.marks.push(base, quotes | (bits.brackets & !strings));
            self.escaped.push(base, escaped);
        }
        self.is_broken = controls != 0 || in_string != 0;
    }
}

/// What matters of sixty-four bytes to who only looks for the end of a value.
pub(super) struct Stride {
    /// Brackets outside of strings, a bit each.
    pub(super) brackets: u64,
    pub(super) has_quotes: bool,
    pub(super) ends_in_text: bool,
    pub(super) ends_in_escape: bool,
}

impl Stride {
    /// The bytes behind a text that ended inside of a string, or behind a backslash there. `None`
    /// where a backslash stands outside of a string, so that nobody can say what is one.
    pub(super) fn of(bytes: &[u8; STRIDE], in_text: bool, mut is_escaped: bool) -> Option<Self> {
        let bits = Bits::of(bytes);
        let quotes = bits.quotes & !escaped(bits.backslashes, &mut is_escaped);
        let strings = prefix_xor(quotes) ^ 0_u64.wrapping_sub(u64::from(in_text));
        (bits.backslashes & !strings == 0).then_some(Self {
            brackets: bits.brackets & !strings,
            has_quotes: quotes != 0,
            ends_in_text: strings >> 63 == 1,
            ends_in_escape: is_escaped,
        })
    }
}

/// Places in a text, in order. The list behind is only ever made longer.
#[derive(Default)]
pub(super) struct Places {
    list: Vec<u32>,
    length: usize,
}

impl Places {
    /// The place of this number.
    #[inline]
    pub(super) fn get(&self, number: usize) -> Option<usize> {
        self.list[..self.length].get(number).map(|place| *place as usize)
    }

    /// All places.
    pub(super) fn all(&self) -> &[u32] {
        &self.list[..self.length]
    }

    /// Appends the places of all ones.
    #[inline]
    fn push(&mut self, base: u32, mut bits: u64) {
        if bits == 0 {
            return;
        }
        if self.list.len() < self.length + STRIDE {
            self.list.resize(2 * self.length + STRIDE, 0);
        }
        let found = bits.count_ones() as usize;
        for place in &mut self.list[self.length..self.length + found] {
            *place = base + bits.trailing_zeros();
            bits &= bits.wrapping_sub(1);
        }
        self.length += found;
    }
}

/// Every bit is the parity of itself and all bits below.
fn prefix_xor(mut bits: u64) -> u64 {
    for shift in [1, 2, 4, 8, 16, 32] {
        bits ^= bits << shift;
    }
    bits
}

/// The bytes that a backslash before them escapes; `is_escaped` says whether the first one is, and
/// then whether the byte behind the block is.
fn escaped(backslashes: u64, is_escaped: &mut bool) -> u64 {
    const EVEN: u64 = 0x5555_5555_5555_5555;
    let first = u64::from(*is_escaped);
    if backslashes == 0 {
        *is_escaped = false;
        return first;
    }
    let backslashes = backslashes & !first;
    let behind = backslashes << 1 | first;
    // Of a run of backslashes every second one is escaped itself: which, tells where it begins.
    let odd_starts = backslashes & !EVEN & !behind;
    let (runs, over) = odd_starts.overflowing_add(backslashes);
    *is_escaped = over;
    (EVEN ^ (runs << 1)) & behind
}

impl Bits {
    fn of(block: &[u8; STRIDE]) -> Self {
        let (mut bits, mut rare) = (Self::default(), u8x16::splat(0));
        for (number, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let (bytes, shift) = (u8x16::new(*part), 16 * number);
            let mask = |found: u8x16| u64::from(found.to_bitmask()) << shift;
            // `[` and `{`, `]` and `}` differ in one bit.
            let folded = bytes | u8x16::splat(0x20);
            let brackets = folded.simd_eq(u8x16::splat(b'{')) | folded.simd_eq(u8x16::splat(b'}'));
            bits.quotes |= mask(bytes.simd_eq(u8x16::splat(b'"')));
            bits.brackets |= mask(brackets);
            rare |= bytes.simd_eq(u8x16::splat(b'\\')) | bytes.simd_le(u8x16::splat(0x1f));
        }
        if rare.to_bitmask() != 0 {
            bits.add_rare(block);
        }
        bits
    }

    /// Backslashes and control characters, which most blocks have none of.
    fn add_rare(&mut self, block: &[u8; STRIDE]) {
        for (number, part) in block.as_chunks::<16>().0.iter().enumerate() {
            let (bytes, shift) = (u8x16::new(*part), 16 * number);
            let mask = |found: u8x16| u64::from(found.to_bitmask()) << shift;
            self.backslashes |= mask(bytes.simd_eq(u8x16::splat(b'\\')));
            self.controls |= mask(bytes.simd_le(u8x16::splat(0x1f)));
        }
    }

    /// The same, byte by byte.
    #[cfg(test)]
    fn one_by_one(block: &[u8; STRIDE]) -> Self {
        let mask = |is: fn(u8) -> bool| {
            block.iter().enumerate().fold(0, |bits, (at, byte)| bits | u64::from(is(*byte)) << at)
        };
        Self {
            quotes: mask(|byte| byte == b'"'),
            backslashes: mask(|byte| byte == b'\\'),
            brackets: mask(|byte| matches!(byte | 0x20, b'{' | b'}')),
            controls: mask(|byte| byte < 0x20),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The structure, byte by byte.
    fn plainly(text: &[u8]) -> (Vec<u32>, Vec<u32>, bool) {
        let (mut marks, mut escaped, mut broken) = (Vec::new(), Vec::new(), false);
        let (mut in_string, mut is_escaped) = (false, false);
        for (at, &byte) in text.iter().enumerate() {
            let at = u32::try_from(at).unwrap();
            if is_escaped {
                escaped.push(at);
            }
            match byte {
                b'"' if !is_escaped => {
                    in_string = !in_string;
                    marks.push(at);
                }
                b'[' | b']' | b'{' | b'}' if !in_string => marks.push(at),
                _ => broken |= in_string && byte < 0x20,
            }
            is_escaped = byte == b'\\' && !is_escaped;
        }
        (marks, escaped, broken || in_string)
    }

    proptest! {
        #[test]
        fn structure_is_what_going_byte_by_byte_finds(text in "[a-z\"\\\\{}\\[\\]:, \té\u{1}]{0,300}") {
            let mut structure = Structure::default();
            structure.read(text.as_bytes());
            let (marks, mut escaped, is_broken) = plainly(text.as_bytes());
            // A backslash at the very end escapes the blank that fills the last block.
            let end = u32::try_from(text.len()).unwrap();
            let behind: Vec<u32> = structure.escaped.all().iter().copied().filter(|at| *at < end).collect();
            escaped.retain(|at| *at < end);
            let marks_found = structure.marks.all().to_vec();
            prop_assert_eq!((marks_found, behind, structure.is_broken), (marks, escaped, is_broken));
        }

        #[test]
        fn blocks_are_what_their_bytes_are(bytes in proptest::collection::vec(any::<u8>(), STRIDE)) {
            let block: [u8; STRIDE] = bytes.try_into().unwrap();
            let (a, b) = (Bits::of(&block), Bits::one_by_one(&block));
            prop_assert_eq!(
                [a.quotes, a.backslashes, a.brackets, a.controls],
                [b.quotes, b.backslashes, b.brackets, b.controls]
            );
        }
    }
}
