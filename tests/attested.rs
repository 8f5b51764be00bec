//! Attestations: what people answer for, and what of it the program believes.

use crate::kit::{Files, findings_of, scan_files, told};
use preaudit::finding::{Check, State};
use preaudit::report::Report;

const RULE: &str = "attestation-void";
/// SHA-256 of `closed\n`.
const CLOSED: &str = "55cba4bb35813b49ebc44b95a00002da823de6184c0fd3c9667a9aa06345bfe3";
const WORKSPACE: &str = "[[evidence]]\nkind = \"attestations\"\nfiles = [\"attestations.toml\"]\n";

fn entry(control: &str, until: &str, seen: &str) -> String {
    format!(
        "[[attestation]]\ncontrol = \"{control}\"\nstatement = \"The doors are closed at night.\"\n\
         by = \"Oona Reiss\"\nrole = \"Facility lead\"\nsampled = \"4 of 4 doors\"\non = 2026-05-12\n\
         valid_until = {until}\nseen = \"{seen}\"\n\n"
    )
}

fn scanned(attestations: &str, more: &[(&str, &str)]) -> Report {
    let texts = [("preaudit.toml", WORKSPACE), ("attestations.toml", attestations)];
    let texts = texts.into_iter().chain(more.iter().copied());
    scan_files(&texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect::<Files>())
}

fn check<'r>(report: &'r Report, control: &str) -> &'r Check {
    let of_rule = |check: &&Check| check.rule == RULE && check.control.to_string() == control;
    report.checks.iter().find(of_rule).unwrap()
}

/// What could be better stands beside a check that is left open; it makes it no more than that.
#[test]
fn one_that_ran_out_is_told_and_proves_nothing() {
    let attested = [entry("A.7.1", "2026-06-30", ""), entry("A.7.3", "2026-07-01", "")].concat();
    let report = scanned(&attested, &[]);
    let open = check(&report, "A.7.1");
    assert_eq!((open.state, open.findings.len()), (State::NotEvaluated, 1));
    assert_eq!(open.reason.as_deref(), Some("its attestation ran out on 2026-06-30"));
    assert_eq!(findings_of(&report, RULE)[0].state, State::Opportunity);
    assert_eq!(check(&report, "A.7.3").state, State::Conformity);
}

#[test]
fn what_nobody_attests_says_how_to_have_it_attested() {
    for report in [scanned(&entry("A.7.1", "2026-12-31", ""), &[]), scan_files(&Files::new())] {
        let open = check(&report, "A.7.12");
        assert_eq!(open.state, State::NotEvaluated);
        assert_eq!(
            open.reason.as_deref(),
            Some("nobody attests it; `preaudit plan sheets` writes the sheet")
        );
    }
}

/// A photograph is no evidence of any kind, and is no stray either where an attestation names it.
#[test]
fn a_file_that_was_looked_at_must_be_the_same() {
    let attested = entry("A.7.1", "2026-12-31", &format!("photos/door.jpg sha256:{CLOSED}"));
    let same = scanned(&attested, &[("photos/door.jpg", "closed\n"), ("photos/cat.jpg", "cat\n")]);
    assert_eq!(check(&same, "A.7.1").state, State::Conformity);
    let strays = told(&same, "workspace::unbound");
    assert!(strays.iter().all(|stray| stray.places[0].file == "photos/cat.jpg") && strays.len() == 1);
    let changed = scanned(&attested, &[("photos/door.jpg", "open\n")]);
    let reason = check(&changed, "A.7.1").reason.clone().unwrap();
    assert_eq!(reason, "its attestation rests on photos/door.jpg, which has changed since");
    let gone = scanned(&attested, &[]);
    assert!(check(&gone, "A.7.1").reason.as_ref().unwrap().ends_with("which is not there"));
}

#[test]
fn a_name_leads_out_of_no_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("secret.txt"), "closed\n").unwrap();
    let inside = folder.path().join("evidence");
    std::fs::create_dir(&inside).unwrap();
    let absolute = folder.path().join("secret.txt").display().to_string().replace('\\', "/");
    for (control, name) in [("A.7.1", "../secret.txt"), ("A.7.3", absolute.as_str())] {
        let text = entry(control, "2026-12-31", &format!("{name} sha256:{CLOSED}"));
        std::fs::write(inside.join("attestations.toml"), text).unwrap();
        let report = crate::kit::scan_folder(&inside);
        assert!(check(&report, control).reason.as_ref().unwrap().ends_with("which is not there"));
    }
}

/// Whoever writes `7.1` means the clause on resources, and not the fence.
#[test]
fn a_bare_number_attests_a_clause() {
    let report = scanned(&entry("7.1", "2026-12-31", ""), &[]);
    assert_eq!(check(&report, "7.1").state, State::Conformity);
    assert_eq!(check(&report, "A.7.1").state, State::NotEvaluated);
}

/// Controls of which no record tells are those that this rule is about, and all of them have a sheet.
#[test]
fn what_only_people_can_judge_can_be_attested() {
    let (packs, _) = crate::kit::built_in();
    let attested = &packs.rule(RULE).unwrap().controls;
    let human = packs.controls.values().filter(|one| one.automation == preaudit::pack::Automation::Human);
    for control in human {
        assert!(attested.contains(&control.id), "{}", control.id);
    }
}
