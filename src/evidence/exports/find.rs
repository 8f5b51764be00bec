//! Finds what stands at the paths of an export's definition.

use crate::evidence::node::{Node, NodeValue};
use crate::pack::{ExportCondition, ExportPath, ExportStep, Only, Test};
use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashMap;

/// A record, and what it lies in: the element that each step of its path led to, the root first.
#[derive(Clone, Copy)]
pub(super) struct Scope<'s, 'n> {
    /// The path of the records.
    pub(super) at: &'s ExportPath,
    /// One more element than the path has steps; the last is the record.
    pub(super) trail: &'s [&'n Node],
}

/// Numbers of the elements of one list by the text under one key.
type Numbers = HashMap<String, usize>;

/// Finds values in one tree, and remembers where lists were looked up.
#[derive(Default)]
pub(super) struct Finder {
    /// By the address of the list, and the key that tells its elements apart.
    lists: RefCell<HashMap<(usize, String), Numbers>>,
}

/// The elements of a list, and anything else as the only one.
pub(super) fn elements(node: &Node) -> &[Node] {
    match &node.value {
        NodeValue::List(nodes) => nodes,
        _ => std::slice::from_ref(node),
    }
}

/// The text of a plain value, or of an element of XML, and the bytes that it stands at.
pub(super) fn text_of(node: &Node) -> Option<(&Node, Cow<'_, str>)> {
    let node = node.get("#text").unwrap_or(node);
    node.plain().map(|text| (node, text))
}

impl Finder {
    /// All that stands at a path, in order.
    pub(super) fn find<'n>(&self, path: &ExportPath, scope: Scope<'_, 'n>) -> Vec<&'n Node> {
        let mut found = Vec::new();
        let (from, steps) = start(path, scope);
        if let Some(from) = from {
            self.select(from, steps, scope, &mut |node| {
                found.push(node);
                false
            });
        }
        found
    }

    /// What makes a condition true: the value that fulfils it, or nothing where something is absent.
    pub(super) fn fulfilled<'n>(
        &self,
        condition: &ExportCondition,
        scope: Scope<'_, 'n>,
    ) -> Option<Option<&'n Node>> {
        let mut by = None;
        let (from, steps) = start(&condition.path, scope);
        let mut look = |node: &'n Node| {
            let holds = fulfils(node, &condition.test);
            if holds {
                by = Some(node);
            }
            holds
        };
        from.map(|from| self.select(from, steps, scope, &mut look));
        match (&condition.test, by) {
            (Test::Absent, None) => Some(None),
            (Test::Absent, Some(_)) | (_, None) => None,
            (_, Some(node)) => Some(Some(node)),
        }
    }

    /// Goes down the steps and shows everything that it comes to, until that says it is enough.
    fn select<'n>(
        &self,
        node: &'n Node,
        steps: &[ExportStep],
        scope: Scope<'_, 'n>,
        enough: &mut dyn FnMut(&'n Node) -> bool,
    ) -> bool {
        let [step, rest @ ..] = steps else { return enough(node) };
        elements(node).iter().any(|element| {
            self.below(element, step, scope).into_iter().any(|below| self.select(below, rest, scope, enough))
        })
    }

    /// What stands below an element under a step.
    pub(super) fn below<'n>(
        &self,
        element: &'n Node,
        step: &ExportStep,
        scope: Scope<'_, 'n>,
    ) -> Vec<&'n Node> {
        let NodeValue::Map(entries) = &element.value else { return Vec::new() };
        let meant = entries.iter().filter(|(key, _)| step.key.as_ref().is_none_or(|wanted| wanted == key));
        meant.flat_map(|(_, node)| self.narrowed(node, step.only.as_ref(), scope)).collect()
    }

    fn narrowed<'n>(&self, node: &'n Node, only: Option<&Only>, scope: Scope<'_, 'n>) -> Vec<&'n Node> {
        let holds = |element: &Node, key: &str, value: &str| {
            element.get(key).and_then(text_of).is_some_and(|(_, text)| text == value)
        };
        match only {
            None => vec![node],
            Some(Only::Is(key, value)) => {
                elements(node).iter().filter(|one| holds(one, key, value)).collect()
            }
            Some(Only::Number(path)) => {
                let number = self.text(path, scope).and_then(|text| text.parse::<usize>().ok());
                number.and_then(|number| elements(node).get(number)).into_iter().collect()
            }
            Some(Only::Same(key, path)) => {
                let wanted = self.text(path, scope);
                wanted.and_then(|wanted| self.look_up(node, key, &wanted)).into_iter().collect()
            }
        }
    }

    /// The element whose key has this text. A list is gone through once, not for every record.
    fn look_up<'n>(&self, node: &'n Node, key: &str, wanted: &str) -> Option<&'n Node> {
        let mut lists = self.lists.borrow_mut();
        let numbers = lists.entry((std::ptr::from_ref(node).addr(), key.to_owned())).or_insert_with(|| {
            let mut numbers = Numbers::new();
            for (number, element) in elements(node).iter().enumerate() {
                if let Some((_, text)) = element.get(key).and_then(text_of) {
                    numbers.entry(text.into_owned()).or_insert(number);
                }
            }
            numbers
        });
        elements(node).get(*numbers.get(wanted)?)
    }

    fn text<'n>(&self, path: &ExportPath, scope: Scope<'_, 'n>) -> Option<Cow<'n, str>> {
        self.find(path, scope).into_iter().find_map(text_of).map(|(_, text)| text)
    }
}

/// Where a path begins, and the steps that are left from there: at the record, or at the last element
/// that the path from the root shares with it.
fn start<'p, 'n>(path: &'p ExportPath, scope: Scope<'_, 'n>) -> (Option<&'n Node>, &'p [ExportStep]) {
    if !path.from_root {
        return (scope.trail.last().copied(), &path.steps);
    }
    let shared =
        path.steps.iter().zip(&scope.at.steps).take_while(|(own, of_record)| own == of_record).count();
    (scope.trail.get(shared).copied(), &path.steps[shared..])
}

fn fulfils(node: &Node, test: &Test) -> bool {
    let text = || text_of(node).map(|(_, text)| text);
    match test {
        Test::There => true,
        // A list or object is there as soon as it holds anything.
        Test::Filled | Test::Absent => match &node.value {
            NodeValue::List(nodes) => !nodes.is_empty(),
            NodeValue::Map(entries) => !entries.is_empty(),
            _ => text().is_none_or(|text| !text.trim().is_empty()),
        },
        Test::Is(wanted) => text().is_some_and(|text| text.trim().eq_ignore_ascii_case(wanted)),
        Test::IsNot(other) => text().is_some_and(|text| !text.trim().eq_ignore_ascii_case(other)),
        Test::Matches(pattern) => text().is_some_and(|text| pattern.is_match(&text)),
        Test::AtLeast(least) => {
            text().and_then(|text| text.trim().parse::<f64>().ok()).is_some_and(|number| number >= *least)
        }
    }
}
