//! A pack proves itself: cases in folders and files, marks, places, both ways of asking, coverage,
//! mutants and proposals, on a pack of one rule whose weakness is known.

mod reach;

use crate::kit::{CLIENT_PACK, program, stderr, stdout};
use preaudit::finding::State;
use preaudit::pack::PackRef;
use preaudit::prove::{Proof, Proven, Trial};
use preaudit::world::Disk;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Accounts of people who left stay enabled: a day is in order, two are not.
const RULE: &str = r#"id = "account-outlives-person"
title = "an account outlives its person"
controls = ["A.5.18"]
grade = "minor"
basis = "practice"
help = "Disable it."

[params.delay]
type = "duration"
default = "1d"
basis = "practice"
doc = "how long it may stay"

[[each]]
from = "roster"
among = 'r.status == "left"'
where = 'r.left_on + params.delay < as_of'
message = "${r.subject} left on ${r.left_on}"
at = ["left_on"]
"#;

const HEADER: &str = "Employee ID,Full Name,Work Email,Status,Left On\n";

/// A pack with one rule and these files below `tests/account-outlives-person/`.
struct Pack(TempDir);

impl Pack {
    fn with(cases: &[(&str, &str)]) -> Self {
        Self::of_rule(RULE, "", cases)
    }

    fn of_rule(rule: &str, script: &str, cases: &[(&str, &str)]) -> Self {
        let pack = Self(tempfile::tempdir().unwrap());
        pack.write("pack.toml", CLIENT_PACK);
        pack.write("rules/people/account-outlives-person.toml", rule);
        if !script.is_empty() {
            pack.write("rules/people/account-outlives-person.rhai", script);
        }
        for (path, text) in cases {
            pack.write(&format!("tests/account-outlives-person/{path}"), text);
        }
        pack
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("client")
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn trial(&self) -> Trial {
        let packs = [PackRef::BuiltIn, PackRef::Folder(self.path())];
        Trial::open(&packs, Some("account-outlives-person"), &Disk::default()).unwrap_or_else(|wrong| {
            panic!("{}", wrong.iter().map(|one| format!("{one}\n")).collect::<String>())
        })
    }

    fn prove(&self) -> Proof {
        self.trial().prove().unwrap()
    }

    /// What is wrong with the cases before any runs.
    fn refused(&self) -> Vec<String> {
        let packs = [PackRef::BuiltIn, PackRef::Folder(self.path())];
        let wrong = Trial::open(&packs, None, &Disk::default()).err().unwrap();
        wrong.iter().map(ToString::to_string).collect()
    }

    /// Names of the mutants that survive.
    fn survivors(&self) -> Vec<String> {
        let mutants = self.trial().mutants().unwrap();
        assert_eq!(mutants.rules.len(), 1);
        let tried = &mutants.rules[0];
        assert!(tried.faults.is_empty(), "{:?}", tried.faults);
        assert_eq!(tried.mutants, tried.noticed + tried.allowed.len() + tried.survivors.len());
        tried.survivors.iter().map(|survivor| survivor.name.clone()).collect()
    }

    /// Runs `rule test` on the pack.
    fn test(&self, arguments: &[&str]) -> std::process::Output {
        let path = self.path();
        program(Path::new("."), &[&["rule", "test", path.to_str().unwrap()], arguments].concat())
    }
}

/// One case in a file of cases, with rows of the roster.
fn case(name: &str, state: &str, rows: &str, rest: &str) -> String {
    format!(
        "[[case]]\nname = \"{name}\"\nstate = \"{state}\"\nevidence.\"roster.csv\" = '''\n{HEADER}{rows}'''\n{rest}\n"
    )
}

/// What came of the only case.
fn only(proof: &Proof) -> &Proven {
    let [only] = &proof.cases[..] else { panic!("{:?}", proof.cases) };
    only
}

const LATE: &str = "E1,Ada Example,ada@example.org,left,2026-06-29\n";
const IN_TIME: &str = "E2,Bo Example,bo@example.org,left,2026-06-30\n";
const HERE: &str = "E3,Cy Example,cy@example.org,active,\n";

#[test]
fn cases_stand_in_one_file_with_places_and_words() {
    let expect = "expect = [{ state = \"minor\", at = \"roster.csv:2:Left On\", text = \"2026-06-29\", says = \"E1 left\" }]";
    let pack = Pack::with(&[("cases.toml", &case("late", "minor", &[LATE, IN_TIME].concat(), expect))]);
    let proof = pack.prove();
    assert_eq!(only(&proof).path, "account-outlives-person/cases.toml#late");
    assert!(proof.passes(), "{proof:?}");
}

#[test]
fn what_is_not_as_expected_is_told_at_the_line_that_expects_it() {
    for (expect, told) in [
        (
            "expect = [{ state = \"minor\", at = \"roster.csv:3:Left On\" }]",
            "there is no minor at roster.csv:3:Left On",
        ),
        (
            "expect = [{ state = \"minor\", at = \"roster.csv:2:Status\" }]",
            "there is no minor at roster.csv:2:Status",
        ),
        ("expect = [{ state = \"minor\", at = \"roster.csv:2:1\" }]", "there is no minor at roster.csv:2:1"),
        ("expect = [{ state = \"minor\", text = \"left\" }]", "there is no minor on `left`"),
        ("expect = [{ state = \"minor\", says = \"E2\" }]", "there is no minor that says `E2`"),
        ("expect = [{ state = \"major\" }]", "there is no major"),
        ("expect = []", "nobody expects minor at roster.csv:2:"),
        ("reason = \"no roster\"", "the check says no reason"),
    ] {
        let pack = Pack::with(&[("cases.toml", &case("late", "minor", LATE, expect))]);
        let proof = pack.prove();
        let [fault] = &only(&proof).faults[..] else { panic!("{expect}: {proof:?}") };
        assert!(fault.message.starts_with(told), "{expect}: {}", fault.message);
        assert!(!proof.cases[0].passes());
        let place = &fault.places[0];
        let line = if expect == "expect = []" { 2 } else { 8 };
        assert_eq!((place.file.as_str(), place.line), ("tests/account-outlives-person/cases.toml", line));
    }
}

#[test]
fn a_case_has_a_day_parameters_and_a_workspace_of_its_own() {
    let on_a_day = case("a day earlier", "conformity", LATE, "as_of = 2026-06-30");
    let given = case("two days are in order", "conformity", LATE, "params = { delay = \"2d\" }");
    let workspace = "workspace = '''\n[audit]\ndate = 2026-06-30\n'''";
    let declared = case("the workspace says the day", "conformity", LATE, workspace);
    let pack = Pack::with(&[("cases.toml", &[on_a_day, given, declared].concat())]);
    let proof = pack.prove();
    assert_eq!(proof.cases.len(), 3);
    assert!(proof.cases.iter().all(Proven::passes), "{proof:?}");
}

#[test]
fn what_is_wrong_with_a_file_of_cases_has_its_place() {
    for (cases, told) in [
        (
            "[[case]]\nname = \"a\"\nstate = \"minor\"\nevidense = {}\n",
            "cases.toml:4:1: unknown key `evidense`; did you mean `evidence`?",
        ),
        ("[[case]]\nname = \"a\"\nstate = \"bad\"\n", "cases.toml:3:9: `bad` is none of"),
        (
            "[[case]]\nname = \"a\"\nstate = \"minor\"\nexpect = [{ state = \"minor\", at = \"roster.csv\" }]\n",
            "cases.toml:4:35: a place is written `FILE:LINE`",
        ),
        (
            "[[case]]\nname = \"a\"\nstate = \"minor\"\n[[case]]\nname = \"a\"\nstate = \"minor\"\n",
            "cases.toml:5:8: two cases are named `a`",
        ),
        (
            "[[case]]\nname = \"a\"\nstate = \"minor\"\nevidence.\"r.csv\" = '''\nid\n#! expect it\n1\n'''\n",
            "cases.toml:6:1: a mark is written `expect RULE STATE` or `ok RULE`",
        ),
    ] {
        let refused = Pack::with(&[("cases.toml", cases)]).refused();
        assert_eq!(refused.len(), 1, "{refused:?}");
        assert!(refused[0].starts_with(&format!("tests/account-outlives-person/{told}")), "{}", refused[0]);
    }
}

/// A case whose own configuration is wrong fails, and the others run.
#[test]
fn a_case_that_cannot_run_fails_alone() {
    let broken = case("broken", "minor", LATE, "params = { delai = \"2d\" }");
    let pack = Pack::with(&[("cases.toml", &[broken, case("late", "minor", LATE, "")].concat())]);
    let proof = pack.prove();
    assert_eq!(proof.cases.iter().map(Proven::passes).collect::<Vec<_>>(), [false, true]);
    let fault = &proof.cases[0].faults[0];
    assert!(fault.message.contains("delai"), "{}", fault.message);
    assert_eq!(fault.places[0].file, "tests/account-outlives-person/cases.toml#broken/preaudit.toml");
}

/// Marks are lines of the file that no reader sees; places keep the lines of the file as it is written.
#[test]
fn marks_stand_above_records_and_shift_no_place() {
    let rows = format!(
        "#! expect account-outlives-person minor\n{LATE}#! ok account-outlives-person\n{IN_TIME}\
         #! ok account-outlives-person\n#! ok roster-person-twice\n{HERE}"
    );
    let rows = rows.replace("#! ok roster-person-twice\n", "");
    let expect = "expect = [{ state = \"minor\", at = \"roster.csv:3:Left On\" }]";
    let pack = Pack::with(&[
        ("cases.toml", &case("marked", "minor", &rows, expect)),
        ("minor-marked/roster.csv", &format!("{HEADER}{rows}")),
    ]);
    let proof = pack.prove();
    assert!(proof.cases.iter().all(Proven::holds), "{proof:?}");
    assert!(
        proof.cases.iter().all(|case| case.text.contains("[roster.csv:3:37]")),
        "{}",
        proof.cases[0].text
    );
    assert!(proof.cases[0].text.contains(" 3 │ E1,Ada Example"), "{}", proof.cases[0].text);
}

#[test]
fn a_mark_that_does_not_come_true_is_told_at_the_mark() {
    let rows = format!(
        "#! ok account-outlives-person\n{LATE}#! expect account-outlives-person minor\n{IN_TIME}\
         #! expect account-outlives-person major\nE4,Di Example,di@example.org,left,2026-01-31\n"
    );
    let pack = Pack::with(&[
        ("cases.toml", &case("marked", "minor", &rows, "")),
        ("minor-marked/roster.csv", &format!("{HEADER}{rows}")),
    ]);
    let told = [
        "account-outlives-person finds minor in the record below, which is marked ok",
        "account-outlives-person finds no minor in the record below",
        "account-outlives-person finds minor in the record below, and no major",
    ];
    let proof = pack.prove();
    for (case, first) in proof.cases.iter().zip([6, 2]) {
        let messages: Vec<&str> = case.faults.iter().map(|fault| fault.message.as_str()).collect();
        assert_eq!(messages, told);
        let lines: Vec<usize> = case.faults.iter().map(|fault| fault.places[0].line).collect();
        assert_eq!(lines, [first, first + 2, first + 4], "{}", case.path);
        assert_eq!(case.faults[0].places[0].text, "#! ok account-outlives-person");
    }
}

/// Marks above records of logs, in Markdown and in JSON that spans lines.
#[test]
fn marks_fit_every_text_format() {
    let markdown = "# People\n\n| Employee ID | Full Name | Work Email | Status | Left On |\n|---|---|---|---|---|\n\
        <!-- expect account-outlives-person minor -->\n| E1 | Ada Example | ada@example.org | left | 2026-06-29 |\n\
        <!-- ok account-outlives-person -->\n| E2 | Bo Example | bo@example.org | left | 2026-06-30 |\n";
    let json = "[\n  #! expect account-outlives-person minor\n  {\n    \"Employee ID\": \"E1\",\n    \"Full Name\": \"Ada Example\",\n    \
        \"Work Email\": \"ada@example.org\",\n    \"Status\": \"left\",\n    \"Left On\": \"2026-06-29\"\n  },\n  \
        #! ok account-outlives-person\n  { \"Employee ID\": \"E2\", \"Full Name\": \"Bo\", \"Work Email\": \"bo@example.org\", \
        \"Status\": \"left\", \"Left On\": \"2026-06-30\" }\n]\n";
    let yaml = "people:\n#! expect account-outlives-person minor\n- Employee ID: E1\n  Full Name: Ada Example\n  \
        Work Email: ada@example.org\n  Status: left\n  Left On: 2026-06-29\n";
    for (file, text) in [("roster.md", markdown), ("roster.json", json), ("roster.yaml", yaml)] {
        let pack = Pack::with(&[(&format!("minor-{}/{file}", &file[7..]), text)]);
        let proof = pack.prove();
        assert!(only(&proof).holds(), "{file}: {:?}", only(&proof));
        let line = text.lines().position(|line| line.contains("2026-06-29")).unwrap() + 1;
        assert!(only(&proof).text.contains(&format!("[{file}:{line}:")), "{file}: {}", only(&proof).text);
    }
}

#[test]
fn marks_stand_in_logs() {
    let scan = RULE.split("[[each]]").next().unwrap().to_owned()
        + "[scan]\nfrom = \"sign-ins\"\nwhere = 'r.event.outcome == \"failure\"'\nby = [\"user.name\"]\n\n\
           [finding]\nmessage = \"${g.key} failed\"\nat = [\"user.name\"]\n";
    let record = |user: &str, outcome: &str| {
        format!(
            "{{\"@timestamp\": \"2026-06-01T10:00:00Z\", \"event.category\": \"authentication\", \
             \"event.outcome\": \"{outcome}\", \"user.name\": \"{user}\"}}\n"
        )
    };
    let log = [
        "#! ok account-outlives-person\n",
        &record("ada", "success"),
        "#! expect account-outlives-person minor\n",
        &record("bo", "failure"),
    ]
    .concat();
    let workspace = "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n";
    let pack = Pack::of_rule(&scan, "", &[("minor-a/x.ndjson", &log), ("minor-a/preaudit.toml", workspace)]);
    let proof = pack.prove();
    assert!(only(&proof).holds(), "{:?}", only(&proof));
    assert!(only(&proof).text.contains("[x.ndjson:4:"), "{}", only(&proof).text);
}

/// Lists that take more steps than a condition may, unless they stand still; natively they are one look.
#[test]
fn a_rule_that_says_something_else_by_the_interpreter_fails_its_case() {
    let list = |from: usize| {
        let names: Vec<String> = (from..from + 9_000).map(|number| format!("\"u{number}\"")).collect();
        format!("r.user.name in [{}]", names.join(", "))
    };
    let scan = format!(
        "{}[scan]\nfrom = \"sign-ins\"\nwhere = '{}'\nby = [\"user.name\"]\n\n[finding]\nmessage = \"${{g.key}}\"\nat = [\"user.name\"]\n",
        RULE.split("[[each]]").next().unwrap(),
        [list(0), list(9_000), list(18_000)].join(" || ")
    );
    let log = "{\"@timestamp\": \"2026-06-01T10:00:00Z\", \"event.category\": \"authentication\", \"user.name\": \"u26999\"}\n";
    let workspace = "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n";
    let pack = Pack::of_rule(&scan, "", &[("minor-a/x.ndjson", log), ("minor-a/preaudit.toml", workspace)]);
    let proof = pack.prove();
    let case = only(&proof);
    assert_eq!((case.found, case.faults.len()), (State::Minor, 1), "{case:?}");
    assert!(case.faults[0].message.starts_with("the rule says something else"), "{case:?}");
}

#[test]
fn words_are_blessed_and_states_marks_and_places_are_not() {
    let marked = format!("{HEADER}#! ok account-outlives-person\n{LATE}");
    let pack = Pack::with(&[
        ("minor-late/roster.csv", &format!("{HEADER}{LATE}")),
        ("conformity-late/roster.csv", &format!("{HEADER}{LATE}")),
        ("minor-marked/roster.csv", &marked),
        ("cases.toml", &case("late", "minor", LATE, "expect = [{ state = \"minor\", says = \"nothing\" }]")),
    ]);
    let blessed = pack.test(&["--bless", "--rule", "account-outlives-person"]);
    assert_eq!(blessed.status.code(), Some(1));
    let tests = pack.path().join("tests/account-outlives-person");
    let text = fs::read_to_string(tests.join("minor-late/expected.txt")).unwrap();
    assert!(text.contains("E1 left on 2026-06-29"), "{text}");
    assert!(!tests.join("conformity-late/expected.txt").exists());
    assert!(!tests.join("minor-marked/expected.txt").exists());
    let told = stdout(&pack.test(&["--rule", "account-outlives-person"]));
    assert!(!told.contains("FAIL account-outlives-person/minor-late"), "{told}");
    for failing in ["conformity-late", "minor-marked", "cases.toml#late"] {
        assert!(told.contains(&format!("FAIL account-outlives-person/{failing}\n")), "{told}");
    }
    assert!(told.contains("4 cases, 3 failed"), "{told}");
}

#[test]
fn what_came_of_it_is_told_as_json_and_junit() {
    let pack = Pack::with(&[(
        "cases.toml",
        &[case("late", "minor", LATE, ""), case("wrong <&\"", "major", LATE, "").replace("<&\"", "<&\\\"")]
            .concat(),
    )]);
    let only = ["--rule", "account-outlives-person", "--coverage", "--mutants", "--format"];
    let json = pack.test(&[&only[..], &["json"]].concat());
    assert_eq!(json.status.code(), Some(1));
    let told: serde_json::Value = serde_json::from_str(&stdout(&json)).unwrap();
    assert_eq!(told["schema"], "preaudit-rule-test/1");
    assert_eq!(told["proof"]["cases"][1]["found"], "minor");
    assert_eq!(told["coverage"]["rules"][0]["unseen"][0]["what"], "never false");
    assert_eq!(told["mutants"]["rules"][0]["faults"][0]["code"], "case::invalid");
    let output = pack.path().join("junit.xml");
    let junit = pack.test(&[&only[..], &["junit", "-o", output.to_str().unwrap()]].concat());
    assert_eq!(junit.status.code(), Some(1), "{}", stderr(&junit));
    let xml = fs::read_to_string(&output).unwrap();
    assert!(xml.contains("<testsuite name=\"cases\" tests=\"2\" failures=\"1\" errors=\"0\">"), "{xml}");
    assert!(xml.contains("name=\"cases.toml#wrong &lt;&amp;&quot;\""), "{xml}");
    let schema = crate::kit::repository("../shared/schemas/junit/jenkins-junit-10.xsd");
    let valid = Command::new("xmllint").args(["--noout", "--schema"]).arg(&schema).arg(&output).output();
    match valid {
        Ok(valid) if schema.exists() => assert!(valid.status.success(), "{}", stderr(&valid)),
        _ => eprintln!("skipped: no xmllint, or no schema in {}", schema.display()),
    }
}

#[test]
fn quiet_tells_the_totals_alone() {
    let pack = Pack::with(&[("cases.toml", &case("late", "major", LATE, ""))]);
    let told = stdout(&pack.test(&["--rule", "account-outlives-person", "-q"]));
    assert_eq!(told, "1 case, 1 failed, 0 missing\n");
}

/// The cases run again when a file changes.
#[test]
fn watching_runs_again_on_a_change() {
    let pack = Pack::with(&[("cases.toml", &case("late", "major", LATE, ""))]);
    let told = pack.0.path().join("told");
    let mut watching = Command::new(env!("CARGO_BIN_EXE_preaudit"))
        .args(["rule", "test", "--watch", "--rule", "account-outlives-person", "-q"])
        .arg(pack.path())
        .stdout(Stdio::from(fs::File::create(&told).unwrap()))
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let wait = |wanted: &str| {
        let lines = || fs::read_to_string(&told).unwrap();
        (0..1_200).any(|_| {
            std::thread::sleep(Duration::from_millis(100));
            lines().ends_with(wanted)
        })
    };
    let failed = "1 case, 1 failed, 0 missing\n";
    let first = wait(failed);
    pack.write("tests/account-outlives-person/cases.toml", &case("late", "minor", LATE, ""));
    let second = first && wait("1 case, 0 failed, 0 missing\n");
    let _ = watching.kill();
    watching.wait().unwrap();
    assert!(second, "{}", fs::read_to_string(&told).unwrap());
}
