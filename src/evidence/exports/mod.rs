//! Exports of tools: what a scanner wrote, as rows of kinds of evidence.
//!
//! In comes a tree (of JSON, YAML, XML, or one row of CSV), and what a pack says of the exports that
//! it knows; out go tables whose cells keep the place of what was read. An export is recognized by
//! what stands in it, never by the name of its file. What it says about itself that keeps it from
//! being whole is told, and nothing may be concluded then from what it does not show.

mod fill;
mod find;
mod import;

pub(super) use import::{Import, Imported, Importer};

use super::node::{Node, NodeValue};
use crate::pack::{Export, ExportFormat, ExportPath, Packs};
use find::{Finder, Scope, elements};
use std::sync::Arc;

/// Records of a list that are looked at to find out what it is.
const FIRST: usize = 20;

/// The export that a tree is: of those whose needs it meets, the one that needs most.
pub(super) fn recognize<'p>(packs: &'p Packs, format: ExportFormat, tree: &Node) -> Option<&'p Arc<Export>> {
    let roots = elements(tree).iter().take(FIRST).filter(|root| matches!(root.value, NodeValue::Map(_)));
    roots.into_iter().find_map(|root| recognize_by(packs, format, root))
}

fn recognize_by<'p>(packs: &'p Packs, format: ExportFormat, root: &Node) -> Option<&'p Arc<Export>> {
    let (finder, at, trail) = (Finder::default(), ExportPath::default(), [root]);
    let scope = Scope { at: &at, trail: &trail };
    let met = |export: &Export| {
        let needs = export.needs.iter().filter(|all| {
            !all.is_empty() && all.iter().all(|condition| finder.fulfilled(condition, scope).is_some())
        });
        needs.map(Vec::len).max()
    };
    let known = packs.exports.values().filter(|export| export.format == format);
    // The first of equals, in the order of their names.
    let ranked = known.filter_map(|export| Some((met(export)?, export)));
    ranked.rev().max_by_key(|(met, _)| *met).map(|(_, export)| export)
}

/// True when some export in XML begins with an element of this name.
pub(super) fn has_root(packs: &Packs, name: &str) -> bool {
    let known = packs.exports.values().filter(|export| export.format == ExportFormat::Xml);
    let first = |path: &ExportPath| path.steps.first().and_then(|step| step.key.clone());
    known
        .flat_map(|export| export.needs.iter().flatten())
        .any(|need| first(&need.path).as_deref() == Some(name))
}
