//! What came of cases, coverage and mutants, for people.

use super::{Coverage, Covered, EXPECTED, HITS, Mutants, Proof, Proposal, Proven};
use crate::finding::count;
use crate::report::{TextStyle, Verbosity, diagnostics_text};
use std::fmt::Write as _;

/// What came of the cases: those that fail, all of them where the style is verbose, and the totals.
pub fn proof_text(proof: &Proof, blessed: bool, style: &TextStyle) -> String {
    let mut text = String::new();
    let passes = |case: &Proven| case.holds() && (case.text_agrees || blessed);
    let is_quiet = style.verbosity == Verbosity::Quiet;
    for case in proof.cases.iter().filter(|_| !is_quiet) {
        let mark = if passes(case) { "ok  " } else { "FAIL" };
        if !passes(case) || style.verbosity == Verbosity::Verbose {
            let _ = writeln!(text, "{mark} {}", case.path);
        }
        if !passes(case) {
            failure(&mut text, case, style);
        }
    }
    for missing in proof.missing.iter().filter(|_| !is_quiet) {
        let _ = writeln!(text, "FAIL {missing} is missing");
    }
    if !proof.hits_agree && !blessed && !is_quiet {
        let _ = writeln!(text, "FAIL {HITS} differs: a rule says something else of another rule's case");
    }
    let failed = proof.cases.iter().filter(|case| !passes(case)).count();
    let cases = count(proof.cases.len(), "case");
    let _ = writeln!(text, "{cases}, {failed} failed, {} missing", proof.missing.len());
    text
}

fn failure(text: &mut String, case: &Proven, style: &TextStyle) {
    if case.wanted != case.found && !case.text.is_empty() {
        let reason = case.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
        let _ = write!(text, "     is {}{reason}\n{}", case.found, indented(&case.text));
    } else if !case.text_agrees {
        let _ = write!(text, "     says something else than {EXPECTED}:\n{}", indented(&case.text));
    }
    text.push_str(&indented(&diagnostics_text(&case.faults, style)));
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("     {line}").trim_end().to_owned() + "\n").collect()
}

/// What no case reaches, rule by rule, and the shares.
pub fn coverage_text(coverage: &Coverage, style: &TextStyle) -> String {
    let mut text = String::new();
    let is_shown = |rule: &&Covered| match style.verbosity {
        Verbosity::Quiet => false,
        Verbosity::Normal => !rule.unseen.is_empty(),
        Verbosity::Verbose => true,
    };
    for rule in coverage.rules.iter().filter(is_shown) {
        let _ = writeln!(
            text,
            "{:5.1} %  {}: {} of {}, {} of {}",
            rule.percent(),
            rule.rule,
            rule.statements_seen,
            count(rule.statements, "statement"),
            rule.truths_seen,
            count(rule.truths, "truth"),
        );
        for unseen in &rule.unseen {
            let _ = writeln!(text, "         {} {}: {}", unseen.place, unseen.what, unseen.place.text);
        }
    }
    let sum = |of: fn(&Covered) -> usize| coverage.rules.iter().map(of).sum::<usize>();
    let _ = writeln!(
        text,
        "{:.1} % of {}: {} of {} ran, {} of {} seen",
        coverage.percent(),
        count(coverage.rules.len(), "rule"),
        sum(|rule| rule.statements_seen),
        count(sum(|rule| rule.statements), "statement"),
        sum(|rule| rule.truths_seen),
        count(sum(|rule| rule.truths), "truth"),
    );
    text
}

/// The mutants that no case notices, rule by rule, and the totals.
pub fn mutants_text(mutants: &Mutants, style: &TextStyle) -> String {
    let mut text = String::new();
    for tried in mutants.rules.iter().filter(|_| style.verbosity != Verbosity::Quiet) {
        for survivor in &tried.survivors {
            let _ = writeln!(text, "SURVIVES {}\n     {}: {}", tried.rule, survivor.place, survivor.name);
        }
        if style.verbosity == Verbosity::Verbose {
            for allowed in &tried.allowed {
                let _ = writeln!(text, "allowed  {}\n     {}: {}", tried.rule, allowed.name, allowed.reason);
            }
        }
        text.push_str(&diagnostics_text(&tried.faults, style));
    }
    let [all, noticed, allowed, survive] = mutants.totals();
    let rules = count(mutants.rules.len(), "rule");
    let _ = writeln!(
        text,
        "{} of {rules}: {noticed} noticed, {allowed} allowed, {survive} survive",
        count(all, "mutant")
    );
    text
}

/// Proposed cases as files of cases hold them, each below what it is good for.
pub fn proposals_text(proposals: &Vec<Proposal>) -> String {
    let mut text = String::new();
    for Proposal { rule, text: case, notices, reaches } in proposals {
        let _ = writeln!(text, "# {rule}: reaches {}", count(*reaches, "more place"));
        for mutant in notices {
            let _ = writeln!(text, "# notices {mutant}");
        }
        let _ = writeln!(text, "{case}");
    }
    text
}
