//! `preaudit rule check`: what is wrong with a pack.

use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::cli::watch::watch;
use crate::finding::{Diagnostic, Severity, count};
use crate::lint::{self, Files, Level, Lint, Linter};
use crate::pack::{self, BUILT_IN, PackRef, Packs};
use crate::report::{Exit, Notice, notice_text};
use crate::world::Disk;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Say what is wrong with a pack.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pack: a folder with a pack.toml [default: this folder, or the built-in pack where it is none].
    pack: Option<PathBuf>,
    /// The pack builds on this one too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    others: Vec<PathBuf>,
    /// The format.
    #[arg(short, long, value_enum, default_value_t)]
    format: Format,
    /// Write to a file instead of standard output.
    #[arg(short, long, value_name = "FILE", conflicts_with = "watch")]
    output: Option<PathBuf>,
    /// End with 1 when there is a lint at or above this level.
    #[arg(long, value_enum, default_value_t, value_name = "LEVEL")]
    fail_on: FailOn,
    /// Look again whenever a file of the pack changes.
    #[arg(short, long)]
    watch: bool,
}

/// Formats of lints.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
    /// For code scanning.
    Sarif,
    /// For pull requests on GitHub.
    Github,
}

/// Levels that fail.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum FailOn {
    /// Anything at all.
    Note,
    /// Warnings and errors.
    #[default]
    Warning,
    /// Errors.
    Error,
}

impl FailOn {
    fn level(self) -> Level {
        match self {
            Self::Note => Level::Note,
            Self::Warning => Level::Warning,
            Self::Error => Level::Error,
        }
    }
}

pub(super) fn run(check: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let here = || Path::new("pack.toml").is_file().then(|| PathBuf::from("."));
    let pack = check.pack.clone().or_else(here).map_or(PackRef::BuiltIn, PackRef::Folder);
    let base = match base(&pack, &check.others, &disk) {
        Ok(base) => base,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let mut linter = Linter::new(base);
    if let (true, PackRef::Folder(folder)) = (check.watch, &pack) {
        watch(folder, output, || {
            look(check, &pack, &mut linter, output);
        });
    }
    if check.watch {
        return output.wrong("the built-in pack does not change, so there is nothing to watch");
    }
    look(check, &pack, &mut linter, output)
}

/// The packs that a pack builds on: the built-in one, unless it stands in for it, and others.
fn base(pack: &PackRef, others: &[PathBuf], disk: &Disk) -> Result<Packs, Vec<Diagnostic>> {
    let opened = pack::open(pack, disk)?;
    let manifest = opened.texts.get("pack.toml").map_or("", |source| source.text());
    let manifest = manifest.parse::<toml::Table>().unwrap_or_default();
    let is_itself = manifest.get("id").and_then(toml::Value::as_str) == Some(BUILT_IN);
    let base: Vec<PackRef> = packs(others).into_iter().skip(usize::from(is_itself)).collect();
    pack::load(&base, disk)
}

fn look(check: &Arguments, pack: &PackRef, linter: &mut Linter, output: &Output) -> Exit {
    let disk = Disk::default();
    let files = match pack::open(pack, &disk) {
        Ok(opened) => Files::from(opened),
        Err(wrong) => return output.wrongs(&wrong),
    };
    if !files.texts.contains_key("pack.toml") {
        return output.wrong("this folder is no pack: it has no pack.toml");
    }
    let lints = linter.check(&files);
    let folder = match pack {
        PackRef::Folder(folder) if folder != Path::new(".") => folder.to_string_lossy().replace('\\', "/"),
        _ => String::new(),
    };
    let written = match check.format {
        Format::Text => text(&lints, &files, &folder, output),
        Format::Json => lint::json(&lints, &folder),
        Format::Sarif => lint::sarif(&lints, &folder),
        Format::Github => lint::github(&lints, &folder),
    };
    let delivered = output.deliver(&written, check.output.as_deref(), &disk);
    let fails = lints.iter().any(|lint| lint.level() >= check.fail_on.level());
    if delivered == Exit::Clean && fails { Exit::Findings } else { delivered }
}

/// Every lint at its place, and how many there are; only the latter when quiet.
fn text(lints: &[Lint], files: &Files, folder: &str, output: &Output) -> String {
    let style = output.report_style();
    let mut text = String::new();
    for lint in lints.iter().filter(|_| !output.is_quiet()) {
        let mut place = lint.place();
        if !folder.is_empty() {
            place.file = format!("{}/{}", folder.trim_end_matches('/'), place.file);
        }
        let severity = match lint.level() {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Note,
        };
        text.push_str(&notice_text(
            &Notice {
                code: lint.id.name(),
                severity,
                message: &lint.message,
                places: &[place],
                help: lint.help.as_deref(),
            },
            &style,
        ));
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&summary(lints, files));
    text
}

fn summary(lints: &[Lint], files: &Files) -> String {
    let rules =
        files.texts.keys().filter(|path| path.starts_with("rules/") && path.ends_with(".toml")).count();
    let of = |level: Level| lints.iter().filter(|lint| lint.level() == level).count();
    let counts = [Level::Error, Level::Warning, Level::Note].map(|level| (of(level), level.name()));
    let told: Vec<String> = counts
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, name)| count(number, name))
        .collect();
    let told = if told.is_empty() { "nothing to mend".to_owned() } else { told.join(", ") };
    format!("{}: {told}\n", count(rules, "rule"))
}
