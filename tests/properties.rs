//! What must hold of any evidence.

use crate::kit::{DAY, FIXTURES, Files, built_in, files_below, fixture, scan_files};
use preaudit::evidence::FILE_NAME;
use preaudit::finding::State;
use preaudit::pack::Shape;
use preaudit::report::{Report, Totals};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

fn conformities(report: &Report) -> Vec<String> {
    crate::kit::checks_in(report, State::Conformity).iter().map(|check| check.rule.clone()).collect()
}

#[test]
fn an_empty_folder_conforms_to_nothing() {
    let report = scan_files(&Files::new());
    assert_eq!(conformities(&report), Vec::<String>::new());
    assert_eq!(report.totals.not_evaluated, report.totals.all());
}

/// Every kind is bound and there, and holds no record.
#[test]
fn every_rule_over_empty_evidence_never_concludes_conformity() {
    let (packs, _) = built_in();
    for (ending, is_complete) in [("", false), ("complete = true\n", true)] {
        let mut files = Files::new();
        let mut workspace = String::new();
        for kind in packs.kinds.values() {
            let (name, text) = match kind.shape {
                Shape::Table => {
                    let headers: Vec<&str> = kind.fields.keys().map(String::as_str).collect();
                    (format!("{}.csv", kind.id), headers.join(",") + "\n")
                }
                Shape::Document => (format!("{}.md", kind.id), "\n".to_owned()),
                Shape::Events => continue,
            };
            let _ = write!(workspace, "[[evidence]]\nkind = \"{}\"\nfiles = [\"{name}\"]\n{ending}", kind.id);
            files.insert(name, text.into_bytes());
        }
        workspace.push_str("[[evidence]]\nsource = \"aws-cloudtrail\"\nfiles = [\"trail.json\"]\n");
        files.insert("trail.json".to_owned(), b"{\"Records\": []}".to_vec());
        files.insert(FILE_NAME.to_owned(), workspace.into_bytes());
        let report = scan_files(&files);
        assert_eq!(conformities(&report), Vec::<String>::new(), "complete: {is_complete}");
        assert_eq!(report.totals.faulted, 0);
    }
}

#[test]
fn a_conformity_has_touched_records_and_totals_add_up() {
    for name in FIXTURES {
        let report = scan_files(&files_below(&fixture(name)));
        for check in crate::kit::checks_in(&report, State::Conformity) {
            assert!(check.records > 0, "{name}: {} conforms on nothing", check.rule);
        }
        assert_eq!(report.totals, Totals::of(&report.checks), "{name}");
        assert_eq!(report.totals.all(), report.checks.len(), "{name}");
        let mut pairs: Vec<_> = report.checks.iter().map(|check| (check.control, &check.rule)).collect();
        pairs.dedup();
        assert_eq!(pairs.len(), report.checks.len(), "{name}: each control with each rule once");
        for check in &report.checks {
            let needs_reason =
                matches!(check.state, State::NotEvaluated | State::NotApplicable | State::Faulted);
            assert!(!needs_reason || check.reason.is_some(), "{name}: {} says not why", check.rule);
            for id in &check.findings {
                assert!(report.findings.iter().any(|finding| finding.id == *id), "{name}: {id}");
            }
        }
    }
}

/// Whoever hides a file that the workspace names gains nothing by it.
#[test]
fn removing_evidence_never_improves_a_grade() {
    for name in FIXTURES {
        let files = files_below(&fixture(name));
        let whole = states(&scan_files(&files));
        for hidden in files.keys().filter(|file| file.starts_with("evidence/")) {
            let mut rest = files.clone();
            rest.remove(hidden);
            for (pair, after) in states(&scan_files(&rest)) {
                // What the statement of applicability excluded is looked at once it is gone.
                let Some(before) = whole.get(&pair).filter(|state| **state != State::NotApplicable) else {
                    continue;
                };
                let improved = goodness(after) > goodness(*before);
                assert!(!improved, "{name} without {hidden}: {pair:?} was {before} and is {after}");
            }
        }
    }
}

type States = BTreeMap<(String, String), State>;

fn states(report: &Report) -> States {
    let one =
        |check: &preaudit::finding::Check| ((check.control.to_string(), check.rule.clone()), check.state);
    report.checks.iter().map(one).collect()
}

/// How well a state speaks of the organization. What says nothing speaks neither well nor ill, so
/// to be silent about a nonconformity is no improvement, and no reader takes it for one.
fn goodness(state: State) -> u8 {
    match state {
        State::Conformity => 2,
        State::Opportunity => 1,
        _ => 0,
    }
}

#[test]
fn unrelated_evidence_changes_no_finding() {
    for name in FIXTURES {
        let mut files = files_below(&fixture(name));
        let before = scan_files(&files);
        files.insert("evidence/canteen/menu.csv".to_owned(), b"Day,Soup,Main\nMonday,Leek,Pasta\n".to_vec());
        files.insert("evidence/canteen/hours.md".to_owned(), b"# Opening hours\n\nEleven to two.\n".to_vec());
        let after = scan_files(&files);
        assert_eq!(before.findings, after.findings, "{name}");
        assert_eq!(before.checks, after.checks, "{name}");
        assert!(after.diagnostics.iter().any(|one| one.code.text() == "workspace::unbound"), "{name}");
    }
}

#[test]
fn a_report_survives_being_written_and_read() {
    for name in FIXTURES {
        let report = scan_files(&files_below(&fixture(name)));
        let json = report.to_json().unwrap();
        let back: Report = serde_json::from_str(&json).unwrap();
        assert_eq!(report, back, "{name}");
    }
}

/// The day before, the day itself and the day after: overdue begins the day after.
#[test]
fn overdue_begins_the_day_after() {
    for (due, overdue) in [("2026-06-30", true), ("2026-07-01", false), ("2026-07-02", false)] {
        let rows = format!("Employee,Course,Due Date,Completed On\nada@example.org,Phishing,{due},\n");
        let files = Files::from([("training records.csv".to_owned(), rows.into_bytes())]);
        let report = scan_files(&files);
        assert_eq!(
            !crate::kit::findings_of(&report, "training-overdue").is_empty(),
            overdue,
            "{due} on {DAY}"
        );
    }
}

/// A register with its rows in any order says the same of the same people.
#[test]
fn the_order_of_rows_changes_no_finding() {
    let text = |rows: &[&str]| format!("Employee,Course,Due Date,Completed On\n{}\n", rows.join("\n"));
    let rows = [
        "ada@example.org,Phishing,2026-06-01,",
        "bob@example.org,Phishing,2026-06-02,2026-06-01",
        "cid@example.org,Phishing,2026-06-03,",
    ];
    let ids = |rows: &[&str]| {
        let report = scan_files(&Files::from([("training records.csv".to_owned(), text(rows).into_bytes())]));
        let observed = report.findings.iter().flat_map(|one| &one.observations);
        let mut ids: Vec<String> = observed.map(|one| one.id.clone()).collect();
        ids.sort();
        ids
    };
    let back: Vec<&str> = rows.iter().rev().copied().collect();
    assert_eq!(ids(&rows), ids(&back));
    assert_eq!(ids(&rows).len(), 2);
}

/// What could be better never crowds out what is wrong, and both are counted to the last.
#[test]
fn many_opportunities_hide_no_lapse() {
    let mut rows = "account,enabled,privileged,last sign-in\n".to_owned();
    for number in 0..1_500 {
        let _ = writeln!(rows, "user{number},yes,no,2025-01-01");
    }
    rows.push_str("root,yes,yes,2025-01-01\n");
    let report = scan_files(&Files::from([("accounts.csv".to_owned(), rows.into_bytes())]));
    let found = crate::kit::findings_of(&report, "account-dormant");
    let counts: Vec<_> = found.iter().map(|one| (one.state, one.exceptions, one.population)).collect();
    assert_eq!(counts, [(State::Minor, 1, 1_501), (State::Opportunity, 1_500, 1_501)]);
}

const NAMES: [&str; 12] = [
    "roster.csv",
    "training.tsv",
    "risk register.xlsx",
    "soa.json",
    "trail.ndjson",
    "objectives.toml",
    "suppliers.yaml",
    "policy.md",
    "scope.docx",
    "auth.log",
    "access.log.gz",
    "events.json.zst",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes a file holds, reading it neither stops the program nor concludes anything.
    #[test]
    fn any_bytes_under_any_name_conclude_nothing(mut bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        // Without a NUL some of them would be text, and a text may be a document without fault.
        bytes.push(0);
        let files: Files = NAMES.iter().map(|name| ((*name).to_owned(), bytes.clone())).collect();
        prop_assert_eq!(conformities(&scan_files(&files)), Vec::<String>::new());
    }

    /// Text that looks like a register, with all that makes one hard to read.
    #[test]
    fn any_register_is_read_or_told(rows in prop::collection::vec("[a-c\", ;\t\r\n0-9./\u{e9}\u{1F600}-]{0,40}", 0..12)) {
        let text = format!("Employee,Course,Due Date,Completed On\n{}\n", rows.join("\n"));
        let files = Files::from([("training records.csv".to_owned(), text.into_bytes())]);
        let report = scan_files(&files);
        prop_assert_eq!(report.totals.faulted, 0);
        for place in report.findings.iter().flat_map(|finding| &finding.places) {
            prop_assert!(place.line >= 1 && place.column >= 1 && place.end_line >= place.line);
        }
    }

    /// However many looks a rule has, and whatever a row leaves out, a row is one exception at
    /// most, and only of those that were examined.
    #[test]
    fn no_rule_finds_more_exceptions_than_it_examined(
        risks in prop::collection::vec(prop::collection::vec("|2|3|6|soon", 6), 0..6),
        actions in prop::collection::vec("|human error|a lamp went out", 0..6),
    ) {
        let mut register =
            "id,likelihood,impact,risk score,residual likelihood,residual impact,residual score\n".to_owned();
        for (number, cells) in risks.iter().enumerate() {
            let _ = writeln!(register, "R-{number},{}", cells.join(","));
        }
        let mut causes = "id,description,root cause,due date,status\n".to_owned();
        for (number, cause) in actions.iter().enumerate() {
            let _ = writeln!(causes, "C-{number},a door stood open,{cause},2026-09-01,open");
        }
        let files = Files::from([
            ("risk-register.csv".to_owned(), register.into_bytes()),
            ("corrective-actions.csv".to_owned(), causes.into_bytes()),
        ]);
        for finding in scan_files(&files).findings {
            let rows: BTreeSet<&String> = finding.observations.iter().map(|one| &one.subject).collect();
            prop_assert!(finding.exceptions <= finding.population, "{}", finding.statement);
            prop_assert_eq!(finding.exceptions, rows.len(), "{}", finding.statement);
        }
    }
}
