//! What conditions are about: records, records with the row they are joined with, groups.

use super::Reason;
use super::path::{Path, Steps};
use crate::pack::{Holds, Kind};
use crate::scan::{Constant, Field, JoinedField, Reckoned};
use crate::script::Setting;
use crate::script::groups::{GroupField, PARTS};
use crate::time::Duration;

/// Names of a row that mean more than its cell.
const MORE_THAN_CELLS: [&str; 6] = ["person", "subject", "who", "file", "text", "headings"];

/// What the fields of a condition mean.
pub(super) trait Subject {
    /// A field.
    type Field;

    /// The field that a path leads to.
    fn field(&self, path: &Path<'_>) -> Result<Self::Field, Reason>;

    /// The field that `has` asks for.
    fn filled(&self, root: &str, name: &str) -> Result<Self::Field, Reason>;

    /// A field moved by a length.
    fn moved(&self, _: Self::Field, _: Duration) -> Result<Self::Field, Reason> {
        Err("both sides of a part are made from the record".to_owned())
    }

    /// The length from the second field to the first.
    fn since(&self, _: Self::Field, _: Self::Field) -> Result<Self::Field, Reason> {
        Err("both sides of a part are made from the record".to_owned())
    }

    /// A value that stands still, where a field could stand.
    fn constant(&self, _: Constant) -> Result<Self::Field, Reason> {
        Err("both sides of a part are made from the record".to_owned())
    }
}

/// A record `r`.
pub(super) struct OfRecord<'a>(pub(super) &'a Setting);

impl OfRecord<'_> {
    /// A field that is a value: a name that others begin with is a branch, and no value.
    fn slot(&self, name: &str) -> Result<Field, Reason> {
        let fields = &self.0.names.event_fields;
        let branch = format!("{name}.");
        let slot = fields.binary_search_by(|known| known.as_str().cmp(name)).ok();
        match slot.filter(|_| !fields.iter().any(|known| known.starts_with(&branch))) {
            Some(slot) => Ok(Field { slot: Some(slot), name: name.to_owned() }),
            None => Err(format!("`{name}` is no field with a value")),
        }
    }
}

impl Subject for OfRecord<'_> {
    type Field = Field;

    fn field(&self, path: &Path<'_>) -> Result<Field, Reason> {
        let name = match &path.steps {
            _ if path.root != "r" => return Err(format!("`{}` is not the record", path.root)),
            Steps::Names(names) => names.join("."),
            Steps::Name(name) => (*name).to_owned(),
            Steps::Number(_) => return Err("a record has no numbered fields".to_owned()),
        };
        match name.as_str() {
            "time" | "@timestamp" => Ok(Field { slot: None, name }),
            _ => self.slot(&name),
        }
    }

    fn filled(&self, root: &str, name: &str) -> Result<Field, Reason> {
        if root == "r" { self.slot(name) } else { Err(format!("`{root}` is not the record")) }
    }
}

/// A record `r` and the row `j` of this kind.
pub(super) struct OfJoined<'a> {
    pub(super) record: OfRecord<'a>,
    pub(super) kind: Option<&'a Kind>,
}

impl OfJoined<'_> {
    /// A field of the row whose cell is one value.
    fn cell(&self, name: &str) -> Result<JoinedField, Reason> {
        let kind = self.kind.ok_or("the kind of the joined row is not known")?;
        match kind.fields.get(name) {
            _ if MORE_THAN_CELLS.contains(&name) => Err(format!("`j.{name}` is more than a cell")),
            None => Err(format!("`{}` has no field `{name}`", kind.id)),
            Some(field) if matches!(field.holds, Holds::Control | Holds::Controls) => {
                Err(format!("`j.{name}` holds controls"))
            }
            Some(_) => Ok(JoinedField::Row(name.to_owned())),
        }
    }
}

impl Subject for OfJoined<'_> {
    type Field = JoinedField;

    fn field(&self, path: &Path<'_>) -> Result<Self::Field, Reason> {
        match (path.root, &path.steps) {
            ("j", Steps::Names(names)) => match names[..] {
                [name] => self.cell(name),
                _ => Err("a part of a cell is not looked at natively".to_owned()),
            },
            ("j", Steps::Name(name)) => self.cell(name),
            _ => self.record.field(path).map(JoinedField::Record),
        }
    }

    fn filled(&self, root: &str, name: &str) -> Result<Self::Field, Reason> {
        match root {
            "j" => Ok(JoinedField::Row(name.to_owned())),
            _ => self.record.filled(root, name).map(JoinedField::Record),
        }
    }
}

/// A group `g` by so many fields.
pub(super) struct OfGroup {
    pub(super) keys: usize,
}

impl Subject for OfGroup {
    type Field = GroupField;

    fn field(&self, path: &Path<'_>) -> Result<Self::Field, Reason> {
        let wanted = match (path.root, &path.steps) {
            // A number that no field has is a fault of the rule, and for the interpreter to tell.
            ("g", Steps::Number(number)) => {
                usize::try_from(*number).ok().filter(|number| *number < self.keys).map(GroupField::Key)
            }
            ("g", Steps::Names(names)) => match names[..] {
                [name] => PARTS.iter().find(|part| part.name == name).map(GroupField::Part),
                _ => None,
            },
            _ => None,
        };
        wanted.ok_or_else(|| "a part of the group is not read natively".to_owned())
    }

    fn filled(&self, root: &str, _: &str) -> Result<Self::Field, Reason> {
        Err(format!("`has` of `{root}` is not lowered"))
    }
}

/// A subject whose fields are reckoned with: moved by a length, or taken one from the other.
pub(super) struct WithTimes<S>(pub(super) S);

impl<S: Subject> Subject for WithTimes<S> {
    type Field = Reckoned<S::Field>;

    fn field(&self, path: &Path<'_>) -> Result<Self::Field, Reason> {
        self.0.field(path).map(Reckoned::Field)
    }

    fn filled(&self, root: &str, name: &str) -> Result<Self::Field, Reason> {
        self.0.filled(root, name).map(Reckoned::Field)
    }

    fn moved(&self, time: Self::Field, by: Duration) -> Result<Self::Field, Reason> {
        Ok(Reckoned::Moved(Box::new(time), by))
    }

    fn since(&self, later: Self::Field, earlier: Self::Field) -> Result<Self::Field, Reason> {
        Ok(Reckoned::Since(Box::new(later), Box::new(earlier)))
    }

    fn constant(&self, constant: Constant) -> Result<Self::Field, Reason> {
        Ok(Reckoned::Constant(constant))
    }
}
