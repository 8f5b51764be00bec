//! `preaudit lsp`: an editor talks to it, and people do not.

use super::output::Output;
use super::place::{Folder, disk, packs};
use crate::audit;
use crate::finding::Diagnostic;
use crate::report::{Exit, Report};
use crate::server::{self, Ending, Sight};
use std::io::{stdin, stdout};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Serve an editor, as language servers do: what is wrong as you type, completion, and findings in evidence.
///
/// The editor starts this and talks to it over standard input and output. In a folder with a pack.toml it says
/// what `rule check` says, of unsaved texts too, completes names, and tells what they mean. In a folder with a
/// preaudit.toml it scans when a file is first opened and whenever one is saved, and shows the findings where
/// they are. It writes no file and asks no network.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// Packs build on this one too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Talk over standard input and output, which it always does; editors say so.
    #[arg(long, hide = true)]
    stdio: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let given = arguments.packs.clone();
    let sight = Sight {
        world: Box::new(disk()),
        packs: packs(&arguments.packs),
        scan: Box::new(move |folder| scan(folder, &given)),
    };
    match server::serve(stdin(), stdout().lock(), Arc::new(sight)) {
        Ok(Ending::Orderly) => Exit::Clean,
        Ok(Ending::Abrupt) => Exit::Findings,
        Err(error) => output.wrong(&format!("the editor is gone: {error}")),
    }
}

/// Judges a folder as `preaudit scan` would.
fn scan(folder: &Path, packs: &[PathBuf]) -> Result<Report, Vec<Diagnostic>> {
    let disk = disk();
    let request = Folder::at(folder, packs).request(&disk)?;
    audit::audit(&request, &disk)
}
