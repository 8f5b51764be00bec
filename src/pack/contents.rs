//! What a pack says of itself: the sum of every file, the digest over them, and who signed that.

use super::files::{Bytes, PackFiles, sha256};
use super::manifest;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::signature::{Envelope, PublicKey, SecretKey, canonical};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The list of the files of a pack, within it.
pub(super) const CONTENTS: &str = "contents.json";
/// The signed list, within the pack.
pub(super) const SIGNATURE: &str = "signature.json";
/// The number of the format.
const SCHEMA: &str = "preaudit-pack/1";
/// What a signature over the list of a pack is over.
const PAYLOAD_TYPE: &str = "application/vnd.preaudit.pack+json";

/// What is in a pack; as canonical JSON it is what is signed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contents {
    /// `preaudit-pack/1`.
    pub schema: String,
    /// The pack.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The level of the engine that it is written for.
    pub api: u32,
    /// `sha256:…` over its files without the cases, as reports name it.
    pub digest: String,
    /// Every file, by path.
    pub files: Vec<Listed>,
}

/// A file of a pack.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Listed {
    /// Its path.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// SHA-256 of its bytes, in hexadecimal.
    pub sha256: String,
}

impl Contents {
    /// What is in these files.
    ///
    /// # Errors
    /// When their manifest does not say which pack they are.
    pub fn of(pack: &PackFiles) -> Result<Self, Diagnostic> {
        let head = manifest::head(pack)?;
        let listed = |(path, bytes): (&String, &Bytes)| Listed {
            path: path.clone(),
            bytes: bytes.len() as u64,
            sha256: sha256(bytes),
        };
        Ok(Self {
            schema: SCHEMA.to_owned(),
            id: head.id,
            version: head.version.to_string(),
            api: head.api,
            digest: pack.digest(),
            files: pack.files.iter().map(listed).collect(),
        })
    }

    fn by_path(&self) -> BTreeMap<&str, &Listed> {
        self.files.iter().map(|file| (file.path.as_str(), file)).collect()
    }

    /// The list and, under a key, the signature over it: the files that an archive holds besides those
    /// of the pack.
    ///
    /// # Errors
    /// Never in practice.
    pub(super) fn written(&self, key: Option<&SecretKey>) -> Result<Vec<(&'static str, Vec<u8>)>, String> {
        let list = canonical(self).map_err(|error| error.to_string())?;
        let mut files = Vec::new();
        if let Some(key) = key {
            let envelope = Envelope::sign(key, PAYLOAD_TYPE, &list);
            let json = envelope.to_json().map_err(|error| error.to_string())?;
            files.push((SIGNATURE, json.into_bytes()));
        }
        files.insert(0, (CONTENTS, list));
        Ok(files)
    }

    /// Holds files against the list and the signature that came with them, and says who signed. A pack
    /// that somebody works on has neither.
    ///
    /// # Errors
    /// When a file is not what was listed, or the list is not what was signed.
    pub(super) fn check(
        pack: &PackFiles,
        contents: Option<&[u8]>,
        signature: Option<&[u8]>,
    ) -> Result<Option<PublicKey>, Diagnostic> {
        if let Some(contents) = contents {
            compare(pack, CONTENTS, contents)?;
        }
        let Some(signature) = signature else { return Ok(None) };
        let refused = |reason: String| {
            let help = "get the pack anew from whoever made it; without its signature nobody answers for it";
            Diagnostic::error(Code::BadSignature, format!("{SIGNATURE}: {reason}")).help(help)
        };
        let (payload, signers) =
            Envelope::read(signature).and_then(|one| one.open(PAYLOAD_TYPE)).map_err(refused)?;
        compare(pack, SIGNATURE, &payload)?;
        Ok(signers.first().copied())
    }
}

/// Compares files with a list of them, and names the first one that differs.
fn compare(pack: &PackFiles, list: &str, json: &[u8]) -> Result<(), Diagnostic> {
    let differs = |reason: String| {
        let help = format!("get the pack anew, or take {list} away if you work on the pack yourself");
        Diagnostic::error(Code::ChangedPack, format!("the pack is not what its {list} says: {reason}"))
            .help(help)
    };
    let listed: Contents =
        serde_json::from_slice(json).map_err(|error| differs(format!("it is no list of a pack: {error}")))?;
    let found = Contents::of(pack)?;
    let (wanted, there) = (listed.by_path(), found.by_path());
    for (path, file) in &wanted {
        match there.get(path) {
            None => return Err(differs(format!("{} is missing", shown(path)))),
            Some(known) if known != file => return Err(differs(format!("{path} was changed"))),
            Some(_) => {}
        }
    }
    if let Some(more) = there.keys().find(|path| !wanted.contains_key(*path)) {
        return Err(differs(format!("{more} is not listed")));
    }
    if listed == found { Ok(()) } else { Err(differs("it names another pack, version or digest".to_owned())) }
}

/// A path of somebody else's list, safe to show.
fn shown(path: &str) -> String {
    path.chars().take(200).flat_map(char::escape_debug).collect()
}
