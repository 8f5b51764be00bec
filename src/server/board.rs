//! What is shown in each file, by who says it, so that only what changes is told.

use gen_lsp_types::Diagnostic;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// So many of one file are shown.
const MOST_OF_A_FILE: usize = 500;

/// Who says something of files.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Voice {
    /// What looks at the pack in this folder.
    Pack(PathBuf),
    /// What scans the evidence in this folder.
    Evidence(PathBuf),
}

/// What is shown in each file.
#[derive(Debug, Default)]
pub(super) struct Board {
    shown: BTreeMap<PathBuf, BTreeMap<Voice, Vec<Diagnostic>>>,
}

impl Board {
    /// Takes everything that somebody says now, in place of what was said before; gives the files in
    /// which something else is shown than before.
    pub(super) fn replace(
        &mut self,
        voice: &Voice,
        mut said: BTreeMap<PathBuf, Vec<Diagnostic>>,
    ) -> BTreeSet<PathBuf> {
        let before = self.shown.iter().filter(|(_, voices)| voices.contains_key(voice));
        let files: BTreeSet<PathBuf> =
            before.map(|(file, _)| file.clone()).chain(said.keys().cloned()).collect();
        let mut changed = BTreeSet::new();
        for file in files {
            let mut now = said.remove(&file).unwrap_or_default();
            now.truncate(MOST_OF_A_FILE);
            let voices = self.shown.entry(file.clone()).or_default();
            if voices.get(voice).map_or(&[][..], Vec::as_slice) != now {
                changed.insert(file.clone());
            }
            match now.is_empty() {
                true => drop(voices.remove(voice)),
                false => drop(voices.insert(voice.clone(), now)),
            }
            if voices.is_empty() {
                self.shown.remove(&file);
            }
        }
        changed
    }

    /// Everything that is shown in a file.
    pub(super) fn of(&self, file: &Path) -> Vec<Diagnostic> {
        self.shown.get(file).into_iter().flat_map(|voices| voices.values().flatten().cloned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gen_lsp_types::Message;

    fn said(file: &str, what: &str) -> BTreeMap<PathBuf, Vec<Diagnostic>> {
        let one = Diagnostic { message: Message::String(what.to_owned()), ..Diagnostic::default() };
        [(PathBuf::from(file), vec![one])].into()
    }

    #[test]
    fn only_what_changes_is_told_and_voices_do_not_silence_each_other() {
        let mut board = Board::default();
        let (pack, evidence) = (Voice::Pack("p".into()), Voice::Evidence("e".into()));
        assert_eq!(board.replace(&pack, said("a", "x")).len(), 1);
        assert!(board.replace(&pack, said("a", "x")).is_empty());
        assert_eq!(board.replace(&evidence, said("a", "y")).len(), 1);
        assert_eq!(board.of(Path::new("a")).len(), 2);
        assert_eq!(board.replace(&pack, BTreeMap::new()), [PathBuf::from("a")].into());
        assert_eq!(board.of(Path::new("a")).len(), 1);
        assert_eq!(board.replace(&evidence, said("b", "y")), [PathBuf::from("a"), "b".into()].into());
    }
}
