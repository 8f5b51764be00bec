//! The files of a pack: what may be among them, and what they come to.

use crate::signature::PublicKey;
use sha2::{Digest, Sha256};
use std::borrow::Cow;
use std::collections::BTreeMap;

/// No file of a pack may be larger.
pub(super) const LARGEST: u64 = 4 << 20;
/// All files of a pack together may not be larger.
pub(super) const LARGEST_PACK: u64 = 64 << 20;
/// A pack may hold so many files; the built-in one holds 5,000.
pub(super) const MOST_FILES: usize = 20_000;
/// Where the cases of rules are.
pub(super) const CASES: &str = "tests/";
/// The longest path of a file of a pack, in bytes.
const LONGEST_PATH: usize = 200;

/// What is in a file of a pack; of the built-in one it stands in the binary.
pub type Bytes = Cow<'static, [u8]>;

/// The files of a pack, by path, and who signed them.
#[derive(Clone, Debug, Default)]
pub struct PackFiles {
    /// Bytes by path relative to the pack's folder. What says what is in the pack is none of them.
    pub files: BTreeMap<String, Bytes>,
    /// Who signed them, when somebody did.
    pub signer: Option<PublicKey>,
}

impl PackFiles {
    /// The id that its manifest gives, however wrong the rest of it may be.
    pub(super) fn id(&self) -> Option<String> {
        let manifest = std::str::from_utf8(self.files.get("pack.toml")?).ok()?;
        Some(manifest.parse::<toml::Table>().ok()?.get("id")?.as_str()?.to_owned())
    }

    /// SHA-256 over everything that can change what the pack says; its cases cannot. It is taken over
    /// lines as `sha256sum` prints them, in the order of the paths, so that it can be had by hand.
    pub fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| !path.starts_with(CASES)) {
            hash.update(format!("{}  {path}\n", sha256(bytes)));
        }
        format!("sha256:{}", hex(&hash.finalize()))
    }
}

/// What is left of what a pack may hold.
#[derive(Debug, Default)]
pub(super) struct Room {
    files: usize,
    bytes: u64,
}

impl Room {
    /// Takes a file in.
    ///
    /// # Errors
    /// When it is too large, or there are too many; a lower-case fragment.
    pub(super) fn take(&mut self, path: &str, bytes: u64) -> Result<(), String> {
        self.files += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if bytes > LARGEST {
            return Err(format!("{path} is larger than {} MiB", LARGEST >> 20));
        }
        if self.files > MOST_FILES || self.bytes > LARGEST_PACK {
            let limits = format!("{MOST_FILES} files or {} MiB", LARGEST_PACK >> 20);
            return Err(format!("a pack holds at most {limits}"));
        }
        Ok(())
    }
}

/// Checks that a path leads to one file below a pack's folder, on every system.
///
/// # Errors
/// Why it does not, a lower-case fragment.
pub(super) fn check_path(path: &str) -> Result<(), String> {
    let is_plain = |part: &str| {
        let signs = |c: char| c.is_control() || matches!(c, '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|');
        !part.is_empty() && !part.starts_with('.') && !part.ends_with(['.', ' ']) && !part.contains(signs)
    };
    let shown: String = path.chars().take(80).flat_map(char::escape_debug).collect();
    if path.len() > LONGEST_PATH {
        return Err(format!("the path `{shown}…` is longer than {LONGEST_PATH} bytes"));
    }
    if path.split('/').all(is_plain) { Ok(()) } else { Err(format!("`{shown}` is no path within a pack")) }
}

/// What is said of a link, device or pipe.
pub(super) fn no_file(path: &str) -> String {
    format!("{path} is a link or a special file; a pack holds files only")
}

/// SHA-256 of bytes, in hexadecimal.
pub(super) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_never_leads_out_of_a_pack() {
        for path in ["pack.toml", "rules/people/a-rule.toml", "tests/a/minor-b/Zugänge 2026.csv"] {
            assert_eq!(check_path(path), Ok(()), "{path}");
        }
        for path in [
            "",
            "/etc/passwd",
            "../x",
            "rules/../../x",
            "rules//x",
            "rules\\..\\x",
            "C:/x",
            "./x",
            ".git/config",
            "rules/x. ",
            "a\u{1b}[2J",
            "a\0b",
            &"x/".repeat(150),
        ] {
            assert!(check_path(path).is_err(), "{path:?}");
        }
    }

    /// `printf '%s  %s\n' …` of both files, and `sha256sum` over it.
    #[test]
    fn the_digest_is_one_of_sums() {
        let file = |path: &str, text: &str| (path.to_owned(), text.as_bytes().to_vec().into());
        let files = [file("pack.toml", "a"), file("rules/b.toml", "b"), file("tests/x", "c")].into();
        let pack = PackFiles { files, signer: None };
        assert_eq!(pack.digest(), "sha256:ddbcd5417f3fcc9bc09f2f33eaa3492b3a52845507ad1dceb414f94bc5af39a9");
    }
}
