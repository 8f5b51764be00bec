//! Scans that wait for the records that matter to them learn what they learn when they are shown
//! every record: the same groups, the same counts, the same fields read and found filled.

use super::{CONDITIONS, Dice, compile, rule, setting};
use crate::kit::{DAY, Files, built_in};
use preaudit::evidence::{Decision, FILE_NAME, Row, Scope, collect};
use preaudit::scan::{self, Answer, Condition, Inquiry, Partials, Predicate, Scan, Sighting, Tally, Window};
use preaudit::source::Source;
use preaudit::time::Time;
use preaudit::world::Shelf;
use std::sync::Arc;

/// Records before the log changes its ways: more than are looked at beforehand.
const BEFORE: usize = 3_000;
/// Records behind.
const BEHIND: usize = 2_000;

/// A log whose first records fill few fields, so that what a sample says does not hold for long.
fn log(dice: &mut Dice) -> Vec<u8> {
    let mut text = Vec::new();
    for at in 0..BEFORE + BEHIND {
        let record = String::from_utf8_lossy(&dice.record()).into_owned();
        let record = if at < BEFORE { record.replace("\"user.name\"", "\"user.id\"") } else { record };
        let category = dice.one(&["iam", "authentication", "file"]);
        let comma = if record == "{}\n" { "" } else { ", " };
        text.extend(record.replacen('{', &format!("{{\"event.category\": \"{category}\"{comma}"), 1).bytes());
    }
    text
}

/// The same condition for scans that may wait, and for scans that are shown every record.
fn both(predicate: &Arc<Predicate>) -> [Condition; 2] {
    let asked = Arc::clone(predicate);
    let ask = Arc::new(move |sighting: &Sighting<'_, '_>, _: Option<&Row>| {
        let mut reads = 0;
        let holds = asked.holds(sighting.record, &mut reads);
        Ok(Answer { decision: if holds { Decision::Yes } else { Decision::No }, reads })
    });
    let waiting =
        Condition { predicate: Some(Arc::clone(predicate)), slots: predicate.slots(), ask: ask.clone() };
    [waiting, Condition { predicate: None, slots: u128::MAX, ask }]
}

fn scans(dice: &mut Dice) -> [Vec<Scan>; 2] {
    let fields = &built_in().0.event_fields;
    let by = fields.slot("source.ip").unwrap();
    let mut both_ways = [Vec::new(), Vec::new()];
    let setting = setting();
    let mut native = || loop {
        let texts: Vec<String> = (0..=dice.roll(3)).map(|_| dice.condition(1)).collect();
        let condition = compile(&texts.join(" && "), &setting);
        if let Some(predicate) = condition.predicate() {
            return (both(&Arc::new(predicate.clone())), dice.roll(4));
        }
    };
    for number in 0..CONDITIONS * 4 {
        let ((conditions, category), (among, has_among)) = (native(), native());
        for (scans, (condition, among)) in both_ways.iter_mut().zip(conditions.into_iter().zip(among)) {
            scans.push(Scan {
                rule: rule().id.clone(),
                category: ["iam", "authentication"].get(category).map(|&category| category.to_owned()),
                among: (has_among == 0).then_some(among),
                condition: Some(condition),
                by: if number % 2 == 0 { vec![by] } else { Vec::new() },
                ..Scan::counting(by)
            });
        }
    }
    both_ways
}

fn shown(tally: &Tally) -> String {
    let groups = tally.groups.iter();
    let groups = groups.map(|(key, group)| (key, group.count, group.first, group.last, &group.exemplars));
    let groups: Vec<_> = groups.collect();
    format!(
        "{} {} {} {:x} {:x} {groups:?}",
        tally.seen, tally.outside, tally.population, tally.reads, tally.filled
    )
}

#[test]
fn waiting_changes_no_answer() {
    let (packs, _) = built_in();
    let mut dice = Dice(0x000a_cce5_5eed);
    let workspace = "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n";
    let (mut kept, mut none) = (0, 0);
    for _ in 0..3 {
        let files = Files::from([("x.ndjson".to_owned(), log(&mut dice))]);
        let workspace = Some(Arc::new(Source::new(FILE_NAME, workspace)));
        let scope = Scope { workspace, as_of: Some(DAY), ..Scope::default() };
        let shelf = Shelf::new(files, DAY);
        let evidence = collect(packs, &scope, &shelf).unwrap();
        let from = Time::Day(jiff::civil::date(2026, 6, 5));
        let window = Window { from: Some(from), until: None };
        let [waiting, plain] = scans(&mut dice);
        let run = |scans: &[Scan]| {
            let (scans, fields) = (scans.iter().collect(), &packs.event_fields);
            let inquiry = Inquiry { scans, evidence: &evidence, fields, window, world: &shelf, watch: None };
            scan::run(&inquiry, &Partials::Logs).unwrap().tallies
        };
        for (number, (waiting, plain)) in run(&waiting).iter().zip(&run(&plain)).enumerate() {
            assert_eq!(shown(waiting), shown(plain), "scan {number}");
            (kept, none) =
                (kept + usize::from(!plain.groups.is_empty()), none + usize::from(plain.groups.is_empty()));
        }
    }
    assert!(kept > 50 && none > 50, "{kept} scans keep records, {none} keep none");
}
