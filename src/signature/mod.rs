//! Signatures: who answers for bytes, in a form that other tools can check.
//!
//! Keys are Ed25519 (RFC 8032), as `openssl genpkey -algorithm ed25519` writes them. What is signed is
//! wrapped in a DSSE envelope, which says what the bytes are, and what is made to be signed is canonical
//! JSON, so that the same facts are the same bytes. Whom to believe is not said here: a signature shows
//! that the holder of a key signed, and whose key that is, people have to know.

mod envelope;
mod key;

pub use envelope::Envelope;
pub use key::{PublicKey, SecretKey};

use serde::Serialize;

/// A value as canonical JSON (RFC 8785): keys sorted, no blanks, numbers and texts written in one way.
///
/// # Errors
/// When the value holds what JSON cannot say, as a number that is none.
pub fn canonical<T: Serialize>(value: &T) -> Result<Vec<u8>, serde_json::Error> {
    serde_json_canonicalizer::to_vec(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_facts_are_the_same_bytes() {
        let one: serde_json::Value = serde_json::from_str("{ \"b\": 1.0, \"a\": [\"é\", 1e3] }").unwrap();
        assert_eq!(canonical(&one).unwrap(), "{\"a\":[\"é\",1000],\"b\":1}".as_bytes());
    }
}
