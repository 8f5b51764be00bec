//! Names that the file of a rule points with, each at its place.

use super::reader::Reader;
use std::ops::Range;
use toml::Spanned;

/// A name of a control, kind of evidence or field in the file of a rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// What it names.
    pub role: Role,
    /// The name.
    pub name: String,
    /// Bytes of the value in the file, quotes included.
    pub range: Range<usize>,
}

/// What a name names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Role {
    /// A clause or control.
    Control,
    /// A kind of evidence.
    Kind,
    /// A field of this kind.
    Field(String),
    /// A field of this kind that holds numbers.
    Number(String),
}

impl Reader<'_> {
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
}
