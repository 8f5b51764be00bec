//! The path to a certificate: stages of the audit, what bodies are asked, the calendar, the sheets.

use crate::kit::{program, repository, stdout};
use std::process::Output;

fn plan(arguments: &[&str]) -> Output {
    program(&repository("fixtures/conforming"), &[&["plan"], arguments].concat())
}

#[test]
fn stage_1_looks_at_documents_and_finds_areas_of_concern() {
    let lapses = repository("fixtures/stage-2-lapses");
    let text = stdout(&program(&lapses, &["scan", "--stage", "stage-1"]));
    assert!(text.contains("at Stage 2: resolve before it"), "{text}");
    assert!(text.contains("an area of concern; at Stage 2 it would be a minor nonconformity"), "{text}");
    assert!(text.contains("treatment-relies-on-excluded-control"), "{text}");
    assert!(!text.contains("leaver-signs-in"), "operation is for Stage 2: {text}");
    assert!(!text.contains("nonconformities need an accepted plan"), "{text}");
}

#[test]
fn a_stage_that_is_none_is_told_with_those_there_are() {
    let output = program(&repository("fixtures/stage-2-lapses"), &["scan", "--stage", "stage-3"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("surveillance") && told.contains("internal-audit"), "{told}");
}

#[test]
fn a_request_for_proposal_holds_days_sites_and_questions() {
    let text = stdout(&plan(&["rfp"]));
    assert!(text.contains("12 persons count as 12"), "{text}");
    assert!(text.contains("| Stage 1 and Stage 2 | 6 | 6 |"), "{text}");
    assert!(text.contains("IAF multilateral arrangement"), "{text}");
}

#[test]
fn a_cheap_offer_of_nobody_known_is_asked_about_at_its_lines() {
    let output = plan(&[
        "offers",
        "offers/fairwater.toml",
        "offers/norddeich.toml",
        "offers/quickmark.toml",
        "--as-of",
        "2026-06-01",
    ]);
    let text = stdout(&output);
    assert_eq!(output.status.code(), Some(1));
    assert!(text.contains("| Fairwater Certification | 2 | 4 | 2 | 1150 GBP | 13000 GBP | 0 |"), "{text}");
    for flag in [
        "2 days for the initial audit, at least 6 by the table; no reason is given",
        "its accreditation ended on 2026-03-31",
        "rules out certification",
        "the reason given is: an integrated audit",
        "1400 is far below the 11600 of the others",
        "[offers/quickmark.toml:3:15]",
    ] {
        assert!(text.replace("\n  │ ", " ").contains(flag), "{flag}\n{text}");
    }
}

#[test]
fn the_calendar_is_the_same_whenever_it_is_written() {
    let arguments = ["calendar", "--stage-2", "2026-07-01", "--as-of", "2026-06-01", "--format", "ics"];
    let (one, other) = (plan(&arguments).stdout, plan(&arguments).stdout);
    assert_eq!(one, other);
    let text = String::from_utf8(one).unwrap();
    assert_eq!(text.matches("BEGIN:VEVENT").count(), text.matches("END:VEVENT").count());
    assert!(text.contains("DTSTART;VALUE=DATE:20270801\r\n"), "twelve months after the decision: {text}");
}

#[test]
fn sheets_hold_questions_and_an_attestation_to_fill_in() {
    let text = stdout(&plan(&["sheets", "A.7.3", "--as-of", "2026-07-01"]));
    assert!(text.contains("## A.7.3 Securing offices, rooms and facilities"), "{text}");
    assert!(text.contains("control = \"A.7.3\"") && text.contains("valid_until = 2027-07-01"), "{text}");
}
