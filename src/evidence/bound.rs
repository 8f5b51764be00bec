//! Parameters bound to sentences of the organization's own documents: what these say today.
//!
//! In comes the evidence with what `preaudit.toml` binds; out goes each bound parameter with its
//! sentence, or why it has none. A limit whose sentence is gone or says something else is no
//! limit: the rule then judges nothing, because a wrong limit must not.

use super::document::Document;
use super::numbers::{self, DecimalSign};
use super::params::{Bind, Given, Wanted};
use super::{Evidence, lengths};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::{Packs, ParamKind, ParamValue};
use crate::place::Place;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

/// Sentences looked at in one document.
const SENTENCES: usize = 200;
/// Characters of a document's title that its sentence is shown with.
const TITLE: usize = 40;
/// What to do about a parameter that has no sentence.
const HELP: &str =
    "mend preaudit.toml or the document, whichever is wrong; until then the rule judges nothing";

/// A sentence that sets a parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// The value.
    pub value: ParamValue,
    /// Where it stands, with what it says.
    pub place: Place,
}

/// Bound parameters by rule and name: the sentence, or why there is none that could be relied on.
pub type Bound = BTreeMap<(String, String), Result<Sentence, String>>;

/// Looks all bound parameters up, and tells of those that no sentence sets.
pub(super) fn look_up(evidence: &mut Evidence, packs: &Packs) {
    let (mut bound, mut told) = (Bound::new(), Vec::new());
    for (rule, params) in &evidence.workspace.params {
        for (name, given) in params {
            let param = packs.rule(rule).and_then(|rule| rule.params.get(name));
            let (Some(param), Some(bind)) = (param, &given.bind) else { continue };
            let inquiry = Inquiry { evidence, name: format!("{rule}.{name}"), kind: param.kind, given, bind };
            let result = inquiry.sentence().map_err(|(reason, places)| {
                let told_here = Diagnostic::error(Code::ParameterUnfounded, reason.clone()).help(HELP);
                told.push(places.into_iter().fold(told_here, Diagnostic::at));
                reason
            });
            bound.insert((rule.clone(), name.clone()), result);
        }
    }
    evidence.bound = bound;
    evidence.diagnostics.extend(told);
}

/// One bound parameter.
struct Inquiry<'a> {
    evidence: &'a Evidence,
    name: String,
    kind: ParamKind,
    given: &'a Given,
    bind: &'a Bind,
}

/// Why no sentence sets a parameter, and where that shows.
type Unfounded = (String, Vec<Place>);

/// A sentence that was found.
struct Found<'a> {
    document: &'a Document,
    range: Range<usize>,
    /// What it says, where the pattern captures that; nothing that can be read, else.
    says: Option<Option<ParamValue>>,
}

impl Inquiry<'_> {
    fn sentence(&self) -> Result<Sentence, Unfounded> {
        let wanted = self.bind.document.text();
        let documents = self.documents();
        let Some(first) = documents.first() else {
            let reason = format!("{} is bound to {wanted}, and no such document was read", self.name);
            return Err((reason, vec![self.here("bound here")]));
        };
        let found: Vec<Found<'_>> = documents.iter().flat_map(|document| self.search(document)).collect();
        let Some(shown) = found.first() else {
            let reason = format!("{} is bound to a sentence that {wanted} does not hold", self.name);
            return Err((reason, vec![self.here("bound here"), first.place("the sentence is not in here")]));
        };
        if let Some(strange) = found.iter().find(|one| one.says == Some(None)) {
            let reason = format!("{} is bound to a sentence that does not say {}", self.name, self.kind);
            return Err((reason, vec![self.here("bound here"), strange.place("cannot be read as that")]));
        }
        if let Some(other) = found.iter().find(|one| one.says != shown.says) {
            let reason = format!(
                "{} is bound to a sentence that says {} and also {}",
                self.name,
                shown.told(),
                other.told()
            );
            let label = |one: &Found<'_>| one.place(&format!("says {}", one.told()));
            return Err((reason, vec![self.here("bound here"), label(shown), label(other)]));
        }
        self.agreed(shown)
    }

    /// The sentence, unless the value that was given is another.
    fn agreed(&self, found: &Found<'_>) -> Result<Sentence, Unfounded> {
        let said = found.says.clone().flatten();
        if let (Some(given), Some(said)) = (&self.given.value, &said)
            && given != said
        {
            let file = found.document.source.name();
            let reason = format!("{} is set to {given}, and {file} says {said}", self.name);
            let here = self.here(&format!("set to {given}"));
            return Err((reason, vec![here, found.place(&format!("says {said}"))]));
        }
        let Some(value) = said.or_else(|| self.given.value.clone()) else {
            return Err((format!("{} has no value", self.name), vec![self.here("bound here")]));
        };
        Ok(Sentence {
            value,
            place: found.place(&format!("{} says {}", title(found.document), found.told())),
        })
    }

    /// The documents that may hold the sentence, each once, in the order of their files.
    fn documents(&self) -> Vec<Arc<Document>> {
        let tables = self.evidence.tables.iter().filter(|(kind, _)| match &self.bind.document {
            Wanted::Kind(wanted) => *kind == wanted,
            Wanted::Files(_) => true,
        });
        let documents = tables.flat_map(|(_, tables)| tables).filter_map(|table| table.document.clone());
        let matching = documents.filter(|document| match &self.bind.document {
            Wanted::Kind(_) => true,
            Wanted::Files(files) => files.matches(document.source.name()),
        });
        let by_file: BTreeMap<String, Arc<Document>> =
            matching.map(|document| (document.source.name().to_owned(), document)).collect();
        by_file.into_values().collect()
    }

    fn search<'d>(&self, document: &'d Document) -> Vec<Found<'d>> {
        let flat = Flat::of(document.source.text());
        let tells = self.bind.tells(self.kind);
        let found = self.bind.pattern.captures_iter(&flat.text).take(SENTENCES).filter_map(|captures| {
            let range = flat.range(captures.get(0)?.range());
            let parts: Vec<&str> = captures.iter().skip(1).flatten().map(|part| part.as_str()).collect();
            let says = tells.then(|| read(self.kind, &parts.join(" ")));
            Some(Found { document, range, says })
        });
        found.collect()
    }

    /// Where `preaudit.toml` binds the parameter.
    fn here(&self, label: &str) -> Place {
        match &self.evidence.workspace.text {
            Some(text) => text.span(self.given.range.clone()).place(label),
            None => Place::whole(super::FILE_NAME, label),
        }
    }
}

impl Found<'_> {
    fn place(&self, label: &str) -> Place {
        self.document.source.span(self.range.clone()).place(label)
    }

    fn told(&self) -> String {
        self.says.clone().flatten().map_or_else(|| "so".to_owned(), |said| said.to_string())
    }
}

/// A value as a sentence says it.
fn read(kind: ParamKind, text: &str) -> Option<ParamValue> {
    match kind {
        ParamKind::Duration => lengths::length(text).map(ParamValue::Duration),
        ParamKind::Integer => lengths::whole(text).map(ParamValue::Integer),
        ParamKind::Number => numbers::read(text, DecimalSign::Unproven).map(ParamValue::Number),
        ParamKind::Boolean | ParamKind::Text | ParamKind::Pattern | ParamKind::Texts => None,
    }
}

/// The title of a document, or its file where that is too long to be shown.
fn title(document: &Document) -> String {
    let named = document.name();
    if named.chars().count() <= TITLE { named.to_owned() } else { "the document".to_owned() }
}

/// A text whose white space is one blank each, without marks of emphasis, and where its parts stood.
struct Flat {
    text: String,
    /// Bytes of this text at which a part begins, and where it stood.
    parts: Vec<(usize, usize)>,
}

impl Flat {
    fn of(text: &str) -> Self {
        let mut flat = Self { text: String::with_capacity(text.len()), parts: Vec::new() };
        let start = text.as_ptr() as usize;
        for word in text.split_whitespace() {
            if !flat.text.is_empty() && !flat.text.ends_with(' ') {
                flat.text.push(' ');
            }
            for part in word.split(['*', '`']).filter(|part| !part.is_empty()) {
                flat.parts.push((flat.text.len(), part.as_ptr() as usize - start));
                flat.text.push_str(part);
            }
        }
        flat
    }

    /// Where a part of this text stood.
    fn range(&self, part: Range<usize>) -> Range<usize> {
        let start = self.stood(part.start);
        // The last byte, because what follows may stand behind a mark.
        start..if part.is_empty() { start } else { self.stood(part.end - 1) + 1 }
    }

    fn stood(&self, at: usize) -> usize {
        let part = self.parts.partition_point(|(begins, _)| *begins <= at).saturating_sub(1);
        self.parts.get(part).map_or(0, |(begins, stood)| stood + (at - begins))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wrapped_sentence_is_found_where_it_stands() {
        let text = "# Rules\n\nAccounts go within 1\n  day of leaving.\n";
        let flat = Flat::of(text);
        let at = flat.text.find("within 1 day of").unwrap();
        let range = flat.range(at..at + "within 1 day of".len());
        assert_eq!(&text[range], "within 1\n  day of");
        assert_eq!(Flat::of("").range(0..0), 0..0);
    }

    #[test]
    fn emphasis_hides_no_sentence() {
        let text = "Konten werden binnen **drei Tagen** * gesperrt – `é`.";
        let flat = Flat::of(text);
        assert_eq!(flat.text, "Konten werden binnen drei Tagen gesperrt – é.");
        let shown = |part: &str| {
            let at = flat.text.find(part).unwrap();
            &text[flat.range(at..at + part.len())]
        };
        assert_eq!(shown("binnen drei Tagen"), "binnen **drei Tagen");
        assert_eq!(shown("drei"), "drei");
        assert_eq!(shown("é."), "é`.");
    }

    #[test]
    fn what_a_sentence_says_is_read_as_the_parameter_is() {
        assert_eq!(read(ParamKind::Duration, "2 weeks"), Some(ParamValue::Duration("14d".parse().unwrap())));
        assert_eq!(read(ParamKind::Integer, "zehn"), Some(ParamValue::Integer(10)));
        assert_eq!(read(ParamKind::Number, "7.5"), Some(ParamValue::Number(7.5)));
        assert_eq!(read(ParamKind::Duration, "soon"), None);
    }
}
