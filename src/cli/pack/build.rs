//! `preaudit pack build`: one file of a pack.

use super::{bad_key, not_written, secret_key};
use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::finding::{Diagnostic, count};
use crate::pack::{self, Contents, PackFiles, PackRef, archive_name, write_archive};
use crate::script;
use crate::world::Disk;
use std::path::PathBuf;

/// Make one file of a pack, to be sent to others.
///
/// The file is a ZIP archive of all files of the folder but hidden ones, of contents.json with the
/// SHA-256 of each, and of signature.json where --key signs that. The same files give the same
/// bytes. The pack is checked first; `preaudit rule test DIR` runs its cases.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pack: a folder with a pack.toml.
    dir: PathBuf,
    /// Write this file [default: ID-VERSION.zip here].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Sign with this secret key: Ed25519 in PEM, as `preaudit pack keygen` or
    /// `openssl genpkey -algorithm ed25519` writes it.
    #[arg(long, value_name = "KEY.pem")]
    key: Option<PathBuf>,
    /// A pack that this one needs. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let key = arguments.key.as_deref().map(|path| secret_key(path, disk)).transpose()?;
    let own = PackRef::Folder(arguments.dir.clone());
    let files = PackFiles::read(&own, disk)?;
    let contents = Contents::of(&files).map_err(|error| vec![error])?;
    let mut all = packs(&arguments.packs);
    all.push(own);
    // What others would have to refuse is not sent to them.
    script::compile(&pack::load(&all, disk)?)?;
    let made = write_archive(&files, &contents, key.as_ref());
    let bytes = made.map_err(|reason| vec![bad_key(&arguments.dir, &reason)])?;
    let path =
        arguments.output.clone().unwrap_or_else(|| archive_name(&contents.id, &contents.version).into());
    disk.write(&path, &bytes).map_err(|error| not_written(&error))?;
    let signed = key.map_or("not signed".to_owned(), |key| format!("signed by {}", key.public()));
    let number = count(contents.files.len(), "file");
    output.print(&format!("wrote {}: {number}, {signed}\n{}\n", path.display(), contents.digest));
    Ok(())
}
