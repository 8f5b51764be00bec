//! A pack that somebody works on: what is open counts, and not what was saved.

use crate::finding::{Diagnostic, Severity};
use crate::lint::{Files, Lint, Linter};
use crate::pack::{self, PackRef};
use crate::source::Source;
use crate::world::World;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The file that makes a folder a pack.
const MANIFEST: &str = "pack.toml";
/// A text of a pack is no larger.
const LARGEST: u64 = 16 << 20;

/// A pack and what is known of it.
pub(super) struct Workshop {
    /// Its folder.
    pub(super) folder: PathBuf,
    /// Its files: those that are open as they are, the others as they were saved.
    pub(super) files: Files,
    /// What looks at it.
    pub(super) linter: Linter,
    /// True when something changed since it was last looked at.
    pub(super) is_stale: bool,
}

impl Workshop {
    /// The pack in a folder, which builds on those of these that it does not stand in for.
    ///
    /// # Errors
    /// When one of them cannot be read.
    pub(super) fn open(
        folder: &Path,
        others: &[PackRef],
        world: &dyn World,
    ) -> Result<Self, Vec<Diagnostic>> {
        let pack = PackRef::Folder(folder.to_path_buf());
        let base = pack::base_of(&pack, others, world)?;
        let files = Files::from(pack::open(&pack, world)?);
        Ok(Self { folder: folder.to_path_buf(), files, linter: Linter::new(base), is_stale: true })
    }

    /// Takes a file as it was saved, or was removed.
    pub(super) fn take(&mut self, file: &Path, world: &dyn World) {
        let Some(path) = self.below(file) else { return };
        if let Some(case) = path.strip_prefix("tests/") {
            self.is_stale |= match file.is_file() {
                true => self.files.cases.insert(case.to_owned()),
                false => self.files.cases.remove(case),
            };
            return;
        }
        let read = world.read(&self.folder, &path, LARGEST).ok();
        match read.and_then(|bytes| String::from_utf8(bytes).ok()) {
            Some(text) => self.put(file, &text),
            None => self.is_stale |= self.files.texts.remove(&path).is_some(),
        }
    }

    /// Takes the text of an open file.
    pub(super) fn put(&mut self, file: &Path, text: &str) {
        let Some(path) = self.path_of(file) else { return };
        if self.files.texts.get(&path).is_some_and(|known| known.text() == text) {
            return;
        }
        self.files.texts.insert(path.clone(), Arc::new(Source::new(path, text)));
        self.is_stale = true;
    }

    /// The path within the pack of a text that is looked at: not that of a case.
    pub(super) fn path_of(&self, file: &Path) -> Option<String> {
        let is_text = |path: &String| path.ends_with(".toml") || path.ends_with(".rhai");
        self.below(file).filter(|path| is_text(path) && !path.starts_with("tests/"))
    }

    /// The path within the pack of a file that is not hidden.
    fn below(&self, file: &Path) -> Option<String> {
        let below = file.strip_prefix(&self.folder).ok()?.to_str()?.replace('\\', "/");
        (!below.split('/').any(|part| part.starts_with('.'))).then_some(below)
    }

    /// What is wrong with the pack, by file.
    pub(super) fn look(&mut self) -> BTreeMap<PathBuf, Vec<Lint>> {
        self.is_stale = false;
        let mut told: BTreeMap<PathBuf, Vec<Lint>> = BTreeMap::new();
        for lint in self.linter.check(&self.files) {
            told.entry(self.folder.join(lint.source.name())).or_default().push(lint);
        }
        told
    }
}

/// The folder of the pack that a file belongs to.
pub(super) fn pack_around(file: &Path) -> Option<PathBuf> {
    file.ancestors().skip(1).find(|folder| folder.join(MANIFEST).is_file()).map(Path::to_path_buf)
}

/// What is wrong with a pack that cannot even be opened, in one line.
pub(super) fn told(wrong: &[Diagnostic]) -> String {
    let errors = wrong.iter().filter(|one| one.severity == Severity::Error);
    errors.map(ToString::to_string).collect::<Vec<_>>().join("; ")
}
