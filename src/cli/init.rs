//! `preaudit init`: writes down what is recognized, to be corrected and kept.

use super::output::Output;
use super::place::Folder;
use crate::audit::{self, Survey};
use crate::evidence::FILE_NAME;
use crate::finding::count;
use crate::pack::Shape;
use crate::report::{EvidenceSeen, Exit, evidence_seen};
use crate::world::Disk;
use glob::Pattern;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Write preaudit.toml from what is recognized in a folder.
///
/// The file binds every recognized file to its kind of evidence and says how sure that is. Correct
/// it, and keep it beside the evidence: a scan then uses what it says and nothing else.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    #[command(flatten)]
    folder: Folder,
    /// Write to this file instead of preaudit.toml in the folder; `-` for standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Overwrite the file if there is one.
    #[arg(long)]
    force: bool,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let mut request = match arguments.folder.request(&disk) {
        Ok(request) => request,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let to_stdout = arguments.output.as_ref().is_some_and(|path| path.as_os_str() == "-");
    let path = arguments.output.clone().unwrap_or_else(|| request.scope.root.join(FILE_NAME));
    if !to_stdout && !arguments.force && path.exists() {
        return output.wrong(&format!("{} exists; --force overwrites it", path.display()));
    }
    // What is there is to be recognized anew, whatever an older file says.
    request.scope.workspace = None;
    let survey = match audit::survey(&request, None, &disk) {
        Ok(survey) => survey,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let text = workspace(&survey);
    if to_stdout {
        output.print(&text);
        return Exit::Clean;
    }
    if let Err(error) = disk.write(&path, text.as_bytes()) {
        return output.wrong(&format!("cannot write {}: {}", error.path, error.reason));
    }
    let files = survey.evidence.files.iter().filter(|file| file.kind.is_some()).count();
    output.print(&format!(
        "wrote {}: {} bound; read it before you trust it\n",
        path.display(),
        count(files, "file")
    ));
    Exit::Clean
}

/// The text of a `preaudit.toml` for this evidence.
fn workspace(survey: &Survey) -> String {
    let seen = evidence_seen(&survey.evidence, &survey.facts);
    let mut text = String::from(HEAD);
    let mut groups: BTreeMap<(String, Option<String>), Vec<&EvidenceSeen>> = BTreeMap::new();
    for one in seen.iter().filter(|one| one.kind.is_some()) {
        let key = (one.kind.clone().unwrap_or_default(), table_of(survey, &seen, one));
        groups.entry(key).or_default().push(one);
    }
    for ((kind, table), files) in groups {
        text.push_str(&binding(survey, &kind, table.as_deref(), &files));
    }
    let unused: Vec<&str> =
        seen.iter().filter(|one| one.kind.is_none()).map(|one| one.file.as_str()).collect();
    if !unused.is_empty() {
        text.push_str("\n# Not recognized, and so not used; bind what is evidence:\n");
        for file in unused {
            let _ = writeln!(text, "#   {}", file.replace(char::is_control, "?"));
        }
    }
    text
}

/// The table to name in a binding: needed where a file holds several tables of which only some
/// are of this kind.
fn table_of(survey: &Survey, all: &[EvidenceSeen], one: &EvidenceSeen) -> Option<String> {
    let is_table = survey.packs.kinds.get(one.kind.as_ref()?).is_some_and(|kind| kind.shape == Shape::Table);
    let same_kind = all.iter().filter(|other| other.file == one.file && other.kind == one.kind).count();
    one.table.clone().filter(|_| is_table && same_kind == 1)
}

fn binding(survey: &Survey, kind: &str, table: Option<&str>, files: &[&EvidenceSeen]) -> String {
    let title = survey.packs.kinds.get(kind).map_or(kind, |kind| kind.title.as_str());
    let mut text = format!("\n# {title}: {}\n", how_sure(files));
    let mut unused: Vec<&str> = files.iter().flat_map(|file| &file.unused).map(String::as_str).collect();
    unused.dedup();
    if !unused.is_empty() {
        let _ = writeln!(
            text,
            "# columns that are no field: {}",
            unused.join(", ").replace(char::is_control, "?")
        );
    }
    text.push_str("[[evidence]]\n");
    let source = files.first().and_then(|file| file.source.as_ref());
    match source.filter(|_| kind == "events") {
        // A log says itself what it is; its source need only be named when it is not recognized.
        Some(source) => {
            let _ = writeln!(text, "kind = {}\n# source = {}", quoted("events"), quoted(source));
        }
        None => {
            let _ = writeln!(text, "kind = {}", quoted(kind));
        }
    }
    let mut patterns: Vec<String> = files.iter().map(|file| quoted(&Pattern::escape(&file.file))).collect();
    patterns.dedup();
    if patterns.len() == 1 {
        let _ = writeln!(text, "files = [{}]", patterns[0]);
    } else {
        let _ = writeln!(text, "files = [\n    {},\n]", patterns.join(",\n    "));
    }
    if let Some(table) = table {
        let _ = writeln!(text, "table = {}", quoted(table));
    }
    text
}

fn how_sure(files: &[&EvidenceSeen]) -> String {
    let least = files.iter().map(|file| file.sure).min().unwrap_or(0);
    let records: u64 = files.iter().map(|file| file.records).sum();
    let records = count(usize::try_from(records).unwrap_or(usize::MAX), "record");
    format!("{least} % sure, {records}")
}

fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

const HEAD: &str = r#"# What preaudit judges, and how. Written by `preaudit init` from what it recognized; read it,
# correct it, and keep it beside the evidence. `preaudit evidence` shows what it comes to.

# Files that are no evidence; hidden files never are.
# exclude = ["drafts/**"]

[organization]
# name = "Example Ltd"

[audit]
# The audit you prepare for, and its day; without a day, evidence is judged as of today.
# stage = "stage-2"        # pre-audit, stage-1, stage-2, surveillance, recertification, internal-audit
# date = 2026-07-01
# profile = "common"       # or "strict"
# window = "365d"          # how far back records of logs count
# What you were asked for. With "required", a record that the standard requires and that is not
# here is a finding; without it, it is only not evaluated.
# asked_for = ["required"]

# Limits of rules, as your own policies set them; `preaudit explain RULE` lists them.
# [params.training-overdue]
# grace = "14d"

# Each binding may also say:
#   columns = { person_email = "Mail" }                   field = header
#   words = { status = { completed = ["erledigt"] } }     what a word means
#   dates = "day-first"                                   or "month-first", for 1/2/2026
#   numbers = "comma"                                     or "point", for 1,234
#   collected = 2026-06-30                                the day it was taken
#   zone = "Europe/Berlin"                                for log lines without one
#   population = 42                                       how many records there should be
#   complete = true                                       these files are all there is
"#;
