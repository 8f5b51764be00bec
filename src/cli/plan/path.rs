//! `preaudit plan path`: what to mend first.

use crate::cli::forecast::Format;
use crate::cli::output::Output;
use crate::cli::place::Folder;
use crate::cli::scan::{stages, with_progress};
use crate::remedy;
use crate::report::Exit;
use crate::stage::Stage;
use crate::world::Disk;
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
    /// The audit to prepare for [default: that of preaudit.toml, else pre-audit].
    #[arg(long, value_name = "STAGE", value_parser = stages())]
    stage: Option<Stage>,
    /// How strictly to grade: common, strict, or a profile of a pack.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The format of the path.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let made = arguments.folder.request(&disk).and_then(|mut request| {
        request.stage = arguments.stage;
        request.profile.clone_from(&arguments.profile);
        with_progress(&disk, output, || remedy::path(&request, &disk))
    });
    let path = match made {
        Ok(path) => path,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let text = match arguments.format {
        Format::Text => remedy::render(&path),
        Format::Json => match path.to_json() {
            Ok(json) => json,
            Err(error) => return output.wrong(&error.to_string()),
        },
    };
    output.deliver(&text, arguments.output.as_deref(), &disk)
}
