//! The hot job: all rules over a night of logs, in one thread, from bytes to report.

use crate::bench::{Bench, Work};
use crate::generator::night::{self, Night};
use crate::kit::{built_in, check_exceptions, grouped, judge, megabytes, shelf};
use flate2::Compression;
use flate2::write::GzEncoder;
use preaudit::pack::Form;
use serde_json::Value;
use std::io::Write as _;

/// One CloudTrail record a line.
pub(crate) fn ndjson(bench: &Bench) {
    let night = night::cloud(bench.night());
    judge_night(bench, &night, "trail.ndjson", night.text.clone().into_bytes());
    assert_eq!(peer_records(&night.text), night.records);
    let what = format!("{} records parsed, none judged", grouped(night.records));
    bench
        .beside("peer: serde_json::Value", &Work::over(night.text.len(), what), || peer_records(&night.text));
}

/// The same, packed. Bytes and rate are those of the text.
pub(crate) fn gzip(bench: &Bench) {
    let night = night::cloud(bench.night());
    let mut packer = GzEncoder::new(Vec::new(), Compression::default());
    packer.write_all(night.text.as_bytes()).unwrap();
    judge_night(bench, &night, "trail.ndjson.gz", packer.finish().unwrap());
}

/// The same as files of a trail have it: one object on one line.
pub(crate) fn one_line(bench: &Bench) {
    let mut night = night::cloud(bench.night());
    night.text = format!("{{\"Records\":[{}]}}", night.text.trim_end().replace('\n', ","));
    judge_night(bench, &night, "trail.json", night.text.clone().into_bytes());
}

/// The log of an SSH server.
pub(crate) fn syslog(bench: &Bench) {
    let night = night::gate(bench.night() / 4);
    judge_night(bench, &night, "auth.log", night.text.clone().into_bytes());
}

/// Checks that every record was read and every lapse found, then takes the time.
fn judge_night(bench: &Bench, night: &Night, name: &str, bytes: Vec<u8>) {
    let on_disk = bytes.len();
    let files = shelf([("roster.csv", night.roster.clone().into_bytes()), (name, bytes)]);
    let report = judge(&files);
    let log = report.evidence.iter().find(|seen| seen.file == name).unwrap();
    assert_eq!((log.records, log.faults), (night.records as u64, 0), "records of {name}");
    check_exceptions(&report, &night.holds);
    let rules = built_in().0.rules().filter(|rule| matches!(rule.form, Form::Scan(_))).count();
    let packed =
        if on_disk < night.text.len() { format!(" ({} packed)", megabytes(on_disk)) } else { String::new() };
    let size = megabytes(night.text.len());
    let what = format!("{size}{packed}, {} records, {rules} rules, 1 thread", grouped(night.records));
    bench.time(&Work::over(night.text.len(), what), || judge(&files));
}

/// Records as serde_json makes values of them.
fn peer_records(text: &str) -> usize {
    text.lines()
        .filter(|line| serde_json::from_str::<Value>(line).is_ok_and(|value| value.is_object()))
        .count()
}
