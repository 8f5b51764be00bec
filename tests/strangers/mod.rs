//! Packs of strangers: their rules are asked in a process that can do nothing but answer. Whatever they
//! try ends as a fault of that one rule, and the rest of the report is what it is without it; and what they
//! rightly find is found as if they were trusted.

mod alike;
mod confined;
mod scripts;

use crate::kit::{fixture, lay_down, stdout};
use preaudit::finding::{Diagnostic, Severity, State};
use preaudit::report::Report;
use scripts::Hostile;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What the program that scans may take, in bytes, whatever strangers do.
const PARENT: u64 = 300 << 20;

/// An organization with a roster and a log, and a stranger's pack beside it.
pub(crate) struct Visit(TempDir);

impl Visit {
    pub(crate) fn new() -> Self {
        let visit = Self(tempfile::tempdir().unwrap());
        visit.write(
            "evidence/roster.csv",
            "Employee ID,Full Name,Work Email,Department,Hired On\nE1,Ada Example,ada@example.org,IT,2024-01-01\n\
             E2,Bob Example,bob@example.org,HR,2024-01-01\n",
        );
        let login = |minute: usize| {
            format!(
                "<86>1 2026-06-01T09:{minute:02}:00Z gate sshd 811 - - Accepted publickey for ada from \
                 192.0.2.3 port 5012 ssh2\n"
            )
        };
        visit.write("evidence/auth.log", &(0..30).map(login).collect::<String>());
        visit.write(
            "pack/pack.toml",
            "id = \"stranger\"\ntitle = \"A stranger's\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n",
        );
        visit
    }

    pub(crate) fn write(&self, path: &str, text: &str) {
        let path = self.0.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub(crate) fn bring(&self, hostile: &Hostile) {
        let Hostile { id, text, .. } = hostile;
        let head = format!(
            "id = \"{id}\"\ntitle = \"something is wrong\"\ncontrols = [\"A.6.3\"]\ngrade = \"minor\"\n\
             basis = \"judgement\"\nhelp = \"Mend it.\"\n"
        );
        let rule = format!("pack/rules/people/{id}");
        if text.starts_with('[') {
            self.write(&format!("{rule}.toml"), &(head + text.as_str()));
        } else {
            self.write(&format!("{rule}.toml"), &(head + "uses = [\"roster\"]\n"));
            self.write(&format!("{rule}.rhai"), text);
        }
    }

    pub(crate) fn evidence(&self) -> PathBuf {
        self.0.path().join("evidence")
    }

    pub(crate) fn pack(&self) -> String {
        self.0.path().join("pack").to_str().unwrap().to_owned()
    }

    fn scan(&self, format: &str, more: &[&str]) -> Watched {
        watched(
            &self.evidence(),
            &[&["scan", ".", "--as-of", "2026-07-01", "--format", format], more].concat(),
        )
    }

    pub(crate) fn report(&self, more: &[&str]) -> Report {
        let scan = self.scan("json", more);
        serde_json::from_str(&stdout(&scan.output))
            .unwrap_or_else(|error| panic!("{error}: {:?}", scan.output))
    }
}

/// A run of the program, with what it took.
struct Watched {
    output: Output,
    took: Duration,
    /// The most memory that the program itself held at once, where the system tells.
    memory: Option<u64>,
}

fn watched(folder: &Path, arguments: &[&str]) -> Watched {
    let start = Instant::now();
    let child = Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let id = child.id();
    let watch = std::thread::spawn(move || {
        let mut most = None;
        while let Some(now) = resident(id) {
            most = most.max(Some(now));
            std::thread::sleep(Duration::from_millis(5));
        }
        most
    });
    let output = child.wait_with_output().unwrap();
    Watched { output, took: start.elapsed(), memory: watch.join().unwrap() }
}

/// The most memory that a process held so far; none of one that is gone.
fn resident(id: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{id}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib << 10)
}

fn of_rule<'r>(report: &'r Report, rule: &str) -> Vec<&'r Diagnostic> {
    let is_own = |told: &&Diagnostic| told.message.contains(&format!("rule {rule}"));
    report.diagnostics.iter().filter(is_own).collect()
}

/// A report without a stranger's rules: what must not change for them.
fn of_others(mut report: Report) -> Report {
    let is_strange = |rule: &str| scripts::all().iter().any(|hostile| hostile.id == rule);
    let told = scripts::all().into_iter().map(|hostile| format!("rule {}", hostile.id)).collect::<Vec<_>>();
    report.checks.retain(|check| !is_strange(&check.rule));
    report.diagnostics.retain(|one| !told.iter().any(|rule| one.message.contains(rule)));
    report.packs.retain(|pack| pack.id != "stranger");
    // These count all checks, those of the stranger among them.
    (report.totals, report.verdict, report.controls) = Default::default();
    report
}

#[test]
fn whatever_a_stranger_tries_ends_as_a_fault_of_one_rule() {
    let visit = Visit::new();
    let alone = of_others(visit.report(&[]));
    let hostile = scripts::all();
    assert!(hostile.len() >= 30);
    hostile.iter().for_each(|one| visit.bring(one));
    let scan = visit.scan("json", &["--pack", &visit.pack()]);
    assert_eq!(scan.output.status.code(), Some(3), "{:?}", scan.output);
    let report: Report = serde_json::from_str(&stdout(&scan.output)).unwrap();
    let mut unlike = Vec::new();
    for Hostile { id, stopped_by, .. } in &hostile {
        let states: Vec<State> =
            report.checks.iter().filter(|check| check.rule == *id).map(|check| check.state).collect();
        assert_eq!(states, [State::Faulted], "{id}: {:?}", report.checks.iter().find(|one| one.rule == *id));
        let told = of_rule(&report, id);
        assert!(told.len() == 1 && told[0].severity == Severity::Error, "{id}: {told:#?}");
        if !stopped_by.split('|').any(|words| told[0].message.contains(words)) {
            unlike.push(format!("{id}: {} is not {stopped_by}", told[0].message));
        }
        assert!(told[0].message.chars().count() < 700, "{id}: {}", told[0].message.len());
        assert!(told[0].places[0].file.contains(id), "{id}: {}", told[0].places[0]);
    }
    assert!(unlike.is_empty(), "{unlike:#?}");
    assert!(scan.memory.is_none_or(|most| most < PARENT), "{:?} MiB", scan.memory.map(|most| most >> 20));
    let with = of_others(report);
    assert_eq!(serde_json::to_value(&with).unwrap(), serde_json::to_value(&alone).unwrap());
}

#[test]
fn nothing_that_a_stranger_says_reaches_the_terminal_as_it_is() {
    let visit = Visit::new();
    for hostile in scripts::sly().iter().filter(|one| one.id == "speak-to-the-terminal") {
        visit.bring(hostile);
    }
    let evil = "\\x1b]0;owned\\x07\\x1b[2J\\u202egnihton\\x9b31m";
    let says =
        format!("fn judge(cx) {{ exceptions([cx.roster.first.at(\"person_name\", \"{evil}\")], 2) }}\n");
    visit.bring(&Hostile { id: "finding-of-escapes", stopped_by: "", text: says });
    for format in ["text", "json"] {
        let scan = visit.scan(format, &["--pack", &visit.pack(), "-v"]);
        let printed = stdout(&scan.output);
        assert!(printed.contains("owned") && printed.contains("finding-of-escapes"), "{printed}");
        let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let bad = |c: char| turns(c) || (c.is_control() && c != '\n');
        assert!(
            !printed.contains(bad),
            "{format}: {:?}",
            printed.chars().filter(|c| bad(*c)).collect::<String>()
        );
    }
}

#[test]
fn without_a_process_apart_no_stranger_is_asked() {
    let visit = Visit::new();
    visit.bring(&scripts::endless()[0]);
    let scope = preaudit::evidence::Scope { root: visit.evidence(), ..Default::default() };
    let packs = vec![preaudit::pack::PackRef::BuiltIn, preaudit::pack::PackRef::Folder(visit.pack().into())];
    let request = preaudit::audit::Request { packs, scope, ..Default::default() };
    let refused = preaudit::audit::audit(&request, &preaudit::world::Disk::default()).unwrap_err();
    assert_eq!(refused[0].code.text(), "pack::untrusted");
    assert!(refused[0].help.as_ref().unwrap().contains("[trust]"), "{:?}", refused[0]);
}

/// What stops each script, how long it takes, and what the program takes meanwhile, for a page:
/// `cargo test --test preaudit a_table_of_hostile_scripts -- --ignored --nocapture`.
#[test]
#[ignore = "it measures, one script after the other"]
fn a_table_of_hostile_scripts() {
    let empty = Visit::new().scan("json", &[]);
    let mib = |watched: &Watched| watched.memory.map_or(0, |bytes| bytes >> 20);
    eprintln!("| script | stopped by | seconds | MiB of the program |\n|---|---|---|---|");
    eprintln!("| (none) | | {:.1} | {} |", empty.took.as_secs_f64(), mib(&empty));
    for hostile in scripts::all() {
        let visit = Visit::new();
        visit.bring(&hostile);
        let scan = visit.scan("json", &["--pack", &visit.pack()]);
        let report: Report = serde_json::from_str(&stdout(&scan.output)).unwrap();
        let told = of_rule(&report, hostile.id);
        let message = told.first().map_or("nothing", |told| told.message.as_str());
        let message = message.split_once("failed: ").map_or(message, |(_, why)| why);
        let message: String = message.chars().take(90).collect::<String>().replace('|', "/");
        let seconds = scan.took.saturating_sub(empty.took).as_secs_f64();
        eprintln!("| {} | {} | {seconds:.1} | {} |", hostile.id, message.escape_debug(), mib(&scan));
    }
}

/// A folder of a shipped organization, with a pack that is the built-in one under no one's trust.
pub(crate) fn copy_of(name: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    lay_down(folder.path(), &crate::kit::files_below(&fixture(name)));
    folder
}
