//! What a scan can keep of its groups, what it can expect, and how wrong declarations are told:
//! each through a rule of its own, over logs as they lie in a folder.

use crate::kit::DAY;
use preaudit::audit::{self, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::finding::{Diagnostic, State};
use preaudit::pack::PackRef;
use preaudit::report::Report;
use preaudit::source::Source;
use preaudit::world::Disk;
use std::fs;
use std::sync::Arc;
use tempfile::TempDir;

const RULE: &str = "own-rule";
const HEAD: &str = "id = \"own-rule\"\ntitle = \"something of a test\"\ncontrols = [\"A.8.15\"]\n\
    grade = \"minor\"\nbasis = \"judgement\"\nhelp = \"Nothing.\"\n";

/// One rule and the files that it looks at.
struct Trial(TempDir);

impl Trial {
    fn new(rule: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| {
            let path = folder.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        };
        write(
            "pack/pack.toml",
            "id = \"own\"\ntitle = \"Own\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n",
        );
        write("pack/rules/logging/own-rule.toml", &format!("{HEAD}{rule}"));
        files.iter().for_each(|(path, text)| write(&format!("evidence/{path}"), text));
        Self(folder)
    }

    fn scan(&self) -> Result<Report, Vec<Diagnostic>> {
        let root = self.0.path().join("evidence");
        let workspace = fs::read_to_string(root.join(FILE_NAME)).ok();
        let workspace = workspace.map(|text| Arc::new(Source::new(FILE_NAME, text)));
        let scope = Scope { root, workspace, as_of: Some(DAY), ..Scope::default() };
        let packs = vec![PackRef::BuiltIn, PackRef::Folder(self.0.path().join("pack"))];
        audit::audit(&Request { packs, trust_packs: true, scope, ..Request::default() }, &Disk::default())
    }

    /// The state of the rule, and what it says of each subject with where.
    fn says(&self) -> (State, Vec<String>) {
        let report = self.scan().unwrap();
        let check = report.checks.iter().find(|check| check.rule == RULE).unwrap();
        let mut says = Vec::new();
        for finding in report.findings.iter().filter(|one| one.rule == RULE) {
            for one in &finding.observations {
                let places = one.places.iter().map(|at| finding.places[*at].to_string());
                let places: Vec<String> = places.collect();
                says.push(format!("{}: {} @ {}", one.subject, one.statement, places.join(" ")));
            }
        }
        (check.state, says)
    }

    fn refused(&self) -> Vec<String> {
        self.scan().unwrap_err().iter().map(ToString::to_string).collect()
    }
}

/// A sign-in of a user from an address; users and addresses are what the tests count.
fn login(time: &str, user: &str, address: &str) -> String {
    format!("<86>1 {time}Z gate sshd 811 - - Accepted publickey for {user} from {address} port 5012 ssh2\n")
}

fn answer(time: &str, address: &str, bytes: &str) -> String {
    format!("{address} - - [{time} +0000] \"GET /a HTTP/1.1\" 200 {bytes} \"-\" \"curl/8\"\n")
}

#[test]
fn different_values_and_the_values_at_both_ends_are_told() {
    let rule = "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\ndistinct = [\"source.ip\"]\n\
        ends = [\"source.ip\", \"user.email\"]\n[finding]\n\
        message = '${g.distinct}: ${g.first_value(\"source.ip\")} to ${g.last_value(\"source.ip\")}, ${g.last_value(\"user.email\") == ()}'\n\
        at = [\"user.name\"]\n";
    let log = [
        login("2026-06-01T09:00:00", "ana", "192.0.2.3"),
        login("2026-06-01T08:00:00", "ana", "192.0.2.1"),
        login("2026-06-01T10:00:00", "ana", "192.0.2.1"),
        login("2026-06-01T10:00:00", "ben", "192.0.2.9"),
    ]
    .concat();
    let (state, says) = Trial::new(rule, &[("auth.log", &log)]).says();
    assert_eq!(state, State::Minor);
    assert_eq!(
        says,
        [
            "ana: 2: 192.0.2.1 to 192.0.2.1, true @ auth.log:2:69 auth.log:3:69",
            "ben: 1: 192.0.2.9 to 192.0.2.9, true @ auth.log:4:69",
        ]
    );
}

#[test]
fn numbers_are_summed_by_day_and_a_text_that_is_none_is_not_decidable() {
    let rule = "[scan]\nfrom = \"web-requests\"\nby = [\"source.ip\"]\nevery = \"1d\"\n\
        sum = \"http.response.body.bytes\"\n[finding]\nmessage = '${g.period} ${g.sum} ${g.min} ${g.max}'\n";
    let log = [
        answer("01/Jun/2026:23:59:59", "192.0.2.1", "9007199254740993"),
        answer("01/Jun/2026:00:00:00", "192.0.2.1", "2"),
        answer("02/Jun/2026:00:00:00", "192.0.2.1", "-"),
    ]
    .concat();
    let (_, says) = Trial::new(rule, &[("access.log", &log)]).says();
    assert_eq!(
        says,
        [
            "192.0.2.1, 2026-06-01: 2026-06-01 9007199254740995 2 9007199254740993 @ ",
            "192.0.2.1, 2026-06-02: 2026-06-02 0 @ ",
        ]
    );
}

#[test]
fn what_is_expected_and_never_seen_is_shown_where_that_is_written() {
    let rule = "[params.hosts]\ntype = \"texts\"\ndefault = [\"gate\", \"DB\"]\nbasis = \"judgement\"\ndoc = \"hosts\"\n\
        [scan]\nfrom = \"events\"\nby = [\"host.name\"]\nexpect = { param = \"hosts\", compare = \"case\" }\nhaving = 'g.count == 0'\n\
        [finding]\nmessage = '${g.key} ${g.first == ()}'\nat = [\"host.name\"]\n";
    let log = login("2026-06-01T09:00:00", "ana", "192.0.2.3");
    let (state, says) = Trial::new(rule, &[("auth.log", &log)]).says();
    assert_eq!(state, State::Minor);
    assert_eq!(says.len(), 1);
    assert!(says[0].starts_with("DB: DB true @ ") && says[0].contains("own-rule.toml:7:1"), "{says:?}");
    let workspace = "[[evidence]]\nfiles = [\"auth.log\"]\nsource = \"syslog\"\n[params.own-rule]\nhosts = [\"gate\", \"mail\"]\n";
    let (_, says) = Trial::new(rule, &[("auth.log", &log), (FILE_NAME, workspace)]).says();
    assert_eq!(says, ["mail: mail true @ preaudit.toml:5:9"]);
    // Who saw no record of the kind has not seen that one is missing.
    let (state, says) = Trial::new(rule, &[("access.log", ""), ("auth.log", "")]).says();
    assert_eq!((state, says.len()), (State::NotEvaluated, 0));
}

#[test]
fn a_day_without_an_expected_record_is_a_group_of_none() {
    let rule = "[params.users]\ntype = \"texts\"\ndefault = [\"backup\"]\nbasis = \"judgement\"\ndoc = \"users\"\n\
        [scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nevery = \"1d\"\nexpect = { param = \"users\" }\nhaving = 'g.count == 0'\n\
        [finding]\nmessage = '${g.key} ${g.period}'\n";
    let log = [
        login("2026-06-01T09:00:00", "backup", "192.0.2.3"),
        login("2026-06-03T09:00:00", "ana", "192.0.2.3"),
        login("2026-06-04T09:00:00", "backup", "192.0.2.3"),
    ]
    .concat();
    let (_, says) = Trial::new(rule, &[("auth.log", &log)]).says();
    let subjects: Vec<&str> = says.iter().map(|one| one.split(": ").next().unwrap()).collect();
    assert_eq!(subjects, ["backup, 2026-06-02", "backup, 2026-06-03"]);
}

#[test]
fn what_follows_may_name_its_key_otherwise_and_need_not_be_kept() {
    let rule = "[scan]\nfrom = \"events\"\nwhere = 'r.event.action == \"added-user-account\"'\nby = [\"user.target.name\"]\n\
        [scan.then]\nwhere = 'r.event.type == \"start\"'\nwithin = \"5m\"\nby = [\"user.name\"]\n\
        [finding]\nmessage = '${g.count} ${g.last}'\nat = [\"time\"]\n";
    let new =
        "<86>1 2026-06-01T08:00:00Z gate useradd 9 - - new user: name=eva, UID=1, GID=1, home=/h, shell=/s\n";
    let log = [
        login("2026-06-01T07:59:00", "eva", "192.0.2.3"),
        new.to_owned(),
        login("2026-06-01T08:04:00", "eva", "192.0.2.3"),
        login("2026-06-01T08:05:00", "eva", "192.0.2.3"),
        login("2026-06-01T08:05:01", "eva", "192.0.2.3"),
        login("2026-06-01T08:04:00", "ben", "192.0.2.3"),
    ]
    .concat();
    let trial = Trial::new(rule, &[("auth.log", &log)]);
    assert_eq!(trial.says().1, ["eva: 2 2026-06-01T08:04:00Z @ auth.log:2:7 auth.log:3:7"]);
}

#[test]
fn domains_are_one_where_that_is_declared() {
    let rule = "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\n\
        join = { to = \"roster\", on = [\"user.name\", \"login\"], compare = \"identity\" }\n\
        [finding]\nmessage = '${g.key} is ${j.person_name}'\nat = [\"user.name\"]\n";
    let roster = "Employee ID,Full Name,Login,Department,Hired On\nE1,Eve Example,EX\\eve,IT,2024-01-01\n";
    let log: String = ["eve@ex.org", "eve@other.org", "eve"]
        .map(|user| login("2026-06-01T09:00:00", user, "192.0.2.3"))
        .concat();
    let says = |identity: &str| -> Vec<String> {
        let bound = "[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n\
            [[evidence]]\nfiles = [\"auth.log\"]\nsource = \"syslog\"\n";
        let workspace = format!("{bound}{identity}");
        let files = [("roster.csv", roster), ("auth.log", &log), (FILE_NAME, &workspace)];
        let says = Trial::new(rule, &files).says().1;
        says.iter().filter_map(|one| Some(one.split_once(": ")?.0.to_owned())).collect()
    };
    assert_eq!(says("[[identity]]\ndomains = [\"ex.org\", \"EX\"]\n"), ["eve@ex.org"]);
    assert_eq!(says("[[identity]]\ndomains = [\"ex.org\", \"EX\", \"\"]\n"), ["eve", "eve@ex.org"]);
    assert!(says("").is_empty());
}

#[test]
fn records_out_of_order_are_told_beyond_the_skew() {
    let rule = |skew: &str| {
        format!(
            "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nwindow = \"1h\"\nskew = \"{skew}\"\n[finding]\nmessage = '${{g.count}}'\n"
        )
    };
    let log: String = ["08:00:00", "08:10:00", "08:04:00", "08:20:00", "08:30:00"]
        .map(|time| login(&format!("2026-06-01T{time}"), "ana", "192.0.2.3"))
        .concat();
    let told = |skew: &str| -> Vec<String> {
        let report = Trial::new(&rule(skew), &[("auth.log", &log)]).scan().unwrap();
        let told = report.diagnostics.iter().filter(|one| one.code.text() == "scan::out-of-order");
        told.map(ToString::to_string).collect()
    };
    assert_eq!(
        told("5m"),
        ["auth.log:3:1: 1 record of auth.log is older than the record before by more than 5 minutes"]
    );
    assert!(told("6m").is_empty());
    // Nothing is lost by it.
    assert_eq!(Trial::new(&rule("5m"), &[("auth.log", &log)]).says().1, ["ana: 5 @ "]);
}

#[test]
fn what_a_scan_cannot_mean_is_refused_at_its_place() {
    let wrong = |scan: &str| {
        let rule =
            format!("[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\n{scan}\n[finding]\nmessage = 'x'\n");
        let refused = Trial::new(&rule, &[]).refused();
        assert_eq!(refused.len(), 1, "{scan}: {refused:?}");
        refused[0].split("own-rule.toml:").nth(1).unwrap().to_owned()
    };
    assert_eq!(
        wrong("sum = \"user.email\""),
        "10:7: `user.email` holds texts; `sum` needs a field of numbers"
    );
    assert!(wrong("distinct = [\"source.pi\"]").starts_with("10:13: `sign-ins` has no field `source.pi`"));
    assert_eq!(wrong("distinct = []"), "10:12: name at least one field");
    assert_eq!(wrong("every = \"1mo\""), "10:9: months differ in length; write days, as in `30d`");
    assert_eq!(wrong("top = { field = \"source.ip\", most = 0 }"), "10:37: a number from 1 to 100");
    assert!(wrong("window = \"1h\"\nsum = \"source.port\"").starts_with("11:7: `sum` is of a whole group"));
    assert!(wrong("gap = \"1h\"\nevery = \"1d\"").starts_with("11:9: `every` cannot stand beside `gap`"));
    assert!(wrong("expect = { from = \"assets\" }").starts_with("10:10: write either `from` and `field`"));
    assert!(wrong("expect = { param = \"hosts\" }").starts_with("10:20: no parameter `hosts`"));
    assert!(
        wrong("[scan.then]\nwithin = \"1h\"\nwhere = 'true'\nby = [\"user.name\", \"source.ip\"]")
            .starts_with("13:6: the scan groups by 1 fields")
    );
    assert!(wrong("skew = \"soon\"").starts_with("10:8: `soon` is no duration"));
}

#[test]
fn what_a_scan_does_not_declare_its_groups_do_not_have() {
    let rule =
        "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nhaving = 'g.sum > 1'\n[finding]\nmessage = 'x'\n";
    let log = login("2026-06-01T09:00:00", "ana", "192.0.2.3");
    let trial = Trial::new(rule, &[("auth.log", &log)]);
    let report = trial.scan().unwrap();
    let told = report.diagnostics.iter().find(|one| one.code.text() == "rule::failed").unwrap();
    assert!(told.message.contains("declares no `sum`"), "{}", told.message);
    assert_eq!(trial.says().0, State::Faulted);
}

#[test]
fn a_length_of_months_from_a_workspace_is_a_fault_of_the_rule() {
    let rule = "[params.length]\ntype = \"duration\"\ndefault = \"1h\"\nbasis = \"judgement\"\ndoc = \"length\"\n\
        [scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nwindow = \"length\"\n[finding]\nmessage = 'x'\n";
    let files = [
        ("auth.log", "x\n"),
        (
            FILE_NAME,
            "[[evidence]]\nfiles = [\"auth.log\"]\nsource = \"syslog\"\n[params.own-rule]\nlength = \"1mo\"\n",
        ),
    ];
    let (state, _) = Trial::new(rule, &files).says();
    assert_eq!(state, State::Faulted);
}
