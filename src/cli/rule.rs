//! `preaudit rule`: work on rules.

use super::output::Output;
use super::place::{Folder, packs};
use super::scan::with_progress;
use super::timings;
use crate::audit::{self, RuleTime};
use crate::pack::{self, PackRef};
use crate::prove::{self, Case, EXPECTED, HITS, Proof};
use crate::report::Exit;
use crate::rule_pages;
use crate::scan::{Portion, SpotChecks};
use crate::toml_text::did_you_mean;
use crate::world::{Disk, World};
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// No page about a rule is larger.
const LARGEST_PAGE: u64 = 1 << 20;

/// Work on rules.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the cases of a pack: every rule over every case.
    ///
    /// A case is a folder tests/RULE/STATE-NAME/ of evidence. The name of the folder states the
    /// outcome; expected.txt holds what the rule says of it.
    Test(Test),
    /// Show what each rule costs over evidence: records, time, and which conditions are native.
    ///
    /// The time of rules is taken record by record, so the whole takes longer than a scan.
    Profile(Profile),
    /// Write a page about each rule, and an index by clause, control and theme, as Markdown.
    Doc(Doc),
}

/// Show what each rule costs over evidence.
#[derive(Debug, clap::Args)]
pub(super) struct Profile {
    /// Rules to show [default: all that were asked], and last the folder of evidence.
    #[arg(required = true, value_name = "RULE|EVIDENCE")]
    names: Vec<String>,
    /// Profile this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Let packs from outside run their scripts.
    #[arg(long)]
    trust_packs: bool,
    /// Judge as of this day.
    #[arg(long, value_name = "YYYY-MM-DD")]
    as_of: Option<Date>,
}

/// Write a page about each rule, and an index.
#[derive(Debug, clap::Args)]
pub(super) struct Doc {
    /// Print the pages of these rules.
    #[arg(value_name = "RULE", required_unless_present = "output")]
    rules: Vec<String>,
    /// Read this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
    /// Write the pages of all rules into this folder, and remove pages of rules that are gone.
    #[arg(short, long, value_name = "DIR", conflicts_with = "rules")]
    output: Option<PathBuf>,
}

/// Run the cases of a pack.
#[derive(Debug, clap::Args)]
pub(super) struct Test {
    /// The pack: a folder with a pack.toml [default: the built-in one].
    pack: Option<PathBuf>,
    /// Only the cases of this rule.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Write what the rules say into expected.txt and hits.txt. States are never blessed.
    #[arg(long, requires = "pack")]
    bless: bool,
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    match command {
        Command::Test(test) => run_test(test, output),
        Command::Profile(profile) => run_profile(profile, output),
        Command::Doc(doc) => run_doc(doc, output),
    }
}

fn run_doc(doc: &Doc, output: &Output) -> Exit {
    let disk = Disk::default();
    let packs = match pack::load(&packs(&doc.packs), &disk) {
        Ok(packs) => packs,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let pages = rule_pages::pages(&packs);
    if let Some(folder) = &doc.output {
        return match write_pages(&pages, folder, &disk) {
            Ok(()) => Exit::Clean,
            Err(reason) => output.wrong(&reason),
        };
    }
    for rule in &doc.rules {
        let Some(page) = pages.get(&format!("{rule}.md")) else {
            let near = did_you_mean(rule, packs.rules().map(|rule| rule.id.as_str()));
            return output.wrong(&format!("there is no rule `{rule}`{near}"));
        };
        output.print(page);
    }
    Exit::Clean
}

/// Writes the pages, and removes those of rules that are gone: pages alone, known by their heading.
fn write_pages(pages: &BTreeMap<String, String>, folder: &Path, disk: &Disk) -> Result<(), String> {
    std::fs::create_dir_all(folder).map_err(|error| format!("cannot make {}: {error}", folder.display()))?;
    for (name, page) in pages {
        let written = disk.write(&folder.join(name), page.as_bytes());
        written.map_err(|error| format!("cannot write {}: {}", error.path, error.reason))?;
    }
    let listed =
        disk.list(folder).map_err(|error| format!("cannot read {}: {}", error.path, error.reason))?;
    for entry in listed.into_iter().filter(|entry| !pages.contains_key(&entry.path)) {
        let Some(rule) = entry.path.strip_suffix(".md") else { continue };
        let text = disk.read(folder, &entry.path, LARGEST_PAGE).unwrap_or_default();
        if text.starts_with(format!("# {rule}\n").as_bytes()) {
            let removed = std::fs::remove_file(folder.join(&entry.path));
            removed.map_err(|error| format!("cannot remove {}: {error}", entry.path))?;
        }
    }
    Ok(())
}

/// One thread, so that no rule waits for another.
fn run_profile(profile: &Profile, output: &Output) -> Exit {
    let Some((evidence, wanted)) = profile.names.split_last() else { return Exit::Usage };
    let folder = Folder {
        path: PathBuf::from(evidence),
        config: None,
        packs: profile.packs.clone(),
        trust_packs: profile.trust_packs,
        as_of: profile.as_of,
        jobs: Some(1),
    };
    let disk = Disk::default();
    let timed = folder.request(&disk).and_then(|mut request| {
        request.checks = SpotChecks { time: Portion::ALL, ..SpotChecks::default() };
        with_progress(&disk, output, || audit::timed(&request, &disk))
    });
    let timings = match timed {
        Ok((_, timings)) => timings,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let asked = |name: &&String| !timings.rules.iter().any(|rule| rule.rule == **name);
    if let Some(unknown) = wanted.iter().find(asked) {
        let near = did_you_mean(unknown, timings.rules.iter().map(|rule| rule.rule.as_str()));
        return output.wrong(&format!("no rule `{unknown}` was asked about this evidence{near}"));
    }
    let is_wanted = |rule: &&RuleTime| wanted.is_empty() || wanted.contains(&rule.rule);
    let rules: Vec<&RuleTime> = timings.rules.iter().filter(is_wanted).collect();
    output.print(&timings::of_rules(&rules));
    Exit::Clean
}

fn run_test(test: &Test, output: &Output) -> Exit {
    let disk = Disk::default();
    let packs = match &test.pack {
        // The built-in pack under test stands for itself; any other builds on it.
        Some(folder) if is_built_in(folder) => vec![PackRef::Folder(folder.clone())],
        Some(folder) => packs(std::slice::from_ref(folder)),
        None => vec![PackRef::BuiltIn],
    };
    let proof = match prove::prove(&packs, test.rule.as_deref(), &disk) {
        Ok(proof) => proof,
        Err(wrong) => return output.wrongs(&wrong),
    };
    if let (true, Some(folder)) = (test.bless, &test.pack)
        && let Err(reason) = bless(&proof, folder, test.rule.is_none(), &disk)
    {
        return output.wrong(&reason);
    }
    tell(&proof, test.bless, output)
}

/// True for the folder that the built-in pack is made from.
fn is_built_in(folder: &Path) -> bool {
    folder.file_name().is_some_and(|name| name == crate::pack::BUILT_IN)
}

fn bless(proof: &Proof, folder: &Path, all: bool, disk: &Disk) -> Result<(), String> {
    let write = |path: PathBuf, text: &str| {
        disk.write(&path, text.as_bytes())
            .map_err(|error| format!("cannot write {}: {}", error.path, error.reason))
    };
    for case in proof.cases.iter().filter(|case| case.wanted == case.found && !case.text_agrees) {
        write(folder.join("tests").join(&case.path).join(EXPECTED), &case.text)?;
    }
    if all && !proof.hits_agree {
        write(folder.join("tests").join(HITS), &proof.hits)?;
    }
    Ok(())
}

fn tell(proof: &Proof, blessed: bool, output: &Output) -> Exit {
    let passes = |case: &Case| case.wanted == case.found && (case.text_agrees || blessed);
    for case in &proof.cases {
        let mark = if passes(case) { "ok  " } else { "FAIL" };
        if !passes(case) || output.is_verbose() {
            output.print(&format!("{mark} {}\n", case.path));
        }
        if case.wanted != case.found {
            let reason = case.reason.as_ref().map_or(String::new(), |reason| format!(" ({reason})"));
            output.print(&format!("     is {}{reason}\n{}", case.found, indented(&case.text)));
        } else if !passes(case) {
            output.print(&format!("     says something else than {EXPECTED}:\n{}", indented(&case.text)));
        }
    }
    for missing in &proof.missing {
        output.print(&format!("FAIL {missing} is missing\n"));
    }
    let hits_agree = proof.hits_agree || blessed;
    if !hits_agree {
        output.print(&format!("FAIL {HITS} differs: a rule says something else of another rule's case\n"));
    }
    let failed = proof.cases.iter().filter(|case| !passes(case)).count();
    output.print(&format!("{} cases, {failed} failed, {} missing\n", proof.cases.len(), proof.missing.len()));
    if failed == 0 && proof.missing.is_empty() && hits_agree { Exit::Clean } else { Exit::Findings }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("     {line}\n")).collect()
}
