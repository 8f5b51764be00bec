//! Recorded runs on the command line: which are meant, what a scan takes from them and adds to them.

use super::cap::read_plan;
use super::output::Output;
use super::place::{Folder, runs_of};
use crate::audit::Request;
use crate::code::Code;
use crate::diff::{self, Diff};
use crate::finding::{Diagnostic, State, count};
use crate::grade::{Past, Promises};
use crate::history::{self, Chain, RUNS, Run};
use crate::place::Place;
use crate::report::{Exit, Report};
use crate::world::{Disk, World};
use crate::{baseline, cap};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The largest report or run.
const LARGEST: u64 = 1 << 30;

/// What a scan takes from recorded runs, and adds to them.
#[derive(Debug, clap::Args)]
pub(super) struct Recording {
    /// Record the run in .preaudit/runs beside preaudit.toml, each naming the SHA-256 of the one before,
    /// and grade in view of those before: a minor that was closed and is back is a major.
    #[arg(long)]
    record: bool,
    /// Grade in view of the runs that are recorded there, and record nothing.
    #[arg(long, value_name = "DIR", conflicts_with = "record")]
    history: Option<PathBuf>,
    /// Grade in view of this corrective action plan, as cap.toml: a major whose action is past due stays
    /// one, and minors whose actions are past due are a minor against 10.2.
    #[arg(long, value_name = "FILE")]
    cap: Option<PathBuf>,
    /// Tell on standard error what changed since this run, and why: `last`, the beginning of the name or
    /// SHA-256 of a recorded run, or a file of a run or report in JSON.
    #[arg(long, value_name = "RUN")]
    baseline: Option<String>,
}

/// Recorded runs as a scan found them.
pub(super) struct Remembered {
    /// Where this run is recorded.
    record: Option<PathBuf>,
    chain: Option<Chain>,
    promises: Promises,
    baseline: Option<Run>,
}

impl Recording {
    /// That nothing is recorded, and a run compared with.
    pub(super) fn since(name: &str) -> Self {
        Self { record: false, history: None, cap: None, baseline: Some(name.to_owned()) }
    }

    pub(super) fn has_baseline(&self) -> bool {
        self.baseline.is_some()
    }

    /// Reads what is recorded, before anything is judged.
    ///
    /// # Errors
    /// When there is nowhere to record, the chain is broken, or there is no such run.
    pub(super) fn remember(&self, folder: &Folder, disk: &Disk) -> Result<Remembered, Vec<Diagnostic>> {
        let own = runs_of(&folder.path, folder.config.as_deref());
        if self.record && own.is_none() {
            let message = "there is no preaudit.toml, so nothing can be recorded";
            return Err(vec![wrong(message, "write one with `preaudit init`, or leave out --record")]);
        }
        let runs = match &self.history {
            Some(path) => Some(runs_below(path).ok_or_else(|| {
                vec![wrong(&format!("no run is recorded in {}", path.display()), "see `preaudit history`")]
            })?),
            None => own.clone().filter(|_| self.record || self.baseline.is_some()),
        };
        let chain = runs.map(|runs| Chain::read(&runs, disk)).transpose().map_err(|broken| vec![broken])?;
        let plan = self.cap.as_ref().map(|path| read_plan(path, disk)).transpose()?;
        let baseline = self.baseline.as_deref().map(|name| self.open(name, chain.as_ref(), disk));
        Ok(Remembered {
            record: own.filter(|_| self.record),
            promises: plan.as_ref().map(cap::promises).unwrap_or_default(),
            baseline: baseline.transpose().map_err(|one| vec![one])?.flatten(),
            chain,
        })
    }

    /// The baseline; none where it is `last` and nothing is recorded yet.
    fn open(&self, name: &str, chain: Option<&Chain>, disk: &Disk) -> Result<Option<Run>, Diagnostic> {
        match chain {
            Some(chain) if name == "last" && chain.last().is_none() => Ok(None),
            _ => open(name, chain, disk).map(Some),
        }
    }
}

impl Remembered {
    /// The run to compare with.
    ///
    /// # Errors
    /// When nothing is recorded yet.
    pub(super) fn baseline(&self) -> Result<&Run, Vec<Diagnostic>> {
        let none = || vec![wrong("no run is recorded yet", "record one with `preaudit scan --record`")];
        self.baseline.as_ref().ok_or_else(none)
    }

    /// What grading takes from it.
    pub(super) fn past(&self) -> Arc<Past> {
        let past = self.chain.as_ref().map(Chain::past).unwrap_or_default();
        Arc::new(past.with_promises(self.promises.clone()))
    }

    /// The report with the runs before it, where they were asked for.
    pub(super) fn behind_the_past<'r>(&self, report: &'r Report) -> Cow<'r, Report> {
        match &self.chain {
            Some(chain) => Cow::Owned(report.clone().after(chain.points())),
            None => Cow::Borrowed(report),
        }
    }

    /// Records the report, where that is asked for.
    ///
    /// # Errors
    /// As [`history::record`].
    pub(super) fn record(&self, report: &Report, request: &Request, disk: &Disk) -> Result<(), Diagnostic> {
        let Some(runs) = &self.record else { return Ok(()) };
        let workspace = request.scope.workspace.as_ref().map(|source| source.text());
        history::record(runs, report, workspace, disk).map(drop)
    }

    /// What changed since the baseline; told on standard error.
    ///
    /// # Errors
    /// As [`baseline::compare`].
    pub(super) fn compare(
        &self,
        report: &Report,
        request: &Request,
        (disk, output): (&Disk, &Output),
    ) -> Result<Option<Diff>, Vec<Diagnostic>> {
        let Some(run) = &self.baseline else { return Ok(None) };
        let diff = baseline::compare(run, report, request, disk)?;
        if !output.is_quiet() {
            output.tell(&diff::render(&diff));
        }
        Ok(Some(diff))
    }
}

/// How a scan ends that fails on what is new only. Before the first run is recorded everything is new.
pub(super) fn exit_on_news(diff: Option<&Diff>, report: &Report, from: State) -> Exit {
    let (news, is_less) = match diff {
        Some(diff) => (diff.news(from).len(), diff.became_incomplete),
        None => (
            report.findings.iter().filter(|one| one.state.is_nonconformity() && one.state >= from).count(),
            report.verdict.incomplete,
        ),
    };
    match (news, is_less) {
        (1.., _) => Exit::Findings,
        (0, true) => Exit::Incomplete,
        (0, false) => Exit::Clean,
    }
}

/// A run by its file, its name in the chain, or its digest.
///
/// # Errors
/// When there is none, or its file holds none.
pub(super) fn open(name: &str, chain: Option<&Chain>, disk: &Disk) -> Result<Run, Diagnostic> {
    let path = Path::new(name);
    if path.is_file() {
        let bytes = read_bytes(path, disk)?;
        return Run::read(name, &bytes);
    }
    let link = chain.and_then(|chain| chain.find(name).map(|link| (chain, link)));
    let Some((chain, link)) = link else {
        let runs = chain.map_or(0, |chain| chain.links.len());
        let message =
            format!("no run `{name}`: no such file, and none of {} begins so", count(runs, "recorded run"));
        return Err(wrong(&message, "`preaudit history` lists them; `last` is the newest"));
    };
    chain.open(link, disk)
}

/// The bytes of a report or of what is beside it.
///
/// # Errors
/// When the file cannot be read, or is too large.
pub(super) fn read_bytes(path: &Path, disk: &Disk) -> Result<Vec<u8>, Diagnostic> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = path.file_name().map(|file| file.to_string_lossy().into_owned()).unwrap_or_default();
    let read = disk.read(folder, &file, LARGEST);
    read.map_err(|error| wrong(&format!("cannot read {}: {}", path.display(), error.reason), "name a file"))
}

/// The folder of runs that is meant: this one, or that of a workspace.
pub(super) fn runs_below(path: &Path) -> Option<PathBuf> {
    let holds_runs = |folder: &Path| folder.ends_with(RUNS) && folder.is_dir();
    let own = path.join(RUNS);
    if own.is_dir() {
        return Some(own);
    }
    let path = std::fs::canonicalize(path).ok()?;
    let is_runs =
        holds_runs(&path) || Chain::read(&path, &Disk::default()).is_ok_and(|chain| chain.last().is_some());
    is_runs.then_some(path)
}

fn wrong(message: &str, help: &str) -> Diagnostic {
    Diagnostic::error(Code::InvalidRun, message).help(help).at(Place::whole(RUNS, "looked for here"))
}
