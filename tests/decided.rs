//! What people decide is looked at too: waivers and overrides, who approved them, and until when.

use crate::kit::{Files, findings_of, program, scan_files, stdout, told};
use preaudit::finding::{Finding, State};
use preaudit::report::Report;

const RULE: &str = "leaver-account-active";
const ROSTER: &str = "Employee ID,Name,Work Email,Hire Date,Termination Date,Employment Status\n\
    E-1,Ada Vance,ada@vance.example,2020-01-06,,active\n\
    E-2,Ben Ode,ben@vance.example,2020-01-06,2026-06-17,left\n";
const ACCOUNTS: &str = "Account,Work Email,Enabled\nada,ada@vance.example,yes\nben,ben@vance.example,yes\n";

/// Ben left, his account is enabled, and this is what `preaudit.toml` decides about it from line 8 on.
fn scanned(decides: &str) -> Report {
    let toml = format!(
        "[[evidence]]\nkind = \"roster\"\nfiles = [\"roster.csv\"]\n[[evidence]]\nkind = \"accounts\"\n\
         files = [\"accounts.csv\"]\n\n{decides}"
    );
    let texts = [("preaudit.toml", toml.as_str()), ("roster.csv", ROSTER), ("accounts.csv", ACCOUNTS)];
    scan_files(
        &texts.map(|(name, text)| (name.to_owned(), text.as_bytes().to_vec())).into_iter().collect::<Files>(),
    )
}

fn waiver(control: &str, approver: &str, expires: &str) -> String {
    format!(
        "[[waiver]]\nrule = \"{RULE}\"\n{control}reason = \"he hands over until August\"\n\
         owner = \"Dr. Ida Berg\"\n{approver}expires = {expires}\n"
    )
}

const CONTROL: &str = "control = \"A.5.18\"\n";
const APPROVER: &str = "approver = \"Jo Ek\"\n";

fn one<'r>(report: &'r Report, rule: &str) -> &'r Finding {
    let [finding] = findings_of(report, rule)[..] else { panic!("one finding of {rule}") };
    finding
}

fn no_decision_is_found(report: &Report) -> bool {
    preaudit::grade::DECISION_RULES.iter().all(|rule| findings_of(report, rule.id).is_empty())
}

#[test]
fn a_waiver_that_somebody_else_approved_holds_and_is_the_second_end() {
    let report = scanned(&waiver(CONTROL, APPROVER, "2026-08-31"));
    let waived = one(&report, RULE);
    assert_eq!(waived.state, State::Waived);
    let end = waived.places.iter().find(|place| place.file == "preaudit.toml").unwrap();
    assert_eq!((end.line, end.label.as_str()), (9, "waived here until 2026-08-31"));
    assert!(no_decision_is_found(&report));
    let tally = report.decided.waivers;
    assert_eq!((tally.stated, tally.applied, tally.unused), (1, 1, 0));
    assert_eq!(report.decided.overrides.stated, 0);
}

#[test]
fn who_owns_a_waiver_does_not_approve_it() {
    for approver in ["", "approver = \" \"\n", "approver = \"ida berg\"\n", "approver = \"BERG, Ida\"\n"] {
        let report = scanned(&waiver(CONTROL, approver, "2026-08-31"));
        assert!(one(&report, RULE).state.is_nonconformity(), "{approver}");
        let finding = one(&report, "waiver-without-approval");
        assert_eq!((finding.state, finding.control.to_string().as_str()), (State::Minor, "6.1.3"));
        assert_eq!((finding.places[0].file.as_str(), finding.places[0].line), ("preaudit.toml", 9));
        assert_eq!(report.decided.waivers.unapproved, 1);
        assert!(report.checks.iter().any(|check| check.rule == finding.rule && check.state == State::Minor));
    }
}

#[test]
fn a_waiver_holds_on_its_last_day_and_not_after() {
    assert!(no_decision_is_found(&scanned(&waiver(CONTROL, APPROVER, "2026-07-01"))));
    let report = scanned(&waiver(CONTROL, APPROVER, "2026-06-30"));
    assert!(one(&report, RULE).state.is_nonconformity());
    let finding = one(&report, "waiver-expired");
    assert_eq!((finding.state, finding.places[0].line), (State::Minor, 14), "what it was about is there");
    assert_eq!(told(&report, "workspace::waiver-expired").len(), 1);
    // Of what is mended only the line is left.
    let mended = scanned(&waiver("subject = \"nobody\"\n", APPROVER, "2026-06-30"));
    assert_eq!(one(&mended, "waiver-expired").state, State::Opportunity);
}

#[test]
fn a_waiver_of_everything_or_for_long_is_told() {
    let all = scanned(&waiver("", APPROVER, "2026-08-31"));
    assert_eq!(one(&all, "waiver-blanket").state, State::Minor);
    assert_eq!(one(&all, RULE).state, State::Waived);
    assert!(no_decision_is_found(&scanned(&waiver(CONTROL, APPROVER, "2027-07-01"))));
    let long = scanned(&waiver(CONTROL, APPROVER, "2027-07-02"));
    let finding = one(&long, "waiver-blanket");
    assert_eq!((finding.state, finding.places[0].line), (State::Opportunity, 14));
    assert!(
        finding.derivation[0].contains("1 year at most (profile, judgement)"),
        "{:?}",
        finding.derivation
    );
}

#[test]
fn a_waiver_of_nothing_is_told() {
    let report = scanned(&waiver("subject = \"nobody\"\n", APPROVER, "2026-08-31"));
    let finding = one(&report, "waiver-unused");
    assert_eq!((finding.state, finding.control.to_string().as_str()), (State::Opportunity, "10.2"));
    assert_eq!(report.decided.waivers.unused, 1);
}

#[test]
fn an_override_needs_approval_and_an_end_too() {
    let overruled = |rest: &str| {
        scanned(&format!(
            "[[override]]\nrule = \"{RULE}\"\ngrade = \"major\"\nby = \"Jo Ek\"\nreason = \"he is an administrator\"\n\
             date = 2026-06-20\n{rest}"
        ))
    };
    let report = overruled("approver = \"Ida Berg\"\nexpires = 2026-12-31\n");
    let finding = one(&report, RULE);
    assert_eq!((finding.state, finding.overruled.is_some()), (State::Major, true));
    let end = finding.places.iter().find(|place| place.file == "preaudit.toml").unwrap();
    assert_eq!((end.line, end.label.as_str()), (9, "overruled here to major"));
    assert!(no_decision_is_found(&report));
    let alone = overruled("approver = \"Mr Jo Ek\"\nexpires = 2026-12-31\n");
    assert_eq!((one(&alone, RULE).overruled, alone.decided.overrides.unapproved), (None, 1));
    let endless = overruled("approver = \"Ida Berg\"\n");
    assert_eq!(one(&endless, "waiver-blanket").statement, format!("the override of {RULE} has no end"));
    let over = overruled("approver = \"Ida Berg\"\nexpires = 2026-06-30\n");
    assert_eq!((one(&over, RULE).overruled, one(&over, "waiver-expired").state), (None, State::Minor));
}

#[test]
fn rules_on_decisions_are_explained() {
    for rule in preaudit::grade::DECISION_RULES {
        let output = program(&crate::kit::repository("."), &["explain", rule.id]);
        assert!(output.status.success() && stdout(&output).contains(rule.help), "{}", rule.id);
    }
}
