//! DSSE, the Dead Simple Signing Envelope (secure-systems-lab/dsse, version 1.0): a payload, what it is,
//! and who signed both.

use super::key::{PublicKey, SecretKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

/// A payload with the signatures over it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Envelope {
    /// The payload in base64.
    payload: String,
    /// What it is, a media type.
    payload_type: String,
    /// The signatures over type and payload.
    signatures: Vec<EnvelopeSignature>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct EnvelopeSignature {
    /// The key that signed, as one word, so that the envelope can be checked alone.
    keyid: String,
    /// The signature in base64.
    sig: String,
}

impl Envelope {
    /// Signs a payload of this type.
    pub fn sign(key: &SecretKey, payload_type: &str, payload: &[u8]) -> Self {
        let sig = STANDARD.encode(key.sign(&encoded(payload_type, payload)));
        Self {
            payload: STANDARD.encode(payload),
            payload_type: payload_type.to_owned(),
            signatures: vec![EnvelopeSignature { keyid: key.public().to_string(), sig }],
        }
    }

    /// Reads an envelope from JSON.
    ///
    /// # Errors
    /// Why it is none, a lower-case fragment.
    pub fn read(json: &[u8]) -> Result<Self, String> {
        serde_json::from_slice(json).map_err(|error| format!("it is no signed envelope: {error}"))
    }

    /// The envelope as JSON, with a line end behind it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string_pretty(self).map(|json| json + "\n")
    }

    /// The payload and who signed it, when it is of this type and every signature holds.
    ///
    /// # Errors
    /// Why it cannot be believed, a lower-case fragment.
    pub fn open(&self, payload_type: &str) -> Result<(Vec<u8>, Vec<PublicKey>), String> {
        if self.payload_type != payload_type {
            return Err(format!("it signs `{}`, wanted is `{payload_type}`", self.payload_type));
        }
        if self.signatures.is_empty() {
            return Err("nobody signed it".to_owned());
        }
        let payload =
            STANDARD.decode(&self.payload).map_err(|_| "its payload is not in base64".to_owned())?;
        let encoded = encoded(payload_type, &payload);
        let signer = |signature: &EnvelopeSignature| {
            let key: PublicKey = signature.keyid.parse()?;
            let bytes = STANDARD.decode(&signature.sig).unwrap_or_default();
            let holds = key.signed(&encoded, &bytes);
            holds.then_some(key).ok_or_else(|| format!("the signature of {key} does not hold"))
        };
        let signers: Result<Vec<PublicKey>, String> = self.signatures.iter().map(signer).collect();
        Ok((payload, signers?))
    }
}

/// What is signed: `PAE(type, body)` of the DSSE protocol, in which no byte can move from one to the other.
fn encoded(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let mut bytes = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len()).into_bytes();
    bytes.extend_from_slice(payload);
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    const TYPE: &str = "application/example";

    fn envelope() -> Envelope {
        Envelope::sign(&SecretKey::of_seed(&[3; 32]), TYPE, b"{\"a\":1}")
    }

    /// The test vector of the protocol (dsse, protocol.md).
    #[test]
    fn what_is_signed_is_what_the_protocol_says() {
        assert_eq!(
            encoded("http://example.com/HelloWorld", b"hello world"),
            b"DSSEv1 29 http://example.com/HelloWorld 11 hello world"
        );
    }

    #[test]
    fn an_envelope_opens_for_whom_it_is_meant() {
        let read = Envelope::read(envelope().to_json().unwrap().as_bytes()).unwrap();
        let (payload, signers) = read.open(TYPE).unwrap();
        assert_eq!(payload, b"{\"a\":1}");
        assert_eq!(signers, [SecretKey::of_seed(&[3; 32]).public()]);
        assert!(read.open("application/other").unwrap_err().contains("application/other"));
    }

    #[test]
    fn one_changed_letter_and_nobody_signed() {
        let changed = Envelope { payload: STANDARD.encode(b"{\"a\":2}"), ..envelope() };
        assert!(changed.open(TYPE).unwrap_err().contains("does not hold"));
        let mut other = envelope();
        other.signatures[0].keyid = SecretKey::of_seed(&[4; 32]).public().to_string();
        assert!(other.open(TYPE).is_err());
        let unsigned = Envelope { signatures: Vec::new(), ..envelope() };
        assert_eq!(unsigned.open(TYPE).unwrap_err(), "nobody signed it");
        assert!(Envelope::read(b"{}").is_err());
    }
}
