//! `preaudit plan calendar`: what is due, before Stage 2 and in the three years after.

use super::facts;
use crate::certification::{self, Anchor};
use crate::cli::output::Output;
use crate::report::Exit;
use crate::world::{Disk, World};
use clap::ValueEnum;
use jiff::civil::Date;
use std::path::PathBuf;

/// Write the calendar of a certification.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// First day of Stage 2, planned or past.
    #[arg(long, value_name = "YYYY-MM-DD")]
    stage_2: Date,
    /// Day of the certification decision [default: a month after Stage 2].
    #[arg(long, value_name = "YYYY-MM-DD")]
    decision: Option<Date>,
    /// Name of the organization, for entries of a calendar program.
    #[arg(long, default_value = "ISO/IEC 27001", value_name = "NAME")]
    organization: String,
    /// Form of the calendar.
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// The day before which things are past [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Forms of a calendar.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For calendar programs: iCalendar, RFC 5545.
    Ics,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let facts = match facts(&disk) {
        Ok(facts) => facts,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let anchor = Anchor { stage_2: arguments.stage_2, decision: arguments.decision };
    if arguments.decision.is_some_and(|decision| decision < arguments.stage_2) {
        return output.wrong("the decision cannot be before Stage 2");
    }
    let milestones = certification::milestones(anchor, &facts.limits);
    let as_of = arguments.as_of.unwrap_or_else(|| disk.today());
    let text = match arguments.format {
        Format::Text => certification::text(&milestones, as_of),
        Format::Ics => certification::icalendar(&milestones, &arguments.organization, as_of),
    };
    output.deliver(&text, arguments.output.as_deref(), &disk)
}
