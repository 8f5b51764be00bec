//! Loads packs one upon the other. A pack adds to what those below it declare, and changes nothing of it
//! but by what it overrides: so what a stranger's pack brings along leaves the other rules as they were.

use super::files::{Bytes, CASES, PackFiles};
use super::manifest::{self, Head, Manifest, not_utf8};
use super::open::PackRef;
use super::pattern::Origin;
use super::{
    BUILT_IN, EventFields, Export, Kind, LogSource, Pack, Packs, Rule, Shape, Vocabulary, certification,
    control, export, lint,
};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text::{self, did_you_mean, wrong};
use crate::world::World;
use rayon::prelude::*;
use semver::{Version, VersionReq};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// What sorts of things tools find.
const CATEGORIES: &str = "exports/categories.toml";

/// Texts of a pack by path, as `rules/people/training-overdue.toml`; its cases are none of them.
pub type Texts = BTreeMap<String, Arc<Source>>;

/// A pack whose files were read and nothing more.
#[derive(Clone, Debug, Default)]
pub struct Opened {
    /// Its texts, by path.
    pub texts: Texts,
    /// Files of its cases, by path below `tests/`.
    pub cases: BTreeMap<String, Bytes>,
    /// Files that are no texts and should be.
    pub errors: Vec<Diagnostic>,
}

/// Reads the files of a pack, whatever is wrong within them.
///
/// # Errors
/// When it cannot be read, holds what no pack may, or is not what was listed or signed.
pub fn open(pack: &PackRef, world: &dyn World) -> Result<Opened, Vec<Diagnostic>> {
    PackFiles::read(pack, world).map(|read| parted(read.files))
}

/// Texts, and cases, which may be anything.
fn parted(files: BTreeMap<String, Bytes>) -> Opened {
    let mut opened = Opened::default();
    let mut cases = Vec::new();
    for (mut path, bytes) in files {
        if path.starts_with(CASES) {
            path.drain(..CASES.len());
            cases.push((path, bytes));
            continue;
        }
        match String::from_utf8(bytes.into_owned()) {
            Ok(text) => drop(opened.texts.insert(path.clone(), Arc::new(Source::new(path, text)))),
            Err(_) => opened.errors.push(not_utf8(&path)),
        }
    }
    // There are thousands, and they are in order.
    opened.cases = cases.into_iter().collect();
    opened
}

/// Loads packs in the order given; a later one may use what an earlier one declares. A folder with
/// the id of the built-in pack stands in for it, so that the pack can be worked on without a build.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn load(packs: &[PackRef], world: &dyn World) -> Result<Packs, Vec<Diagnostic>> {
    let mut errors = Vec::new();
    let mut read = Vec::new();
    for pack in packs {
        match PackFiles::read(pack, world) {
            Ok(files) => read.push((files.id(), files, pack)),
            Err(unreadable) => errors.extend(unreadable),
        }
    }
    let is_built_in = |pack: &PackRef| *pack == PackRef::BuiltIn;
    let outside = read.iter().filter(|(_, _, pack)| !is_built_in(pack));
    let outside: BTreeSet<String> = outside.filter_map(|(id, ..)| id.clone()).collect();
    read.retain(|(id, _, pack)| !(is_built_in(pack) && id.as_ref().is_some_and(|id| outside.contains(id))));
    let mut loader = Loader { errors, ..Loader::default() };
    loader.known = read.iter().filter_map(|(id, ..)| id.clone()).collect();
    for (_, files, pack) in read {
        loader.tell_unlocked(pack);
        if let Err(error) = loader.add(files, is_built_in(pack)) {
            loader.errors.push(error);
        }
    }
    let Loader { packs, mut errors, .. } = loader;
    errors.extend(lint::lint(&packs));
    if errors.is_empty() { Ok(packs) } else { Err(errors) }
}

/// The packs that one builds on, of those that there are: all of them, but for the built-in one where
/// it stands in for that.
///
/// # Errors
/// When it cannot be read, or everything that is wrong with any of the others.
pub fn base_of(pack: &PackRef, others: &[PackRef], world: &dyn World) -> Result<Packs, Vec<Diagnostic>> {
    let is_built_in = PackFiles::read(pack, world)?.id().is_some_and(|id| id == BUILT_IN);
    let below: Vec<PackRef> =
        others.iter().filter(|other| !(is_built_in && **other == PackRef::BuiltIn)).cloned().collect();
    load(&below, world)
}

/// The key that a rule must have and has not, where that is what keeps it from being read.
pub fn missing_key(rule: &Arc<Source>) -> Option<String> {
    let errors = Rule::read(rule, None, "", Origin::Outside).err()?;
    errors.iter().find_map(toml_text::missing_key).map(str::to_owned)
}

impl Packs {
    /// These packs with what another one declares besides its rules, as far as that can be read; and
    /// what is wrong with it.
    pub fn with_frame(&self, texts: &Texts) -> (Self, Vec<Diagnostic>) {
        let known = self.list.iter().map(|pack| pack.id.clone()).collect();
        let mut loader = Loader { packs: self.clone(), known, ..Loader::default() };
        match manifest::source(texts).and_then(|source| Ok((source, manifest::read_all(source)?))) {
            Ok((source, (manifest, head))) => {
                let head = head.map_err(|error| loader.errors.push(error)).ok();
                loader.add_frame(texts, &manifest, (source, head.as_ref()), Origin::Outside);
            }
            Err(error) => {
                loader.errors.push(error);
                // Without their vocabularies, kinds would seem to be wrong that are not.
                loader.add_controls(texts);
            }
        }
        (loader.packs, loader.errors)
    }
}

/// Packs as far as they are loaded, and what is wrong with them.
#[derive(Default)]
struct Loader {
    packs: Packs,
    errors: Vec<Diagnostic>,
    /// Ids of all packs that will be loaded.
    known: Vec<String>,
}

impl Loader {
    /// Tells of a pack that `preaudit.toml` names and nobody wrote down exactly.
    fn tell_unlocked(&mut self, pack: &PackRef) {
        let PackRef::Declared(declared) = pack else { return };
        if declared.locked.is_none() {
            let message =
                format!("pack {} is not in preaudit.lock, so nobody sees when it changes", declared.id);
            let help = "`preaudit pack lock` writes down which one it is";
            let note = Diagnostic::note(Code::UnlockedPack, message).help(help).at(declared.place.clone());
            self.packs.diagnostics.push(note);
        }
    }

    /// Adds the files of one pack.
    fn add(&mut self, files: PackFiles, is_built_in: bool) -> Result<(), Diagnostic> {
        let (digest, signer) = (files.digest(), files.signer);
        let origin = if is_built_in { Origin::Binary } else { Origin::Outside };
        let Opened { texts, cases, errors } = parted(files.files);
        self.errors.extend(errors);
        let source = manifest::source(&texts)?;
        let (manifest, head) = manifest::read(source)?;
        let needs = self.add_frame(&texts, &manifest, (source, Some(&head)), origin);
        let rules = read_rules(&texts, origin, &mut self.errors);
        let Head { id, version, .. } = head;
        let (title, version) = (manifest.title, version.to_string());
        self.packs.list.push(Pack { id, title, version, digest, is_built_in, signer, needs, rules, cases });
        Ok(())
    }

    /// Adds everything but rules and cases; gives the packs that it needs.
    fn add_frame(
        &mut self,
        texts: &Texts,
        manifest: &Manifest,
        (source, head): (&Source, Option<&Head>),
        origin: Origin,
    ) -> BTreeMap<String, String> {
        let needs = self.needs(manifest, source);
        self.add_settings(manifest, source);
        self.add_controls(texts);
        self.packs.vocabularies.extend(manifest.vocabularies.clone());
        self.add_kinds(texts);
        self.add_sources(texts, origin);
        self.add_exports(texts, origin);
        self.add_certification(texts);
        self.lay(manifest, source, head);
        needs
    }

    /// The packs that one needs, each checked to be there before it.
    fn needs(&mut self, manifest: &Manifest, source: &Source) -> BTreeMap<String, String> {
        for (id, wants) in &manifest.needs {
            if let Err(message) = self.check_need(id.get_ref(), wants.get_ref()) {
                let code = Code::MissingPack;
                self.errors.push(wrong(source, code, id, message));
            }
        }
        let needs = manifest.needs.iter();
        needs.map(|(id, wants)| (id.get_ref().clone(), wants.get_ref().clone())).collect()
    }

    fn check_need(&self, id: &str, wants: &str) -> Result<(), String> {
        let Ok(wanted) = VersionReq::parse(wants) else {
            return Err(format!("`{wants}` names no versions; write `1.2`, or `>=1.2, <3`"));
        };
        let Some(there) = self.packs.list.iter().find(|pack| pack.id == id) else {
            if self.known.iter().any(|known| known == id) {
                return Err(format!("the pack needs {id}, which must be named before it"));
            }
            let near = did_you_mean(id, self.known.iter().map(String::as_str));
            return Err(format!("the pack needs {id} {wants}, which is not there{near}"));
        };
        let fits = Version::parse(&there.version).is_ok_and(|version| wanted.matches(&version));
        if fits {
            Ok(())
        } else {
            Err(format!("the pack needs {id} {wants}, and there is {}", there.version))
        }
    }

    /// Lays what the pack overrides over the rules that are there.
    fn lay(&mut self, manifest: &Manifest, source: &Source, head: Option<&Head>) {
        let pack = head.map_or(String::new(), |head| format!("{} {}", head.id, head.version));
        for one in &manifest.overrides {
            let rules = self.packs.list.iter_mut().flat_map(|pack| &mut pack.rules);
            self.errors.extend(one.lay(source, &pack, rules).err().into_iter().flatten());
        }
    }

    /// What the manifest sets for all packs.
    fn add_settings(&mut self, manifest: &Manifest, source: &Source) {
        let is_first = self.packs.list.is_empty();
        let here = |what: &str| {
            let at = source.text().find(what).unwrap_or(0);
            source.span(at..at + what.len()).place("here")
        };
        for (name, profile) in &manifest.profiles {
            if self.packs.profiles.contains_key(name) {
                self.errors.push(again("profile", name, here(&format!("profiles.{name}"))));
            }
            self.packs.profiles.insert(name.clone(), profile.clone());
        }
        if let Some(skew) = &manifest.skew {
            match skew.get_ref().parse::<Duration>() {
                _ if !is_first => self.errors.push(only_first("skew", here("skew"))),
                Ok(length) if length.months == 0 => self.packs.skew = length,
                _ => {
                    let message = "a skew is a length such as `15m`";
                    self.errors.push(wrong(source, Code::InvalidPack, skew, message));
                }
            }
        }
        if !is_first && !manifest.nothing.is_empty() {
            self.errors.push(only_first("nothing", here("nothing")));
        }
        self.packs.nothing.extend(manifest.nothing.iter().map(|word| super::normalize_word(word)));
    }

    /// Tells of what was declared before, at its name in this file.
    fn once(&mut self, what: &str, name: &str, is_there: bool, source: &Source) {
        if is_there {
            self.errors.push(again(what, name, named(source, name)));
        }
    }

    fn add_controls(&mut self, texts: &Texts) {
        for source in below(texts, "controls/", ".toml") {
            let (controls, old) = match control::read(source) {
                Ok(read) => read,
                Err(error) => {
                    self.errors.push(error);
                    continue;
                }
            };
            for control in controls {
                let id = control.id.to_string();
                let is_there = self.packs.controls.insert(control.id, control).is_some();
                self.once("control", &id, is_there, source);
            }
            for old in old {
                let id = old.id.to_string();
                let is_there = self.packs.edition_2013.insert(old.id, old).is_some();
                self.once("control", &id, is_there, source);
            }
        }
    }

    fn add_kinds(&mut self, texts: &Texts) {
        let vocabularies = self.packs.vocabularies.iter();
        let shared = vocabularies.map(|(name, words)| (name.clone(), Vocabulary::new(words))).collect();
        for source in below(texts, "schema/", ".toml") {
            match Kind::read(source, &shared) {
                Ok(kind) => {
                    let id = kind.id.clone();
                    let is_there = self.packs.kinds.insert(id.clone(), Arc::new(kind)).is_some();
                    self.once("kind of evidence", &id, is_there, source);
                }
                Err(wrong) => self.errors.extend(wrong),
            }
        }
        self.share_document_fields();
    }

    /// Every kind of document has the fields of any document, besides its own.
    fn share_document_fields(&mut self) {
        let Some(documents) = self.packs.kinds.get("documents").cloned() else { return };
        for kind in self.packs.kinds.values_mut().filter(|kind| kind.shape == Shape::Document) {
            let kind = Arc::make_mut(kind);
            for (name, field) in &documents.fields {
                kind.fields.entry(name.clone()).or_insert_with(|| field.clone());
            }
        }
    }

    fn add_sources(&mut self, texts: &Texts, origin: Origin) {
        if let Some(source) = texts.get("sources/fields.toml") {
            match EventFields::read(source) {
                _ if !self.packs.event_fields.names().is_empty() => {
                    self.errors.push(only_first("fields of events", source.line(1).place("here")));
                }
                Ok(fields) => self.packs.event_fields = fields,
                Err(error) => self.errors.push(error),
            }
        }
        for source in
            below(texts, "sources/", ".toml").filter(|source| source.name() != "sources/fields.toml")
        {
            match LogSource::read(source, &self.packs.event_fields, origin) {
                Ok(log) => {
                    let id = log.id.clone();
                    let is_there = self.packs.log_sources.insert(id.clone(), Arc::new(log)).is_some();
                    self.once("log source", &id, is_there, source);
                }
                Err(wrong) => self.errors.extend(wrong),
            }
        }
    }

    fn add_exports(&mut self, texts: &Texts, origin: Origin) {
        if let Some(source) = texts.get(CATEGORIES) {
            match export::categories(source) {
                Ok(categories) => {
                    for (name, category) in categories {
                        let is_there = self.packs.categories.insert(name.clone(), category).is_some();
                        self.once("category", &name, is_there, source);
                    }
                }
                Err(error) => self.errors.push(error),
            }
        }
        for source in below(texts, "exports/", ".toml").filter(|source| source.name() != CATEGORIES) {
            match Export::read(source, &self.packs.kinds, origin) {
                Ok(export) => {
                    let id = export.id.clone();
                    let is_there = self.packs.exports.insert(id.clone(), Arc::new(export)).is_some();
                    self.once("export", &id, is_there, source);
                }
                Err(wrong) => self.errors.extend(wrong),
            }
        }
    }

    fn add_certification(&mut self, texts: &Texts) {
        let Some(source) = texts.get("certification.toml") else { return };
        match certification::read(source) {
            _ if self.packs.certification.is_some() => {
                self.errors.push(only_first("facts on certification", source.line(1).place("here")));
            }
            Ok(facts) => self.packs.certification = Some(facts),
            Err(error) => self.errors.push(error),
        }
    }
}

/// What a pack below declares stays as it is.
fn again(what: &str, name: &str, place: Place) -> Diagnostic {
    let help =
        "a pack adds to what others declare, and changes rules by [[override]] alone; choose another name";
    let message = format!("a {what} `{name}` is declared already");
    Diagnostic::error(Code::InvalidPack, message).help(help).at(place)
}

fn only_first(what: &str, place: Place) -> Diagnostic {
    let message = format!("only the pack that all others build on declares {what}");
    Diagnostic::error(Code::InvalidPack, message).at(place)
}

/// Where a name stands in a file.
fn named(source: &Source, name: &str) -> Place {
    let at = source.text().find(name).unwrap_or(0);
    source.span(at..at + name.len()).place("here")
}

fn below<'a>(texts: &'a Texts, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a Arc<Source>> {
    let inside = move |path: &str| path.starts_with(folder) && path.ends_with(ending);
    texts.iter().filter(move |(path, _)| inside(path)).map(|(_, source)| source)
}

/// The theme of a rule, which is its folder.
pub fn theme_of(path: &str) -> &str {
    path.split('/').rev().nth(1).unwrap_or("rules")
}

/// `rules/<theme>/<fault>.toml`, each with the script beside it when there is one.
fn read_rules(texts: &Texts, origin: Origin, errors: &mut Vec<Diagnostic>) -> Vec<Rule> {
    let read = |text: &&Arc<Source>| {
        let stem = text.name().trim_end_matches(".toml");
        let script = texts.get(&format!("{stem}.rhai")).cloned();
        Rule::read(text, script, theme_of(text.name()), origin)
    };
    // Side by side, since patterns of packs from outside are compiled to be checked.
    let texts: Vec<&Arc<Source>> = below(texts, "rules/", ".toml").collect();
    let read: Vec<Result<Rule, Vec<Diagnostic>>> = texts.par_iter().map(read).collect();
    let mut rules = Vec::new();
    for rule in read {
        match rule {
            Ok(rule) => rules.push(rule),
            Err(wrong) => errors.extend(wrong),
        }
    }
    rules
}
