//! Where the time went, as tables for people.

use crate::audit::{LogTime, RuleTime, Timings};
use crate::finding::count;
use crate::snippet::visible;
use std::fmt::Write as _;
use std::time::Duration;

/// Rules that are shown after a scan; `rule profile` shows all.
const SHOWN: usize = 20;

/// The stages, logs and costliest rules of a scan.
pub(super) fn of_scan(timings: &Timings) -> String {
    let mut text = "stage          seconds\n".to_owned();
    for (stage, took) in &timings.stages {
        let _ = writeln!(text, "{stage:<12} {:>9.3}", took.as_secs_f64());
    }
    logs(&mut text, timings);
    let costly: Vec<&RuleTime> = timings.rules.iter().take(SHOWN).collect();
    text.push('\n');
    text.push_str(&of_rules(&costly));
    let rest = timings.rules.len() - costly.len();
    if rest > 0 {
        let _ = writeln!(text, "and {} that took less", count(rest, "rule"));
    }
    text
}

fn logs(text: &mut String, timings: &Timings) {
    if timings.logs.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n{:>12} {:>11} {:>9} {:>8}   cutting   reading   merging  log",
        "bytes", "records", "seconds", "MB/s"
    );
    timings.logs.iter().for_each(|log| line_of_log(text, log));
    let _ = writeln!(
        text,
        "cutting: read, digested, unpacked and parted; reading: records read and shown to rules, of which \
         the rules took about {:.3} s; seconds of all threads",
        timings.asking.as_secs_f64()
    );
}

#[expect(clippy::cast_precision_loss, reason = "a rate is no exact number")]
fn line_of_log(text: &mut String, log: &LogTime) {
    let rate = log.bytes as f64 / 1e6 / log.took.as_secs_f64().max(1e-9);
    let _ = writeln!(
        text,
        "{:>12} {:>11} {:>9.3} {rate:>8.0} {:>9.3} {:>9.3} {:>9.3}  {}",
        log.bytes,
        log.records,
        log.took.as_secs_f64(),
        log.spent.cutting.as_secs_f64(),
        log.spent.reading.as_secs_f64(),
        log.spent.merging.as_secs_f64(),
        visible(&log.file)
    );
}

/// Rules with what they looked at, and what of it is interpreted.
pub(super) fn of_rules(rules: &[&RuleTime]) -> String {
    let widest = rules.iter().map(|rule| rule.rule.len()).max().unwrap_or(4).max(4);
    let mut text = format!(
        "{:<widest$} {:>11} {:>11} {:>9} {:>13} {:>13} {:>11}  conditions\n",
        "rule", "seen", "asked", "matched", "us in logs", "us judging", "steps"
    );
    for rule in rules {
        let _ = writeln!(
            text,
            "{:<widest$} {:>11} {:>11} {:>9} {:>13} {:>13} {:>11}  {}",
            rule.rule,
            rule.seen,
            rule.asked,
            rule.matched,
            microseconds(rule.records),
            microseconds(rule.judging),
            rule.steps,
            how(rule)
        );
    }
    text
}

fn microseconds(time: Duration) -> String {
    format!("{:.0}", time.as_secs_f64() * 1e6)
}

fn how(rule: &RuleTime) -> String {
    if !rule.scans {
        return "of rows: interpreted".to_owned();
    }
    if rule.interpreted.is_empty() {
        return "native".to_owned();
    }
    let reasons = rule.interpreted.iter().map(|(part, reason)| format!("{part} interpreted: {reason}"));
    reasons.collect::<Vec<_>>().join("; ")
}
