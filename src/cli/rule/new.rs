//! `preaudit rule new`: a rule to begin with.

use super::test::under_test;
use crate::cli::output::Output;
use crate::finding::count;
use crate::pack;
use crate::prove::{self, EXPECTED, HITS, Proof, Proven};
use crate::report::Exit;
use crate::scaffold::{self, EDITOR, Form, NewRule};
use crate::schemas;
use crate::world::{Disk, World};
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A list of hits is no larger.
const LARGEST_HITS: u64 = 16 << 20;

/// Write a new rule with the five cases that every rule needs.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// What is wrong, in kebab-case: `training-record-missing`.
    #[arg(value_parser = fault)]
    fault: String,
    /// What the rule looks at.
    #[arg(long, value_enum, default_value_t)]
    from: From,
    /// Judge in a script; a join always does.
    #[arg(long)]
    script: bool,
    /// The pack; it is made where there is none yet.
    #[arg(long, value_name = "DIR", default_value = ".")]
    pack: PathBuf,
    /// The theme, which is the folder of the rule.
    #[arg(long, default_value = "own", value_parser = word)]
    theme: String,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum From {
    /// The records of logs.
    Log,
    /// Each row of a table.
    #[default]
    Table,
    /// Documents.
    Documents,
    /// Two tables, compared in a script.
    Join,
}

/// Files to be written, by path within the pack.
type Texts = BTreeMap<String, String>;

pub(super) fn run(new: &Arguments, output: &Output) -> Exit {
    match write_rule(new) {
        Ok(told) => {
            output.print(&told);
            Exit::Clean
        }
        Err(Refused::Because(reason)) => output.wrong(&reason),
        Err(Refused::Wrong(wrong)) => output.wrongs(&wrong),
    }
}

/// Why nothing was written.
enum Refused {
    Because(String),
    Wrong(Vec<crate::finding::Diagnostic>),
}

fn write_rule(new: &Arguments) -> Result<String, Refused> {
    let disk = Disk::default();
    let is_new = !new.pack.join("pack.toml").is_file();
    if !is_new {
        let known = pack::load(&under_test(&new.pack), &disk).map_err(Refused::Wrong)?;
        if known.rule(&new.fault).is_some() {
            return Err(Refused::Because(format!("a rule `{}` exists already", new.fault)));
        }
    }
    let files = files(new, is_new)?;
    let taken: Vec<&str> =
        files.keys().map(String::as_str).filter(|path| new.pack.join(path).exists()).collect();
    if !taken.is_empty() {
        return Err(Refused::Because(format!("nothing is written, since this exists: {}", taken.join(", "))));
    }
    write(&new.pack, &files, &disk).map_err(Refused::Because)?;
    let proof = prove::prove(&under_test(&new.pack), None, &disk).map_err(Refused::Wrong)?;
    bless(new, &proof, &disk).map_err(Refused::Because)?;
    let own = format!("{}/", new.fault);
    let failed: Vec<&Proven> =
        proof.cases.iter().filter(|case| case.path.starts_with(&own) && case.wanted != case.found).collect();
    if let Some(case) = failed.first() {
        // Another rule of the pack may have changed what kinds of evidence mean.
        let reason = format!("{} is written, and its case {} is {}", new.fault, case.path, case.found);
        return Err(Refused::Because(reason));
    }
    Ok(told(new, &files))
}

fn files(new: &Arguments, is_new: bool) -> Result<Texts, Refused> {
    let form = match new.from {
        From::Log => Form::Log,
        From::Table => Form::Table,
        From::Documents => Form::Documents,
        From::Join => Form::Join,
    };
    let has_schema = is_new || new.pack.join(EDITOR).join("rule.schema.json").is_file();
    let rule = NewRule { fault: &new.fault, theme: &new.theme, form, has_script: new.script, has_schema };
    let mut files = scaffold::rule(&rule);
    if is_new {
        files.insert("pack.toml".to_owned(), scaffold::manifest(&pack_id(&new.pack)));
        let schemas = schemas::all().map_err(|error| Refused::Because(error.to_string()))?;
        let of_packs = ["pack", "rule", "kind", "controls", "source", "rhai", "rhai-std"];
        for schema in schemas.into_iter().filter(|schema| of_packs.contains(&schema.name)) {
            files.insert(format!("{EDITOR}/{}", schema.file), schema.text);
        }
    }
    Ok(files)
}

fn write(folder: &Path, files: &Texts, disk: &Disk) -> Result<(), String> {
    for (path, text) in files {
        let path = folder.join(path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).map_err(|error| format!("cannot make {}: {error}", parent.display()))?;
        let written = disk.write(&path, text.as_bytes());
        written.map_err(|error| format!("cannot write {}: {}", error.path, error.reason))?;
    }
    Ok(())
}

/// Writes what the rule says of its cases, and the list of hits where nothing else in it changed.
fn bless(new: &Arguments, proof: &Proof, disk: &Disk) -> Result<(), String> {
    let own = format!("{}/", new.fault);
    let mut texts = Texts::new();
    for case in proof.cases.iter().filter(|case| case.path.starts_with(&own)) {
        texts.insert(format!("tests/{}/{EXPECTED}", case.path), case.text.clone());
    }
    let known = disk.read(&new.pack, &format!("tests/{HITS}"), LARGEST_HITS).unwrap_or_default();
    if without(&proof.hits, &new.fault) == String::from_utf8_lossy(&known) {
        texts.insert(format!("tests/{HITS}"), proof.hits.clone());
    }
    write(&new.pack, &texts, disk)
}

/// A list of hits without the cases of a rule, and without what it says of other cases.
fn without(hits: &str, rule: &str) -> String {
    let (own, mut is_own) = (format!("{rule}/"), false);
    let mut kept = String::new();
    for line in hits.lines() {
        let is_case = !line.starts_with(' ');
        if is_case {
            is_own = line.starts_with(&own);
        }
        let is_said = !is_case && line.split_whitespace().last() == Some(rule);
        if !is_own && !is_said {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept
}

fn told(new: &Arguments, files: &Texts) -> String {
    let folder = new.pack.display();
    let rule = format!("rules/{}/{}.toml", new.theme, new.fault);
    let todos: usize = files.values().map(|text| text.matches("TODO").count()).sum();
    let shown = |path: &String| !path.starts_with("tests/") && !path.starts_with(EDITOR);
    let written: Vec<String> =
        files.keys().filter(|path| shown(path)).map(|path| format!("  {path}\n")).collect();
    format!(
        "{}  tests/{}/ with 5 cases, which pass\n\nnext, in {folder}:\n  edit {rule}, and look for {}\n  preaudit rule check {folder}\n  preaudit rule test {folder}\n",
        written.concat(),
        new.fault,
        count(todos, "TODO"),
    )
}

/// The id of a pack after its folder.
fn pack_id(folder: &Path) -> String {
    let path = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_path_buf());
    let name = path.file_name().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let words: Vec<&str> =
        name.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let id = words.join("-");
    if id.is_empty() || id == pack::BUILT_IN { "own-rules".to_owned() } else { id }
}

/// A name of lower case words with `-` between them.
fn word(text: &str) -> Result<String, String> {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    if text.split('-').all(is_word) {
        return Ok(text.to_owned());
    }
    Err("write lower case words with `-` between them, as `training-record-missing`".to_owned())
}

/// The id of a rule: what is wrong, and not what the rule does.
fn fault(text: &str) -> Result<String, String> {
    let name = word(text)?;
    match crate::lint::doing(&name) {
        Some(doing) => Err(format!(
            "`{doing}` says what a rule does; name it after what is wrong, as `training-record-missing`"
        )),
        None => Ok(name),
    }
}
