//! `preaudit plan`: what people have to prepare on the way to a certificate.

mod calendar;
mod offers;
mod papers;
mod path;
mod rfp;
mod sample;
mod sheets;

use super::output::Output;
use super::place::read_text;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{self, Certification, PackRef};
use crate::report::Exit;
use crate::source::Source;
use crate::world::Disk;
use std::path::Path;
use std::sync::Arc;

/// Prepare what people have to do.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Rank what to mend by how many blockers that removes.
    Path(path::Arguments),
    /// Draw a reproducible sample of a register, with the odds that it meets an exception.
    Sample(sample::Arguments),
    /// Write the working papers of an internal audit, as Markdown.
    Papers(papers::Arguments),
    /// Write interview and attestation sheets, as Markdown.
    ///
    /// Without controls: those that no record and no document can prove.
    Sheets(sheets::Arguments),
    /// Write the request for proposal to certification bodies, as Markdown.
    ///
    /// Works out the audit days by persons and complexity, and the sites that are visited.
    Rfp(rfp::Arguments),
    /// Compare offers of certification bodies with the table of audit days and with each other.
    Offers(offers::Arguments),
    /// Write the calendar: back from Stage 2, and through the three years of a certificate.
    Calendar(calendar::Arguments),
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    match command {
        Command::Path(arguments) => path::run(arguments, output),
        Command::Sample(arguments) => sample::run(arguments, output),
        Command::Papers(arguments) => papers::run(arguments, output),
        Command::Sheets(arguments) => sheets::run(arguments, output),
        Command::Rfp(arguments) => rfp::run(arguments, output),
        Command::Offers(arguments) => offers::run(arguments, output),
        Command::Calendar(arguments) => calendar::run(arguments, output),
    }
}

/// The facts on certification of the built-in pack.
fn facts(disk: &Disk) -> Result<Certification, Vec<Diagnostic>> {
    let packs = pack::load(&[PackRef::BuiltIn], disk)?;
    let none = || vec![Diagnostic::error(Code::InvalidPack, "the pack holds no facts on certification")];
    packs.certification.ok_or_else(none)
}

/// The text of a file that a person wrote.
fn read(path: &Path, disk: &Disk) -> Result<Arc<Source>, Vec<Diagnostic>> {
    read_text(path, path.display().to_string(), disk)
}
