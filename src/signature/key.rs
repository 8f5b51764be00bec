//! Ed25519 keys, as PEM files and as one word.

use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, DecodePublicKey, EncodePrivateKey, EncodePublicKey};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::fmt;
use std::str::FromStr;

/// What a key written as one word begins with.
const PREFIX: &str = "ed25519:";

/// The half of a key that everyone may know, as `ed25519:` with 64 hexadecimal digits behind it.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct PublicKey(VerifyingKey);

/// The half of a key that signs. It is never printed.
pub struct SecretKey(SigningKey);

impl PublicKey {
    /// Reads a public key from PEM, as `openssl pkey -pubout` writes it, or as one word.
    ///
    /// # Errors
    /// Why the text is no such key, a lower-case fragment.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.trim_start().starts_with(PREFIX) {
            return text.trim().parse();
        }
        if text.contains("PRIVATE KEY") {
            return Err("this is a secret key; its public half is wanted here".to_owned());
        }
        let key = VerifyingKey::from_public_key_pem(text.trim());
        key.map(Self).map_err(|_| "this is no public Ed25519 key in PEM".to_owned())
    }

    /// True when the holder of this key signed these bytes. Signatures that more than one key or more
    /// than one message could have are none.
    pub fn signed(&self, bytes: &[u8], signature: &[u8]) -> bool {
        let signature = Signature::from_slice(signature);
        signature.is_ok_and(|signature| self.0.verify_strict(bytes, &signature).is_ok())
    }

    /// The key as PEM.
    ///
    /// # Errors
    /// Never in practice.
    pub fn to_pem(self) -> Result<String, String> {
        self.0.to_public_key_pem(LineEnding::LF).map_err(|error| error.to_string())
    }
}

impl SecretKey {
    /// Reads a secret key from PEM (PKCS#8), as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// Why the text is no such key, a lower-case fragment.
    pub fn read(text: &str) -> Result<Self, String> {
        if text.contains("ENCRYPTED") {
            return Err("the key is locked with a password; `openssl pkey -in KEY -out OPEN` opens it".into());
        }
        let key = SigningKey::from_pkcs8_pem(text.trim());
        key.map(Self).map_err(|_| {
            "this is no secret Ed25519 key in PEM; `openssl genpkey -algorithm ed25519` makes one".to_owned()
        })
    }

    /// The key that these random bytes are.
    pub fn of_seed(seed: &[u8; 32]) -> Self {
        Self(SigningKey::from_bytes(seed))
    }

    /// The half that everyone may know.
    pub fn public(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature over these bytes; the same bytes always get the same.
    pub fn sign(&self, bytes: &[u8]) -> Vec<u8> {
        self.0.sign(bytes).to_bytes().to_vec()
    }

    /// The key as PEM, to be kept where nobody else reads it.
    ///
    /// # Errors
    /// Never in practice.
    pub fn to_pem(&self) -> Result<String, String> {
        let pem = self.0.to_pkcs8_pem(LineEnding::LF).map_err(|error| error.to_string())?;
        Ok(pem.to_string())
    }
}

impl FromStr for PublicKey {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no key; write one such as {PREFIX} and 64 hexadecimal digits");
        let digits = text.strip_prefix(PREFIX).filter(|digits| digits.len() == 64 && digits.is_ascii());
        let digits = digits.ok_or_else(wrong)?;
        let mut bytes = [0; 32];
        for (at, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(&digits[2 * at..2 * at + 2], 16).map_err(|_| wrong())?;
        }
        VerifyingKey::from_bytes(&bytes).ok().filter(|key| !key.is_weak()).map(Self).ok_or_else(wrong)
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(PREFIX)?;
        self.0.as_bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "secret half of {}", self.public())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made by `openssl genpkey -algorithm ed25519` and `openssl pkey -pubout` (OpenSSL 3.0).
    const SECRET: &str = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIGyvKn5AKTpT+bVds77X7QZQfaPDHqGr3lvoSKvrPGbF\n-----END PRIVATE KEY-----\n";
    const PUBLIC: &str = "-----BEGIN PUBLIC KEY-----\nMCowBQYDK2VwAyEAmBhQ/1arSlb4ebL7fLiOZbA9ceiYKXLPsEmG8I6B3Yo=\n-----END PUBLIC KEY-----\n";

    #[test]
    fn keys_of_openssl_are_read() {
        let secret = SecretKey::read(SECRET).unwrap();
        let public = PublicKey::read(PUBLIC).unwrap();
        assert_eq!(secret.public(), public);
        assert_eq!(public.to_string().parse(), Ok(public));
        assert_eq!(public.to_pem().unwrap(), PUBLIC);
    }

    #[test]
    fn a_key_that_is_written_is_read_again() {
        let secret = SecretKey::of_seed(&[7; 32]);
        assert_eq!(SecretKey::read(&secret.to_pem().unwrap()).unwrap().public(), secret.public());
    }

    /// RFC 8032, 7.1, TEST 2.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let bytes = |hex: &str| -> Vec<u8> {
            (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect()
        };
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let secret = SecretKey::of_seed(&seed.try_into().unwrap());
        let signature = secret.sign(&[0x72]);
        assert_eq!(
            signature,
            bytes(
                "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
                 085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
            )
        );
        assert!(secret.public().signed(&[0x72], &signature));
        assert!(!secret.public().signed(&[0x73], &signature));
        assert!(!SecretKey::of_seed(&[1; 32]).public().signed(&[0x72], &signature));
    }

    #[test]
    fn what_is_no_key_is_refused_in_words() {
        assert!(PublicKey::read(SECRET).unwrap_err().contains("secret"));
        assert!(SecretKey::read(PUBLIC).unwrap_err().contains("openssl genpkey"));
        for text in ["ed25519:00", "ed25519:é", &format!("ed25519:{}", "0".repeat(64))] {
            assert!(text.parse::<PublicKey>().is_err(), "{text}");
        }
    }
}
