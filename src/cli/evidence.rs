//! `preaudit evidence`: how every file is understood.

use super::output::Output;
use super::place::Folder;
use super::scan::with_progress;
use crate::audit::{self, Survey};
use crate::evidence::Value;
use crate::finding::{Severity, count};
use crate::report::{EvidenceSeen, Exit, diagnostics_text, evidence_seen};
use crate::snippet::visible;
use crate::toml_text::did_you_mean;
use crate::world::Disk;
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Values listed of one field; the others are counted.
const VALUES: usize = 50;

/// Show how every file is understood, without judging.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Count the values of a field: an event field such as event.action, or KIND.FIELD such as
    /// training-records.status.
    #[arg(long, value_name = "FIELD")]
    values: Option<String>,
    /// The format of the list.
    #[arg(short, long, value_enum, default_value_t, value_name = "FORMAT")]
    format: Format,
}

/// Formats of the list.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs; as `evidence` in a report.
    Json,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let survey = arguments.folder.request(&disk).and_then(|request| {
        with_progress(&disk, output, || audit::survey(&request, arguments.values.as_deref(), &disk))
    });
    let survey = match survey {
        Ok(survey) => survey,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let seen = evidence_seen(&survey.evidence, &survey.facts);
    match (&arguments.values, arguments.format) {
        (Some(field), _) => match values(&survey, field) {
            Ok(text) => output.print(&text),
            Err(reason) => return output.wrong(&reason),
        },
        (None, Format::Text) => show(&survey, &seen, output),
        (None, Format::Json) => match serde_json::to_string_pretty(&seen) {
            Ok(json) => output.print(&(json + "\n")),
            Err(error) => return output.wrong(&error.to_string()),
        },
    }
    let diagnostics = survey.evidence.diagnostics.iter().chain(&survey.facts.diagnostics);
    if diagnostics.into_iter().any(|one| one.severity == Severity::Error) {
        Exit::Incomplete
    } else {
        Exit::Clean
    }
}

fn show(survey: &Survey, seen: &[EvidenceSeen], output: &Output) {
    let mut text = String::new();
    let mut by_kind: BTreeMap<&str, Vec<&EvidenceSeen>> = BTreeMap::new();
    for one in seen {
        by_kind.entry(one.kind.as_deref().unwrap_or("")).or_default().push(one);
    }
    for (kind, files) in &by_kind {
        let title = survey.packs.kinds.get(*kind).map_or("not used", |kind| kind.title.as_str());
        let records: u64 = files.iter().map(|file| file.records).sum();
        let shown =
            if kind.is_empty() { title.to_owned() } else { format!("{kind} - {title}, {records} in all") };
        let _ = writeln!(text, "{shown}");
        for file in files {
            text.push_str(&line(file, output.is_verbose()));
        }
        text.push('\n');
    }
    text.push_str(&bound(survey));
    output.print(&text);
    let diagnostics: Vec<_> =
        survey.evidence.diagnostics.iter().chain(&survey.facts.diagnostics).cloned().collect();
    if !output.is_quiet() {
        output.print(&diagnostics_text(&diagnostics, &output.report_style()));
    }
}

/// Parameters that sentences of the documents set.
fn bound(survey: &Survey) -> String {
    let bound = &survey.evidence.bound;
    let title = if bound.is_empty() { "" } else { "parameters bound to sentences\n" };
    let mut text = title.to_owned();
    for ((rule, name), sentence) in bound {
        let _ = match sentence {
            Ok(said) => {
                let (file, line) = (visible(&said.place.file), said.place.line);
                writeln!(text, "  {rule}.{name} = {}: {file}:{line}", visible(&said.value.to_string()))
            }
            Err(_) => writeln!(text, "  {rule}.{name}: not certain, see below"),
        };
    }
    if !bound.is_empty() {
        text.push('\n');
    }
    text
}

fn line(file: &EvidenceSeen, verbose: bool) -> String {
    let mut text = format!("  {}", visible(&file.file));
    if let Some(table) = &file.table {
        let _ = write!(text, " › {}", visible(table));
    }
    if file.kind.is_some() {
        let how = if file.declared { "declared".to_owned() } else { format!("{} % sure", file.sure) };
        let source = file.source.as_ref().map_or(String::new(), |source| format!("{source}, "));
        let records = count(usize::try_from(file.records).unwrap_or(usize::MAX), "record");
        let _ = write!(text, ": {source}{how}, {records}");
    }
    if file.faults > 0 {
        let _ = write!(text, ", {} set aside", file.faults);
    }
    text.push('\n');
    if verbose {
        for (field, header) in &file.columns {
            let _ = writeln!(text, "      {field:<20} {}", visible(header));
        }
    }
    if !file.unused.is_empty() {
        let unused: Vec<String> = file.unused.iter().map(|header| visible(header)).collect();
        let _ = writeln!(text, "      no field: {}", unused.join(", "));
    }
    text
}

/// The values of a field with how often each stands, the most frequent first.
fn values(survey: &Survey, field: &str) -> Result<String, String> {
    let counts = match field.split_once('.').filter(|(kind, _)| survey.packs.kinds.contains_key(*kind)) {
        Some((kind, field)) => table_values(survey, kind, field)?,
        None => event_values(survey, field)?,
    };
    let mut counts: Vec<(String, u64)> = counts.into_iter().collect();
    counts.sort_by(|a, b| (std::cmp::Reverse(a.1), &a.0).cmp(&(std::cmp::Reverse(b.1), &b.0)));
    let all: u64 = counts.iter().map(|(_, number)| number).sum();
    let mut text = String::new();
    for (value, number) in counts.iter().take(VALUES) {
        let _ = writeln!(text, "{number:>12}  {}", visible(value));
    }
    if counts.len() > VALUES {
        let _ = writeln!(text, "              … and {} more", count(counts.len() - VALUES, "value"));
    }
    let _ = writeln!(text, "{all:>12}  in all");
    Ok(text)
}

fn event_values(survey: &Survey, field: &str) -> Result<BTreeMap<String, u64>, String> {
    let Some(tally) = survey.facts.tallies.first() else {
        let names = survey.packs.event_fields.names().iter().map(String::as_str);
        let near = did_you_mean(field, names);
        return Err(format!("no event field and no KIND.FIELD `{field}`{near}"));
    };
    let named = |key: &[String]| {
        key.first().filter(|value| !value.is_empty()).cloned().unwrap_or_else(|| "(absent)".to_owned())
    };
    Ok(tally.groups.iter().map(|(key, group)| (named(key), group.count)).collect())
}

fn table_values(survey: &Survey, kind: &str, field: &str) -> Result<BTreeMap<String, u64>, String> {
    let known = survey.packs.kinds.get(kind).map(|kind| &kind.fields);
    if known.is_none_or(|fields| !fields.contains_key(field)) {
        let near = known.map(|fields| did_you_mean(field, fields.keys().map(String::as_str)));
        return Err(format!("`{kind}` has no field `{field}`{}", near.unwrap_or_default()));
    }
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    for row in survey.evidence.rows(kind) {
        let value = match row.value(field) {
            Value::Absent => "(absent)".to_owned(),
            Value::Undecidable if row.text(field).is_empty() => "(no such column)".to_owned(),
            Value::Undecidable => format!("{} (not decidable)", row.text(field)),
            Value::Text(text) => text.into_owned(),
            Value::YesNo(value) => if value { "yes" } else { "no" }.to_owned(),
            Value::Integer(number) => number.to_string(),
            Value::Number(number) => number.to_string(),
            Value::Time(time) => time.to_string(),
            Value::Controls(ids) => ids.iter().map(|(id, _)| id.to_string()).collect::<Vec<_>>().join(" "),
        };
        *counts.entry(value).or_default() += 1;
    }
    Ok(counts)
}
