//! `preaudit pack`: packs as they are shared: built, verified, installed and locked.

mod build;
mod install;
mod keygen;
mod lock;
mod verify;

use super::keys::{KeyArgument, bad_key, secret_key};
use super::output::Output;
use super::place::{home_of, read_config};
use crate::code::Code;
use crate::evidence::FILE_NAME;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::report::Exit;
use crate::source::Source;
use crate::world::Disk;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Share packs of rules: build, verify, install and lock them.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Make one file of a pack, to be sent to others; signed, where there is a key.
    Build(build::Arguments),
    /// Say what a pack is, whether it is whole, and who answers for it. Nothing in it is run.
    Verify(verify::Arguments),
    /// Put a pack where preaudit.toml finds it, and lock it. Nothing in it is run.
    Install(install::Arguments),
    /// Write down in preaudit.lock exactly which packs preaudit.toml means.
    Lock(lock::Arguments),
    /// Make a key to sign packs with.
    Keygen(keygen::Arguments),
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    let disk = Disk::default();
    let done = match command {
        Command::Build(arguments) => build::run(arguments, output, &disk),
        Command::Verify(arguments) => verify::run(arguments, output, &disk),
        Command::Install(arguments) => install::run(arguments, output, &disk),
        Command::Lock(arguments) => lock::run(arguments, output, &disk),
        Command::Keygen(arguments) => return keygen::run(arguments, output, &disk),
    };
    match done {
        Ok(()) => Exit::Clean,
        Err(wrong) => output.wrongs(&wrong),
    }
}

/// The preaudit.toml that a command works for.
struct Workspace {
    /// Its folder.
    home: PathBuf,
    /// Its text.
    text: Arc<Source>,
}

impl Workspace {
    /// The next one from a folder upwards.
    fn above(folder: &Path, disk: &Disk) -> Result<Self, Vec<Diagnostic>> {
        let home = home_of(folder, None).ok_or_else(|| {
            let shown = folder.display().to_string();
            let message = format!("there is no {FILE_NAME} in {shown} or above it, to name the pack");
            let help = "`preaudit init` writes one";
            let place = Place::whole(&shown, "looked for here");
            vec![Diagnostic::error(Code::Unreadable, message).help(help).at(place)]
        })?;
        let text = read_config(&home.join(FILE_NAME), disk)?;
        Ok(Self { home, text })
    }
}

fn not_written(error: &crate::world::Unreadable) -> Vec<Diagnostic> {
    let message = format!("cannot write {}: {}", error.path, error.reason);
    vec![Diagnostic::error(Code::Unreadable, message).at(Place::whole(&error.path, "here"))]
}
