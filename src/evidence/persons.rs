//! Who rows are about: people are found on the roster by e-mail, number, login, then name.

use super::row::Row;
use super::table::{Person, Table};
use crate::pack::PersonFields;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The kind that lists the people of the organization.
const ROSTER: &str = "roster";

/// The people of the rosters, by each of the ways to name them.
#[derive(Default)]
struct Directory {
    emails: BTreeMap<String, Named>,
    numbers: BTreeMap<String, Named>,
    logins: BTreeMap<String, Named>,
    names: BTreeMap<String, Named>,
}

/// Whom a name means.
#[derive(Clone, PartialEq)]
enum Named {
    One(Arc<str>),
    Several,
}

/// Ties the rows of all tables to people, and tells the rows whose name several people have.
pub(super) fn tie(tables: &BTreeMap<String, Vec<Arc<Table>>>) -> Vec<Row> {
    let mut directory = Directory::default();
    for row in tables.get(ROSTER).into_iter().flatten().flat_map(Table::rows) {
        directory.add(&row);
    }
    let mut ambiguous = Vec::new();
    for table in tables.values().flatten() {
        let Some(fields) = &table.kind.person else { continue };
        let persons: Vec<Person> = table.rows().map(|row| directory.person(&row, fields)).collect();
        let doubtful = table.rows().zip(&persons).filter(|(_, person)| **person == Person::Ambiguous);
        ambiguous.extend(doubtful.map(|(row, _)| row));
        // Nothing else sets it, and tables are tied once.
        let _ = table.persons.set(persons);
    }
    ambiguous
}

/// The four ways to name a person, as a row fills them.
struct Names {
    email: Option<String>,
    number: Option<String>,
    login: Option<String>,
    name: Option<String>,
}

impl Directory {
    fn add(&mut self, row: &Row) {
        let Some(fields) = &row.table.kind.person else { return };
        let names = names(row, fields);
        let first =
            names.email.clone().or(names.number.clone()).or(names.login.clone()).or(names.name.clone());
        let Some(person) = first.map(Arc::<str>::from) else { return };
        let enter = |map: &mut BTreeMap<String, Named>, name: Option<String>| {
            let Some(name) = name else { return };
            let one = Named::One(Arc::clone(&person));
            map.entry(name)
                .and_modify(|known| {
                    if *known != one {
                        *known = Named::Several
                    }
                })
                .or_insert(one);
        };
        enter(&mut self.emails, names.email);
        enter(&mut self.numbers, names.number);
        enter(&mut self.logins, names.login);
        enter(&mut self.names, names.name);
    }

    fn person(&self, row: &Row, fields: &PersonFields) -> Person {
        let names = names(row, fields);
        let ways = [
            (&self.emails, &names.email),
            (&self.numbers, &names.number),
            (&self.logins, &names.login),
            (&self.names, &names.name),
        ];
        let known = ways.iter().filter_map(|(map, name)| map.get(name.as_deref()?)).next();
        match known {
            Some(Named::One(person)) => Person::Known(Arc::clone(person)),
            Some(Named::Several) => Person::Ambiguous,
            None => {
                let own = ways.into_iter().find_map(|(_, name)| name.as_deref());
                own.map_or(Person::Nobody, |own| Person::Known(own.into()))
            }
        }
    }
}

fn names(row: &Row, fields: &PersonFields) -> Names {
    let text = |field: &Option<String>| {
        let text = row.text(field.as_deref()?);
        (!text.is_empty()).then(|| comparable(text))
    };
    let parts: Vec<&str> =
        fields.names.iter().map(|field| row.text(field)).filter(|part| !part.is_empty()).collect();
    let whole =
        (!fields.names.is_empty() && parts.len() == fields.names.len()).then(|| comparable(&parts.join(" ")));
    // Where given and family name stand apart, a column "name" may hold only one of them.
    let name = whole.or_else(|| text(&fields.name).map(|name| in_order(&name)));
    Names { email: text(&fields.email), number: text(&fields.number), login: text(&fields.login), name }
}

/// Lower case, one blank between words.
fn comparable(text: &str) -> String {
    text.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `weber, anna` is `anna weber`.
fn in_order(name: &str) -> String {
    match name.split_once(", ") {
        Some((last, first)) => format!("{first} {last}"),
        None => name.to_owned(),
    }
}
