//! `preaudit scan`: the main job.

use super::output::Output;
use super::place::Folder;
use crate::audit;
use crate::report::{Exit, FailOn, Report, render};
use crate::world::Disk;
use clap::ValueEnum;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::path::PathBuf;
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
    folder: Folder,
    /// The audit to prepare for.
    #[arg(long, value_enum, value_name = "STAGE")]
    stage: Option<Stage>,
    /// How strictly to grade: common, strict, or a profile of a pack.
    #[arg(long, value_name = "NAME")]
    profile: Option<String>,
    /// The format of the report.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
    /// Write the report to a file instead of standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// End with 1 from this grade on.
    #[arg(long, value_enum, default_value_t, value_name = "GRADE")]
    fail_on: Grade,
    /// End with 0 where findings would end it with 1.
    #[arg(long)]
    exit_zero: bool,
}

/// Audits that are prepared.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum Stage {
    /// The gap scan before Stage 1.
    PreAudit,
    /// Documented information and readiness.
    #[value(name = "stage-1")]
    Stage1,
    /// Operation.
    #[value(name = "stage-2")]
    Stage2,
    /// The yearly visits.
    Surveillance,
    /// Before the certificate ends.
    Recertification,
    /// One's own audit.
    InternalAudit,
}

/// Formats of a report.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; its schema is preaudit-report/1.
    Json,
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
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let mut request = match arguments.folder.request(&disk) {
        Ok(request) => request,
        Err(wrong) => return output.wrongs(&wrong),
    };
    request.stage =
        arguments.stage.and_then(|stage| stage.to_possible_value()).map(|name| name.get_name().to_owned());
    request.profile.clone_from(&arguments.profile);
    let report = match with_progress(&disk, output, || audit::audit(&request, &disk)) {
        Ok(report) => report,
        Err(wrong) => return output.wrongs(&wrong),
    };
    if let Err(reason) = write(&report, arguments, output, &disk) {
        return output.wrong(&reason);
    }
    let fail_on = match arguments.fail_on {
        Grade::Major => FailOn::Major,
        Grade::Minor => FailOn::Minor,
        Grade::Opportunity => FailOn::Opportunity,
    };
    match report.exit(fail_on) {
        Exit::Findings if arguments.exit_zero => Exit::Clean,
        exit => exit,
    }
}

fn write(report: &Report, arguments: &Arguments, output: &Output, disk: &Disk) -> Result<(), String> {
    let style = if arguments.output.is_some() { output.file_style() } else { output.report_style() };
    let text = match arguments.format {
        Format::Text => render(report, &style),
        Format::Json => report.to_json().map_err(|error| error.to_string())?,
    };
    match &arguments.output {
        Some(path) => disk
            .write(path, text.as_bytes())
            .map_err(|error| format!("cannot write {}: {}", error.path, error.reason)),
        None => {
            output.print(&text);
            Ok(())
        }
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
        }
    }
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
}

fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    let template = "{bytes:>12} of {total_bytes} {wide_bar} {bytes_per_sec}, {eta} left";
    // A template that cannot be read would show the plain bar.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
