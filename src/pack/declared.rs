//! The packs that `preaudit.toml` names, and where they lie.

use super::archive::ENDING;
use super::files::PackFiles;
use super::lock::{Lock, Locked};
use super::manifest::is_id;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use crate::world::World;
use schemars::JsonSchema;
use semver::{Version, VersionReq};
use serde::Deserialize;
use std::collections::BTreeSet;
use std::fmt::Display;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// Where packs are installed, beside `preaudit.toml`.
pub const INSTALLED: &str = ".preaudit/packs";

/// A pack that `preaudit.toml` names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Declared {
    /// Its id.
    pub id: String,
    /// The versions that will do.
    pub wants: VersionReq,
    /// The folder or archive it lies in.
    pub at: PathBuf,
    /// Where `preaudit.toml` names it.
    pub place: Place,
    /// What `preaudit.lock` says of it, and where.
    pub locked: Option<(Locked, Place)>,
}

/// The part of `preaudit.toml` that names packs.
#[derive(Deserialize, JsonSchema)]
struct WorkspaceText {
    /// Packs that judge beside the built-in one.
    #[serde(default)]
    pack: Vec<DeclaredText>,
}

/// One `[[pack]]` of `preaudit.toml`.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeclaredText {
    /// Its id.
    #[schemars(with = "String")]
    id: Spanned<String>,
    /// The versions that will do, as `1.2` or `>=1.2, <3`.
    #[schemars(with = "Option<String>")]
    version: Option<Spanned<String>>,
    /// Where it lies, from the folder of `preaudit.toml`.
    #[schemars(with = "Option<String>")]
    path: Option<Spanned<String>>,
}

/// Finds the packs that `preaudit.toml` names, in its order: each in its `path`, else the version that is
/// locked, else the newest one that is installed and will do.
///
/// # Errors
/// Everything that is wrong with what it says, and every pack that is not there, each at its place.
pub fn declared(
    workspace: &Source,
    lock: &Lock,
    home: &Path,
    world: &dyn World,
) -> Result<Vec<Declared>, Vec<Diagnostic>> {
    declared_but("", workspace, lock, (home, world)).map(|found| found.into_iter().flatten().collect())
}

/// The same, with nothing in place of the pack of this id, which need not be there yet.
///
/// # Errors
/// As [`declared`].
pub fn declared_but(
    id: &str,
    workspace: &Source,
    lock: &Lock,
    (home, world): (&Path, &dyn World),
) -> Result<Vec<Option<Declared>>, Vec<Diagnostic>> {
    let text = read(workspace)?;
    let finder = Finder { workspace, lock, home, world };
    let (mut found, mut errors, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for one in text.pack {
        if !seen.insert(one.id.get_ref().clone()) {
            errors.push(finder.wrong(&one.id, format!("pack {} is named twice", one.id.get_ref())));
        } else if one.id.get_ref() == id {
            found.push(None);
        } else {
            match finder.find(&one) {
                Ok(declared) => found.push(Some(declared)),
                Err(error) => errors.push(error),
            }
        }
    }
    if errors.is_empty() { Ok(found) } else { Err(errors) }
}

/// Says whether `preaudit.toml` names a pack as one that is installed.
///
/// # Errors
/// When it names another version of it, or another place, there.
pub fn is_wanted(workspace: &Source, id: &str, version: &Version) -> Result<bool, Vec<Diagnostic>> {
    let text = read(workspace)?;
    let Some(named) = text.pack.iter().find(|pack| pack.id.get_ref() == id) else { return Ok(false) };
    let refuse = |value: &Spanned<String>, message: String, help: &str| {
        Err(vec![wrong(workspace, Code::InvalidWorkspace, value, message).help(help)])
    };
    if let Some(path) = &named.path {
        let message = format!("pack {id} is taken from `{}`, not from {INSTALLED}", path.get_ref());
        return refuse(path, message, "take `path` away to use what is installed");
    }
    match &named.version {
        Some(wants) if !VersionReq::parse(wants.get_ref()).is_ok_and(|wants| wants.matches(version)) => {
            let message = format!("{id} {} is wanted here, and this is {version}", wants.get_ref());
            refuse(wants, message, "change the version here if you mean this one")
        }
        _ => Ok(true),
    }
}

fn read(workspace: &Source) -> Result<WorkspaceText, Vec<Diagnostic>> {
    toml_text::read(workspace, Code::InvalidWorkspace).map_err(|error| vec![error])
}

struct Finder<'a> {
    workspace: &'a Source,
    lock: &'a Lock,
    home: &'a Path,
    world: &'a dyn World,
}

impl Finder<'_> {
    fn find(&self, text: &DeclaredText) -> Result<Declared, Diagnostic> {
        let id = text.id.get_ref().clone();
        if !is_id(&id) {
            return Err(self.wrong(&text.id, format!("`{id}` is no id of a pack")));
        }
        let wants = match &text.version {
            None => VersionReq::STAR,
            Some(wants) => VersionReq::parse(wants.get_ref())
                .map_err(|_| self.wrong(wants, "write a version such as `1.2`, or `>=1.2, <3`".to_owned()))?,
        };
        let locked = self.lock.get(&id).cloned();
        let at = match &text.path {
            Some(path) => self.home.join(path.get_ref()),
            None => self.installed(text, &wants, locked.as_ref())?,
        };
        let place = self.workspace.span(text.id.span()).place("named here");
        Ok(Declared { id, wants, at, place, locked })
    }

    /// The archive that a pack is installed as.
    fn installed(
        &self,
        text: &DeclaredText,
        wants: &VersionReq,
        locked: Option<&(Locked, Place)>,
    ) -> Result<PathBuf, Diagnostic> {
        let id = text.id.get_ref();
        let versions = installed_versions(id, self.home, self.world);
        if let Some((locked, place)) = locked {
            if !versions.contains(&locked.version) {
                let message =
                    format!("pack {id} {} is not installed, and preaudit.lock names it", locked.version);
                let help =
                    "install it with `preaudit pack install`; `preaudit pack lock` takes what is there";
                return Err(Diagnostic::error(Code::UnreadablePack, message).help(help).at(place.clone()));
            }
            return Ok(installed_at(id, &locked.version, self.home));
        }
        let newest = versions.iter().filter(|version| wants.matches(version)).max();
        newest.map(|version| installed_at(id, version, self.home)).ok_or_else(|| {
            let there: Vec<String> = versions.iter().map(ToString::to_string).collect();
            let there =
                if there.is_empty() { String::new() } else { format!("; there is {}", there.join(", ")) };
            let message = format!("pack {id} {wants} is not installed in {INSTALLED}{there}");
            let help = "install it with `preaudit pack install FILE`, or say `path` of its folder";
            let place = self.workspace.span(text.id.span()).place("named here");
            Diagnostic::error(Code::UnreadablePack, message).help(help).at(place)
        })
    }

    fn wrong<T>(&self, value: &Spanned<T>, message: String) -> Diagnostic {
        wrong(self.workspace, Code::InvalidWorkspace, value, message)
    }
}

/// The archive of a version of a pack that is installed.
fn installed_at(id: &str, version: &Version, home: &Path) -> PathBuf {
    home.join(INSTALLED).join(archive_name(id, version))
}

/// The name of the archive of a version of a pack.
pub fn archive_name(id: &str, version: impl Display) -> String {
    format!("{id}-{version}.{ENDING}")
}

/// The versions of a pack that are installed.
fn installed_versions(id: &str, home: &Path, world: &dyn World) -> Vec<Version> {
    // No folder is no pack.
    let entries = world.list(&home.join(INSTALLED)).unwrap_or_default();
    let version = |path: &str| {
        let stem = path.strip_suffix(ENDING)?.strip_suffix('.')?;
        Version::parse(stem.strip_prefix(id)?.strip_prefix('-')?).ok()
    };
    entries.iter().filter_map(|entry| version(&entry.path)).collect()
}

impl Declared {
    /// Holds what was found against what `preaudit.toml` and `preaudit.lock` say.
    ///
    /// # Errors
    /// When it is another pack.
    pub(super) fn check(&self, pack: &PackFiles) -> Result<(), Vec<Diagnostic>> {
        let found = Locked::of(pack).map_err(|error| vec![error])?;
        let refuse = |message: String| {
            Err(vec![Diagnostic::error(Code::InvalidWorkspace, message).at(self.place.clone())])
        };
        if found.id != self.id {
            return refuse(format!("{} holds pack {}, not {}", self.at.display(), found.id, self.id));
        }
        if !self.wants.matches(&found.version) {
            return refuse(format!("pack {} {} is not {}", self.id, found.version, self.wants));
        }
        let Some((locked, place)) = &self.locked else { return Ok(()) };
        match locked.change(&found) {
            None => Ok(()),
            Some(change) => Err(vec![change.told(locked, &found).at(place.clone()).at(self.place.clone())]),
        }
    }
}
