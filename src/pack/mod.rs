//! Packs: controls, kinds of evidence, log sources, rules and their cases.
//!
//! In comes a folder, or the pack in the binary; out go checked types. What is wrong with a pack
//! is told all at once, each error at its place. Nothing here looks at evidence or runs a rule.

mod archive;
mod certification;
mod contents;
mod control;
mod coverage;
mod declared;
mod export;
mod files;
mod kind;
mod lay;
mod lint;
mod load;
mod lock;
mod log_source;
mod manifest;
mod named;
mod open;
mod overlay;
mod param;
mod pattern;
mod reader;
mod reading;
mod rule;
mod scan;
mod trust;
mod words;

pub use archive::write as write_archive;
pub use certification::{Band, Certification, Factor, Level, Limits, Share, Sites, Splits};
pub use contents::{Contents, Listed};
pub use control::{Attributes, Automation, Control, Documented, OldControl, Requirement, Theme};
pub use coverage::{ATTESTATIONS, Coverage};
pub use declared::{Declared, DeclaredText, INSTALLED, archive_name, declared, declared_but, is_wanted};
pub use export::{Category, Export, ExportFormat, ExportRecords, Shortfall};
pub use files::{Bytes, PackFiles, hex};
pub(crate) use kind::Meaning;
pub use kind::{Field, Holds, Kind, PersonFields, Required, Shape};
pub use load::{Opened, Texts, base_of, load, missing_key, open, theme_of};
pub use lock::{Change, LOCK_NAME, Lock, Locked};
pub use log_source::{Derivation, EventFields, LogFormat, LogSource, Pattern, TimeFormat};
pub use manifest::{ENGINE_API, Profile};
pub use named::{Named, Role};
pub use open::PackRef;
pub use overlay::Overlay;
pub use param::{PATTERN_BYTES, Param, ParamKind, ParamValue};
pub use pattern::{LazyRegex, Origin};
pub use reader::{Expression, Length};
pub use reading::{ExportCondition, ExportPath, ExportStep, Only, Reading, Test};
pub use rule::{Each, Form, Ratio, Rule};
pub use scan::{Compare, Expect, Join, Keys, Scan, ScanFinding, Then, Top};
pub use trust::{Trust, TrustText};
pub use words::{Vocabulary, normalize_header, normalize_word};

use crate::control_id::ControlId;
use crate::finding::Diagnostic;
use crate::signature::PublicKey;
use crate::time::Duration;
use std::collections::BTreeMap;
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
    /// Who signed it, when somebody did.
    pub signer: Option<PublicKey>,
    /// Packs that it builds on, each with the versions that will do.
    pub needs: BTreeMap<String, String>,
    /// Its rules, by theme and id.
    pub rules: Vec<Rule>,
    /// Files of its cases, by path below `tests/`.
    pub cases: BTreeMap<String, Bytes>,
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
    /// Exports of tools, by id.
    pub exports: BTreeMap<String, Arc<Export>>,
    /// What tools find, by sort.
    pub categories: BTreeMap<String, Category>,
    /// Ways to grade, by name.
    pub profiles: BTreeMap<String, Profile>,
    /// How much older than the one before a record of a log may be without being out of order.
    pub skew: Duration,
    /// Words that mean an empty cell, normalized.
    pub nothing: Vec<String>,
    /// Words that the kinds of all packs share, by vocabulary and meaning.
    pub vocabularies: BTreeMap<String, BTreeMap<String, Vec<String>>>,
    /// Facts on certification, where a pack has them.
    pub certification: Option<Certification>,
    /// What is good to know of them.
    pub diagnostics: Vec<Diagnostic>,
}

/// The JSON Schemas of the files of a pack, by what each file is.
pub fn schemas() -> [(&'static str, schemars::Schema); 9] {
    [
        ("pack", manifest::schema()),
        ("rule", rule::schema()),
        ("kind", kind::schema()),
        ("controls", control::schema()),
        ("source", log_source::schema()),
        ("fields", log_source::schema_of_fields()),
        ("export", export::schema()),
        ("categories", export::schema_of_categories()),
        ("certification", schemars::schema_for!(Certification)),
    ]
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
}
