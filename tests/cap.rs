//! The corrective action plan, from a report to its closing on newer evidence.

use crate::kit::{files_below, fixture, kill_after, lay_down, program, stderr, stdout};
use preaudit::cap::{CapFile, Outcome, Status};
use preaudit::finding::{Finding, State};
use preaudit::report::Report;
use preaudit::source::Source;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

/// Kettlewick in a folder of its own, scanned, with a plan beside it.
fn planned() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let mut files = files_below(&fixture("stage-2-lapses"));
    files.retain(|name, _| !name.starts_with("expected"));
    lay_down(&folder.path().join("newer"), &files);
    let scan = program(folder.path(), &["scan", "newer", "--format", "json", "-o", "report.json"]);
    assert_eq!(scan.status.code(), Some(1), "{}", stderr(&scan));
    let drawn = program(folder.path(), &["cap", "new", "report.json"]);
    assert!(drawn.status.success(), "{}", stderr(&drawn));
    folder
}

fn text(folder: &Path) -> String {
    fs::read_to_string(folder.join("cap.toml")).unwrap()
}

fn plan(folder: &Path) -> CapFile {
    read(&text(folder))
}

fn read(text: &str) -> CapFile {
    CapFile::read(&Arc::new(Source::new("cap.toml", text))).unwrap_or_else(|wrong| panic!("{wrong:?}"))
}

/// Writes as a person would: the values of these keys below the action on a rule.
fn fill(folder: &Path, rule: &str, values: &[(&str, &str)]) {
    let whole = text(folder);
    let at = whole.find(&format!("rule = \"{rule}\"\n")).unwrap_or_else(|| panic!("no action on {rule}"));
    let (before, behind) = whole.split_at(at);
    let end = behind.find("\n[[action]]").unwrap_or(behind.len());
    let (own, rest) = behind.split_at(end);
    let mut own = own.to_owned();
    for (key, value) in values {
        let line = own.lines().find(|line| line.starts_with(&format!("{key} = "))).unwrap().to_owned();
        own = own.replace(&line, &format!("{key} = {value}"));
    }
    fs::write(folder.join("cap.toml"), format!("{before}{own}{rest}")).unwrap();
}

fn edit(folder: &Path, file: &str, from: &str, to: &str) {
    let path = folder.join("newer").join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} holds no {from}");
    fs::write(path, text.replace(from, to)).unwrap();
}

/// What a careful person writes about the two lapses that are followed up here.
fn fill_two(folder: &Path) {
    for (rule, owner) in [("key-expired", "Elena Petrova"), ("maintenance-overdue", "Sam Whitlock")] {
        fill(
            folder,
            rule,
            &[
                (
                    "root_cause",
                    &format!(
                        "'Nobody is told before a day passes; the sheet of {owner} is looked at when something breaks'"
                    ),
                ),
                ("similar_cases", "\"Looked through all three registers with days in them: no other case\""),
                (
                    "corrective_action",
                    &format!("\"A ticket opens thirty days ahead, from the list of {owner}\""),
                ),
                ("deliverable", "\"The list of open tickets of a month\""),
                ("owner", &format!("\"{owner}\"")),
                ("verification", "\"Priya Nair looks at the tickets of August\""),
                ("effectiveness_criterion", "\"No day passed in a quarter\""),
            ],
        );
    }
}

fn status(folder: &Path, rule: &str) -> (Status, Option<Outcome>) {
    let plan = plan(folder);
    let action = plan.actions.iter().find(|action| action.rule.get_ref() == rule).unwrap();
    (*action.status.get_ref(), action.record.last().map(|record| record.result))
}

/// The day on which newer evidence is judged.
const LATER: &str = "2026-08-03";

fn verify(folder: &Path) -> std::process::Output {
    program(folder, &["cap", "verify", "--evidence", "newer", "--as-of", LATER, "-v"])
}

/// The certificate is replaced and the cooling is not.
fn repair(folder: &Path) {
    edit(folder, "evidence/operations/key-register.csv", "2026-06-12", "2027-06-12");
}

#[test]
fn what_is_repaired_is_closed_and_the_rest_stays_open() {
    let folder = planned();
    let plan_before = plan(folder.path());
    assert_eq!(plan_before.head.organization, "Kettlewick Freight Ltd");
    assert!(plan_before.actions.iter().all(|action| *action.status.get_ref() == Status::Open));
    fill_two(folder.path());
    repair(folder.path());
    let verified = verify(folder.path());
    let said = stdout(&verified);
    assert_eq!(verified.status.code(), Some(1), "{said}{}", stderr(&verified));
    assert_eq!(status(folder.path(), "key-expired"), (Status::Closed, Some(Outcome::Closed)), "{said}");
    assert_eq!(status(folder.path(), "maintenance-overdue"), (Status::Open, Some(Outcome::StaysOpen)));
    assert!(said.contains("maintenance-overdue: fails: Cooling of the server room"), "{said}");
    let after = plan(folder.path());
    let closed = after.actions.iter().find(|action| action.rule.get_ref() == "key-expired").unwrap();
    let record = closed.record.last().unwrap();
    let digest = preaudit::pack::hex(&<sha2::Sha256 as sha2::Digest>::digest(
        fs::read(folder.path().join("newer/evidence/operations/key-register.csv")).unwrap(),
    ));
    assert!(
        record.files.contains(&format!("{digest}  evidence/operations/key-register.csv")),
        "{:?}",
        record.files
    );
    assert!(record.seen.iter().all(|seen| seen.contains("conformity, 3 records")), "{:?}", record.seen);
    assert!(text(folder.path()).contains("# 90 days from the audit: practice"), "comments stay");

    // The same once more changes nothing.
    let before = text(folder.path());
    assert_eq!(verify(folder.path()).status.code(), Some(1));
    assert_eq!(text(folder.path()), before);

    // It fails again, and is opened again.
    edit(folder.path(), "evidence/operations/key-register.csv", "2027-06-12", "2026-07-12");
    let again = stdout(&verify(folder.path()));
    assert_eq!(status(folder.path(), "key-expired"), (Status::Open, Some(Outcome::Reopened)), "{again}");
}

#[test]
fn what_was_not_seen_closes_nothing() {
    let folder = planned();
    fill_two(folder.path());
    fs::remove_file(folder.path().join("newer/evidence/operations/key-register.csv")).unwrap();
    let said = stdout(&verify(folder.path()));
    assert_eq!(status(folder.path(), "key-expired"), (Status::Open, Some(Outcome::StaysOpen)), "{said}");
    assert!(said.contains("key-expired: not concluded:"), "{said}");
}

#[test]
fn a_plan_without_a_cause_is_not_closed() {
    let folder = planned();
    repair(folder.path());
    let said = stdout(&verify(folder.path()));
    assert_eq!(status(folder.path(), "key-expired").0, Status::Open, "{said}");
    assert!(said.contains("and the plan has no `root_cause`"), "{said}");
}

#[test]
fn what_people_wrote_stays_when_a_plan_is_drawn_up_again() {
    let folder = planned();
    fill_two(folder.path());
    let kept = text(folder.path()).replace("status = \"open\"", "status = \"in-progress\" # since Monday");
    // One action is not there yet, and another is about what the report no longer holds.
    let at = kept.find("\n[[action]]").unwrap();
    let second = at + 1 + kept[at + 1..].find("\n[[action]]").unwrap();
    let first_gone = format!("{}{}", &kept[..at], &kept[second..]);
    fs::write(folder.path().join("cap.toml"), &first_gone).unwrap();
    repair(folder.path());
    let scan = ["scan", "newer", "--as-of", LATER, "--format", "json", "-o", "report.json"];
    assert_eq!(program(folder.path(), &scan).status.code(), Some(1));
    let said = stdout(&program(folder.path(), &["cap", "new", "report.json"]));
    assert!(said.contains("added") && said.contains("1 action no longer found"), "{said}");
    let now = text(folder.path());
    assert_eq!(now.matches("# since Monday").count(), first_gone.matches("# since Monday").count());
    let drawn = plan(folder.path());
    let of = |rule: &str| drawn.actions.iter().find(|action| action.rule.get_ref() == rule).unwrap();
    assert!(of("key-expired").gone_since.is_some());
    assert_eq!(of("maintenance-overdue").raised_on().to_string(), "2026-07-01");
    assert_eq!(drawn.actions.iter().filter(|one| one.rule.get_ref() == "leaver-signs-in").count(), 1);
    // What is new stands at the end, and everything before is as it was.
    let shown = |text: &str| text.lines().filter(|line| line.contains("Nobody is told before")).count();
    assert_eq!(shown(&now), 2);
}

/// What a linted plan tells, as `code line`.
fn linted(folder: &Path, report: bool) -> Vec<String> {
    let mut arguments = vec!["cap", "check", "--as-of", "2026-07-02"];
    if report {
        arguments.extend(["--report", "report.json"]);
    }
    let output = program(folder, &arguments);
    let said = stdout(&output);
    assert_eq!(
        output.status.code(),
        Some(if said.contains("to mend") && !said.contains("nothing to mend") { 1 } else { 0 }),
        "{said}"
    );
    let mut told = Vec::new();
    let mut code = "";
    for line in said.lines() {
        if line.starts_with("cap::") {
            code = line.trim();
        } else if let Some(at) = line.split("─[cap.toml:").nth(1) {
            told.push(format!("{code} {}", at.split(':').next().unwrap()));
        }
    }
    told
}

/// A plan of the actions on these rules, with nothing to mend.
fn sound(rules: &[&str]) -> TempDir {
    let folder = planned();
    fill_two(folder.path());
    let whole = text(folder.path());
    let mut parts = whole.split("\n[[action]]");
    let head = parts.next().unwrap().to_owned();
    let kept = parts.filter(|part| rules.iter().any(|rule| part.contains(&format!("rule = \"{rule}\"\n"))));
    let kept: String = kept.map(|part| format!("\n[[action]]{part}")).collect();
    fs::write(folder.path().join("cap.toml"), format!("{head}{kept}")).unwrap();
    folder
}

#[test]
fn each_fault_of_a_plan_is_told_at_its_line() {
    let both = ["key-expired", "maintenance-overdue"];
    let folder = sound(&both);
    assert_eq!(linted(folder.path(), true), Vec::<String>::new());
    let sound = text(folder.path());
    let line = |text: &str, rule: &str, key: &str| {
        let from = text.lines().position(|line| line == format!("rule = \"{rule}\"")).unwrap();
        let at = text.lines().skip(from).position(|line| line.starts_with(&format!("{key} = "))).unwrap();
        from + at + 1
    };
    for (key, value, code) in [
        ("owner", "\" \"", "incomplete"),
        ("deliverable", "\"\"", "incomplete"),
        ("similar_cases", "\"…\"", "incomplete"),
        ("root_cause", "\"Human error\"", "cause-is-blame"),
        ("root_cause", "\"Menschliches Versagen.\"", "cause-is-blame"),
        ("root_cause", "\"Erreur humaine de l équipe\"", "cause-is-blame"),
        ("root_cause", "\"Error humano\"", "cause-is-blame"),
        ("root_cause", "\"Errore umano\"", "cause-is-blame"),
        ("root_cause", "\"KC-2 had expired on 2026-06-12 and was still in use\"", "cause-restates"),
        ("due", "2027-07-02", "late"),
        ("due", "2026-06-30", "out-of-order"),
        ("effectiveness_due", "2026-09-29", "out-of-order"),
        ("finding", "\"000000000000\"", "unknown-finding"),
        ("status", "\"closed\"", "incomplete"),
    ] {
        fs::write(folder.path().join("cap.toml"), &sound).unwrap();
        if key == "finding" {
            let id = plan(folder.path())
                .actions
                .iter()
                .find(|one| one.rule.get_ref() == "key-expired")
                .unwrap()
                .finding
                .get_ref()
                .clone();
            fs::write(folder.path().join("cap.toml"), sound.replace(&id, "000000000000")).unwrap();
        } else {
            fill(folder.path(), "key-expired", &[(key, value)]);
        }
        let told = linted(folder.path(), false);
        let at = match key {
            "finding" => line(&text(folder.path()), "key-expired", "control") - 2,
            key => line(&text(folder.path()), "key-expired", key),
        };
        assert!(
            told.contains(&format!("cap::{code} {at}")),
            "{key} = {value}: {told:?}, wanted {code} at {at}"
        );
    }
    // A minor may take until the next audit, and a major ninety days.
    fs::write(folder.path().join("cap.toml"), &sound).unwrap();
    fill(folder.path(), "key-expired", &[("due", "2027-07-01"), ("effectiveness_due", "2027-10-01")]);
    assert_eq!(linted(folder.path(), false), Vec::<String>::new());
    fill(folder.path(), "key-expired", &[("grade", "\"major\""), ("due", "2026-09-30")]);
    assert_eq!(linted(folder.path(), false).len(), 1);
    // One text for two findings.
    fs::write(folder.path().join("cap.toml"), &sound).unwrap();
    both.iter()
        .for_each(|rule| fill(folder.path(), rule, &[("corrective_action", "\"All staff are trained\"")]));
    assert!(linted(folder.path(), false).iter().any(|told| told.starts_with("cap::copied-text")));
}

#[test]
fn what_is_no_plan_is_told_at_its_line() {
    let folder = planned();
    let wrong = |text: &str, arguments: &[&str]| {
        fs::write(folder.path().join("cap.toml"), text).unwrap();
        let output = program(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(2), "{text}");
        stderr(&output)
    };
    let sound = text(folder.path());
    let said = wrong(&sound.replacen("owner = ", "ownr = ", 1), &["cap", "check"]);
    assert!(said.contains("cap.toml:") && said.contains("ownr"), "{said}");
    assert!(
        wrong(&sound.replacen("due = 2026", "due = \"2026\" # ", 1), &["cap", "check"]).contains("cap.toml:")
    );
    assert!(wrong("[plan\n", &["cap", "verify", "--evidence", "newer"]).contains("cap.toml:1"));
    fs::write(folder.path().join("report.json"), "{}").unwrap();
    assert!(wrong(&sound, &["cap", "new", "report.json"]).contains("as a report"));
}

#[test]
fn a_plan_is_exported_and_holds_no_formula() {
    let folder = planned();
    fill(
        folder.path(),
        "key-expired",
        &[("owner", "\"=HYPERLINK(\\\"http://x\\\")\""), ("correction", "\"a | b\"")],
    );
    let csv = stdout(&program(folder.path(), &["cap", "export", "--format", "csv"]));
    let mut reader = csv::Reader::from_reader(csv.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), plan(folder.path()).actions.len());
    assert!(rows.iter().any(|row| row[13] == *"'=HYPERLINK(\"http://x\")"), "{csv}");
    let markdown = stdout(&program(folder.path(), &["cap", "export"]));
    assert!(markdown.contains("a \\| b") && markdown.contains("# Corrective action plan of Kettlewick"));
    assert_eq!(program(folder.path(), &["cap", "export", "--format", "xlsx"]).status.code(), Some(2));
    let book = |name: &str| {
        let output = program(folder.path(), &["cap", "export", "--format", "xlsx", "-o", name]);
        assert!(output.status.success(), "{}", stderr(&output));
        fs::read(folder.path().join(name)).unwrap()
    };
    assert!(book("a.xlsx") == book("b.xlsx"), "the same plan gives the same bytes");
    let mut read: calamine::Xlsx<_> = calamine::open_workbook(folder.path().join("a.xlsx")).unwrap();
    let range = calamine::Reader::worksheet_range(&mut read, "Corrective actions").unwrap();
    assert_eq!(range.height(), rows.len() + 1);
    assert_eq!(
        calamine::Reader::worksheet_formula(&mut read, "Corrective actions").unwrap().used_cells().count(),
        0
    );
}

/// Killed at any moment, a plan is as it was before or as it is after.
#[test]
fn a_killed_verify_leaves_nothing_half_written() {
    let folder = planned();
    fill_two(folder.path());
    repair(folder.path());
    let before = text(folder.path());
    let begun = Instant::now();
    verify(folder.path());
    let whole = begun.elapsed();
    let after = text(folder.path());
    assert_ne!(before, after);
    for part in [1_u32, 4, 8, 10, 11, 12, 13] {
        fs::write(folder.path().join("cap.toml"), &before).unwrap();
        kill_after(
            folder.path(),
            &["cap", "verify", "--evidence", "newer", "--as-of", LATER],
            whole * part / 12,
        );
        let now = text(folder.path());
        assert!(now == before || now == after, "{part}: {now}");
    }
    verify(folder.path());
    assert_eq!(text(folder.path()), after);
}

/// What a scan in view of the plan says on a day: the findings on 10.2 of actions past due, and the
/// state and reasons of one rule.
fn in_view_of_the_plan(folder: &Path, day: &str, rule: &str) -> (Vec<Finding>, Vec<Finding>) {
    let scan = program(folder, &["scan", "newer", "--cap", "cap.toml", "--as-of", day, "--format", "json"]);
    let report: Report = serde_json::from_slice(&scan.stdout).unwrap_or_else(|_| panic!("{}", stderr(&scan)));
    let of = |rule: &str| report.findings.iter().filter(|one| one.rule == rule).cloned().collect();
    (of("action-past-due"), of(rule))
}

#[test]
fn a_minor_whose_action_is_past_due_is_a_minor_against_10_2() {
    let folder = planned();
    fill(folder.path(), "maintenance-overdue", &[("due", "2026-08-03"), ("owner", "\"Sam Whitlock\"")]);
    let (late, _) = in_view_of_the_plan(folder.path(), "2026-08-03", "maintenance-overdue");
    assert!(late.is_empty(), "the due day itself");
    let (late, lapse) = in_view_of_the_plan(folder.path(), "2026-08-04", "maintenance-overdue");
    let [late] = &late[..] else { panic!("one finding") };
    assert_eq!((late.state, late.requirements[0].as_str()), (State::Minor, "10.2"));
    assert!(
        late.statement.ends_with("its action was due on 2026-08-03, 1 day ago (Sam Whitlock)"),
        "{}",
        late.statement
    );
    assert_eq!(late.observations[0].owner.as_deref(), Some("Sam Whitlock"));
    let files: Vec<&str> = late.places.iter().map(|place| place.file.as_str()).collect();
    assert_eq!(files, ["cap.toml", lapse[0].places[0].file.as_str()], "both ends");
    assert!(lapse[0].derivation.iter().any(|step| step.starts_with("its action was due on")));
    // Done is not late, whether or not it had an effect.
    fill(folder.path(), "maintenance-overdue", &[("status", "\"done\"")]);
    assert!(in_view_of_the_plan(folder.path(), "2026-08-04", "maintenance-overdue").0.is_empty());
}

#[test]
fn a_major_past_due_stays_a_major() {
    let folder = planned();
    fill(folder.path(), "maintenance-overdue", &[("due", "2026-08-03"), ("grade", "\"major\"")]);
    let on = |day| in_view_of_the_plan(folder.path(), day, "maintenance-overdue");
    assert_eq!(on("2026-08-03").1[0].state, State::Minor);
    let (late, lapse) = on("2026-08-04");
    assert!(late.is_empty(), "it is not told twice");
    assert_eq!(lapse[0].state, State::Major);
    assert!(lapse[0].derivation.last().unwrap().contains("it stays a major"), "{:?}", lapse[0].derivation);
}
