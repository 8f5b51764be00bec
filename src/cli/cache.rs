//! `preaudit cache`: what is kept of logs from night to night.

use super::output::Output;
use super::place::cache_of;
use crate::finding::count;
use crate::report::Exit;
use crate::scan::{Cache, KeptState};
use crate::snippet::visible;
use crate::world::Disk;
use clap::Subcommand;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// Look at what `preaudit scan --cache` keeps, or remove it.
#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// List what is kept, log by log, and which logs are still as they were.
    Info(Arguments),
    /// Remove everything that is kept.
    Clear(Arguments),
}

/// A folder of evidence.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// The folder of evidence.
    #[arg(default_value = ".")]
    path: PathBuf,
    /// The configuration of the folder, where it is not its preaudit.toml.
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    let (Command::Info(arguments) | Command::Clear(arguments)) = command;
    let Some(folder) = cache_of(&arguments.path, arguments.config.as_deref()) else {
        return output.wrong("there is no preaudit.toml here or above, so nothing is kept");
    };
    let cache = Cache::new(folder);
    match command {
        Command::Info(_) => output.print(&info(&cache, &arguments.root())),
        Command::Clear(_) => {
            let (entries, bytes) = cache.clear(&Disk::default());
            output.print(&format!("removed {}, {bytes} bytes\n", entries_text(entries)));
        }
    }
    Exit::Clean
}

impl Arguments {
    /// The folder that paths of logs are relative to: that of preaudit.toml, unless another
    /// configuration is named.
    fn root(&self) -> PathBuf {
        let beside = || cache_of(&self.path, None)?.parent()?.parent().map(Path::to_path_buf);
        let folder = if self.config.is_some() { None } else { beside() };
        folder.unwrap_or_else(|| self.path.clone())
    }
}

fn info(cache: &Cache, root: &Path) -> String {
    let kept = cache.list(&Disk::default(), root);
    let bytes: u64 = kept.iter().map(|one| one.bytes).sum();
    let mut text = format!("{}, {bytes} bytes\n", entries_text(kept.len()));
    for one in kept {
        let state = match one.state {
            KeptState::Unchanged => "unchanged, is not read",
            KeptState::Longer => "longer, is read from where it was left",
            KeptState::Changed => "changed",
            KeptState::Gone => "not there any more",
        };
        let scans = count(one.scans, "rule");
        let _ = writeln!(text, "  {}: {state}; {scans}, {} bytes", visible(&one.file), one.bytes);
    }
    text
}

fn entries_text(number: usize) -> String {
    format!("{number} {}", if number == 1 { "entry" } else { "entries" })
}
