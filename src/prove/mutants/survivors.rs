//! Mutants that no case can notice, as a rule's `mutants.toml` lists them.

use super::{Allowed, Survivor, Tried};
use crate::code::Code;
use crate::source::Source;
use crate::toml_text::{self, wrong};
use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// The list in a rule's folder of cases.
pub const SURVIVORS: &str = "mutants.toml";

/// The list as people write it.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SurvivorsText {
    /// The mutants.
    #[serde(default)]
    survivor: Vec<SurvivorText>,
}

/// A mutant that no case can notice, as people write it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SurvivorText {
    /// Its name, as `rule test --mutants` prints it.
    #[schemars(with = "String")]
    mutant: Spanned<String>,
    /// Why it means the same, or why its difference cannot matter.
    #[schemars(with = "String")]
    reason: Spanned<String>,
}

/// Parts the mutants that survive into those that the list allows and the others. Entries that are of
/// no use any more, and those without a reason, are told.
pub(super) fn part(source: &Source, survivors: Vec<Survivor>, tried: &mut Tried) {
    let list: SurvivorsText = match toml_text::read(source, Code::InvalidCase) {
        Ok(list) => list,
        Err(error) => {
            tried.faults.push(error);
            SurvivorsText::default()
        }
    };
    for entry in &list.survivor {
        let name = entry.mutant.get_ref();
        if !survivors.iter().any(|survivor| survivor.name == *name) {
            let message = format!("no mutant `{name}` survives; take it off the list");
            tried.faults.push(wrong(source, Code::InvalidCase, &entry.mutant, message));
        }
        if entry.reason.get_ref().trim().is_empty() {
            tried.faults.push(wrong(
                source,
                Code::InvalidCase,
                &entry.reason,
                "say why no case can notice it",
            ));
        }
    }
    for survivor in survivors {
        match list.survivor.iter().find(|entry| *entry.mutant.get_ref() == survivor.name) {
            Some(entry) => {
                let reason = entry.reason.get_ref().clone();
                tried.allowed.push(Allowed { name: survivor.name, reason });
            }
            None => tried.survivors.push(survivor),
        }
    }
}
