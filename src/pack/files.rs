//! Where a pack's files come from: the binary itself, or a folder.

use super::Texts;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::source::Source;
use crate::world::{EntryKind, World};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

/// The files of the built-in pack, listed by the build script.
const BUILT_IN: &[(&str, &[u8])] = include!(concat!(env!("OUT_DIR"), "/built_in.rs"));
/// No file of a pack may be larger.
const LARGEST: u64 = 4 << 20;

/// A pack whose files were read and nothing more.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// Its texts, by path.
    pub texts: Texts,
    /// Files of its cases, by path below `tests/`.
    pub cases: BTreeMap<String, Vec<u8>>,
    /// Files that are no texts and should be.
    pub errors: Vec<Diagnostic>,
}

/// Reads the files of a pack, whatever is wrong within them.
///
/// # Errors
/// When the folder or a file of it cannot be read.
pub fn open(pack: &PackRef, world: &dyn World) -> Result<Opened, Vec<Diagnostic>> {
    PackFiles::read(pack, world).map(PackFiles::open)
}

/// Where a pack is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PackRef {
    /// The pack in the binary, `iso27001-2022`.
    BuiltIn,
    /// A folder with a `pack.toml`.
    Folder(PathBuf),
}

/// The files of a pack, by path.
#[derive(Clone, Debug)]
pub(super) struct PackFiles {
    /// Bytes by path relative to the pack's folder.
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

impl PackFiles {
    pub(super) fn read(pack: &PackRef, world: &dyn World) -> Result<Self, Vec<Diagnostic>> {
        let PackRef::Folder(folder) = pack else {
            let files = BUILT_IN.iter().map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()));
            return Ok(Self { files: files.collect() });
        };
        let shown = folder.display().to_string();
        let unreadable = |error: String| {
            let help = "a pack is a folder with pack.toml, controls, schema, sources, rules and tests";
            Diagnostic::error(Code::UnreadablePack, error).help(help).at(Place::whole(&shown, "this pack"))
        };
        let entries = world.list(folder).map_err(|error| vec![unreadable(error.to_string())])?;
        let mut files = BTreeMap::new();
        let mut errors = Vec::new();
        for entry in entries.into_iter().filter(|entry| entry.kind == EntryKind::File) {
            match world.read(folder, &entry.path, LARGEST) {
                Ok(bytes) => drop(files.insert(entry.path, bytes)),
                Err(error) => errors.push(unreadable(error.to_string())),
            }
        }
        if errors.is_empty() { Ok(Self { files }) } else { Err(errors) }
    }

    /// Texts, and cases, which may be anything.
    pub(super) fn open(self) -> Opened {
        let mut opened = Opened::default();
        for (path, bytes) in self.files {
            if let Some(case) = path.strip_prefix("tests/") {
                opened.cases.insert(case.to_owned(), bytes);
                continue;
            }
            match String::from_utf8(bytes) {
                Ok(text) => drop(opened.texts.insert(path.clone(), Arc::new(Source::new(path, text)))),
                Err(_) => opened.errors.push(not_utf8(&path)),
            }
        }
        opened
    }

    /// The id that its manifest gives, however wrong the rest of it may be.
    pub(super) fn id(&self) -> Option<String> {
        let manifest = std::str::from_utf8(self.files.get("pack.toml")?).ok()?;
        Some(manifest.parse::<toml::Table>().ok()?.get("id")?.as_str()?.to_owned())
    }

    /// SHA-256 over everything that can change what the pack says; its cases cannot.
    pub(super) fn digest(&self) -> String {
        let mut hash = Sha256::new();
        for (path, bytes) in self.files.iter().filter(|(path, _)| !path.starts_with("tests/")) {
            hash.update((path.len() as u64).to_be_bytes());
            hash.update(path.as_bytes());
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(bytes);
        }
        format!("sha256:{}", hex(&hash.finalize()))
    }
}

fn not_utf8(path: &str) -> Diagnostic {
    let place = Place::whole(path, "in this file");
    Diagnostic::error(Code::InvalidPack, format!("{path} is not UTF-8")).at(place)
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
