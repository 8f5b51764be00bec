//! How messages are written, so that they read as one voice.

use crate::kit::{FIXTURES, fixture, scan_folder};
use preaudit::code::Code;
use preaudit::finding::Diagnostic;
use preaudit::report::Report;

/// All codes, as they are promised to stay.
const CODES: &str = include_str!("codes.txt");

#[test]
fn codes_stay() {
    let listed: String = Code::ALL.iter().map(|code| format!("{code}\n")).collect();
    assert_eq!(listed, CODES);
}

#[test]
fn diagnostics_are_fragments_with_a_place() {
    let mut told: Vec<Diagnostic> = Vec::new();
    for name in FIXTURES {
        told.extend(scan_folder(&fixture(name)).diagnostics);
    }
    if let Some(data) = crate::real::data() {
        for folder in ["isms-nordwind/registers", "isms-securebank", "fuzz-generated", "records-access"] {
            told.extend(scan_folder(&data.join(folder)).diagnostics);
        }
    }
    assert!(!told.is_empty());
    for one in told {
        let message = one.message.as_str();
        assert!(!message.ends_with('.') && !message.contains('\n'), "{message}");
        assert!(!one.places.is_empty(), "{message} says not where");
        let help = one.help.unwrap_or_default();
        assert!(!help.ends_with('.') && !help.starts_with(char::is_uppercase), "{help}");
    }
}

#[test]
fn findings_are_sentences_with_advice_apart() {
    for name in FIXTURES {
        for finding in scan_folder(&fixture(name)).findings {
            let statement = &finding.statement;
            assert!(!statement.ends_with('.') && !statement.contains('\n'), "{statement}");
            assert!(!finding.derivation.is_empty() && !finding.help.is_empty(), "{}", finding.rule);
            assert!(finding.help.ends_with('.'), "{}", finding.help);
            assert!(finding.title.starts_with(char::is_lowercase), "{}", finding.title);
            let ask = finding.ask.unwrap_or_else(|| "?".to_owned());
            assert!(ask.ends_with('?'), "{ask}");
        }
    }
}

/// "1 records" is no English.
#[test]
fn numbers_agree_with_their_nouns() {
    let wrong = regex::Regex::new(
        r"\b1 (records|rows|cells|days|people|persons|controls|files|lapses|exceptions|events)\b",
    )
    .unwrap();
    let check = |report: &Report| {
        let text = preaudit::report::render(report, &preaudit::report::TextStyle::default());
        let said: Vec<&str> =
            text.lines().filter(|line| !line.contains('│') && wrong.is_match(line)).collect();
        assert!(said.is_empty(), "{said:?}");
    };
    FIXTURES.iter().for_each(|name| check(&scan_folder(&fixture(name))));
    if let Some(data) = crate::real::data() {
        for folder in
            ["isms-nordwind/registers", "isms-acme", "isms-securebank", "logs-stratus", "records-learning"]
        {
            check(&scan_folder(&data.join(folder)));
        }
    }
}
