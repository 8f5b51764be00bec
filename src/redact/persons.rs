//! Who is named in the evidence, and the number that stands for each.

use crate::evidence::{Evidence, Person, Row};
use std::collections::{BTreeMap, BTreeSet};

/// The kind that lists the people of the organization.
const ROSTER: &str = "roster";
/// Words of which a title, a team or a company is made, and a name is not.
const TITLES: [&str; 47] = [
    "administrator",
    "analyst",
    "board",
    "chief",
    "ciso",
    "committee",
    "compliance",
    "controller",
    "department",
    "desk",
    "director",
    "engineer",
    "engineering",
    "external",
    "facilities",
    "finance",
    "group",
    "head",
    "human",
    "information",
    "infrastructure",
    "internal",
    "legal",
    "lead",
    "management",
    "manager",
    "office",
    "officer",
    "operations",
    "owner",
    "people",
    "procurement",
    "resources",
    "risk",
    "security",
    "service",
    "support",
    "team",
    "technology",
    "ag",
    "gmbh",
    "inc",
    "limited",
    "llc",
    "ltd",
    "plc",
    "vendor",
];
/// A personnel number that is shorter and holds no letter is a number like any other.
const NUMBER: usize = 5;

/// What stands for what.
#[derive(Debug, Default)]
pub(super) struct Persons {
    /// The ways in which each person is named, by what tells persons apart.
    known: BTreeMap<String, Ways>,
    /// The same key by every mail address, login and full name, in small letters.
    keys: BTreeMap<String, String>,
    /// Other names, logins and keys of groups.
    others: BTreeSet<String>,
}

/// How a person is named.
#[derive(Debug, Default)]
struct Ways {
    names: BTreeSet<String>,
    parts: BTreeSet<String>,
    emails: BTreeSet<String>,
    logins: BTreeSet<String>,
    numbers: BTreeSet<String>,
}

impl Persons {
    /// Everybody whom a row is about, or whom a field names. Rosters come first, since they tie the ways
    /// together in which one person is named.
    pub(super) fn of(evidence: &Evidence) -> Self {
        let mut persons = Self::default();
        let is_roster = |kind: &&String| kind.as_str() == ROSTER;
        let kinds = evidence
            .tables
            .keys()
            .filter(is_roster)
            .chain(evidence.tables.keys().filter(|kind| !is_roster(kind)));
        let rows = || kinds.clone().flat_map(|kind| evidence.rows(kind));
        rows().for_each(|row| persons.add_row(&row));
        let organization = evidence.workspace.organization.as_deref().unwrap_or_default();
        for row in rows() {
            let naming = row.table.kind.fields.keys().filter(|field| names_somebody(field));
            naming.for_each(|field| persons.add_named(row.text(field), organization));
        }
        let workspace = &evidence.workspace;
        let waivers = workspace.waivers.iter().flat_map(|waiver| [&waiver.owner, &waiver.approver]);
        let decided = waivers.chain(workspace.overrides.iter().map(|one| &one.by));
        decided.for_each(|name| persons.add_named(name, organization));
        persons
    }

    /// The key of a group of records: an account, an address, a thing.
    pub(super) fn add_subject(&mut self, subject: &str) {
        self.others.insert(subject.trim().to_owned());
    }

    fn add_row(&mut self, row: &Row) {
        let Some(fields) = &row.table.kind.person else { return };
        let text = |field: &Option<String>| {
            field.as_ref().map(|field| row.text(field).to_owned()).filter(|text| !text.is_empty())
        };
        let parts: Vec<String> = fields
            .names
            .iter()
            .map(|field| row.text(field).to_owned())
            .filter(|part| !part.is_empty())
            .collect();
        let (email, login) = (text(&fields.email), text(&fields.login));
        let name = text(&fields.name).or_else(|| (!parts.is_empty()).then(|| parts.join(" ")));
        let named = [&email, &login, &name].into_iter().flatten();
        let key = match row.person() {
            Person::Known(key) => Some(key.to_string()),
            _ => None,
        };
        let met = named.clone().find_map(|way| self.keys.get(&way.to_lowercase())).cloned();
        let Some(key) = met.or(key).or_else(|| named.clone().next().cloned()) else { return };
        for way in named {
            self.keys.entry(way.to_lowercase()).or_insert_with(|| key.clone());
        }
        let ways = self.known.entry(key).or_default();
        ways.numbers.extend(text(&fields.number).filter(|number| is_telling(number)));
        ways.parts.extend(parts.iter().cloned());
        ways.parts.extend(name.iter().flat_map(|name| name.split_whitespace()).map(str::to_owned));
        if parts.len() == 2 {
            ways.names.extend([format!("{} {}", parts[0], parts[1]), format!("{}, {}", parts[1], parts[0])]);
        }
        ways.names.extend(name);
        ways.emails.extend(email);
        ways.logins.extend(login);
    }

    /// A field that may name a person, a role or a team, or several of them.
    fn add_named(&mut self, text: &str, organization: &str) {
        for one in text.split([',', ';', '/', '&', '(', ')', '\n']).map(str::trim) {
            let key = one.to_lowercase();
            if is_name(one) && one != organization && !self.keys.contains_key(&key) {
                self.keys.insert(key.clone(), key.clone());
                let ways = self.known.entry(key).or_default();
                ways.names.insert(one.to_owned());
                ways.parts.extend(one.split_whitespace().map(str::to_owned));
            }
        }
    }

    /// Each text with its stand-in.
    pub(super) fn stand_ins(&self) -> BTreeMap<String, String> {
        let mut stand_ins: BTreeMap<String, String> = BTreeMap::new();
        let mut put = |text: &str, stand_in: String| {
            let text = text.trim();
            if text.chars().count() > 1 {
                stand_ins
                    .entry(text.to_owned())
                    .and_modify(|known| merge(known, &stand_in))
                    .or_insert(stand_in);
            }
        };
        for (at, ways) in self.known.values().enumerate() {
            let number = at + 1;
            let whole = format!("Person {number}");
            ways.names.iter().chain(&ways.parts).for_each(|name| put(name, whole.clone()));
            ways.emails.iter().for_each(|email| put(email, format!("person-{number}@redacted.invalid")));
            ways.logins.iter().for_each(|login| put(login, format!("person-{number}")));
            ways.numbers.iter().for_each(|own| put(own, format!("number-{number}")));
        }
        let others = self.others.iter().filter(|other| !is_plain(other));
        let first = self.known.len() + 1;
        for (at, other) in others.enumerate() {
            if !stand_ins.contains_key(other) && other.chars().count() > 1 {
                stand_ins.insert(other.clone(), format!("subject-{}", first + at));
            }
        }
        stand_ins
    }
}

/// What several persons share says nothing of one of them.
fn merge(known: &mut String, other: &str) {
    if known != other {
        *known = "Somebody".to_owned();
    }
}

/// Two to four words with capitals, none of which makes it a title, a team or a company.
fn is_name(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    let is_capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let is_title = |word: &&str| TITLES.contains(&word.trim_end_matches('.').to_lowercase().as_str());
    (2..=4).contains(&words.len()) && words.iter().all(|word| is_capital(word) && !is_title(word))
}

/// True for fields that say who did or answers for something.
fn names_somebody(field: &str) -> bool {
    const NAMES: [&str; 12] = [
        "approver",
        "attendees",
        "auditor",
        "author",
        "contact",
        "holder",
        "host",
        "lead",
        "manager",
        "person",
        "requester",
        "responsible",
    ];
    field.ends_with("_by") || field.ends_with("owner") || NAMES.iter().any(|name| field.contains(name))
}

fn is_telling(number: &str) -> bool {
    number.len() >= NUMBER || number.chars().any(char::is_alphabetic) && number.len() > 2
}

/// Keys of groups that name nobody: numbers, and what mail and network addresses get anyway.
fn is_plain(subject: &str) -> bool {
    subject.len() < 3 || subject.chars().all(|c| c.is_ascii_digit() || matches!(c, '.' | ':' | '-' | ' '))
}
