//! Packs: controls, kinds of evidence, log sources, rules and their cases.
//!
//! In comes a folder, or the pack in the binary; out go checked types. What is wrong with a pack
//! is told all at once, each error at its place. Nothing here looks at evidence or runs a rule.

mod certification;
mod control;
mod coverage;
mod files;
mod kind;
mod lint;
mod log_source;
mod manifest;
mod named;
mod param;
mod reader;
mod rule;
mod scan;
mod words;

pub use certification::{Band, Certification, Factor, Level, Limits, Share, Sites, Splits};
pub use control::{Attributes, Automation, Control, Documented, OldControl, Requirement, Theme};
pub use coverage::{ATTESTATIONS, Coverage};
pub use files::{Opened, PackRef, hex, open};
pub use kind::{Field, Holds, Kind, PersonFields, Required, Shape};
pub use log_source::{Derivation, EventFields, LogFormat, LogSource, Pattern, TimeFormat};
pub use manifest::{ENGINE_API, Profile};
pub use named::{Named, Role};
pub use param::{PATTERN_BYTES, Param, ParamKind, ParamValue};
pub use reader::{Expression, Length};
pub use rule::{Each, Form, Ratio, Rule};
pub use scan::{Compare, Expect, Join, Keys, Scan, ScanFinding, Then, Top};
pub use words::{Vocabulary, normalize_header, normalize_word};

use crate::code::Code;
use crate::control_id::ControlId;
use crate::finding::Diagnostic;
use crate::place::Place;
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text;
use crate::world::World;
use files::PackFiles;
use manifest::Manifest;
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// The id of the pack in the binary.
pub const BUILT_IN: &str = "iso27001-2022";

/// One pack, checked.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Kebab-case name.
    pub id: String,
    /// Its name in a sentence.
    pub title: String,
    /// Its version.
    pub version: String,
    /// `sha256:…` over its files without the cases.
    pub digest: String,
    /// True for the pack in the binary.
    pub is_built_in: bool,
    /// Its rules, by theme and id.
    pub rules: Vec<Rule>,
    /// Files of its cases, by path below `tests/`.
    pub cases: BTreeMap<String, Vec<u8>>,
}

/// All packs of a run, as one.
#[derive(Clone, Debug, Default)]
pub struct Packs {
    /// The packs in the order given.
    pub list: Vec<Pack>,
    /// Clauses and controls, by id.
    pub controls: BTreeMap<ControlId, Control>,
    /// Controls of the 2013 edition, by id.
    pub edition_2013: BTreeMap<ControlId, OldControl>,
    /// Kinds of evidence, by id.
    pub kinds: BTreeMap<String, Arc<Kind>>,
    /// Fields that events can have.
    pub event_fields: EventFields,
    /// Log sources, by id.
    pub log_sources: BTreeMap<String, Arc<LogSource>>,
    /// Ways to grade, by name.
    pub profiles: BTreeMap<String, Profile>,
    /// How much older than the one before a record of a log may be without being out of order.
    pub skew: Duration,
    /// Words that mean an empty cell, normalized.
    pub nothing: Vec<String>,
    /// Facts on certification, where a pack has them.
    pub certification: Option<Certification>,
}

/// The JSON Schemas of the files of a pack, by what each file is.
pub fn schemas() -> [(&'static str, schemars::Schema); 7] {
    [
        ("pack", schemars::schema_for!(Manifest)),
        ("rule", rule::schema()),
        ("kind", kind::schema()),
        ("controls", control::schema()),
        ("source", log_source::schema()),
        ("fields", log_source::schema_of_fields()),
        ("certification", schemars::schema_for!(Certification)),
    ]
}

/// Loads packs in the order given; a later one may use what an earlier one declares. A folder with
/// the id of the built-in pack stands in for it, so that the pack can be worked on without a build.
///
/// # Errors
/// Everything that is wrong with any of them.
pub fn load(packs: &[PackRef], world: &dyn World) -> Result<Packs, Vec<Diagnostic>> {
    let mut loaded = Packs::default();
    let mut errors = Vec::new();
    let mut read = Vec::new();
    for pack in packs {
        match PackFiles::read(pack, world) {
            Ok(files) => read.push((files, *pack == PackRef::BuiltIn)),
            Err(unreadable) => errors.extend(unreadable),
        }
    }
    let outside: BTreeSet<String> =
        read.iter().filter(|(_, is_built_in)| !is_built_in).filter_map(|(files, _)| files.id()).collect();
    if !outside.is_empty() {
        let is_outside = |files: &PackFiles| files.id().is_some_and(|id| outside.contains(&id));
        read.retain(|(files, is_built_in)| !is_built_in || !is_outside(files));
    }
    for (files, is_built_in) in read {
        errors.extend(loaded.add(files, is_built_in));
    }
    errors.extend(lint::lint(&loaded));
    if errors.is_empty() { Ok(loaded) } else { Err(errors) }
}

impl Packs {
    /// All rules, by pack, theme and id.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.list.iter().flat_map(|pack| &pack.rules)
    }

    /// The rule of this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules().find(|rule| rule.id == id)
    }

    /// The pack that a rule stands in.
    pub fn pack_of(&self, rule: &str) -> Option<&Pack> {
        self.list.iter().find(|pack| pack.rules.iter().any(|known| known.id == rule))
    }

    /// These packs with what another one declares besides its rules, as far as that can be read; and
    /// what is wrong with it.
    pub fn with_frame(&self, texts: &Texts) -> (Self, Vec<Diagnostic>) {
        let (mut packs, mut errors) = (self.clone(), Vec::new());
        match read_manifest(texts) {
            Ok(manifest) => packs.add_frame(texts, &manifest, &mut errors),
            Err(error) => {
                errors.push(error);
                // Without their vocabularies, kinds would seem to be wrong that are not.
                packs.add_controls(texts, &mut errors);
            }
        }
        (packs, errors)
    }

    /// Adds the files of one pack and gives back what is wrong with them.
    fn add(&mut self, files: PackFiles, is_built_in: bool) -> Vec<Diagnostic> {
        let digest = files.digest();
        let Opened { texts, cases, mut errors } = files.open();
        let manifest = match read_manifest(&texts).and_then(|manifest| checked_api(&texts, manifest)) {
            Ok(manifest) => manifest,
            Err(error) => return vec![error],
        };
        self.add_frame(&texts, &manifest, &mut errors);
        let rules = read_rules(&texts, &mut errors);
        self.list.push(Pack {
            id: manifest.id.into_inner(),
            title: manifest.title,
            version: manifest.version,
            digest,
            is_built_in,
            rules,
            cases,
        });
        errors
    }

    /// Adds everything but rules and cases.
    fn add_frame(&mut self, texts: &Texts, manifest: &Manifest, errors: &mut Vec<Diagnostic>) {
        self.profiles.extend(manifest.profiles.clone());
        if let Some(skew) = &manifest.skew {
            match skew.get_ref().parse::<Duration>() {
                Ok(length) if length.months == 0 => self.skew = length,
                _ => errors.push(bad_skew(texts, skew)),
            }
        }
        self.nothing.extend(manifest.nothing.iter().map(|word| normalize_word(word)));
        self.add_controls(texts, errors);
        self.add_kinds(texts, &manifest.vocabularies, errors);
        self.add_sources(texts, errors);
        match texts.get("certification.toml").map(|source| certification::read(source)) {
            Some(Ok(facts)) => self.certification = Some(facts),
            Some(Err(error)) => errors.push(error),
            None => {}
        }
    }

    fn add_controls(&mut self, texts: &Texts, errors: &mut Vec<Diagnostic>) {
        for source in below(texts, "controls/", ".toml") {
            match control::read(source) {
                Ok((controls, old)) => {
                    self.controls.extend(controls.into_iter().map(|control| (control.id, control)));
                    self.edition_2013.extend(old.into_iter().map(|old| (old.id, old)));
                }
                Err(error) => errors.push(error),
            }
        }
    }

    fn add_kinds(&mut self, texts: &Texts, shared: &kind::Vocabularies, errors: &mut Vec<Diagnostic>) {
        for source in below(texts, "schema/", ".toml") {
            match Kind::read(source, shared) {
                Ok(kind) => drop(self.kinds.insert(kind.id.clone(), Arc::new(kind))),
                Err(wrong) => errors.extend(wrong),
            }
        }
        self.share_document_fields();
    }

    /// Every kind of document has the fields of any document, besides its own.
    fn share_document_fields(&mut self) {
        let Some(documents) = self.kinds.get("documents").cloned() else { return };
        for kind in self.kinds.values_mut().filter(|kind| kind.shape == Shape::Document) {
            let kind = Arc::make_mut(kind);
            for (name, field) in &documents.fields {
                kind.fields.entry(name.clone()).or_insert_with(|| field.clone());
            }
        }
    }

    fn add_sources(&mut self, texts: &Texts, errors: &mut Vec<Diagnostic>) {
        if let Some(source) = texts.get("sources/fields.toml") {
            match EventFields::read(source) {
                Ok(fields) => self.event_fields = fields,
                Err(error) => errors.push(error),
            }
        }
        for source in
            below(texts, "sources/", ".toml").filter(|source| source.name() != "sources/fields.toml")
        {
            match LogSource::read(source, &self.event_fields) {
                Ok(log) => drop(self.log_sources.insert(log.id.clone(), Arc::new(log))),
                Err(wrong) => errors.extend(wrong),
            }
        }
    }
}

/// Texts of a pack by path, as `rules/people/training-overdue.toml`; its cases are none of them.
pub type Texts = BTreeMap<String, Arc<Source>>;

fn below<'a>(texts: &'a Texts, folder: &'a str, ending: &'a str) -> impl Iterator<Item = &'a Arc<Source>> {
    let inside = move |path: &str| path.starts_with(folder) && path.ends_with(ending);
    texts.iter().filter(move |(path, _)| inside(path)).map(|(_, source)| source)
}

fn read_manifest(texts: &Texts) -> Result<Manifest, Diagnostic> {
    let missing = || {
        let place = Place::whole("pack.toml", "looked for here");
        Diagnostic::error(Code::UnreadablePack, "the pack has no pack.toml").at(place)
    };
    let source = texts.get("pack.toml").ok_or_else(missing)?;
    toml_text::read(source, Code::InvalidPack)
}

fn checked_api(texts: &Texts, manifest: Manifest) -> Result<Manifest, Diagnostic> {
    let api = *manifest.api.get_ref();
    match texts.get("pack.toml") {
        Some(source) if api != ENGINE_API => {
            let message = format!("the pack is written for engine api {api}, this is {ENGINE_API}");
            Err(toml_text::wrong(source, Code::InvalidPack, &manifest.api, message))
        }
        _ => Ok(manifest),
    }
}

/// `rules/<theme>/<fault>.toml`, each with the script beside it when there is one.
fn read_rules(texts: &Texts, errors: &mut Vec<Diagnostic>) -> Vec<Rule> {
    let read = |text: &&Arc<Source>| {
        let stem = text.name().trim_end_matches(".toml");
        let script = texts.get(&format!("{stem}.rhai")).cloned();
        Rule::read(text, script, theme_of(text.name()))
    };
    // Side by side, since their patterns are compiled to be checked: half of the time of a start.
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

/// The theme of a rule, which is its folder.
pub fn theme_of(path: &str) -> &str {
    path.split('/').rev().nth(1).unwrap_or("rules")
}

fn bad_skew(texts: &Texts, skew: &toml::Spanned<String>) -> Diagnostic {
    let message = "a skew is a length such as `15m`";
    match texts.get("pack.toml") {
        Some(source) => toml_text::wrong(source, Code::InvalidPack, skew, message),
        None => Diagnostic::error(Code::InvalidPack, message),
    }
}
