//! Whom the organization trusts: the packs whose scripts run within the program itself. Those of
//! strangers are asked in a process that can do nothing else.

use super::Pack;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::signature::PublicKey;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// Which packs from outside are trusted.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// All of them.
    everything: bool,
    digests: Vec<String>,
    keys: Vec<PublicKey>,
}

/// The part of `preaudit.toml` that says so.
#[derive(Deserialize, JsonSchema)]
struct WorkspaceText {
    /// Packs that may run their scripts.
    #[serde(default)]
    trust: TrustText,
}

/// `[trust]` of `preaudit.toml`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TrustText {
    /// Digests of packs, as `sha256:…`.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    packs: Vec<Spanned<String>>,
    /// Public keys of those who sign packs.
    #[serde(default)]
    #[schemars(with = "Vec<String>")]
    keys: Vec<Spanned<String>>,
}

impl Trust {
    /// Trusts every pack, as whoever works on them does.
    pub fn everything() -> Self {
        Self { everything: true, ..Self::default() }
    }

    /// Reads whom `preaudit.toml` trusts; nobody where there is none.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn read(workspace: Option<&Source>) -> Result<Self, Vec<Diagnostic>> {
        let Some(source) = workspace else { return Ok(Self::default()) };
        let text: WorkspaceText =
            toml_text::read(source, Code::InvalidWorkspace).map_err(|error| vec![error])?;
        let (mut trust, mut errors) = (Self::default(), Vec::new());
        for digest in text.trust.packs {
            let is_digest = digest.get_ref().strip_prefix("sha256:").is_some_and(|hex| hex.len() == 64);
            if !is_digest {
                let message = "a pack is trusted by its digest, `sha256:` and 64 hexadecimal digits";
                errors.push(wrong(source, Code::InvalidWorkspace, &digest, message));
            }
            trust.digests.push(digest.into_inner());
        }
        for key in text.trust.keys {
            match key.get_ref().parse() {
                Ok(read) => trust.keys.push(read),
                Err(error) => errors.push(wrong(source, Code::InvalidWorkspace, &key, error)),
            }
        }
        if errors.is_empty() { Ok(trust) } else { Err(errors) }
    }

    /// True for the pack in the binary, and for one that is trusted by its digest or by who signed it.
    pub fn covers(&self, pack: &Pack) -> bool {
        let is_listed = self.digests.contains(&pack.digest);
        let is_known = pack.signer.is_some_and(|key| self.keys.contains(&key));
        pack.is_built_in || self.everything || is_listed || is_known
    }
}
