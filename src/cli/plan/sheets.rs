//! `preaudit plan sheets`: what to ask where no file can tell.

use crate::cli::output::Output;
use crate::cli::place::packs_here;
use crate::control_id::ControlId;
use crate::pack::{Control, Packs};
use crate::report::Exit;
use crate::sheets;
use crate::toml_text::did_you_mean;
use crate::world::{Disk, World};
use jiff::civil::Date;
use std::path::PathBuf;

/// Write interview and attestation sheets.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// Clauses and controls, as `A.7.4` or `5.1`; `all` for every one.
    #[arg(value_name = "CONTROL")]
    controls: Vec<String>,
    /// Read this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// The day that the sheets are for [default: today].
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let packs = match packs_here(&arguments.packs, &disk) {
        Ok(packs) => packs,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let controls = match wanted(&packs, &arguments.controls) {
        Ok(controls) => controls,
        Err(wrong) => return output.wrong(&wrong),
    };
    let as_of = arguments.as_of.unwrap_or_else(|| disk.today());
    output.deliver(&sheets::sheets(&packs, &controls, as_of), arguments.output.as_deref(), &disk)
}

fn wanted<'a>(packs: &'a Packs, names: &[String]) -> Result<Vec<&'a Control>, String> {
    match names {
        [] => Ok(sheets::of_people(packs)),
        [all] if all == "all" => Ok(packs.controls.values().collect()),
        names => names.iter().map(|name| control(packs, name)).collect(),
    }
}

/// A clause where there is one of this number, else a control: `5.1` is leadership, `A.5.1` policies.
fn control<'a>(packs: &'a Packs, name: &str) -> Result<&'a Control, String> {
    let id = name.parse().ok().or_else(|| ControlId::read_control(name));
    id.and_then(|id| packs.controls.get(&id)).ok_or_else(|| {
        let ids: Vec<String> = packs.controls.keys().map(ToString::to_string).collect();
        format!("there is no control `{name}`{}", did_you_mean(name, ids.iter().map(String::as_str)))
    })
}
