//! `preaudit cap check`: what a plan lacks.

use super::{limits, read_plan, read_report};
use crate::cap::{self, Known};
use crate::cli::output::Output;
use crate::cli::place::packs_here;
use crate::finding::{Diagnostic, count};
use crate::report::{Exit, diagnostics_text};
use crate::world::{Disk, World};
use jiff::civil::Date;
use std::path::PathBuf;

/// Say what the plan lacks and what an auditor would not accept of it, at its line.
///
/// No owner, day, deliverable or extent; a day beyond what the grade allows; a cause that is the finding
/// in other words, or somebody's error alone; an effect that is looked at before the action; several
/// findings with one copied text; a finding that no report holds. Ends with 1 when there is any.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The plan.
    #[arg(default_value = cap::FILE_NAME, value_name = "FILE")]
    plan: PathBuf,
    /// Look findings up in this report too.
    #[arg(long, value_name = "REPORT")]
    report: Option<PathBuf>,
    /// The day on which actions are past due [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Know the rules of this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    match check(arguments, &Disk::default()) {
        Ok((actions, told)) => {
            output.print(&diagnostics_text(&told, &output.report_style()));
            let points = if told.is_empty() {
                "nothing to mend".to_owned()
            } else {
                format!("{} to mend", count(told.len(), "point"))
            };
            output.print(&format!(
                "{}{}: {points}\n",
                if told.is_empty() { "" } else { "\n" },
                count(actions, "action")
            ));
            if told.is_empty() { Exit::Clean } else { Exit::Findings }
        }
        Err(wrong) => output.wrongs(&wrong),
    }
}

fn check(arguments: &Arguments, disk: &Disk) -> Result<(usize, Vec<Diagnostic>), Vec<Diagnostic>> {
    let plan = read_plan(&arguments.plan, disk)?;
    let packs = packs_here(&arguments.packs, disk)?;
    let report = arguments.report.as_ref().map(|path| read_report(path, disk)).transpose()?;
    let known = Known {
        packs: &packs,
        limits: &limits(&packs)?,
        report: report.as_ref().map(|(report, _)| report),
        as_of: arguments.as_of.unwrap_or_else(|| disk.today()),
    };
    Ok((plan.actions.len(), cap::lint(&plan, &known)))
}
