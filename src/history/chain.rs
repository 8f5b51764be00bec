//! The chain of runs: read in order, verified, and made one longer.

use super::run::{Recorded, Run, SCHEMA, digest, file_name, short};
use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::Diagnostic;
use crate::grade::{Past, PastDay, is_own};
use crate::place::Place;
use crate::report::{Report, TrendPoint};
use crate::world::{EntryKind, Unreadable, World};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where runs are recorded, beside preaudit.toml.
pub const RUNS: &str = ".preaudit/runs";
/// The largest file of a run.
const LARGEST: u64 = 1 << 30;
/// The file that whoever records holds.
const LOCK: &str = ".lock";
/// Whoever records is done in moments; after this long something is wrong.
const PATIENCE: Duration = Duration::from_secs(30);

/// A run in the chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Name of its file.
    pub file: String,
    /// SHA-256 of the file, in hexadecimal.
    pub digest: String,
    /// What the run said.
    pub recorded: Recorded,
}

/// Recorded runs that were found to be one whole chain.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// The folder.
    pub folder: PathBuf,
    /// The runs, oldest first; each names the digest of the one before.
    pub links: Vec<Link>,
}

fn point(link: &Link) -> TrendPoint {
    let recorded = &link.recorded;
    let findings = recorded.findings.iter().map(|one| (one.state, one.contained_in.is_some()));
    TrendPoint {
        digest: Some(link.digest.clone()),
        file: Some(link.file.clone()),
        ..TrendPoint::new(recorded.as_of.to_string(), recorded.verdict, findings)
    }
}

impl Chain {
    /// Reads the runs of a folder and verifies that they are one chain. No folder is no run.
    ///
    /// # Errors
    /// The first file that is not what was recorded, or whose run before is not there.
    pub fn read(folder: &Path, world: &dyn World) -> Result<Self, Diagnostic> {
        let mut links = Vec::new();
        for file in files(folder, world) {
            let bytes = world.read(folder, &file, LARGEST).map_err(|error| broken(&file, &error.reason))?;
            let recorded = Recorded::read(&bytes)
                .map_err(|reason| broken(&file, &format!("it holds no run: {reason}")))?;
            links.push(Link { digest: digest(&bytes), file, recorded });
        }
        Ok(Self { folder: folder.to_path_buf(), links: in_order(links)? })
    }

    /// The newest run.
    pub fn last(&self) -> Option<&Link> {
        self.links.last()
    }

    /// What the runs found, oldest first.
    pub fn points(&self) -> Vec<TrendPoint> {
        self.links.iter().map(point).collect()
    }

    /// The only run whose digest or file name begins so; `last` is the newest.
    pub fn find(&self, name: &str) -> Option<&Link> {
        if name == "last" {
            return self.last();
        }
        let mut found = self.links.iter().filter(|link| {
            !name.is_empty() && (link.digest.starts_with(name) || link.file.starts_with(name))
        });
        found.next().filter(|_| found.next().is_none())
    }

    /// A whole run of the chain.
    ///
    /// # Errors
    /// When its file cannot be read any more.
    pub fn open(&self, link: &Link, world: &dyn World) -> Result<Run, Diagnostic> {
        let bytes = world.read(&self.folder, &link.file, LARGEST);
        Run::read(&link.file, &bytes.map_err(|error| broken(&link.file, &error.reason))?)
    }

    /// What the runs found, day by day, as grading looks at it.
    pub fn past(&self) -> Past {
        let own: BTreeSet<(ControlId, String)> = self.links.iter().flat_map(own).collect();
        let day = |link: &Link| {
            let open = link.recorded.findings.iter().filter(|finding| finding.state.is_nonconformity());
            let now = self::own(link);
            let day = PastDay {
                open: open.map(|finding| finding.id.clone()).collect(),
                conforming: own.difference(&now).chain(&link.recorded.conforming).cloned().collect(),
            };
            (link.recorded.as_of, day)
        };
        Past::new(self.links.iter().map(day))
    }
}

/// What the program's own rules found, of which no check says that nothing is amiss: what they do not find
/// any more is closed.
fn own(link: &Link) -> BTreeSet<(ControlId, String)> {
    let found = link.recorded.findings.iter().filter(|one| is_own(&one.rule));
    found.map(|one| (one.control, one.rule.clone())).collect()
}

/// Records a report behind the newest run, and gives the name of the file. Of several runs at once each
/// waits for the other, so that none is lost and the chain never forks; the file is there whole or not
/// at all, and names what was newest when it was written.
///
/// # Errors
/// When the chain is broken, another run does not end, or the folder cannot be written.
pub fn record(
    folder: &Path,
    report: &Report,
    workspace: Option<&str>,
    world: &dyn World,
) -> Result<String, Diagnostic> {
    let unwritten = |error: Unreadable| {
        let message = format!("the run was not recorded: {}: {}", error.path, error.reason);
        Diagnostic::error(Code::InvalidRun, message).at(Place::whole(RUNS, "here"))
    };
    let _held = world.hold(folder, LOCK, PATIENCE).map_err(unwritten)?;
    let chain = Chain::read(folder, world)?;
    sweep(folder, world);
    let run = Run {
        before: chain.last().map(|link| link.digest.clone()),
        report: report.clone(),
        schema: SCHEMA.to_owned(),
        workspace: workspace.map(str::to_owned),
    };
    let json = run.to_json().map_err(|error| broken("the run", &error.to_string()))?;
    let file = file_name(&report.as_of, &digest(json.as_bytes()));
    world.save(folder, &file, json.as_bytes()).map_err(unwritten)?;
    Ok(file)
}

/// Removes what a run left that was killed while it wrote; whoever holds the lock writes alone.
fn sweep(folder: &Path, world: &dyn World) {
    let entries = world.list(folder).unwrap_or_default();
    let left = entries.iter().filter(|entry| entry.path.starts_with('.') && entry.path.ends_with(".part"));
    left.for_each(|entry| world.remove(folder, &entry.path));
}

/// Files of runs, by name; what is hidden is no run.
fn files(folder: &Path, world: &dyn World) -> Vec<String> {
    let is_run = |path: &str| !path.starts_with('.') && !path.contains('/') && path.ends_with(".json");
    let entries = world.list(folder).unwrap_or_default();
    let files = entries.into_iter().filter(|entry| entry.kind == EntryKind::File && is_run(&entry.path));
    files.map(|entry| entry.path).collect()
}

/// The runs from the first to the newest, or the first that breaks the chain.
fn in_order(mut left: Vec<Link>) -> Result<Vec<Link>, Diagnostic> {
    let mut chain: Vec<Link> = Vec::new();
    loop {
        // A file that was changed is still found by its name, so that it is told and not the next.
        let follows = |link: &Link| match (chain.last(), &link.recorded.before) {
            (None, before) => before.is_none(),
            (Some(last), Some(before)) => {
                *before == last.digest || short(&last.file).is_some_and(|short| before.starts_with(short))
            }
            (Some(_), None) => false,
        };
        let next: Vec<usize> = (0..left.len()).filter(|at| follows(&left[*at])).collect();
        let Some(first) = next.first() else { break };
        if let Some(other) = next.get(1) {
            let reason = format!("{} follows the same run: the chain forks", left[*first].file);
            return Err(broken(&left[*other].file, &reason));
        }
        let link = left.remove(*first);
        check(&link, chain.last())?;
        chain.push(link);
    }
    match left.first() {
        None => Ok(chain),
        Some(lost) => {
            let before = lost.recorded.before.as_deref().unwrap_or_default();
            check(lost, None)?;
            Err(broken(&lost.file, &format!("the run before it, {}, is not there", before.escape_default())))
        }
    }
}

fn check(link: &Link, before: Option<&Link>) -> Result<(), Diagnostic> {
    if short(&link.file).is_none_or(|short| !link.digest.starts_with(short)) {
        let reason = format!("its SHA-256 is {}, and its name says otherwise: it was changed", link.digest);
        return Err(broken(&link.file, &reason));
    }
    match (before, &link.recorded.before) {
        (Some(last), Some(named)) if last.digest != *named => Err(broken(
            &last.file,
            &format!("its SHA-256 is {}, and {} names {named}", last.digest, link.file),
        )),
        _ => Ok(()),
    }
}

fn broken(file: &str, reason: &str) -> Diagnostic {
    let help = "bring back the file as it was recorded; or move the folder of runs away, and begin anew";
    Diagnostic::error(Code::BrokenHistory, format!("the chain of runs is broken at {file}: {reason}"))
        .help(help)
        .at(Place::whole(format!("{RUNS}/{file}"), "here"))
}
