//! `preaudit.lock`: exactly which packs judge, so that none changes unseen.

use super::files::PackFiles;
use super::manifest;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::signature::PublicKey;
use crate::source::Source;
use crate::toml_text;
use semver::Version;
use serde::Deserialize;
use std::fmt::Write as _;
use toml::Spanned;

/// The name of the file, beside `preaudit.toml`.
pub const LOCK_NAME: &str = "preaudit.lock";
/// The number of its format.
const FORMAT: u32 = 1;

/// The packs that `preaudit.lock` names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lock {
    packs: Vec<(Locked, Place)>,
}

/// One pack, exactly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Locked {
    /// Its id.
    pub id: String,
    /// Its version.
    pub version: Version,
    /// `sha256:…`, as reports name it.
    pub digest: String,
    /// Who signed it.
    pub key: Option<PublicKey>,
}

/// How a pack differs from the one that is locked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is a newer version by the same hand.
    Newer,
    /// It is an older version.
    Older,
    /// It has the same version and another digest.
    Digest,
    /// Somebody else signed it, or nobody.
    Key,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockText {
    version: Spanned<u32>,
    #[serde(default)]
    pack: Vec<LockedText>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LockedText {
    id: String,
    version: Spanned<String>,
    digest: Spanned<String>,
    key: Option<Spanned<String>>,
}

impl Lock {
    /// Reads the file.
    ///
    /// # Errors
    /// Everything that is wrong with it, each at its place.
    pub fn read(source: &Source) -> Result<Self, Vec<Diagnostic>> {
        let text: LockText = toml_text::read(source, Code::InvalidLock).map_err(|error| vec![error])?;
        if *text.version.get_ref() != FORMAT {
            let message = format!("this is no lock of format {FORMAT}, which this preaudit writes");
            return Err(vec![toml_text::wrong(source, Code::InvalidLock, &text.version, message)]);
        }
        let (mut packs, mut errors) = (Vec::new(), Vec::new());
        for pack in text.pack {
            match pack.read(source) {
                Ok(locked) => packs.push(locked),
                Err(error) => errors.push(error),
            }
        }
        if errors.is_empty() { Ok(Self { packs }) } else { Err(errors) }
    }

    /// The pack of this id, and where it is named.
    pub fn get(&self, id: &str) -> Option<&(Locked, Place)> {
        self.packs.iter().find(|(locked, _)| locked.id == id)
    }

    /// Names a pack, in place of what was named for its id.
    pub fn set(&mut self, locked: Locked) {
        self.packs.retain(|(known, _)| known.id != locked.id);
        self.packs.push((locked, Place::default()));
    }

    /// Forgets all packs but these.
    pub fn keep_only(&mut self, ids: &[String]) {
        self.packs.retain(|(known, _)| ids.contains(&known.id));
    }

    /// The text of the file, packs by id.
    pub fn text(&self) -> String {
        let mut packs: Vec<&Locked> = self.packs.iter().map(|(locked, _)| locked).collect();
        packs.sort_by(|a, b| a.id.cmp(&b.id));
        let mut text = format!(
            "# Exactly which packs judge here, written by `preaudit pack install` and `preaudit pack lock`.\n\
             # Keep it with preaudit.toml; a pack that is another one is refused.\nversion = {FORMAT}\n"
        );
        for Locked { id, version, digest, key } in packs {
            let _ =
                write!(text, "\n[[pack]]\nid = \"{id}\"\nversion = \"{version}\"\ndigest = \"{digest}\"\n");
            if let Some(key) = key {
                let _ = writeln!(text, "key = \"{key}\"");
            }
        }
        text
    }
}

impl LockedText {
    fn read(self, source: &Source) -> Result<(Locked, Place), Diagnostic> {
        let wrong = |value: &Spanned<String>, message: String| {
            toml_text::wrong(source, Code::InvalidLock, value, message)
        };
        let version = Version::parse(self.version.get_ref())
            .map_err(|_| wrong(&self.version, "a version has three numbers".to_owned()))?;
        let key = self.key.as_ref().map(|key| key.get_ref().parse().map_err(|error| wrong(key, error)));
        let place = source.span(self.digest.span()).place("locked here");
        let (id, digest) = (self.id, self.digest.into_inner());
        Ok((Locked { id, version, digest, key: key.transpose()? }, place))
    }
}

impl Locked {
    /// What would be locked of these files.
    ///
    /// # Errors
    /// When their manifest does not say which pack they are.
    pub fn of(pack: &PackFiles) -> Result<Self, Diagnostic> {
        let head = manifest::head(pack)?;
        Ok(Self { id: head.id, version: head.version, digest: pack.digest(), key: pack.signer })
    }

    /// How a pack that was found differs from this one; none where it is the one.
    pub fn change(&self, found: &Self) -> Option<Change> {
        match found.version.cmp(&self.version) {
            std::cmp::Ordering::Less => Some(Change::Older),
            _ if found.key != self.key && self.key.is_some() => Some(Change::Key),
            std::cmp::Ordering::Greater => Some(Change::Newer),
            std::cmp::Ordering::Equal if found.digest != self.digest => Some(Change::Digest),
            std::cmp::Ordering::Equal => None,
        }
    }
}

impl Change {
    /// Why a pack is not the one that is locked.
    pub fn told(self, locked: &Locked, found: &Locked) -> Diagnostic {
        let by = |key: Option<PublicKey>| key.map_or("nobody".to_owned(), |key| key.to_string());
        let Locked { id, version, .. } = found;
        let (code, why) = match self {
            Self::Newer => (Code::ChangedPack, format!("is newer than {}", locked.version)),
            Self::Older => (Code::DowngradedPack, format!("is older than {}", locked.version)),
            Self::Digest => (Code::ChangedPack, format!("is another one, {}", found.digest)),
            Self::Key => {
                (Code::BadSignature, format!("is signed by {}, and not by {}", by(found.key), by(locked.key)))
            }
        };
        let help = match self {
            Self::Newer => "`preaudit pack lock` writes the newer version down",
            Self::Older | Self::Digest | Self::Key => {
                "find out from whoever made the pack why; `preaudit pack lock --update` accepts it"
            }
        };
        Diagnostic::error(code, format!("pack {id} {version} {why}, which {LOCK_NAME} names")).help(help)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signature::SecretKey;

    fn locked(version: &str, digest: &str, key: u8) -> Locked {
        let key = (key > 0).then(|| SecretKey::of_seed(&[key; 32]).public());
        Locked { id: "acme".into(), version: version.parse().unwrap(), digest: digest.into(), key }
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut lock = Lock::default();
        lock.set(locked("1.2.0", "sha256:aa", 1));
        lock.set(Locked { id: "base".into(), ..locked("0.1.0", "sha256:bb", 0) });
        let read = Lock::read(&Source::new(LOCK_NAME, lock.text())).unwrap();
        assert_eq!(read.text(), lock.text());
        let (acme, place) = read.get("acme").unwrap();
        assert_eq!((acme, place.line), (&locked("1.2.0", "sha256:aa", 1), 8));
    }

    #[test]
    fn only_a_newer_version_by_the_same_hand_is_no_surprise() {
        let one = locked("1.2.0", "sha256:aa", 1);
        assert_eq!(one.change(&one), None);
        assert_eq!(one.change(&locked("1.3.0", "sha256:bb", 1)), Some(Change::Newer));
        assert_eq!(one.change(&locked("1.1.9", "sha256:bb", 1)), Some(Change::Older));
        assert_eq!(one.change(&locked("1.2.0", "sha256:bb", 1)), Some(Change::Digest));
        assert_eq!(one.change(&locked("1.3.0", "sha256:bb", 2)), Some(Change::Key));
        assert_eq!(one.change(&locked("1.2.0", "sha256:aa", 0)), Some(Change::Key));
        // Whoever never signed may begin to.
        assert_eq!(locked("1.2.0", "sha256:aa", 0).change(&one), None);
    }
}
