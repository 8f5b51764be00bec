//! `preaudit plan rfp`: the request for proposal.

use super::{facts, read};
use crate::certification::{self, Applicant};
use crate::cli::output::Output;
use crate::finding::Diagnostic;
use crate::report::Exit;
use crate::world::Disk;
use std::path::PathBuf;

/// Write the request for proposal to certification bodies.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// What a body asks of the organization: sites, persons, complexity.
    #[arg(default_value = certification::FILE_NAME, value_name = "FILE")]
    applicant: PathBuf,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    match request(arguments, &disk) {
        Ok(text) => output.deliver(&text, arguments.output.as_deref(), &disk),
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn request(arguments: &Arguments, disk: &Disk) -> Result<String, Vec<Diagnostic>> {
    let applicant = Applicant::read(&*read(&arguments.applicant, disk)?)?;
    Ok(certification::request(&applicant, &facts(disk)?))
}
