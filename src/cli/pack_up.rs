//! `preaudit pack-up`: what an auditor takes along.

use super::keys::secret_key;
use super::occasion::Occasion;
use super::output::Output;
use super::place::Folder;
use super::scan::with_progress;
use crate::audit::{self, Redaction, Request};
use crate::custody;
use crate::finding::Diagnostic;
use crate::report::Exit;
use crate::world::Disk;
use std::path::PathBuf;

/// Scan, and write what an auditor takes along as one ZIP archive.
///
/// It holds the report as JSON, text, HTML, XLSX and SARIF, an index by clause and control, a page for each finding
/// with the places that it cites, the SHA-256 of the evidence as `sha256sum -c` reads it, the versions of
/// the rules, and a seal with --key. The evidence itself is not in it.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    occasion: Occasion,
    /// Give persons, mail and network addresses pseudonyms, the same ones everywhere.
    #[arg(long)]
    redact: bool,
    /// Seal the report with this secret key: Ed25519 in PEM.
    #[arg(long, value_name = "KEY.pem")]
    key: Option<PathBuf>,
    /// The archive.
    #[arg(short, long, value_name = "FILE", default_value = "auditor.zip")]
    output: PathBuf,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    match pack_up(arguments, output, &disk).map(|bytes| disk.write(&arguments.output, &bytes)) {
        Ok(Ok(())) => Exit::Clean,
        Ok(Err(error)) => output.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn pack_up(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<Vec<u8>, Vec<Diagnostic>> {
    let key = arguments.key.as_deref().map(|path| secret_key(path, disk)).transpose()?;
    let redaction = if arguments.redact { Redaction::Pseudonyms } else { Redaction::Open };
    let mut request = Request { redaction, ..arguments.folder.request(disk)? };
    arguments.occasion.ask(&mut request);
    let report = with_progress(disk, output, || audit::audit(&request, disk))?;
    let bound = custody::bind(&report, |json| {
        let seal = key.map(|key| custody::seal("report.json", json, &[], &key)).transpose()?;
        seal.map(|seal| seal.to_json().map_err(|error| error.to_string())).transpose()
    });
    bound.map_err(|reason| vec![super::keys::bad_key(&arguments.output, &reason)])
}
