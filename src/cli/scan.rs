//! `preaudit scan`: the main job.

use super::occasion::Occasion;
use super::output::Output;
use super::outputs::Outputs;
use super::place::{Folder, disk};
use super::recorded::{Recording, exit_on_news};
use super::timings;
use crate::audit::{self, Redaction, Request};
use crate::diff::Diff;
use crate::finding::{Diagnostic, State, count};
use crate::report::{Exit, FailOn, Report};
use crate::scan::{Cache, Partials, Portion, Share, SpotChecks, Used};
use crate::world::Disk;
use clap::ValueEnum;
use indicatif::{HumanCount, ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// A scan shorter than this shows no progress.
const PATIENCE: Duration = Duration::from_secs(1);
/// Time between two looks at the progress.
const STEP: Duration = Duration::from_millis(100);

/// Say what an auditor would find in a folder.
///
/// With a preaudit.toml in the folder or above it, evidence is what that file binds. Without one,
/// kinds of evidence are recognized from names and headers; `preaudit evidence` shows how.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    told: Told,
    #[command(flatten)]
    recording: Recording,
    /// Keep what each log gave in .preaudit/cache beside preaudit.toml, and read only what is new.
    /// Meant for a folder that nobody else writes to.
    #[arg(long)]
    cache: bool,
    /// Read every log from its start, whatever --cache says; this is the default.
    #[arg(long, overrides_with = "cache")]
    no_cache: bool,
    /// Ask only this share of the logs, and write what they gave with --partial.
    #[arg(long, value_name = "I/N", requires = "partial", conflicts_with_all = ["cache", "record", "history", "baseline"])]
    shard: Option<Share>,
    /// The file for what the logs of a share gave; `preaudit merge` makes the report from all.
    #[arg(long, value_name = "OUT", requires = "shard")]
    partial: Option<PathBuf>,
}

/// What is scanned, and what is told of it.
#[derive(Debug, clap::Args)]
pub(super) struct Told {
    #[command(flatten)]
    pub(super) folder: Folder,
    #[command(flatten)]
    occasion: Occasion,
    #[command(flatten)]
    outputs: Outputs,
    /// End with 1 from this grade on; `new-minor` and `new-major` count only what is new since the
    /// --baseline, and end with 3 only where the scan is incomplete and was not before.
    #[arg(long, value_enum, default_value_t, value_name = "GRADE")]
    fail_on: Grade,
    /// End with 0 where findings would end it with 1.
    #[arg(long)]
    exit_zero: bool,
    /// Give persons, mail and network addresses pseudonyms, the same ones everywhere in the report. Names
    /// that no table holds stay, but for lines of logs, of which only what is pointed at is kept.
    #[arg(long)]
    redact: bool,
    /// Tell afterwards, on standard error, where the time went: by stage, log and rule.
    #[arg(long)]
    timings: bool,
    /// Ask the interpreter too about this share of the records that are read, as `1%`, and tell
    /// where it says something else than native conditions: a check of preaudit, not of the evidence.
    #[arg(long, value_name = "PERCENT")]
    recheck: Option<Portion>,
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
    /// Minors and majors that are new since the baseline, or have new exceptions.
    NewMinor,
    /// Majors that are new since the baseline, or have new exceptions.
    NewMajor,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    if let (Some(share), Some(partial)) = (arguments.shard, &arguments.partial) {
        return run_share(&arguments.told, share, partial, output);
    }
    let cache = if arguments.cache { arguments.told.folder.cache() } else { None };
    if arguments.cache && cache.is_none() {
        output.note("there is no preaudit.toml, so nothing is kept; `preaudit init` writes one");
    }
    let cache = cache.map(|folder| Arc::new(Cache::new(folder)));
    let partials = cache.clone().map_or(Partials::Logs, Partials::Cache);
    let exit = run_with(&arguments.told, &arguments.recording, output, |_| Ok(partials));
    if let Some(cache) = cache {
        output.note(&how_read(cache.used()));
    }
    exit
}

/// How the logs were read; for people, and never in a report.
fn how_read(used: Used) -> String {
    let count = |number: u64| count(usize::try_from(number).unwrap_or(usize::MAX), "log");
    let mut text = format!(
        "cache: {} not read, {} read in part, {} read whole",
        count(used.unchanged),
        count(used.continued),
        count(used.anew)
    );
    if used.unkept > 0 {
        text += &format!("; of {} nothing could be kept", count(used.unkept));
    }
    text
}

/// Scans, and tells the report.
pub(super) fn run_with(
    told: &Told,
    recording: &Recording,
    output: &Output,
    partials: impl FnOnce(&Disk) -> Result<Partials, Vec<Diagnostic>>,
) -> Exit {
    let disk = disk();
    if let Err(reason) = told.outputs.wanted() {
        return output.wrong(&reason);
    }
    if told.fail_on.news().is_some() && !recording.has_baseline() {
        return output
            .wrong("what is new shows against a run: give one with --baseline, as `--baseline last`");
    }
    let judged = recording.remember(&told.folder, &disk).and_then(|remembered| {
        let (past, partials) = (remembered.past(), partials(&disk)?);
        let request = Request { partials, past, ..told.request(&disk)? };
        let judged = with_progress(&disk, output, || audit::timed(&request, &disk))?;
        Ok((remembered, request, judged))
    });
    let (remembered, request, (report, timings)) = match judged {
        Ok(judged) => judged,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let shown = remembered.behind_the_past(&report);
    if let Err(exit) = told.outputs.write(&shown, output, &disk) {
        return exit;
    }
    if told.timings {
        output.tell(&timings::of_scan(&timings));
    }
    let recorded = remembered.record(&report, &request, &disk).map_err(|wrong| vec![wrong]);
    let compared = recorded.and_then(|()| remembered.compare(&report, &request, (&disk, output)));
    let diff = match compared {
        Ok(diff) => diff,
        Err(wrong) => return output.wrongs(&wrong),
    };
    match told.fail_on.exit(&report, diff.as_ref()) {
        Exit::Findings if told.exit_zero => Exit::Clean,
        exit => exit,
    }
}

impl Grade {
    /// The grade from which on what is new counts, where only that does.
    fn news(self) -> Option<State> {
        match self {
            Self::NewMajor => Some(State::Major),
            Self::NewMinor => Some(State::Minor),
            Self::Major | Self::Minor | Self::Opportunity => None,
        }
    }

    fn exit(self, report: &Report, diff: Option<&Diff>) -> Exit {
        let fail_on = match self {
            Self::Major => FailOn::Major,
            Self::Minor => FailOn::Minor,
            Self::Opportunity => FailOn::Opportunity,
            Self::NewMajor => return exit_on_news(diff, report, State::Major),
            Self::NewMinor => return exit_on_news(diff, report, State::Minor),
        };
        report.exit(fail_on)
    }
}

/// Asks a share of the logs, and writes what they gave.
fn run_share(told: &Told, share: Share, partial: &Path, output: &Output) -> Exit {
    let disk = disk();
    let made = told
        .request(&disk)
        .and_then(|request| with_progress(&disk, output, || audit::share(&request, share, &disk)));
    match made.map(|bytes| disk.write(partial, &bytes)) {
        Ok(Ok(())) => Exit::Clean,
        Ok(Err(error)) => output.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
        Err(wrong) => output.wrongs(&wrong),
    }
}

impl Told {
    fn request(&self, disk: &Disk) -> Result<Request, Vec<Diagnostic>> {
        let mut request = self.folder.request(disk)?;
        self.occasion.ask(&mut request);
        request.redaction = if self.redact { Redaction::Pseudonyms } else { Redaction::Open };
        request.checks = SpotChecks {
            recheck: self.recheck.unwrap_or_default(),
            time: if self.timings { Portion::ONE_PERCENT } else { Portion::default() },
        };
        Ok(request)
    }
}

/// Shows how far reading has come, on a terminal, once it takes longer than a moment.
pub(super) fn with_progress<T: Send>(disk: &Disk, output: &Output, work: impl FnOnce() -> T + Send) -> T {
    if output.is_quiet() || !std::io::stderr().is_terminal() {
        return work();
    }
    let done = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| watch(disk, &done));
        let result = work();
        done.store(true, Ordering::Release);
        result
    })
}

fn watch(disk: &Disk, done: &AtomicBool) {
    let mut waited = Duration::ZERO;
    let mut bar: Option<ProgressBar> = None;
    while !done.load(Ordering::Acquire) {
        thread::sleep(STEP);
        waited += STEP;
        if waited >= PATIENCE {
            let bar = bar.get_or_insert_with(progress_bar);
            bar.set_length(disk.bytes_listed().max(disk.bytes_read()));
            bar.set_position(disk.bytes_read());
            bar.set_message(HumanCount(disk.records_read()).to_string());
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{bytes:>12} of {total_bytes}, {msg} records {wide_bar} {bytes_per_sec}, {eta} left";
    // A template that cannot be read would show the plain bar.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
