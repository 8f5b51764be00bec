//! Spot checks of real records see a native condition that means something else, also of records
//! that a scan is not shown; and they change no answer.

use super::{compile, rule, setting};
use crate::kit::{DAY, Files, built_in};
use preaudit::evidence::{FILE_NAME, Row, Scope, collect};
use preaudit::scan::{
    self, Condition, Facts, Inquiry, Partials, Portion, Scan, Sighting, SpotChecks, Watch, Watched, Window,
};
use preaudit::source::Source;
use preaudit::world::Shelf;
use std::fmt::Write as _;
use std::sync::Arc;

/// A scan whose native condition is the first, and whose interpreted one the second.
fn scan(native: &str, interpreted: &str) -> Scan {
    let setting = setting();
    let native = compile(native, &setting).predicate().cloned().map(Arc::new);
    let interpreted = compile(interpreted, &setting);
    let ask =
        Arc::new(move |sighting: &Sighting<'_, '_>, row: Option<&Row>| interpreted.interpret(sighting, row));
    let condition = Condition { predicate: native, slots: u128::MAX, ask };
    let by = built_in().0.event_fields.slot("source.ip").unwrap();
    Scan { rule: rule().id.clone(), condition: Some(condition), ..Scan::counting(by) }
}

fn run(scans: &[Scan], checks: SpotChecks) -> (Facts, Watched) {
    let mut text = String::new();
    for at in 0..5_000 {
        let action = if at % 50 == 0 { "logout" } else { "login" };
        let _ = writeln!(
            text,
            r#"{{"@timestamp": "2026-06-01T10:00:00Z", "event.action": "{action}", "source.ip": "10.0.0.{}"}}"#,
            at % 7
        );
    }
    let (packs, _) = built_in();
    let workspace = "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n";
    let workspace = Some(Arc::new(Source::new(FILE_NAME, workspace)));
    let scope = Scope { workspace, as_of: Some(DAY), ..Scope::default() };
    let shelf = Shelf::new(Files::from([("x.ndjson".to_owned(), text.into_bytes())]), DAY);
    let evidence = collect(packs, &scope, &shelf).unwrap();
    let (scans, fields) = (scans.iter().collect(), &packs.event_fields);
    let watch = Watch::new(checks);
    let (window, watched) = (Window::default(), Some(&watch));
    let inquiry = Inquiry { scans, evidence: &evidence, fields, window, world: &shelf, watch: watched };
    (scan::run(&inquiry, &Partials::Logs).unwrap(), watch.seen())
}

#[test]
fn spot_checks_see_what_differs_and_nothing_else() {
    let same = "r.event.action == \"logout\"";
    let faults = [
        (same, same, false),
        (same, "r.event.action != \"logout\"", true),
        (same, "r.event.action == \"login\"", true),
        ("r.event.action == \"nobody\"", same, true),
        ("r.has(\"event.action\")", same, true),
    ];
    for (native, interpreted, differs) in faults {
        let scans = [scan(native, interpreted)];
        let (plain, _) = run(&scans, SpotChecks::default());
        let recheck: Portion = "20%".parse().unwrap();
        let (checked, seen) = run(&scans, SpotChecks { recheck, time: Portion::ALL });
        let told: Vec<&str> = checked.diagnostics.iter().map(|one| one.code.text()).collect();
        assert_eq!(told, if differs { vec!["rule::differs"] } else { Vec::new() }, "{native}");
        assert!(differs == (seen.differences.len() == 1) && plain.diagnostics.is_empty());
        assert!((800..1_200).contains(&seen.rechecked), "{}", seen.rechecked);
        assert_eq!(seen.timed, 5_000);
        let counts = |facts: &Facts| {
            let groups = facts.tallies[0].groups.iter();
            groups.map(|(key, group)| (key.clone(), group.count)).collect::<Vec<_>>()
        };
        assert_eq!(counts(&plain), counts(&checked), "{native}");
        assert_eq!(plain.tallies[0].reads, checked.tallies[0].reads);
    }
}

/// What is asked first finds most records, and a few of them pass; nobody passes what is asked first, and
/// what is asked behind it is never read.
#[test]
fn a_scan_is_soon_shown_no_records_but_those_that_pass() {
    let few = r#"r.event.action == "login" && !(r.source.ip in ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.4", "10.0.0.5", "10.0.0.6"])"#;
    let none = r#"r.source.ip.in_cidr("10.9.0.0/16") && r.event.action == "nobody""#;
    for (condition, passing) in [(few, 700), (none, 0)] {
        let (facts, seen) =
            run(&[scan(condition, condition)], SpotChecks { time: Portion::ALL, ..SpotChecks::default() });
        let shown: u64 = seen.alone.values().map(|cost| cost.records).sum();
        let kept: u64 = facts.tallies[0].groups.values().map(|group| group.count).sum();
        assert_eq!(kept, passing, "{condition}");
        // Until the next look at what is settled it is shown all that it may have to see.
        assert!(shown <= passing + 300, "{shown} records for {condition}");
    }
}
