//! Judging registers: every person against their accounts and their training.

use crate::bench::{Bench, Work};
use crate::kit::{DAY, built_in, check_exceptions, collect, grouped, judge, shelf};
use crate::registers::registers;
use preaudit::audit;
use preaudit::evidence::Evidence;
use preaudit::grade::{self, Graded};
use preaudit::scan::Facts;
use preaudit::stage::Stage;
use preaudit::world::Shelf;
use preaudit::{applicability, evaluate, plan};

/// Three registers about the same people.
pub(crate) fn people(bench: &Bench) {
    let people = bench.records(10_000);
    let registers = registers(people);
    let files = shelf([
        ("roster.csv", registers.roster.into_bytes()),
        ("accounts.csv", registers.accounts.into_bytes()),
        ("training-records.csv", registers.training.into_bytes()),
    ]);
    let report = judge(&files);
    let rows: u64 = report.evidence.iter().map(|seen| seen.records).sum();
    assert_eq!(rows, registers.rows as u64);
    check_exceptions(&report, &registers.holds);
    let rules = &built_in().1;
    let exceptions: usize = report.findings.iter().map(|finding| finding.exceptions).sum();
    let what = format!(
        "{} people, {} rows, {} rules, {} exceptions, 1 thread",
        grouped(people),
        grouped(registers.rows),
        rules.list.len(),
        grouped(exceptions)
    );
    let evidence = collect(&files);
    bench.time(&Work::new(what), || judge_collected(&evidence, &files));
    bench.beside("with reading", &Work::new("the same, from bytes to report"), || judge(&files));
}

/// Judges and grades evidence that was read already.
fn judge_collected(evidence: &Evidence, files: &Shelf) -> Graded {
    let (packs, rules) = built_in();
    let judge = || {
        let applicability = applicability::read(evidence);
        let profile = &packs.profiles["common"];
        let occasion = plan::Occasion { as_of: DAY, stage: Stage::Stage2, profile, world: files };
        let plan = plan::draw_up(packs, rules, &applicability, evidence, &occasion);
        let facts = Facts::default();
        let outcomes = evaluate::run(&plan, packs, &facts, evidence, files);
        Ok(grade::grade(&plan, packs, (evidence, &facts), &outcomes, &grade::Past::default()))
    };
    audit::in_threads(Some(1), judge).unwrap()
}
