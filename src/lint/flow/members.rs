//! What stands behind a dot.

use super::Flow;
use super::types::{Absence, Detail, Rows, Type, Words};
use crate::pack::Shape;
use crate::script::api::Sort;
use std::sync::Arc;

impl Flow<'_> {
    /// What `of.name` is; anything where that is not known.
    pub(super) fn member(&self, of: &Type, name: &str) -> Type {
        match of.sort {
            Sort::Row => self.cell(&of.rows(), name),
            Sort::Event => self.field(name),
            Sort::EventFields => match &of.detail {
                Detail::Below(path) => self.field(&format!("{path}.{name}")),
                _ => Type::ANY,
            },
            Sort::Context => self.part_of_context(name),
            Sort::Parameters => {
                let param = self.frame.rule.params.get(name);
                param.map_or(Type::ANY, |param| Type::of_param(param.kind))
            }
            Sort::EventGroup if name == "joined" => self.joined_row().with(Absence::Unclear),
            sort => match self.frame.api.property(sort, name) {
                Some(property) => of_rows(Type::given(property.gives), of, name),
                None => Type::ANY,
            },
        }
    }

    fn cell(&self, rows: &Rows, name: &str) -> Type {
        let kinds = rows.kinds.iter().filter_map(|kind| self.frame.packs.kinds.get(kind));
        let cells = kinds.filter_map(|kind| Type::of_cell(kind, name));
        if let Some(known) = cells.reduce(Type::or) {
            return if rows.filled.contains(name) {
                known.with(Absence::Never)
            } else if rows.filled.contains(Rows::ASKED) {
                known.with(Absence::Unclear)
            } else {
                known
            };
        }
        match self.frame.api.property(Sort::Row, name) {
            Some(property) if name != "person" => Type::given(property.gives),
            Some(property) => Type::given(property.gives).with(Absence::Unclear),
            None => Type::ANY,
        }
    }

    /// A field of a record, or the fields below a name.
    fn field(&self, path: &str) -> Type {
        let fields = &self.frame.packs.event_fields;
        let below = format!("{path}.");
        if path == "time" || path == "@timestamp" {
            return Type::one(Sort::Time).with(Absence::Unclear);
        }
        if fields.names().iter().any(|name| name.starts_with(&below)) {
            return Type { detail: Detail::Below(path.to_owned()), ..Type::one(Sort::EventFields) };
        }
        let Some(slot) = fields.slot(path) else { return Type::ANY };
        if fields.is_number(slot) {
            return Type::one(Sort::Number).with(Absence::Likely);
        }
        let words = fields.words(path).map(|known| {
            let known = Arc::new(known.iter().cloned().collect());
            Detail::Words(Words { field: path.to_owned(), known })
        });
        Type { detail: words.unwrap_or(Detail::None), ..Type::one(Sort::Text) }.with(Absence::Likely)
    }

    fn part_of_context(&self, name: &str) -> Type {
        if let Some(property) = self.frame.api.property(Sort::Context, name) {
            return Type::given(property.gives);
        }
        let kind = name.replace('_', "-");
        match self.frame.packs.kinds.get(&kind) {
            Some(known) if known.shape != Shape::Events => Type::of_kind(Sort::Table, &kind),
            _ => Type::one(Sort::Table).with(Absence::Unclear),
        }
    }

    /// The row that a group is joined with, or that expects it.
    pub(super) fn joined_row(&self) -> Type {
        match self.frame.joined_kind() {
            Some(kind) => Type::of_kind(Sort::Row, kind),
            None => Type::one(Sort::Row),
        }
    }
}

/// What holds rows hands on where they come from.
fn of_rows(gives: Type, of: &Type, name: &str) -> Type {
    let rows = match (&of.detail, name) {
        (Detail::Both(left, _), "only_left") => left.clone(),
        (Detail::Both(_, right), "only_right") => right.clone(),
        (Detail::Both(left, right), "both") => match (left.kinds.is_empty(), right.kinds.is_empty()) {
            (false, false) => {
                let kinds = left.kinds.union(&right.kinds).cloned().collect();
                Rows { kinds, ..Rows::default() }
            }
            _ => Rows::default(),
        },
        _ => of.rows(),
    };
    match gives.sort {
        Sort::Row | Sort::Table | Sort::RowGroups => Type { detail: Detail::Rows(rows), ..gives },
        _ => gives,
    }
}
