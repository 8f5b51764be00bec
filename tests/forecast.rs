//! The forecast: on which day something changes, and that every day is as a scan of it would say.

use crate::kit::{DAY, Files, fixture, program, scan_with, stderr, stdout};
use jiff::civil::{Date, date};
use preaudit::audit::{self, Inspection, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::forecast::{self, Change, Forecast, What};
use preaudit::pack::PackRef;
use preaudit::report::Report;
use preaudit::source::Source;
use preaudit::world::{Disk, Shelf};
use std::fs;
use std::path::Path;
use std::sync::Arc;

const REGISTER: &str = "\
document id,title,type,owner,version,approver,approval date,next review,status
POL-01,Access Policy,policy,Priya Venn,3.2,Miriam Haldane,2026-01-19,2027-01-19,published
POL-02,Backup Policy,policy,Jonas Wrede,2.1,Oskar Lindqvist,2025-09-01,2026-07-31,published
POL-03,Supplier Policy,policy,Jonas Wrede,2.1,Oskar Lindqvist,2025-09-01,2027-09-01,published
";

fn request(files: &[(&str, &str)]) -> (Request, Shelf) {
    let workspace = files.iter().find(|(name, _)| *name == FILE_NAME);
    let workspace = workspace.map(|(_, text)| Arc::new(Source::new(FILE_NAME, (*text).to_owned())));
    let scope = Scope { workspace, as_of: Some(DAY), ..Scope::default() };
    let files: Files =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    (Request { packs: vec![PackRef::BuiltIn], scope, ..Request::default() }, Shelf::new(files, DAY))
}

fn forecast(files: &[(&str, &str)], until: Date) -> Forecast {
    let (request, shelf) = request(files);
    forecast::forecast(&request, until, &shelf).unwrap()
}

fn changes<'f>(forecast: &'f Forecast, rule: &str) -> Vec<&'f Change> {
    let all = forecast.weeks.iter().flat_map(|week| &week.changes);
    all.filter(|change| change.rule.as_deref() == Some(rule)).collect()
}

fn told(changes: &[&Change]) -> Vec<(String, What, Option<String>, Option<String>)> {
    let one = |change: &&Change| (change.day.clone(), change.what, change.from.clone(), change.to.clone());
    changes.iter().map(one).collect()
}

fn text(state: &str) -> Option<String> {
    Some(state.to_owned())
}

/// Due on 31 July is no lapse on that day, and one on the day after; 30 days before it is warned of.
#[test]
fn a_due_day_is_overdue_the_day_after() {
    let forecast = forecast(&[("document-register.csv", REGISTER)], date(2026, 8, 10));
    let of_rule = changes(&forecast, "document-review-overdue");
    let expected = [
        ("2026-07-02".to_owned(), What::New, None, text("opportunity")),
        ("2026-08-01".to_owned(), What::New, None, text("minor")),
        ("2026-08-01".to_owned(), What::Gone, text("opportunity"), None),
    ];
    assert_eq!(told(&of_rule), expected);
    let cause = &of_rule[1].because[0];
    let place = cause.place.as_ref().unwrap();
    assert_eq!(
        (place.file.as_str(), place.line, place.text.as_str()),
        ("document-register.csv", 3, "2026-07-31")
    );
    assert_eq!(forecast.weeks.last().unwrap().monday, "2026-07-27");
    assert_eq!((forecast.days, forecast.readings), (41, 0));
}

/// On its last day a waiver still holds.
#[test]
fn a_waiver_ends_the_day_after_its_last() {
    let register = REGISTER.replace("2026-07-31", "2026-06-01");
    let workspace = "[[evidence]]\nkind = \"document-register\"\nfiles = [\"document-register.csv\"]\n\n\
        [[waiver]]\nrule = \"document-review-overdue\"\nreason = \"the policy is being rewritten\"\n\
        owner = \"Jonas Wrede\"\napprover = \"Miriam Haldane\"\nexpires = 2026-07-10\n";
    let files = [(FILE_NAME, workspace), ("document-register.csv", register.as_str())];
    let forecast = forecast(&files, date(2026, 7, 12));
    let of_rule = changes(&forecast, "document-review-overdue");
    assert_eq!(told(&of_rule), [("2026-07-11".to_owned(), What::Graded, text("waived"), text("minor"))]);
    let cause = &of_rule[0].because[0];
    assert_eq!(cause.text, "the waiver of document-review-overdue expired on 2026-07-10");
    assert_eq!(cause.place.as_ref().unwrap().file, FILE_NAME);
}

/// Evidence of 90 days proves something; one day more, and it proves nothing. Then it stays so.
#[test]
fn evidence_that_grows_too_old_proves_nothing_any_more() {
    let workspace = "[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\ncollected = 2026-04-05\n\
        complete = true\n\n[[evidence]]\nkind = \"training-records\"\nfiles = [\"training.csv\"]\n";
    let roster = "person id,name,e-mail,status,joined,department\n\
        E1,Ada Quill,ada@example.com,active,2020-01-01,IT\nE2,Ben Rook,ben@example.com,active,2020-01-01,IT\n";
    let training = "person id,name,course,completed on,result\n\
        E1,Ada Quill,Information security awareness,2026-05-01,passed\n\
        E2,Ben Rook,Information security awareness,2026-05-01,passed\n";
    let files = [(FILE_NAME, workspace), ("roster.csv", roster), ("training.csv", training)];
    let forecast = forecast(&files, date(2026, 7, 8));
    let withheld: Vec<&Change> = forecast
        .weeks
        .iter()
        .flat_map(|week| &week.changes)
        .filter(|change| change.what == What::Withheld)
        .collect();
    assert!(!withheld.is_empty(), "{forecast:?}");
    for change in withheld {
        assert_eq!(change.day, "2026-07-05");
        assert_eq!(change.because[0].place.as_ref().unwrap().file, "roster.csv", "{change:?}");
    }
}

/// Records behind the day of judgement count once that day has come, so the logs are read again then.
#[test]
fn logs_are_read_again_where_other_records_count() {
    let record = |day: &str| {
        format!(
            "{{\"@timestamp\":\"{day}T10:00:00Z\",\"event\":{{\"category\":\"authentication\",\"action\":\"login\",\
             \"outcome\":\"success\"}},\"user\":{{\"name\":\"ada\"}}}}\n"
        )
    };
    let quiet = [record("2026-06-01"), record("2026-06-02")].concat();
    let busy = [quiet.clone(), record("2026-07-04")].concat();
    let read = |log: &str| forecast(&[("sign-ins.ndjson", log)], date(2026, 7, 6)).readings;
    assert_eq!((read(&quiet), read(&busy)), (1, 2));
}

#[test]
fn a_span_has_an_end_behind_its_start_and_within_three_years() {
    let (request, shelf) = request(&[("document-register.csv", REGISTER)]);
    for (until, wanted) in
        [(date(2026, 6, 30), "before the day of judgement"), (date(2029, 7, 2), "1096 days ahead")]
    {
        let wrong = forecast::forecast(&request, until, &shelf).unwrap_err();
        assert!(wrong[0].message.contains(wanted), "{}", wrong[0].message);
    }
    assert_eq!(forecast::forecast(&request, DAY, &shelf).unwrap().days, 1);
}

/// What is heard on a day after others is what a scan of that day alone says, to the byte.
#[test]
fn every_day_is_as_a_scan_of_it_says() {
    for name in ["stage-2-lapses", "systemic"] {
        let folder = fixture(name);
        let workspace = Arc::new(Source::new(FILE_NAME, fs::read_to_string(folder.join(FILE_NAME)).unwrap()));
        for (day, report) in heard(&folder, &workspace, &[2, 16, 31, 92]) {
            let scanned = scan_with(&folder, Some(Arc::clone(&workspace)), day, Some(2));
            assert!(report == scanned, "{name} on {day}");
        }
    }
}

/// Reports of so many days after the first, each heard after the one before.
fn heard(folder: &Path, workspace: &Arc<Source>, days: &[i64]) -> Vec<(Date, Report)> {
    let scope = Scope {
        root: folder.to_path_buf(),
        workspace: Some(Arc::clone(workspace)),
        as_of: Some(DAY),
        only: None,
    };
    let request = Request { packs: vec![PackRef::BuiltIn], scope, jobs: Some(2), ..Request::default() };
    let disk = Disk::default();
    audit::in_threads(Some(2), || {
        let mut inspection = Inspection::open(&request, &disk)?;
        let mut before = inspection.hear(DAY, None)?;
        let mut reports = Vec::new();
        for after in days {
            let day = DAY.checked_add(jiff::Span::new().days(*after)).unwrap();
            before = inspection.hear(day, Some(&before))?;
            reports.push((day, inspection.report(&before, &before.outcomes)));
        }
        Ok(reports)
    })
    .unwrap()
}

#[test]
fn the_command_tells_weeks_and_gives_json() {
    let folder = fixture("systemic");
    let output = program(&folder, &["forecast", "--until", "2026-07-02"]);
    let shown = stdout(&output);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(shown.contains("week of 2026-06-29"), "{shown}");
    assert!(shown.contains("new minor [document-review-overdue] 7.5.2: POL-04"), "{shown}");
    assert!(shown.contains("2 days judged, no logs"), "{shown}");
    let json = stdout(&program(&folder, &["forecast", "--until", "2026-07-02", "--format", "json"]));
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(value["schema"], "preaudit-forecast/1");
    assert_eq!(value["weeks"][0]["changes"][0]["day"], "2026-07-02");
    assert_eq!(program(&folder, &["forecast", "--until", "2026-06-01"]).status.code(), Some(2));
}
