//! Keys on the command line.

use super::place::read_text;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::signature::{PublicKey, SecretKey};
use crate::world::Disk;
use std::path::Path;

/// A key as one word, or the file that holds it.
#[derive(Clone, Debug)]
pub(super) struct KeyArgument(String);

impl std::str::FromStr for KeyArgument {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

impl KeyArgument {
    /// The public key.
    ///
    /// # Errors
    /// When there is no such file, or it holds no such key.
    pub(super) fn read(&self, disk: &Disk) -> Result<PublicKey, Vec<Diagnostic>> {
        if let Ok(key) = self.0.parse() {
            return Ok(key);
        }
        let path = Path::new(&self.0);
        let text = read_text(path, self.0.clone(), disk)?;
        PublicKey::read(text.text()).map_err(|reason| vec![bad_key(path, &reason)])
    }
}

/// The secret key in a file.
///
/// # Errors
/// When there is none, in words.
pub(super) fn secret_key(path: &Path, disk: &Disk) -> Result<SecretKey, Vec<Diagnostic>> {
    let text = read_text(path, path.display().to_string(), disk)?;
    SecretKey::read(text.text()).map_err(|reason| vec![bad_key(path, &reason)])
}

/// That a file holds no key that is meant.
pub(super) fn bad_key(path: &Path, reason: &str) -> Diagnostic {
    let shown = path.display().to_string();
    Diagnostic::error(Code::BadSignature, format!("{shown}: {reason}")).at(Place::whole(&shown, "this key"))
}
