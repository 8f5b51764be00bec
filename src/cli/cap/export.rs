//! `preaudit cap export`: the plan in other forms.

use super::read_plan;
use crate::cap;
use crate::cli::output::Output;
use crate::report::Exit;
use crate::world::Disk;
use clap::ValueEnum;
use std::path::PathBuf;

/// Write the plan as Markdown, CSV or XLSX.
///
/// What a spreadsheet would take for a formula gets an apostrophe in CSV, and is text in XLSX.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The plan.
    #[arg(default_value = cap::FILE_NAME, value_name = "FILE")]
    plan: PathBuf,
    /// Form of the plan.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output; needed for XLSX.
    #[arg(short, long, value_name = "FILE", required_if_eq("format", "xlsx"))]
    output: Option<PathBuf>,
}

/// Forms of a plan.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people: Markdown.
    #[default]
    Md,
    /// For programs and spreadsheets.
    Csv,
    /// A workbook with a frozen header and filters.
    Xlsx,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let plan = match read_plan(&arguments.plan, &disk) {
        Ok(plan) => plan,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let file = arguments.output.as_deref();
    match (arguments.format, file) {
        (Format::Md, _) => output.deliver(&cap::markdown(&plan), file, &disk),
        (Format::Csv, _) => output.deliver(&cap::csv(&plan), file, &disk),
        (Format::Xlsx, None) => output.wrong("a workbook is written to a file: name it with --output"),
        (Format::Xlsx, Some(file)) => match cap::workbook(&plan) {
            Ok(bytes) => match disk.write(file, &bytes) {
                Ok(()) => Exit::Clean,
                Err(error) => output.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
            },
            Err(error) => output.wrong(&format!("cannot write the workbook: {error}")),
        },
    }
}
