//! Rules about a trail: the same conditions for preaudit, for SQL, and asked of the events themselves.

use super::seed::Seed;
use super::trail::{ERRORS, Event, REGIONS, USERS, VERBS};
use std::fmt::Write as _;

/// A rule that counts the records of which all of this is true.
#[derive(Clone, Debug)]
pub(crate) struct Counting {
    /// Its name: `bench-0017`.
    pub(crate) id: String,
    parts: Vec<Part>,
}

/// What is asked of one field.
#[derive(Clone, Debug)]
enum Part {
    Is(Field, String),
    IsNot(Field, String),
    OneOf(Field, Vec<String>),
    StartsWith(Field, String),
    EndsWith(Field, String),
    Contains(Field, String),
    /// Its address begins with these bytes.
    Within(Vec<u8>),
    AtLeast(Number, i64),
    Below(Number, i64),
}

#[derive(Clone, Copy, Debug)]
enum Field {
    Action,
    Provider,
    Outcome,
    User,
    Region,
    Agent,
    Error,
}

#[derive(Clone, Copy, Debug)]
enum Number {
    Status,
    Bytes,
    Process,
}

/// So many rules from a seed; the first of more rules are those of fewer.
pub(crate) fn rules(most: usize, number: u64) -> Vec<Counting> {
    let mut seed = Seed::new(number);
    (0..most).map(|at| Counting { id: format!("bench-{at:04}"), parts: parts(&mut seed, at) }).collect()
}

/// Kinds of conditions take turns: rare and frequent values, lists, parts of texts, networks,
/// numbers, alone and with a second and a third.
fn parts(seed: &mut Seed, at: usize) -> Vec<Part> {
    let mut parts = vec![match at % 10 {
        0 | 5 => Part::Is(Field::User, user(seed)),
        1 => Part::Is(Field::Action, action(seed)),
        2 => Part::OneOf(Field::Action, (0..3 + seed.below(6)).map(|_| action(seed)).collect()),
        3 => Part::Within(network(seed)),
        4 => Part::Is(Field::Error, (*seed.one_of(&ERRORS)).to_owned()),
        6 => Part::StartsWith(Field::Action, (*seed.one_of(&VERBS)).to_owned()),
        7 => Part::Contains(
            Field::Agent,
            (*seed.one_of(&["Terraform", "curl/", "kube-", "Gecko", "md/aws"])).to_owned(),
        ),
        8 => Part::AtLeast(Number::Bytes, 1 << (20 + seed.below(11))),
        _ => Part::OneOf(Field::User, (0..4).map(|_| user(seed)).collect()),
    }];
    let second = matches!(parts[0], Part::StartsWith(..) | Part::Contains(..)) || at % 3 == 1;
    if second {
        parts.push(match seed.below(5) {
            0 => Part::Is(Field::Region, (*seed.one_of(&REGIONS)).to_owned()),
            1 => Part::Is(Field::Outcome, "failure".to_owned()),
            2 => Part::IsNot(Field::Region, "eu-west-1".to_owned()),
            3 => Part::AtLeast(Number::Status, 400),
            _ => Part::EndsWith(Field::Provider, ".amazonaws.com".to_owned()),
        });
    }
    if at % 7 == 3 {
        parts.push(match seed.below(2) {
            0 => Part::Below(Number::Bytes, 1 << (8 + seed.below(12))),
            _ => Part::Below(Number::Process, 1_000 + i64::try_from(seed.below(60_000)).unwrap_or(0)),
        });
    }
    parts
}

fn user(seed: &mut Seed) -> String {
    format!("user-{}", seed.below(USERS))
}

fn action(seed: &mut Seed) -> String {
    let nouns =
        ["Object", "Instances", "Role", "Key", "Bucket", "Policy", "Secret", "Trail", "Vault", "Domain"];
    format!("{}{}", seed.one_of(&VERBS), seed.one_of(&nouns))
}

fn network(seed: &mut Seed) -> Vec<u8> {
    let [a, b, ..] = seed.next().to_le_bytes();
    match seed.below(4) {
        0 => vec![198, 51, 100],
        1 => vec![10, b % 64],
        _ => vec![10, b % 64, a],
    }
}

impl Counting {
    /// Whether an event is counted.
    pub(crate) fn holds(&self, event: &Event) -> bool {
        self.parts.iter().all(|part| part.holds(event))
    }

    /// The condition of the rule.
    pub(crate) fn condition(&self) -> String {
        self.parts.iter().map(Part::condition).collect::<Vec<_>>().join(" && ")
    }

    /// The same in SQL, over the columns of [`COLUMNS`]. What is not there is never counted, so it
    /// is all the same that it is unknown there.
    pub(crate) fn sql(&self) -> String {
        self.parts.iter().map(Part::sql).collect::<Vec<_>>().join(" AND ")
    }

    /// The file of the rule.
    pub(crate) fn toml(&self) -> String {
        format!(
            "id = \"{}\"\ntitle = \"records that a bench counts\"\ncontrols = [\"{CONTROL}\"]\n\
             grade = \"opportunity\"\nbasis = \"judgement\"\nhelp = \"None is needed.\"\n\n\
             [scan]\nfrom = \"events\"\nwhere = '{}'\n\n[finding]\nmessage = \"${{g.count}} records\"\n",
            self.id,
            self.condition()
        )
    }
}

/// What the rules are written against; all else is declared not applicable, so that no other rule
/// is asked.
const CONTROL: &str = "A.8.34";

/// The columns that all rules together read, as DuckDB declares them.
pub(crate) const COLUMNS: &str = "{event: 'STRUCT(action VARCHAR, provider VARCHAR, outcome VARCHAR)', \
     \"user\": 'STRUCT(name VARCHAR)', source: 'STRUCT(ip VARCHAR)', cloud: 'STRUCT(region VARCHAR)', \
     user_agent: 'STRUCT(original VARCHAR)', error: 'STRUCT(code VARCHAR)', \
     http: 'STRUCT(response STRUCT(status_code BIGINT, body STRUCT(bytes BIGINT)))', \
     process: 'STRUCT(pid BIGINT)'}";

/// The files of a pack of these rules, by path.
pub(crate) fn pack(rules: &[Counting]) -> Vec<(String, String)> {
    let manifest =
        "id = \"bench\"\ntitle = \"Rules of a bench\"\nversion = \"1.0.0\"\napi = 1\nlicense = \"MIT\"\n";
    let rule = |rule: &Counting| (format!("rules/logging/{}.toml", rule.id), rule.toml());
    std::iter::once(("pack.toml".to_owned(), manifest.to_owned())).chain(rules.iter().map(rule)).collect()
}

/// The files beside the log: what it is, and that no control applies but the one of the rules.
pub(crate) fn beside(log: &str) -> [(String, String); 2] {
    let workspace = format!(
        "[[evidence]]\nsource = \"ecs-bare\"\nfiles = [\"{log}\"]\n\n\
         [[evidence]]\nkind = \"soa\"\nfiles = [\"soa.csv\"]\n"
    );
    let mut soa = "Control ID,Title,Applicable,Justification\n".to_owned();
    for (theme, most) in [(5, 37), (6, 8), (7, 14), (8, 34)] {
        for control in (1..=most).map(|number| format!("A.{theme}.{number}")) {
            let applies = if control == CONTROL { "Yes" } else { "No" };
            let _ = writeln!(soa, "{control},Control,{applies},for the bench");
        }
    }
    [("preaudit.toml".to_owned(), workspace), ("soa.csv".to_owned(), soa)]
}

impl Part {
    fn holds(&self, event: &Event) -> bool {
        let text = |field: &Field, test: &dyn Fn(&str) -> bool| field.of(event).is_some_and(test);
        let number = |number: &Number, test: &dyn Fn(i64) -> bool| number.of(event).is_some_and(test);
        match self {
            Self::Is(field, wanted) => text(field, &|text| text == wanted),
            Self::IsNot(field, wanted) => !text(field, &|text| text == wanted),
            Self::OneOf(field, wanted) => text(field, &|text| wanted.iter().any(|one| one == text)),
            Self::StartsWith(field, part) => text(field, &|text| text.starts_with(part.as_str())),
            Self::EndsWith(field, part) => text(field, &|text| text.ends_with(part.as_str())),
            Self::Contains(field, part) => text(field, &|text| text.contains(part.as_str())),
            Self::Within(bytes) => event.address.starts_with(bytes),
            Self::AtLeast(field, least) => number(field, &|number| number >= *least),
            Self::Below(field, limit) => number(field, &|number| number < *limit),
        }
    }

    fn condition(&self) -> String {
        let list =
            |texts: &[String]| texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Is(field, text) => format!("r.{} == {text:?}", field.name()),
            Self::IsNot(field, text) => format!("r.{} != {text:?}", field.name()),
            Self::OneOf(field, texts) => format!("r.{} in [{}]", field.name(), list(texts)),
            Self::StartsWith(field, text) => format!("r.{}.starts_with({text:?})", field.name()),
            Self::EndsWith(field, text) => format!("r.{}.ends_with({text:?})", field.name()),
            Self::Contains(field, text) => format!("r.{}.contains({text:?})", field.name()),
            Self::Within(bytes) => format!("r.source.ip.in_cidr(\"{}\")", cidr(bytes)),
            Self::AtLeast(number, least) => format!("r.{} >= {least}", number.name()),
            Self::Below(number, limit) => format!("r.{} < {limit}", number.name()),
        }
    }

    fn sql(&self) -> String {
        let list =
            |texts: &[String]| texts.iter().map(|text| format!("'{text}'")).collect::<Vec<_>>().join(", ");
        match self {
            Self::Is(field, text) => format!("{} = '{text}'", field.column()),
            Self::IsNot(field, text) => format!("{} IS DISTINCT FROM '{text}'", field.column()),
            Self::OneOf(field, texts) => format!("{} IN ({})", field.column(), list(texts)),
            Self::StartsWith(field, text) => format!("starts_with({}, '{text}')", field.column()),
            Self::EndsWith(field, text) => format!("ends_with({}, '{text}')", field.column()),
            Self::Contains(field, text) => format!("contains({}, '{text}')", field.column()),
            Self::Within(bytes) => {
                let dotted: String = bytes.iter().map(|byte| format!("{byte}.")).collect();
                format!("starts_with(source.ip, '{dotted}')")
            }
            Self::AtLeast(number, least) => format!("{} >= {least}", number.name()),
            Self::Below(number, limit) => format!("{} < {limit}", number.name()),
        }
    }
}

fn cidr(bytes: &[u8]) -> String {
    let mut whole = bytes.to_vec();
    whole.resize(4, 0);
    let dotted: Vec<String> = whole.iter().map(ToString::to_string).collect();
    format!("{}/{}", dotted.join("."), 8 * bytes.len())
}

impl Field {
    fn of(self, event: &Event) -> Option<&str> {
        match self {
            Self::Action => Some(&event.action),
            Self::Provider => event.provider.as_deref(),
            Self::Outcome => Some(event.outcome),
            Self::User => Some(&event.user),
            Self::Region => event.region,
            Self::Agent => event.agent.as_deref(),
            Self::Error => event.error,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Action => "event.action",
            Self::Provider => "event.provider",
            Self::Outcome => "event.outcome",
            Self::User => "user.name",
            Self::Region => "cloud.region",
            Self::Agent => "user_agent.original",
            Self::Error => "error.code",
        }
    }

    /// The name in SQL, where `user` is a word of its own.
    fn column(self) -> &'static str {
        match self {
            Self::User => "\"user\".name",
            other => other.name(),
        }
    }
}

impl Number {
    fn of(self, event: &Event) -> Option<i64> {
        match self {
            Self::Status => event.status,
            Self::Bytes => event.bytes,
            Self::Process => event.process,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Status => "http.response.status_code",
            Self::Bytes => "http.response.body.bytes",
            Self::Process => "process.pid",
        }
    }
}
