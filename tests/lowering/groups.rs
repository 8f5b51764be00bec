//! Conditions on groups.

use super::{CONDITIONS, Dice, expression, rule, setting, wanted};
use crate::kit::DAY;
use preaudit::evidence::Position;
use preaudit::scan::{Mark, Number};
use preaudit::script::{Compiled, GroupView, Setting, TotalView};
use preaudit::time::{Duration, Time};
use std::sync::Arc;

/// A sum whose least value is not there.
fn total(sum: Number) -> TotalView {
    TotalView { sum, least: None, greatest: Some(sum) }
}

impl Dice {
    fn mark(&mut self) -> Mark {
        let second = 1_782_000_000 + 40_000 * i64::try_from(self.roll(60)).unwrap();
        let time = jiff::Timestamp::from_second(second).unwrap();
        // What has no time is later than all.
        let time = if self.roll(8) == 0 { jiff::Timestamp::MAX } else { time };
        Mark { time, log: 0, position: Position { offset: 0, line: 1, column: 1 }, part: 0 }
    }

    fn group(&mut self) -> GroupView {
        let key = self.one(&["login", "", "10.1.2.3", "Ünïcödé", "slow"]).to_owned();
        let silence = [None, Some(Duration::days(1)), Some(Duration::days(4)), Some(Duration::seconds(0))];
        let (first, last) = (self.mark(), self.mark());
        GroupView {
            key: key.clone(),
            keys: vec![key],
            count: [0, 1, 9, 10, 11, 404, u64::MAX][self.roll(7)],
            ends: Some((first, last)),
            silences: self.roll(3),
            silence: silence[self.roll(4)],
            // What a scan does not declare, its groups do not have.
            distinct: [None, Some(0), Some(10)][self.roll(3)],
            total: [None, Some(total(Number::Integer(10))), Some(total(Number::Float(10.5)))][self.roll(3)],
            period: [None, Some(Time::Day(DAY))][self.roll(2)],
            is_over: self.roll(2) == 0,
            ..GroupView::default()
        }
    }

    fn part(&mut self) -> &'static str {
        self.one(&[
            "g.count",
            "g.key",
            "g.first",
            "g.last",
            "g.silences",
            "g.silence",
            "g[0]",
            "g[7]",
            "g.distinct",
            "g.sum",
            "g.min",
            "g.max",
            "g.period",
            "g.is_over",
        ])
    }

    fn group_condition(&mut self, depth: usize) -> String {
        if depth > 0 {
            let (left, right) = (self.group_condition(depth - 1), self.group_condition(depth - 1));
            return match self.roll(5) {
                0 => format!("!({left})"),
                1 | 2 => format!("({left}) || ({right})"),
                _ => format!("({left}) && ({right})"),
            };
        }
        let operator = self.one(&["==", "!=", "<", "<=", ">", ">="]);
        match self.roll(7) {
            0 => format!("{} {operator} {}", self.part(), self.part()),
            1 => {
                format!("g.last - g.first {operator} {}", self.one(&["params.grace", "days(1)", "hours(12)"]))
            }
            2 => format!("g.last {operator} g.first + params.grace"),
            3 => format!(
                "{} in {}",
                self.part(),
                self.one(&["[\"login\", \"slow\"]", "[10, 404]", "params.words"])
            ),
            4 => format!(
                "g.key.{}",
                self.one(&["starts_with(\"lo\")", "in_cidr(\"10.0.0.0/8\")", "ends_with(\"\")"])
            ),
            _ => {
                let constants =
                    ["10", "params.limit", "\"login\"", "()", "as_of", "params.grace", "months(1)", "10.5"];
                format!("{} {operator} {}", self.part(), self.one(&constants))
            }
        }
    }
}

fn compile(text: &str, setting: &Arc<Setting>) -> Compiled {
    Compiled::of_groups(rule(), &expression(text), setting).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Shows conditions, some of them changed for the interpreter, with groups until there were so
/// many cases, or `each` says that it is over.
fn compare(
    wanted: usize,
    change: &dyn Fn(&str) -> String,
    each: &mut dyn FnMut(&str, &GroupView, Said, Said) -> bool,
) {
    let (mut dice, setting) = (Dice(0x96_0095_eed1), setting());
    let (mut cases, mut native, mut not) = (0, 0, 0);
    while cases < wanted {
        let groups: Vec<GroupView> = (0..100).map(|_| dice.group()).collect();
        for _ in 0..CONDITIONS {
            let depth = dice.roll(3);
            let text = dice.group_condition(depth);
            let (one, other) = (compile(&text, &setting), compile(&change(&text), &setting));
            if one.lowered().is_err() {
                not += 1;
                continue;
            }
            native += 1;
            for group in &groups {
                let said = (one.holds_for_group(group).ok(), other.interpret_group(group).ok());
                cases += 1;
                if each(&text, group, said.0, said.1) {
                    return;
                }
            }
        }
    }
    assert!(native > not, "{native} lowered, {not} not");
}

type Said = Option<bool>;

#[test]
fn conditions_on_groups_say_the_same_natively() {
    let mut cases = 0;
    compare(wanted(), &|text| text.to_owned(), &mut |text, group, said, interpreted| {
        assert_eq!(said, interpreted, "{text}\nof {group:?}");
        cases += 1;
        false
    });
    eprintln!("{cases} cases of groups, none differs");
}

#[test]
fn planted_faults_of_conditions_on_groups_are_seen() {
    let faults = [
        ("the first for the last", "g.last", "g.first"),
        ("silences for their length", "g.silences", "g.silence"),
        ("a length forgotten", "+ params.grace", "+ days(0)"),
        ("the limit missed", "<=", "<"),
    ];
    for (name, from, to) in faults {
        let mut is_seen = false;
        compare(200_000, &|text| text.replace(from, to), &mut |_, _, said, interpreted| {
            is_seen |= said != interpreted;
            is_seen
        });
        assert!(is_seen, "{name} was not seen");
    }
}
