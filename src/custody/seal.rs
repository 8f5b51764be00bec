//! The seal of a report: an in-toto statement about its canonical JSON, in a signed envelope.
//!
//! The statement has the predicate of compliance-trestle's `trestle verify`, so that somebody who has
//! never heard of preaudit can check it: the digest is one of the canonical form (RFC 8785), so blanks
//! and the order of keys do not matter.

use crate::pack::hex;
use crate::report::Report;
use crate::signature::{Envelope, PublicKey, SecretKey, canonical};
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What the payload of an envelope is.
const PAYLOAD: &str = "application/vnd.in-toto+json";
/// The version of statements.
const STATEMENT: &str = "https://in-toto.io/Statement/v1";
/// What is said of the subject: that this is the digest of its canonical JSON.
const PREDICATE: &str = "https://oscal-compass.github.io/compliance-trestle/predicates/oscal-signing/v1";

/// When a file of the evidence was last changed, as the system says it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FileTime {
    /// Path relative to the scanned folder.
    pub file: String,
    /// The time, in UTC.
    pub modified: String,
}

/// Seals a report, or any other JSON that was made from one, under the name of its file.
///
/// # Errors
/// When it is no JSON, in words.
pub fn seal(name: &str, text: &[u8], times: &[FileTime], key: &SecretKey) -> Result<Envelope, String> {
    let mut predicate = json!({
        "canonicalization": "RFC8785",
        "digestAlgorithm": "sha256",
        "digestSource": "canonical-json",
        "tool": concat!("preaudit ", env!("CARGO_PKG_VERSION")),
    });
    if let Ok(report) = serde_json::from_slice::<Report>(text) {
        predicate["report"] = json!({
            "organization": report.organization,
            "asOf": report.as_of,
            "stage": report.stage,
            "verdict": report.verdict.state.name(),
        });
    }
    if !times.is_empty() {
        predicate["evidence"] = serde_json::to_value(times).map_err(|error| error.to_string())?;
    }
    let statement = json!({
        "_type": STATEMENT,
        "subject": [{ "name": name, "digest": { "sha256": digest(text)? } }],
        "predicateType": PREDICATE,
        "predicate": predicate,
    });
    let payload = canonical(&statement).map_err(|error| error.to_string())?;
    Ok(Envelope::sign(key, PAYLOAD, &payload))
}

/// Who sealed this text.
///
/// # Errors
/// Why the seal does not hold, a lower-case fragment.
pub fn open(seal: &Envelope, text: &[u8]) -> Result<Vec<PublicKey>, String> {
    let (payload, signers) = seal.open(PAYLOAD)?;
    let statement: Value =
        serde_json::from_slice(&payload).map_err(|_| "what it signs is no statement".to_owned())?;
    if statement["_type"] != STATEMENT || statement["predicateType"] != PREDICATE {
        return Err("what it signs is no statement about a report".to_owned());
    }
    match statement["subject"][0]["digest"]["sha256"].as_str() {
        Some(sealed) if sealed == digest(text)? => Ok(signers),
        _ => Err("it was made for another text than this one".to_owned()),
    }
}

/// SHA-256 of the canonical form of a JSON text.
fn digest(text: &[u8]) -> Result<String, String> {
    let value: Value = serde_json::from_slice(text).map_err(|error| format!("it is no JSON: {error}"))?;
    let canonical = canonical(&value).map_err(|error| error.to_string())?;
    Ok(hex(&Sha256::digest(canonical)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seal_holds_for_the_same_facts_and_for_no_others() {
        let key = SecretKey::of_seed(&[5; 32]);
        let seal = seal("a.json", b"{\"a\": 1, \"b\": [true]}", &[], &key).unwrap();
        assert_eq!(open(&seal, b"{\"b\":[true],\"a\":1}").unwrap(), [key.public()]);
        assert!(open(&seal, b"{\"a\": 2, \"b\": [true]}").unwrap_err().contains("another text"));
        assert!(open(&seal, b"no json").unwrap_err().contains("no JSON"));
        let other = Envelope::sign(&key, PAYLOAD, b"{}");
        assert!(open(&other, b"{}").unwrap_err().contains("no statement about"));
    }
}
