//! Rules of a bench count what the generator knows: the answers that a figure of speed rests on.

use crate::generator::rules::{Counting, beside, pack, rules};
use crate::generator::trail;
use crate::kit::{DAY, lay_down};
use preaudit::audit::{self, Request};
use preaudit::evidence::{FILE_NAME, Scope};
use preaudit::pack::PackRef;
use preaudit::report::Report;
use preaudit::source::Source;
use preaudit::world::Disk;
use std::collections::BTreeMap;
use std::fs;
use std::sync::Arc;

/// Counts by rule; of none where a rule says nothing.
type Counts = BTreeMap<String, usize>;

fn counted(report: &Report, rules: &[Counting]) -> Counts {
    let count = |rule: &Counting| {
        let finding = report.findings.iter().find(|finding| finding.rule == rule.id);
        let said = finding.map(|finding| finding.observations[0].statement.as_str());
        let count = said.map_or(0, |said| said.split(' ').next().unwrap().parse().unwrap());
        (rule.id.clone(), count)
    };
    rules.iter().map(count).collect()
}

#[test]
fn rules_of_the_bench_count_what_the_trail_holds() {
    let rules = rules(300, 1);
    let folder = tempfile::tempdir().unwrap();
    let mut log = Vec::new();
    let mut expected: Counts = rules.iter().map(|rule| (rule.id.clone(), 0)).collect();
    let records = trail::write(2_000_000, 1, &mut log, &mut |event| {
        for rule in rules.iter().filter(|rule| rule.holds(event)) {
            *expected.entry(rule.id.clone()).or_default() += 1;
        }
    });
    let bytes = |(path, text): (String, String)| (path, text.into_bytes());
    let files: BTreeMap<_, _> = beside("trail.ndjson").into_iter().map(bytes).collect();
    lay_down(&folder.path().join("evidence"), &files);
    fs::write(folder.path().join("evidence/trail.ndjson"), &log).unwrap();
    let files: BTreeMap<_, _> = pack(&rules).into_iter().map(bytes).collect();
    lay_down(&folder.path().join("pack"), &files);

    let root = folder.path().join("evidence");
    let workspace = Arc::new(Source::new(FILE_NAME, fs::read_to_string(root.join(FILE_NAME)).unwrap()));
    let scope = Scope { root, workspace: Some(workspace), as_of: Some(DAY), only: None };
    let packs = vec![PackRef::BuiltIn, PackRef::Folder(folder.path().join("pack"))];
    let request = Request { packs, trust_packs: true, scope, ..Request::default() };
    let report = audit::audit(&request, &Disk::default()).unwrap_or_else(|wrong| panic!("{wrong:?}"));

    let seen = report.evidence.iter().find(|seen| seen.file == "trail.ndjson").unwrap();
    assert_eq!((seen.records, seen.faults), (records as u64, 0));
    assert_eq!(counted(&report, &rules), expected);
    let silent = expected.values().filter(|count| **count == 0).count();
    assert!(silent < rules.len() / 2, "{silent} rules count nothing");
    let average = log.len() / records;
    assert!((500..900).contains(&average), "{average} bytes a record");
}
