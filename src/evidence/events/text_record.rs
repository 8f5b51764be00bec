//! Records of text: lines of syslog and of other programs, by the patterns of their source.

use super::event::{Record, Scalar, typed};
use super::phrase::{Phrase, Trace};
use super::syslog::SyslogLine;
use crate::pack::{EventFields, LogFormat, LogSource, Pattern};
use regex::Regex;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

/// What is read of the lines of a source, its fields and patterns looked up once.
pub(super) struct TextFields<'a> {
    fields: &'a EventFields,
    head: Head,
    patterns: Vec<Reading<'a>>,
    /// The patterns for any program, in order.
    any: Vec<usize>,
    /// The same with those for one program.
    by_process: BTreeMap<&'a str, Vec<usize>>,
}

/// The slots of what stands before a message.
struct Head {
    priority: Option<usize>,
    host: Option<usize>,
    process: Option<usize>,
    pid: Option<usize>,
    message: Option<usize>,
}

/// A pattern with its fields looked up.
struct Reading<'a> {
    regex: Option<&'a Regex>,
    phrase: Option<Phrase>,
    groups: Vec<(usize, Group)>,
    set: Vec<(usize, Scalar<'static>)>,
}

/// Where the groups of a pattern stand, and room to find them.
#[derive(Default)]
pub(super) struct Found {
    trace: Trace,
    groups: Vec<Option<Range<usize>>>,
}

/// What a group of a pattern holds.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Time,
    Field(usize),
}

impl<'a> TextFields<'a> {
    /// The wanted fields of a source, by their slots.
    pub(super) fn new(
        source: &'a LogSource,
        fields: &'a EventFields,
        slots: impl Fn(&str) -> Option<usize>,
    ) -> Self {
        let is_text = matches!(source.format, LogFormat::Syslog | LogFormat::Lines);
        let patterns: &[Pattern] = if is_text { &source.patterns } else { &[] };
        let of = |process: Option<&str>| {
            let is_for = |wanted: &str| Some(wanted) == process;
            let is_meant = |at: &usize| patterns[*at].process.as_deref().is_none_or(is_for);
            (0..patterns.len()).filter(is_meant).collect::<Vec<usize>>()
        };
        let processes = patterns.iter().filter_map(|pattern| pattern.process.as_deref());
        Self {
            fields,
            head: Head {
                priority: slots("log.syslog.priority"),
                host: slots("host.name"),
                process: slots("process.name"),
                pid: slots("process.pid"),
                message: slots("message"),
            },
            any: of(None),
            by_process: processes.map(|process| (process, of(Some(process)))).collect(),
            patterns: patterns.iter().map(|pattern| Reading::new(pattern, fields, &slots)).collect(),
        }
    }

    /// Sets the fields before the message of a line of syslog, and the message.
    pub(super) fn set_head<'r>(&self, record: &mut Record<'r>, line: &SyslogLine) {
        self.set(record, self.head.priority, line.priority.clone());
        self.set(record, self.head.host, line.host.clone());
        self.set(record, self.head.process, line.process.clone());
        self.set(record, self.head.pid, line.pid.clone());
        self.set(record, self.head.message, Some(line.message.clone()));
    }

    /// Sets the fields of the first pattern that matches a part of the text, and calls with the
    /// bytes of its time. Says whether one matched.
    pub(super) fn match_patterns<'r>(
        &'r self,
        record: &mut Record<'r>,
        (within, process): (Range<usize>, Option<&str>),
        found: &mut Found,
        is_time: &mut dyn FnMut(&mut Record<'r>, Range<usize>),
    ) -> bool {
        let text = &record.text[within.clone()];
        let is_plain = text.is_ascii();
        let candidates = process.and_then(|process| self.by_process.get(process)).unwrap_or(&self.any);
        let first = candidates.iter().map(|number| &self.patterns[*number]).find_map(|reading| {
            let whole = reading.read(text, is_plain, found)?;
            Some((reading, whole))
        });
        let Some((reading, whole)) = first else { return false };
        let there = |range: Range<usize>| within.start + range.start..within.start + range.end;
        for ((_, holds), range) in reading.groups.iter().zip(&found.groups) {
            let Some(range) = range.clone().map(there) else { continue };
            match holds {
                Group::Time => is_time(record, range),
                Group::Field(slot) => self.set(record, Some(*slot), Some(range)),
            }
        }
        for (slot, value) in &reading.set {
            if record.get(*slot).is_none() {
                record.set(*slot, value.lend(), there(whole.clone()));
            }
        }
        true
    }

    /// Sets a field from a part of the item, unless that part is empty or only a dash.
    fn set(&self, record: &mut Record<'_>, slot: Option<usize>, range: Option<Range<usize>>) {
        let (Some(slot), Some(range)) = (slot, range) else { return };
        let text = &record.text[range.clone()];
        if !text.is_empty() && text != "-" {
            let value = typed(self.fields, slot, Cow::Borrowed(text));
            record.set(slot, value, range);
        }
    }
}

impl<'a> Reading<'a> {
    fn new(pattern: &'a Pattern, fields: &EventFields, slots: impl Fn(&str) -> Option<usize>) -> Self {
        let regex = pattern.regex.get();
        let names = regex.into_iter().flat_map(Regex::capture_names).enumerate();
        let groups: Vec<(usize, Group)> = names
            .filter_map(|(number, name)| match name? {
                "time" => Some((number, Group::Time)),
                name => Some((number, Group::Field(slots(name)?))),
            })
            .collect();
        let set = |(name, value): (&String, &String)| {
            let slot = slots(name)?;
            Some((slot, typed(fields, slot, Cow::Owned(value.clone()))))
        };
        let is_wanted = |number: usize| groups.iter().any(|(group, _)| *group == number);
        Self {
            regex,
            phrase: Phrase::new(pattern.regex.as_str(), is_wanted),
            set: pattern.set.iter().filter_map(set).collect(),
            groups,
        }
    }

    /// The bytes that match; where each of the groups stands is found too.
    fn read(&self, text: &str, is_plain: bool, found: &mut Found) -> Option<Range<usize>> {
        let Found { trace, groups } = found;
        let numbers = self.groups.iter().map(|(number, _)| *number);
        if is_plain && let Some(phrase) = &self.phrase {
            if !phrase.may_match(text.as_bytes()) {
                return None;
            }
            if let Some(matches) = phrase.read(text.as_bytes(), trace) {
                groups.clear();
                groups.extend(numbers.map(|number| trace.group(number)));
                return trace.group(0).filter(|_| matches);
            }
        }
        let captures = self.regex?.captures(text)?;
        groups.clear();
        groups.extend(numbers.map(|number| captures.get(number).map(|group| group.range())));
        Some(captures.get_match().range())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pack::{PackRef, Packs, load};
    use crate::world::Disk;
    use proptest::prelude::*;
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    use std::sync::LazyLock;

    static PACKS: LazyLock<Packs> =
        LazyLock::new(|| load(&[PackRef::BuiltIn], &Disk::default()).unwrap_or_default());

    fn readings(source: &LogSource) -> TextFields<'_> {
        TextFields::new(source, &PACKS.event_fields, |name| PACKS.event_fields.slot(name))
    }

    /// A text that a pattern was made for, or nearly so.
    fn like(regex: &Regex, runner: &mut TestRunner) -> Option<String> {
        let words = regex.as_str().replace(['^', '$'], "").replace(r"\b", "");
        let ascii = words.replace(r"\S", "[!-~]").replace(r"\d", "[0-9]").replace(r"\w", "[a-z_]");
        let ascii = ascii.replace(".*", "[ -~]*").replace(r"\s", " ");
        proptest::string::string_regex(&ascii).ok()?.new_tree(runner).ok().map(|tree| tree.current())
    }

    /// Every pattern of the pack reads every such text in steps as the engine does.
    #[test]
    fn patterns_of_the_pack_are_read_in_steps_as_by_the_engine() {
        let mut runner = TestRunner::deterministic();
        let (mut tried, mut matched) = (0, 0);
        for source in PACKS.log_sources.values() {
            let fields = readings(source);
            let texts: Vec<String> = (0..8)
                .flat_map(|_| &source.patterns)
                .filter_map(|pattern| like(pattern.regex.get()?, &mut runner))
                .collect();
            for reading in &fields.patterns {
                assert!(reading.phrase.is_some(), "{:?}", reading.regex);
                for text in &texts {
                    let mut found = [Found::default(), Found::default()];
                    let steps = reading.read(text, text.is_ascii(), &mut found[0]);
                    let engine = reading.read(text, false, &mut found[1]);
                    assert_eq!(steps, engine, "{:?} on {text:?}", reading.regex);
                    if steps.is_some() {
                        assert_eq!(found[0].groups, found[1].groups, "{:?} on {text:?}", reading.regex);
                        matched += 1;
                    }
                    tried += 1;
                }
            }
        }
        assert!(matched > 300 && tried > 10_000, "{matched} of {tried}");
    }
}
