//! Native predicates and the interpreter say the same of any record.
//!
//! Random conditions, in and just outside of what is lowered, over random records: missing, null,
//! nested, huge and escaped values. `PREAUDIT_LOWERING_CASES=1000000` runs as many.

use crate::kit::{DAY, Files, built_in};
use preaudit::evidence::{Decision, FILE_NAME, Record, Scope, collect};
use preaudit::pack::{EventFields, Expression};
use preaudit::scan::{Comparison, Operand, Predicate, Sighting, TextTest};
use preaudit::script::{Compiled, Params, Setting};
use preaudit::source::Source;
use preaudit::time::Time;
use preaudit::world::Shelf;
use rhai::Dynamic;
use std::cell::OnceCell;
use std::path::Path;
use std::sync::Arc;

const FIELDS: [&str; 6] =
    ["event.action", "event.outcome", "user.name", "source.ip", "http.response.status_code", "event.reason"];

/// What fields hold, as JSON.
const VALUES: [&str; 29] = [
    "\"slow\"",
    "\"login\"",
    "\"failure\"",
    "\"log\"",
    "\"\"",
    "\"10.1.2.3\"",
    "\"2001:db8::1\"",
    "\"10\"",
    "\"\\u006cogin\"",
    "\"quote \\\" and \\\\ and \\n\"",
    "\"Ünïcödé 😀\"",
    "\"\\ud800\"",
    "null",
    "true",
    "false",
    "0",
    "10",
    "-1",
    "200",
    "404",
    "9007199254740993",
    "9223372036854775807",
    "18446744073709551616",
    "1e300",
    "-0.0",
    "10.0",
    "10.5",
    "{\"a\": 1}",
    "[\"login\", 10]",
];

/// What fields are compared with, as a rule writes it.
const CONSTANTS: [&str; 22] = [
    "\"login\"",
    "\"failure\"",
    "\"\"",
    "\"10\"",
    "\"l\" + \"ogin\"",
    "()",
    "true",
    "false",
    "0",
    "10",
    "-1",
    "404",
    "200 + 204",
    "9007199254740992",
    "10.0",
    "10.5",
    "params.limit",
    "params.word",
    "as_of",
    "as_of - days(30)",
    "time(\"2026-06-15\")",
    "-0.0",
];

/// A generator without surprises: xorshift, seeded.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.roll(of.len())]
    }

    fn record(&mut self) -> String {
        let mut parts = Vec::new();
        if self.roll(8) > 0 {
            let day = 1 + self.roll(28);
            parts.push(format!("\"@timestamp\": \"2026-06-{day:02}T10:00:00+02:00\""));
        }
        for field in FIELDS {
            if self.roll(6) > 0 {
                parts.push(format!("\"{field}\": {}", self.one(&VALUES)));
            }
        }
        format!("{{{}}}\n", parts.join(", "))
    }

    fn field(&mut self) -> String {
        match self.roll(8) {
            0 => "r.time".to_owned(),
            1 => format!("r[\"{}\"]", self.one(&FIELDS)),
            _ => format!("r.{}", self.one(&FIELDS)),
        }
    }

    fn condition(&mut self, depth: usize) -> String {
        let kinds = if depth == 0 { 6 } else { 10 };
        match self.roll(kinds) {
            0 | 1 => {
                let operator = self.one(&["==", "!=", "<", "<=", ">", ">="]);
                let (field, constant) = (self.field(), self.one(&CONSTANTS));
                if self.roll(4) == 0 {
                    format!("{constant} {operator} {field}")
                } else {
                    format!("{field} {operator} {constant}")
                }
            }
            2 => format!("{} {} {}", self.field(), self.one(&["==", "!=", "<", ">="]), self.field()),
            3 => {
                let lists = ["[\"login\", \"log\"]", "[10, 404, \"10\"]", "params.words", "[]", "[\"\", -1]"];
                format!("{} in {}", self.field(), self.one(&lists))
            }
            4 => {
                let question = self.one(&[
                    "starts_with(\"lo\")",
                    "ends_with(\"in\")",
                    "contains(\"o\")",
                    "contains(params.word)",
                    "matches(\"^l.*n$\")",
                    "matches(\"(\")",
                    "in_cidr(\"10.0.0.0/8\")",
                    "in_cidr(\"2001:db8::/32\")",
                    "in_cidr(\"nowhere\")",
                    "same_text(\"LOGIN\")",
                ]);
                format!("r.{}.{question}", self.one(&FIELDS))
            }
            5 => format!("r.has(\"{}\")", self.one(&FIELDS)),
            6 => format!("!({})", self.condition(depth - 1)),
            7 => format!("({}) || ({})", self.condition(depth - 1), self.condition(depth - 1)),
            _ => format!("({}) && ({})", self.condition(depth - 1), self.condition(depth - 1)),
        }
    }
}

fn setting() -> Arc<Setting> {
    let word = |text: &str| Dynamic::from(rhai::ImmutableString::from(text));
    let params = [
        ("limit".to_owned(), Dynamic::from(10_i64)),
        ("word".to_owned(), word("login")),
        ("words".to_owned(), Dynamic::from(vec![word("login"), word("failure")])),
    ];
    Arc::new(Setting {
        names: Arc::clone(&built_in().1.names),
        params: Params(Arc::new(params.into_iter().collect())),
        as_of: Time::Day(DAY),
    })
}

fn compile(text: &str, setting: &Arc<Setting>) -> Compiled {
    let rule = Arc::new(built_in().0.rules().next().unwrap().clone());
    let expression = Expression { text: text.to_owned(), range: 0..0, is_literal: false };
    Compiled::of_records(&rule, &expression, setting).unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// Calls with each of these records, read as a log is read.
fn read(lines: &[String], each: &mut dyn FnMut(usize, &Record<'_>)) {
    let (packs, _) = built_in();
    let workspace = "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n";
    let files = Files::from([("x.ndjson".to_owned(), lines.concat().into_bytes())]);
    let source = Arc::new(Source::new(FILE_NAME, workspace));
    let scope = Scope { workspace: Some(source), as_of: Some(DAY), ..Scope::default() };
    let shelf = Shelf::new(files, DAY);
    let evidence = collect(packs, &scope, &shelf).unwrap();
    let mut at = 0;
    let fields: &EventFields = &packs.event_fields;
    evidence.logs[0]
        .read(&shelf, Path::new(""), fields, &mut |record| {
            each(at, record);
            at += 1;
        })
        .unwrap();
}

/// What the interpreter says, and nothing where it fails.
fn interpreted(condition: &Compiled, record: &Record<'_>) -> Option<(bool, u128)> {
    let sighting = Sighting { record, made: OnceCell::new() };
    let answer = condition.interpret(&sighting, None).ok()?;
    assert_ne!(answer.decision, Decision::Undecidable);
    Some((answer.decision == Decision::Yes, answer.reads))
}

#[test]
fn native_and_interpreted_say_the_same() {
    let wanted = std::env::var("PREAUDIT_LOWERING_CASES").ok().and_then(|cases| cases.parse().ok());
    let wanted: usize = wanted.unwrap_or(20_000);
    let (mut dice, setting) = (Dice(0x5eed_1234_abcd), setting());
    let (mut cases, mut native, mut not) = (0, 0, 0);
    while cases < wanted {
        let records: Vec<String> = (0..50).map(|_| dice.record()).collect();
        let texts: Vec<String> = (0..40).map(|_| dice.condition(3)).collect();
        let conditions: Vec<Compiled> = texts.iter().map(|text| compile(text, &setting)).collect();
        let lowered = conditions.iter().filter(|condition| condition.predicate().is_some()).count();
        (native, not) = (native + lowered, not + conditions.len() - lowered);
        read(&records, &mut |at, record| {
            for (condition, text) in conditions.iter().zip(&texts) {
                let Some(predicate) = condition.predicate() else { continue };
                let mut reads = 0;
                let holds = predicate.holds(record, &mut reads);
                let asked = interpreted(condition, record);
                assert_eq!(Some((holds, reads)), asked, "{text}\n{predicate}\nof {}", records[at]);
                cases += 1;
            }
        });
    }
    assert!(native > not, "{native} lowered, {not} not");
    eprintln!("{cases} cases of {native} native conditions, none differs; {not} more are interpreted");
}

/// Faults that the comparison above must see, each planted into every predicate.
#[test]
fn planted_faults_are_seen() {
    type Fault = fn(&mut Predicate);
    let faults: [(&str, Fault); 6] = [
        ("`<` for `<=`", |predicate| swap(predicate, Comparison::AtMost, Comparison::Less)),
        ("`==` for `!=`", |predicate| swap(predicate, Comparison::Unequal, Comparison::Equal)),
        ("sides exchanged", |predicate| {
            if let Predicate::Compare(left, _, right) = predicate {
                std::mem::swap::<Operand>(left, right);
            }
        }),
        ("any for all", |predicate| {
            if let Predicate::All(parts) = predicate {
                *predicate = Predicate::Any(std::mem::take(parts));
            }
        }),
        ("not forgotten", |predicate| {
            if let Predicate::Not(part) = predicate {
                *predicate = (**part).clone();
            }
        }),
        ("holds for begins", |predicate| {
            if let Predicate::Text(_, test @ TextTest::StartsWith(_)) = predicate {
                *test = TextTest::Contains("lo".to_owned());
            }
        }),
    ];
    let setting = setting();
    for (name, fault) in faults {
        let mut dice = Dice(0x0bad_5eed_0001);
        let mut differs = 0;
        for _ in 0..20 {
            let records: Vec<String> = (0..50).map(|_| dice.record()).collect();
            let conditions: Vec<Compiled> = (0..40).map(|_| compile(&dice.condition(2), &setting)).collect();
            read(&records, &mut |_, record| {
                for condition in &conditions {
                    let Some(mut predicate) = condition.predicate().cloned() else { continue };
                    plant(&mut predicate, fault);
                    let faulty = predicate.holds(record, &mut 0);
                    differs +=
                        usize::from(interpreted(condition, record).map(|(holds, _)| holds) != Some(faulty));
                }
            });
        }
        assert!(differs > 0, "{name} was not seen");
    }
}

fn plant(predicate: &mut Predicate, fault: fn(&mut Predicate)) {
    match predicate {
        Predicate::All(parts) | Predicate::Any(parts) => parts.iter_mut().for_each(|part| plant(part, fault)),
        Predicate::Not(part) => plant(part, fault),
        _ => {}
    }
    fault(predicate);
}

fn swap(predicate: &mut Predicate, from: Comparison, to: Comparison) {
    if let Predicate::Compare(_, comparison, _) = predicate
        && *comparison == from
    {
        *comparison = to;
    }
}

/// The pack's own conditions on records are all native, but for those that look at a joined row.
#[test]
fn conditions_of_the_pack_are_native() {
    let (packs, _) = built_in();
    for rule in packs.rules() {
        let preaudit::pack::Form::Scan(scan) = &rule.form else { continue };
        for expression in scan.among.iter().chain(&scan.condition) {
            let native = preaudit::script::lowered(rule, expression, packs);
            assert!(native.is_ok(), "{}: {native:?}", rule.id);
        }
    }
}
