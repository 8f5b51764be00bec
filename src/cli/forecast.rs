//! `preaudit forecast`: what changes until a day.

use super::output::Output;
use super::place::Folder;
use super::scan::{stages, with_progress};
use crate::forecast;
use crate::report::Exit;
use crate::stage::Stage;
use crate::world::Disk;
use clap::ValueEnum;
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
    /// The audit to prepare for [default: that of preaudit.toml, else pre-audit].
    #[arg(long, value_name = "STAGE", value_parser = stages())]
    stage: Option<Stage>,
    /// How strictly to grade: common, strict, or a profile of a pack.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The format of the forecast.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Formats of what is told for people and for programs.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let made = arguments.folder.request(&disk).and_then(|mut request| {
        request.stage = arguments.stage;
        request.profile.clone_from(&arguments.profile);
        with_progress(&disk, output, || forecast::forecast(&request, arguments.until, &disk))
    });
    let forecast = match made {
        Ok(forecast) => forecast,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let text = match arguments.format {
        Format::Text => forecast::render(&forecast),
        Format::Json => match forecast.to_json() {
            Ok(json) => json,
            Err(error) => return output.wrong(&error.to_string()),
        },
    };
    output.deliver(&text, arguments.output.as_deref(), &disk)
}
