//! `preaudit plan path`: what to mend first.

use crate::cli::occasion::Occasion;
use crate::cli::output::{Format, Output};
use crate::cli::place::{Folder, disk};
use crate::cli::scan::with_progress;
use crate::remedy;
use crate::report::Exit;
use std::path::PathBuf;

/// Rank what to mend by the blockers that it removes.
///
/// Each finding is graded away by withholding what is behind it, and everything is graded again: majors
/// first, systemic majors with the minors they consist of, then minors. Where a systemic major falls only
/// with several of its minors, they stand together. After each step it says what is left.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    #[command(flatten)]
    occasion: Occasion,
    /// The format of the path.
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
        with_progress(&disk, output, || remedy::path(&request, &disk))
    });
    let write = |made: &remedy::Path| arguments.format.write(made, remedy::render, remedy::Path::to_json);
    output.made(made, write, arguments.output.as_deref(), &disk)
}
