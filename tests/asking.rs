//! Asking rules and evidence by hand: `explain --record` and `rule try`.

use crate::kit::{CLIENT_PACK, program, stderr, stdout};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use tempfile::TempDir;

const HEAD: &str = "title = \"a thing\"\ncontrols = [\"A.5.18\"]\ngrade = \"minor\"\nbasis = \"practice\"\nhelp = \"Do it.\"\n";

const OF_ROWS: &str = r#"
[params.delay]
type = "duration"
default = "1d"
basis = "practice"
doc = "how long it may stay"

[[each]]
from = "roster"
among = 'r.status == "left" || r.status == "active" && r.left_on < as_of'
where = 'r.left_on + params.delay < as_of'
message = "${r.subject} left on ${r.left_on}"
at = ["left_on"]
"#;

const OF_RECORDS: &str = r#"
[scan]
from = "sign-ins"
where = 'r.event.outcome == "failure" && !(r.user.name.starts_with("svc_") || r.user.name == "root")'
by = ["user.name"]

[finding]
message = "${g.key}"
"#;

const ROSTER: &str = "Employee ID,Full Name,Work Email,Status,Left On
E1,Ada Example,ada@example.org,left,2026-06-29
E2,Bo Example,bo@example.org,left,2026-06-30
E3,Cy Example,cy@example.org,left,soon
";

/// A folder of evidence, and beside it a pack with a rule of rows and a rule of records.
fn workspace() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let record = |user: &str, outcome: &str| {
        format!(
            "{{\"@timestamp\": \"2026-06-01T10:00:00Z\", \"event.category\": \"authentication\", \"event.outcome\": \"{outcome}\", \"user.name\": \"{user}\"}}\n"
        )
    };
    let log = [
        record("ada", "failure"),
        record("svc_backup", "failure"),
        record("bo", "success"),
        record("ada", "failure"),
    ];
    for (path, text) in [
        ("client/pack.toml", CLIENT_PACK.to_owned()),
        ("client/rules/own/of-rows.toml", format!("id = \"of-rows\"\n{HEAD}{OF_ROWS}")),
        ("client/rules/own/of-records.toml", format!("id = \"of-records\"\n{HEAD}{OF_RECORDS}")),
        (
            "evidence/preaudit.toml",
            "[audit]\ndate = 2026-07-01\n\n[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"*.ndjson\"]\n\n[[evidence]]\nkind = \"roster\"\nfiles = [\"hr/*.csv\"]\n"
                .to_owned(),
        ),
        ("evidence/hr/roster.csv", ROSTER.to_owned()),
        ("evidence/x.ndjson", log.concat()),
    ] {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

/// What `explain RULE --record` tells, with the pack trusted.
fn explained(rule: &str, record: &str) -> String {
    let folder = workspace();
    let record = format!("evidence/{record}");
    let arguments = ["explain", rule, "--pack", "client", "--trust-packs", "--record", &record];
    let told = program(folder.path(), &arguments);
    format!("{}{}", stdout(&told), stderr(&told))
}

#[test]
fn each_part_of_a_condition_is_told_with_its_value_and_which_one_decided() {
    assert_eq!(
        explained("of-rows", "hr/roster.csv:3"),
        r#"of-rows about hr/roster.csv:3

  among holds
  > true       r.status == "left"    r.status is "left"
    not asked  r.status == "active"
    not asked  r.left_on < as_of

  where does not hold
  > false      r.left_on + params.delay < as_of  r.left_on + params.delay is 2026-07-01, as_of is 2026-07-01

  nothing is observed on this line
"#
    );
}

#[test]
fn what_is_observed_at_the_record_and_what_is_in_doubt_are_told() {
    let told = explained("of-rows", "hr/roster.csv:2");
    assert!(told.ends_with("\n  minor: E1 left on 2026-06-29\n"), "{told}");
    let told = explained("of-rows", "hr/roster.csv:4");
    assert!(
        told.contains("  where is in doubt\n    in doubt   r.left_on + params.delay < as_of  r.left_on + params.delay is soon"),
        "{told}"
    );
}

#[test]
fn a_record_of_a_log_is_told_apart_from_those_around_it() {
    assert_eq!(
        explained("of-records", "x.ndjson:2"),
        r#"of-records about x.ndjson:2

  where does not hold
    true       r.event.outcome == "failure"     r.event.outcome is "failure"
  > true       r.user.name.starts_with("svc_")  r.user.name is "svc_backup"
    not asked  r.user.name == "root"

  nothing is observed on this line
"#
    );
    let told = explained("of-records", "x.ndjson:3");
    assert!(told.contains("  > false      r.event.outcome == \"failure\""), "{told}");
}

#[test]
fn what_cannot_be_asked_is_told() {
    let told = explained("of-rows", "hr/roster.csv:9");
    assert!(told.contains("it is not asked about any record at hr/roster.csv:9"), "{told}");
    let told = explained("of-row", "hr/roster.csv:2");
    assert!(told.contains("there is no such rule"), "{told}");
    let folder = workspace();
    let told = program(
        folder.path(),
        &["explain", "of-rows", "--pack", "client", "--record", "evidence/hr/roster.csv:2"],
    );
    assert!(stderr(&told).contains("its pack is not trusted"), "{}", stderr(&told));
    let told = program(folder.path(), &["explain", "of-rows", "--record", "roster.csv"]);
    assert!(stderr(&told).contains("a record is written FILE:LINE"), "{}", stderr(&told));
}

/// What `rule try` answers, and how it ends.
fn tried(questions: &str) -> (String, String, Option<i32>) {
    tried_in(&workspace(), questions)
}

fn tried_in(folder: &TempDir, questions: &str) -> (String, String, Option<i32>) {
    let mut trying = Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(["rule", "try"])
        .arg(Path::new(folder.path()).join("evidence"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    trying.stdin.take().unwrap().write_all(questions.as_bytes()).unwrap();
    let ended = trying.wait_with_output().unwrap();
    (stdout(&ended), stderr(&ended), ended.status.code())
}

#[test]
fn lines_of_the_input_are_questions() {
    let (told, wrong, exit) = tried(
        "# who fails to sign in\nsign-ins | where r.event.outcome == \"failure\" | by user.name | top 1\n\
         roster | where r.status == \"left\" | where r.left_on < as_of | show person_name, left_on\n\
         roster | by status\n",
    );
    assert_eq!(wrong, "");
    assert_eq!(exit, Some(0));
    assert_eq!(
        told.lines().map(str::trim).collect::<Vec<_>>(),
        [
            "2  ada                                       x.ndjson:1",
            "and 1 more",
            "2 lines of 4 records",
            "Ada Example · 2026-06-29                  hr/roster.csv:2",
            "Bo Example · 2026-06-30                   hr/roster.csv:3",
            "2 lines of 3 records",
            "3  left                                      hr/roster.csv:2",
            "1 line of 3 records",
        ]
    );
}

/// A rule keeps a thousand of what it observes, and a question is asked as a rule.
#[test]
fn what_is_beyond_what_a_rule_keeps_is_told_and_not_left_out_in_silence() {
    let folder = workspace();
    let row = |number: usize| format!("N{number},Nobody {number},n{number}@example.org,left,2026-06-01\n");
    let rows: String = (0..1_200).map(row).collect();
    fs::write(
        folder.path().join("evidence/hr/roster.csv"),
        format!("{}\n{rows}", ROSTER.lines().next().unwrap()),
    )
    .unwrap();
    let (told, _, _) = tried_in(&folder, "roster | by status\n");
    assert!(told.contains("  200 more that match are in no line: narrow the question\n"), "{told}");
    assert!(told.ends_with("1 line of 1200 records\n"), "{told}");
}

#[test]
fn a_question_that_cannot_be_asked_does_not_end_the_talk() {
    let (told, wrong, exit) =
        tried("rooster\nroster | wher x\nroster | where r.statu == 1\nroster | by status\n");
    assert_eq!(exit, Some(2));
    assert!(wrong.contains("there is no kind of evidence `rooster`; did you mean `roster`?"), "{wrong}");
    assert!(wrong.contains("did you mean `where`?"), "{wrong}");
    assert!(wrong.contains("statu"), "{wrong}");
    assert!(told.ends_with("1 line of 3 records\n"), "{told}");
}
