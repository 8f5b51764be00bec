//! The built-in pack: what it says of the standard adds up, and every rule is proven.

use crate::kit::{built_in, program, repository, scan_files, stdout};
use preaudit::finding::State;
use preaudit::pack::{self, Automation, PackRef, Shape, Theme};
use preaudit::prove::{Trial, prove};
use preaudit::rule_pages;
use preaudit::world::Disk;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

#[test]
fn every_case_of_every_rule_comes_out_as_its_folder_says() {
    let proof = prove(&[PackRef::BuiltIn], None, &Disk::default()).unwrap();
    let wrong: Vec<_> = proof.cases.iter().filter(|case| !case.passes()).collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(proof.missing, Vec::<String>::new());
    assert!(proof.hits_agree, "the list of hits differs:\n{}", proof.hits);
    assert!(proof.cases.len() >= 4 * built_in().0.rules().count());
}

/// A floor under what the cases reach, in percent. It rises with better cases and is never lowered.
const COVERED: f64 = 99.9;

/// Every case once more, with every statement watched. Run it by `cargo test -- --ignored cases_reach`.
#[test]
#[ignore = "takes minutes"]
fn cases_reach_the_statements_and_conditions_of_the_rules() {
    let coverage = Trial::open(&[PackRef::BuiltIn], None, &Disk::default()).unwrap().cover().unwrap();
    assert_eq!(coverage.rules.len(), built_in().0.rules().count());
    assert!(coverage.percent() >= COVERED, "{} % is covered", coverage.percent());
}

/// Rules of each form, of which every change of the rule and of what it reads is noticed by a case.
const NOTICED: [&str; 4] =
    ["access-key-old", "environments-shared", "logging-excluded", "retention-rule-incomplete"];

#[test]
fn no_mutant_of_these_rules_survives_their_cases() {
    for rule in NOTICED {
        let mutants =
            Trial::open(&[PackRef::BuiltIn], Some(rule), &Disk::default()).unwrap().mutants().unwrap();
        assert!(mutants.totals()[0] > 0 && mutants.passes(), "{mutants:#?}");
    }
}

/// Minutes of work: every mutant of every rule. Run it by `cargo test -- --ignored mutant`.
#[test]
#[ignore = "takes minutes"]
fn few_mutants_of_the_pack_survive() {
    let mutants = Trial::open(&[PackRef::BuiltIn], None, &Disk::default()).unwrap().mutants().unwrap();
    let [all, _, allowed, survive] = mutants.totals();
    assert!(mutants.rules.iter().all(|tried| tried.faults.is_empty()), "{mutants:#?}");
    assert_eq!(survive, 0, "of {all}; write a case that notices it, or the reason why none can");
    assert!(50 * allowed <= all, "{allowed} of {all} are allowed");
}

#[test]
fn the_pack_in_a_folder_is_the_pack_in_the_binary() {
    let folder = pack::load(&[PackRef::Folder(repository("rules/iso27001-2022"))], &Disk::default()).unwrap();
    assert_eq!(folder.list[0].digest, built_in().0.list[0].digest);
    assert!(folder.list[0].cases == built_in().0.list[0].cases, "the cases, which the digest leaves out");
    let arguments = ["rule", "test", "rules/iso27001-2022", "--rule", "training-overdue"];
    let output = program(&repository("."), &arguments);
    assert!(output.status.success(), "{}", stdout(&output));
}

#[test]
fn a_folder_with_the_id_of_the_built_in_pack_stands_in_for_it() {
    let pack = PackRef::Folder(repository("rules/iso27001-2022"));
    let packs = pack::load(&[PackRef::BuiltIn, pack], &Disk::default()).unwrap();
    assert_eq!(packs.list.len(), 1);
    assert!(!packs.list[0].is_built_in, "scripts of a folder are a stranger's until they are trusted");
    assert_eq!(packs.rules().count(), built_in().0.rules().count());
}

#[test]
fn controls_are_37_and_8_and_14_and_34() {
    let annex = built_in().0.controls.values().filter(|control| control.id.is_annex());
    let mut themes: BTreeMap<Theme, usize> = BTreeMap::new();
    for control in annex.clone() {
        *themes.entry(control.theme.unwrap()).or_default() += 1;
        let attributes = control.attributes.as_ref().unwrap();
        for values in [
            &attributes.control_type,
            &attributes.security_properties,
            &attributes.cybersecurity_concepts,
            &attributes.operational_capabilities,
            &attributes.security_domains,
        ] {
            assert!(!values.is_empty(), "{} lacks an attribute", control.id);
        }
    }
    let counts: Vec<usize> = themes.into_values().collect();
    assert_eq!(counts, [37, 8, 14, 34]);
    assert_eq!(annex.clone().filter(|control| control.new_in_2022).count(), 11);
    assert!(annex.clone().all(|control| control.new_in_2022 == control.edition_2013.is_empty()));
}

#[test]
fn thirty_clauses_can_be_audited() {
    let clauses = built_in().0.controls.values().filter(|control| !control.id.is_annex());
    assert_eq!(clauses.clone().count(), 30);
    assert!(clauses.clone().all(|clause| !clause.requirements.is_empty() && clause.theme.is_none()));
    let requirements: Vec<&str> =
        clauses.flat_map(|clause| &clause.requirements).map(|requirement| requirement.id.as_str()).collect();
    assert_eq!(requirements.len(), requirements.iter().collect::<BTreeSet<_>>().len());
}

#[test]
fn the_two_editions_map_onto_each_other() {
    let (packs, _) = built_in();
    assert_eq!(packs.edition_2013.len(), 114);
    for old in packs.edition_2013.values() {
        assert!(!old.edition_2022.is_empty(), "{} goes nowhere", old.id);
        for new in &old.edition_2022 {
            assert!(packs.controls[new].edition_2013.contains(&old.id), "{} and {new}", old.id);
        }
    }
    for new in packs.controls.values() {
        for old in &new.edition_2013 {
            assert!(packs.edition_2013[old].edition_2022.contains(&new.id), "{} and {old}", new.id);
        }
    }
}

#[test]
fn every_control_has_rules_or_says_how_people_judge_it() {
    let (packs, _) = built_in();
    let ruled: BTreeSet<_> = packs.rules().flat_map(|rule| &rule.controls).collect();
    for control in packs.controls.values().filter(|control| !ruled.contains(&control.id)) {
        let judged = !control.evidence.is_empty() || control.automation == Automation::Human;
        assert!(judged, "{} has neither rule nor evidence to ask for", control.id);
    }
}

/// Every check of our catalogue has its rule, or stands here with the reason why no file can tell.
#[test]
fn every_check_of_the_catalogue_has_its_rule() {
    let readme = fs::read_to_string(repository("rules/iso27001-2022/README.md")).unwrap();
    let mut rules_of: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for rule in built_in().0.rules() {
        rule.checks.iter().for_each(|check| rules_of.entry(check).or_default().push(&rule.id));
    }
    let rows =
        readme.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |")?.split_once(" | "));
    let rows: Vec<(&str, &str)> = rows.filter(|(check, _)| check.contains(char::is_numeric)).collect();
    assert_eq!(rows.len(), 144);
    for (check, rules) in rows {
        match rules_of.get(check) {
            Some(known) => {
                let told: BTreeSet<&str> = rules.split(", ").collect();
                assert_eq!(told, known.iter().copied().collect(), "{check}");
            }
            None => assert!(rules.starts_with("none: "), "{check} has no rule and no reason"),
        }
    }
}

#[test]
fn pages_about_rules_are_those_that_the_rules_give() {
    let pages = rule_pages::pages(&built_in().0);
    for (name, page) in &pages {
        let written = fs::read_to_string(repository("docs/rules").join(name)).unwrap_or_default();
        assert!(written == *page, "{name} is not current: run `cargo run -- rule doc -o docs/rules`");
    }
    assert_eq!(fs::read_dir(repository("docs/rules")).unwrap().count(), pages.len());
}

/// Nothing that was not seen conforms: a folder with nothing in it, and every file of every kind without a row.
#[test]
fn no_rule_concludes_conformity_on_empty_evidence() {
    let (packs, _) = built_in();
    let mut files = BTreeMap::new();
    for kind in packs.kinds.values().filter(|kind| kind.shape == Shape::Table) {
        let headers: Vec<&str> =
            kind.fields.values().filter_map(|field| Some(field.headers.first()?.as_str())).collect();
        files.insert(format!("{}.csv", kind.id), format!("{}\n", headers.join(",")).into_bytes());
    }
    for files in [BTreeMap::new(), files] {
        let report = scan_files(&files);
        let conform: Vec<_> = report.checks.iter().filter(|check| check.state == State::Conformity).collect();
        assert!(conform.is_empty(), "{conform:#?}");
    }
}

#[test]
fn a_rule_is_named_as_its_file_and_after_a_fault() {
    let (packs, _) = built_in();
    assert!(packs.rules().count() >= 24);
    for rule in packs.rules() {
        let stem = rule.text.name().rsplit('/').next().unwrap().trim_end_matches(".toml");
        assert_eq!(stem, rule.id);
        for (what, text) in [("help", &rule.help), ("title", &rule.title)] {
            assert!(!text.trim().is_empty(), "{}: {what}", rule.id);
        }
        assert!(rule.title.starts_with(char::is_lowercase) && !rule.title.ends_with('.'), "{}", rule.title);
    }
}

#[test]
fn evidence_kinds_cover_tables_documents_and_events() {
    let (packs, _) = built_in();
    for shape in [Shape::Table, Shape::Document, Shape::Events] {
        assert!(packs.kinds.values().any(|kind| kind.shape == shape));
    }
    for kind in packs.kinds.values().filter(|kind| kind.shape == Shape::Table) {
        for field in kind.key.iter() {
            assert!(kind.has_field(field), "{}: key {field}", kind.id);
        }
    }
}

/// Every check of the list that a rule names is one that exists, and none is claimed twice over.
#[test]
fn checks_that_rules_name_exist() {
    let list = repository("../shared/domain/checks.json");
    let Ok(text) = fs::read_to_string(&list) else {
        eprintln!("skipped: no list of checks in {}", list.display());
        return;
    };
    for rule in built_in().0.rules() {
        for check in &rule.checks {
            assert!(text.contains(&format!("\"{check}\"")), "{}: {check}", rule.id);
        }
    }
}
