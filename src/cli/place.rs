//! Where evidence is looked for: the arguments that all commands on a folder share.

use crate::audit::{Redaction, Request};
use crate::code::Code;
use crate::evidence::{FILE_NAME, Scope};
use crate::finding::Diagnostic;
use crate::history::RUNS;
use crate::pack::{self, Declared, LOCK_NAME, Lock, PackRef, Packs};
use crate::place::Place;
use crate::scan::{Partials, SpotChecks};
use crate::source::Source;
use crate::world::{Disk, World};
use jiff::civil::Date;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest `preaudit.toml`.
const LARGEST_WORKSPACE: u64 = 4 << 20;
/// Where partial results are kept, beside preaudit.toml.
const CACHE: &str = ".preaudit/cache";

/// The disk, and beside it this program, which is started once more to judge for strangers.
pub(super) fn disk() -> Disk {
    Disk::beside(std::env::current_exe().ok())
}

/// A folder of evidence and what judges it.
#[derive(Debug, clap::Args)]
pub(super) struct Folder {
    /// The folder of evidence, or one file of it.
    #[arg(default_value = ".")]
    pub(super) path: PathBuf,
    /// Use this configuration for the folder, and do not look for preaudit.toml.
    #[arg(long, value_name = "FILE")]
    pub(super) config: Option<PathBuf>,
    /// Judge with this pack too; a folder with a pack.toml, or an archive. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    pub(super) packs: Vec<PathBuf>,
    /// Run the scripts of all packs within the program, and not those of strangers in a process apart.
    #[arg(long)]
    pub(super) trust_packs: bool,
    /// Judge as of this day, instead of that of preaudit.toml or today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    pub(super) as_of: Option<Date>,
    /// Threads to use [default: all processors].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub(super) jobs: Option<u16>,
}

impl Folder {
    /// The request that the arguments mean.
    ///
    /// # Errors
    /// When the folder or the configuration cannot be read.
    pub(super) fn request(&self, disk: &Disk) -> Result<Request, Vec<Diagnostic>> {
        let path =
            fs::canonicalize(&self.path).map_err(|error| unreadable(&self.path, &error.to_string()))?;
        let is_file = path.is_file();
        let folder = if is_file { path.parent().unwrap_or(&path).to_path_buf() } else { path.clone() };
        let (root, workspace) = match (&self.config, workspace_above(&folder)) {
            (Some(config), _) => (folder, Some(read_config(config, disk)?)),
            (None, Some(root)) => {
                let workspace = read_config(&root.join(FILE_NAME), disk)?;
                (root, Some(workspace))
            }
            (None, None) => (folder, None),
        };
        let declared = declared_packs(workspace.as_deref(), self.home().as_deref(), disk)?;
        let only = path.strip_prefix(&root).ok().filter(|below| !below.as_os_str().is_empty());
        let only = only.map(|below| below.to_string_lossy().replace('\\', "/"));
        Ok(Request {
            packs: stack(declared, &self.packs),
            trust_packs: self.trust_packs,
            scope: Scope { root, only, workspace, as_of: self.as_of },
            stage: None,
            profile: None,
            jobs: self.jobs.map(usize::from),
            partials: Partials::Logs,
            checks: SpotChecks::default(),
            redaction: Redaction::default(),
            past: Arc::default(),
        })
    }

    /// The folder of the configuration, where there is one.
    fn home(&self) -> Option<PathBuf> {
        home_of(&self.path, self.config.as_deref())
    }

    /// Where partial results of logs are kept.
    pub(super) fn cache(&self) -> Option<PathBuf> {
        cache_of(&self.path, self.config.as_deref())
    }
}

/// Where partial results are kept: beside the configuration, and nowhere where there is none.
pub(super) fn cache_of(path: &Path, config: Option<&Path>) -> Option<PathBuf> {
    home_of(path, config).map(|home| home.join(CACHE))
}

/// Where runs are recorded: beside the configuration, and nowhere where there is none.
pub(super) fn runs_of(path: &Path, config: Option<&Path>) -> Option<PathBuf> {
    home_of(path, config).map(|home| home.join(RUNS))
}

/// The folder of the configuration.
pub(super) fn home_of(path: &Path, config: Option<&Path>) -> Option<PathBuf> {
    match config {
        Some(config) => fs::canonicalize(config).ok()?.parent().map(Path::to_path_buf),
        None => workspace_above(&fs::canonicalize(path).ok()?),
    }
}

/// The folder of the next preaudit.toml from here upwards.
fn workspace_above(path: &Path) -> Option<PathBuf> {
    path.ancestors().find(|folder| folder.join(FILE_NAME).is_file()).map(Path::to_path_buf)
}

/// The built-in pack, and these behind it.
pub(super) fn packs(folders: &[PathBuf]) -> Vec<PackRef> {
    stack(Vec::new(), folders)
}

/// The built-in pack, those that `preaudit.toml` names, and these behind them.
fn stack(declared: Vec<Declared>, folders: &[PathBuf]) -> Vec<PackRef> {
    let declared = declared.into_iter().map(|declared| PackRef::Declared(Box::new(declared)));
    let given = folders.iter().cloned().map(PackRef::Folder);
    std::iter::once(PackRef::BuiltIn).chain(declared).chain(given).collect()
}

/// The packs that a command speaks of that looks at no evidence: those of the preaudit.toml here or
/// above, and these.
///
/// # Errors
/// When preaudit.toml cannot be read, or everything that is wrong with the packs.
pub(super) fn packs_here(folders: &[PathBuf], disk: &Disk) -> Result<Packs, Vec<Diagnostic>> {
    let home = fs::canonicalize(".").ok().and_then(|here| workspace_above(&here));
    let workspace = home.as_ref().map(|home| read_config(&home.join(FILE_NAME), disk)).transpose()?;
    pack::load(&stack(declared_packs(workspace.as_deref(), home.as_deref(), disk)?, folders), disk)
}

/// The packs that a configuration names.
fn declared_packs(
    workspace: Option<&Source>,
    home: Option<&Path>,
    disk: &Disk,
) -> Result<Vec<Declared>, Vec<Diagnostic>> {
    let (Some(workspace), Some(home)) = (workspace, home) else { return Ok(Vec::new()) };
    pack::declared(workspace, &read_lock(home, disk)?, home, disk)
}

/// What preaudit.lock names, in this folder; nothing where there is none.
///
/// # Errors
/// When it cannot be read or is not well formed.
pub(super) fn read_lock(home: &Path, disk: &Disk) -> Result<Lock, Vec<Diagnostic>> {
    let path = home.join(LOCK_NAME);
    if !path.is_file() {
        return Ok(Lock::default());
    }
    Lock::read(&*read_text(&path, LOCK_NAME.to_owned(), disk)?)
}

pub(super) fn read_config(path: &Path, disk: &Disk) -> Result<Arc<Source>, Vec<Diagnostic>> {
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    read_text(path, name, disk)
}

/// A text that a person wrote, under the name that places show.
///
/// # Errors
/// When it cannot be read, is too large or not UTF-8.
pub(super) fn read_text(path: &Path, name: String, disk: &Disk) -> Result<Arc<Source>, Vec<Diagnostic>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes =
        disk.read(folder, &file, LARGEST_WORKSPACE).map_err(|error| unreadable(path, &error.reason))?;
    let text = String::from_utf8(bytes).map_err(|_| unreadable(path, "it is not UTF-8"))?;
    Ok(Arc::new(Source::new(name, text)))
}

fn unreadable(path: &Path, reason: &str) -> Vec<Diagnostic> {
    let shown = path.display().to_string();
    let place = Place::whole(&shown, "looked for here");
    vec![Diagnostic::error(Code::Unreadable, format!("cannot read {shown}: {reason}")).at(place)]
}
