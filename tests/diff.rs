//! What changed and why: one pair a cause, and thirty nights that wake somebody exactly when they should.

use crate::kit::{long_gone, program, stderr, stdout};
use serde_json::Value;
use std::fs;
use std::path::Path;
use tempfile::TempDir;

const WORKSPACE: &str = "[organization]\nname = \"Diff\"\n\n[audit]\nstage = \"stage-2\"\n";
const ROSTER: &str = "Employee ID,Name,Work Email,Login,Hire Date,Termination Date,Status
E-1,Ana Roth,ana@example.org,ana,2020-01-01,,active
E-2,Eva Left,eva@example.org,eva,2020-01-01,2026-05-01,left
E-3,Udo Gone,udo@example.org,udo,2020-01-01,2026-05-02,left
";
const ACCOUNTS: &str = "Account,Email,Status,Last Login
ana,ana@example.org,enabled,2026-05-20
eva,eva@example.org,enabled,2026-04-30
udo,udo@example.org,disabled,2026-04-30
";
const SUPPLIERS: &str = "Supplier,Service,Contract Start,Contract End,Status
Coldtrace,Trackers,2025-01-01,2026-06-15,active
";
const RULE: &str = "leaver-account-active";
const WAIVER: &str = "\n[[waiver]]\nrule = \"leaver-account-active\"\ncontrol = \"A.5.18\"\nsubject = \"eva\"\nreason = \"the mailbox is read out\"\nowner = \"Ana Roth\"\napprover = \"Mia Board\"\nexpires = 2026-12-01\n";

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
    write(folder.path(), "accounts.csv", ACCOUNTS);
    write(folder.path(), "suppliers.csv", SUPPLIERS);
    folder
}

fn record(folder: &Path, day: &str) {
    let output = program(folder, &["scan", "-q", "--record", "--as-of", day, "--exit-zero"]);
    assert!(output.status.code() != Some(2), "{}", stderr(&output));
}

/// What changed since the newest run.
fn since_last(folder: &Path, day: &str) -> Value {
    json(folder, &["diff", "--baseline", "last", "--as-of", day, "--format", "json"])
}

fn json(folder: &Path, arguments: &[&str]) -> Value {
    let output = program(folder, arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).unwrap()
}

/// The change of a rule.
fn of<'d>(diff: &'d Value, rule: &str) -> &'d Value {
    let changes = diff["changes"].as_array().unwrap();
    changes.iter().find(|change| change["rule"] == rule).unwrap_or_else(|| panic!("{diff:#}"))
}

/// How a cause was found, and which it is.
fn why(because: &Value) -> (&str, Vec<&str>) {
    let causes = because["causes"].as_array().unwrap();
    let kinds = causes.iter().map(|cause| cause["kind"].as_str().unwrap()).collect();
    (because["decided"].as_str().unwrap(), kinds)
}

#[test]
fn only_the_clock_moved() {
    let folder = workspace();
    record(folder.path(), "2026-06-10");
    let diff = since_last(folder.path(), "2026-06-20");
    let changes = diff["changes"].as_array().unwrap();
    assert!(!changes.is_empty(), "{diff:#}");
    for change in changes {
        assert_eq!(why(&change["because"]), ("by-judging-again", vec!["clock"]), "{change:#}");
    }
    record(folder.path(), "2026-06-20");
    let between = json(folder.path(), &["diff", "2026-06-10", "last", "--format", "json"]);
    let first = &between["changes"][0];
    assert_eq!(why(&first["because"]), ("only-difference", vec!["clock"]));
}

#[test]
fn evidence_changed_and_its_file_is_named() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    let accounts = ACCOUNTS.replace("udo@example.org,disabled", "udo@example.org,enabled");
    write(folder.path(), "accounts.csv", &accounts);
    let diff = since_last(folder.path(), "2026-06-02");
    let change = of(&diff, RULE);
    assert_eq!(change["kind"], "changed");
    let subject = &change["subjects"][0];
    assert_eq!((&subject["kind"], &subject["subject"]), (&"new".into(), &"udo".into()), "{change:#}");
    assert_eq!(why(&subject["because"]), ("by-judging-again", vec!["evidence"]));
    let files = subject["because"]["causes"][0]["files"].as_array().unwrap();
    assert_eq!((files.len(), &files[0]["file"]), (1, &"accounts.csv".into()));
    write(folder.path(), "accounts.csv", &accounts.replace(",enabled", ",disabled"));
    let diff = since_last(folder.path(), "2026-06-02");
    assert_eq!((&of(&diff, RULE)["kind"], &of(&diff, RULE)["check"]), (&"gone".into(), &"conformity".into()));
}

#[test]
fn a_waiver_changed() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    write(folder.path(), "preaudit.toml", &format!("{WORKSPACE}{WAIVER}"));
    let diff = since_last(folder.path(), "2026-06-02");
    let change = of(&diff, RULE);
    assert_eq!((&change["was"], &change["is"]), (&"minor".into(), &"waived".into()), "{change:#}");
    assert_eq!(why(&change["because"]), ("by-judging-again", vec!["waiver"]));
}

#[test]
fn a_parameter_changed() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    write(folder.path(), "preaudit.toml", &format!("{WORKSPACE}\n[params.{RULE}]\ndelay = \"90d\"\n"));
    let diff = since_last(folder.path(), "2026-06-01");
    let change = of(&diff, RULE);
    assert_eq!(why(&change["because"]), ("by-judging-again", vec!["parameter"]), "{change:#}");
    record(folder.path(), "2026-06-01");
    let recorded: Vec<String> = fs::read_dir(folder.path().join(".preaudit/runs"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".json"))
        .collect();
    assert_eq!(recorded.len(), 2);
    let first = recorded.iter().find(|name| {
        fs::read_to_string(folder.path().join(".preaudit/runs").join(name))
            .unwrap()
            .contains("\"before\": null")
    });
    let between = json(folder.path(), &["diff", first.unwrap(), "last", "--format", "json"]);
    assert_eq!(why(&of(&between, RULE)["because"]), ("only-difference", vec!["parameter"]));
}

#[test]
fn the_rules_changed() {
    let folder = workspace();
    let pack = tempfile::tempdir().unwrap();
    let rule = |grade: &str| {
        format!(
            "id = \"house-name-short\"\ntitle = \"a name is short\"\ncontrols = [\"A.5.16\"]\ngrade = \"{grade}\"\nbasis = \"judgement\"\nsource = \"the house\"\nhelp = \"write it out\"\n\n[[each]]\nfrom = \"roster\"\nwhere = 'r.person != ()'\nmessage = \"${{r.subject}} is short\"\nat = [\"person\"]\n"
        )
    };
    fs::create_dir_all(pack.path().join("rules/house")).unwrap();
    let manifest = "id = \"house\"\ntitle = \"House\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n";
    write(pack.path(), "pack.toml", manifest);
    write(pack.path(), "rules/house/house-name-short.toml", &rule("minor"));
    let with = ["--pack", pack.path().to_str().unwrap(), "--trust-packs", "--as-of", "2026-06-01"];
    let recorded = program(folder.path(), &[&["scan", "--record", "--exit-zero"][..], &with].concat());
    assert!(stdout(&recorded).contains("house-name-short"), "{}{}", stdout(&recorded), stderr(&recorded));
    write(pack.path(), "rules/house/house-name-short.toml", &rule("major"));
    let diff =
        json(folder.path(), &[&["diff", "--baseline", "last", "--format", "json"][..], &with].concat());
    let change = of(&diff, "house-name-short");
    assert_eq!((&change["was"], &change["is"]), (&"minor".into(), &"major".into()), "{change:#}");
    assert_eq!(why(&change["because"]), ("by-judging-again", vec!["rules"]));
    // With other evidence too, nobody can tell without the old rules.
    write(folder.path(), "roster.csv", &roster().replace("Ana Roth", "Ana Rot"));
    let diff =
        json(folder.path(), &[&["diff", "--baseline", "last", "--format", "json"][..], &with].concat());
    assert_eq!(why(&of(&diff, "house-name-short")["because"]), ("open", vec!["rules", "evidence"]));
}

#[test]
fn moved_lines_and_renamed_files_change_nothing() {
    let folder = workspace();
    record(folder.path(), "2026-06-01");
    write(
        folder.path(),
        "accounts.csv",
        &ACCOUNTS.replace("eva,", "bob,bob@example.org,disabled,2026-05-01\neva,"),
    );
    fs::rename(folder.path().join("roster.csv"), folder.path().join("people-roster.csv")).unwrap();
    let diff = since_last(folder.path(), "2026-06-01");
    let changes = diff["changes"].as_array().unwrap();
    assert!(changes.iter().all(|change| change["rule"] != RULE), "{diff:#}");
    assert!(diff["unchanged"].as_u64().unwrap() > 0);
}

#[test]
fn reports_are_compared_like_runs_and_text_says_why() {
    let folder = workspace();
    let report = |day: &str, file: &str| {
        program(folder.path(), &["scan", "--as-of", day, "--format", "json", "-o", file, "--exit-zero"]);
    };
    fs::create_dir(folder.path().join(".out")).unwrap();
    report("2026-06-10", ".out/a.json");
    report("2026-06-20", ".out/b.json");
    let output = program(folder.path(), &["diff", ".out/a.json", ".out/b.json"]);
    let text = stdout(&output);
    assert!(text.starts_with("2026-06-10 to 2026-06-20: "), "{text}{}", stderr(&output));
    assert!(text.contains("because the day moved from 2026-06-10 to 2026-06-20 (nothing else"), "{text}");
    let none = program(folder.path(), &["diff", ".out/a.json", "preaudit.toml"]);
    assert_eq!(none.status.code(), Some(2));
    assert!(stderr(&none).contains("is no recorded run and no report"), "{}", stderr(&none));
    assert_eq!(program(folder.path(), &["diff", "--baseline", "last"]).status.code(), Some(2));
}

#[test]
fn what_is_new_needs_a_baseline() {
    let folder = workspace();
    let output = program(folder.path(), &["scan", "--fail-on", "new-minor"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("--baseline last"));
}

/// Accounts of a night: those of leavers are enabled from the first of their nights to the last.
fn accounts(night: usize) -> String {
    let is_open =
        |from: usize, until: usize| if (from..until).contains(&night) { "enabled" } else { "disabled" };
    format!(
        "Account,Email,Status,Last Login\nana,ana@example.org,enabled,2026-05-20\neva,eva@example.org,{},2026-04-30\nudo,udo@example.org,{},2026-04-30\n",
        is_open(4, 12),
        is_open(9, 31)
    )
}

#[test]
fn thirty_nights_wake_somebody_exactly_when_something_is_new() {
    let folder = workspace();
    fs::remove_file(folder.path().join("suppliers.csv")).unwrap();
    let mut woken = Vec::new();
    for night in 0..=30 {
        write(folder.path(), "accounts.csv", &accounts(night));
        // Work goes on, and is no news.
        let joined: String = (0..night)
            .map(|n| format!("E-1{n},New {n},new{n}@example.org,new{n},2026-05-01,,active\n"))
            .collect();
        write(folder.path(), "roster.csv", &format!("{}{joined}", roster()));
        if night == 20 {
            write(folder.path(), "suppliers.csv", SUPPLIERS);
        }
        let day = format!("2026-06-{:02}", 1 + night.min(29));
        let day = if night == 30 { "2026-07-01".to_owned() } else { day };
        let arguments =
            ["scan", "-q", "--record", "--baseline", "last", "--fail-on", "new-minor", "--as-of", &day];
        let output = program(folder.path(), &arguments);
        match output.status.code() {
            Some(0) => {}
            Some(1) => woken.push(night),
            other => assert!(night == 0 && other == Some(3), "night {night}: {other:?} {}", stderr(&output)),
        }
    }
    // An account of a leaver; one more in the same finding; a contract that had ended.
    assert_eq!(woken, [4, 9, 20]);
    assert!(program(folder.path(), &["history", "verify"]).status.success());
}
