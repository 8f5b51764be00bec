//! A pack as one file: a ZIP archive of its files, their list and, where somebody signed, the signature.
//!
//! The same files give the same bytes, on every machine: nothing is compressed, since packers differ
//! from one processor to the next, and no time is kept. What comes from others is read as if they meant
//! harm: names that lead elsewhere, links, files without end.

use super::contents::Contents;
use super::files::{Bytes, LARGEST, LARGEST_PACK, MOST_FILES, PackFiles, Room, check_path, no_file};
use crate::signature::SecretKey;
use crate::world::World;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Cursor, Read, Write};
use std::path::Path;
use zip::read::ZipFile;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipArchive, ZipWriter};

/// The ending of the name of an archive.
pub(super) const ENDING: &str = "zip";
/// Bytes of an archive that may become so many times as many.
const RATIO: u64 = 100;
/// Files below this size are no bombs, however well they are packed.
const SMALL: u64 = 64 << 10;
/// What Unix keeps of a file besides its permissions.
const FILE_TYPE: u32 = 0o170_000;
/// A regular file.
const REGULAR: u32 = 0o100_000;

/// A pack as an archive, signed where there is a key.
///
/// # Errors
/// Why there is none, a lower-case fragment; never in practice.
pub fn write(pack: &PackFiles, contents: &Contents, key: Option<&SecretKey>) -> Result<Vec<u8>, String> {
    let mut archive = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(DateTime::default())
        .unix_permissions(0o644);
    let own = contents.written(key)?;
    let own = own.iter().map(|(path, bytes)| (*path, bytes.as_slice()));
    let files = pack.files.iter().map(|(path, bytes)| (path.as_str(), &**bytes));
    for (path, bytes) in own.chain(files) {
        archive.start_file(path, options).map_err(|error| error.to_string())?;
        archive.write_all(bytes).map_err(|error| error.to_string())?;
    }
    archive.finish().map(Cursor::into_inner).map_err(|error| error.to_string())
}

/// The files of an archive, its list and signature among them.
///
/// # Errors
/// Why it is none, or what it holds that no pack may; a lower-case fragment.
pub(super) fn read(folder: &Path, file: &str, world: &dyn World) -> Result<BTreeMap<String, Bytes>, String> {
    // Names and checks of every file take some room besides its bytes.
    let bytes = world.read(folder, file, 2 * LARGEST_PACK).map_err(|error| error.reason)?;
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| "it is no ZIP archive".to_owned())?;
    if archive.len() > MOST_FILES {
        return Err(format!("a pack holds at most {MOST_FILES} files"));
    }
    let (mut files, mut room, mut folded) = (BTreeMap::new(), Room::default(), BTreeSet::new());
    for index in 0..archive.len() {
        let mut entry = archive.by_index(index).map_err(|error| format!("it is damaged: {error}"))?;
        let path = entry.name().map_err(|_| "it holds a file whose name is no text".to_owned())?.into_owned();
        if entry.is_dir() {
            continue;
        }
        check_entry(&entry, &path)?;
        if !folded.insert(path.to_lowercase()) {
            return Err(format!("{path} is there twice, but for capitals"));
        }
        let bytes = unpacked(&mut entry, &path)?;
        room.take(&path, bytes.len() as u64)?;
        files.insert(path, bytes.into());
    }
    Ok(files)
}

fn check_entry<R: Read>(entry: &ZipFile<'_, R>, path: &str) -> Result<(), String> {
    check_path(path)?;
    if entry.unix_mode().is_some_and(|mode| mode & FILE_TYPE != 0 && mode & FILE_TYPE != REGULAR) {
        return Err(no_file(path));
    }
    if entry.encrypted() {
        return Err(format!("{path} is encrypted"));
    }
    Ok(())
}

/// The bytes of a file. How many there will be is not believed, but counted.
fn unpacked<R: Read>(entry: &mut ZipFile<'_, R>, path: &str) -> Result<Vec<u8>, String> {
    let most = LARGEST.min(SMALL.max(entry.compressed_size().saturating_mul(RATIO)));
    let mut bytes = Vec::new();
    let read = entry.take(most + 1).read_to_end(&mut bytes);
    read.map_err(|_| format!("{path} is damaged"))?;
    match bytes.len() as u64 > most {
        true if most == LARGEST => Err(format!("{path} is larger than {} MiB", LARGEST >> 20)),
        true => Err(format!("{path} becomes more than {RATIO} times as large when it is unpacked")),
        false => Ok(bytes),
    }
}
