//! `preaudit cap new`: a plan from a report.

use super::{kept, limits, read_report, replace};
use crate::cap::{self, DrawnUp};
use crate::cli::output::Output;
use crate::cli::place::packs_here;
use crate::finding::{Diagnostic, count};
use crate::pack::hex;
use crate::report::Exit;
use crate::world::Disk;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

/// Draw up the corrective action plan from a report.
///
/// One [[action]] for each nonconformity, with comments on what belongs where. Majors are due 90 days
/// after the day of the report, as certification bodies commonly want it; minors too, though they may
/// take until the next audit. When the plan is there already, everything that people wrote into it
/// stays: new findings are added at its end, and those that the report no longer holds are marked.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Example:
  preaudit scan DIR --format json --output report.json
  preaudit cap new report.json
  preaudit cap check
  preaudit cap verify --evidence DIR")]
pub(in crate::cli) struct Arguments {
    /// The report, as `scan --format json` writes it.
    #[arg(value_name = "REPORT")]
    report: PathBuf,
    /// The plan.
    #[arg(short, long, default_value = cap::FILE_NAME, value_name = "FILE")]
    output: PathBuf,
    /// Take limits from this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    match draw_up(arguments, &Disk::default()) {
        Ok(drawn) => {
            tell(arguments, &drawn, output);
            Exit::Clean
        }
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn draw_up(arguments: &Arguments, disk: &Disk) -> Result<DrawnUp, Vec<Diagnostic>> {
    let (report, bytes) = read_report(&arguments.report, disk)?;
    let limits = limits(&packs_here(&arguments.packs, disk)?)?;
    let kept = kept(&arguments.output, disk)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let drawn = cap::draw_up(&report, &sha256, kept.as_ref(), &limits)?;
    replace(&arguments.output, kept.as_ref().map(|kept| kept.text()), &drawn.text, disk)?;
    Ok(drawn)
}

fn tell(arguments: &Arguments, drawn: &DrawnUp, output: &Output) {
    let parts = [
        (&drawn.added, "added"),
        (&drawn.back, "open again"),
        (&drawn.regraded, "of another grade"),
        (&drawn.gone, "no longer found, marked `gone_since`"),
    ];
    let parts: Vec<String> = parts
        .iter()
        .filter(|(ids, _)| !ids.is_empty())
        .map(|(ids, what)| format!("{} {what}", count(ids.len(), "action")))
        .collect();
    let said = if parts.is_empty() { "nothing to add".to_owned() } else { parts.join(", ") };
    output.print(&format!("{}: {said}\n", arguments.output.display()));
}
