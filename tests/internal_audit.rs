//! The internal audit and the auditor's sample: who may audit, what is left, which rows are drawn.

use crate::kit::{Files, built_in, fixture, program, stderr, stdout, told};
use jiff::civil::date;
use preaudit::papers;
use preaudit::report::Report;
use std::fs;

const ROSTER: &str = "person id,name,e-mail,login,status\n\
    E1,Ada Quill,ada@example.com,aquill,active\nE2,Ben Rook,ben@example.com,brook,active\n";
const ASSETS: &str = "asset id,name,type,owner,classification\n\
    A1,Booking service,application,ada@example.com,confidential\nA2,Wiki,application,Ben Rook,internal\n";

fn workspace(audit: &str) -> String {
    format!(
        "[audit]\nstage = \"internal-audit\"\ndate = 2026-07-01\n{audit}\n\
         [[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n\n\
         [[evidence]]\nkind = \"assets\"\nfiles = [\"assets.csv\"]\n"
    )
}

fn scanned(audit: &str) -> Report {
    let texts = [
        ("preaudit.toml", workspace(audit)),
        ("roster.csv", ROSTER.to_owned()),
        ("assets.csv", ASSETS.to_owned()),
    ];
    let files: Files = texts.into_iter().map(|(name, text)| (name.to_owned(), text.into_bytes())).collect();
    crate::kit::scan_files(&files)
}

/// The roster ties a name to the address under which a register knows the same person.
#[test]
fn who_owns_what_is_audited_is_told_by_any_of_their_names() {
    let report = scanned("controls = [\"A.5.9\"]\nauditor = \"Ada Quill\"\nteam = [\"brook\"]");
    let owns = told(&report, "workspace::auditor-owns");
    let messages: Vec<&str> = owns.iter().map(|one| one.message.as_str()).collect();
    assert!(messages[0].starts_with("Ada Quill audits"), "{messages:?}");
    assert!(messages[1].starts_with("brook audits"), "{messages:?}");
    assert_eq!(owns.len(), 2);
    let files: Vec<&str> = owns[0].places.iter().map(|place| place.file.as_str()).collect();
    assert_eq!(files, ["preaudit.toml", "assets.csv"]);
    assert_eq!(owns[0].places[1].line, 2);
}

#[test]
fn an_outsider_and_another_part_are_impartial() {
    let outside = scanned("controls = [\"A.5.9\"]\nauditor = \"Ada Quillon\"");
    assert!(told(&outside, "workspace::auditor-owns").is_empty());
    let part = scanned("controls = [\"9.3.2\"]\nauditor = \"Ada Quill\"");
    assert!(told(&part, "workspace::auditor-owns").is_empty());
    let nobody = scanned("controls = [\"A.5.9\"]");
    assert_eq!(told(&nobody, "workspace::auditor-unknown").len(), 1);
}

#[test]
fn an_audit_of_a_part_says_of_which() {
    assert_eq!(told(&scanned("auditor = \"Jo Doe\""), "workspace::no-part").len(), 1);
    assert!(told(&scanned("controls = [\"A.5.9\"]"), "workspace::no-part").is_empty());
}

#[test]
fn programmes_name_clauses_and_controls_in_many_ways() {
    let (packs, _) = built_in();
    let named = |text: &str| {
        let ids = papers::named(text, packs);
        let shown: Vec<String> = ids.iter().map(ToString::to_string).collect();
        (ids.len(), shown.first().cloned().unwrap_or_default(), shown.last().cloned().unwrap_or_default())
    };
    let is = |count: usize, first: &str, last: &str| (count, first.to_owned(), last.to_owned());
    assert_eq!(named("4-10"), is(30, "4.1", "10.2"));
    assert_eq!(named("A.5.15-23"), is(9, "A.5.15", "A.5.23"));
    assert_eq!(named("A.6 to A.7"), is(22, "A.6.1", "A.7.14"));
    assert_eq!(named("9.2.2, A.8"), is(35, "9.2.2", "A.8.34"));
    assert_eq!(named("7.5"), is(3, "7.5.1", "7.5.3"));
    assert_eq!(named("all clauses and Annex A"), is(123, "4.1", "A.8.34"));
    assert_eq!(named("offices"), is(0, "", ""));
}

/// Three years back to the day an audit still counts; a day earlier it is of the cycle before.
#[test]
fn an_audit_counts_for_three_years() {
    assert_eq!(papers::cycle_start(date(2026, 7, 1)), date(2023, 7, 1));
    let papers = |done: &str| {
        let folder = tempfile::tempdir().unwrap();
        let programme = format!(
            "audit id,scope,clauses,lead auditor,planned date,actual date,status\n\
             IA-1,Backups,A.8.13,Jo Doe,{done},{done},done\nIA-2,Logs,A.8.15,Jo Doe,2026-11-01,,planned\n"
        );
        fs::write(folder.path().join("audit-programme.csv"), programme).unwrap();
        stdout(&program(folder.path(), &["plan", "papers", "--as-of", "2026-07-01"]))
    };
    let last_day = papers("2023-07-01");
    assert!(last_day.contains("- Audited: 1 of 123 that apply"), "{}", &last_day[..900]);
    assert!(last_day.contains("- Planned and not audited yet: A.8.15\n"));
    assert!(last_day.contains("Last audited: 2023-07-01 (IA-1)"));
    assert!(papers("2023-06-30").contains("- Audited: 0 of 123 that apply"));
}

#[test]
fn a_paper_tells_what_was_looked_at_and_leaves_the_conclusion_open() {
    let shown = stdout(&program(&fixture("stage-2-lapses"), &["plan", "papers"]));
    let paper = shown.split("\n## ").find(|paper| paper.starts_with("A.5.18 ")).unwrap();
    for part in [
        "### Looked at",
        "evidence/hr/roster.csv (roster): 20 records",
        "### What the rules say",
        "- leaver-signs-in: major",
        "### Exceptions",
        "evidence/logs/relay-auth.log:13:",
        "### To ask",
        "### Notes",
        "### Conclusion",
        "- [ ] conforms",
    ] {
        assert!(paper.contains(part), "{part}: {paper}");
    }
}

fn sample(arguments: &[&str]) -> String {
    let all = [&["plan", "sample"], arguments].concat();
    stdout(&program(&fixture("stage-2-lapses"), &all))
}

#[test]
fn the_same_seed_draws_the_same_rows() {
    let first = sample(&["roster", "--seed", "7"]);
    assert_eq!(first, sample(&["roster", "--seed", "7"]));
    assert_ne!(first, sample(&["roster", "--seed", "8"]));
    assert!(first.contains("- Size: 5, the square root of the population, rounded up (practice)"), "{first}");
    assert!(first.contains("seed 7\n"), "{first}");
}

#[test]
fn the_odds_are_those_of_the_numbers_given() {
    let shown = sample(&["roster", "--seed", "1", "--size", "20", "--exceptions", "1"]);
    assert!(shown.contains("- Odds that a sample of 20 of 20 holds at least one of 1: 100.0 %"), "{shown}");
    let shown = sample(&["roster", "--seed", "1", "--size", "5", "--exceptions", "1"]);
    assert!(shown.contains("at least one of 1: 25.0 %"), "{shown}");
    assert!(shown.contains("- For odds of 95 % it takes a sample of 19"), "{shown}");
}

/// Of the corrective actions a scan finds some wanting; all of them are met when all are drawn.
#[test]
fn exceptions_are_those_that_a_scan_finds() {
    let drawn = ["plan", "sample", "corrective-actions", "--seed", "1", "--size", "24", "--format", "json"];
    let json = stdout(&program(&fixture("systemic"), &drawn));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["population"], 24);
    let rows = value["rows"].as_array().unwrap();
    let wanting = rows.iter().filter(|row| !row["exception_of"].as_array().unwrap().is_empty()).count();
    assert_eq!(value["exceptions"].as_u64(), Some(wanting as u64));
    assert!(wanting > 0);
}

#[test]
fn numbers_that_do_not_fit_are_refused() {
    let folder = fixture("stage-2-lapses");
    for (arguments, wanted) in [
        (["roster", "--size", "21"], "--size is 21, and there are 20"),
        (["roster", "--size", "0"], "--size is 0"),
        (["roster", "--exceptions", "21"], "--exceptions is 21"),
        (["rooster", "--size", "2"], "did you mean"),
        (["sign-ins", "--size", "2"], "are logs"),
    ] {
        let all = [&["plan", "sample", "--seed", "1"], &arguments[..]].concat();
        let output = program(&folder, &all);
        assert_eq!(output.status.code(), Some(2));
        assert!(stderr(&output).contains(wanted), "{}", stderr(&output));
    }
}

/// A spreadsheet must not take a cell of the evidence for a formula.
#[test]
fn a_cell_of_the_sample_is_no_formula() {
    let folder = tempfile::tempdir().unwrap();
    let register = "document id,title,type,owner,version,approver,approval date,next review,status\n\
        P1,\"=HYPERLINK(\"\"x\"\")\",policy,Ben,1,Ada,2026-01-01,2027-01-01,published\n\
        P2,\"a|b, c\",policy,Ben,1,Ada,2026-01-01,2027-01-01,published\n";
    fs::write(folder.path().join("document-register.csv"), register).unwrap();
    let drawn = ["plan", "sample", "document-register", "--seed", "1", "--size", "2"];
    let csv = stdout(&program(folder.path(), &[&drawn[..], &["--format", "csv"]].concat()));
    assert!(csv.contains("\"'=HYPERLINK(\"\"x\"\")\""), "{csv}");
    assert!(csv.contains("\"a|b, c\""), "{csv}");
    let shown = stdout(&program(folder.path(), &drawn));
    assert!(shown.contains("a\\|b, c"), "{shown}");
}
