//! `preaudit history`: what recorded runs show, and whether they are what was recorded.

use super::output::Output;
use super::place::runs_of;
use super::recorded::runs_below;
use crate::finding::count;
use crate::history::{self, Chain, Trend};
use crate::report::Exit;
use crate::world::Disk;
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

/// Show what recorded runs say over time: verdict and grades of each run, and how long each
/// nonconformity was open.
///
/// `preaudit scan --record` records a run in .preaudit/runs beside preaudit.toml. Closed is what a later
/// run saw conform; what is merely absent, waived or not evaluated stays open.
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    folder: RunsFolder,
    /// The form of the trend.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// What else can be done with recorded runs.
#[derive(Debug, Subcommand)]
enum Command {
    /// Check that recorded runs are as they were recorded, and none between them is missing.
    ///
    /// Each file names the SHA-256 of the one before, so what was changed, removed or forked is told with
    /// the first file where it shows. That the newest runs were removed does not show in the others: keep
    /// the digest that is printed somewhere else, and ask for it with --known.
    Verify(Verify),
}

#[derive(Debug, clap::Args)]
struct Verify {
    #[command(flatten)]
    folder: RunsFolder,
    /// Fail too where no run has this SHA-256, as printed before.
    #[arg(long, value_name = "SHA256")]
    known: Option<String>,
}

#[derive(Debug, clap::Args)]
struct RunsFolder {
    /// The folder of evidence, or one of recorded runs.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The configuration of the folder, where it is not its preaudit.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

/// Forms of a trend.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// A drawing of majors and minors, for a page.
    Svg,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    match &arguments.command {
        Some(Command::Verify(verify)) => run_verify(verify, output),
        None => show(arguments, output),
    }
}

impl RunsFolder {
    fn runs(&self) -> Result<PathBuf, String> {
        let beside = || runs_of(&self.path, self.config.as_deref()).filter(|runs| runs.is_dir());
        let found = if self.config.is_some() { None } else { runs_below(&self.path) };
        found.or_else(beside).ok_or_else(|| {
            let shown = self.path.display();
            format!("no run is recorded for {shown}; `preaudit scan {shown} --record` records one")
        })
    }

    fn chain(&self, output: &Output) -> Result<Chain, Exit> {
        let runs = self.runs().map_err(|reason| output.wrong(&reason))?;
        Chain::read(&runs, &Disk::default()).map_err(|broken| output.wrongs(&[broken]))
    }
}

fn show(arguments: &Arguments, output: &Output) -> Exit {
    let trend = match arguments.folder.chain(output) {
        Ok(chain) => Trend::of(&chain),
        Err(exit) => return exit,
    };
    let text = match arguments.format {
        Format::Text => history::render(&trend),
        Format::Svg => trend.svg(),
        Format::Json => match trend.to_json() {
            Ok(json) => json,
            Err(error) => return output.wrong(&error.to_string()),
        },
    };
    output.deliver(&text, arguments.output.as_deref(), &Disk::default())
}

fn run_verify(verify: &Verify, output: &Output) -> Exit {
    let chain = match verify.folder.chain(output) {
        Ok(chain) => chain,
        Err(exit) => return exit,
    };
    let Some(last) = chain.last() else { return output.wrong("no run is recorded there") };
    if let Some(known) = &verify.known
        && !chain.links.iter().any(|link| link.digest.eq_ignore_ascii_case(known))
    {
        return output.wrong("no recorded run has the SHA-256 that is known: the newest runs were removed");
    }
    let runs = count(chain.links.len(), "run");
    output.print(&format!("{runs}, one chain; the newest is {}\nsha256 {}\n", last.file, last.digest));
    Exit::Clean
}
