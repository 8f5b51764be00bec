//! `preaudit convert`: a report that was kept, in other formats.

use super::output::Output;
use super::outputs::Outputs;
use super::recorded::open;
use crate::report::{Exit, FailOn};
use crate::world::Disk;
use clap::ValueEnum;

/// Write a report that was kept as JSON in other formats.
///
/// Every format is made from the JSON report alone, so this writes byte for byte what the scan would
/// have written. It ends as the scan did: with 1 when findings are at or above --fail-on.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What `preaudit scan --format json` wrote, or a recorded run.
    report: String,
    #[command(flatten)]
    outputs: Outputs,
    /// End with 1 from this grade on.
    #[arg(long, value_enum, default_value_t, value_name = "GRADE")]
    fail_on: Grade,
    /// End with 0 where there are findings.
    #[arg(long)]
    exit_zero: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    if let Err(reason) = arguments.outputs.wanted() {
        return output.wrong(&reason);
    }
    let report = match open(&arguments.report, None, &disk) {
        Ok(run) => run.report,
        Err(wrong) => return output.wrongs(&[wrong]),
    };
    if let Err(exit) = arguments.outputs.write(&report, output, &disk) {
        return exit;
    }
    match report.exit(arguments.fail_on.into()) {
        Exit::Findings if arguments.exit_zero => Exit::Clean,
        exit => exit,
    }
}

/// Grades that end the program with 1.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Grade {
    /// Majors only.
    Major,
    /// Minors and majors.
    #[default]
    Minor,
    /// Opportunities too.
    Opportunity,
}

impl From<Grade> for FailOn {
    fn from(grade: Grade) -> Self {
        match grade {
            Grade::Major => Self::Major,
            Grade::Minor => Self::Minor,
            Grade::Opportunity => Self::Opportunity,
        }
    }
}
