//! The words of JSON: keys that are known, escapes, numbers and literals.

/// A short text that is compared often: eight bytes at once, from its start and from its end.
pub(super) struct Text {
    pub(super) bytes: Box<[u8]>,
    head: u64,
    /// The bytes of the head that count.
    mask: u64,
    tail: u64,
}

impl Text {
    /// This text.
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        let padded = [&bytes[..], &[0; 8]].concat();
        let mask = if bytes.len() < 8 { (1 << (8 * bytes.len())) - 1 } else { u64::MAX };
        let head = word(&padded, 0).unwrap_or_default() & mask;
        let tail = word(&padded, bytes.len().saturating_sub(8)).unwrap_or_default();
        Self { bytes: bytes.into(), head, mask, tail }
    }

    /// A text that stands nowhere.
    pub(super) fn never() -> Self {
        Self { bytes: Box::default(), head: 1, mask: 0, tail: 0 }
    }

    /// True when it stands here.
    #[inline]
    pub(super) fn is_at(&self, bytes: &[u8], at: usize) -> bool {
        let length = self.bytes.len();
        let Some(head) = word(bytes, at) else {
            return length > 0 && bytes.get(at..at + length) == Some(&self.bytes);
        };
        if head & self.mask != self.head || length <= 8 {
            return head & self.mask == self.head;
        }
        word(bytes, at + length - 8) == Some(self.tail)
            && (length <= 16 || bytes[at + 8..at + length - 8] == self.bytes[8..length - 8])
    }
}

/// Eight bytes as a number.
#[inline]
fn word(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..)?.first_chunk().map(|chunk| u64::from_le_bytes(*chunk))
}

/// True when all escapes of a text are those of JSON.
pub(super) fn escapes_are_known(bytes: &[u8], escaped: &[u32]) -> bool {
    escaped.iter().all(|&at| {
        let rest = bytes.get(at as usize..).unwrap_or_default();
        match rest {
            [b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't', ..] => true,
            [b'u', digits @ ..] => digits.len() >= 4 && digits[..4].iter().all(u8::is_ascii_hexdigit),
            _ => false,
        }
    })
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
