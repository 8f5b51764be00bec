//! The cases of a pack, gathered from its folders and files.

use super::case::{Asserts, Case, EXPECTED, Parts};
use super::cases_file::{self, CASES};
use super::marks::Sample;
use crate::code::Code;
use crate::evidence::FILE_NAME;
use crate::finding::{Diagnostic, State};
use crate::pack::{Packs, Rule};
use crate::place::Place;
use crate::source::Source;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The cases of the last of these packs; of one rule where one is named.
///
/// # Errors
/// Everything that is wrong with folders and files of cases.
pub(super) fn cases(packs: &Packs, only: Option<&str>) -> Result<Vec<Case>, Vec<Diagnostic>> {
    let (mut cases, mut errors) = (Vec::new(), Vec::new());
    let mut folders: BTreeMap<(&str, &str), BTreeMap<String, Vec<u8>>> = BTreeMap::new();
    for (path, bytes) in packs.list.last().iter().flat_map(|pack| &pack.cases) {
        let parts: Vec<&str> = path.splitn(3, '/').collect();
        if only.is_some_and(|only| parts[0] != only) {
            continue;
        }
        match parts[..] {
            [rule, case, file] => {
                folders.entry((rule, case)).or_default().insert(file.to_owned(), bytes.to_vec());
            }
            [rule, CASES] => {
                match rule_of(rule, path, packs).and_then(|_| cases_file::read(rule, path, bytes)) {
                    Ok(read) => cases.extend(read),
                    Err(wrong) => errors.extend(wrong),
                }
            }
            _ => {}
        }
    }
    for ((rule, name), files) in folders {
        match rule_of(rule, &format!("{rule}/{name}"), packs).and_then(|_| folder(rule, name, files)) {
            Ok(case) => cases.push(case),
            Err(wrong) => errors.extend(wrong),
        }
    }
    cases.sort_by(|a, b| (&a.rule, &a.path).cmp(&(&b.rule, &b.path)));
    if errors.is_empty() { Ok(cases) } else { Err(errors) }
}

fn rule_of<'p>(rule: &str, path: &str, packs: &'p Packs) -> Result<&'p Rule, Vec<Diagnostic>> {
    packs.rule(rule).ok_or_else(|| wrong(path, format!("the case {path} is for a rule that does not exist")))
}

fn wrong(path: &str, message: String) -> Vec<Diagnostic> {
    let place = Place::whole(format!("tests/{path}"), "this case");
    vec![Diagnostic::error(Code::InvalidCase, message).at(place)]
}

/// A folder `<state>-<case>`.
fn folder(rule: &str, name: &str, mut files: BTreeMap<String, Vec<u8>>) -> Result<Case, Vec<Diagnostic>> {
    let path = format!("{rule}/{name}");
    let states = |state: &State| name.strip_prefix(state.name()).is_some_and(|rest| rest.starts_with('-'));
    let state = State::ALL.into_iter().find(states).ok_or_else(|| {
        wrong(&path, format!("the case {path} must begin with a state, as in `minor-{name}`"))
    })?;
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    let expected = files.remove(EXPECTED).map(text);
    let workspace = files.get(FILE_NAME).map(|bytes| Arc::new(Source::new(FILE_NAME, text(bytes.clone()))));
    let sample = |(file, bytes): (String, Vec<u8>)| {
        let written = Arc::new(Source::new(format!("tests/{path}/{file}"), text(bytes.clone())));
        (file, Sample { bytes, written: (written, 0) })
    };
    let samples = files.into_iter().map(sample).collect();
    let asserts = Asserts::Text(expected);
    Case::new(Parts {
        path: path.clone(),
        rule: rule.to_owned(),
        state,
        as_of: None,
        workspace,
        samples,
        asserts,
    })
}
