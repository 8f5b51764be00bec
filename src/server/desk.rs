//! What lies on the desk of whoever writes: open files, the packs that they belong to, and what is
//! known without them.

use super::Sight;
use super::documents::Documents;
use super::keys::Schemas;
use super::position::Encoding;
use super::workshop::{self, Workshop};
use crate::evidence::FILE_NAME;
use crate::pack::{self, PackRef, Packs, Texts};
use std::cell::OnceCell;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Where a file belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Around {
    /// To the pack in this folder.
    Pack(PathBuf),
    /// To the evidence in this folder, which has a `preaudit.toml`.
    Evidence(PathBuf),
}

/// Everything that questions are answered from.
pub(super) struct Desk {
    pub(super) sight: Arc<Sight>,
    /// How the client counts characters.
    pub(super) encoding: Encoding,
    pub(super) documents: Documents,
    /// Packs that are worked on, by folder; those that cannot be opened with the reason.
    pub(super) workshops: BTreeMap<PathBuf, Result<Workshop, String>>,
    schemas: OnceCell<Schemas>,
    packs: OnceCell<Packs>,
    texts: OnceCell<Vec<(Option<PathBuf>, Texts)>>,
}

impl Desk {
    pub(super) fn new(sight: Arc<Sight>) -> Self {
        Self {
            sight,
            encoding: Encoding::Utf16,
            documents: Documents::default(),
            workshops: BTreeMap::new(),
            schemas: OnceCell::new(),
            packs: OnceCell::new(),
            texts: OnceCell::new(),
        }
    }

    /// Takes the text of an open file into the pack that it belongs to, which is opened where it was not
    /// yet; gives the reason where that cannot be, once.
    pub(super) fn put(&mut self, file: &Path) -> Option<String> {
        let Some(Around::Pack(folder)) = around(file) else { return None };
        let mut told = None;
        if !self.workshops.contains_key(&folder) {
            let opened = Workshop::open(&folder, &self.sight.packs, &*self.sight.world);
            let opened = opened.map_err(|wrong| workshop::told(&wrong));
            told = opened.as_ref().err().cloned();
            self.workshops.insert(folder.clone(), opened);
            self.put_all(&folder);
            return told;
        }
        let document = self.documents.get(file)?;
        if let Some(Ok(workshop)) = self.workshops.get_mut(&folder) {
            workshop.put(file, &document.text);
        }
        told
    }

    /// Takes a file of a pack as it was saved or removed; of a text that is open, what is open counts.
    pub(super) fn take(&mut self, file: &Path) {
        let Some(Around::Pack(folder)) = around(file) else { return };
        match self.workshops.get_mut(&folder) {
            Some(Ok(workshop)) => {
                let is_open = self.documents.get(file).is_some() && workshop.path_of(file).is_some();
                if !is_open {
                    workshop.take(file, &*self.sight.world);
                }
            }
            // It may be one now.
            Some(Err(_)) => drop(self.workshops.remove(&folder)),
            None => {}
        }
    }

    /// Puts the texts of all open files into their pack.
    fn put_all(&mut self, folder: &Path) {
        let Some(Ok(workshop)) = self.workshops.get_mut(folder) else { return };
        for (file, document) in self.documents.below(folder) {
            workshop.put(file, &document.text);
        }
    }

    /// The pack that a file is a text of, and its path within it.
    pub(super) fn workshop_of(&self, file: &Path) -> Option<(&Workshop, String)> {
        let Around::Pack(folder) = around(file)? else { return None };
        let workshop = self.workshops.get(&folder)?.as_ref().ok()?;
        Some((workshop, workshop.path_of(file)?))
    }

    /// What is known of packs without any that is worked on.
    pub(super) fn packs(&self) -> &Packs {
        self.packs.get_or_init(|| pack::load(&self.sight.packs, &*self.sight.world).unwrap_or_default())
    }

    /// The schemas of files that people write.
    pub(super) fn schemas(&self) -> &Schemas {
        self.schemas.get_or_init(Schemas::new)
    }

    /// The texts of the packs that others build on, each with its folder; the one in the binary has none.
    pub(super) fn texts(&self) -> &[(Option<PathBuf>, Texts)] {
        self.texts.get_or_init(|| {
            let read = |one: &PackRef| {
                let folder = match one {
                    PackRef::BuiltIn => None,
                    PackRef::Folder(folder) => Some(folder.clone()),
                    PackRef::Declared(_) => return None,
                };
                Some((folder, pack::open(one, &*self.sight.world).ok()?.texts))
            };
            self.sight.packs.iter().filter_map(read).collect()
        })
    }
}

/// Where a file belongs: to the nearest folder above it that is a pack or holds evidence.
pub(super) fn around(file: &Path) -> Option<Around> {
    let evidence = file.ancestors().skip(1).find(|folder| folder.join(FILE_NAME).is_file());
    match (workshop::pack_around(file), evidence) {
        (Some(pack), Some(evidence)) if evidence.starts_with(&pack) && evidence != pack => {
            Some(Around::Evidence(evidence.to_path_buf()))
        }
        (Some(pack), _) => Some(Around::Pack(pack)),
        (None, evidence) => evidence.map(|folder| Around::Evidence(folder.to_path_buf())),
    }
}
