//! Partial results as bytes: a line that says what they are, a digest, and the rest.

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

/// Bytes of the digest.
const DIGEST: usize = 32;

/// What a file of partial results is for. The number changes when its form does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Frame {
    /// Kept for the next night.
    Cache,
    /// Handed to another machine.
    Shard,
}

impl Frame {
    fn line(self) -> &'static [u8] {
        match self {
            Self::Cache => b"preaudit-cache 1\n",
            Self::Shard => b"preaudit-partial 1\n",
        }
    }

    /// Bytes of these partial results; `None` where they cannot be written down.
    pub(super) fn seal(self, content: &impl Serialize) -> Option<Vec<u8>> {
        let mut bytes = self.line().to_vec();
        bytes.extend_from_slice(&[0; DIGEST]);
        let start = bytes.len();
        let mut bytes = postcard::to_extend(content, bytes).ok()?;
        let digest = Sha256::digest(&bytes[start..]);
        bytes[start - DIGEST..start].copy_from_slice(&digest);
        Some(bytes)
    }

    /// The partial results in these bytes; `None` for what is broken, or is something else.
    pub(super) fn open<T: DeserializeOwned>(self, bytes: &[u8]) -> Option<T> {
        let (digest, content) = bytes.strip_prefix(self.line())?.split_at_checked(DIGEST)?;
        if Sha256::digest(content).as_slice() != digest {
            return None;
        }
        postcard::from_bytes(content).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bit_counts() {
        let content = (7_u64, "eve".to_owned(), vec![Some(1_i128), None]);
        let bytes = Frame::Cache.seal(&content).unwrap();
        assert_eq!(Frame::Cache.open(&bytes), Some(content));
        assert_eq!(Frame::Shard.open::<(u64, String)>(&bytes), None);
        for at in 0..bytes.len() {
            let mut broken = bytes.clone();
            broken[at] ^= 1;
            assert_eq!(Frame::Cache.open::<(u64, String, Vec<Option<i128>>)>(&broken), None, "byte {at}");
            assert_eq!(Frame::Cache.open::<(u64, String, Vec<Option<i128>>)>(&bytes[..at]), None);
        }
    }
}
