//! Values that a cell could hold instead, such that a rule may say something else.

use crate::evidence::Table;
use crate::pack::{Expression, Holds, ParamValue, Rule};
use crate::script::{Is, pieces};
use crate::time::{Duration, Time};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Texts of one origin that are tried at most.
const SOME: usize = 12;

/// What the values depend on besides the table.
pub(super) struct Values {
    as_of: Date,
    lengths: Vec<Duration>,
    numbers: Vec<i64>,
    literals: Vec<String>,
}

impl Values {
    pub(super) fn new(rule: &Rule, as_of: Date) -> Self {
        let values = || rule.params.values().map(|param| &param.default);
        let lengths = values().filter_map(|value| match value {
            ParamValue::Duration(length) => Some(*length),
            _ => None,
        });
        let numbers = values().filter_map(|value| match value {
            ParamValue::Integer(number) => Some(*number),
            _ => None,
        });
        let mut lengths: Vec<Duration> = lengths.collect();
        let all = lengths.iter().fold(Duration::default(), |all, one| sum(all, *one));
        lengths.push(all);
        Self { as_of, lengths, numbers: numbers.collect(), literals: literals(rule) }
    }

    /// What a cell of a row could hold instead.
    pub(super) fn of(&self, table: &Table, row: usize, column: Option<usize>, field: &str) -> Vec<String> {
        let Some(declared) = table.kind.fields.get(field) else { return Vec::new() };
        let mut values = BTreeSet::from([String::new()]);
        if let Some(column) = column {
            values.extend(table.grid.column(column).take(SOME).map(str::to_owned));
        }
        let own = column.map_or("", |column| table.grid.text(row, column));
        match declared.holds {
            Holds::Date => {
                values.extend(self.days(table, row));
                values.insert("soon".to_owned());
            }
            Holds::Word | Holds::YesNo => {
                let meanings: BTreeSet<String> =
                    declared.words.known().into_iter().map(str::to_owned).collect();
                values.extend(meanings);
                values.insert("blah".to_owned());
            }
            Holds::Number => {
                let known = self.numbers.iter().copied().chain(own.parse().ok()).chain([0, 1, 5]);
                values.extend(
                    known
                        .flat_map(|number| [number - 1, number, number + 1])
                        .map(|number| number.to_string()),
                );
                values.insert("many".to_owned());
            }
            Holds::Text | Holds::Files => {
                values.extend(self.literals.iter().take(3 * SOME).cloned());
                values.extend(texts(table, row).take(SOME));
            }
            Holds::Control | Holds::Controls | Holds::Requirement => {
                values.extend(["A.5.1", "A.8.13", "9.2", "A.9.2.3", "none"].map(str::to_owned));
            }
        }
        values.remove(own);
        values.into_iter().filter(|value| !value.contains(['"', '\n', ',', ';', '|'])).collect()
    }

    /// Days next to those on which a rule could depend.
    fn days(&self, table: &Table, row: usize) -> BTreeSet<String> {
        let others =
            (0..table.grid.width()).filter_map(|column| table.grid.text(row, column).parse::<Date>().ok());
        let mut days = BTreeSet::new();
        for day in others.chain([self.as_of]).take(SOME) {
            let moved = self.lengths.iter().flat_map(|length| [*length, length.negated()]);
            for length in moved.chain([Duration::default()]) {
                for by in [-1, 0, 1] {
                    let time = Time::Day(day).plus(length).plus(Duration::days(by));
                    days.insert(time.day().to_string());
                }
            }
        }
        // Years away nothing is near.
        days.retain(|day| ("2019".."2032").contains(&day.as_str()));
        days
    }
}

fn sum(a: Duration, b: Duration) -> Duration {
    Duration { months: a.months.saturating_add(b.months), seconds: a.seconds.saturating_add(b.seconds) }
}

/// The texts of other cells of a row.
fn texts(table: &Table, row: usize) -> impl Iterator<Item = String> {
    (0..table.grid.width()).map(move |column| table.grid.text(row, column).to_owned())
}

/// The texts in quotes in a rule.
pub(super) fn literals(rule: &Rule) -> Vec<String> {
    let conditions = rule.expressions().into_iter().map(|one: &Expression| one.text.as_str());
    let script = rule.script.iter().map(|script| script.text());
    let mut literals = BTreeSet::new();
    for text in conditions.chain(script) {
        let own = pieces(text).into_iter().filter(|piece| piece.is == Is::Text);
        literals.extend(own.map(|piece| text[piece.range].trim_matches(['"', '`']).to_owned()));
    }
    literals.into_iter().filter(|text| text.len() < 30 && !text.contains('\\')).collect()
}
