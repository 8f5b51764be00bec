//! What the tests share: where things are, and three ways to scan.

use preaudit::audit::{self, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::finding::{Check, Diagnostic, Finding, State};
use preaudit::pack::{self, PackRef, Packs};
use preaudit::report::Report;
use preaudit::script::{self, Rules};
use preaudit::source::Source;
use preaudit::world::{Disk, Shelf};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The day on which all shipped organizations are judged.
pub(crate) const DAY: jiff::civil::Date = jiff::civil::date(2026, 7, 1);

/// The shipped organizations.
pub(crate) const FIXTURES: [&str; 4] = ["conforming", "stage-1-gaps", "stage-2-lapses", "systemic"];

/// A path of the repository.
pub(crate) fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The folder of a shipped organization.
pub(crate) fn fixture(name: &str) -> PathBuf {
    repository("fixtures").join(name)
}

/// The built-in pack, loaded and compiled once.
pub(crate) fn built_in() -> &'static (Packs, Rules) {
    static LOADED: OnceLock<(Packs, Rules)> = OnceLock::new();
    LOADED.get_or_init(|| {
        let packs = pack::load(&[PackRef::BuiltIn], &Disk::default()).unwrap();
        let rules = script::compile(&packs).unwrap();
        (packs, rules)
    })
}

/// Files in memory, scanned by the built-in pack.
pub(crate) fn scan_files(files: &Files) -> Report {
    let workspace = files.get(FILE_NAME).map(|bytes| {
        Arc::new(Source::new(FILE_NAME, String::from_utf8(bytes.clone()).expect("preaudit.toml is UTF-8")))
    });
    let scope = Scope { workspace, as_of: Some(DAY), ..Scope::default() };
    let request = Request { scope, ..Request::default() };
    let (packs, rules) = built_in();
    let shelf = Shelf::new(files.clone(), DAY);
    audit::in_threads(Some(2), || audit::judge(packs, rules, &request, &shelf)).unwrap()
}

/// A folder, scanned as the command line would.
pub(crate) fn scan_folder(folder: &Path) -> Report {
    let workspace = fs::read_to_string(folder.join(FILE_NAME)).ok();
    let workspace = workspace.map(|text| Arc::new(Source::new(FILE_NAME, text)));
    scan_with(folder, workspace, DAY, None)
}

/// A folder with this workspace, as of this day, in so many threads.
pub(crate) fn scan_with(
    folder: &Path,
    workspace: Option<Arc<Source>>,
    as_of: jiff::civil::Date,
    jobs: Option<usize>,
) -> Report {
    let scope = Scope { root: folder.to_path_buf(), workspace, as_of: Some(as_of), only: None };
    let request = Request { scope, jobs, ..Request::default() };
    let (packs, rules) = built_in();
    audit::in_threads(jobs, || audit::judge(packs, rules, &request, &Disk::default())).unwrap()
}

/// Bytes by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// All files below a folder.
pub(crate) fn files_below(folder: &Path) -> Files {
    let mut files = Files::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).unwrap().to_str().unwrap().replace('\\', "/");
            files.insert(name, fs::read(&path).unwrap());
        }
    }
    files
}

/// Writes files into a folder.
pub(crate) fn lay_down<'f>(folder: &Path, files: impl IntoIterator<Item = (&'f String, &'f Vec<u8>)>) {
    for (name, bytes) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

/// The manifest of a client's pack.
pub(crate) const CLIENT_PACK: &str =
    "id = \"client\"\ntitle = \"A client's\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n";

/// The program, run in a folder and without a terminal.
pub(crate) fn program(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(arguments)
        .current_dir(folder)
        .env_remove("NO_COLOR")
        .env_remove("CLICOLOR_FORCE")
        .output()
        .unwrap()
}

/// Runs the program in a folder and kills it after so long; it may be over already.
pub(crate) fn kill_after(folder: &Path, arguments: &[&str], long: Duration) {
    let mut run = Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(arguments)
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    std::thread::sleep(long.min(Duration::from_secs(60)));
    let _ = run.kill();
    run.wait().unwrap();
}

/// Rows of a roster of ten who left long ago, so that one or two accounts are a lapse and no breakdown.
pub(crate) fn long_gone() -> String {
    let left = |number| {
        format!("E-9{number},Old {number},old{number}@example.org,old{number},2019-01-01,2024-05-01,left\n")
    };
    (0..10).map(left).collect()
}

/// What a program printed to standard output.
pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// What a program printed to standard error.
pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// The findings of one rule.
pub(crate) fn findings_of<'r>(report: &'r Report, rule: &str) -> Vec<&'r Finding> {
    assert!(built_in().0.rule(rule).is_some() || preaudit::grade::is_own(rule), "no rule {rule}");
    report.findings.iter().filter(|finding| finding.rule == rule).collect()
}

/// The subjects of all exceptions that one rule found.
pub(crate) fn subjects(report: &Report, rule: &str) -> Vec<String> {
    let observed = findings_of(report, rule).into_iter().flat_map(|finding| &finding.observations);
    let mut subjects: Vec<String> = observed.map(|one| one.subject.clone()).collect();
    subjects.sort();
    subjects
}

/// The checks in a state.
pub(crate) fn checks_in(report: &Report, state: State) -> Vec<&Check> {
    report.checks.iter().filter(|check| check.state == state).collect()
}

/// Diagnostics with a code.
pub(crate) fn told<'r>(report: &'r Report, code: &str) -> Vec<&'r Diagnostic> {
    report.diagnostics.iter().filter(|diagnostic| diagnostic.code.text() == code).collect()
}
