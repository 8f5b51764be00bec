//! `preaudit forecast`: what changes until a day.

use super::occasion::Occasion;
use super::output::{Format, Output};
use super::place::{Folder, disk};
use super::scan::with_progress;
use crate::forecast::{self, Forecast};
use crate::report::Exit;
use jiff::civil::Date;
use std::path::PathBuf;

/// Say what changes until a day, if nobody does anything.
///
/// Every day from the day of judgement (--as-of, else that of preaudit.toml, else today) is judged on the
/// evidence as it lies there: what falls due, what runs out, which evidence grows too old, which waiver
/// ends. The changes are told by week, each with the places that make it. `preaudit scan --as-of DAY`
/// shows one of the days whole. At most three years are looked at; ends with 0 whatever they bring.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The last day that is looked at.
    #[arg(long, value_name = "YYYY-MM-DD")]
    until: Date,
    #[command(flatten)]
    occasion: Occasion,
    /// The format of the forecast.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = disk();
    let made = arguments.folder.request(&disk).and_then(|mut request| {
        arguments.occasion.ask(&mut request);
        with_progress(&disk, output, || forecast::forecast(&request, arguments.until, &disk))
    });
    let write = |made: &Forecast| arguments.format.write(made, forecast::render, Forecast::to_json);
    output.made(made, write, arguments.output.as_deref(), &disk)
}
