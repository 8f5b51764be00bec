//! The cheapest path: each step is what a scan would say once it is done.

use crate::kit::{Files, fixture, program, scan_files, stdout};
use preaudit::finding::State;
use serde_json::Value;

fn path(folder: &str, more: &[&str]) -> Value {
    let arguments = [&["plan", "path", "--format", "json"], more].concat();
    serde_json::from_str(&stdout(&program(&fixture(folder), &arguments))).unwrap()
}

fn number(value: &Value, name: &str) -> u64 {
    value[name].as_u64().unwrap()
}

#[test]
fn majors_come_first_and_nothing_is_left_in_the_end() {
    let path = path("stage-2-lapses", &[]);
    assert_eq!(path["now"]["verdict"], "blocked");
    let steps = path["steps"].as_array().unwrap();
    assert_eq!(steps[0]["fixes"][0]["state"], "major");
    let mut before = number(&path["now"], "majors");
    let mut minors_begun = false;
    for step in steps {
        let left = number(&step["leaves"], "majors");
        assert!(left < before || (left == 0 && before == 0), "{step}");
        minors_begun |= before == 0;
        assert_eq!(minors_begun, before == 0);
        before = left;
    }
    let last = &steps.last().unwrap()["leaves"];
    assert_eq!((number(last, "majors"), number(last, "minors")), (0, 0));
}

/// Of three minors that are one systemic major, one mended is enough under `common`, where three make
/// one; the others are minors of their own then.
#[test]
fn one_of_three_minors_brings_a_systemic_major_down() {
    let path = path("systemic", &[]);
    let first = &path["steps"][0];
    assert_eq!((number(&path["now"], "systemic"), number(&path["now"], "contained")), (1, 3));
    assert_eq!(first["together"], Value::Null);
    assert_eq!(first["fixes"].as_array().unwrap().len(), 1);
    assert_eq!((number(&first["leaves"], "majors"), number(&first["leaves"], "contained")), (0, 0));
    assert_eq!(number(&first["leaves"], "minors"), number(&path["now"], "minors") + 2);
}

/// Under `strict` two make one, so two of three must be mended together.
#[test]
fn fixes_that_only_help_together_stand_together() {
    let folder = tempfile::tempdir().unwrap();
    let mut files = crate::kit::files_below(&fixture("systemic"));
    let bound = "\n[[evidence]]\nkind = \"topic-policies\"\nfiles = [\"extra.md\"]\n";
    files.get_mut("preaudit.toml").unwrap().extend(bound.bytes());
    let residue = "# Backup Policy\n\nOwner: Jonas Wrede\n\nVersion: 1.0\n\nApproved by: Miriam Haldane\n\n\
        Approved on: 2026-02-02\n\n<Company name> keeps backups.\n";
    files.insert("extra.md".to_owned(), residue.as_bytes().to_vec());
    crate::kit::lay_down(folder.path(), &files);
    let arguments = ["plan", "path", "--profile", "strict", "--as-of", "2026-07-02"];
    let shown = stdout(&program(folder.path(), &arguments));
    let why = "only together: 3 minors against 7.5.2 are one systemic major; it falls only when 2 of them";
    assert!(shown.contains(why), "{shown}");
    let json = stdout(&program(folder.path(), &[&arguments[..], &["--format", "json"]].concat()));
    let path: Value = serde_json::from_str(&json).unwrap();
    let together = |step: &&Value| step["together"] != Value::Null;
    let step = path["steps"].as_array().unwrap().iter().find(together).unwrap();
    assert_eq!(step["fixes"].as_array().unwrap().len(), 2);
    assert_eq!(step["removes_majors"].as_array().unwrap().len(), 1);
    assert_eq!(number(&step["leaves"], "majors"), 0);
}

/// What a step promises is what a scan finds once the record is mended.
#[test]
fn a_step_comes_true() {
    let register = |due: &str| {
        format!(
            "document id,title,owner,version,approver,approval date,next review,status\n\
             POL-01,Access Policy,Priya Venn,3.2,Miriam Haldane,2026-01-19,2027-01-19,published\n\
             POL-02,Backup Policy,Jonas Wrede,2.1,Oskar Lindqvist,2025-09-01,{due},published\n\
             POL-03,Supplier Policy,Jonas Wrede,2.1,Oskar Lindqvist,2025-09-01,2027-09-01,published\n"
        )
    };
    let files = |due: &str| Files::from([("document-register.csv".to_owned(), register(due).into_bytes())]);
    let minors = |due: &str| {
        let report = scan_files(&files(due));
        report.findings.iter().filter(|finding| finding.state == State::Minor).count() as u64
    };
    let folder = tempfile::tempdir().unwrap();
    crate::kit::lay_down(folder.path(), &files("2026-06-01"));
    let output = program(folder.path(), &["plan", "path", "--as-of", "2026-07-01", "--format", "json"]);
    let path: Value = serde_json::from_str(&stdout(&output)).unwrap();
    assert_eq!(number(&path["now"], "minors"), minors("2026-06-01"));
    let mends = |step: &&Value| step["fixes"][0]["rule"] == "document-review-overdue";
    let step = path["steps"].as_array().unwrap().iter().find(mends).unwrap();
    assert_eq!(
        step["removes_minors"].as_array().unwrap().len() as u64,
        minors("2026-06-01") - minors("2027-06-01")
    );
}

#[test]
fn who_is_ready_has_nowhere_to_go() {
    let shown = stdout(&program(&fixture("conforming"), &["plan", "path"]));
    assert!(shown.contains("after 0 steps: READY: 0 majors, 0 minors"), "{shown}");
}
