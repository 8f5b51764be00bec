//! What conditions that were asked before say of what is asked now: which values are not nothing.

use super::types::{Absence, Type};
use crate::script::api::Sort;
use crate::script::syntax::{Node, What};
use std::collections::{BTreeMap, BTreeSet};

/// What is known at one place of a script.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    /// Paths whose values are not nothing.
    pub(super) filled: BTreeSet<String>,
    /// Variables that something was asked about which is not understood here.
    pub(super) asked: BTreeSet<String>,
}

/// Functions that are false on what is no text, so that where they hold there is one.
const TOTAL: [&str; 7] =
    ["starts_with", "ends_with", "contains", "matches", "in_cidr", "same_text", "speaks_of"];
/// Methods that say of a column, and nothing of the cell.
const OF_COLUMNS: [&str; 1] = ["has"];

/// The path that a part of a script is: `r.due_on`, also written `r["due_on"]`; `row[field]`.
pub(in crate::lint) fn path(node: &Node) -> Option<String> {
    match &node.what {
        What::Variable(name) => Some(name.clone()),
        What::Property { of, name } => Some(format!("{}.{name}", path(of)?)),
        // What is looked up twice by the same key is the same.
        What::Method { of, name, arguments } if name == "get" => match &arguments[..] {
            [key] => Some(format!("{}.get({})", path(of)?, path(key)?)),
            _ => None,
        },
        What::Index { of, by } => match &by.what {
            What::Text(name) => Some(format!("{}.{name}", path(of)?)),
            What::Integer(number) => Some(format!("{}[{number}]", path(of)?)),
            What::Variable(name) => Some(format!("{}[{name}]", path(of)?)),
            _ => None,
        },
        _ => None,
    }
}

/// The variable that a path begins with.
fn root(path: &str) -> &str {
    path.split(['.', '[']).next().unwrap_or(path)
}

/// What is known of variables that hold what a condition said, or what was decided by one.
#[derive(Clone, Debug, Default)]
pub(super) struct Named {
    /// What holds where each of these variables is true, and where it is false.
    pub(super) said: BTreeMap<String, (Facts, Facts)>,
    /// Variables that were looked at to decide what each of these is.
    pub(super) decided_by: BTreeMap<String, BTreeSet<String>>,
}

impl Named {
    /// Nothing that was said of this path holds any longer.
    pub(super) fn forget(&mut self, path: &str) {
        self.said.remove(path);
        self.decided_by.remove(path);
        for (holds, fails) in self.said.values_mut() {
            holds.forget(path);
            fails.forget(path);
        }
    }

    /// Notes what a variable is given.
    pub(super) fn note(&mut self, name: &str, value: &Node, said: Option<(Facts, Facts)>) {
        if let Some(said) = said {
            self.said.insert(name.to_owned(), said);
            return;
        }
        let (mut decides, mut looked_at) = (false, BTreeSet::new());
        value.walk(&mut |node| {
            decides |= matches!(node.what, What::If { .. } | What::Switch { .. } | What::Call { .. });
            looked_at.extend(node.variable().map(str::to_owned));
        });
        if decides {
            let before = looked_at.iter().filter_map(|name| self.decided_by.get(name)).flatten();
            let before: BTreeSet<String> = before.cloned().collect();
            // What a condition said was looked at too.
            let said = looked_at.iter().filter_map(|name| self.said.get(name));
            let said = said.flat_map(|(holds, fails)| holds.filled.iter().chain(&fails.filled));
            let said: BTreeSet<String> = said.map(|path| root(path).to_owned()).collect();
            self.decided_by
                .insert(name.to_owned(), looked_at.into_iter().chain(before).chain(said).collect());
        }
    }
}

/// What conditions are read with.
#[derive(Clone, Copy)]
pub(super) struct Reading<'a> {
    /// What nodes are, by their number.
    pub(super) types: &'a [Type],
    /// Variables that hold what a condition said.
    pub(super) named: &'a Named,
}

impl Facts {
    /// Both.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.filled.extend(other.filled);
        self.asked.extend(other.asked);
        self
    }

    /// What holds on either way to one place.
    pub(super) fn or(self, other: &Self) -> Self {
        Self {
            filled: self.filled.intersection(&other.filled).cloned().collect(),
            asked: self.asked.union(&other.asked).cloned().collect(),
        }
    }

    fn filled(paths: impl IntoIterator<Item = Option<String>>) -> Self {
        Self { filled: paths.into_iter().flatten().collect(), asked: BTreeSet::new() }
    }

    /// Something was asked about every variable in this part.
    fn asked(node: &Node) -> Self {
        let mut asked = BTreeSet::new();
        node.walk(&mut |part| asked.extend(part.variable().map(str::to_owned)));
        Self { filled: BTreeSet::new(), asked }
    }

    /// Forgets what is said of a path and of everything behind it.
    pub(super) fn forget(&mut self, path: &str) {
        let lies_behind = |known: &String| {
            known.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        // What is looked up by a variable changes with it.
        let uses =
            |known: &String| known.contains(&format!("[{path}]")) || known.contains(&format!("({path}"));
        self.filled.retain(|known| !lies_behind(known) && !uses(known));
        self.asked.remove(path);
    }

    /// The absence of the value at a path.
    pub(super) fn absence(&self, path: &str, known: Absence) -> Absence {
        if self.filled.contains(path) {
            Absence::Never
        } else if self.asked.contains(root(path)) {
            known.min(Absence::Unclear)
        } else {
            known
        }
    }
}

impl Reading<'_> {
    /// What holds where a condition does.
    pub(super) fn when_true(self, node: &Node) -> Facts {
        self.holds(node).and(self.decided(node))
    }

    /// What holds where a condition does not.
    pub(super) fn when_false(self, node: &Node) -> Facts {
        self.fails(node).and(self.decided(node))
    }

    /// What was looked at to decide what the variables in a condition are was asked about.
    fn decided(self, node: &Node) -> Facts {
        let mut asked = BTreeSet::new();
        node.walk(&mut |part| {
            let by = part.variable().and_then(|name| self.named.decided_by.get(name));
            asked.extend(by.into_iter().flatten().cloned());
        });
        Facts { filled: BTreeSet::new(), asked }
    }

    fn holds(self, node: &Node) -> Facts {
        match &node.what {
            What::And(parts) => parts.iter().fold(Facts::default(), |all, part| all.and(self.holds(part))),
            What::Or(parts) => either(parts.iter().map(|part| self.holds(part))),
            What::Operator { name, parts } => match (name.as_str(), &parts[..]) {
                ("!", [part]) => self.fails(part),
                ("!=", [left, right]) => unlike_nothing(left, right),
                ("<" | ">", [left, right]) => Facts::filled([path(left), path(right)]),
                ("==" | "<=" | ">=", [left, right]) => self.same(left, right),
                _ => Facts::asked(node),
            },
            What::In { value, list } if matches!(list.what, What::Array(_)) => {
                Facts::filled([looked_at(value)])
            }
            What::Method { of, name, .. } if TOTAL.contains(&name.as_str()) => Facts::filled([path(of)]),
            What::Call { name, arguments } if TOTAL.contains(&name.as_str()) => {
                Facts::filled(arguments.iter().map(path))
            }
            What::Method { of, name, .. } if self.is_of_columns(of, name) => Facts::default(),
            What::Variable(name) if self.named.said.contains_key(name) => self.named.said[name].0.clone(),
            _ => Facts::asked(node),
        }
    }

    fn fails(self, node: &Node) -> Facts {
        match &node.what {
            What::Or(parts) => parts.iter().fold(Facts::default(), |all, part| all.and(self.fails(part))),
            What::And(parts) => either(parts.iter().map(|part| self.fails(part))),
            What::Operator { name, parts } => match (name.as_str(), &parts[..]) {
                ("!", [part]) => self.holds(part),
                ("==", [left, right]) => unlike_nothing(left, right),
                ("!=", [left, right]) => self.same(left, right),
                ("<" | ">" | "<=" | ">=", _) => Facts::default(),
                _ => Facts::asked(node),
            },
            What::In { .. } => Facts::default(),
            What::Method { name, .. } | What::Call { name, .. } if TOTAL.contains(&name.as_str()) => {
                Facts::default()
            }
            What::Method { of, name, .. } if self.is_of_columns(of, name) => Facts::default(),
            What::Variable(name) if self.named.said.contains_key(name) => self.named.said[name].1.clone(),
            _ => Facts::asked(node),
        }
    }

    fn is_of_columns(self, of: &Node, name: &str) -> bool {
        let sort = self.types.get(of.id).map_or(Sort::Any, |known| known.sort);
        OF_COLUMNS.contains(&name) && matches!(sort, Sort::Row | Sort::Table | Sort::Event)
    }

    /// What is the same as something that is there is there.
    fn same(self, left: &Node, right: &Node) -> Facts {
        let is_there =
            |node: &Node| self.types.get(node.id).is_some_and(|known| known.absence == Absence::Never);
        let behind = |node: &Node, other: &Node| if is_there(other) { looked_at(node) } else { None };
        Facts::filled([behind(left, right), behind(right, left)])
    }
}

/// The path of a value, also where its type is asked for: nothing has a type of its own.
fn looked_at(node: &Node) -> Option<String> {
    match &node.what {
        What::Call { name, arguments } if name == "type_of" => path(arguments.first()?),
        _ => path(node),
    }
}

fn either(parts: impl Iterator<Item = Facts>) -> Facts {
    parts.reduce(|all, part| all.or(&part)).unwrap_or_default()
}

fn unlike_nothing(left: &Node, right: &Node) -> Facts {
    match (&left.what, &right.what) {
        (_, What::Nothing) => Facts::filled([path(left)]),
        (What::Nothing, _) => Facts::filled([path(right)]),
        _ => Facts::default(),
    }
}
