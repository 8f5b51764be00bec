//! `preaudit seal`: who answers for a report.

use super::keys::secret_key;
use super::output::Output;
use super::recorded::read_bytes;
use crate::custody::{self, FileTime};
use crate::finding::Diagnostic;
use crate::report::{Exit, Report};
use crate::world::Disk;
use std::path::{Path, PathBuf};

/// Sign a report, so that others can see who answers for it and that it was not changed.
///
/// Writes an in-toto statement about the canonical JSON of the report (RFC 8785) in a DSSE envelope,
/// signed with Ed25519. `preaudit verify` checks it, and so does `trestle verify` of compliance-trestle.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `preaudit scan --format json` wrote, or another JSON that was made from it, as oscal-results.
    report: PathBuf,
    /// The secret key: Ed25519 in PEM, as `preaudit pack keygen` or `openssl genpkey -algorithm ed25519`
    /// writes it.
    #[arg(long, value_name = "KEY.pem")]
    key: PathBuf,
    /// Note down when each file of the evidence in this folder was last changed.
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// Write this file [default: REPORT with `.seal.json` for its ending].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let sealed = seal(arguments, &disk);
    let path = arguments.output.clone().unwrap_or_else(|| seal_of(&arguments.report));
    match sealed.map(|text| disk.write(&path, text.as_bytes())) {
        Ok(Ok(())) => Exit::Clean,
        Ok(Err(error)) => output.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
        Err(wrong) => output.wrongs(&wrong),
    }
}

/// Where the seal of a report lies unless something else is said.
pub(super) fn seal_of(report: &Path) -> PathBuf {
    report.with_extension("seal.json")
}

fn seal(arguments: &Arguments, disk: &Disk) -> Result<String, Vec<Diagnostic>> {
    let key = secret_key(&arguments.key, disk)?;
    let bytes = read_bytes(&arguments.report, disk).map_err(|one| vec![one])?;
    let name =
        arguments.report.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let times = match (&arguments.evidence, serde_json::from_slice::<Report>(&bytes)) {
        (Some(folder), Ok(report)) => times(&report, folder, disk),
        _ => Vec::new(),
    };
    let sealed = custody::seal(&name, &bytes, &times, &key)
        .and_then(|seal| seal.to_json().map_err(|error| error.to_string()));
    sealed.map_err(|reason| vec![super::keys::bad_key(&arguments.report, &reason)])
}

/// When each file of the evidence was last changed; those that are not there have no time.
fn times(report: &Report, folder: &Path, disk: &Disk) -> Vec<FileTime> {
    let mut files: Vec<&str> = report.evidence.iter().map(|seen| seen.file.as_str()).collect();
    files.sort_unstable();
    files.dedup();
    let time = |file: &str| {
        let modified = disk.modified(&folder.join(file))?;
        Some(FileTime { file: file.to_owned(), modified: modified.to_string() })
    };
    files.into_iter().filter_map(time).collect()
}
