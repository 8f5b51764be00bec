//! Cases as a pack holds them: folders of files, and tables of cases in one file.

use super::cases_file::{self, CASES};
use super::expect::Expectation;
use super::marks::{Mark, Marked};
use crate::code::Code;
use crate::evidence::FILE_NAME;
use crate::finding::{Diagnostic, State};
use crate::pack::{Packs, Rule};
use crate::place::Place;
use crate::source::Source;
use crate::world::Shelf;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The text that a case expects.
pub const EXPECTED: &str = "expected.txt";
/// The day on which cases are judged that name none.
pub(super) const DAY: Date = jiff::civil::date(2026, 7, 1);

/// A case, ready to be judged.
pub(super) struct Case {
    /// `RULE/minor-late` for a folder, `RULE/cases.toml#late` in a file of cases.
    pub(super) path: String,
    /// The rule that it is for.
    pub(super) rule: String,
    /// The state that it states.
    pub(super) state: State,
    /// The day of judgement, where it names one.
    pub(super) as_of: Option<Date>,
    /// `preaudit.toml`.
    pub(super) workspace: Option<Arc<Source>>,
    /// The evidence as the readers see it, without marks.
    pub(super) files: BTreeMap<String, Vec<u8>>,
    /// The same as a world.
    pub(super) shelf: Shelf,
    /// The files that hold marks.
    pub(super) marked: BTreeMap<String, Marked>,
    /// What it asserts of the words of its rule.
    pub(super) asserts: Asserts,
}

/// What a case asserts besides its state and its marks.
pub(super) enum Asserts {
    /// The whole text, that of [`EXPECTED`]; nothing where that is not there yet.
    Text(Option<String>),
    /// What a file of cases expects, where it does.
    Expectations(Expectation),
}

/// A file of sample evidence as somebody wrote it.
pub(super) struct Sample {
    pub(super) bytes: Vec<u8>,
    /// The text that it is written in, and the first byte of it there.
    pub(super) written: (Arc<Source>, usize),
}

/// What a case is made from.
pub(super) struct Parts {
    pub(super) path: String,
    pub(super) rule: String,
    pub(super) state: State,
    pub(super) as_of: Option<Date>,
    pub(super) workspace: Option<Arc<Source>>,
    pub(super) samples: BTreeMap<String, Sample>,
    pub(super) asserts: Asserts,
}

impl Case {
    /// A case from its parts, with the marks taken out of its evidence.
    ///
    /// # Errors
    /// The marks that say nothing.
    pub(super) fn new(parts: Parts) -> Result<Self, Vec<Diagnostic>> {
        let mut errors = Vec::new();
        let (mut files, mut marked) = (BTreeMap::new(), BTreeMap::new());
        for (name, sample) in parts.samples {
            let (bytes, marks) = Marked::take_out(&name, sample, &mut errors);
            files.insert(name.clone(), bytes);
            marked.extend(marks.map(|marks| (name, marks)));
        }
        if !errors.is_empty() {
            return Err(errors);
        }
        let shelf = Shelf::new(files.clone(), DAY);
        let Parts { path, rule, state, as_of, workspace, asserts, .. } = parts;
        Ok(Self { path, rule, state, as_of, workspace, files, shelf, marked, asserts })
    }

    /// All marks with the file that each stands in.
    pub(super) fn marks(&self) -> impl Iterator<Item = (&String, &Marked, &Mark)> {
        self.marked
            .iter()
            .flat_map(|(file, marked)| marked.marks.iter().map(move |mark| (file, marked, mark)))
    }
}

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
                folders.entry((rule, case)).or_default().insert(file.to_owned(), bytes.clone());
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
