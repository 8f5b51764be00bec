//! Answers to questions about a place: what may stand there, what it means, where that is declared.

use super::declared;
use super::describe;
use super::desk::Desk;
use super::keys::{self, Spot};
use super::position::Lines;
use super::uri;
use crate::lint::{Meaning, Offer, Offers};
use crate::pack::{Packs, Rule};
use crate::source::Source;
use gen_lsp_types::{
    CompletionItem, CompletionItemKind, Documentation, Hover, Location, MarkupContent, MarkupKind, Range,
    TextDocumentPositionParams, TextEdit, Uri,
};
use std::ops;
use std::path::Path;

/// So many names are offered.
const MOST: usize = 1_000;

/// The place that is asked about.
struct Asked<'d> {
    desk: &'d Desk,
    file: &'d Path,
    text: &'d str,
    at: usize,
    /// The path within the pack, or the name of the file.
    path: String,
}

/// A name that stands somewhere, what it means, and its bytes.
struct Found {
    meaning: Meaning,
    range: ops::Range<usize>,
}

/// What may stand at a place.
pub(super) fn completion(desk: &Desk, place: &TextDocumentPositionParams) -> Vec<CompletionItem> {
    let Some(file) = uri::path(&place.text_document.uri) else { return Vec::new() };
    let Some(asked) = asked(desk, &file, place) else { return Vec::new() };
    let lines = Lines::new(asked.text, desk.encoding);
    if let Some(offers) = asked.offers() {
        let range = lines.range(offers.range);
        let items = offers.list.iter().take(MOST).map(|offer| asked.item(offer, range));
        return items.collect();
    }
    let Some(spot) = keys::written(asked.text, asked.at) else { return Vec::new() };
    let range = lines.range(spot.range.clone());
    if let Some(names) = asked.names(&spot) {
        return names.iter().take(MOST).map(|offer| asked.item(offer, range)).collect();
    }
    let Some(schema) = desk.schemas().of(&asked.path) else { return Vec::new() };
    let kind =
        if spot.text.is_some() { CompletionItemKind::EnumMember } else { CompletionItemKind::Property };
    let item = |(name, doc): keys::Allowed| item(&name, kind, None, Some(doc), range);
    keys::allowed(schema, &spot).into_iter().map(item).collect()
}

/// What a name means.
pub(super) fn hover(desk: &Desk, place: &TextDocumentPositionParams) -> Option<Hover> {
    let file = uri::path(&place.text_document.uri)?;
    let asked = asked(desk, &file, place)?;
    let lines = Lines::new(asked.text, desk.encoding);
    if let Some(found) = asked.found() {
        let text = describe::meaning(asked.packs(), asked.rule(&found.meaning).as_deref(), &found.meaning)?;
        return Some(Hover::new(markdown(text).into(), Some(lines.range(found.range))));
    }
    let spot = keys::at(asked.text, asked.at).filter(|spot| spot.text.is_none())?;
    let doc = keys::doc(desk.schemas().of(&asked.path)?, &spot.keys)?;
    Some(Hover::new(markdown(doc).into(), Some(lines.range(spot.range))))
}

/// Where what a name means is declared.
pub(super) fn definition(desk: &Desk, place: &TextDocumentPositionParams) -> Option<Location> {
    let file = uri::path(&place.text_document.uri)?;
    let asked = asked(desk, &file, place)?;
    asked.declaration(&asked.found()?.meaning)
}

/// Where the rule that says something of evidence is declared.
pub(super) fn rule(desk: &Desk, id: &str) -> Option<Location> {
    declaration(desk, None, &Meaning::Rule(id.to_owned()))
}

fn asked<'d>(desk: &'d Desk, file: &'d Path, place: &TextDocumentPositionParams) -> Option<Asked<'d>> {
    let text = desk.documents.get(file)?.text.as_str();
    let at = Lines::new(text, desk.encoding).offset(place.position);
    let name = || Some(file.file_name()?.to_str()?.to_owned());
    let path = desk.workshop_of(file).map(|(_, path)| path).or_else(name)?;
    Some(Asked { desk, file, text, at, path })
}

impl Asked<'_> {
    fn packs(&self) -> &Packs {
        self.desk.workshop_of(self.file).map_or_else(|| self.desk.packs(), |(known, _)| known.linter.packs())
    }

    /// What a rule may have here.
    fn offers(&self) -> Option<Offers> {
        let (workshop, path) = self.desk.workshop_of(self.file)?;
        workshop.linter.offers(&workshop.files.texts, &path, self.at)
    }

    /// The name that stands here.
    fn found(&self) -> Option<Found> {
        if let Some((workshop, path)) = self.desk.workshop_of(self.file)
            && let Some(standing) = workshop.linter.standing(&workshop.files.texts, &path, self.at)
        {
            return Some(Found { meaning: standing.meaning, range: standing.range });
        }
        let spot = keys::at(self.text, self.at)?;
        let meaning = match (&spot.text, spot.keys.last()?.as_str()) {
            (Some(id), "rule") => Meaning::Rule(id.clone()),
            (Some(id), "control" | "controls" | "edition_2013" | "by") => Meaning::Control(id.parse().ok()?),
            (Some(id), "kind") => Meaning::Kind(id.clone()),
            // `[params.leaver-account-active]` of a workspace.
            (None, id)
                if spot.keys.first()? == "params" && spot.keys.len() == 2 && self.path == "preaudit.toml" =>
            {
                Meaning::Rule(id.to_owned())
            }
            _ => return None,
        };
        Some(Found { meaning, range: spot.range })
    }

    /// Names that a text outside of rules may be.
    fn names(&self, spot: &Spot) -> Option<Vec<Offer>> {
        spot.text.as_ref()?;
        let packs = self.packs();
        let offer = |name: String, meaning: Meaning| Offer { name, meaning };
        Some(match spot.keys.last()?.as_str() {
            "rule" => {
                let own = self.desk.workshop_of(self.file);
                let own = own.iter().flat_map(|(workshop, _)| workshop.linter.rules());
                let all = packs.rules().chain(own);
                all.map(|rule| offer(rule.id.clone(), Meaning::Rule(rule.id.clone()))).collect()
            }
            "control" | "controls" => {
                packs.controls.keys().map(|id| offer(id.to_string(), Meaning::Control(*id))).collect()
            }
            // Of a rule too, where what it looks at is not written yet.
            "kind" | "uses" | "may_use" => {
                packs.kinds.keys().map(|id| offer(id.clone(), Meaning::Kind(id.clone()))).collect()
            }
            _ => return None,
        })
    }

    /// The rule that a name stands in, or that it names.
    fn rule(&self, meaning: &Meaning) -> Option<std::borrow::Cow<'_, Rule>> {
        let (workshop, path) = self.desk.workshop_of(self.file)?;
        let stem = path.rsplit('/').next()?.split('.').next()?;
        let id = if let Meaning::Rule(id) = meaning { id } else { stem };
        workshop.linter.rule(id).map(std::borrow::Cow::Borrowed)
    }

    fn item(&self, offer: &Offer, range: Range) -> CompletionItem {
        let kind = match &offer.meaning {
            Meaning::Control(_) | Meaning::Rule(_) => CompletionItemKind::Reference,
            Meaning::Kind(_) => CompletionItemKind::Class,
            Meaning::Field { .. } | Meaning::EventField(_) => CompletionItemKind::Field,
            Meaning::Word { .. } => CompletionItemKind::EnumMember,
            Meaning::Param(_) => CompletionItemKind::Constant,
            Meaning::Functions(all) if all.iter().all(|one| one.is_property) => CompletionItemKind::Property,
            Meaning::Functions(_) | Meaning::Own { .. } => CompletionItemKind::Function,
            Meaning::Variable { .. } => CompletionItemKind::Variable,
        };
        let detail = describe::short(self.packs(), &offer.meaning);
        let doc = describe::meaning(self.packs(), self.rule(&offer.meaning).as_deref(), &offer.meaning);
        item(&offer.name, kind, detail, doc, range)
    }

    fn declaration(&self, meaning: &Meaning) -> Option<Location> {
        match meaning {
            Meaning::Own { at, .. } | Meaning::Variable { at: Some(at), .. } => {
                let lines = Lines::new(self.text, self.desk.encoding);
                Some(Location::new(uri::of_path(self.file), lines.range(at.clone())))
            }
            Meaning::Param(name) => {
                let (workshop, path) = self.desk.workshop_of(self.file)?;
                let declared = format!("{}.toml", path.rsplit_once('.')?.0);
                let source = workshop.files.texts.get(&declared)?;
                let at = declared::param(source, name)?;
                Some(location(self.desk, uri::of_path(&workshop.folder.join(declared)), source, at))
            }
            _ => declaration(self.desk, Some(self.file), meaning),
        }
    }
}

/// Where packs declare what a name means: the one that a file belongs to, one that is worked on, then
/// those that they build on. The texts of the one in the binary are no files, and have names of their own.
fn declaration(desk: &Desk, file: Option<&Path>, meaning: &Meaning) -> Option<Location> {
    let own = file.and_then(|file| desk.workshop_of(file)).map(|(workshop, _)| workshop);
    let others = desk.workshops.values().filter_map(|one| one.as_ref().ok());
    for workshop in own.into_iter().chain(others) {
        if let Some((source, at)) = declared::within(&workshop.files.texts, meaning) {
            let uri = uri::of_path(&workshop.folder.join(source.name()));
            return Some(location(desk, uri, source, at));
        }
    }
    desk.texts().iter().find_map(|(folder, texts)| {
        let (source, at) = declared::within(texts, meaning)?;
        let uri = match folder {
            Some(folder) => uri::of_path(&folder.join(source.name())),
            None => uri::of_built_in(source.name()),
        };
        Some(location(desk, uri, source, at))
    })
}

fn location(desk: &Desk, uri: Uri, source: &Source, at: ops::Range<usize>) -> Location {
    Location::new(uri, Lines::new(source.text(), desk.encoding).range(at))
}

fn item(
    name: &str,
    kind: CompletionItemKind,
    detail: Option<String>,
    doc: Option<String>,
    range: Range,
) -> CompletionItem {
    CompletionItem {
        label: name.to_owned(),
        kind: Some(kind),
        detail,
        documentation: doc.filter(|doc| !doc.is_empty()).map(|doc| Documentation::from(markdown(doc))),
        filter_text: Some(name.to_owned()),
        text_edit: Some(TextEdit::new(range, name.to_owned()).into()),
        ..CompletionItem::default()
    }
}

fn markdown(value: String) -> MarkupContent {
    MarkupContent { kind: MarkupKind::Markdown, value }
}
