//! Rules that misbehave, by accident or on purpose: each is stopped, becomes a fault of the rule
//! with its place in the rule's own text, and the others go on.

use crate::kit::{DAY, program, stderr, stdout};
use preaudit::audit::{self, Request};
use preaudit::evidence::Scope;
use preaudit::finding::{Diagnostic, State};
use preaudit::pack::PackRef;
use preaudit::report::Report;
use preaudit::source::Source;
use preaudit::world::Disk;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tempfile::TempDir;

const ROSTER: &str = "Employee ID,Full Name,Work Email,Department,Hired On\n\
    E1,Ada Example,ada@example.org,IT,2024-01-01\nE2,Bob Example,bob@example.org,HR,2024-01-01\n";

/// A stranger's pack with one rule, and a roster for it to look at.
struct Stranger(TempDir);

impl Stranger {
    fn with(rule: &str, script: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write("evidence/roster.csv", ROSTER);
        write(
            "pack/pack.toml",
            "id = \"stranger\"\ntitle = \"A stranger's\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n",
        );
        write("pack/rules/people/stranger-rule.toml", rule);
        if !script.is_empty() {
            write("pack/rules/people/stranger-rule.rhai", script);
        }
        Self(folder)
    }

    /// A rule that judges the roster by this script.
    fn judging(script: &str) -> Self {
        Self::with(&rule("uses = [\"roster\"]\n"), script)
    }

    fn pack(&self) -> PathBuf {
        self.0.path().join("pack")
    }

    fn evidence(&self) -> PathBuf {
        self.0.path().join("evidence")
    }

    fn scan(&self, trust_packs: bool) -> Result<Report, Vec<Diagnostic>> {
        let workspace = fs::read_to_string(self.evidence().join("preaudit.toml")).ok();
        let workspace = workspace.map(|text| Arc::new(Source::new("preaudit.toml", text)));
        let scope = Scope { root: self.evidence(), as_of: Some(DAY), workspace, ..Scope::default() };
        let packs = vec![PackRef::BuiltIn, PackRef::Folder(self.pack())];
        audit::audit(&Request { packs, trust_packs, scope, ..Request::default() }, &Disk::default())
    }

    /// The one line of the diagnostic that says why the rule failed.
    fn fault(&self) -> String {
        let report = self.scan(true).unwrap();
        let checks: Vec<_> = report.checks.iter().filter(|check| check.rule == "stranger-rule").collect();
        assert!(!checks.is_empty() && checks.iter().all(|check| check.state == State::Faulted), "{checks:?}");
        assert!(!report.findings.iter().any(|finding| finding.rule == "stranger-rule"));
        let others = report.checks.iter().filter(|check| check.rule != "stranger-rule");
        assert!(others.clone().count() > 40 && others.clone().all(|check| check.state != State::Faulted));
        let mut told = report.diagnostics.iter().filter(|one| one.code.text().starts_with("rule::"));
        let diagnostic = told.next().unwrap();
        assert!(told.next().is_none(), "one fault is told once");
        let place = &diagnostic.places[0];
        assert!(place.file.contains("stranger-rule"), "{place}");
        format!("{}:{} {}", place.line, place.column, diagnostic.message)
    }

    /// What is wrong with the pack before it runs.
    fn refused(&self) -> String {
        let errors = self.scan(true).unwrap_err();
        errors.iter().map(|error| format!("{error}\n")).collect()
    }
}

fn rule(more: &str) -> String {
    format!(
        "id = \"stranger-rule\"\ntitle = \"something is wrong\"\ncontrols = [\"A.6.3\"]\ngrade = \"minor\"\n\
         basis = \"judgement\"\nsource = \"a stranger\"\nchecks = []\nhelp = \"Mend it.\"\nask = \"Why?\"\n{more}"
    )
}

fn judge(body: &str) -> String {
    format!("fn judge(cx) {{\n    {body}\n    exceptions([], 1)\n}}\n")
}

#[test]
fn a_loop_without_end_runs_out_of_steps() {
    let fault = Stranger::judging(&judge("loop { let x = 1; }")).fault();
    assert!(fault.contains("steps"), "{fault}");
    let fault = Stranger::judging(&judge("let f = |n| { while n > 0 { n += 1; } }; f.call(1);")).fault();
    assert!(fault.contains("steps"), "{fault}");
}

#[test]
fn catching_does_not_help_a_loop() {
    let fault = Stranger::judging(&judge("loop { try { loop { let x = 1; } } catch {} }")).fault();
    assert!(fault.contains("steps"), "{fault}");
}

#[test]
fn padding_with_nothing_does_not_hang() {
    let fault = Stranger::judging(&judge("let s = \"a\"; s.pad(64, \"\");")).fault();
    assert!(fault.contains("pad"), "{fault}");
}

#[test]
fn growing_a_map_by_index_is_bounded() {
    let body = "let m = #{}; let text = \"x\"; for i in 0..12 { text += text; }
        let i = 0; loop { m[`k${i}`] = text + i; i += 1; }";
    let fault = Stranger::judging(&judge(body)).fault();
    assert!(fault.contains("steps") || fault.contains("large") || fault.contains("long"), "{fault}");
}

#[test]
fn comparing_deeply_nested_values_does_not_overflow_the_stack() {
    let body = "let a = []; let b = []; for i in 0..2000 { a = [a]; b = [b]; } if a == b { a = []; }";
    let report = Stranger::judging(&judge(body)).scan(true).unwrap();
    assert!(report.checks.iter().any(|check| check.rule == "stranger-rule"));
}

#[test]
fn calling_oneself_without_end_is_bounded() {
    let fault = Stranger::judging("fn again(n) { again(n + 1) }\nfn judge(cx) { again(0) }\n").fault();
    assert!(fault.starts_with("1:"), "{fault}");
}

#[test]
fn files_clock_and_printing_are_not_there() {
    for body in ["sleep(1);", "let t = timestamp();", "let f = open_file(\"/etc/passwd\");", "exit();"] {
        let fault = Stranger::judging(&judge(body)).fault();
        assert!(fault.starts_with("2:"), "{body}: {fault}");
    }
    for body in ["eval(\"1\");", "print(1);", "import \"x\" as x;"] {
        let refused = Stranger::judging(&judge(body)).refused();
        assert!(refused.contains("stranger-rule.rhai:2:"), "{body}: {refused}");
    }
}

#[test]
fn a_failing_script_is_pointed_at_in_its_own_text() {
    let fault = Stranger::judging(
        "fn judge(cx) {\n    let n = 0;\n    let share = 1 / n;\n    exceptions([], 1)\n}\n",
    )
    .fault();
    assert!(fault.starts_with("3:"), "{fault}");
    let fault = Stranger::judging(&judge("cx.roster.filter(|r| r.hired_onn == ());")).fault();
    assert!(fault.starts_with("2:") && fault.contains("hired_on"), "{fault}");
}

#[test]
fn a_pattern_that_cannot_be_read_is_a_fault_and_matches_not_just_nothing() {
    for body in [
        "\"x\".matches(\"(x\");",
        "cx.roster.filter(|r| r.person_name.matches(\"(x\"));",
        "captures(\"x\", \"(x\");",
    ] {
        let fault = Stranger::judging(&judge(body)).fault();
        assert!(fault.starts_with("2:") && fault.contains("`(x` is no regular expression"), "{fault}");
    }
    let where_clause =
        "[[each]]\nfrom = \"roster\"\nwhere = 'r.person_name.matches(\"(x\")'\nmessage = \"x\"\n";
    let fault = Stranger::with(&rule(where_clause), "").fault();
    assert!(fault.contains("`(x` is no regular expression"), "{fault}");
}

#[test]
fn a_judgement_that_says_nothing_is_a_fault() {
    let fault = Stranger::judging("fn judge(cx) {\n    42\n}\n").fault();
    assert!(!fault.is_empty());
}

#[test]
fn what_is_wrong_with_a_rule_is_told_at_its_place() {
    let refused =
        Stranger::with(&rule("[[each]]\nfrom = \"rooster\"\nwhere = 'true'\nmessage = \"x\"\n"), "")
            .refused();
    assert!(refused.contains("no kind of evidence `rooster`; did you mean `roster`?"), "{refused}");
    let refused = Stranger::with(
        &rule("[[each]]\nfrom = \"roster\"\nwhere = 'true'\nmessage = \"x\"\nat = [\"hired\"]\n"),
        "",
    )
    .refused();
    assert!(refused.contains("`roster` has no field `hired`"), "{refused}");
    let refused =
        Stranger::with(&rule("[[each]]\nfrom = \"roster\"\nwhere = 'true &&'\nmessage = \"x\"\n"), "")
            .refused();
    assert!(refused.contains("stranger-rule.toml:12:"), "{refused}");
    let refused = Stranger::with(&rule("gade = 1\n"), "").refused();
    assert!(refused.contains("gade"), "{refused}");
}

/// Where no process apart can be had, as here, where the program is not the one that runs the tests.
#[test]
fn a_stranger_is_not_run_within_unless_someone_says_so() {
    let stranger = Stranger::judging(&judge(""));
    let errors = stranger.scan(false).unwrap_err();
    assert_eq!(errors[0].code.text(), "pack::untrusted");
    let digest = errors[0].message.split(['(', ')']).nth(1).unwrap().to_owned();
    fs::write(stranger.evidence().join("preaudit.toml"), format!("[trust]\npacks = [\"{digest}\"]\n"))
        .unwrap();
    assert!(stranger.scan(false).is_ok());
    // One byte more, and it is another pack.
    let script = stranger.pack().join("rules/people/stranger-rule.rhai");
    fs::write(&script, fs::read_to_string(&script).unwrap() + "\n").unwrap();
    assert_eq!(stranger.scan(false).unwrap_err()[0].code.text(), "pack::untrusted");
}

#[test]
fn no_report_carries_control_characters_of_the_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let evil = "\u{1b}]0;owned\u{7}\u{1b}[31mEve\u{202e}\u{9b}2J";
    let row = format!("{ROSTER}E3,{evil},eve@example.org,IT,2024-01-01,one cell too many\n");
    fs::write(folder.path().join("roster.csv"), row).unwrap();
    let training = format!("Employee,Course,Due Date,Status\n{evil},Security awareness,2026-01-01,open\n");
    fs::write(folder.path().join("training records.csv"), training).unwrap();
    for arguments in [
        &["scan", ".", "--as-of", "2026-07-01"][..],
        &["scan", ".", "-v", "--as-of", "2026-07-01"],
        &["evidence", "."],
        &["init", ".", "-o", "-"],
    ] {
        let output = program(folder.path(), arguments);
        let printed = format!("{}{}", stdout(&output), stderr(&output));
        assert!(printed.contains("Eve") || !arguments.contains(&"scan"), "{arguments:?}");
        let bad = |c: char| (c.is_control() && c != '\n') || ('\u{202a}'..='\u{202e}').contains(&c);
        assert!(!printed.contains(bad), "{arguments:?}: {printed:?}");
    }
}

#[cfg(unix)]
#[test]
fn nothing_is_read_outside_the_evidence() {
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("roster.csv"), ROSTER).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let link = |from: &Path, name: &str| std::os::unix::fs::symlink(from, folder.path().join(name)).unwrap();
    link(&outside.path().join("roster.csv"), "roster.csv");
    link(outside.path(), "hr");
    let report = crate::kit::scan_folder(folder.path());
    assert!(report.evidence.iter().all(|file| file.records == 0), "{:?}", report.evidence);
    assert_eq!(crate::kit::told(&report, "evidence::link-not-followed").len(), 2);
    fs::write(
        folder.path().join("preaudit.toml"),
        "[[evidence]]\nkind = \"roster\"\nfiles = [\"../*/roster.csv\"]\n",
    )
    .unwrap();
    let refused = program(folder.path(), &["scan", "."]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("preaudit.toml:3:10"), "{}", stderr(&refused));
}
