//! What tools export, read as evidence: each format by what stands in it, every value where it stands,
//! and nothing concluded from what is not whole.

use crate::kit::{DAY, Files, built_in, program, repository, scan_files, told};
use crate::places::in_text;
use preaudit::evidence::{Evidence, FILE_NAME, Row, Scope, Value, collect};
use preaudit::finding::State;
use preaudit::source::Source;
use preaudit::world::Shelf;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

/// How often each status is in an export.
type Statuses = &'static [(&'static str, usize)];

/// What each of our own small exports holds: the file, the export it is, and how often each status is there.
const EXPORTS: &[(&str, &str, Statuses)] = &[
    ("code-scanning.json", "github-code-scanning", &[("failed", 1), ("suppressed", 1)]),
    ("dependabot.json", "github-dependabot", &[("failed", 1), ("fixed", 1), ("suppressed", 1)]),
    ("findings.ocsf.ndjson", "ocsf", &[("failed", 1), ("fixed", 1), ("passed", 1)]),
    ("inspec.json", "inspec", &[("failed", 1), ("not-checked", 1), ("passed", 1), ("suppressed", 1)]),
    ("nmap.xml", "nmap", &[("failed", 2), ("noted", 2)]),
    ("npm-audit-7.json", "npm-audit-7", &[("failed", 2)]),
    ("npm-audit.json", "npm-audit", &[("failed", 2)]),
    ("openvas.csv", "openvas-csv", &[("failed", 1), ("noted", 1)]),
    ("openvas.xml", "openvas-xml", &[("failed", 1), ("noted", 1)]),
    ("prowler-2.csv", "prowler-2", &[("failed", 1), ("manual", 1), ("passed", 1)]),
    ("prowler-2.json", "prowler-json", &[("failed", 1), ("passed", 1)]),
    ("prowler.csv", "prowler-csv", &[("failed", 1), ("manual", 1), ("passed", 1), ("suppressed", 1)]),
    ("prowler.ocsf.json", "ocsf", &[("failed", 1), ("manual", 1), ("passed", 1), ("suppressed", 1)]),
    ("results.oscal.yaml", "oscal-results", &[("failed", 1), ("passed", 1)]),
    ("scan.sarif", "sarif", &[("failed", 3), ("fixed", 1), ("passed", 1), ("suppressed", 1)]),
    ("semgrep-supply-chain.json", "semgrep-supply-chain", &[("failed", 1), ("suppressed", 1)]),
    ("semgrep.json", "semgrep", &[("failed", 1), ("suppressed", 1)]),
    ("trivy.json", "trivy", &[("failed", 4), ("noted", 1), ("passed", 1), ("suppressed", 1)]),
];

/// Exports that say nothing of a run.
const RUNLESS: &[&str] = &["github-code-scanning", "oscal-results"];

/// One of our own exports.
fn export(name: &str) -> String {
    fs::read_to_string(repository("tests/exports").join(name)).unwrap()
}

/// A file of this name, read by the built-in pack.
fn read(name: &str, text: &str) -> Evidence {
    let shelf = Shelf::new([(name.to_owned(), text.as_bytes().to_vec())].into(), DAY);
    collect(&built_in().0, &Scope { as_of: Some(DAY), ..Scope::default() }, &shelf).unwrap()
}

fn findings(evidence: &Evidence) -> Vec<Row> {
    evidence.rows("tool-findings").collect()
}

/// How often each meaning of a field is there.
fn counted(evidence: &Evidence, field: &str) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for row in findings(evidence) {
        *counts.entry(said(&row, field)).or_default() += 1;
    }
    counts
}

fn said(row: &Row, field: &str) -> String {
    match row.value(field) {
        Value::Absent => String::new(),
        Value::Undecidable => format!("{}?", row.text(field)),
        Value::Text(text) => text.into_owned(),
        Value::Time(time) => time.to_string(),
        Value::Controls(ids) => ids.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(" "),
        Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    }
}

/// The one finding of this check.
fn finding(evidence: &Evidence, check: &str) -> Row {
    let [row] =
        &findings(evidence).into_iter().filter(|row| row.text("check_id") == check).collect::<Vec<_>>()[..]
    else {
        panic!("one finding of {check}")
    };
    row.clone()
}

#[test]
fn every_format_is_known_by_what_stands_in_it() {
    for (number, (name, id, statuses)) in EXPORTS.iter().enumerate() {
        let ending = name.rsplit_once('.').unwrap().1.replace("sarif", "json");
        let evidence = read(&format!("download-{number}.{ending}"), &export(name));
        let file = evidence.files.iter().find(|file| file.kind.as_deref() == Some("tool-findings"));
        let file = file.unwrap_or_else(|| panic!("{name}: {:?} {:?}", evidence.files, evidence.diagnostics));
        assert_eq!(file.source.as_deref(), Some(*id), "{name}");
        let wanted: BTreeMap<String, usize> =
            statuses.iter().map(|(status, count)| ((*status).to_owned(), *count)).collect();
        assert_eq!(counted(&evidence, "status"), wanted, "{name}");
        assert!(evidence.rows("tool-runs").count() > 0 || RUNLESS.contains(id), "{name}: no run");
        for row in findings(&evidence) {
            assert!(!row.text("tool").is_empty() && !row.text("title").is_empty(), "{name}");
            // An assessment weighs nothing; whoever asks how grave it is gets no answer.
            let weighs = *id != "oscal-results";
            assert_eq!(!said(&row, "severity").ends_with('?'), weighs, "{name}: {}", row.text("severity"));
        }
    }
    let files: BTreeSet<String> = fs::read_dir(repository("tests/exports"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let listed: BTreeSet<String> = EXPORTS.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(files, listed);
    let declared: BTreeSet<&str> = built_in().0.exports.keys().map(String::as_str).collect();
    assert_eq!(declared, EXPORTS.iter().map(|(_, id, _)| *id).collect(), "an export without an example");
}

#[test]
fn every_value_stands_where_it_is_said_to_stand() {
    for (name, ..) in EXPORTS {
        let text = export(name);
        places_hold(name, &text, &read(name, &text));
    }
}

/// Every field of every row, read anew from the text.
fn places_hold(name: &str, text: &str, evidence: &Evidence) {
    for kind in ["tool-findings", "tool-runs", "vulnerability-scans"] {
        for row in evidence.rows(kind) {
            for field in row.table.grid.headers.clone() {
                let place = row.place(&field, "here");
                let stands = in_text(&place, text);
                let shown: String = stands.chars().take(place.text.chars().count().min(199)).collect();
                let said: String = place.text.chars().take(shown.chars().count()).collect();
                assert_eq!(shown, said, "{name}: {field} at {place}");
                // What is written without escapes is what the field says, but for words and lists.
                let is_free = matches!(&*field, "check_id" | "title" | "message" | "resource" | "location");
                let said = row.text(&field);
                if is_free && !said.contains("; ") && !stands.contains(['\\', '&', '"']) && said.len() < 190 {
                    let is_constant = said == "open-port";
                    assert!(
                        is_constant || stands.trim() == said,
                        "{name}: {field} says {said:?}, and there stands {stands:?}"
                    );
                }
            }
        }
    }
}

#[test]
fn what_an_export_says_of_annex_a_comes_first() {
    let prowler = read("a.csv", &export("prowler.csv"));
    let row = finding(&prowler, "kms_key_rotation");
    assert_eq!(
        (said(&row, "controls"), said(&row, "mapped_by")),
        ("A.8.24 A.5.17".to_owned(), "export".to_owned())
    );
    let place = row.place_within("controls", "A.5.17", "");
    assert_eq!((place.line, place.text.as_str()), (2, "A.5.17"));
    // Without a word of the tool, the category counts, and that is said to be judgement.
    let row = finding(&prowler, "account_contacts");
    assert_eq!(
        (said(&row, "controls"), said(&row, "mapped_by")),
        ("A.8.9".to_owned(), "judgement".to_owned())
    );
    let trivy = read("a.json", &export("trivy.json"));
    assert_eq!(said(&finding(&trivy, "CVE-2026-0101"), "controls"), "A.8.8 A.5.21");
    let inspec = read("a.json", &export("inspec.json"));
    let of_os_01 = findings(&inspec).into_iter().find(|row| row.text("check_id") == "os-01").unwrap();
    assert_eq!(said(&of_os_01, "controls"), "A.8.3 A.5.15");
    // A control of another catalogue is none of Annex A.
    let oscal = read("a.yaml", &export("results.oscal.yaml"));
    assert_eq!(said(&finding(&oscal, "a.8.9"), "controls"), "A.8.9");
    assert_eq!(said(&finding(&oscal, "ac-6.1_obj"), "controls"), "");
}

#[test]
fn fields_are_read_from_the_record_and_from_what_it_lies_in() {
    let sarif = read("a.json", &export("scan.sarif"));
    let rows = findings(&sarif);
    let seen = |row: &Row| {
        ["title", "severity", "location", "line", "found_on", "category"].map(|field| said(row, field))
    };
    assert_eq!(
        seen(&rows[0]),
        ["A query is built from input", "high", "shop/db.py", "41", "2026-06-22T04:00:00Z", "code"]
    );
    assert_eq!((rows[1].text("check_id"), said(&rows[1], "severity")), ("py/debug", "low".to_owned()));
    assert_eq!(said(&rows[5], "category"), "secret");
    let nmap = read("a.xml", &export("nmap.xml"));
    let row = finding(&nmap, "CVE-2018-15919");
    assert_eq!(
        ["severity", "resource", "resource_name", "location", "found_on"].map(|field| said(&row, field)),
        ["medium", "10.0.0.5", "gate.example.org", "22", "2026-06-21T00:00:55Z"]
    );
    let openvas = read("a.xml", &export("openvas.xml"));
    let row = finding(&openvas, "1.3.6.1.4.1.25623.1.0.100111");
    assert_eq!(row.text("title"), "rexec & rlogin are running");
    assert_eq!(row.text("remediation"), "Disable it\n  for good.");
    let scans: Vec<String> =
        openvas.rows("vulnerability-scans").map(|row| said(&row, "scanned_on")).collect();
    assert_eq!(scans, ["2026-06-25T02:50:00Z"]);
}

/// A finding that stands twice in one export is one.
#[test]
fn what_is_repeated_counts_once_and_is_told() {
    let evidence = read("a.json", &export("semgrep.json"));
    let told =
        evidence.diagnostics.iter().find(|one| one.code.text() == "evidence::repeated-record").unwrap();
    assert_eq!((findings(&evidence).len(), told.places[0].line), (2, 3), "{told:?}");
}

/// Each export says itself that it is not whole: it is told where, and no rule concludes conformity.
#[test]
fn what_is_not_whole_proves_nothing() {
    let cases = [
        ("nmap.xml", "exit=\"success\"", "exit=\"error\""),
        ("nmap.xml", "endtime=\"1782000055\"", "endtime=\"1782000055\" timedout=\"true\""),
        ("openvas.xml", "<scan_run_status>Done", "<scan_run_status>Stopped"),
        ("openvas.xml", "<errors><count>0</count>", "<errors><error><host>10.0.0.9</host></error>"),
        ("scan.sarif", "\"executionSuccessful\": true", "\"executionSuccessful\": false"),
        ("inspec.json", "\"status\": \"loaded\"", "\"status\": \"failed\""),
        ("dependabot.json", "\"hasNextPage\": false", "\"hasNextPage\": true"),
        (
            "semgrep.json",
            "\"errors\": []",
            "\"errors\": [{\"level\": \"error\", \"type\": \"Syntax error\"}]",
        ),
        ("semgrep-supply-chain.json", "", ""),
        (
            "npm-audit.json",
            "\"actions\": []",
            "\"error\": {\"code\": \"ENOLOCK\", \"summary\": \"no lock file\"}",
        ),
    ];
    for (name, from, to) in cases {
        let whole = export(name);
        let text = whole.replace(from, to);
        assert!(text != whole || from.is_empty(), "{name}");
        let report = scan_files(&Files::from([(name.to_owned(), text.clone().into_bytes())]));
        let told = told(&report, "evidence::incomplete");
        let line = text.lines().position(|line| to.is_empty() || line.contains(to)).unwrap() + 1;
        assert!(told.iter().any(|one| to.is_empty() || one.places[0].line == line), "{name}: {told:?}");
        for check in report.checks.iter().filter(|check| check.rule.starts_with("tool-")) {
            assert_ne!(check.state, State::Conformity, "{name}: {check:?}");
        }
    }
}

#[test]
fn what_is_damaged_is_told_where() {
    let broken = |name: &str, from: &str, to: &str, code: &str, line: usize| {
        let text = export(name).replace(from, to);
        let evidence = read(name, &text);
        let told: Vec<_> = evidence.diagnostics.iter().filter(|one| one.code.text() == code).collect();
        let at = |one: &&preaudit::finding::Diagnostic| one.places.iter().any(|place| place.line == line);
        assert!(told.iter().any(at), "{name}: {:?}", evidence.diagnostics);
        evidence
    };
    // A list of records that is none, a record without its check, a row that is cut, a status nobody knows.
    let evidence = broken(
        "trivy.json",
        "\"Vulnerabilities\": null",
        "\"Vulnerabilities\": \"?\"",
        "evidence::bad-record",
        15,
    );
    assert!(!evidence.unfit["tool-findings"].is_empty() && findings(&evidence).len() == 7);
    let evidence = broken(
        "trivy.json",
        "\"RuleID\": \"aws-key\", \"Title\": \"A key of a cloud\", ",
        "",
        "evidence::bad-record",
        24,
    );
    assert_eq!(findings(&evidence).len(), 6);
    broken("prowler.csv", ";CIS-3.0: 1.1;;5.4.0", "", "evidence::bad-record", 5);
    broken("results.oscal.yaml", "state: not-satisfied", "state: so-so", "evidence::unknown-word", 25);
    broken("nmap.xml", "</host>", "", "evidence::unreadable", 17);
    broken("findings.ocsf.ndjson", "\"class_uid\": 2002", "\"class_uid\"", "evidence::bad-record", 3);
    broken("scan.sarif", "\"baselineState\"", "\"kind\": \"fail\", \"kind\"", "evidence::duplicate-key", 24);
}

/// A clean export is a run without findings, and nothing conforms on nothing.
#[test]
fn a_clean_export_is_a_run_and_no_proof() {
    for (name, text) in [
        (
            "a.json",
            r#"{"SchemaVersion": 2, "ArtifactName": "shop:4.2", "ArtifactType": "container_image", "CreatedAt": "2026-06-30T00:00:00Z"}"#,
        ),
        ("a.json", r#"{"results": [], "errors": []}"#),
        (
            "a.json",
            r#"{"advisories": {}, "metadata": {"vulnerabilities": {"low": 0}, "totalDependencies": 3}}"#,
        ),
        ("a.csv", "IP,Hostname,Port,NVT Name,NVT OID,Severity,Task ID\n"),
    ] {
        let evidence = read(name, text);
        let kinds: Vec<_> = evidence.files.iter().filter_map(|file| file.kind.as_deref()).collect();
        assert!(kinds.contains(&"tool-findings"), "{text}: {:?}", evidence.diagnostics);
        let report = scan_files(&Files::from([(name.to_owned(), text.as_bytes().to_vec())]));
        for check in report.checks.iter().filter(|check| check.rule == "tool-finding-overdue") {
            assert_eq!(check.state, State::NotEvaluated);
        }
    }
}

/// What preaudit itself wrote proves nothing to preaudit.
#[test]
fn reports_of_our_own_are_no_evidence() {
    let folder = tempfile::tempdir().unwrap();
    let to = |format: &str, name: &str| format!("{format}={}", folder.path().join(name).display());
    let (sarif, ocsf, oscal) = (to("sarif", "a.json"), to("ocsf", "b.json"), to("oscal-results", "c.json"));
    program(
        &repository("fixtures/systemic"),
        &["scan", ".", "--as-of", "2026-07-01", "-f", &sarif, "-f", &ocsf, "-f", &oscal],
    );
    for name in ["a.json", "b.json", "c.json"] {
        let evidence = read(name, &fs::read_to_string(folder.path().join(name)).unwrap());
        assert!(findings(&evidence).is_empty(), "{name}");
        let told =
            evidence.diagnostics.iter().any(|one| one.message.contains("is a report of preaudit itself"));
        assert!(told, "{name}: {:?}", evidence.diagnostics);
    }
}

/// A binding to another kind is obeyed: the rows are then those of that kind, or of none.
#[test]
fn a_binding_says_what_an_export_is_for() {
    let scan = |said: &str| {
        let workspace = Arc::new(Source::new(
            FILE_NAME,
            format!("[[evidence]]\nfiles = [\"a.csv\"]\nkind = \"{said}\"\n"),
        ));
        let shelf = Shelf::new([("a.csv".to_owned(), export("openvas.csv").into_bytes())].into(), DAY);
        let scope = Scope { workspace: Some(workspace), as_of: Some(DAY), ..Scope::default() };
        collect(&built_in().0, &scope, &shelf).unwrap()
    };
    assert_eq!(scan("vulnerabilities").rows("vulnerabilities").count(), 2);
    let evidence = scan("tool-findings");
    assert_eq!((findings(&evidence).len(), evidence.rows("vulnerabilities").count()), (2, 0));
    assert!(evidence.files.iter().all(|file| file.is_declared));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, ..ProptestConfig::default() })]
    /// Whatever happens to an export on its way: no panic, and never silence. Either it still is one, or what
    /// is wrong is told.
    #[test]
    fn a_damaged_export_is_read_or_told(which in 0..EXPORTS.len(), at in 0.0..1.0_f64, length in 0_usize..40, put in "[\\[\\]{}\",:<>/a0;=é\n]{0,6}") {
        let name = EXPORTS[which].0;
        let mut text = export(name);
        let near = |text: &str, mut at: usize| {
            while !text.is_char_boundary(at) {
                at -= 1;
            }
            at
        };
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in a small text")]
        let from = near(&text, (at * text.len() as f64) as usize);
        let to = near(&text, (from + length).min(text.len()));
        text.replace_range(from..to.max(from), &put);
        let evidence = read(name, &text);
        prop_assert!(!evidence.files.is_empty() || !evidence.diagnostics.is_empty(), "silence about {}", text);
        places_hold(name, &text, &evidence);
    }
}

/// The findings that DefectDojo's own parsers count, of exports that no one on this project wrote. What it takes
/// for one finding is one here too: of Prowler the title, message and severity, of Semgrep the check and its line, of
/// Nmap the port.
#[test]
fn scanners_are_counted_as_others_count_them() {
    let Some(data) = crate::real::data() else { return };
    let folder = data.join("vuln");
    let mut wrong = Vec::new();
    let mut reader = csv::Reader::from_path(folder.join("EXPECTED_FINDINGS.csv")).unwrap();
    for record in reader.records() {
        let record = record.unwrap();
        let (tool, file, expected) = (&record[0], &record[1], record[2].parse::<usize>().unwrap());
        let text = String::from_utf8_lossy(&fs::read(folder.join(tool).join(file)).unwrap()).into_owned();
        let evidence = read(file, &text);
        let key: &[&str] = match tool {
            // Of rows of CSV, two checks that say the same are one finding there.
            "aws_prowler" if file.ends_with(".csv") => &["message", "severity"],
            "aws_prowler" => &["title", "message", "severity"],
            "semgrep" => &["title", "location", "line"],
            // One port of several hosts is one finding there.
            "nmap" => &["check_id", "location"],
            _ => &[],
        };
        let mut rows = findings(&evidence);
        // Of this form, unlike the others, DefectDojo takes failures only.
        rows.retain(|row| {
            tool != "aws_prowler" || !file.ends_with(".json") || said(row, "status") == "failed"
        });
        let distinct: BTreeSet<Vec<&str>> =
            rows.iter().map(|row| key.iter().map(|field| row.text(field)).collect()).collect();
        let found = if key.is_empty() { rows.len() } else { distinct.len() };
        let is_known = evidence.files.iter().any(|file| file.kind.as_deref() == Some("tool-findings"));
        // Nothing at all, or `null`, says of no tool that it ran.
        let says_nothing = text.trim().is_empty() || text.trim() == "null";
        if found != expected || is_known == says_nothing {
            wrong.push(format!("{tool}/{file}: {found}, not {expected}; {:?}", evidence.diagnostics));
        }
        places_hold(file, &text, &evidence);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Prowler says the same in both of its formats, for every check that both samples hold.
#[test]
fn prowler_says_the_same_in_both_formats() {
    let Some(data) = crate::real::data() else { return };
    for cloud in ["aws", "azure", "gcp", "kubernetes"] {
        let of = |ending: &str| {
            let name = format!("example_output_{cloud}.{ending}");
            let text = fs::read_to_string(data.join("cloud-prowler").join(&name)).unwrap();
            let evidence = read(&name, &text);
            places_hold(&name, &text, &evidence);
            let mut statuses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
            for row in findings(&evidence) {
                let said = ["status", "severity", "found_on"].map(|field| said(&row, field)).join(" ");
                statuses.entry(row.text("check_id").to_owned()).or_default().insert(said);
            }
            statuses
        };
        let (csv, ocsf) = (of("csv"), of("ocsf.json"));
        let both: Vec<&String> = csv.keys().filter(|check| ocsf.contains_key(*check)).collect();
        // The samples of Azure hold no check in both formats.
        assert!(both.len() > 1 || cloud == "azure", "{cloud}: {:?} {:?}", csv.keys(), ocsf.keys());
        for check in both {
            // The samples in OCSF are of some more resources.
            assert!(
                csv[check].is_subset(&ocsf[check]),
                "{cloud}: {check}: {:?} {:?}",
                csv[check],
                ocsf[check]
            );
        }
    }
}

/// The assessment results of NIST's example: one finding, not satisfied, against no control of Annex A.
#[test]
fn assessment_results_of_oscal_are_read() {
    let Some(data) = crate::real::data() else { return };
    for name in [
        "json/ifa_assessment-results-example.json",
        "json/ifa_assessment-results-example-min.json",
        "yaml/ifa_assessment-results-example.yaml",
    ] {
        let text = fs::read_to_string(data.join("oscal/ar").join(name)).unwrap();
        let file = Path::new(name).file_name().unwrap().to_str().unwrap();
        let evidence = read(file, &text);
        let [row] = &findings(&evidence)[..] else {
            panic!("one finding in {name}: {:?}", evidence.diagnostics)
        };
        assert_eq!(
            ["check_id", "status", "found_on", "controls"].map(|field| said(row, field)),
            ["ac-6.1_obj", "failed", "2023-06-02T08:46:51-04:00", ""],
            "{name}"
        );
    }
}
