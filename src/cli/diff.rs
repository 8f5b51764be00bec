//! `preaudit diff`: what changed, and why.

use super::occasion::stages;
use super::output::{Format, Output};
use super::place::{Folder, disk, runs_of};
use super::recorded::{Recording, open};
use super::scan::with_progress;
use crate::diff::{self, Diff};
use crate::finding::Diagnostic;
use crate::history::Chain;
use crate::report::Exit;
use crate::stage::Stage;
use crate::world::Disk;
use crate::{audit, baseline};
use std::path::{Path, PathBuf};

/// Say what changed between two runs, and why.
///
/// `preaudit diff A B` compares two recorded runs, or reports in JSON, by what they record: files of
/// evidence by their digests, rules, preaudit.toml, the day. Where only one of these differs it is the
/// cause, else all that differ are named.
///
/// `preaudit diff --baseline RUN DIR` scans DIR now and decides by judging again: as of the day of the
/// run, with its profile and stage, and with what preaudit.toml said then. What makes a difference
/// disappear is its cause; what stays is due to the files or the rules that are named.
///
/// A run is `last`, the beginning of the name or SHA-256 of a recorded run, or a file. Ends with 0
/// whatever changed; `preaudit scan --baseline RUN --fail-on new-minor` is for the nightly job.
#[derive(Debug, clap::Args)]
#[command(
    override_usage = "preaudit diff [OPTIONS] <A> <B>\n       preaudit diff [OPTIONS] --baseline <RUN> [DIR]"
)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// The later run, where the first argument is the earlier one.
    #[arg(value_name = "B", conflicts_with = "baseline", required_unless_present = "baseline")]
    later: Option<PathBuf>,
    /// Compare what a scan of the folder says now with this run.
    #[arg(long, value_name = "RUN")]
    baseline: Option<String>,
    /// The audit to prepare for [default: that of preaudit.toml, else pre-audit].
    #[arg(long, value_name = "STAGE", value_parser = stages(), requires = "baseline")]
    stage: Option<Stage>,
    /// How strictly to grade: common, strict, or a profile of a pack.
    #[arg(long, value_name = "NAME", requires = "baseline")]
    profile: Option<String>,
    /// The form of the difference.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write to this file, and not to standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = disk();
    let made = match (&arguments.baseline, &arguments.later) {
        (Some(baseline), _) => with_progress(&disk, output, || arguments.since(baseline, &disk)),
        (None, Some(later)) => arguments.between(later, &disk),
        (None, None) => return output.wrong("name two runs, or one with --baseline"),
    };
    let write = |made: &Diff| arguments.format.write(made, diff::render, Diff::to_json);
    output.made(made, write, arguments.output.as_deref(), &disk)
}

impl Arguments {
    /// What changed since a run, in the evidence as it is now.
    fn since(&self, name: &str, disk: &Disk) -> Result<Diff, Vec<Diagnostic>> {
        let remembered = Recording::since(name).remember(&self.folder, disk)?;
        let mut request = self.folder.request(disk)?;
        request.stage = self.stage;
        request.profile.clone_from(&self.profile);
        request.past = remembered.past();
        let run = remembered.baseline()?;
        let report = audit::audit(&request, disk)?;
        baseline::compare(run, &report, &request, disk)
    }

    /// What changed from one run to another, as far as they tell.
    fn between(&self, later: &Path, disk: &Disk) -> Result<Diff, Vec<Diagnostic>> {
        let runs = runs_of(Path::new("."), self.folder.config.as_deref());
        let is_recorded = |path: &Path| !path.is_file();
        let chain = match runs.filter(|_| is_recorded(&self.folder.path) || is_recorded(later)) {
            Some(runs) => Some(Chain::read(&runs, disk).map_err(|broken| vec![broken])?),
            None => None,
        };
        let open = |path: &Path| open(&path.to_string_lossy(), chain.as_ref(), disk).map_err(|one| vec![one]);
        let (before, after) = (open(&self.folder.path)?, open(later)?);
        let now = (&after.report, after.workspace.as_deref());
        Ok(diff::compare(&before, &after.report, &mut |item| diff::recorded(&before, now, item)))
    }
}
