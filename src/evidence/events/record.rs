//! The items of a log read as records.

use super::derive::Derived;
use super::event::{Record, Scalar};
use super::items::Position;
use super::json_record::{JsonFields, Layouts, Projection};
use super::path::{find, parse_path};
use super::row_record::{Columns, RowFields};
use super::stamp::Recent;
use super::syslog::{self, Transport};
use super::text_record::{Found, TextFields};
use super::wanted::Values;
use super::when::When;
use crate::evidence::grid::RawCell;
use crate::evidence::json;
use crate::evidence::node::{Node, NodeValue};
use crate::pack::{EventFields, LogFormat, LogSource};
use std::borrow::Cow;
use std::ops::Range;

/// Reads the items of one log.
pub struct RecordReader<'a> {
    source: &'a LogSource,
    fields: &'a EventFields,
    when: When,
    json: JsonFields,
    text: TextFields<'a>,
    rows: RowFields<'a>,
    constants: Vec<(usize, String)>,
    derived: Vec<Derived>,
    timezone: Option<usize>,
}

/// What is learned while a log is read, and makes reading on faster or possible.
pub(super) struct Learned {
    layouts: Option<Layouts>,
    /// Columns of a CSV log, once its first row is read.
    columns: Option<Columns>,
    /// Room for the cells of a row.
    cells: Vec<RawCell>,
    /// Room for what patterns find.
    found: Found,
    /// The day that was read last.
    recent: Recent,
}

/// Why an item is no record.
pub(super) type Refused = String;

impl<'a> RecordReader<'a> {
    /// A reader of the items of this source, for the fields in the wanted slots. `when` says what
    /// is declared of its times.
    pub(super) fn new(
        source: &'a LogSource,
        fields: &'a EventFields,
        when: When,
        delimiter: u8,
        mut wanted: u128,
    ) -> Self {
        let derived = Derived::of(&source.derive, fields, &mut wanted);
        let slot = |name: &str| fields.slot(name).filter(|slot| wanted & 1 << slot != 0);
        let constants =
            source.constants.iter().filter_map(|(name, value)| Some((slot(name)?, value.clone())));
        Self {
            source,
            fields,
            when,
            json: JsonFields::new(source, slot),
            text: TextFields::new(source, fields, slot),
            rows: RowFields::new(source, fields, delimiter, slot),
            constants: constants.collect(),
            derived,
            timezone: slot("event.timezone"),
        }
    }

    /// Nothing learned yet.
    pub(super) fn learned(&self) -> Learned {
        let layouts = self.json.projection().map(Projection::layouts);
        Learned {
            layouts,
            columns: None,
            cells: Vec::new(),
            found: Found::default(),
            recent: Recent::default(),
        }
    }

    /// Room for the records of a part.
    pub(super) fn room<'r>(&self) -> Record<'r> {
        Record::with_slots(self.fields.names().len())
    }

    /// Bytes of the record that a text of lines begins with, when it is known how it is laid out and a
    /// line ends behind it. What it holds is found then, and [`RecordReader::read_found`] reads it.
    pub(super) fn find(&self, learned: &mut Learned, text: &str) -> Option<usize> {
        let length = learned.layouts.as_mut()?.measure(text)?;
        matches!(text.as_bytes()[length..], [] | [b'\n', ..] | [b'\r', b'\n', ..]).then_some(length)
    }

    /// Reads the record that was found last.
    pub(super) fn read_found<'r>(
        &'r self,
        learned: &mut Learned,
        record: &mut Record<'r>,
        (text, position): (&'r str, Position),
        each: &mut dyn FnMut(&Record<'_>),
    ) {
        record.begin(text, position);
        let Learned { layouts, recent, .. } = learned;
        if let (Some(projection), Some(layouts)) = (self.json.projection(), layouts) {
            self.fill(record, projection, layouts.found(), recent);
        }
        each(record);
    }

    /// Reads one item and calls with each event that it holds.
    ///
    /// # Errors
    /// Why the item is no record of this source.
    pub(super) fn read<'r>(
        &'r self,
        learned: &mut Learned,
        record: &mut Record<'r>,
        (text, position): (&'r str, Position),
        each: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), Refused> {
        record.begin(text, position);
        match self.source.format {
            LogFormat::Json => return self.read_json(learned, record, each),
            LogFormat::Syslog => self.read_syslog(learned, record)?,
            LogFormat::Lines => self.read_line(learned, record)?,
            LogFormat::Csv if learned.columns.is_none() => {
                learned.columns = Some(self.rows.columns(text).ok_or("it is no row")?);
                return Ok(());
            }
            LogFormat::Csv => self.read_row(learned, record)?,
        }
        self.finish(record);
        each(record);
        Ok(())
    }

    /// True until the header of a CSV log was read.
    pub(super) fn wants_header(&self, learned: &Learned) -> bool {
        self.source.format == LogFormat::Csv && learned.columns.is_none()
    }

    /// Reads a record by its shape, else exactly.
    fn read_json<'r>(
        &'r self,
        learned: &mut Learned,
        record: &mut Record<'r>,
        each: &mut dyn FnMut(&Record<'_>),
    ) -> Result<(), Refused> {
        let Learned { layouts, recent, .. } = learned;
        if let (Some(projection), Some(layouts)) = (self.json.projection(), layouts)
            && let Some(found) = projection.find(record.text, layouts)
        {
            self.fill(record, projection, found, recent);
            each(record);
            return Ok(());
        }
        let mut is_time =
            |record: &mut Record<'r>, text: &str, range| self.set_time(recent, record, text, range);
        let node = json::read(record.text).map_err(|error| error.reason)?;
        if !matches!(node.value, NodeValue::Map(_)) {
            return Err("it is no object".to_owned());
        }
        if let Some((key, _)) = node.duplicate_key() {
            return Err(format!("the key `{key}` stands twice"));
        }
        for (number, event) in self.json.events(&node).into_iter().enumerate() {
            record.begin(record.text, record.position);
            record.part = u32::try_from(number).unwrap_or(u32::MAX);
            self.json.fill(record, &node, event, &mut is_time);
            self.finish(record);
            each(record);
        }
        Ok(())
    }

    /// Sets the fields of a record whose values were found.
    fn fill<'r>(
        &'r self,
        record: &mut Record<'r>,
        projection: &Projection,
        found: &Values,
        recent: &mut Recent,
    ) {
        let mut is_time =
            |record: &mut Record<'r>, text: &str, range| self.set_time(recent, record, text, range);
        projection.fill(record, found, &mut is_time);
        self.finish(record);
    }

    fn read_syslog<'r>(&'r self, learned: &mut Learned, record: &mut Record<'r>) -> Result<(), Refused> {
        let text = record.text;
        let line = syslog::parse(text).ok_or("it is no line of RFC 3164 or RFC 5424")?;
        self.text.set_head(record, &line);
        match line.transport {
            Transport::Iso => {
                self.set_time(&mut learned.recent, record, &text[line.time.clone()], line.time.clone());
            }
            Transport::Bsd => {
                record.time = self.when.without_year(&text[line.time.clone()]);
                record.time_range = line.time.clone();
                self.set_declared_zone(record);
            }
        }
        let process = line.process.map(|range| &text[range]);
        self.match_patterns(learned, record, (line.message, process));
        Ok(())
    }

    fn read_line<'r>(&'r self, learned: &mut Learned, record: &mut Record<'r>) -> Result<(), Refused> {
        if !self.match_patterns(learned, record, (0..record.text.len(), None)) {
            return Err(format!("it is no line of {}", self.source.title));
        }
        Ok(())
    }

    fn match_patterns<'r>(
        &'r self,
        learned: &mut Learned,
        record: &mut Record<'r>,
        message: (Range<usize>, Option<&str>),
    ) -> bool {
        let Learned { found, recent, .. } = learned;
        let mut is_time = |record: &mut Record<'r>, range: Range<usize>| {
            self.set_time(recent, record, &record.text[range.clone()], range);
        };
        self.text.match_patterns(record, message, found, &mut is_time)
    }

    fn read_row<'r>(&'r self, learned: &mut Learned, record: &mut Record<'r>) -> Result<(), Refused> {
        let Learned { columns, cells, recent, .. } = learned;
        let columns = columns.as_ref().ok_or("there is no header")?;
        let row = record.text;
        let mut is_time = |record: &mut Record<'r>, cell: &RawCell| {
            self.set_time(recent, record, cell.text(row), cell.range.clone());
        };
        if self.rows.fill(record, columns, cells, &mut is_time) {
            Ok(())
        } else {
            Err("it is no row".to_owned())
        }
    }

    fn set_time<'r>(
        &'r self,
        recent: &mut Recent,
        record: &mut Record<'r>,
        text: &str,
        range: Range<usize>,
    ) -> bool {
        let Some(read) = self.when.read(text, self.source.time_format, recent) else { return false };
        record.time = Some(read.time);
        record.time_range = range;
        match read.zone {
            Some(zone) => self.set_timezone(record, zone),
            None => self.set_declared_zone(record),
        }
        true
    }

    fn set_declared_zone<'r>(&'r self, record: &mut Record<'r>) {
        if let Some(zone) = self.when.zone_name() {
            self.set_timezone(record, Cow::Borrowed(zone));
        }
    }

    fn set_timezone<'r>(&self, record: &mut Record<'r>, zone: Cow<'r, str>) {
        if let Some(slot) = self.timezone {
            record.set(slot, Scalar::Text(zone), 0..0);
        }
    }

    /// Adds what follows from the fields that were found.
    fn finish<'r>(&'r self, record: &mut Record<'r>) {
        for (slot, value) in &self.constants {
            if record.get(*slot).is_none() {
                record.set(*slot, Scalar::Text(Cow::Borrowed(value)), 0..0);
            }
        }
        self.derived.iter().for_each(|derived| derived.apply(record));
    }
}

/// True when the first records of a JSON log have all that this source needs.
pub(in crate::evidence) fn has_needs(source: &LogSource, record: &Node) -> bool {
    source.needs.iter().all(|path| find(record, &parse_path(path)).is_some())
}
