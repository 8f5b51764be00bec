//! Values that are kept: never longer than a name has reason to be.

use crate::pack::hex;
use sha2::{Digest, Sha256};
use std::borrow::Cow;

/// Bytes of a value that are kept as they stand.
const LONGEST: usize = 400;
/// Bytes of a longer value that are kept besides its digest.
const BEGINNING: usize = 200;

/// A value as it is kept: itself, or where it is longer than any name its beginning and half of its
/// SHA-256, so that two different values stay two.
pub(in crate::scan) fn short(value: &str) -> Cow<'_, str> {
    if value.len() <= LONGEST {
        return Cow::Borrowed(value);
    }
    let end = (0..=BEGINNING).rev().find(|&end| value.is_char_boundary(end)).unwrap_or(0);
    let digest = hex(&Sha256::digest(value.as_bytes()));
    Cow::Owned(format!("{}… sha256:{}", &value[..end], &digest[..32]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_values_stay_different_and_become_short() {
        let long = |end: char| format!("{}{end}", "ä".repeat(1_000));
        assert_ne!(short(&long('a')), short(&long('b')));
        assert!(short(&long('a')).len() < LONGEST && short(&long('a')).starts_with("ää"));
        assert_eq!(short(&"x".repeat(LONGEST)), "x".repeat(LONGEST));
    }
}
