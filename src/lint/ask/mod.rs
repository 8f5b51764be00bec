//! What stands at a place of a rule, and what could stand there: for whoever writes rules in an editor.
//!
//! What could stand at a place is found by writing a name there that nobody else writes: the text is
//! read as always, and what is known of the name is what is known of the place. A text that is
//! being written is rarely whole, so it is read with the least that makes it so.

mod meaning;
mod offer;
mod whole;

pub use meaning::{Meaning, Standing};
pub use offer::{Offer, Offers};

use super::part::{self, Part};
use super::{Frame, Linter, form, is_rule, script_of};
use crate::pack::{Packs, Rule, Texts};
use crate::script::api::Api;
use crate::source::Source;
use std::sync::Arc;

/// A rule whose text or script is asked about.
struct Asked<'a> {
    frame: &'a Frame<'a>,
    /// True when the script is asked about, and not the declaration.
    is_script: bool,
}

impl Linter {
    /// The pack that was last checked, with those that it builds on; rules are those of the latter.
    pub fn packs(&self) -> &Packs {
        self.frame.as_ref().map_or(&self.base, |known| &known.packs)
    }

    /// The rule of the pack that was last checked with this id.
    pub fn rule(&self, id: &str) -> Option<&Rule> {
        self.rules.values().filter_map(|known| known.rule.as_deref()).find(|rule| rule.id == id)
    }

    /// The rules of the pack that was last checked, by the paths of their files.
    pub fn rules(&self) -> impl Iterator<Item = &Rule> {
        self.rules.values().filter_map(|known| known.rule.as_deref())
    }

    /// What stands at this byte of a rule's declaration or script; none where nothing does that is known.
    pub fn standing(&self, texts: &Texts, path: &str, at: usize) -> Option<Standing> {
        let (declaration, script) = pair(texts, path)?;
        let rule = form::rule(&declaration, script).0?;
        self.ask(&rule, path, |asked| meaning::at(asked, at))
    }

    /// What could stand at this byte of a rule's declaration or script, in place of what is written of
    /// it there so far.
    pub fn offers(&self, texts: &Texts, path: &str, at: usize) -> Option<Offers> {
        let (declaration, script) = pair(texts, path)?;
        let written = if path.ends_with(".rhai") { script.as_ref()? } else { &declaration };
        whole::candidates(path, written.text(), at).into_iter().find_map(|candidate| {
            let marked = Arc::new(Source::new(written.name(), candidate));
            let (declaration, script, shift) = match path.ends_with(".rhai") {
                true => (whole::with_missing_keys(&declaration), Some(marked), 0),
                false => {
                    let filled = whole::with_missing_keys(&marked);
                    let shift = filled.shift;
                    (filled, script.clone(), shift)
                }
            };
            let rule = form::rule(&declaration.source, script).0?;
            self.ask(&rule, path, |asked| offer::at(asked, (at, shift)))
        })
    }

    /// Asks a rule as it would be looked at.
    fn ask<T>(&self, rule: &Rule, path: &str, ask: impl FnOnce(&Asked<'_>) -> Option<T>) -> Option<T> {
        let nothing = super::Broken::default();
        let broken = self.frame.as_ref().map_or(&nothing, |known| &known.broken);
        let frame = Frame { packs: self.packs(), rule, broken, api: Api::get() };
        ask(&Asked { frame: &frame, is_script: path.ends_with(".rhai") })
    }
}

impl<'a> Asked<'a> {
    /// The parts of the text that is asked about.
    fn parts(&self) -> Vec<Part<'a>> {
        let all = part::parts(self.frame).0;
        all.into_iter().filter(|part| part.script().is_some() == self.is_script).collect()
    }
}

/// The declaration of a rule and the script beside it, of which one stands at this path.
fn pair(texts: &Texts, path: &str) -> Option<(Arc<Source>, Option<Arc<Source>>)> {
    let declared = format!("{}.toml", path.strip_suffix(".rhai").or(path.strip_suffix(".toml"))?);
    let declaration = texts.get(&declared).filter(|_| is_rule(&declared))?;
    Some((Arc::clone(declaration), texts.get(&script_of(&declared)).cloned()))
}
