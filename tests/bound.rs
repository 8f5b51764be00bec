//! Parameters bound to the organization's own sentences: a limit holds as long as the text says so.

use crate::kit::{Files, findings_of, fixture, program, scan_files, scan_folder, stdout, told};
use preaudit::finding::State;
use preaudit::report::{Report, VerdictState};

const RULE: &str = "leaver-account-active";
const CODE: &str = "workspace::parameter-unfounded";
const ROSTER: &str = "Employee ID,Name,Work Email,Hire Date,Termination Date,Employment Status\n\
    E-1,Ada Vance,ada@vance.example,2020-01-06,,active\n\
    E-2,Ben Ode,ben@vance.example,2020-01-06,2026-06-17,left\n";
const ACCOUNTS: &str = "Account,Work Email,Enabled\nada,ada@vance.example,yes\nben,ben@vance.example,yes\n";
const ENGLISH: &str = r"'within (\d+ \w+) of leaving'";

/// Ben left fourteen days before the day of judgement, and the policy says how long his account may stay.
fn scanned(param: &str, policies: &[(&str, &str)]) -> Report {
    let toml = format!(
        "[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n\n\
         [[evidence]]\nkind = \"accounts\"\nfiles = [\"accounts.csv\"]\n\n\
         [[evidence]]\nkind = \"topic-policies\"\nfiles = [\"*.md\"]\n\n[params.{RULE}]\ndelay = {param}\n"
    );
    let texts = [("preaudit.toml", toml.as_str()), ("roster.csv", ROSTER), ("accounts.csv", ACCOUNTS)];
    let texts = texts.into_iter().chain(policies.iter().copied());
    scan_files(&texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).collect::<Files>())
}

fn bound(value: &str, document: &str, pattern: &str) -> String {
    format!("{{ {value} bind = {{ document = \"{document}\", pattern = {pattern} }} }}")
}

fn says(length: &str) -> String {
    format!("# Access policy\n\nAccounts are disabled within {length} of leaving.\n")
}

/// The states of the rule's checks, which agree, and their reason.
fn outcome(report: &Report) -> (State, String) {
    let checks: Vec<_> = report.checks.iter().filter(|check| check.rule == RULE).collect();
    assert!(checks.iter().all(|check| check.state == checks[0].state));
    (checks[0].state, checks[0].reason.clone().unwrap_or_default())
}

#[test]
fn a_finding_cites_the_sentence_that_it_breaks() {
    let param = bound("value = \"13d\",", "access.md", ENGLISH);
    let report = scanned(&param, &[("access.md", &says("13 days"))]);
    let [finding] = findings_of(&report, RULE)[..] else { panic!("one finding") };
    let cited = &finding.places[*finding.observations[0].places.last().unwrap()];
    assert_eq!((cited.file.as_str(), cited.line), ("access.md", 3));
    assert_eq!(
        (cited.label.as_str(), cited.text.as_str()),
        ("Access policy says 13 days", "within 13 days of leaving")
    );
    let derived = finding.derivation.join("; ");
    assert!(
        derived.contains("delay 13 days (practice, set by preaudit.toml, bound to access.md:3)"),
        "{derived}"
    );
    assert!(told(&report, CODE).is_empty());
}

#[test]
fn a_sentence_is_cited_once_however_many_exceptions_there_are() {
    let report = scan_folder(&fixture("stage-2-lapses"));
    let [finding] = findings_of(&report, RULE)[..] else { panic!("one finding") };
    let cited = finding.places.iter().filter(|place| place.file.ends_with("access-policy.md")).count();
    assert_eq!(cited, 1);
}

#[test]
fn the_boundary_is_what_the_policy_says() {
    let omitted = bound("", "topic-policies", ENGLISH);
    let at = |length: &str| outcome(&scanned(&omitted, &[("access.md", &says(length))])).0;
    assert_eq!(at("14 days"), State::Conformity);
    assert_eq!(at("2 weeks"), State::Conformity);
    assert!(at("13 days").is_nonconformity());
    assert!(at("312 hours").is_nonconformity());
}

#[test]
fn a_german_sentence_sets_a_limit_across_the_end_of_a_line() {
    let text =
        "# Zugriffsrichtlinie\n\nKonten werden innerhalb von drei\nTagen nach dem Austritt gesperrt.\n";
    let pattern = r"'innerhalb von (\w+) (Stunden|Tagen|Wochen) nach dem Austritt'";
    let report = scanned(&bound("value = \"3d\",", "topic-policies", pattern), &[("zugriff.md", text)]);
    let [finding] = findings_of(&report, RULE)[..] else { panic!("one finding") };
    let cited = finding.places.iter().find(|place| place.file == "zugriff.md").unwrap();
    assert_eq!((cited.line, cited.end_line), (3, 4));
    assert_eq!(cited.label, "Zugriffsrichtlinie says 3 days");
}

#[test]
fn a_sentence_that_says_something_else_leaves_the_rule_without_a_limit() {
    let param = bound("value = \"1d\",", "access.md", ENGLISH);
    let report = scanned(&param, &[("access.md", &says("30 days"))]);
    let (state, reason) = outcome(&report);
    assert_eq!(state, State::NotEvaluated);
    assert_eq!(
        reason,
        "a limit is not certain: leaver-account-active.delay is set to 1 day, and access.md says 30 days"
    );
    let [diagnostic] = told(&report, CODE)[..] else { panic!("one diagnostic") };
    let ends: Vec<(&str, usize, &str)> = diagnostic
        .places
        .iter()
        .map(|place| (place.file.as_str(), place.line, place.label.as_str()))
        .collect();
    assert_eq!(ends, [("preaudit.toml", 14, "set to 1 day"), ("access.md", 3, "says 30 days")]);
    assert_eq!(report.verdict.state, VerdictState::CannotSay);
}

#[test]
fn a_document_that_is_not_there_or_says_nothing_leaves_it_so_too() {
    let param = bound("value = \"1d\",", "access.md", ENGLISH);
    let gone = scanned(&param, &[("other.md", &says("1 day"))]);
    assert!(outcome(&gone).1.ends_with("is bound to access.md, and no such document was read"));
    assert_eq!(told(&gone, CODE)[0].places.len(), 1);
    let silent = scanned(&param, &[("access.md", "# Access policy\n\nAccounts are disabled soon.\n")]);
    assert!(outcome(&silent).1.ends_with("is bound to a sentence that access.md does not hold"));
    let unread = scanned(&param, &[("access.md", &says("3 fortnights"))]);
    assert!(outcome(&unread).1.contains("does not say a duration"));
    for report in [&gone, &silent, &unread] {
        assert_eq!(outcome(report).0, State::NotEvaluated);
    }
}

#[test]
fn two_sentences_must_agree() {
    let param = bound("", "topic-policies", ENGLISH);
    let same = scanned(&param, &[("a.md", &says("14 days")), ("b.md", &says("2 weeks"))]);
    assert_eq!(outcome(&same).0, State::Conformity);
    let other = scanned(&param, &[("a.md", &says("14 days")), ("b.md", &says("7 days"))]);
    assert_eq!(outcome(&other).0, State::NotEvaluated);
    let [diagnostic] = told(&other, CODE)[..] else { panic!("one diagnostic") };
    let files: Vec<&str> = diagnostic.places.iter().map(|place| place.file.as_str()).collect();
    assert_eq!(files, ["preaudit.toml", "a.md", "b.md"]);
}

#[test]
fn a_pattern_that_captures_nothing_only_has_to_be_found() {
    let text = "# Access policy\n\nAccounts are disabled on the last day.\n";
    let param = bound("value = \"0d\",", "topic-policies", "'on the last day'");
    let report = scanned(&param, &[("access.md", text)]);
    let [finding] = findings_of(&report, RULE)[..] else { panic!("one finding") };
    assert!(finding.places.iter().any(|place| place.label == "Access policy says so"));
}

#[test]
fn what_cannot_be_bound_is_told_at_its_line() {
    let wrong = |param: &str| {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("preaudit.toml"), format!("[params.{RULE}]\ndelay = {param}\n"))
            .unwrap();
        let output = program(folder.path(), &["scan", "."]);
        assert_eq!(output.status.code(), Some(2), "{param}");
        let said = format!("{}{}", stdout(&output), crate::kit::stderr(&output));
        assert!(said.contains("preaudit.toml:2:9"), "{said}");
        said
    };
    assert!(wrong(&bound("", "access-policy", ENGLISH)).contains("no kind of document `access-policy`"));
    assert!(wrong(&bound("", "roster", ENGLISH)).contains("are no documents"));
    assert!(wrong(&bound("", "../access.md", ENGLISH)).contains("below the folder"));
    assert!(wrong(&bound("", "access.md", "'(\\d+'")).contains("not a regular expression"));
    assert!(wrong(&bound("", "access.md", "'(\\d*)'")).contains("is found in every text"));
    assert!(wrong(&bound("", "access.md", "'at once'")).contains("`value` is needed"));
    assert!(wrong("{ value = \"1d\" }").contains("the key `bind` is missing"));
    assert!(wrong(&bound("value = 3,", "access.md", ENGLISH)).contains("expected a duration"));
}
