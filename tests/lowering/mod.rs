//! Native predicates and the interpreter say the same of any record, joined row and group.
//!
//! Random conditions, in and just outside of what is lowered, over random records: missing, null,
//! nested, huge and escaped values, and bytes that are no text. `PREAUDIT_LOWERING_CASES=1000000`
//! runs as many of each.

mod access;
mod groups;
mod joined;
mod spot_checks;

use crate::kit::{DAY, Files, built_in};
use preaudit::evidence::{Decision, Evidence, FILE_NAME, Record, Scope, collect};
use preaudit::pack::{EventFields, Expression, Rule};
use preaudit::scan::{Comparison, Operand, Predicate, Sighting, TextTest};
use preaudit::script::{Compiled, Params, Setting};
use preaudit::source::Source;
use preaudit::time::{Duration, Time};
use preaudit::world::Shelf;
use rhai::Dynamic;
use std::path::Path;
use std::sync::{Arc, OnceLock};

const FIELDS: [&str; 6] =
    ["event.action", "event.outcome", "user.name", "source.ip", "http.response.status_code", "event.reason"];

/// What fields hold, as JSON, some of it in bytes that are no UTF-8.
const VALUES: [&[u8]; 33] = [
    b"\"slow\"",
    b"\"login\"",
    b"\"failure\"",
    b"\"log\"",
    b"\"\"",
    b"\"10.1.2.3\"",
    b"\"2001:db8::1\"",
    b"\"10\"",
    b"\"\\u006cogin\"",
    b"\"quote \\\" and \\\\ and \\n\"",
    "\"Ünïcödé 😀\"".as_bytes(),
    b"\"\\ud800\"",
    b"null",
    b"true",
    b"false",
    b"0",
    b"10",
    b"-1",
    b"200",
    b"404",
    b"9007199254740993",
    b"9223372036854775807",
    b"18446744073709551616",
    b"1e300",
    b"-0.0",
    b"10.0",
    b"10.5",
    b"{\"a\": 1}",
    b"[\"login\", 10]",
    b"\"lo\xffgin\"",
    b"\"\xc3\"",
    b"\"login\xed\xa0\x80\"",
    "\"lo\u{fffd}gin\"".as_bytes(),
];

/// What fields are compared with, as a rule writes it.
const CONSTANTS: [&str; 25] = [
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
    "days(1)",
    "months(1)",
    "\"lo\u{fffd}gin\"",
];

/// Records that every condition is asked of, and conditions of a round.
const RECORDS: usize = 100;
const CONDITIONS: usize = 40;

/// A generator without surprises: xorshift, seeded.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % sides as u64).unwrap()
    }

    fn one<'a, T: ?Sized>(&mut self, of: &[&'a T]) -> &'a T {
        of[self.roll(of.len())]
    }

    fn record(&mut self) -> Vec<u8> {
        let mut parts: Vec<Vec<u8>> = Vec::new();
        if self.roll(8) > 0 {
            let day = 1 + self.roll(28);
            parts.push(format!("\"@timestamp\": \"2026-06-{day:02}T10:00:00+02:00\"").into_bytes());
        }
        for field in FIELDS {
            if self.roll(6) > 0 {
                parts.push([format!("\"{field}\": ").as_bytes(), self.one(&VALUES)].concat());
            }
        }
        [&b"{"[..], &parts.join(&b", "[..]), b"}\n"].concat()
    }

    fn records(&mut self) -> Vec<Vec<u8>> {
        (0..RECORDS).map(|_| self.record()).collect()
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
        ("grace".to_owned(), Dynamic::from(Duration::days(3))),
        ("month".to_owned(), Dynamic::from(Duration::months(1))),
    ];
    Arc::new(Setting {
        names: Arc::clone(&built_in().1.names),
        params: Params(Arc::new(params.into_iter().collect())),
        as_of: Time::Day(DAY),
        is_stranger: false,
    })
}

/// Some rule: whose condition it is, is all the same.
fn rule() -> &'static Arc<Rule> {
    static RULE: OnceLock<Arc<Rule>> = OnceLock::new();
    RULE.get_or_init(|| Arc::new(built_in().0.rule("failed-sign-ins-burst").unwrap().clone()))
}

fn expression(text: &str) -> Expression {
    Expression { text: text.to_owned(), range: 0..0, is_literal: false }
}

fn compile(text: &str, setting: &Arc<Setting>) -> Compiled {
    let compiled = Compiled::of_records(rule(), &expression(text), setting);
    compiled.unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// How many cases are wanted of each kind of condition.
fn wanted() -> usize {
    std::env::var("PREAUDIT_LOWERING_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(20_000)
}

/// Calls with each of these records, read as a log is read.
fn read(lines: &[Vec<u8>], each: &mut dyn FnMut(usize, &Record<'_>)) {
    read_beside(lines, &Files::new(), "", &mut |at, record, _| each(at, record));
}

/// The same with other files beside the log.
fn read_beside(
    lines: &[Vec<u8>],
    beside: &Files,
    bindings: &str,
    each: &mut dyn FnMut(usize, &Record<'_>, &Evidence),
) {
    let (packs, _) = built_in();
    let workspace = format!("[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"x.ndjson\"]\n{bindings}");
    let mut files = beside.clone();
    files.insert("x.ndjson".to_owned(), lines.concat());
    let source = Arc::new(Source::new(FILE_NAME, workspace));
    let scope = Scope { workspace: Some(source), as_of: Some(DAY), ..Scope::default() };
    let shelf = Shelf::new(files, DAY);
    let evidence = collect(packs, &scope, &shelf).unwrap();
    let mut at = 0;
    let fields: &EventFields = &packs.event_fields;
    evidence.logs[0]
        .read(&shelf, Path::new(""), fields, &mut |record| {
            each(at, record, &evidence);
            at += 1;
        })
        .unwrap();
    assert_eq!(at, lines.len(), "every line is a record");
}

/// What the interpreter says, and nothing where it fails.
fn interpreted(condition: &Compiled, record: &Record<'_>) -> Option<(bool, u128)> {
    let sighting = Sighting::new(record);
    let answer = condition.interpret(&sighting, None).ok()?;
    assert_ne!(answer.decision, Decision::Undecidable);
    Some((answer.decision == Decision::Yes, answer.reads))
}

#[test]
fn native_and_interpreted_say_the_same() {
    let wanted = wanted();
    let (mut dice, setting) = (Dice(0x5eed_1234_abcd), setting());
    let (mut cases, mut native, mut not) = (0, 0, 0);
    while cases < wanted {
        let records = dice.records();
        let texts: Vec<String> = (0..CONDITIONS).map(|_| dice.condition(3)).collect();
        let conditions: Vec<Compiled> = texts.iter().map(|text| compile(text, &setting)).collect();
        let lowered = conditions.iter().filter(|condition| condition.predicate().is_some()).count();
        (native, not) = (native + lowered, not + conditions.len() - lowered);
        read(&records, &mut |at, record| {
            for (condition, text) in conditions.iter().zip(&texts) {
                let Some(predicate) = condition.predicate() else { continue };
                let mut reads = 0;
                let holds = predicate.holds(record, &mut reads);
                let asked = interpreted(condition, record);
                assert_eq!(Some((holds, reads)), asked, "{text}\n{predicate}\nof {}", shown(&records[at]));
                cases += 1;
            }
        });
    }
    assert!(native > not, "{native} lowered, {not} not");
    eprintln!("{cases} cases of {native} native conditions, none differs; {not} more are interpreted");
}

fn shown(record: &[u8]) -> String {
    String::from_utf8_lossy(record).into_owned()
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
        for _ in 0..10 {
            let records = dice.records();
            let conditions: Vec<Compiled> =
                (0..CONDITIONS).map(|_| compile(&dice.condition(2), &setting)).collect();
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

/// The pack's own conditions on records, joined rows and groups are all native.
#[test]
fn conditions_of_the_pack_are_native() {
    let (packs, _) = built_in();
    for rule in packs.rules() {
        let preaudit::pack::Form::Scan(scan) = &rule.form else { continue };
        for expression in scan.among.iter().chain(&scan.condition).chain(&scan.keep).chain(&scan.having) {
            let native = preaudit::script::lowered(rule, expression, packs);
            assert!(native.is_ok(), "{}: {native:?}", rule.id);
        }
    }
}
