//! `preaudit plan papers`: what an internal auditor takes along.

use crate::audit::{self, Inspection};
use crate::cli::occasion::stages;
use crate::cli::output::Output;
use crate::cli::place::{Folder, disk};
use crate::finding::Diagnostic;
use crate::papers::{self, Material};
use crate::report::Exit;
use crate::stage::Stage;
use crate::world::Disk;
use std::path::PathBuf;

/// Write the working papers of an internal audit, as Markdown.
///
/// Who audits, and which clauses and controls, stands in preaudit.toml:
///
///   [audit]
///   controls = ["9.2.2", "A.8.13"]
///   auditor = "Jo Doe"
///   team = ["max.roe@example.com"]
///
/// First comes whether the auditors answer for what they audit, then what the audit programme covered
/// within three years and what is left, then a paper for each clause and control: what it is for, which
/// files were looked at, what the rules say, the exceptions with their places, what to ask, and room for
/// notes and the conclusion.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The audit whose papers these are.
    #[arg(long, value_name = "STAGE", value_parser = stages(), default_value = "internal-audit")]
    stage: Stage,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = disk();
    match write(arguments, &disk) {
        Ok(text) => output.deliver(&text, arguments.output.as_deref(), &disk),
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn write(arguments: &Arguments, disk: &Disk) -> Result<String, Vec<Diagnostic>> {
    let mut request = arguments.folder.request(disk)?;
    request.stage = Some(arguments.stage);
    audit::in_threads(request.jobs, || {
        let mut inspection = Inspection::open(&request, disk)?;
        let heard = inspection.hear(inspection.as_of, None)?;
        let report = inspection.report(&heard, &heard.outcomes);
        let Inspection { packs, evidence, stage, as_of, .. } = &inspection;
        let material = Material { packs, evidence, report: &report, stage: *stage, as_of: *as_of };
        Ok(papers::papers(&material))
    })
}
