//! What a stranger rightly finds is found in a process apart as it is found within the program.

use super::{Visit, copy_of};
use crate::kit::{program, repository, stderr, stdout};
use preaudit::finding::State;
use preaudit::report::Report;
use std::fs;

/// The whole built-in pack from a folder, which nobody trusts, over a whole organization. Its rules say
/// the same; those of them that ask the interpreter about every record are told to be not native.
#[test]
fn a_whole_pack_says_the_same_apart_and_within() {
    let folder = copy_of("stage-2-lapses");
    let pack = repository("rules/iso27001-2022");
    let pack = pack.to_str().unwrap();
    let report = |more: &[&str]| -> Report {
        let all = [&["scan", ".", "--format", "json", "--exit-zero", "--pack", pack], more].concat();
        let output = program(folder.path(), &all);
        serde_json::from_str(&stdout(&output)).unwrap_or_else(|error| panic!("{error}: {}", stderr(&output)))
    };
    let (within, apart) = (report(&["--trust-packs"]), report(&[]));
    let is_native = |rule: &str| {
        let refused = |told: &&preaudit::finding::Diagnostic| {
            told.code.text() == "rule::not-native" && told.message.contains(&format!("rule {rule} "))
        };
        !apart.diagnostics.iter().any(|told| refused(&told))
    };
    assert_eq!(within.checks.len(), apart.checks.len());
    let mut compared = 0;
    for (one, other) in within.checks.iter().zip(&apart.checks).filter(|(one, _)| is_native(&one.rule)) {
        assert_eq!(one, other);
        compared += 1;
    }
    let refused = within.checks.len() - compared;
    assert!(compared > 300 && refused < 20, "{compared} alike, {refused} refused");
    let of = |report: &Report| -> Vec<_> {
        report
            .findings
            .iter()
            .filter(|one| is_native(&one.rule) && one.contained_in.is_none())
            .cloned()
            .collect()
    };
    assert_eq!(of(&within), of(&apart));
    assert!(
        apart.checks.iter().filter(|check| check.state == State::Faulted).all(|one| !is_native(&one.rule))
    );
}

/// Each form of a rule, with doubt, groups, expected keys and joined rows.
#[test]
fn every_form_of_a_rule_says_the_same_apart_and_within() {
    let visit = Visit::new();
    visit.write(
        "evidence/roster.csv",
        "Employee ID,Full Name,Work Email,Login,Hired On,Left On,Status\n\
         E1,Ada Example,ada@example.org,ada,2024-01-01,2026-05-01,left\n\
         E2,Bob Example,bob@example.org,bob,soon,,active\nE3,Eve Example,eve@example.org,eve,2023-01-01,,active\n",
    );
    let head = |id: &str| {
        format!(
            "id = \"{id}\"\ntitle = \"something is wrong\"\ncontrols = [\"A.6.3\"]\ngrade = \"minor\"\n\
             basis = \"judgement\"\nhelp = \"Mend it.\"\n"
        )
    };
    let rule = |id: &str, toml: &str, script: &str| {
        visit.write(&format!("pack/rules/people/{id}.toml"), &(head(id) + toml));
        if !script.is_empty() {
            visit.write(&format!("pack/rules/people/{id}.rhai"), script);
        }
    };
    rule(
        "hired-late",
        "[params.limit]\ntype = \"duration\"\ndefault = \"365d\"\nbasis = \"judgement\"\ndoc = \"so long\"\n\
         [[each]]\nfrom = \"roster\"\nwhere = 'r.hired_on + params.limit < as_of'\nmessage = \"${r.who} since ${r.hired_on}\"\n\
         at = [\"hired_on\"]\n",
        "",
    );
    rule(
        "signs-in-often",
        "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\nwindow = \"10m\"\nhaving = 'g.count > 3'\n\
         [finding]\nmessage = '${g.key}: ${g.count}'\nat = [\"user.name\"]\n",
        "",
    );
    rule(
        "leaver-signs-in-here",
        "[scan]\nfrom = \"sign-ins\"\njoin = { to = \"roster\", on = [\"user.name\", \"login\"] }\n\
         keep = 'r.time > j.left_on'\nby = [\"user.name\"]\n\
         [finding]\nmessage = '${g.key} left ${j.left_on}'\nat = [\"time\"]\nat_join = [\"left_on\"]\n",
        "",
    );
    rule(
        "never-signed-in",
        "[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\n\
         [scan.expect]\nfrom = \"roster\"\nfield = \"login\"\nwhere = 'r.status == \"active\"'\n\
         [finding]\nmessage = '${g.key} never signed in'\n",
        "",
    );
    rule(
        "judged-by-groups",
        "uses = [\"roster\"]\n[scan]\nfrom = \"sign-ins\"\nby = [\"user.name\"]\n",
        "fn judge(cx) {\n    let late = cx.roster.filter(|r| r.hired_on < cx.as_of);\n    let v = examined(cx.roster);\n\
             for g in cx.groups { v.add(observe(`${g.key} ${g.count}`).at(g.at_first(\"user.name\", \"here\"))); }\n\
             for row in late { v.add(row.at(\"hired_on\", cx.control(\"A.6.3\").title)); }\n    v\n}\n",
    );
    let report = |more: &[&str]| {
        let mut report = visit.report(&[&["--pack", &visit.pack()], more].concat());
        report.checks.retain(|check| check.control.to_string() == "A.6.3");
        report
    };
    let (within, apart) = (report(&["--trust-packs"]), report(&[]));
    assert_eq!(serde_json::to_value(&within).unwrap(), serde_json::to_value(&apart).unwrap());
    for rule in
        ["hired-late", "signs-in-often", "leaver-signs-in-here", "never-signed-in", "judged-by-groups"]
    {
        let finding = apart.findings.iter().find(|one| one.rule == rule);
        let finding = finding.unwrap_or_else(|| panic!("{rule}: {:?}", apart.diagnostics));
        assert!(!finding.places.is_empty(), "{rule}");
    }
    assert_eq!(apart.findings.iter().find(|one| one.rule == "hired-late").unwrap().undecidable, 1);
}

#[test]
fn threads_do_not_change_what_strangers_say() {
    let visit = Visit::new();
    for hostile in super::scripts::greedy().iter().chain(&super::scripts::sly()).step_by(4) {
        visit.bring(hostile);
    }
    let scan = |jobs: &str| {
        let scan = visit.scan("json", &["--pack", &visit.pack(), "--jobs", jobs]);
        stdout(&scan.output)
    };
    assert_eq!(scan("1"), scan("4"));
}

#[test]
fn a_pack_is_trusted_by_its_digest() {
    let visit = Visit::new();
    visit.bring(&super::Hostile {
        id: "seen-within",
        stopped_by: "",
        text: "fn judge(cx) { exceptions([cx.roster.first.at(\"person_name\", \"here\")], 2) }\n".to_owned(),
    });
    let apart = visit.report(&["--pack", &visit.pack()]);
    let digest = &apart.packs.iter().find(|pack| pack.id == "stranger").unwrap().digest;
    fs::write(visit.evidence().join("preaudit.toml"), format!("[trust]\npacks = [\"{digest}\"]\n")).unwrap();
    let within = visit.report(&["--pack", &visit.pack()]);
    let of = |report: &Report| report.findings.iter().find(|one| one.rule == "seen-within").cloned().unwrap();
    assert_eq!(of(&within), of(&apart));
}
