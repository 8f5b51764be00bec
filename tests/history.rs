//! Recorded runs: a chain that can be followed by hand, that no kill, no second run and no change breaks
//! unseen, and what grading makes of it.

use crate::kit::{fixture, kill_after, long_gone, program, stderr, stdout};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;
use tempfile::TempDir;

const WORKSPACE: &str = "[organization]\nname = \"Past\"\n\n[audit]\nstage = \"stage-2\"\n";
const ROSTER: &str = "Employee ID,Name,Work Email,Login,Hire Date,Termination Date,Status
E-1,Ana Roth,ana@example.org,ana,2020-01-01,,active
E-2,Eva Left,eva@example.org,eva,2020-01-01,2025-05-01,left
";
const CLOSED: &str = "Account,Email,Status,Last Login\nana,ana@example.org,enabled,2026-06-20\neva,eva@example.org,disabled,2025-04-30\n";
const OPEN: &str = "Account,Email,Status,Last Login\nana,ana@example.org,enabled,2026-06-20\neva,eva@example.org,enabled,2025-04-30\n";
const RULE: &str = "leaver-account-active";

fn roster() -> String {
    ROSTER.to_owned() + long_gone().as_str()
}

fn write(folder: &Path, file: &str, text: &str) {
    fs::write(folder.join(file), text).unwrap();
}

fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "preaudit.toml", WORKSPACE);
    write(folder.path(), "roster.csv", &roster());
    write(folder.path(), "accounts.csv", OPEN);
    folder
}

fn record(folder: &Path, day: &str) -> serde_json::Value {
    let output = program(folder, &["scan", "--record", "--as-of", day, "--format", "json", "--exit-zero"]);
    assert!(output.status.code() != Some(2), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// A report by itself: the trend that is told beside it is about the runs before, too.
fn without_trend(mut report: serde_json::Value) -> serde_json::Value {
    report.as_object_mut().unwrap().remove("trend");
    report
}

fn runs(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join(".preaudit/runs")).unwrap();
    let mut runs: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    runs.retain(|path| path.extension().is_some_and(|ending| ending == "json"));
    runs.sort();
    runs
}

fn digest(path: &Path) -> String {
    use sha2::Digest;
    sha2::Sha256::digest(fs::read(path).unwrap()).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn verify(folder: &Path) -> std::process::Output {
    program(folder, &["history", "verify"])
}

/// The only finding of a rule: its grade and derivation.
fn of_rule(report: &serde_json::Value) -> Option<(String, String)> {
    let findings = report["findings"].as_array().unwrap();
    let finding = findings.iter().find(|finding| finding["rule"] == RULE)?;
    Some((finding["state"].as_str().unwrap().to_owned(), finding["derivation"].to_string()))
}

#[test]
fn each_run_names_the_one_before_by_what_sha256sum_prints() {
    let folder = workspace();
    for day in ["2026-06-01", "2026-06-02", "2026-06-03"] {
        record(folder.path(), day);
    }
    let runs = runs(folder.path());
    let mut before = None;
    for run in &runs {
        let (text, digest) = (fs::read_to_string(run).unwrap(), digest(run));
        let named = text.lines().nth(1).unwrap().trim();
        let expected = before.map_or("null".to_owned(), |before: String| format!("\"{before}\""));
        assert_eq!(named, format!("\"before\": {expected},"));
        assert!(run.to_str().unwrap().ends_with(&format!("{}.json", &digest[..12])));
        before = Some(digest);
    }
    let printed = stdout(&verify(folder.path()));
    assert!(printed.starts_with("3 runs, one chain; the newest is 2026-06-03-"), "{printed}");
    assert!(printed.contains(&before.unwrap()));
}

#[test]
fn keys_of_a_run_are_sorted_and_the_report_is_the_one_that_was_told() {
    let folder = workspace();
    let told = record(folder.path(), "2026-06-01");
    let text = fs::read_to_string(&runs(folder.path())[0]).unwrap();
    let run: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(run["report"], without_trend(told));
    assert_eq!(run["workspace"], WORKSPACE);
    let top: Vec<&str> = text.lines().filter(|line| line.starts_with("  \"")).collect();
    let mut sorted = top.clone();
    sorted.sort_unstable();
    assert_eq!(top, sorted);
}

#[test]
fn a_plain_scan_records_and_reads_nothing() {
    let folder = workspace();
    program(folder.path(), &["scan", "--as-of", "2026-06-01"]);
    assert!(!folder.path().join(".preaudit").exists());
    fs::remove_file(folder.path().join("preaudit.toml")).unwrap();
    let refused = program(folder.path(), &["scan", "--record", "--as-of", "2026-06-01"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("there is no preaudit.toml"), "{}", stderr(&refused));
}

#[test]
fn recorded_runs_are_no_evidence() {
    let folder = workspace();
    let first = record(folder.path(), "2026-06-01");
    let second = record(folder.path(), "2026-06-01");
    assert_eq!(second["trend"].as_array().unwrap().len(), 2);
    assert_eq!(without_trend(second), without_trend(first));
}

#[test]
fn what_breaks_the_chain_is_told_with_its_file() {
    let folder = workspace();
    for day in ["2026-06-01", "2026-06-02", "2026-06-03"] {
        record(folder.path(), day);
    }
    let runs = runs(folder.path());
    let good = fs::read_to_string(&runs[1]).unwrap();
    let name = |at: usize| runs[at].file_name().unwrap().to_str().unwrap().to_owned();
    let told = |why: &str, at: usize| {
        let output = verify(folder.path());
        let text = stderr(&output).replace("\n  │ ", " ");
        assert_eq!(output.status.code(), Some(2));
        assert!(text.contains(&format!("broken at {}", name(at))) && text.contains(why), "{why}: {text}");
        let refused = program(folder.path(), &["scan", "--record", "--as-of", "2026-06-04"]);
        assert_eq!(refused.status.code(), Some(2), "nothing is recorded behind it");
    };
    fs::write(&runs[1], good.replacen("minor", "major", 1)).unwrap();
    told("it was changed", 1);
    fs::write(&runs[1], &good[..good.len() / 2]).unwrap();
    told("it holds no run", 1);
    fs::remove_file(&runs[1]).unwrap();
    told("is not there", 2);
    // Somebody who changes a run and names it anew still has the next against them.
    let changed = good.replacen("minor", "major", 1);
    fs::write(&runs[1], &changed).unwrap();
    let renamed = runs[1].with_file_name(format!("2026-06-02-{}.json", &digest(&runs[1])[..12]));
    fs::rename(&runs[1], &renamed).unwrap();
    told("is not there", 2);
    // Two that follow one.
    fs::write(&runs[1], &good).unwrap();
    let output = verify(folder.path());
    assert!(stderr(&output).contains("the chain forks"), "{}", stderr(&output));
    fs::remove_file(renamed).unwrap();
    assert!(verify(folder.path()).status.success());
}

#[test]
fn a_chain_cut_short_is_seen_by_who_kept_its_digest() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    record(folder.path(), "2026-06-02");
    let newest = runs(folder.path()).pop().unwrap();
    let known = digest(&newest);
    let verify = || program(folder.path(), &["history", "verify", "--known", &known]);
    assert!(verify().status.success());
    fs::remove_file(newest).unwrap();
    assert_eq!(verify().status.code(), Some(2));
}

#[test]
fn two_runs_at_once_wait_for_each_other() {
    let folder = workspace();
    let start = |day: usize| {
        Command::new(env!("CARGO_BIN_EXE_preaudit"))
            .args(["scan", "-q", "--record", "--exit-zero", "--as-of", &format!("2026-06-{day:02}")])
            .current_dir(folder.path())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    };
    let started: Vec<_> = (1..=6).map(start).collect();
    for mut run in started {
        assert_ne!(run.wait().unwrap().code(), Some(2));
    }
    let printed = stdout(&verify(folder.path()));
    assert!(printed.starts_with("6 runs, one chain"), "{printed}");
}

/// Killed at any moment: what is there is whole, the chain verifies, and the next run is recorded.
#[test]
fn a_killed_run_leaves_a_whole_chain() {
    let folder = workspace();
    let begun = Instant::now();
    record(folder.path(), "2026-06-01");
    let whole = begun.elapsed();
    for part in [2_u32, 5, 8, 9, 10, 11, 12, 13, 14, 15] {
        kill_after(
            folder.path(),
            &["scan", "-q", "--record", "--as-of", &format!("2026-06-{:02}", part + 1)],
            whole * part / 13,
        );
        assert!(verify(folder.path()).status.success());
    }
    // What a run left that was killed while it wrote goes with the next.
    let left = folder.path().join(".preaudit/runs/.2026-06-20-0123456789ab.json.77.part");
    fs::write(&left, "{\"before\"").unwrap();
    record(folder.path(), "2026-06-30");
    assert!(verify(folder.path()).status.success() && !left.exists());
}

#[test]
fn the_same_minor_back_a_year_later_is_a_major() {
    let folder = workspace();
    let at = |day: &str, accounts: &str| {
        write(folder.path(), "accounts.csv", accounts);
        of_rule(&record(folder.path(), day))
    };
    let (first, _) = at("2025-07-01", OPEN).unwrap();
    assert_eq!(first, "minor");
    assert!(at("2025-10-01", CLOSED).is_none());
    let (back, derivation) = at("2026-10-01", OPEN).unwrap();
    assert_eq!(back, "major");
    let says = "open on 2025-07-01, closed by 2025-10-01, back on 2026-10-01: a repeat within 3 years";
    assert!(derivation.contains(says), "{derivation}");
    assert!(derivation.contains("(ISO/IEC 17021-1, practice)"));
    // It stays one while it is open, says the same with the history alone, and is a minor without it.
    let (still, derivation) = at("2026-10-02", OPEN).unwrap();
    assert!(still == "major" && derivation.contains("back on 2026-10-01"), "{derivation}");
    let grade = |more: &[&str]| {
        let arguments =
            [&["scan", "--as-of", "2026-10-02", "--format", "json", "--exit-zero"], more].concat();
        of_rule(&serde_json::from_str(&stdout(&program(folder.path(), &arguments))).unwrap()).unwrap().0
    };
    assert_eq!((grade(&[]).as_str(), grade(&["--history", "."]).as_str()), ("minor", "major"));
    assert_eq!(runs(folder.path()).len(), 4);
}

#[test]
fn what_only_was_not_seen_is_no_repeat() {
    let folder = workspace();
    record(folder.path(), "2025-07-01");
    fs::remove_file(folder.path().join("accounts.csv")).unwrap();
    record(folder.path(), "2025-10-01");
    write(folder.path(), "accounts.csv", OPEN);
    assert_eq!(of_rule(&record(folder.path(), "2026-10-01")).unwrap().0, "minor");
}

#[test]
fn the_trend_shows_grades_and_time_to_close() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    write(folder.path(), "accounts.csv", CLOSED);
    record(folder.path(), "2026-06-11");
    let text = stdout(&program(folder.path(), &["history"]));
    assert!(text.starts_with("2 runs, 2026-06-01 to 2026-06-11\n"), "{text}");
    let line = text.lines().find(|line| line.contains(RULE)).unwrap();
    assert!(line.contains("2026-06-01  2026-06-11    10"), "{text}");
    let json = stdout(&program(folder.path(), &["history", "--format", "json"]));
    let trend: serde_json::Value = serde_json::from_str(&json).unwrap();
    let closed = trend["findings"].as_array().unwrap().iter().find(|one| one["rule"] == RULE).unwrap();
    assert_eq!((&closed["closed"], &closed["days"]), (&"2026-06-11".into(), &10.into()));
    let svg = stdout(&program(folder.path(), &["history", "--format", "svg"]));
    assert!(svg.starts_with("<svg ") && svg.matches("<polyline").count() == 2, "{svg}");
}

#[test]
fn a_whole_organization_is_recorded_and_read_again() {
    let folder = tempfile::tempdir().unwrap();
    let files = crate::kit::files_below(&fixture("systemic"));
    crate::kit::lay_down(folder.path(), &files);
    let report = record(folder.path(), "2026-07-01");
    let text = stdout(&program(folder.path(), &["history"]));
    assert!(text.contains("systemic-failure"), "{text}");
    assert!(!report["findings"].as_array().unwrap().is_empty());
    assert!(verify(folder.path()).status.success());
}
