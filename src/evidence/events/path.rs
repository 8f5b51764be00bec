//! Paths into JSON records, as log sources write them.

use crate::evidence::node::{Node, NodeValue};

/// One step of a path into a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// The value under a key.
    Key(String),
    /// The element with this number.
    Index(usize),
    /// The first element in which a key has a value.
    Where(String, String),
}

impl Step {
    /// The key that it goes under.
    pub(super) fn key(&self) -> Option<&str> {
        match self {
            Self::Key(key) => Some(key),
            _ => None,
        }
    }
}

/// Reads `events[0].parameters[name=login_type].value`.
pub(super) fn parse_path(path: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (key, selectors) = part.split_once('[').unwrap_or((part, ""));
        steps.push(Step::Key(key.to_owned()));
        for selector in
            selectors.split('[').map(|selector| selector.trim_end_matches(']')).filter(|s| !s.is_empty())
        {
            steps.push(match (selector.parse(), selector.split_once('=')) {
                (Ok(index), _) => Step::Index(index),
                (_, Some((key, value))) => Step::Where(key.to_owned(), value.to_owned()),
                _ => Step::Key(selector.to_owned()),
            });
        }
    }
    steps
}

/// The value at the end of a path. A key may itself hold dots: `source.ip` is found under
/// `source` and then `ip`, and under the one key `source.ip` as well.
pub(super) fn find<'n>(node: &'n Node, path: &[Step]) -> Option<&'n Node> {
    match path {
        [] => Some(node),
        [Step::Index(index), rest @ ..] => match &node.value {
            NodeValue::List(nodes) => find(nodes.get(*index)?, rest),
            _ => None,
        },
        [Step::Where(key, value), rest @ ..] => match &node.value {
            NodeValue::List(nodes) => {
                let found =
                    nodes.iter().find(|node| node.get(key).and_then(Node::plain).as_deref() == Some(value));
                find(found?, rest)
            }
            _ => None,
        },
        [Step::Key(key), rest @ ..] => find_key(node, key, rest),
    }
}

fn find_key<'n>(node: &'n Node, key: &str, rest: &[Step]) -> Option<&'n Node> {
    if let Some(found) = node.get(key).and_then(|below| find(below, rest)) {
        return Some(found);
    }
    match rest {
        [Step::Key(next), rest @ ..] => find_key(node, &format!("{key}.{next}"), rest),
        _ => None,
    }
}
