//! Cases as a pack holds them: folders of files, and tables of cases in one file.

use super::expect::Expectation;
use super::marks::{Mark, Marked, Sample};
use crate::finding::{Diagnostic, State};
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
