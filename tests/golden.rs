//! Whole organizations with the whole report about them.
//!
//! `PREAUDIT_BLESS=1 cargo test golden` writes the reports anew; read the difference before it is
//! committed. What each organization must come to stands here in code, so that no blessing can
//! turn a conforming organization into another.

use crate::kit::{
    Files, files_below, findings_of, fixture, lay_down, program, scan_folder, stderr, stdout, subjects,
};
use preaudit::finding::{Check, State};
use preaudit::report::{Report, VerdictState};
use std::collections::BTreeSet;
use std::fs;

/// Checks, or writes, what `scan` prints about an organization in both formats.
fn golden(name: &str, exit: i32) {
    let folder = fixture(name);
    for (file, format) in [("report.txt", "text"), ("report.json", "json")] {
        let output = program(&folder, &["scan", ".", "--format", format]);
        assert_eq!(output.status.code(), Some(exit), "{name}: {}", stderr(&output));
        let (path, printed) = (folder.join("expected").join(file), stdout(&output));
        if std::env::var_os("PREAUDIT_BLESS").is_some() {
            fs::create_dir_all(folder.join("expected")).unwrap();
            fs::write(&path, &printed).unwrap();
        }
        let expected = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
        let differs = expected.lines().zip(printed.lines()).position(|(a, b)| a != b);
        assert!(expected == printed, "{} differs at line {:?}", path.display(), differs.map(|at| at + 1));
    }
}

#[test]
fn a_conforming_organization_has_no_nonconformity() {
    golden("conforming", 0);
    let report = scan_folder(&fixture("conforming"));
    assert_eq!(report.verdict.state, VerdictState::Ready);
    assert_eq!((report.totals.major, report.totals.minor, report.totals.faulted), (0, 0, 0));
    assert!(report.totals.conformity > report.totals.not_evaluated * 4, "{:?}", report.totals);
    let conforms = |check: &&Check| check.state == State::Conformity;
    let rules: BTreeSet<&str> =
        report.checks.iter().filter(conforms).map(|check| check.rule.as_str()).collect();
    assert!(rules.len() >= 120, "{} rules conclude conformity", rules.len());
}

/// Documents and planning alone, and what each concern would be at Stage 2.
#[test]
fn gaps_that_stage_1_sees() {
    golden("stage-1-gaps", 1);
    let report = scan_folder(&fixture("stage-1-gaps"));
    assert_eq!(report.stage, "stage-1");
    for rule in [
        "soa-control-unknown",
        "soa-inclusion-unjustified",
        "climate-not-considered",
        "required-record-missing",
    ] {
        assert!(!findings_of(&report, rule).is_empty(), "{rule}");
    }
    for finding in report.findings.iter().filter(|finding| finding.state.is_nonconformity()) {
        assert!(finding.derivation.last().unwrap().contains("at Stage 2 it would be"), "{finding:?}");
    }
}

#[test]
fn lapses_that_stage_2_sees() {
    golden("stage-2-lapses", 1);
    let report = scan_folder(&fixture("stage-2-lapses"));
    assert_eq!((report.decided.attestations, report.decided.void_attestations), (6, 1), "A.7.4 ran out");
    for rule in [
        "leaver-account-active",
        "leaver-signs-in",
        "treatment-relies-on-excluded-control",
        "training-overdue",
        "training-record-missing",
        "template-residue",
        "privileged-account-without-mfa",
        "failed-sign-ins-burst",
        "supplier-contract-ended",
        "restore-test-overdue",
    ] {
        assert!(!subjects(&report, rule).is_empty(), "{rule}");
    }
}

#[test]
fn a_contradiction_shows_both_of_its_ends() {
    let report = scan_folder(&fixture("stage-2-lapses"));
    let [finding] = findings_of(&report, "treatment-relies-on-excluded-control")[..] else {
        panic!("one finding")
    };
    let files: BTreeSet<&str> = finding.places.iter().map(|place| place.file.as_str()).collect();
    assert_eq!(files.len(), 2, "{files:?}");
}

#[test]
fn minors_against_one_requirement_become_a_systemic_major() {
    golden("systemic", 1);
    let report = scan_folder(&fixture("systemic"));
    let [systemic] = findings_of(&report, "systemic-failure")[..] else { panic!("one systemic failure") };
    assert_eq!(systemic.state, State::Major);
    assert!(systemic.contains.len() >= 3);
    for id in &systemic.contains {
        let minor = report.findings.iter().find(|finding| finding.id == *id).unwrap();
        assert_eq!((minor.state, minor.contained_in.as_ref()), (State::Minor, Some(&systemic.id)));
    }
    assert_eq!(report.verdict.state, VerdictState::Blocked);
    assert!(report.totals.waived > 0, "one nonconformity is waived");
    assert!(report.findings.iter().any(|finding| finding.overruled.is_some()), "one grade is overruled");
}

/// Evidence put right makes its finding go away and no other.
#[test]
fn a_lapse_put_right_is_gone() {
    let mut files: Files = files_below(&fixture("stage-2-lapses"));
    let before = scan_folder(&fixture("stage-2-lapses"));
    let [overdue] = findings_of(&before, "supplier-contract-ended")[..] else { panic!("one finding") };
    let place = &overdue.places[0];
    let text = String::from_utf8(files[&place.file].clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let mended = lines[place.line - 1].replace(&place.text, "2027-12-31");
    let text: Vec<&str> = lines
        .iter()
        .enumerate()
        .map(|(at, line)| if at + 1 == place.line { &mended } else { *line })
        .collect();
    files.insert(place.file.clone(), (text.join("\n") + "\n").into_bytes());
    let folder = tempfile::tempdir().unwrap();
    lay_down(folder.path(), &files);
    let after = scan_folder(folder.path());
    let ids = |report: &Report| -> Vec<String> {
        report.findings.iter().filter(|one| one.rule != overdue.rule).map(|one| one.id.clone()).collect()
    };
    assert!(
        findings_of(&after, "supplier-contract-ended").len()
            < findings_of(&before, "supplier-contract-ended").len()
    );
    assert_eq!(ids(&before), ids(&after));
}
