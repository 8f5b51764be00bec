//! `preaudit cap`: what is done about nonconformities.

mod check;
mod export;
mod new;
mod verify;

use super::output::Output;
use super::place::read_text;
use crate::cap::CapFile;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{Limits, Packs};
use crate::report::{Exit, Report};
use crate::world::{Disk, World};
use std::path::Path;
use std::sync::Arc;

/// The largest report that is read.
const LARGEST_REPORT: u64 = 1 << 30;

/// Plan and follow up what is done about nonconformities, in `cap.toml`.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Draw up the plan from a report, keeping what people wrote into it before.
    New(new::Arguments),
    /// Say what the plan lacks and what an auditor would not accept of it, at its line.
    Check(check::Arguments),
    /// Judge newer evidence, close what conforms there, and say why the rest stays open.
    Verify(verify::Arguments),
    /// Write the plan as Markdown, CSV or XLSX.
    Export(export::Arguments),
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    match command {
        Command::New(arguments) => new::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Verify(arguments) => verify::run(arguments, output),
        Command::Export(arguments) => export::run(arguments, output),
    }
}

/// A plan, by its file.
///
/// # Errors
/// When it cannot be read, and everything that is wrong with its form.
pub(super) fn read_plan(path: &Path, disk: &Disk) -> Result<CapFile, Vec<Diagnostic>> {
    CapFile::read(&read_text(path, path.display().to_string(), disk)?)
}

/// A report as JSON, and its bytes.
fn read_report(path: &Path, disk: &Disk) -> Result<(Report, Vec<u8>), Vec<Diagnostic>> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let wrong = |reason: String| {
        let message = format!("cannot read {} as a report: {reason}", path.display());
        vec![
            Diagnostic::error(Code::InvalidCap, message)
                .help("`preaudit scan --format json -o report.json` writes one"),
        ]
    };
    let bytes = disk.read(folder, &file, LARGEST_REPORT).map_err(|error| wrong(error.reason))?;
    let report = serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
    Ok((report, bytes))
}

/// The limits of the path to a certificate, from the first pack that has them.
fn limits(packs: &Packs) -> Result<Limits, Vec<Diagnostic>> {
    let none = || vec![Diagnostic::error(Code::InvalidPack, "the packs hold no facts on certification")];
    packs.certification.as_ref().map(|facts| facts.limits).ok_or_else(none)
}

/// Writes a plan in the place of the one that was read, unless somebody else wrote meanwhile.
fn replace(path: &Path, was: Option<&str>, text: &str, disk: &Disk) -> Result<(), Vec<Diagnostic>> {
    if was == Some(text) {
        return Ok(());
    }
    let now = path.exists().then(|| read_text(path, path.display().to_string(), disk)).transpose()?;
    if now.as_ref().map(|now| now.text()) != was {
        let message = format!("{} was changed meanwhile; nothing was written", path.display());
        return Err(vec![Diagnostic::error(Code::InvalidCap, message).help("run the command again")]);
    }
    disk.write(path, text.as_bytes()).map_err(|error| {
        let message = format!("cannot write {}: {}", error.path, error.reason);
        vec![Diagnostic::error(Code::Unreadable, message)]
    })
}

/// The text of a plan where there is one.
fn kept(path: &Path, disk: &Disk) -> Result<Option<Arc<crate::source::Source>>, Vec<Diagnostic>> {
    path.exists().then(|| read_text(path, path.display().to_string(), disk)).transpose()
}
