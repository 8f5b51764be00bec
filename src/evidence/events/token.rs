//! The words of JSON: keys that are known, texts and their escapes, numbers and literals.

use wide::u8x16;

/// True when a text begins with another, compared many bytes at once.
#[inline]
pub(super) fn begins_with(bytes: &[u8], text: &[u8]) -> bool {
    let Some(here) = bytes.get(..text.len()) else { return false };
    match (here.last_chunk::<16>(), text.last_chunk::<16>()) {
        (Some(a), Some(b)) => {
            let chunks = here.as_chunks::<16>().0.iter().zip(text.as_chunks::<16>().0);
            { chunks }.all(|(a, b)| a == b) && a == b
        }
        _ => match (here.first_chunk::<8>(), text.first_chunk::<8>()) {
            (Some(a), Some(b)) => a == b && here.last_chunk::<8>() == text.last_chunk::<8>(),
            _ => match (here.first_chunk::<4>(), text.first_chunk::<4>()) {
                (Some(a), Some(b)) => a == b && here.last_chunk::<4>() == text.last_chunk::<4>(),
                _ => here.iter().zip(text).all(|(a, b)| a == b),
            },
        },
    }
}

/// True when all escapes of a text are those of JSON.
pub(super) fn escapes_are_known(bytes: &[u8], escaped: &[u32]) -> bool {
    escaped.iter().all(|&at| bytes.get(at as usize..).and_then(escape_length).is_some())
}

/// Bytes of the escape that a text begins with, behind its backslash.
fn escape_length(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => Some(1),
        [b'u', digits @ ..] => digits.first_chunk::<4>()?.iter().all(u8::is_ascii_hexdigit).then_some(5),
        _ => None,
    }
}

/// Where the text ends whose inside begins here, and whether it holds escapes; `None` for one that does
/// not end, or holds what no text of JSON may hold.
#[inline]
pub(super) fn text_end(bytes: &[u8], at: usize) -> Option<(usize, bool)> {
    // Most are short and plain.
    if let Some(chunk) = bytes.get(at..)?.first_chunk() {
        let end = special(chunk).trailing_zeros() as usize;
        if end < CHUNK && chunk[end] == b'"' {
            return Some((at + end, false));
        }
    }
    long_text_end(bytes, at)
}

fn long_text_end(bytes: &[u8], mut at: usize) -> Option<(usize, bool)> {
    let mut has_escapes = false;
    loop {
        let rest = bytes.get(at..)?;
        at += match rest.first_chunk() {
            Some(chunk) => match special(chunk) {
                0 => {
                    at += CHUNK;
                    continue;
                }
                bits => bits.trailing_zeros() as usize,
            },
            None => rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1f))?,
        };
        match bytes[at] {
            b'"' => return Some((at, has_escapes)),
            b'\\' => {
                has_escapes = true;
                at += 1 + escape_length(bytes.get(at + 1..)?)?;
            }
            _ => return None,
        }
    }
}

/// Bytes that are looked at at once.
const CHUNK: usize = 32;

/// The quotes, backslashes and control characters of a chunk, a bit each.
#[inline]
fn special(chunk: &[u8; CHUNK]) -> u32 {
    let of_half = |half: &[u8; 16]| {
        let bytes = u8x16::new(*half);
        let is = |byte| bytes.simd_eq(u8x16::splat(byte));
        (is(b'"') | is(b'\\') | bytes.simd_le(u8x16::splat(0x1f))).to_bitmask()
    };
    let [first, second] = chunk.as_chunks().0 else { return 0 };
    of_half(first) | of_half(second) << 16
}

/// Bytes of the number, `true`, `false` or `null` that a text begins with.
pub(super) fn plain_length(bytes: &[u8]) -> Option<usize> {
    match bytes.first()? {
        b't' => bytes.starts_with(b"true").then_some(4),
        b'f' => bytes.starts_with(b"false").then_some(5),
        b'n' => bytes.starts_with(b"null").then_some(4),
        _ => number_length(bytes),
    }
}

/// Bytes of the number that a text begins with (RFC 8259, section 6).
fn number_length(bytes: &[u8]) -> Option<usize> {
    let digits = |from: usize| bytes[from..].iter().take_while(|byte| byte.is_ascii_digit()).count();
    let mut at = usize::from(bytes.first() == Some(&b'-'));
    let whole = digits(at);
    if whole == 0 || (whole > 1 && bytes[at] == b'0') {
        return None;
    }
    at += whole;
    if bytes.get(at) == Some(&b'.') {
        let fraction = digits(at + 1);
        at += 1 + fraction;
        if fraction == 0 {
            return None;
        }
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        let sign = usize::from(matches!(bytes.get(at + 1), Some(b'+' | b'-')));
        let exponent = digits(at + 1 + sign);
        at += 1 + sign + exponent;
        if exponent == 0 {
            return None;
        }
    }
    Some(at)
}
