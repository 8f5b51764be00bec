//! Conditions on a record and the row it is joined with: cells in doubt, empty cells, columns that
//! are not there, and times that are reckoned with.

use super::{CONDITIONS, Dice, expression, read_beside, rule, setting, shown, wanted};
use crate::kit::{Files, built_in};
use preaudit::evidence::{Decision, Row};
use preaudit::scan::Sighting;
use preaudit::script::{Compiled, Setting};
use std::sync::Arc;

const BINDINGS: &str = "[[evidence]]\nkind = \"vulnerabilities\"\nfiles = [\"findings.csv\"]\n";

/// Cells by column: right, empty, nothing, and in doubt.
const CELLS: [(&str, &[&str]); 6] = [
    ("Name", &["login", "slow", "lo", "10.1.2.3", "", "n/a", "Ünïcödé 😀"]),
    ("Severity", &["critical", "p2", "login", "", "dreadful"]),
    ("CVSS", &["10", "9.8", "0", "-1", "", "very"]),
    ("First Seen", &["2026-06-01", "2026-06-15", "2026-06-15T10:00:00Z", "", "soon", "2026-13-13"]),
    ("Last Seen", &["2026-06-20", "2026-07-01", "", "-"]),
    ("KEV", &["yes", "no", "", "perhaps"]),
];

impl Dice {
    fn table(&mut self) -> String {
        let headers: Vec<&str> = CELLS.iter().map(|(header, _)| *header).collect();
        let mut text = headers.join(",") + "\n";
        for _ in 0..12 {
            let cells: Vec<&str> = CELLS.iter().map(|(_, cells)| self.one(cells)).collect();
            text.push_str(&(cells.join(",") + "\n"));
        }
        text
    }

    fn cell(&mut self) -> &'static str {
        // `host` and `owner` have no column.
        self.one(&["title", "severity", "cvss", "first_seen", "last_seen", "kev", "host"])
    }

    /// A time, or what may be none.
    fn moment(&mut self) -> String {
        let moment = self.one(&["r.time", "j.first_seen", "j.last_seen", "as_of", "j.title", "j.host"]);
        match self.roll(5) {
            0 => format!("{moment} + params.grace"),
            1 => format!("{moment} - days(10)"),
            2 => format!("{moment} + params.month"),
            _ => moment.to_owned(),
        }
    }

    fn joined_part(&mut self) -> String {
        let operator = self.one(&["==", "!=", "<", "<=", ">", ">="]);
        match self.roll(9) {
            0 => format!("{} {operator} {}", self.moment(), self.moment()),
            1 => {
                let (later, earlier) = (self.moment(), self.moment());
                format!("{later} - ({earlier}) {operator} {}", self.one(&["params.grace", "days(5)", "()"]))
            }
            2 => format!("j.{} {operator} {}", self.cell(), self.field()),
            3 | 4 => {
                let constant =
                    self.one(&["\"login\"", "\"yes\"", "()", "10", "9.5", "\"\"", "as_of", "\"critical\""]);
                format!("j.{} {operator} {constant}", self.cell())
            }
            5 => {
                let list =
                    self.one(&["[\"login\", \"critical\"]", "[10, 0]", "[]", "params.words", "[\"yes\"]"]);
                format!("j.{} in {list}", self.cell())
            }
            6 => {
                let question = self.one(&[
                    "starts_with(\"lo\")",
                    "contains(\"i\")",
                    "matches(\"^c\")",
                    "in_cidr(\"10.0.0.0/8\")",
                ]);
                format!("j.{}.{question}", self.cell())
            }
            7 => format!("j.has(\"{}\")", self.cell()),
            _ => self.condition(0),
        }
    }

    fn joined_condition(&mut self, depth: usize) -> String {
        if depth == 0 {
            let part = self.joined_part();
            return match self.roll(4) {
                0 => format!("j.first_seen != () && j.last_seen != () && {part}"),
                _ => part,
            };
        }
        let (left, right) = (self.joined_condition(depth - 1), self.joined_condition(depth - 1));
        match self.roll(5) {
            0 => format!("!({left})"),
            1 | 2 => format!("({left}) || ({right})"),
            _ => format!("({left}) && ({right})"),
        }
    }
}

fn compile(text: &str, setting: &Arc<Setting>) -> Compiled {
    let kind = &built_in().0.kinds["vulnerabilities"];
    Compiled::of_joined(rule(), &expression(text), setting, Some(&**kind))
        .unwrap_or_else(|error| panic!("{text}: {error}"))
}

/// What is said natively and by the interpreter; nothing where it fails.
type Said = Option<(Decision, u128)>;

/// Is called with a condition, a record, and both answers; no round follows once it says so.
type Each<'e> = &'e mut dyn FnMut(&str, &[u8], (Said, Said)) -> bool;

fn both(native: &Compiled, asked: &Compiled, sighting: &Sighting<'_, '_>, row: &Row) -> (Said, Said) {
    let said = native.holds_for_record(sighting, Some(row)).ok();
    let interpreted = asked.interpret(sighting, Some(row)).ok();
    (said.map(|one| (one.decision, one.reads)), interpreted.map(|one| (one.decision, one.reads)))
}

/// Shows conditions, some of them changed for the interpreter, with records and rows until there
/// were so many cases.
fn compare(wanted: usize, depth: usize, change: &dyn Fn(&str) -> String, each: Each<'_>) {
    let (mut dice, setting) = (Dice(0x10_1ed5_eed1), setting());
    let mut cases = 0;
    let (mut native, mut not) = (0, 0);
    let mut is_over = false;
    while cases < wanted && !is_over {
        let records = dice.records();
        let texts: Vec<String> = (0..CONDITIONS).map(|_| dice.joined_condition(depth)).collect();
        let conditions: Vec<(Compiled, Compiled)> =
            texts.iter().map(|text| (compile(text, &setting), compile(&change(text), &setting))).collect();
        let lowered = conditions.iter().filter(|(one, _)| one.lowered().is_ok()).count();
        (native, not) = (native + lowered, not + conditions.len() - lowered);
        let beside = Files::from([("findings.csv".to_owned(), dice.table().into_bytes())]);
        read_beside(&records, &beside, BINDINGS, &mut |at, record, evidence| {
            let rows: Vec<Row> = evidence.rows("vulnerabilities").collect();
            assert_eq!(rows.len(), 12);
            let sighting = Sighting::new(record);
            for ((one, other), text) in
                conditions.iter().zip(&texts).filter(|((one, _), _)| one.lowered().is_ok())
            {
                if is_over {
                    return;
                }
                is_over = each(text, &records[at], both(one, other, &sighting, &rows[at % rows.len()]));
                cases += 1;
            }
        });
    }
    assert!(native > not, "{native} lowered, {not} not");
}

#[test]
fn joined_conditions_say_the_same_natively() {
    let (mut doubtful, mut failed, mut cases) = (0, 0, 0);
    for depth in 0..3 {
        compare(wanted() / 3, depth, &|text| text.to_owned(), &mut |text, record, (said, interpreted)| {
            assert_eq!(said, interpreted, "{text}\nof {}", shown(record));
            cases += 1;
            doubtful += usize::from(said.is_some_and(|(decision, _)| decision == Decision::Undecidable));
            failed += usize::from(said.is_none());
            false
        });
    }
    assert!(doubtful > cases / 100 && failed > 0, "{doubtful} in doubt, {failed} failed");
    eprintln!("{cases} joined cases, {doubtful} in doubt, {failed} failed, none differs");
}

/// Faults of a lowering that the comparison must see: the interpreter is asked what the faulty one
/// would mean.
#[test]
fn planted_faults_of_joined_conditions_are_seen() {
    let faults = [
        ("a length forgotten", "+ params.grace", "+ days(0)"),
        ("a length in the other direction", "- days(10)", "+ days(10)"),
        ("another cell", "j.first_seen", "j.last_seen"),
        ("the record for the row", "j.title", "r.user.name"),
    ];
    for (name, from, to) in faults {
        let mut is_seen = false;
        compare(100_000, 1, &|text| text.replace(from, to), &mut |_, _, (said, interpreted)| {
            is_seen |= said != interpreted;
            is_seen
        });
        assert!(is_seen, "{name} was not seen");
    }
    let mut is_seen = false;
    compare(100_000, 1, &|text| text.to_owned(), &mut |_, _, (said, interpreted)| {
        let certain = said.map(|(decision, reads)| match decision {
            Decision::Undecidable => (Decision::No, reads),
            _ => (decision, reads),
        });
        is_seen |= certain != interpreted;
        is_seen
    });
    assert!(is_seen, "doubt taken for `no` was not seen");
}
