//! The edge: arguments in, text and exit code out. Nothing else prints, exits or reads the
//! environment.

mod cache;
mod cap;
mod convert;
mod diff;
mod evidence;
mod explain;
mod forecast;
mod history;
mod init;
mod keys;
mod list;
mod merge;
mod occasion;
mod output;
mod outputs;
mod pack;
mod pack_up;
mod place;
mod plan;
mod recorded;
mod rule;
mod scan;
mod schema;
mod seal;
mod timings;
mod verify;
mod watch;
mod worker;

use crate::report::Exit;
use clap::{CommandFactory, Parser, Subcommand};
use output::Output;
use std::ffi::OsString;
use std::process::ExitCode;

/// Tells an organization what an ISO/IEC 27001:2022 auditor would find, before the auditor comes.
///
/// preaudit reads a folder of evidence - registers, training records, risk treatment plans, logs,
/// documents - and grades what it finds as certification auditors do: major and minor
/// nonconformities, opportunities for improvement, conformities. Every finding points at the line,
/// cell or heading that shows it. Nothing leaves the machine.
#[derive(Debug, Parser)]
#[command(name = "preaudit", version, propagate_version = true, after_help = AFTER, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
    /// When to use colours.
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    color: output::Color,
    /// Say less: `-q` for the verdict alone.
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    quiet: bool,
    /// Say more: conformities, and how evidence was read.
    #[arg(short, long, global = true)]
    verbose: bool,
}

const AFTER: &str = "\
Exit codes, the same for every format:
  0  no finding at or above --fail-on (default: minor)
  1  findings at or above it (0 with --exit-zero)
  2  wrong usage, configuration, pack or rule
  3  nothing failed, but the scan is incomplete: evidence unreadable, a rule failed, or more
     clauses and controls left unevaluated than the profile allows

Start with:
  preaudit evidence DIR     see how every file of a folder is understood
  preaudit scan DIR         see what an auditor would find there
  preaudit init DIR         write that down in preaudit.toml, to be corrected and kept";

#[derive(Debug, Subcommand)]
enum Command {
    /// Say what an auditor would find in a folder.
    Scan(scan::Arguments),
    /// Write a report that was kept as JSON in other formats.
    Convert(convert::Arguments),
    /// Sign a report, so that others can see who answers for it and that it was not changed.
    Seal(seal::Arguments),
    /// Say whether a report was changed, who answers for it, and whether it follows from the evidence.
    Verify(verify::Arguments),
    /// Scan, and write what an auditor takes along as one ZIP archive.
    PackUp(pack_up::Arguments),
    /// Make one report from what the shares of a scan gave.
    Merge(merge::Arguments),
    /// Look at what `scan --cache` keeps, or remove it.
    #[command(subcommand)]
    Cache(cache::Command),
    /// Show what recorded runs say over time, or verify them.
    History(history::Arguments),
    /// Say what changed between two runs, and why.
    Diff(diff::Arguments),
    /// Say what changes until a day, if nobody does anything.
    Forecast(forecast::Arguments),
    /// Write preaudit.toml from what is recognized in a folder.
    Init(init::Arguments),
    /// Show how every file is understood, without judging.
    Evidence(evidence::Arguments),
    /// List controls, rules, kinds of evidence, log sources, profiles, diagnostic codes or lints.
    List(list::Arguments),
    /// Explain a rule, control, kind of evidence, log source, state, profile, diagnostic code or lint.
    Explain(explain::Arguments),
    /// Work on rules.
    #[command(subcommand)]
    Rule(rule::Command),
    /// Print JSON Schemas of the files that people write, and definitions of what scripts may call.
    Schema(schema::Arguments),
    /// Share packs of rules: build, verify, install and lock them.
    #[command(subcommand)]
    Pack(pack::Command),
    /// Prepare what people have to do.
    #[command(subcommand)]
    Plan(plan::Command),
    /// Plan and follow up what is done about nonconformities.
    #[command(subcommand)]
    Cap(cap::Command),
    /// Print completions for a shell.
    Completions {
        /// The shell.
        #[arg(value_enum)]
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
    /// Judge for a pack that is not trusted. The program starts this itself.
    #[command(hide = true)]
    Worker,
}

/// Runs the program with these arguments, the name of the program first.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            // Help is what was asked for; all else is wrong usage.
            let code = if error.use_stderr() { Exit::Usage } else { Exit::Clean };
            // A closed terminal cannot be told anything.
            let _ = error.print();
            return ExitCode::from(code.code());
        }
    };
    let output = Output::new(arguments.color, arguments.quiet, arguments.verbose);
    let exit = match arguments.command {
        Command::Scan(arguments) => scan::run(&arguments, &output),
        Command::Convert(arguments) => convert::run(&arguments, &output),
        Command::Seal(arguments) => seal::run(&arguments, &output),
        Command::Verify(arguments) => verify::run(&arguments, &output),
        Command::PackUp(arguments) => pack_up::run(&arguments, &output),
        Command::Merge(arguments) => merge::run(&arguments, &output),
        Command::Cache(command) => cache::run(&command, &output),
        Command::History(arguments) => history::run(&arguments, &output),
        Command::Diff(arguments) => diff::run(&arguments, &output),
        Command::Forecast(arguments) => forecast::run(&arguments, &output),
        Command::Init(arguments) => init::run(&arguments, &output),
        Command::Evidence(arguments) => evidence::run(&arguments, &output),
        Command::List(arguments) => list::run(&arguments, &output),
        Command::Explain(arguments) => explain::run(&arguments, &output),
        Command::Rule(command) => rule::run(&command, &output),
        Command::Schema(arguments) => schema::run(&arguments, &output),
        Command::Pack(command) => pack::run(&command, &output),
        Command::Plan(command) => plan::run(&command, &output),
        Command::Cap(command) => cap::run(&command, &output),
        Command::Completions { shell } => completions(shell, &output),
        Command::Man => manual(&output),
        Command::Worker => return worker::run(),
    };
    ExitCode::from(exit.code())
}

fn completions(shell: clap_complete::Shell, output: &Output) -> Exit {
    let mut bytes = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), "preaudit", &mut bytes);
    output.print(&String::from_utf8_lossy(&bytes));
    Exit::Clean
}

fn manual(output: &Output) -> Exit {
    let mut bytes = Vec::new();
    match clap_mangen::Man::new(Arguments::command()).render(&mut bytes) {
        Ok(()) => {
            output.print(&String::from_utf8_lossy(&bytes));
            Exit::Clean
        }
        Err(error) => output.wrong(&format!("cannot write the manual page: {error}")),
    }
}
