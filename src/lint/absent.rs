//! Values that may be nothing, where something is reckoned with or asked of them.

use super::flow::{Absence, path};
use super::part::Part;
use super::{Frame, Lint, LintId};
use crate::script::api::{Function, Sort};
use crate::script::syntax::{Node, What};

/// Every place of a part that fails on an empty cell, or on a row that is not found.
pub(super) fn look(frame: &Frame<'_>, part: &Part<'_>) -> Vec<Lint> {
    let look = Look { frame, part };
    part.nodes().into_iter().flat_map(|node| look.node(node)).collect()
}

struct Look<'a> {
    frame: &'a Frame<'a>,
    part: &'a Part<'a>,
}

impl Look<'_> {
    fn node(&self, node: &Node) -> Vec<Lint> {
        match &node.what {
            What::For { over, .. } => self.absent(over, "it cannot be gone through").into_iter().collect(),
            What::Property { of, name } if !self.is_optional(of, node) => {
                self.absent(of, &format!("nothing has no `{name}`")).into_iter().collect()
            }
            What::Method { of, name, arguments } => {
                let with: Vec<&Node> = std::iter::once(&**of).chain(arguments).collect();
                self.handed(name, &with, self.is_optional(of, node))
            }
            What::Call { name, arguments } => {
                let with: Vec<&Node> = arguments.iter().collect();
                self.handed(name, &with, false)
            }
            What::Operator { name, parts } => match (name.as_str(), &parts[..]) {
                ("+" | "-" | "*" | "/" | "%" | "**", [left, right]) => self.reckoned(name, left, right),
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }

    /// What is added to a text, or to something of which nothing is known, may be nothing.
    fn reckoned(&self, operator: &str, left: &Node, right: &Node) -> Vec<Lint> {
        let why = format!("`{operator}` does not work on nothing");
        let is_known = |other: &Node| {
            let known = self.part.known(other);
            known.is_plain() && known.sort != Sort::Text
        };
        let pairs = [(left, right), (right, left)].into_iter().filter(|(_, other)| is_known(other));
        pairs.filter_map(|(value, _)| self.absent(value, &why)).collect()
    }

    /// `a?.b` asks nothing of nothing.
    fn is_optional(&self, of: &Node, node: &Node) -> bool {
        self.part.text.get(of.span.end..node.name_at.start).is_some_and(|between| between.contains('?'))
    }

    /// Arguments that may be nothing, where the function takes no nothing.
    fn handed(&self, name: &str, with: &[&Node], is_optional: bool) -> Vec<Lint> {
        let own = self.part.functions().iter().any(|one| one.name == name);
        let forms: Vec<&Function> =
            self.frame.api.functions(name).iter().filter(|one| one.parameters.len() == with.len()).collect();
        if own || forms.is_empty() {
            return Vec::new();
        }
        let takes_nothing = |number: usize| {
            forms.iter().any(|one| matches!(one.parameters[number].sort, Sort::Any | Sort::Nothing))
        };
        let numbers = (usize::from(is_optional)..with.len()).filter(|number| !takes_nothing(*number));
        numbers
            .filter_map(|number| self.absent(with[number], &format!("`{name}` takes no nothing")))
            .collect()
    }

    /// A value that may be nothing where there must be something.
    fn absent(&self, node: &Node, why: &str) -> Option<Lint> {
        let known = self.part.known(node);
        if known.absence != Absence::Likely {
            return None;
        }
        let what = path(node).map_or("this".to_owned(), |path| format!("`{path}`"));
        let message = format!("{what} may be nothing, and {why}");
        let lint = self.part.lint(LintId::AbsentValue, node.span.clone(), message);
        Some(lint.help(format!("ask first, as in `{} != () && …`", path(node).unwrap_or("it".to_owned()))))
    }
}
