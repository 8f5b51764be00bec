//! Lints that somebody allowed, with a reason.
//!
//! `# preaudit: allow(id) reason` in TOML and `// preaudit: allow(id) reason` in scripts allow a
//! lint on the same line or the line below. Several ids stand with commas between them.

use super::tree::Item;
use super::{Files, Lint, LintId};
use crate::source::Source;
use crate::toml_text::did_you_mean;
use regex::Regex;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A remark that allows lints.
struct Allow {
    /// The ids, each with its bytes.
    ids: Vec<(String, Range<usize>)>,
    /// Bytes of the whole remark.
    range: Range<usize>,
    has_reason: bool,
    /// The line on which it stands.
    line: usize,
    used: Vec<bool>,
}

/// Lints of a pack without those that are allowed, and with those about allowing; by file and place.
pub(super) fn apply(told: Vec<Lint>, files: &Files) -> Vec<Lint> {
    let mut kept = Vec::new();
    let mut rest = told;
    for source in files.texts.values().filter(|source| source.text().contains("preaudit: allow")) {
        let mut allows = allows(source);
        let (own, others): (Vec<Lint>, Vec<Lint>) =
            rest.into_iter().partition(|lint| lint.source.name() == source.name());
        rest = others;
        kept.extend(own.into_iter().filter(|lint| !allows.iter_mut().any(|allow| allow.covers(lint))));
        kept.extend(allows.iter().flat_map(|allow| allow.lints(source)));
    }
    kept.extend(rest);
    kept.sort_by(|one, other| {
        let key = |lint: &Lint| (lint.source.name().to_owned(), lint.range.start, lint.id);
        key(one).cmp(&key(other)).then_with(|| one.message.cmp(&other.message))
    });
    kept.dedup_by(|one, other| {
        one.id == other.id
            && one.range == other.range
            && one.message == other.message
            && one.source.name() == other.source.name()
    });
    kept
}

fn allows(source: &Arc<Source>) -> Vec<Allow> {
    static REMARK: OnceLock<Option<Regex>> = OnceLock::new();
    let remark = REMARK.get_or_init(|| Regex::new(r"(#|//) *preaudit: allow\(([^)\n]*)\)([^\n]*)").ok());
    let Some(remark) = remark else { return Vec::new() };
    let is_toml = source.name().ends_with(".toml");
    let texts = if is_toml { Item::read(source).map_or(Vec::new(), |tree| tree.texts()) } else { Vec::new() };
    let mut allows = Vec::new();
    for found in remark.captures_iter(source.text()) {
        let (Some(all), Some(mark), Some(ids)) = (found.get(0), found.get(1), found.get(2)) else { continue };
        let is_within_text = texts.iter().any(|text| text.contains(&all.start()));
        if is_within_text || (mark.as_str() == "#") != is_toml {
            continue;
        }
        let ids = named(ids.as_str(), ids.start());
        let used = vec![false; ids.len()];
        let has_reason = found.get(3).is_some_and(|reason| reason.as_str().trim().len() > 1);
        let line = line(source, all.start());
        allows.push(Allow { ids, range: all.range(), has_reason, line, used });
    }
    allows
}

/// Ids with commas between them, each with its bytes.
fn named(text: &str, start: usize) -> Vec<(String, Range<usize>)> {
    let mut at = start;
    let mut ids = Vec::new();
    for part in text.split(',') {
        let from = at + part.len() - part.trim_start().len();
        ids.push((part.trim().to_owned(), from..from + part.trim().len()));
        at += part.len() + 1;
    }
    ids
}

fn line(source: &Source, at: usize) -> usize {
    source.text()[..at].matches('\n').count()
}

impl Allow {
    /// True where it allows this lint; notes that it was needed.
    fn covers(&mut self, lint: &Lint) -> bool {
        let on = line(&lint.source, lint.range.start);
        if on != self.line && on != self.line + 1 {
            return false;
        }
        let Some(number) = self.ids.iter().position(|(id, _)| id == lint.id.name()) else { return false };
        self.used[number] = true;
        true
    }

    /// What is wrong with it.
    fn lints(&self, source: &Arc<Source>) -> Vec<Lint> {
        let mut told = Vec::new();
        if !self.has_reason {
            let message = "say why this is allowed, behind the brackets";
            told.push(Lint::new(LintId::AllowWithoutReason, source, self.range.clone(), message));
        }
        for ((id, range), used) in self.ids.iter().zip(&self.used) {
            let known = LintId::named(id);
            if known.is_none() {
                let near = did_you_mean(id, LintId::ALL.iter().map(|id| id.name()));
                let message = format!("no lint `{id}`{near}");
                told.push(Lint::new(LintId::UnknownLint, source, range.clone(), message));
            } else if !used {
                let message = format!("there is no `{id}` here");
                told.push(Lint::new(LintId::UnusedAllow, source, range.clone(), message));
            }
        }
        told
    }
}
