//! What a user types and sees.

use crate::kit::{fixture, program, repository, scan_folder, stderr, stdout};
use preaudit::evidence::FILE_NAME;
use preaudit::report::Report;
use std::fs;

fn code(arguments: &[&str]) -> i32 {
    program(&repository("fixtures"), arguments).status.code().unwrap()
}

#[test]
fn exit_codes_are_those_of_the_manual() {
    assert_eq!(code(&["scan", "conforming"]), 0);
    assert_eq!(code(&["scan", "stage-2-lapses"]), 1);
    assert_eq!(code(&["scan", "stage-2-lapses", "--exit-zero"]), 0);
    assert_eq!(code(&["scan", "systemic", "--fail-on", "major"]), 1);
    assert_eq!(code(&["scan", "conforming", "--fail-on", "opportunity", "--exit-zero"]), 0);
    assert_eq!(code(&["scan", "no-such-folder"]), 2);
    assert_eq!(code(&["scan", "conforming", "--fail-on", "everything"]), 2);
    assert_eq!(code(&["scan", "conforming", "--as-of", "2026-02-30"]), 2);
    assert_eq!(code(&["scan", "conforming", "--profile", "lenient"]), 2);
    assert_eq!(code(&["--help"]), 0);
    let empty = tempfile::tempdir().unwrap();
    assert_eq!(program(empty.path(), &["scan", "."]).status.code(), Some(3));
}

#[test]
fn exit_codes_do_not_depend_on_the_format() {
    for name in ["conforming", "stage-2-lapses", "systemic"] {
        assert_eq!(code(&["scan", name]), code(&["scan", name, "--format", "json"]), "{name}");
    }
}

#[test]
fn help_teaches() {
    let help = stdout(&program(&repository("."), &["--help"]));
    for taught in ["preaudit scan DIR", "preaudit init DIR", "Exit codes", "Nothing leaves the machine"] {
        assert!(help.contains(taught), "{taught}");
    }
    for command in
        ["scan", "merge", "cache", "init", "evidence", "list", "explain", "rule", "completions", "man"]
    {
        let output = program(&repository("."), &[command, "--help"]);
        assert!(output.status.success() && stdout(&output).len() > 80, "{command}");
    }
}

#[test]
fn quiet_says_the_verdict_and_verbose_says_what_conforms() {
    let folder = fixture("stage-2-lapses");
    let quiet = stdout(&program(&folder, &["scan", "-q"]));
    let normal = stdout(&program(&folder, &["scan"]));
    let verbose = stdout(&program(&folder, &["scan", "-v"]));
    assert!(quiet.lines().count() < 12 && normal.starts_with(&quiet));
    assert!(verbose.contains(" checks conform ") && !normal.contains(" checks conform "));
}

#[test]
fn colours_are_for_terminals_and_can_be_had() {
    let folder = fixture("systemic");
    assert!(!stdout(&program(&folder, &["scan"])).contains('\u{1b}'));
    assert!(stdout(&program(&folder, &["scan", "--color", "always"])).contains("\u{1b}[1;31mBLOCKED"));
    let plain = std::process::Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(["scan", "--color", "auto"])
        .current_dir(&folder)
        .envs([("NO_COLOR", "1"), ("CLICOLOR_FORCE", "1")])
        .output()
        .unwrap();
    assert!(!stdout(&plain).contains('\u{1b}'));
}

#[test]
fn a_report_goes_to_a_file_whole() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("report.json");
    let arguments = ["scan", "--format", "json", "--output", path.to_str().unwrap()];
    let output = program(&fixture("systemic"), &arguments);
    assert_eq!((output.status.code(), stdout(&output)), (Some(1), String::new()));
    let report: Report = serde_json::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
    assert_eq!(report, scan_folder(&fixture("systemic")));
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing else is left behind");
    let nowhere = program(&fixture("systemic"), &["scan", "--output", "/no/such/folder/report.txt"]);
    assert_eq!(nowhere.status.code(), Some(2));
}

#[test]
fn a_wrong_workspace_is_told_with_place_and_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    for (text, told) in [
        ("[audit]\ndate = \"2026-07-01\"\n", &["preaudit.toml:2:8"][..]),
        (
            "[[evidence]]\nkind = \"trainings\"\nfiles = [\"a.csv\"]\n",
            &["no kind of evidence `trainings`", "training-records", ":2:8"],
        ),
        ("[params.training-overdu]\ngrace = \"1d\"\n", &["no rule `training-overdu`", "training-overdue"]),
        ("[params.training-overdue]\ngrace = 14\n", &[":2:9"]),
        ("[evidence]\n", &["preaudit.toml:1:"]),
        ("nonsense = 1\n", &["nonsense", ":1:1"]),
        ("exclude = [\"../x\"]\n", &["below the folder", ":1:12"]),
        (
            "[[waiver]]\nrule = \"training-overdue\"\nreason = \"\"\nowner = \" \"\napprover = \"A\"\nexpires = 2026-12-31\n",
            &["needs its reason", "who answers for it"],
        ),
    ] {
        fs::write(folder.path().join(FILE_NAME), text).unwrap();
        let output = program(folder.path(), &["scan", "."]);
        let said = stderr(&output).split_whitespace().collect::<Vec<_>>().join(" ");
        assert_eq!((output.status.code(), stdout(&output).as_str()), (Some(2), ""), "{text}");
        told.iter().for_each(|told| assert!(said.contains(told), "{text}: {told} not in {said}"));
    }
}

#[test]
fn the_workspace_is_found_upward_and_narrows_to_what_is_asked() {
    let whole = scan_folder(&fixture("stage-2-lapses"));
    let file = "evidence/risk";
    let part = program(&fixture("stage-2-lapses").join(file), &["scan", ".", "--format", "json"]);
    let part: Report = serde_json::from_str(&stdout(&part)).unwrap();
    assert_eq!(part.organization, whole.organization);
    assert!(!part.evidence.is_empty() && part.evidence.iter().all(|one| one.file.starts_with(file)));
}

#[test]
fn init_writes_what_evidence_shows_and_never_over_a_file() {
    let folder = tempfile::tempdir().unwrap();
    let roster = "Employee ID,Full Name,Work Email,Department,Hired On\nE1,Ada Example,ada@example.org,IT,2024-01-01\n";
    fs::write(folder.path().join("people.csv"), roster).unwrap();
    assert_eq!(program(folder.path(), &["init"]).status.code(), Some(0));
    let text = fs::read_to_string(folder.path().join(FILE_NAME)).unwrap();
    assert!(text.contains("kind = \"roster\"") && text.contains("people.csv"), "{text}");
    assert_eq!(program(folder.path(), &["init"]).status.code(), Some(2));
    assert_eq!(program(folder.path(), &["init", "--force"]).status.code(), Some(0));
    assert_eq!(text, fs::read_to_string(folder.path().join(FILE_NAME)).unwrap());
    let seen = stdout(&program(folder.path(), &["evidence"]));
    assert!(seen.contains("people.csv") && seen.contains("roster"), "{seen}");
}

#[test]
fn everything_that_is_listed_can_be_explained() {
    for what in ["controls", "rules", "kinds", "sources", "profiles", "codes"] {
        let listed = program(&repository("."), &["list", what]);
        assert!(listed.status.success(), "{what}: {}", stderr(&listed));
        let listed = stdout(&listed);
        let first = |line: &str| line.split_whitespace().next().unwrap_or_default().to_owned();
        let ids: Vec<String> = listed.lines().filter(|line| !line.starts_with(' ')).map(first).collect();
        assert!(ids.len() > 1, "{what}: {listed}");
        for id in ids.iter().filter(|id| !id.is_empty()).step_by(1 + ids.len() / 12) {
            let explained = program(&repository("."), &["explain", id]);
            assert!(
                explained.status.success() && stdout(&explained).len() > id.len() + 20,
                "{what} {id}: {}",
                stderr(&explained)
            );
        }
    }
    let unknown = program(&repository("."), &["explain", "training-overdu"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(stderr(&unknown).contains("training-overdue"));
}

#[test]
fn shells_and_man_are_served() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        assert!(stdout(&program(&repository("."), &["completions", shell])).contains("preaudit"), "{shell}");
    }
    assert!(stdout(&program(&repository("."), &["man"])).contains(".TH preaudit"));
}

/// The schema in the repository is that of the program.
#[test]
fn the_schema_of_the_report_is_current() {
    let path = repository("src/report/preaudit-report-1.schema.json");
    let schema = Report::schema().unwrap();
    if std::env::var_os("PREAUDIT_BLESS").is_some() {
        fs::write(&path, &schema).unwrap();
    }
    assert!(fs::read_to_string(&path).unwrap_or_default() == schema, "{}", path.display());
}

/// The interpreter, asked of every record, says what the native conditions say; and the report is
/// the same bytes whether anyone asks or not.
#[test]
fn the_interpreter_finds_nothing_else() {
    for name in crate::kit::FIXTURES {
        let folder = fixture(name);
        let folder = folder.to_str().unwrap();
        let plain = program(&repository("."), &["scan", folder, "--format", "json"]);
        let asked = ["scan", folder, "--format", "json", "--recheck", "100%", "--timings"];
        let asked = program(&repository("."), &asked);
        assert_eq!(stdout(&plain), stdout(&asked), "{name}");
        assert!(!stdout(&asked).contains("rule::differs"), "{name}");
        assert!(stderr(&asked).contains("us in logs"), "{}", stderr(&asked));
    }
}

#[test]
fn a_profile_shows_what_rules_cost() {
    let evidence = fixture("stage-2-lapses");
    let evidence = evidence.to_str().unwrap();
    let all = program(&repository("."), &["rule", "profile", evidence]);
    assert!(stdout(&all).contains("leaver-signs-in") && stdout(&all).contains("soa-control-missing"));
    let one = stdout(&program(&repository("."), &["rule", "profile", "leaver-signs-in", evidence]));
    let line = one.lines().nth(1).unwrap();
    assert!(one.lines().count() == 2 && line.ends_with("native"), "{one}");
    let unknown = program(&repository("."), &["rule", "profile", "leaver-sign-in", evidence]);
    assert!(stderr(&unknown).contains("did you mean `leaver-signs-in`"), "{}", stderr(&unknown));
}
