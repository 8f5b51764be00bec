//! `preaudit plan offers`: offers of certification bodies side by side.

use super::{facts, read};
use crate::certification::{self, Applicant, Offer};
use crate::cli::output::Output;
use crate::finding::Diagnostic;
use crate::report::{Exit, diagnostics_text};
use crate::world::{Disk, World};
use jiff::civil::Date;
use std::path::PathBuf;

/// Compare offers of certification bodies.
///
/// Ends with 1 when something is left to be asked.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The offers, one TOML file each: `offers/*.toml`.
    #[arg(required = true, value_name = "OFFER")]
    offers: Vec<PathBuf>,
    /// What a body asks of the organization: sites, persons, complexity.
    #[arg(long, default_value = certification::FILE_NAME, value_name = "FILE")]
    applicant: PathBuf,
    /// The day on which accreditations and offers must hold [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    match compare(arguments, &disk) {
        Ok((table, flags)) => {
            output.print(&table);
            output.print(&diagnostics_text(&flags, &output.report_style()));
            if flags.is_empty() { Exit::Clean } else { Exit::Findings }
        }
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn compare(arguments: &Arguments, disk: &Disk) -> Result<(String, Vec<Diagnostic>), Vec<Diagnostic>> {
    let applicant = Applicant::read(&*read(&arguments.applicant, disk)?)?;
    let (mut offers, mut errors) = (Vec::new(), Vec::new());
    for path in &arguments.offers {
        match read(path, disk).and_then(|source| Offer::read(source).map_err(|error| vec![error])) {
            Ok(offer) => offers.push(offer),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let as_of = arguments.as_of.unwrap_or_else(|| disk.today());
    Ok(certification::compare(&offers, &applicant, &facts(disk)?, as_of))
}
