//! Opens packs: from the binary itself, a folder, or an archive.

use super::archive;
use super::contents::{CONTENTS, Contents, SIGNATURE};
use super::declared::Declared;
use super::files::{Bytes, LARGEST, PackFiles, Room, check_path, no_file};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::world::{EntryKind, World};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The files of the built-in pack, listed by the build script.
const BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));

/// Where a pack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackRef {
    /// The pack in the binary, `iso27001-2022`.
    BuiltIn,
    /// A folder with a `pack.toml`, or an archive that `preaudit pack build` made.
    Folder(PathBuf),
    /// A pack that `preaudit.toml` names.
    Declared(Box<Declared>),
}

impl PackFiles {
    /// Reads a pack and holds it against what it says of itself. Nothing in it is run.
    ///
    /// # Errors
    /// When it cannot be read, holds what no pack may, or is not what was listed or signed.
    pub fn read(pack: &PackRef, world: &dyn World) -> Result<Self, Vec<Diagnostic>> {
        match pack {
            PackRef::BuiltIn => {
                let files = BUILT_IN.iter().map(|(path, bytes)| ((*path).to_owned(), Bytes::Borrowed(bytes)));
                Ok(Self { files: files.collect(), signer: None })
            }
            PackRef::Folder(path) => Self::read_at(path, world),
            PackRef::Declared(declared) => {
                let read = Self::read_at(&declared.at, world)?;
                declared.check(&read)?;
                Ok(read)
            }
        }
    }

    fn read_at(path: &Path, world: &dyn World) -> Result<Self, Vec<Diagnostic>> {
        let shown = path.display().to_string();
        let mut files = match archive_of(path) {
            Some((folder, file)) => archive::read(folder, &file, world)
                .map_err(|reason| vec![unreadable(&shown, &format!("{shown}: {reason}"))])?,
            None => in_folder(path, &shown, world)?,
        };
        let contents = files.remove(CONTENTS);
        let signature = files.remove(SIGNATURE);
        let read = Self { files, signer: None };
        let listed = Contents::check(&read, contents.as_deref(), signature.as_deref());
        let signer = listed.map_err(|wrong| vec![wrong.at(Place::whole(&shown, "this pack"))])?;
        Ok(Self { signer, ..read })
    }
}

/// The folder and the name of an archive; none for what is a folder itself.
fn archive_of(path: &Path) -> Option<(&Path, String)> {
    let ending = path.extension()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name()?.to_string_lossy().into_owned();
    ending.eq_ignore_ascii_case(archive::ENDING).then_some((folder, name))
}

/// All files of a folder but hidden ones, which belong to tools and to whoever works on the pack.
fn in_folder(
    folder: &Path,
    shown: &str,
    world: &dyn World,
) -> Result<BTreeMap<String, Bytes>, Vec<Diagnostic>> {
    let entries = world.list(folder).map_err(|error| vec![unreadable(shown, &error.to_string())])?;
    let (mut files, mut errors) = (BTreeMap::new(), Vec::new());
    let visible =
        entries.into_iter().filter(|entry| !entry.path.split('/').any(|part| part.starts_with('.')));
    let mut room = Room::default();
    for entry in visible {
        let is_file = entry.kind == EntryKind::File;
        let fits = check_path(&entry.path).and_then(|()| room.take(&entry.path, entry.bytes));
        let fits = fits.and_then(|()| if is_file { Ok(()) } else { Err(no_file(&entry.path)) });
        match fits.map(|()| world.read(folder, &entry.path, LARGEST)) {
            Ok(Ok(bytes)) => drop(files.insert(entry.path, bytes.into())),
            Ok(Err(error)) => errors.push(unreadable(shown, &error.to_string())),
            Err(reason) => errors.push(unreadable(shown, &reason)),
        }
    }
    if errors.is_empty() { Ok(files) } else { Err(errors) }
}

fn unreadable(shown: &str, reason: &str) -> Diagnostic {
    let help =
        "a pack is a folder with pack.toml, controls, schema, sources, rules and tests, or an archive of it";
    Diagnostic::error(Code::UnreadablePack, reason).help(help).at(Place::whole(shown, "this pack"))
}
