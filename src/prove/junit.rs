//! What came of cases, coverage and mutants as JUnit, as Jenkins reads it.

use super::{Coverage, EXPECTED, HITS, Mutants, Proof, Proven};
use crate::report::{TextStyle, diagnostics_text};
use crate::snippet::visible;
use std::fmt::Write as _;

/// A suite of tests.
struct Suite {
    name: &'static str,
    /// What each test is: its class, its name, and what is wrong with it.
    tests: Vec<(String, String, Option<String>)>,
}

/// A proof, and what else was looked at, as XML.
pub fn junit(proof: &Proof, coverage: Option<(&Coverage, Option<f64>)>, mutants: Option<&Mutants>) -> String {
    let suites = [Some(of_proof(proof)), coverage.map(of_coverage), mutants.map(of_mutants)];
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n");
    suites.into_iter().flatten().for_each(|suite| suite.write(&mut xml));
    xml.push_str("</testsuites>\n");
    xml
}

fn of_proof(proof: &Proof) -> Suite {
    let case = |case: &Proven| {
        let name = case.path.strip_prefix(&case.rule).unwrap_or(&case.path).trim_start_matches('/');
        (case.rule.clone(), name.to_owned(), failure(case))
    };
    let mut tests: Vec<_> = proof.cases.iter().map(case).collect();
    for missing in &proof.missing {
        let (rule, what) = missing.split_once(": ").unwrap_or(("", missing));
        tests.push((rule.to_owned(), what.to_owned(), Some("it is missing".to_owned())));
    }
    if !proof.hits_agree {
        let wrong = format!("{HITS} differs: a rule says something else of another rule's case");
        tests.push(("all rules".to_owned(), HITS.to_owned(), Some(wrong)));
    }
    Suite { name: "cases", tests }
}

fn failure(case: &Proven) -> Option<String> {
    if case.passes() {
        return None;
    }
    let state = format!("it states {} and is {}\n", case.wanted, case.found);
    let words = format!("it says something else than {EXPECTED}:\n{}", case.text);
    let parts = [
        (case.wanted != case.found).then_some(state),
        (!case.text_agrees).then_some(words),
        Some(diagnostics_text(&case.faults, &TextStyle::default())),
    ];
    Some(parts.into_iter().flatten().collect())
}

fn of_coverage((coverage, floor): (&Coverage, Option<f64>)) -> Suite {
    let unseen = |rule: &super::Covered| {
        let lines = rule.unseen.iter().map(|one| format!("{} {}: {}\n", one.place, one.what, one.place.text));
        lines.collect::<String>()
    };
    let is_low = |percent: f64| floor.is_some_and(|floor| percent < floor);
    let all = is_low(coverage.percent());
    let rule = |rule: &super::Covered| {
        let wrong = (all && !rule.unseen.is_empty()).then(|| unseen(rule));
        ("coverage".to_owned(), rule.rule.clone(), wrong)
    };
    Suite { name: "coverage", tests: coverage.rules.iter().map(rule).collect() }
}

fn of_mutants(mutants: &Mutants) -> Suite {
    let rule = |tried: &super::Tried| {
        let lines = tried.survivors.iter().map(|one| format!("{}: {}\n", one.place, one.name));
        let faults = diagnostics_text(&tried.faults, &TextStyle::default());
        let wrong: String = lines.chain([faults]).collect();
        ("mutants".to_owned(), tried.rule.clone(), (!wrong.is_empty()).then_some(wrong))
    };
    Suite { name: "mutants", tests: mutants.rules.iter().map(rule).collect() }
}

impl Suite {
    fn write(&self, xml: &mut String) {
        let failures = self.tests.iter().filter(|(.., wrong)| wrong.is_some()).count();
        let _ = writeln!(
            xml,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
            self.name,
            self.tests.len()
        );
        for (class, name, wrong) in &self.tests {
            let (class, name) = (escaped(class), escaped(name));
            let _ = write!(xml, "    <testcase classname=\"{class}\" name=\"{name}\"");
            let _ = match wrong {
                None => writeln!(xml, "/>"),
                Some(wrong) => {
                    let message = escaped(wrong.lines().next().unwrap_or_default().trim());
                    let text = escaped(wrong);
                    writeln!(xml, ">\n      <failure message=\"{message}\">{text}</failure>\n    </testcase>")
                }
            };
        }
        xml.push_str("  </testsuite>\n");
    }
}

/// A text within XML; what is no character there is shown as reports show it.
fn escaped(text: &str) -> String {
    let lines: Vec<String> = text.split('\n').map(visible).collect();
    lines.join("\n").replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
