//! Records of logs: fields of the Elastic Common Schema, each with its place in the record.

use super::items::Position;
use super::path::{Step, find, parse_path};
use super::syslog::{self, Transport};
use super::when::When;
use crate::evidence::csv::CsvRows;
use crate::evidence::json;
use crate::evidence::node::{Node, NodeValue};
use crate::pack::{Derivation, EventFields, LogFormat, LogSource, normalize_header};
use crate::source::Source;
use crate::time::Time;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// One event of a log.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Where the item stands that holds it.
    pub position: Position,
    /// Which event of the item it is, from 0.
    pub part: u32,
    /// When it happened.
    pub time: Option<Time>,
    /// Bytes of the time.
    pub time_range: Range<usize>,
    /// Text of the item.
    pub text: &'a str,
    slots: Vec<Option<Slot<'a>>>,
}

/// The value of a field and the bytes of the item it stands at: of what it follows from, where it
/// follows from another field, and an empty range where it stands nowhere.
#[derive(Clone, Debug, PartialEq)]
struct Slot<'a> {
    value: Scalar<'a>,
    range: Range<usize>,
}

/// A plain value.
#[derive(Clone, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// A text.
    Text(Cow<'a, str>),
    /// A whole number.
    Integer(i64),
    /// A number.
    Number(f64),
    /// True or false.
    Boolean(bool),
}

impl Scalar<'_> {
    /// The value as a text.
    pub fn text(&self) -> Cow<'_, str> {
        match self {
            Self::Text(text) => Cow::Borrowed(text),
            Self::Integer(number) => Cow::Owned(number.to_string()),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Boolean(value) => Cow::Borrowed(if *value { "true" } else { "false" }),
        }
    }
}

/// Reads the items of one log.
pub(super) struct RecordReader<'a> {
    source: &'a LogSource,
    fields: &'a EventFields,
    when: When,
    /// Headers of a CSV log, once its first row is read.
    headers: Option<BTreeMap<String, usize>>,
    delimiter: u8,
    paths: Vec<(usize, Vec<Vec<Step>>)>,
    time_paths: Vec<Vec<Step>>,
    constants: Vec<(usize, String)>,
    derived: Vec<Derived>,
    each: Option<Vec<Step>>,
    timezone: Option<usize>,
}

/// A derivation with its fields looked up, so that no record looks for them by name.
struct Derived {
    /// What each of these fields must be.
    when: Vec<(usize, Vec<String>)>,
    /// Fields whose place it rests on: those of the source's own before what is derived of every
    /// record.
    ground: Vec<usize>,
    set: Vec<(usize, Scalar<'static>)>,
    copy: Vec<(usize, usize)>,
}

impl Derived {
    fn new(derivation: &Derivation, fields: &EventFields) -> Option<Self> {
        let slot = |name: &String| fields.slot(name);
        let when: Option<Vec<_>> =
            derivation.when.iter().map(|(name, values)| Some((slot(name)?, values.clone()))).collect();
        let mut ground: Vec<&String> = derivation.when.keys().collect();
        ground.sort_by_key(|name| name.starts_with("event."));
        let set = |(name, value): (&String, &String)| {
            let slot = slot(name)?;
            Some((slot, typed(fields, slot, Cow::Owned(value.clone()))))
        };
        let copy = |(to, from): (&String, &String)| Some((slot(to)?, slot(from)?));
        Some(Self {
            when: when?,
            ground: ground.into_iter().filter_map(slot).collect(),
            set: derivation.set.iter().filter_map(set).collect(),
            copy: derivation.copy.iter().filter_map(copy).collect(),
        })
    }

    fn holds(&self, record: &Record<'_>) -> bool {
        self.when.iter().all(|(slot, values)| {
            let value = record.get(*slot);
            values.iter().any(|wanted| match (wanted.as_str(), value) {
                ("*", value) => value.is_some(),
                ("", value) => value.is_none(),
                (wanted, Some(Scalar::Text(text))) => wanted.eq_ignore_ascii_case(text),
                (wanted, Some(value)) => wanted.eq_ignore_ascii_case(&value.text()),
                (_, None) => false,
            })
        })
    }

    /// Bytes of the field that it rests on.
    fn ground(&self, record: &Record<'_>) -> Range<usize> {
        self.ground.iter().find_map(|slot| record.range(*slot)).unwrap_or(0..0)
    }
}

/// A number where the field holds numbers and the text is one, else the text.
fn typed<'t>(fields: &EventFields, slot: usize, text: Cow<'t, str>) -> Scalar<'t> {
    match text.parse() {
        Ok(number) if fields.is_number(slot) => Scalar::Integer(number),
        _ => Scalar::Text(text),
    }
}

/// Why an item is no record.
pub(super) type Refused = String;

impl<'a> RecordReader<'a> {
    /// A reader of the items of this source. `when` says what is declared of its times.
    pub(super) fn new(source: &'a LogSource, fields: &'a EventFields, when: When, delimiter: u8) -> Self {
        let slot = |name: &String| fields.slot(name);
        let steps = |paths: &Vec<String>| paths.iter().map(|path| parse_path(path)).collect::<Vec<_>>();
        let paths = source.fields.iter().filter_map(|(name, paths)| Some((slot(name)?, steps(paths))));
        let constants =
            source.constants.iter().filter_map(|(name, value)| Some((slot(name)?, value.clone())));
        Self {
            source,
            fields,
            when,
            headers: None,
            delimiter,
            paths: paths.collect(),
            time_paths: steps(&source.time),
            constants: constants.collect(),
            derived: source.derive.iter().filter_map(|one| Derived::new(one, fields)).collect(),
            each: source.each.as_ref().map(|each| parse_path(each)),
            timezone: fields.slot("event.timezone"),
        }
    }

    /// Reads one item and calls with each event that it holds.
    ///
    /// # Errors
    /// Why the item is no record of this source.
    pub(super) fn read<'t>(
        &mut self,
        text: &'t str,
        position: Position,
        each: &mut dyn FnMut(&Record<'t>),
    ) -> Result<(), Refused> {
        match self.source.format {
            LogFormat::Json => self.read_json(text, position, each),
            LogFormat::Syslog => self.read_syslog(text, position, each),
            LogFormat::Lines => self.read_line(text, position, each),
            LogFormat::Csv => self.read_row(text, position, each),
        }
    }

    /// True until the header of a CSV log was read.
    pub(super) fn wants_header(&self) -> bool {
        self.source.format == LogFormat::Csv && self.headers.is_none()
    }

    fn record<'t>(&self, text: &'t str, position: Position) -> Record<'t> {
        let slots = vec![None; self.fields.names().len()];
        Record { position, part: 0, time: None, time_range: 0..0, text, slots }
    }

    fn read_json<'t>(
        &self,
        text: &'t str,
        position: Position,
        each: &mut dyn FnMut(&Record<'t>),
    ) -> Result<(), Refused> {
        let node = json::read(text).map_err(|error| error.reason)?;
        if !matches!(node.value, NodeValue::Map(_)) {
            return Err("it is no object".to_owned());
        }
        if let Some((key, _)) = node.duplicate_key() {
            return Err(format!("the key `{key}` stands twice"));
        }
        let parts: Vec<Option<&Node>> = match self.each.as_ref().and_then(|path| find(&node, path)) {
            Some(Node { value: NodeValue::List(parts), .. }) if !parts.is_empty() => {
                parts.iter().map(Some).collect()
            }
            _ => vec![None],
        };
        for (number, part) in parts.into_iter().enumerate() {
            let mut record = self.record(text, position);
            record.part = u32::try_from(number).unwrap_or(u32::MAX);
            self.fill_from_json(&mut record, &node, part);
            self.finish(&mut record);
            each(&record);
        }
        Ok(())
    }

    fn fill_from_json(&self, record: &mut Record<'_>, node: &Node, part: Option<&Node>) {
        let look = |path: &Vec<Step>| {
            let inside = self.each.as_ref().and_then(|each| path.strip_prefix(&each[..]));
            match (part, inside) {
                (Some(part), Some(rest)) => find(part, rest),
                _ => find(node, path),
            }
        };
        for (slot, paths) in &self.paths {
            let found =
                paths.iter().filter_map(look).find_map(|node| Some((scalar(node)?, node.range.clone())));
            if let Some((value, range)) = found {
                record.slots[*slot] = Some(Slot { value, range });
            }
        }
        for node in self.time_paths.iter().filter_map(look) {
            if let Some(text) = node.plain()
                && self.set_time(record, &text, node.range.clone())
            {
                return;
            }
        }
    }

    fn read_syslog<'t>(
        &self,
        text: &'t str,
        position: Position,
        each: &mut dyn FnMut(&Record<'t>),
    ) -> Result<(), Refused> {
        let line = syslog::parse(text).ok_or("it is no line of RFC 3164 or RFC 5424")?;
        let mut record = self.record(text, position);
        for (name, range) in [
            ("log.syslog.priority", line.priority.clone()),
            ("host.name", line.host.clone()),
            ("process.name", line.process.clone()),
            ("process.pid", line.pid.clone()),
            ("message", Some(line.message.clone())),
        ] {
            self.set_range(&mut record, name, range);
        }
        match line.transport {
            Transport::Iso => drop(self.set_time(&mut record, &text[line.time.clone()], line.time.clone())),
            Transport::Bsd => {
                record.time = self.when.without_year(&text[line.time.clone()]);
                record.time_range = line.time.clone();
                self.set_declared_zone(&mut record);
            }
        }
        let process = line.process.map(|range| &text[range]);
        self.match_patterns(&mut record, line.message, process);
        self.finish(&mut record);
        each(&record);
        Ok(())
    }

    fn read_line<'t>(
        &self,
        text: &'t str,
        position: Position,
        each: &mut dyn FnMut(&Record<'t>),
    ) -> Result<(), Refused> {
        let mut record = self.record(text, position);
        if !self.match_patterns(&mut record, 0..text.len(), None) {
            return Err(format!("it is no line of {}", self.source.title));
        }
        self.finish(&mut record);
        each(&record);
        Ok(())
    }

    /// Sets the fields of the first pattern that matches a part of the text.
    fn match_patterns(&self, record: &mut Record<'_>, within: Range<usize>, process: Option<&str>) -> bool {
        let text = &record.text[within.clone()];
        for pattern in &self.source.patterns {
            if pattern.process.as_deref().is_some_and(|wanted| Some(wanted) != process) {
                continue;
            }
            let Some(found) = pattern.regex.captures(text) else { continue };
            for name in pattern.regex.capture_names().flatten() {
                let Some(group) = found.name(name) else { continue };
                let range = within.start + group.start()..within.start + group.end();
                if name == "time" {
                    let time = group.as_str().to_owned();
                    self.set_time(record, &time, range);
                } else {
                    self.set_range(record, name, Some(range));
                }
            }
            let whole = found.get_match();
            for (name, value) in &pattern.set {
                let range = within.start + whole.start()..within.start + whole.end();
                self.set_default(record, name, value, range);
            }
            return true;
        }
        false
    }

    fn read_row<'t>(
        &mut self,
        text: &'t str,
        position: Position,
        each: &mut dyn FnMut(&Record<'t>),
    ) -> Result<(), Refused> {
        let source = Source::new("", text);
        let row = CsvRows::new(&source, self.delimiter).next().ok_or("it is no row")?;
        let Some(headers) = &self.headers else {
            let mut headers = BTreeMap::new();
            for (column, cell) in row.cells.iter().enumerate() {
                // Of two columns with one name the first is meant: the other is a remark on it.
                headers.entry(normalize_header(cell.text(&source))).or_insert(column);
            }
            self.headers = Some(headers);
            return Ok(());
        };
        let mut record = self.record(text, position);
        let cell = |header: &String| row.cells.get(*headers.get(&normalize_header(header))?);
        for (name, wanted) in &self.source.fields {
            let found = wanted.iter().filter_map(cell).find(|cell| !cell.text(&source).trim().is_empty());
            if let (Some(slot), Some(cell)) = (self.fields.slot(name), found) {
                let value = typed(self.fields, slot, Cow::Owned(cell.text(&source).trim().to_owned()));
                record.slots[slot] = Some(Slot { value, range: cell.range.clone() });
            }
        }
        if let Some(cell) = self.source.time.iter().find_map(cell) {
            self.set_time(&mut record, cell.text(&source), cell.range.clone());
        }
        self.finish(&mut record);
        each(&record);
        Ok(())
    }

    /// Sets a field from a part of the item, unless that part is empty or only a dash.
    fn set_range(&self, record: &mut Record<'_>, name: &str, range: Option<Range<usize>>) {
        let (Some(slot), Some(range)) = (self.fields.slot(name), range) else { return };
        let text = &record.text[range.clone()];
        if !text.is_empty() && text != "-" {
            let value = typed(self.fields, slot, Cow::Borrowed(text));
            record.slots[slot] = Some(Slot { value, range });
        }
    }

    /// Sets a field that follows from others, unless it is set.
    fn set_default(&self, record: &mut Record<'_>, name: &str, value: &str, range: Range<usize>) {
        let Some(slot) = self.fields.slot(name) else { return };
        if record.slots[slot].is_none() {
            let value = typed(self.fields, slot, Cow::Owned(value.to_owned()));
            record.slots[slot] = Some(Slot { value, range });
        }
    }

    fn set_time(&self, record: &mut Record<'_>, text: &str, range: Range<usize>) -> bool {
        let Some(read) = self.when.read(text, self.source.time_format) else { return false };
        record.time = Some(read.time);
        record.time_range = range;
        match read.zone {
            Some(zone) => self.set_timezone(record, &zone),
            None => self.set_declared_zone(record),
        }
        true
    }

    fn set_declared_zone(&self, record: &mut Record<'_>) {
        if let Some(zone) = self.when.zone_name() {
            self.set_timezone(record, zone);
        }
    }

    fn set_timezone(&self, record: &mut Record<'_>, zone: &str) {
        if let Some(slot) = self.timezone {
            let value = Scalar::Text(Cow::Owned(zone.to_owned()));
            record.slots[slot] = Some(Slot { value, range: 0..0 });
        }
    }

    /// Adds what follows from the fields that were found.
    fn finish(&self, record: &mut Record<'_>) {
        for (slot, value) in &self.constants {
            if record.slots[*slot].is_none() {
                record.slots[*slot] =
                    Some(Slot { value: Scalar::Text(Cow::Owned(value.clone())), range: 0..0 });
            }
        }
        for derived in &self.derived {
            if derived.holds(record) {
                let range = derived.ground(record);
                for (slot, value) in &derived.set {
                    if record.slots[*slot].is_none() {
                        record.slots[*slot] = Some(Slot { value: value.clone(), range: range.clone() });
                    }
                }
                for (to, from) in &derived.copy {
                    record.slots[*to] = record.slots[*from].clone();
                }
            }
        }
    }
}

impl Record<'_> {
    /// The value of the field in this slot.
    pub fn get(&self, slot: usize) -> Option<&Scalar<'_>> {
        self.slots.get(slot)?.as_ref().map(|slot| &slot.value)
    }

    /// Number of slots.
    pub fn slots(&self) -> usize {
        self.slots.len()
    }

    /// The bytes of the item where the field in this slot stands, when it stands anywhere.
    pub fn range(&self, slot: usize) -> Option<Range<usize>> {
        self.slots.get(slot)?.as_ref().map(|slot| slot.range.clone()).filter(|range| !range.is_empty())
    }
}

/// True when the first records of a JSON log have all that this source needs.
pub(in crate::evidence) fn has_needs(source: &LogSource, record: &Node) -> bool {
    source.needs.iter().all(|path| find(record, &parse_path(path)).is_some())
}

/// A plain value of a record; nothing for null, an empty text, or a dash that stands for nothing.
fn scalar(node: &Node) -> Option<Scalar<'static>> {
    match &node.value {
        NodeValue::Bool(value) => Some(Scalar::Boolean(*value)),
        NodeValue::Number(text) => Some(match (text.parse(), text.parse()) {
            (Ok(number), _) => Scalar::Integer(number),
            (_, Ok(number)) => Scalar::Number(number),
            _ => Scalar::Text(Cow::Owned(text.clone())),
        }),
        NodeValue::Null | NodeValue::Map(_) | NodeValue::TooDeep => None,
        NodeValue::Text(_) | NodeValue::List(_) => {
            let text = node.plain()?;
            (!text.is_empty() && text != "-").then(|| Scalar::Text(Cow::Owned(text.into_owned())))
        }
    }
}
