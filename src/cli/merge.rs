//! `preaudit merge`: one report from the shares of several machines.

use super::output::Output;
use super::recorded::Recording;
use super::scan::{Told, run_with};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::report::Exit;
use crate::scan::{Partials, Shards};
use crate::world::{Disk, World};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest file of partial results.
const LARGEST: u64 = 4 << 30;

/// Make one report from what the shares of a scan gave.
///
/// Every machine runs `preaudit scan DIR --shard I/N --partial OUT` over the same folder; with the
/// same other arguments, `preaudit merge DIR --partial OUT...` prints the report that one machine
/// would have made alone. Tables and documents are read here, logs only where the report shows them.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    recording: Recording,
    /// What the shares gave, in any order.
    #[arg(long = "partial", value_name = "OUT", num_args = 1.., required = true)]
    partials: Vec<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    run_with(&arguments.told, &arguments.recording, output, |disk| {
        let files: Result<Vec<_>, Diagnostic> =
            arguments.partials.iter().map(|path| read(path, disk)).collect();
        let shards = Shards::new(files.map_err(|wrong| vec![wrong])?);
        Ok(Partials::Shards(Arc::new(shards)))
    })
}

fn read(path: &Path, disk: &Disk) -> Result<(String, Vec<u8>), Diagnostic> {
    let shown = path.display().to_string();
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let bytes = disk.read(folder, &name, LARGEST).map_err(|error| {
        let place = Place::whole(&shown, "looked for here");
        Diagnostic::error(Code::InvalidShard, format!("cannot read {shown}: {}", error.reason)).at(place)
    })?;
    Ok((shown, bytes))
}
