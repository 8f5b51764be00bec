//! The report in the formats of tools: what each must hold, whatever client reads it.

use crate::kit::{
    FIXTURES, files_below, fixture, kill_after, lay_down, program, repository, scan_folder, stderr, stdout,
};
use crate::real::data;
use preaudit::finding::State;
use preaudit::formats::{Conformities, Format, Options, write};
use preaudit::report::Report;
use preaudit::signature::SecretKey;
use preaudit::source::Source;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::sync::Arc;
use std::time::Instant;
use tempfile::TempDir;

fn json(report: &Report, format: Format, options: &Options) -> Value {
    serde_json::from_slice(&write(report, format, options).unwrap()).unwrap()
}

fn sarif(report: &Report) -> Value {
    json(report, Format::Sarif, &Options::default())["runs"][0].clone()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// Kettlewick, with lapses of every state.
fn lapses() -> Report {
    scan_folder(&fixture("stage-2-lapses"))
}

/// The template that stands in the documents, for the one format that needs one.
const TEMPLATE: &str = "docs/templates/owners.html.j2";

#[test]
fn every_format_is_a_function_of_the_kept_report() {
    let template = Arc::new(Source::new(TEMPLATE, fs::read_to_string(repository(TEMPLATE)).unwrap()));
    let options = Options { template: Some(template), ..Options::default() };
    for name in FIXTURES {
        let report = scan_folder(&fixture(name));
        let kept: Report = serde_json::from_str(&report.to_json().unwrap()).unwrap();
        for format in Format::ALL {
            let bytes = write(&report, *format, &options).unwrap();
            assert!(bytes == write(&kept, *format, &options).unwrap(), "{name} as {format}");
            assert!(!bytes.is_empty(), "{name} as {format}");
        }
    }
}

#[test]
fn one_run_writes_several_and_convert_writes_the_same() {
    let (folder, out) = (fixture("systemic"), TempDir::new().unwrap());
    let at = |name: &str| out.path().join(name).to_str().unwrap().to_owned();
    let asked: Vec<String> =
        Format::ALL.iter().map(|format| format!("{format}={}", at(format.name()))).collect();
    let template = repository(TEMPLATE);
    let template = ["--template", template.to_str().unwrap()];
    let mut arguments = [&["scan", "."][..], &template].concat();
    asked.iter().for_each(|one| arguments.extend(["-f", one.as_str()]));
    let scanned = program(&folder, &arguments);
    assert_eq!(scanned.status.code(), Some(1), "{}", stderr(&scanned));
    assert_eq!(stdout(&scanned), "", "all went to files");
    for format in Format::ALL {
        let template = if *format == Format::Template { &template[..] } else { &[] };
        let arguments = [&["convert", "json", "-f", format.name()], template].concat();
        let printed = program(out.path(), &arguments);
        assert_eq!(printed.status.code(), Some(1), "{format} ends as the scan did");
        assert!(printed.stdout == fs::read(at(format.name())).unwrap(), "{format}");
    }
    for (arguments, exit) in [
        (&["convert", "json", "-q", "--exit-zero"][..], 0),
        (&["convert", "json", "-q", "--fail-on", "opportunity"][..], 1),
        (&["convert", "text", "-q"][..], 2),
    ] {
        assert_eq!(program(out.path(), arguments).status.code(), Some(exit), "{arguments:?}");
    }
}

/// Killed at any moment: each output is the whole report before or the whole report after.
#[test]
fn a_killed_scan_leaves_no_half_report() {
    let (folder, out) = (fixture("stage-2-lapses"), TempDir::new().unwrap());
    let names = ["report.json", "report.html", "report.sarif", "report.xlsx"];
    let asked = names.map(|name| {
        format!("{}={}", name.strip_prefix("report.").unwrap(), out.path().join(name).to_str().unwrap())
    });
    let mut arguments = vec!["scan", ".", "--quiet"];
    arguments.extend(asked.iter().flat_map(|asked| ["-f", asked]));
    let begun = Instant::now();
    program(&folder, &arguments);
    let whole = begun.elapsed();
    let after = files_below(out.path());
    assert_eq!(after.len(), names.len());
    let before: BTreeMap<String, Vec<u8>> =
        names.iter().map(|name| ((*name).to_owned(), b"the report of last month".to_vec())).collect();
    for part in [4_u32, 8, 10, 11, 12, 13] {
        lay_down(out.path(), &before);
        kill_after(&folder, &arguments, whole * part / 12);
        let now = files_below(out.path());
        for name in names {
            assert!(now[name] == before[name] || now[name] == after[name], "{name} after {part}/12");
        }
    }
}

#[test]
fn outputs_that_contradict_each_other_are_refused_before_anything_is_read() {
    let folder = fixture("conforming");
    for (arguments, says) in [
        (&["-f", "text", "-f", "json"][..], "only one format goes to standard output"),
        (&["-f", "json=a", "-o", "b"][..], "--output gets nothing"),
        (&["-f", "json=a", "-f", "sarif=a"][..], "a would be written twice"),
        (&["-f", "sarif="][..], "names no file"),
        (&["-f", "pdf"][..], "there is no format `pdf`"),
    ] {
        let refused = program(&folder, &[&["scan", "."], arguments].concat());
        assert_eq!(refused.status.code(), Some(2));
        assert!(stderr(&refused).contains(says), "{}", stderr(&refused));
    }
}

#[test]
fn sarif_has_what_github_asks_for() {
    let report = lapses();
    let run = sarif(&report);
    let results = list(&run["results"]);
    let exceptions: usize = report.findings.iter().map(|one| one.observations.len().max(1)).sum();
    assert_eq!(results.len(), exceptions, "a result an exception");
    let rules = list(&run["tool"]["driver"]["rules"]);
    for result in results {
        let at = usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap();
        assert_eq!(rules[at]["id"], result["ruleId"]);
        assert!(result["partialFingerprints"]["primaryLocationLineHash"].is_string());
        for location in list(&result["locations"]).iter().chain(list(&result["relatedLocations"])) {
            let physical = &location["physicalLocation"];
            let uri = physical["artifactLocation"]["uri"].as_str().unwrap();
            assert!(!uri.contains(':') && !uri.starts_with('/') && !uri.contains(' '), "{uri}");
            let number = |name: &str| physical["region"][name].as_u64().unwrap();
            assert!(number("startLine") >= 1 && number("startColumn") >= 1);
            let ends_behind =
                (number("endLine"), number("endColumn")) > (number("startLine"), number("startColumn"));
            assert!(ends_behind, "{physical}");
        }
    }
    let told = list(&run["invocations"][0]["toolExecutionNotifications"]);
    let ids: BTreeSet<&str> = told.iter().filter_map(|one| one["descriptor"]["id"].as_str()).collect();
    assert!(ids.contains("check/not-evaluated") && ids.contains("evidence::ragged-row"), "{ids:?}");
    assert_eq!(
        list(&run["artifacts"]).len(),
        report.evidence.iter().map(|seen| &seen.file).collect::<BTreeSet<_>>().len()
    );
}

#[test]
fn what_is_waived_is_suppressed_and_what_conforms_is_told_on_request_only() {
    let report = scan_folder(&fixture("systemic"));
    let run = sarif(&report);
    let suppressed: Vec<&Value> =
        list(&run["results"]).iter().filter(|result| !list(&result["suppressions"]).is_empty()).collect();
    assert_eq!(suppressed.len(), 1);
    let why = suppressed[0]["suppressions"][0]["justification"].as_str().unwrap();
    assert!(why.starts_with("waived until 20"), "{why}");
    let passes = |run: &Value| list(&run["results"]).iter().filter(|result| result["kind"] == "pass").count();
    assert_eq!(passes(&run), 0);
    let told = Options { conformities: Conformities::Told, ..Options::default() };
    assert_eq!(passes(&json(&report, Format::Sarif, &told)["runs"][0]), report.totals.conformity);
}

/// Fingerprints by which alerts are followed from run to run.
fn fingerprints(report: &Report) -> BTreeMap<String, usize> {
    let mut found = BTreeMap::new();
    for result in list(&sarif(report)["results"]) {
        let print = result["partialFingerprints"]["primaryLocationLineHash"].as_str().unwrap();
        *found.entry(format!("{} {print}", result["ruleId"])).or_default() += 1;
    }
    found
}

#[test]
fn alerts_survive_moved_lines_and_renamed_files() {
    let mut files = files_below(&fixture("stage-2-lapses"));
    let roster = files.remove("evidence/hr/roster.csv").unwrap();
    let text = String::from_utf8(roster).unwrap();
    let (header, rows) = text.split_once('\n').unwrap();
    let moved = format!(
        "{header}\nK-001,Aaron,New,aaron.new@kettlewick.example,aaron.new,IT,Trainee,2026-06-30,,Active\n{rows}"
    );
    files.insert("evidence/hr/people.csv".to_owned(), moved.into_bytes());
    let workspace = String::from_utf8(files["preaudit.toml"].clone()).unwrap();
    files
        .insert("preaudit.toml".to_owned(), workspace.replace("hr/roster.csv", "hr/people.csv").into_bytes());
    let folder = TempDir::new().unwrap();
    lay_down(folder.path(), &files);
    let (before, after) = (fingerprints(&lapses()), fingerprints(&scan_folder(folder.path())));
    let leavers = |all: &BTreeMap<String, usize>| -> Vec<String> {
        all.keys().filter(|one| one.contains("leaver")).cloned().collect()
    };
    assert!(!leavers(&before).is_empty());
    assert_eq!(leavers(&before), leavers(&after));
}

/// A CloudTrail file is one line of any length, and its places lie far to the right.
#[test]
fn regions_within_one_long_line_are_right() {
    let Some(folder) = data().map(|folder| folder.join("logs-stratus")) else { return };
    let report = scan_folder(&folder);
    let results = sarif(&report)["results"].clone();
    let mut looked_at = 0;
    for location in list(&results).iter().flat_map(|result| list(&result["locations"])) {
        let (file, region) = (
            &location["physicalLocation"]["artifactLocation"]["uri"],
            &location["physicalLocation"]["region"],
        );
        let Some(snippet) = region["snippet"]["text"].as_str() else { continue };
        let text = fs::read_to_string(folder.join(file.as_str().unwrap())).unwrap();
        let number = |name: &str| usize::try_from(region[name].as_u64().unwrap()).unwrap();
        let line = text.lines().nth(number("startLine") - 1).unwrap();
        let marked: String = line
            .chars()
            .skip(number("startColumn") - 1)
            .take(number("endColumn") - number("startColumn"))
            .collect();
        assert_eq!(marked, snippet);
        looked_at += 1;
    }
    assert!(looked_at >= 2, "{looked_at} places");
}

#[test]
fn junit_counts_what_the_report_counts() {
    let report = lapses();
    let text = String::from_utf8(write(&report, Format::Junit, &Options::default()).unwrap()).unwrap();
    let totals = &report.totals;
    let open = if report.verdict.incomplete { totals.not_evaluated } else { 0 };
    for (what, number) in [
        ("<testcase ", totals.all()),
        ("<failure ", totals.major + totals.minor),
        ("<error ", totals.faulted + open),
        ("<skipped ", totals.not_applicable + totals.waived + totals.not_evaluated - open),
    ] {
        assert_eq!(text.matches(what).count(), number, "{what}");
    }
    assert!(!text.contains(" file="), "the schema of Jenkins refuses it");
    let gitlab = write(&report, Format::JunitGitlab, &Options::default()).unwrap();
    assert!(String::from_utf8(gitlab).unwrap().contains(" file=\"evidence/"));
}

#[test]
fn an_incomplete_scan_is_never_green() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("numbers.csv"), "a,b\n1,2\n").unwrap();
    let report = scan_folder(folder.path());
    assert!(report.verdict.incomplete && report.totals.conformity == 0);
    let text = |format| String::from_utf8(write(&report, format, &Options::default()).unwrap()).unwrap();
    assert!(text(Format::Junit).contains("<error "));
    assert!(text(Format::Github).contains("::warning title=preaudit::cannot say"));
    assert!(!text(Format::OscalResults).contains("\"satisfied\""));
    assert!(text(Format::Ocsf).lines().all(|line| line.contains("\"status\":\"Warning\"")));
}

#[test]
fn ocsf_tells_each_finding_and_each_other_check_once() {
    let report = lapses();
    let text = String::from_utf8(write(&report, Format::Ocsf, &Options::default()).unwrap()).unwrap();
    let events: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let uids: BTreeSet<&str> = events.iter().map(|one| one["metadata"]["uid"].as_str().unwrap()).collect();
    assert_eq!(uids.len(), events.len());
    let of = |state: State| report.findings.iter().filter(|finding| finding.state == state).count();
    let fails = events.iter().filter(|one| one["compliance"]["status"] == "Fail").count();
    assert_eq!(fails, of(State::Major) + of(State::Minor) + of(State::Waived));
    assert_eq!(events[0]["time"], 1_782_864_000_000_i64, "2026-07-01 in milliseconds");
}

#[test]
fn oscal_documents_refer_to_what_is_there() {
    let report = lapses();
    let of = |format| json(&report, format, &Options::default());
    let results = of(Format::OscalResults)["assessment-results"].clone();
    let result = &results["results"][0];
    let uuids = |list_: &Value| -> BTreeSet<String> {
        list(list_).iter().map(|one| one["uuid"].as_str().unwrap().to_owned()).collect()
    };
    let (observations, risks) = (uuids(&result["observations"]), uuids(&result["risks"]));
    for finding in list(&result["findings"]) {
        for related in list(&finding["related-observations"]) {
            assert!(observations.contains(related["observation-uuid"].as_str().unwrap()));
        }
        for related in list(&finding["related-risks"]) {
            assert!(risks.contains(related["risk-uuid"].as_str().unwrap()));
        }
    }
    let href = results["import-ap"]["href"].as_str().unwrap();
    assert_eq!(href, format!("#{}", results["back-matter"]["resources"][0]["uuid"].as_str().unwrap()));
    let plan = of(Format::OscalPoam)["plan-of-action-and-milestones"].clone();
    let open = report.findings.iter().filter(|finding| finding.state.is_nonconformity()).count();
    assert_eq!(list(&plan["poam-items"]).len(), open);
    let deadlines: Vec<&str> =
        list(&plan["risks"]).iter().filter_map(|risk| risk["deadline"].as_str()).collect();
    assert_eq!(deadlines, ["2026-09-29T00:00:00Z"], "ninety days for the one major");
}

#[test]
fn the_profile_is_the_statement_of_applicability() {
    let report = lapses();
    let profile = json(&report, Format::OscalProfile, &Options::default())["profile"].clone();
    let ids = |name: &str| list(&profile["imports"][0][name][0]["with-ids"]).to_vec();
    let excluded: Vec<Value> = report
        .controls
        .iter()
        .filter(|control| {
            control.declared.as_ref().is_some_and(|declared| declared.applicable == Some(false))
        })
        .map(|control| control.id.to_string().to_lowercase().into())
        .collect();
    assert!(!excluded.is_empty());
    assert_eq!(ids("exclude-controls"), excluded);
    assert_eq!(ids("include-controls").len() + excluded.len(), 93);
    let catalog = json(&report, Format::OscalCatalog, &Options::default());
    let known: usize =
        list(&catalog["catalog"]["groups"]).iter().map(|group| list(&group["controls"]).len()).sum();
    assert_eq!(known, report.controls.len());
}

/// What a run of a script in `tests/clients` says; it says itself which clients are not there.
#[test]
fn the_clients_of_each_format_take_it() {
    let out = TempDir::new().unwrap();
    for name in ["stage-2-lapses", "systemic"] {
        let folder = out.path().join(name);
        fs::create_dir(&folder).unwrap();
        let at = |file: &str| folder.join(file).to_str().unwrap().to_owned();
        let asked = [
            format!("json={}", at("report.json")),
            format!("sarif={}", at("report.sarif")),
            format!("junit={}", at("junit.xml")),
            format!("ocsf={}", at("ocsf.ndjson")),
            format!("oscal-results={}", at("oscal-results.json")),
            format!("oscal-plan={}", at("oscal-plan.json")),
            format!("oscal-poam={}", at("oscal-poam.json")),
            format!("oscal-catalog={}", at("oscal-catalog.json")),
            format!("oscal-profile={}", at("oscal-profile.json")),
        ];
        let mut arguments = vec!["scan", "."];
        asked.iter().for_each(|one| arguments.extend(["-f", one.as_str()]));
        assert_eq!(program(&fixture(name), &arguments).status.code(), Some(1));
        let key = SecretKey::of_seed(&[9; 32]);
        fs::write(at("key.pem"), key.to_pem().unwrap()).unwrap();
        fs::write(at("public.pem"), key.public().to_pem().unwrap()).unwrap();
        assert!(program(&folder, &["seal", "report.json", "--key", "key.pem"]).status.success());
        let script = repository("tests/clients/load.sh");
        let schemas =
            std::env::var_os("PREAUDIT_SCHEMAS").unwrap_or_else(|| repository("../shared/schemas").into());
        let Ok(loaded) = std::process::Command::new("sh")
            .arg(script)
            .arg(&folder)
            .env("PREAUDIT_SCHEMAS", schemas)
            .output()
        else {
            eprintln!("skipped: no sh");
            return;
        };
        eprint!("{}", stdout(&loaded));
        assert!(loaded.status.success(), "{name}: {}{}", stdout(&loaded), stderr(&loaded));
    }
}
