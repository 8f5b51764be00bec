//! `preaudit verify`: whether a report can be believed.

use super::keys::KeyArgument;
use super::output::Output;
use super::place::Folder;
use super::recorded::{open, read_bytes};
use super::scan::with_progress;
use super::seal::seal_of;
use crate::audit::{Redaction, Request};
use crate::custody;
use crate::finding::Diagnostic;
use crate::report::Exit;
use crate::signature::Envelope;
use crate::world::Disk;
use std::path::PathBuf;

/// Say whether a report was changed, who answers for it, and whether it follows from the evidence.
///
/// Checks the seal beside the report, where there is one; with --evidence, hashes every file again and
/// asks every rule again, on the report's day, stage and profile, and says what moved. Ends with 0 when
/// all holds, and with 1 when something does not.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `preaudit scan --format json` wrote.
    report: PathBuf,
    /// The folder of evidence, to be judged again.
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// The seal [default: REPORT with `.seal.json` for its ending].
    #[arg(long, value_name = "FILE")]
    seal: Option<PathBuf>,
    /// The public key of whoever must have sealed it: `ed25519:…`, or a file in PEM.
    #[arg(long, value_name = "KEY")]
    key: Option<KeyArgument>,
    /// The report has pseudonyms, as `scan --redact` gives them.
    #[arg(long)]
    redact: bool,
    /// Judge with this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Let packs from outside run their scripts.
    #[arg(long)]
    trust_packs: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let looked = arguments.look_at_seal(output, &disk).and_then(|sealed| {
        let examined = arguments.evidence.is_none() || arguments.examine(output, &disk)?;
        Ok(sealed && examined)
    });
    match looked {
        Ok(true) => Exit::Clean,
        Ok(false) => Exit::Findings,
        Err(wrong) => output.wrongs(&wrong),
    }
}

impl Arguments {
    /// Tells of the seal, and whether nothing stands against it.
    fn look_at_seal(&self, output: &Output, disk: &Disk) -> Result<bool, Vec<Diagnostic>> {
        let path = self.seal.clone().unwrap_or_else(|| seal_of(&self.report));
        let wanted = self.key.as_ref().map(|key| key.read(disk)).transpose()?;
        if self.seal.is_none() && !path.is_file() {
            output.print("seal      there is none\n");
            return Ok(wanted.is_none());
        }
        let bytes = |path: &PathBuf| read_bytes(path, disk).map_err(|one| vec![one]);
        let (seal, report) = (bytes(&path)?, bytes(&self.report)?);
        let opened = Envelope::read(&seal).and_then(|seal| custody::open(&seal, &report));
        let told = match opened {
            Ok(signers) => match wanted {
                Some(wanted) if !signers.contains(&wanted) => Err(format!("{wanted} did not sign it")),
                _ => Ok(signers.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")),
            },
            Err(reason) => Err(reason),
        };
        let text = match &told {
            Ok(signers) => format!("seal      holds, by {signers}\n"),
            Err(reason) => format!("seal      does not hold: {reason}\n"),
        };
        output.print(&text);
        Ok(told.is_ok())
    }

    /// Judges again and tells what moved.
    fn examine(&self, output: &Output, disk: &Disk) -> Result<bool, Vec<Diagnostic>> {
        let report = open(&self.report.to_string_lossy(), None, disk).map_err(|one| vec![one])?.report;
        let folder = Folder {
            path: self.evidence.clone().unwrap_or_default(),
            config: None,
            packs: self.packs.clone(),
            trust_packs: self.trust_packs,
            as_of: None,
            jobs: None,
        };
        let redaction = if self.redact { Redaction::Pseudonyms } else { Redaction::Open };
        let request = Request { redaction, ..folder.request(disk)? };
        let examination = with_progress(disk, output, || custody::examine(&report, request, disk))?;
        output.print(&custody::render(&examination));
        Ok(examination.holds())
    }
}
