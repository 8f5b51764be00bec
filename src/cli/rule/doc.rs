//! `preaudit rule doc`: pages about rules.

use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::pack;
use crate::report::Exit;
use crate::rule_pages;
use crate::toml_text::did_you_mean;
use crate::world::{Disk, World};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// No page about a rule is larger.
const LARGEST_PAGE: u64 = 1 << 20;

/// Write a page about each rule, and an index.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
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

pub(super) fn run(doc: &Arguments, output: &Output) -> Exit {
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
