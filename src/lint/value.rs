//! Values that are compared and reckoned with: whether they are of sorts that meet.

use super::flow::{Type, path};
use super::part::{Part, Role, Tree};
use super::{Frame, Lint, LintId};
use crate::script::api::Sort;
use crate::script::syntax::{Node, What};
use crate::toml_text::did_you_mean;

/// Functions that are false on what is no text.
const OF_TEXTS: [&str; 6] = ["starts_with", "ends_with", "matches", "in_cidr", "same_text", "speaks_of"];

/// Everything that is wrong with the values of a part.
pub(super) fn look(frame: &Frame<'_>, part: &Part<'_>) -> Vec<Lint> {
    let look = Look { frame, part };
    let mut told: Vec<Lint> = part.nodes().into_iter().flat_map(|node| look.node(node)).collect();
    if let (Role::Condition(_), Tree::Expression(expression)) = (part.role, &part.tree) {
        told.extend(look.condition(&expression.node));
    }
    told
}

struct Look<'a> {
    frame: &'a Frame<'a>,
    part: &'a Part<'a>,
}

impl Look<'_> {
    fn node(&self, node: &Node) -> Vec<Lint> {
        match &node.what {
            What::Operator { name, parts } => match (name.as_str(), &parts[..]) {
                ("==" | "!=" | "<" | "<=" | ">" | ">=", [left, right]) => self.compared(node, left, right),
                ("!", [part]) => self.condition(part).into_iter().collect(),
                ("+" | "-" | "*" | "/" | "%" | "**", [left, right]) => self.reckoned(node, left, right),
                _ => Vec::new(),
            },
            What::In { value, list } => self.looked_for(value, list),
            What::And(parts) | What::Or(parts) => {
                parts.iter().filter_map(|part| self.condition(part)).collect()
            }
            What::If { condition, .. } | What::While { condition: Some(condition), .. } => {
                self.condition(condition).into_iter().collect()
            }
            What::Method { of, name, arguments } => {
                let asked = self.asked(node, of, name);
                let filter = arguments.first().filter(|_| name == "filter").and_then(|one| self.filter(one));
                asked.into_iter().chain(filter).collect()
            }
            What::Call { name, arguments } => {
                arguments.first().and_then(|first| self.asked(node, first, name)).into_iter().collect()
            }
            _ => Vec::new(),
        }
    }

    /// A condition that is neither true nor false.
    fn condition(&self, node: &Node) -> Option<Lint> {
        let sort = self.part.known(node).sort;
        let is_other = !matches!(sort, Sort::Boolean | Sort::Any | Sort::Nothing);
        is_other.then(|| {
            let message = format!("{sort} stands where a condition must");
            self.part.lint(LintId::NotACondition, node.span.clone(), message)
        })
    }

    /// A closure that keeps rows and gives something else than true or false.
    fn filter(&self, closure: &Node) -> Option<Lint> {
        match &closure.what {
            What::Closure(closure) => match &closure.body[..] {
                [only] => self.condition(only),
                _ => None,
            },
            _ => None,
        }
    }

    fn compared(&self, node: &Node, left: &Node, right: &Node) -> Vec<Lint> {
        let What::Operator { name, .. } = &node.what else { return Vec::new() };
        let is_equality = matches!(name.as_str(), "==" | "!=");
        if let (What::Nothing, other) | (other, What::Nothing) = (&left.what, &right.what) {
            let value = if matches!(left.what, What::Nothing) { right } else { left };
            let is_nothing = matches!(other, What::Nothing);
            return self.compared_with_nothing(node, value).filter(|_| !is_nothing).into_iter().collect();
        }
        let (one, two) = (self.part.known(left), self.part.known(right));
        if is_mismatch(one, two) {
            let always = if name == "!=" { "true" } else { "false" };
            let message = format!("{}: this is always {always}", self.mismatch(left, right));
            let lint = self.part.lint(LintId::TypeMismatch, node.span.clone(), message);
            return vec![advice(one, two).into_iter().fold(lint, Lint::help)];
        }
        if !is_equality {
            return Vec::new();
        }
        [(left, right), (right, left)]
            .into_iter()
            .filter_map(|(field, word)| self.word(field, word))
            .collect()
    }

    /// A word that a field never holds.
    fn word(&self, field: &Node, word: &Node) -> Option<Lint> {
        let (words, text) = (self.part.known(field).words()?, word.text()?);
        if words.known.contains(text) {
            return None;
        }
        let known: Vec<&str> = words.known.iter().map(String::as_str).collect();
        let near = did_you_mean(text, known.iter().copied());
        let message = format!("`{}` is never `{text}`{near}", words.field);
        let lint = self.part.lint(LintId::UnknownWord, word.span.clone(), message);
        Some(lint.help(format!("it is one of {}", known.join(", "))))
    }

    /// Only what is always there by its declaration; not what a condition before has asked for.
    fn compared_with_nothing(&self, node: &Node, value: &Node) -> Option<Lint> {
        let name = path(value)?;
        let is_always_there = match &value.what {
            What::Variable(variable) => variable == "as_of" && self.part.script().is_none(),
            What::Property { of, name } => match self.part.known(of).sort {
                Sort::Parameters => self.frame.rule.params.contains_key(name),
                Sort::Row if self.is_a_field(of, name) => false,
                sort => self.frame.api.property(sort, name).is_some_and(|property| {
                    !property.gives.or_nothing && !matches!(property.gives.sort, Sort::Any | Sort::Nothing)
                }),
            },
            _ => false,
        };
        is_always_there.then(|| {
            let message = format!("`{name}` is always there, so it is never nothing");
            self.part.lint(LintId::NeverAbsent, node.span.clone(), message)
        })
    }

    fn is_a_field(&self, of: &Node, name: &str) -> bool {
        let rows = self.part.known(of).rows();
        let has = |kind: &String| {
            self.frame.packs.kinds.get(kind).is_none_or(|kind| kind.fields.contains_key(name))
        };
        rows.kinds.is_empty() || rows.kinds.iter().any(has)
    }

    fn looked_for(&self, value: &Node, list: &Node) -> Vec<Lint> {
        if let What::Array(parts) = &list.what {
            return parts.iter().filter_map(|part| self.listed(value, part)).collect();
        }
        let (one, element) = (self.part.known(value), self.part.known(list).element());
        let is_list = self.part.known(list).sort == Sort::Array;
        if !is_list || !is_mismatch(one, &element) {
            return Vec::new();
        }
        let message =
            format!("{} is looked for among {}: this is always false", said(value, one), plural(&element));
        vec![self.part.lint(LintId::TypeMismatch, value.span.clone(), message)]
    }

    fn listed(&self, value: &Node, part: &Node) -> Option<Lint> {
        if is_mismatch(self.part.known(value), self.part.known(part)) {
            let message = format!("{}: it is never this", self.mismatch(value, part));
            return Some(self.part.lint(LintId::TypeMismatch, part.span.clone(), message));
        }
        self.word(value, part)
    }

    /// A question about a text that is asked of something else.
    fn asked(&self, node: &Node, of: &Node, name: &str) -> Option<Lint> {
        let known = self.part.known(of);
        let is_other = known.is_plain() && known.sort != Sort::Text;
        let is_of_texts = OF_TEXTS.contains(&name) || (name == "contains" && is_other);
        (is_of_texts && is_other).then(|| {
            let message =
                format!("{}, and `{name}` is asked of texts: this is always false", said(of, known));
            self.part.lint(LintId::TypeMismatch, node.span.clone(), message)
        })
    }

    fn reckoned(&self, node: &Node, left: &Node, right: &Node) -> Vec<Lint> {
        let What::Operator { name, .. } = &node.what else { return Vec::new() };
        let (one, two) = (self.part.known(left), self.part.known(right));
        let is_known = |known: &Type| known.is_plain() && known.sort != Sort::Text;
        if is_known(one) && is_known(two) && !reckons(name, one.sort, two.sort) {
            let message = format!("`{name}` does not work on {} and {}", one.sort, two.sort);
            let lint = self.part.lint(LintId::TypeMismatch, node.span.clone(), message);
            return vec![advice(one, two).into_iter().fold(lint, Lint::help)];
        }
        Vec::new()
    }

    /// `r.completed_on` is a date, compared with a text.
    fn mismatch(&self, left: &Node, right: &Node) -> String {
        format!("{}, compared with {}", said(left, self.part.known(left)), self.part.known(right).sort)
    }
}

fn said(node: &Node, known: &Type) -> String {
    let name = path(node).map_or("this".to_owned(), |path| format!("`{path}`"));
    format!("{name} is {}", known.sort)
}

fn plural(known: &Type) -> String {
    match known.sort {
        Sort::Text => "texts".to_owned(),
        sort if sort.is_number() => "numbers".to_owned(),
        sort => format!("values of which each is {sort}"),
    }
}

/// True when two plain values are never equal nor in any order.
fn is_mismatch(one: &Type, two: &Type) -> bool {
    let is_same = one.sort == two.sort || (one.sort.is_number() && two.sort.is_number());
    one.is_plain() && two.is_plain() && !is_same
}

/// True where an operator works on two plain values that are no texts.
fn reckons(name: &str, one: Sort, two: Sort) -> bool {
    match (name, one, two) {
        ("+", Sort::Time, Sort::Duration) => true,
        ("-", Sort::Time, Sort::Duration | Sort::Time) => true,
        _ => one.is_number() && two.is_number(),
    }
}

/// What was probably meant where two sorts of values meet.
fn advice(one: &Type, two: &Type) -> Option<String> {
    let pair = |a: fn(Sort) -> bool, b: fn(Sort) -> bool| {
        (a(one.sort) && b(two.sort)) || (b(one.sort) && a(two.sort))
    };
    let (time, length, text) = (
        |sort: Sort| sort == Sort::Time,
        |sort: Sort| sort == Sort::Duration,
        |sort: Sort| sort == Sort::Text,
    );
    let boolean = |sort: Sort| sort == Sort::Boolean;
    if pair(time, text) {
        Some("write a day as `time(\"2026-07-01\")`".to_owned())
    } else if pair(length, Sort::is_number) || pair(time, Sort::is_number) || pair(length, text) {
        Some("write a length of time as `days(30)`, and ask for its days with `in_days`".to_owned())
    } else if pair(boolean, text) {
        let is_yes_no = |known: &Type| known.words().is_some_and(|words| words.known.contains("yes"));
        (is_yes_no(one) || is_yes_no(two)).then(|| "the cell is read as `\"yes\"` or `\"no\"`".to_owned())
    } else {
        None
    }
}
