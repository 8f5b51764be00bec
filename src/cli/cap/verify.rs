//! `preaudit cap verify`: newer evidence closes what conforms on it.

use super::{read_plan, replace};
use crate::audit::{self, Request};
use crate::cap::{self, CapFile, Look, Outcome};
use crate::cli::output::Output;
use crate::cli::place::{Folder, disk};
use crate::cli::scan::with_progress;
use crate::finding::{Diagnostic, Exhibit};
use crate::grade::Past;
use crate::pack::{self, hex};
use crate::report::Exit;
use crate::snippet::visible;
use crate::world::Disk;
use jiff::civil::Date;
use sha2::{Digest, Sha256};
use std::path::PathBuf;
use std::sync::Arc;

/// Judge newer evidence, close what conforms there, and say why the rest stays open.
///
/// The evidence is judged as `preaudit scan` would, with its own preaudit.toml. An action is closed only
/// when its rule concluded conformity there, and the plan names cause, action and owner; what was not
/// evaluated closes nothing. What was closed and fails again is opened again. Each change leaves a record
/// in the plan: the day, the SHA-256 of the files that were looked at, and what was seen. Ends with 0 when
/// all is closed, with 1 when something stays open or is opened again, and with 3 when nothing fails but
/// not everything could be concluded.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The plan.
    #[arg(default_value = cap::FILE_NAME, value_name = "FILE")]
    plan: PathBuf,
    /// The folder of newer evidence.
    #[arg(long, value_name = "DIR")]
    evidence: PathBuf,
    /// Judge as of this day, instead of that of preaudit.toml or today.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Judge with this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Let packs from outside run their scripts, though preaudit.toml does not list their digests.
    #[arg(long)]
    trust_packs: bool,
    /// Threads to use [default: all processors].
    #[arg(short, long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=512))]
    jobs: Option<u16>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = disk();
    match verify(arguments, output, &disk) {
        Ok(looks) => {
            tell(&looks, output);
            exit(&looks)
        }
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn verify(arguments: &Arguments, output: &Output, disk: &Disk) -> Result<Vec<Look>, Vec<Diagnostic>> {
    let plan: CapFile = read_plan(&arguments.plan, disk)?;
    let folder = Folder {
        path: arguments.evidence.clone(),
        config: None,
        packs: arguments.packs.clone(),
        trust_packs: arguments.trust_packs,
        as_of: arguments.as_of,
        jobs: arguments.jobs,
    };
    let past = Arc::new(Past::default().with_promises(cap::promises(&plan)));
    let request = Request { past, ..folder.request(disk)? };
    let report = with_progress(disk, output, || audit::audit(&request, disk))?;
    let workspace = request
        .scope
        .workspace
        .as_ref()
        .map(|text| Exhibit { file: text.name().to_owned(), sha256: hex(&Sha256::digest(text.text())) });
    let packs = pack::load(&request.packs, disk)?;
    let looks = cap::verify(&plan, &report, &packs, workspace.as_ref())?;
    let text = cap::write(&plan, &looks)?;
    replace(&arguments.plan, Some(plan.source.text()), &text, disk)?;
    Ok(looks)
}

fn tell(looks: &[Look], output: &Output) {
    let quiet = output.is_quiet();
    for look in looks.iter().filter(|look| !quiet && (look.outcome.is_some() || output.is_verbose())) {
        let name = look.outcome.map_or("stays-closed", Outcome::name);
        output.print(&visible(&format!("{name:<12}  {}  {}: {}", look.finding, look.rule, look.why)));
        output.print("\n");
    }
    let tally: Vec<String> =
        Look::tally(looks).into_iter().map(|(what, number)| format!("{number} {what}")).collect();
    let tally = if tally.is_empty() { "no action in the plan".to_owned() } else { tally.join(", ") };
    output.print(&format!("{tally}\n"));
}

fn exit(looks: &[Look]) -> Exit {
    let is_open = |look: &&Look| matches!(look.outcome, Some(Outcome::StaysOpen | Outcome::Reopened));
    let open: Vec<&Look> = looks.iter().filter(is_open).collect();
    match open.iter().all(|look| look.unseen) {
        _ if open.is_empty() => Exit::Clean,
        true => Exit::Incomplete,
        false => Exit::Findings,
    }
}
