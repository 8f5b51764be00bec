//! Real evidence that no one on this project wrote, where it is at hand: the folder named by
//! `PREAUDIT_DATA`, else `../shared/data`. The figures were counted by other means than this
//! program. Without the folder the tests pass and say that they were skipped.

use crate::kit::{DAY, checks_in, findings_of, program, repository, scan_with, stdout, subjects, told};
use jiff::civil::{Date, date};
use preaudit::finding::State;
use preaudit::report::Report;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The folder of real evidence.
pub(crate) fn data() -> Option<PathBuf> {
    let named = std::env::var_os("PREAUDIT_DATA").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| repository("../shared/data"));
    if !folder.is_dir() {
        eprintln!("skipped: no real evidence in {}", folder.display());
        return None;
    }
    Some(folder)
}

fn scan(folder: &str, as_of: Date) -> Option<Report> {
    Some(scan_with(&data()?.join(folder), None, as_of, None))
}

/// How often each value of a field occurs, as `preaudit evidence --values` counts it.
fn values(folder: &str, field: &str) -> Option<BTreeMap<String, usize>> {
    let folder = data()?.join(folder);
    let printed = stdout(&program(&folder, &["evidence", ".", "--values", field]));
    let counted = printed.lines().filter_map(|line| line.trim().split_once("  "));
    Some(counted.map(|(number, value)| (value.trim().to_owned(), number.parse().unwrap())).collect())
}

fn counted(rule: &str, report: &Report) -> (usize, usize, usize) {
    let [finding] = findings_of(report, rule)[..] else { panic!("one finding of {rule}") };
    (finding.exceptions, finding.population, finding.undecidable)
}

#[test]
fn nordwind_in_english() {
    let Some(report) = scan("isms-nordwind/registers", DAY) else { return };
    let soa = report.evidence.iter().find(|file| file.kind.as_deref() == Some("soa")).unwrap();
    assert_eq!(soa.records, 93);
    let ragged = told(&report, "evidence::ragged-row");
    let at = |file: &str, line: usize| {
        let mut places = ragged.iter().flat_map(|one| &one.places);
        places.any(|place| place.file.contains(file) && place.line == line)
    };
    assert!(at("statement-of-applicability", 72), "{ragged:?}");
    assert!(at("stakeholder-requirements", 7) && at("stakeholder-communication", 2));
    assert_eq!(subjects(&report, "training-overdue").len(), 3);
    assert_eq!(counted("training-overdue", &report), (3, 13, 1));
    assert_eq!(subjects(&report, "treatment-overdue"), ["RTP-001", "RTP-007", "RTP-010"]);
    assert_eq!(counted("treatment-overdue", &report).2, 3);
    assert_eq!(subjects(&report, "treatment-residual-differs"), ["R-001", "R-002", "R-004", "R-005"]);
    assert!(findings_of(&report, "risk-level-wrong").is_empty());
    assert_eq!(subjects(&report, "supplier-contract-ended"), ["SUP-002", "SUP-003", "SUP-006"]);
    assert_eq!(counted("supplier-contract-ended", &report).2, 3, "rolling contracts are not decidable");
    assert_eq!(subjects(&report, "supplier-review-overdue"), ["SUP-010"]);
    assert_eq!(counted("restore-test-overdue", &report), (9, 10, 0));
    assert_eq!(subjects(&report, "corrective-action-too-long"), ["CAPA-2026-001", "CAPA-2026-004"]);
    assert_eq!(
        subjects(&report, "corrective-action-overdue"),
        ["CAPA-2026-001", "CAPA-2026-003", "CAPA-2026-004", "CAPA-2026-005"]
    );
    assert_eq!(subjects(&report, "legal-review-overdue"), ["LR-006", "LR-025"]);
    assert_eq!(subjects(&report, "objective-review-overdue"), ["OBJ-2026-01", "OBJ-2026-02", "OBJ-2026-05"]);
    assert_eq!(subjects(&report, "change-ends-before-start"), ["CHG-2026-001"]);
    assert!(findings_of(&report, "exception-expired").is_empty());
    // POL-012 is due on the day itself: worth a word, and not overdue.
    let [due] = findings_of(&report, "document-review-overdue")[..] else { panic!("one finding") };
    assert_eq!((due.state, due.observations[0].subject.as_str()), (State::Opportunity, "POL-012"));
    assert!(checks_in(&report, State::Faulted).is_empty());
}

/// The registers of the two languages hold the same facts, but for rows that are broken in one.
#[test]
fn nordwind_in_german_says_the_same() {
    let (Some(english), Some(german)) =
        (scan("isms-nordwind/registers", DAY), scan("isms-nordwind/registers-de", DAY))
    else {
        return;
    };
    let broken_in_german = ["objective-review-overdue"];
    for rule in crate::kit::built_in().0.rules().map(|rule| rule.id.as_str()) {
        if broken_in_german.contains(&rule) {
            continue;
        }
        let count = |report: &Report| -> usize {
            findings_of(report, rule).iter().map(|finding| finding.exceptions).sum()
        };
        assert_eq!(count(&english), count(&german), "{rule}");
    }
    assert_eq!(counted("objective-review-overdue", &german), (2, 8, 2));
}

/// What `init` writes down is what a scan without it takes the files for.
#[test]
fn init_writes_down_what_a_scan_recognizes() {
    let Some(data) = data() else { return };
    let registers = data.join("isms-nordwind/registers");
    let folder = tempfile::tempdir().unwrap();
    let config = folder.path().join("preaudit.toml");
    let config = config.to_str().unwrap();
    let wrote = program(&registers, &["init", ".", "-o", config]);
    assert_eq!(wrote.status.code(), Some(0));
    let bound =
        program(&registers, &["scan", ".", "--config", config, "--as-of", "2026-07-01", "-f", "json"]);
    let bound: Report = serde_json::from_str(&stdout(&bound)).unwrap();
    let recognized = scan("isms-nordwind/registers", DAY).unwrap();
    assert_eq!(bound.findings, recognized.findings);
    assert_eq!(bound.checks, recognized.checks);
}

#[test]
fn acme_includes_controls_that_it_has_not_implemented() {
    let Some(report) = scan("isms-acme", DAY) else { return };
    assert_eq!(counted("soa-control-not-implemented", &report), (14, 86, 0));
    assert!(findings_of(&report, "soa-control-missing").is_empty());
    assert!(findings_of(&report, "risk-level-wrong").is_empty());
}

/// 46 ids with three parts under valid controls, and eleven more in a table of the 2013 themes
/// A.9 and A.10 that the independent count left out.
#[test]
fn securebank_writes_controls_that_do_not_exist() {
    let Some(report) = scan("isms-securebank", DAY) else { return };
    assert_eq!(counted("soa-control-missing", &report).0, 52);
    let unknown = subjects(&report, "soa-control-unknown");
    let of_2013 = unknown.iter().filter(|id| id.starts_with("A.9.") || id.starts_with("A.10.")).count();
    assert_eq!((unknown.len(), of_2013), (57, 11));
    assert_eq!(subjects(&report, "corrective-action-overdue"), ["CAR-2023-002"]);
}

#[test]
fn training_is_counted_over_the_roster() {
    let Some(report) = scan("records-learning", date(2024, 12, 31)) else { return };
    let [finding] = findings_of(&report, "training-record-missing")[..] else { panic!("one finding") };
    assert!(finding.statement.starts_with("36 of 80 people (45.0 %)"), "{}", finding.statement);
    assert_eq!(finding.exceptions, 44);
}

#[test]
fn attacks_on_the_trail_are_seen() {
    let Some(report) = scan("logs-stratus", DAY) else { return };
    let records: u64 = report.evidence.iter().map(|file| file.records).sum();
    assert_eq!(records, 310);
    let stopped = subjects(&report, "audit-trail-stopped");
    let of = |action: &str| stopped.iter().filter(|subject| subject.starts_with(action)).count();
    assert_eq!((of("StopLogging"), of("DeleteTrail")), (1, 1));
    assert_eq!(counted("sign-in-without-mfa", &report).0, 1);
}

#[test]
fn logs_are_counted_as_others_count_them() {
    let Some(actions) = values("logs-gws", "event.action") else { return };
    assert_eq!((actions["login_failure"], actions["login_success"]), (5, 46));
    assert_eq!((actions["DELETE_USER"], actions["CREATE_USER"]), (4, 2));
    let status = values("logs-web", "http.response.status_code").unwrap();
    let wanted = [
        ("200", 9126),
        ("304", 445),
        ("404", 213),
        ("301", 164),
        ("206", 45),
        ("500", 3),
        ("403", 2),
        ("416", 2),
    ];
    for (code, number) in wanted {
        assert_eq!(status[code], number, "{code}");
    }
    assert_eq!(values("logs-web", "source.ip").unwrap()["66.249.73.135"], 482);
    assert_eq!(values("logs-crowdsec/ssh-bf", "source.ip").unwrap()["35.188.49.176"], 6);
    let report = scan("logs-windows-otrf", DAY).unwrap();
    let windows = report.evidence.iter().find(|file| file.file.starts_with("empire_shell")).unwrap();
    assert_eq!((windows.records, windows.faults), (884, 0));
}

#[test]
fn a_burst_of_failed_sign_ins_names_its_source() {
    let Some(report) = scan("logs-crowdsec/ssh-bf", DAY) else { return };
    let burst = subjects(&report, "failed-sign-ins-burst");
    assert!(burst.len() == 1 && burst[0].contains("35.188.49.176"), "{burst:?}");
}

/// Files made to be hard to read: none stops the program, each broken row is named, and nothing
/// is concluded.
#[test]
fn broken_files_are_told_and_conclude_nothing() {
    let Some(data) = data() else { return };
    for folder in ["fuzz-generated", "fuzz-blns", "fuzz-csv-spectrum", "fuzz-toml"] {
        let report = scan_with(&data.join(folder), None, DAY, None);
        // What conforms, conforms on the rows that could be read.
        let readable: u64 = report.evidence.iter().map(|file| file.records).sum();
        for check in checks_in(&report, State::Conformity) {
            assert!((1..=readable).contains(&(check.records as u64)), "{folder}: {check:?}");
            // A list of naughty strings is a text with headings, and has no gap of a template.
            assert!(folder == "fuzz-generated" || check.rule == "template-residue", "{folder}: {check:?}");
        }
        assert!(checks_in(&report, State::Faulted).is_empty(), "{folder}");
    }
    let report = scan("fuzz-generated", DAY).unwrap();
    let named = |file: &str, line: usize| {
        let mut places = report.diagnostics.iter().flat_map(|one| &one.places);
        places.any(|place| place.file == file && place.line == line)
    };
    assert!(named("ragged.csv", 2) && named("ragged.csv", 3));
    assert!(named("jsonl-with-bad-line.jsonl", 2));
    assert!(
        report.diagnostics.iter().any(|one| one.places.iter().any(|place| place.file == "dup-keys.toml"))
    );
    for file in ["latin1.csv", "utf16le-bom.csv"] {
        let mut told = told(&report, "evidence::encoding").into_iter();
        assert!(told.any(|one| one.places[0].file == file), "{file}");
    }
}

/// The cells of csv-spectrum, compared with its own JSON.
#[test]
fn csv_is_read_as_its_truth_says() {
    let Some(data) = data() else { return };
    let folder = data.join("fuzz-csv-spectrum");
    for entry in std::fs::read_dir(folder.join("json")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        let truth: Vec<BTreeMap<String, String>> =
            serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let csv = std::fs::read(folder.join("csvs").join(format!("{name}.csv"))).unwrap();
        // Some of its files lost their carriage returns on the way here.
        let kept = |text: &str| if csv.contains(&b'\r') { text.to_owned() } else { text.replace('\r', "") };
        let truth: Vec<BTreeMap<String, String>> = truth
            .iter()
            .map(|row| row.iter().map(|(header, text)| (header.clone(), kept(text))).collect())
            .collect();
        assert_eq!(cells(&csv, truth[0].keys()), truth, "{name}");
    }
}

/// The cells of a CSV, read as a register whose first column is bound to one field after another.
fn cells<'k>(csv: &[u8], headers: impl Iterator<Item = &'k String>) -> Vec<BTreeMap<String, String>> {
    use preaudit::evidence::{FILE_NAME, Scope, collect};
    let headers: Vec<&String> = headers.collect();
    let kind = "assets";
    let known: Vec<&String> = crate::kit::built_in().0.kinds[kind].fields.keys().collect();
    let bound: Vec<String> =
        headers.iter().zip(&known).map(|(header, field)| format!("{field} = {header:?}")).collect();
    let text = format!(
        "[[evidence]]\nkind = \"{kind}\"\nfiles = [\"x.csv\"]\nheader = 1\ncolumns = {{ {} }}\n",
        bound.join(", ")
    );
    let files = crate::kit::Files::from([("x.csv".to_owned(), csv.to_vec())]);
    let workspace = std::sync::Arc::new(preaudit::source::Source::new(FILE_NAME, text));
    let scope = Scope { workspace: Some(workspace), as_of: Some(DAY), ..Scope::default() };
    let shelf = preaudit::world::Shelf::new(files, DAY);
    let evidence = collect(&crate::kit::built_in().0, &scope, &shelf).unwrap();
    let row = |row: preaudit::evidence::Row| {
        let cell = |(header, field): (&&String, &&String)| {
            let text = row.text(field).to_owned();
            ((*header).clone(), text)
        };
        headers.iter().zip(&known).map(cell).collect()
    };
    evidence.rows(kind).map(row).collect()
}
