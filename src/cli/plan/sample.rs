//! `preaudit plan sample`: rows for an auditor to look at.

use crate::audit::{self, Inspection};
use crate::cli::output::Output;
use crate::cli::place::Folder;
use crate::finding::Diagnostic;
use crate::report::Exit;
use crate::sampling::{self, Design, Sample};
use crate::toml_text::did_you_mean;
use crate::world::Disk;
use clap::ValueEnum;
use std::path::PathBuf;

/// Draw a reproducible sample of a register, and say how likely it is to meet an exception.
///
/// Anybody with the same files and seed draws the same rows. The odds are those of drawing without
/// putting back: of 50 rows with 3 exceptions a sample of 5 meets one in 27.6 % of all cases, one of 10
/// in 49.6 %, one of 15 in 66.6 %.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The kind of evidence, as `accounts` or `training-records`; `preaudit list kinds` shows them.
    kind: String,
    #[command(flatten)]
    folder: Folder,
    /// The seed; write it down with the sample.
    #[arg(long, value_name = "NUMBER", allow_negative_numbers = true)]
    seed: i64,
    /// Rows to draw [default: the square root of the population, rounded up].
    #[arg(long, value_name = "N")]
    size: Option<usize>,
    /// Exceptions that the odds are worked out for [default: those that a scan finds].
    #[arg(long, value_name = "K")]
    exceptions: Option<usize>,
    /// Form of the sample.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Forms of a sample.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Markdown,
    /// For spreadsheets.
    Csv,
    /// For programs.
    Json,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let sample = match draw(arguments, &disk) {
        Ok(Ok(sample)) => sample,
        Ok(Err(reason)) => return output.wrong(&reason),
        Err(wrong) => return output.wrongs(&wrong),
    };
    let text = match arguments.format {
        Format::Markdown => sampling::markdown(&sample),
        Format::Csv => sampling::csv(&sample),
        Format::Json => match sample.to_json() {
            Ok(json) => json,
            Err(error) => return output.wrong(&error.to_string()),
        },
    };
    output.deliver(&text, arguments.output.as_deref(), &disk)
}

fn draw(arguments: &Arguments, disk: &Disk) -> Result<Result<Sample, String>, Vec<Diagnostic>> {
    let request = arguments.folder.request(disk)?;
    audit::in_threads(request.jobs, || {
        let mut inspection = Inspection::open(&request, disk)?;
        let heard = inspection.hear(inspection.as_of, None)?;
        let report = inspection.report(&heard, &heard.outcomes);
        let Some(kind) = inspection.packs.kinds.get(&arguments.kind) else {
            let near = did_you_mean(&arguments.kind, inspection.packs.kinds.keys().map(String::as_str));
            return Ok(Err(format!("no kind of evidence `{}`{near}", arguments.kind)));
        };
        let Arguments { seed, size, exceptions, .. } = *arguments;
        Ok(sampling::draw(&inspection.evidence, kind, &Design { seed, size, exceptions }, &report))
    })
}
