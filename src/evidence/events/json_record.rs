//! Records of JSON: the wanted values by the shape of the record, or exactly, by its tree.

use super::event::{Record, Scalar};
use super::path::{Step, find, parse_path};
use super::shape::Shapes;
use super::template::Templates;
use super::wanted::{Found, Kind, Values, Wanted, number};
use crate::evidence::json;
use crate::evidence::node::{Node, NodeValue};
use crate::pack::LogSource;
use std::borrow::Cow;
use std::ops::Range;

/// Keys of a path, written apart or with dots between them, stand for so many ways of nesting:
/// two to the power of one less.
const LONGEST_PATH: usize = 6;

/// The paths that lead to one field, the first that is there.
type Paths = Vec<Vec<Step>>;

/// What is read of the records of a source.
pub(super) struct JsonFields {
    fields: Vec<(usize, Paths)>,
    time: Paths,
    each: Option<Vec<Step>>,
    projection: Option<Projection>,
}

/// The same for records whose wanted values are found by their shape.
pub(super) struct Projection {
    pub(super) wanted: Wanted,
    fields: Vec<(usize, Vec<Projected>)>,
    time: Vec<Projected>,
    /// By wanted value, the fields that it may be, a bit each.
    uses: Vec<u128>,
}

/// What was learned of how the records of a log are laid out, with room for what one of them holds.
pub(super) struct Layouts {
    templates: Templates,
    shapes: Shapes,
    found: Values,
}

impl Layouts {
    /// Finds the values of the record that a text begins with, when its template is known. Gives the
    /// bytes that it takes.
    pub(super) fn measure(&mut self, text: &str) -> Option<usize> {
        self.found.clear();
        self.templates.read(text, &mut self.found)
    }

    /// What was found last.
    pub(super) fn found(&self) -> &Values {
        &self.found
    }
}

/// A path as the numbers of wanted values.
struct Projected {
    /// Where its keys may lead, in the order in which they are looked for.
    values: Vec<usize>,
    /// The steps below.
    rest: Vec<Step>,
}

/// A value with the bytes it stands at.
type Placed<'t> = (Scalar<'t>, Range<usize>);

impl JsonFields {
    /// The wanted fields of a source, by their slots.
    pub(super) fn new(source: &LogSource, slots: impl Fn(&str) -> Option<usize>) -> Self {
        let steps = |paths: &Vec<String>| paths.iter().map(|path| parse_path(path)).collect::<Paths>();
        let fields = source.fields.iter().filter_map(|(name, paths)| Some((slots(name)?, steps(paths))));
        let mut all = Self {
            fields: fields.collect(),
            time: steps(&source.time),
            each: source.each.as_ref().map(|each| parse_path(each)),
            projection: None,
        };
        all.projection = all.project();
        all
    }

    /// How values are found by shape; not where a record holds several events, or where a path is
    /// out of the ordinary.
    pub(super) fn projection(&self) -> Option<&Projection> {
        self.projection.as_ref()
    }

    fn project(&self) -> Option<Projection> {
        let mut wanted = Wanted::new();
        let mut paths = |paths: &Paths| {
            paths.iter().map(|path| Projected::new(path, &mut wanted)).collect::<Option<Vec<_>>>()
        };
        let fields =
            self.fields.iter().map(|(slot, all)| Some((*slot, paths(all)?))).collect::<Option<Vec<_>>>()?;
        let time = paths(&self.time)?;
        let uses = Projection::uses(&fields, wanted.count());
        self.each.is_none().then_some(Projection { wanted, fields, time, uses })
    }

    /// The events that a record holds: the elements of its list, or itself.
    pub(super) fn events<'n>(&self, record: &'n Node) -> Vec<Option<&'n Node>> {
        match self.each.as_ref().and_then(|path| find(record, path)) {
            Some(Node { value: NodeValue::List(parts), .. }) if !parts.is_empty() => {
                parts.iter().map(Some).collect()
            }
            _ => vec![None],
        }
    }

    /// Sets the fields of an event from the tree of its record; `is_time` takes the first text
    /// that is one.
    pub(super) fn fill<'r>(
        &self,
        record: &mut Record<'r>,
        node: &Node,
        event: Option<&Node>,
        is_time: &mut dyn FnMut(&mut Record<'r>, &str, Range<usize>) -> bool,
    ) {
        let look = |path: &Vec<Step>| {
            let inside = self.each.as_ref().and_then(|each| path.strip_prefix(&each[..]));
            match (event, inside) {
                (Some(event), Some(rest)) => find(event, rest),
                _ => find(node, path),
            }
        };
        for (slot, paths) in &self.fields {
            let mut found = paths.iter().filter_map(look);
            if let Some((value, range)) = found.find_map(|node| Some((scalar(node)?, node.range.clone()))) {
                record.set(*slot, value, range);
            }
        }
        for node in self.time.iter().filter_map(look) {
            if let Some(text) = node.plain()
                && is_time(record, &text, node.range.clone())
            {
                return;
            }
        }
    }
}

impl Projection {
    /// Nothing is known yet of the records of a log.
    pub(super) fn layouts(&self) -> Layouts {
        let found = Values::new(self.wanted.count());
        Layouts { templates: Templates::new(), shapes: Shapes::new(), found }
    }

    /// The values of a record of this log by its template or its shape; `None` when it is to be read
    /// exactly.
    pub(super) fn find<'s>(&self, text: &str, layouts: &'s mut Layouts) -> Option<&'s Values> {
        if layouts.measure(text) == Some(text.len()) {
            return Some(&layouts.found);
        }
        let Layouts { templates, shapes, found } = layouts;
        found.clear();
        shapes.read(text, &self.wanted, found)?;
        templates.learn(text, found);
        Some(found)
    }

    fn uses(fields: &[(usize, Vec<Projected>)], values: usize) -> Vec<u128> {
        let mut uses = vec![0; values];
        for (number, (_, paths)) in fields.iter().enumerate() {
            paths.iter().flat_map(|path| &path.values).for_each(|value| uses[*value] |= 1 << number);
        }
        uses
    }

    /// Sets the fields of a record from where its values were found.
    pub(super) fn fill<'r>(
        &self,
        record: &mut Record<'r>,
        found: &Values,
        is_time: &mut dyn FnMut(&mut Record<'r>, &str, Range<usize>) -> bool,
    ) {
        let text = record.text;
        let mut fields = found.there().iter().fold(0, |bits, value| bits | self.uses[*value as usize]);
        while fields != 0 {
            let (slot, paths) = &self.fields[fields.trailing_zeros() as usize];
            fields &= fields - 1;
            if let Some((value, range)) = paths.iter().find_map(|path| path.scalar(text, found)) {
                record.set(*slot, value, range);
            }
        }
        for path in &self.time {
            if let Some((text, range)) = path.plain(text, found)
                && is_time(record, &text, range)
            {
                return;
            }
        }
    }
}

impl Projected {
    fn new(path: &[Step], wanted: &mut Wanted) -> Option<Self> {
        let keys: Vec<&str> = path.iter().map_while(Step::key).collect();
        if keys.is_empty() || keys.len() > LONGEST_PATH {
            return None;
        }
        let values = nestings(&keys).iter().map(|keys| wanted.add(keys)).collect();
        Some(Self { values, rest: path[keys.len()..].to_vec() })
    }

    /// The plain value at the end of the path.
    fn scalar<'t>(&self, text: &'t str, found: &Values) -> Option<Placed<'t>> {
        if let Some(flat) = self.flat(found) {
            return flat.scalar(text);
        }
        match self.first(text, found)? {
            Value::Flat(found) => found.scalar(text),
            Value::Only(text, range) => Some((text_value(Cow::Borrowed(text))?, range)),
            Value::Tree(node) => Some((scalar(&node)?, node.range)),
        }
    }

    /// What stands at the end of the path as a text.
    fn plain<'t>(&self, text: &'t str, found: &Values) -> Option<(Cow<'t, str>, Range<usize>)> {
        if let Some(flat) = self.flat(found) {
            return flat.plain(text);
        }
        match self.first(text, found)? {
            Value::Flat(found) => found.plain(text),
            Value::Only(text, range) => Some((Cow::Borrowed(text), range)),
            Value::Tree(node) => Some((Cow::Owned(node.plain()?.into_owned()), node.range)),
        }
    }

    /// What the first way to nest its keys leads to, where that is a plain value and all there is to it.
    #[inline]
    fn flat(&self, found: &Values) -> Option<Found> {
        let there =
            self.values.iter().map(|value| found.get(*value)).find(|one| one.kind != Kind::Missing)?;
        (self.rest.is_empty() && there.kind != Kind::Nested).then_some(there)
    }

    /// The first way to nest its keys that leads somewhere.
    fn first<'t>(&self, text: &'t str, found: &Values) -> Option<Value<'t>> {
        let mut there =
            self.values.iter().map(|value| found.get(*value)).filter(|one| one.kind != Kind::Missing);
        there.find_map(|found| match (found.kind, &self.rest[..]) {
            (Kind::Nested, rest) => {
                let range = found.range();
                let inside = text.get(range.clone())?;
                let quick = match rest {
                    [] => only_text(inside).map(|only| Value::Only(only, range.clone())),
                    [Step::Index(0)] => found.first_text(inside).map(Value::Flat),
                    _ => None,
                };
                if quick.is_some() {
                    return quick;
                }
                let mut node = json::read(inside).ok()?;
                node.move_by(range.start);
                find(&node, rest).cloned().map(Value::Tree)
            }
            (_, []) => Some(Value::Flat(found)),
            _ => None,
        })
    }
}

/// What a path leads to.
enum Value<'t> {
    /// A plain value.
    Flat(Found),
    /// The text that a list holds and nothing else, and where the list stands.
    Only(&'t str, Range<usize>),
    /// Something in an object or list.
    Tree(Node),
}

/// The text of a valid list that holds nothing else, where it is written without escapes.
fn only_text(list: &str) -> Option<&str> {
    let inside = list.strip_prefix('[')?.strip_suffix(']')?.trim_ascii();
    let text = inside.strip_prefix('"')?.strip_suffix('"')?;
    (!text.bytes().any(|byte| matches!(byte, b'"' | b'\\'))).then_some(text)
}

impl Found {
    /// The text that a list begins with, where it is written without escapes.
    fn first_text(&self, list: &str) -> Option<Self> {
        let text = list.strip_prefix('[')?.trim_ascii_start().strip_prefix('"')?;
        let length = text.bytes().position(|byte| matches!(byte, b'"' | b'\\'))?;
        let start = self.start + number(list.len() - text.len());
        let end = start + number(length);
        (text.as_bytes()[length] == b'"').then_some(Self { kind: Kind::Text, start, end })
    }

    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// A plain value; nothing for null, an empty text, or a dash that stands for nothing.
    fn scalar<'t>(&self, text: &'t str) -> Option<Placed<'t>> {
        let range = self.range();
        let inside = text.get(range.clone())?;
        let value = match (self.kind, inside) {
            (Kind::Text, _) => text_value(Cow::Borrowed(inside))?,
            (Kind::Escaped, _) => text_value(json::unescaped(inside)?)?,
            (_, "null") => return None,
            (_, "true") => Scalar::Boolean(true),
            (_, "false") => Scalar::Boolean(false),
            (_, number) => number_value(Cow::Borrowed(number)),
        };
        Some((value, range))
    }

    /// The text of a plain value; an empty one for null.
    fn plain<'t>(&self, text: &'t str) -> Option<(Cow<'t, str>, Range<usize>)> {
        let range = self.range();
        let inside = text.get(range.clone())?;
        let plain = match (self.kind, inside) {
            (Kind::Text, _) => Cow::Borrowed(inside),
            (Kind::Escaped, _) => json::unescaped(inside)?,
            (_, "null") => Cow::Borrowed(""),
            _ => Cow::Borrowed(inside),
        };
        Some((plain, range))
    }
}

/// A plain value of a record; nothing for null, an empty text, or a dash that stands for nothing.
fn scalar(node: &Node) -> Option<Scalar<'static>> {
    match &node.value {
        NodeValue::Bool(value) => Some(Scalar::Boolean(*value)),
        NodeValue::Number(text) => Some(number_value(Cow::Owned(text.clone()))),
        NodeValue::Null | NodeValue::Map(_) | NodeValue::TooDeep => None,
        NodeValue::Text(_) | NodeValue::List(_) => text_value(Cow::Owned(node.plain()?.into_owned())),
    }
}

fn text_value(text: Cow<'_, str>) -> Option<Scalar<'_>> {
    (!text.is_empty() && text != "-").then_some(Scalar::Text(text))
}

fn number_value(text: Cow<'_, str>) -> Scalar<'_> {
    if let Ok(number) = text.parse() {
        return Scalar::Integer(number);
    }
    text.parse().map_or(Scalar::Text(text), Scalar::Number)
}

/// The ways in which keys may be written: one below the other, or joined by dots; `a`, `b` before
/// `a.b`, as [`find`] looks for them.
fn nestings(keys: &[&str]) -> Vec<Vec<String>> {
    let [first, rest @ ..] = keys else { return vec![Vec::new()] };
    let joined = (0..=rest.len()).map(|more| {
        let key = std::iter::once(first).chain(&rest[..more]).copied().collect::<Vec<_>>().join(".");
        nestings(&rest[more..]).into_iter().map(move |below| {
            let mut all = vec![key.clone()];
            all.extend(below);
            all
        })
    });
    joined.flatten().collect()
}

#[cfg(test)]
mod tests;
