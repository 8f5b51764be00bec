//! Reads the parts of a rule's file and collects what is wrong with them.

use super::named::{Named, Role};
use super::param::{Param, ParamKind};
use super::pattern::Origin;
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::source::Source;
use crate::time::Duration;
use crate::toml_text::wrong;
use std::collections::BTreeMap;
use std::ops::Range;
use toml::Spanned;

/// An expression of a rule, with its place in the rule's file.
#[derive(Clone, Debug)]
pub struct Expression {
    /// The expression.
    pub text: String,
    /// Bytes of the value in the file, quotes included.
    pub range: Range<usize>,
    /// True when the file writes it letter by letter, so that its columns can be counted.
    pub is_literal: bool,
}

impl Expression {
    /// The first byte of the expression in the file, when the file writes it letter by letter.
    pub fn start(&self, source: &Source) -> Option<usize> {
        self.is_literal.then(|| self.place(source, 0..0).start)
    }

    /// True for a text in which `${…}` stands for a value; in the file it has no back-ticks.
    pub fn is_message(&self) -> bool {
        self.text.starts_with('`')
    }

    /// Bytes of the file for bytes of the expression; the whole value where the file writes it with
    /// escapes.
    pub fn place(&self, source: &Source, part: Range<usize>) -> Range<usize> {
        let written = source.text().get(self.range.clone()).unwrap_or_default();
        // A message is wrapped in back-ticks that the file does not have.
        let (text, lead) = match self.text.strip_prefix('`').and_then(|text| text.strip_suffix('`')) {
            Some(message) => (message, 1),
            None => (self.text.as_str(), 0),
        };
        // Behind the opening quotes, and behind the line end that may follow three of them.
        let found = if self.is_literal { written.find(text) } else { None };
        let Some(start) = found.map(|at| self.range.start + at) else { return self.range.clone() };
        let at = |offset: usize| start + offset.saturating_sub(lead).min(text.len());
        at(part.start)..at(part.end)
    }
}

/// A length of time, given or left to a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Length {
    /// Given in the rule, as `10m`.
    Fixed(Duration),
    /// The value of this parameter.
    Param(String),
}

/// Turns the parts of a file into a rule and collects what is wrong.
pub(super) struct Reader<'a> {
    pub(super) source: &'a Source,
    pub(super) origin: Origin,
    pub(super) errors: Vec<Diagnostic>,
    pub(super) names: Vec<Named>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(source: &'a Source, origin: Origin) -> Self {
        Self { source, origin, errors: Vec::new(), names: Vec::new() }
    }

    pub(super) fn wrong<T>(&mut self, value: &Spanned<T>, message: impl Into<String>) {
        self.errors.push(wrong(self.source, Code::InvalidRule, value, message));
    }

    /// What is wrong with these bytes of the file.
    pub(super) fn whole(&mut self, range: Range<usize>, message: &str) {
        let place = self.source.span(range).place("here");
        self.errors.push(Diagnostic::error(Code::InvalidRule, message).at(place));
    }

    /// A name, noted with its place.
    pub(super) fn named(&mut self, role: Role, name: Spanned<String>) -> String {
        self.names.push(Named { role, name: name.get_ref().clone(), range: name.span() });
        name.into_inner()
    }

    /// A kind of evidence, noted with its place.
    pub(super) fn kind(&mut self, name: Spanned<String>) -> String {
        self.named(Role::Kind, name)
    }

    /// Fields of a kind, noted with their places.
    pub(super) fn fields(
        &mut self,
        kind: &str,
        names: impl IntoIterator<Item = Spanned<String>>,
    ) -> Vec<String> {
        names.into_iter().map(|name| self.field(kind, name)).collect()
    }

    /// A field of a kind, noted with its place.
    pub(super) fn field(&mut self, kind: &str, name: Spanned<String>) -> String {
        self.named(Role::Field(kind.to_owned()), name)
    }

    /// A length of time that is always the same, or the parameter that is one.
    pub(super) fn length(
        &mut self,
        text: &Spanned<String>,
        params: &BTreeMap<String, Param>,
    ) -> Option<Length> {
        let name = text.get_ref();
        if params.get(name).is_some_and(|param| param.kind == ParamKind::Duration) {
            return Some(Length::Param(name.clone()));
        }
        match name.parse::<Duration>() {
            Err(error) => self.wrong(text, format!("{error}, or name a parameter that is one")),
            Ok(length) if length.months != 0 => {
                self.wrong(text, "months differ in length; write days, as in `30d`");
            }
            Ok(length) if length.seconds == 0 => self.wrong(text, "nothing happens in no time"),
            Ok(length) => return Some(Length::Fixed(length)),
        }
        None
    }

    pub(super) fn expression(&self, text: Spanned<String>) -> Expression {
        let range = text.span();
        let written = self.source.text().get(range.clone()).unwrap_or_default();
        let is_literal = written.contains(text.get_ref().as_str());
        Expression { text: text.into_inner(), range, is_literal }
    }

    /// A message is a text in which `${…}` stands for a value.
    pub(super) fn message(&self, text: Spanned<String>) -> Expression {
        let mut message = self.expression(text);
        message.text = format!("`{}`", message.text.replace('`', "'"));
        message
    }
}
