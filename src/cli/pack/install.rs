//! `preaudit pack install`: a pack where preaudit.toml finds it.

use super::verify::check_signer;
use super::{KeyArgument, Workspace, lock, not_written};
use crate::cli::output::Output;
use crate::cli::place::read_lock;
use crate::code::Code;
use crate::evidence::FILE_NAME;
use crate::finding::Diagnostic;
use crate::pack::{self, Declared, INSTALLED, Lock, Locked, PackFiles, PackRef, archive_name};
use crate::place::Place;
use crate::world::{Disk, World};
use std::path::{Path, PathBuf};

/// The largest archive that is copied.
const LARGEST: u64 = 128 << 20;

/// Put a pack where preaudit.toml finds it, and lock it.
///
/// The archive is verified and copied to .preaudit/packs beside preaudit.toml; it is never unpacked,
/// and nothing in it is run. preaudit.toml gets a `[[pack]]` for it where it has none, and
/// preaudit.lock its version, digest and signer. From then on a plain `preaudit scan DIR` judges with
/// it. Its scripts run in a process that can do nothing else, unless `[trust]` of preaudit.toml lists
/// its digest or its key.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The archive that `preaudit pack build` made.
    file: PathBuf,
    /// The folder of the preaudit.toml, or one below it.
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Only what this key signed will do: a public key in PEM, or `ed25519:` and its digits.
    #[arg(long, value_name = "KEY")]
    key: Option<KeyArgument>,
    /// Take the pack over though it is older, changed or signed by somebody else than the locked one.
    #[arg(long)]
    update: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let workspace = Workspace::above(&arguments.dir, disk)?;
    let files = PackFiles::read(&PackRef::Folder(arguments.file.clone()), disk)?;
    let shown = arguments.file.display().to_string();
    if let Some(key) = &arguments.key {
        check_signer(&files, key.read(disk)?, &shown)?;
    }
    let found = Locked::of(&files).map_err(|error| vec![error])?;
    let mut locked = read_lock(&workspace.home, disk)?;
    let says = lock::accept(&locked, &found, arguments.update).map_err(|refused| vec![refused])?;
    let is_named = check_stack(&workspace, &found, &arguments.file, disk)?;
    copy(&arguments.file, &workspace.home, &found, disk)?;
    if !is_named {
        name(&workspace, &found, disk)?;
    }
    let signer = found.key.map_or("nobody".to_owned(), |key| key.to_string());
    output.print(&format!("{} {}: {says}\n{}\nsigned by {signer}\n", found.id, found.version, found.digest));
    if !is_named {
        output.note(&format!("{FILE_NAME} names it now, as the last pack"));
    }
    locked.set(found);
    lock::save(&locked, &workspace.home, disk)
}

/// Loads the packs that preaudit.toml names with this one among them, so that nothing is installed that
/// does not fit; tells whether it is named already.
fn check_stack(
    workspace: &Workspace,
    found: &Locked,
    file: &Path,
    disk: &Disk,
) -> Result<bool, Vec<Diagnostic>> {
    let own = PackRef::Folder(file.to_path_buf());
    let is_named = pack::is_wanted(&workspace.text, &found.id, &found.version)?;
    let place = (workspace.home.as_path(), disk as &dyn World);
    let others = pack::declared_but(&found.id, &workspace.text, &Lock::default(), place)?;
    let known =
        |declared: Option<Declared>| declared.map_or(own.clone(), |it| PackRef::Declared(Box::new(it)));
    let mut all: Vec<PackRef> =
        std::iter::once(PackRef::BuiltIn).chain(others.into_iter().map(known)).collect();
    if !is_named {
        all.push(own.clone());
    }
    pack::load(&all, disk)?;
    Ok(is_named)
}

fn copy(file: &Path, home: &Path, found: &Locked, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let unread = |reason: String| {
        let place = Place::whole(file.display().to_string(), "this file");
        vec![Diagnostic::error(Code::UnreadablePack, reason).at(place)]
    };
    let bytes = disk.read(folder, &name, LARGEST).map_err(|error| unread(error.to_string()))?;
    let target = archive_name(&found.id, &found.version);
    disk.save(&home.join(INSTALLED), &target, &bytes).map_err(|error| not_written(&error))
}

/// Names the pack in preaudit.toml, behind all others.
fn name(workspace: &Workspace, found: &Locked, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    let text = workspace.text.text();
    let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
    let more = format!("{text}{end}\n[[pack]]\nid = \"{}\"\nversion = \"{}\"\n", found.id, found.version);
    disk.save(&workspace.home, FILE_NAME, more.as_bytes()).map_err(|error| not_written(&error))
}
