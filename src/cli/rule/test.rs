//! `preaudit rule test`: the cases of a pack.

use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::pack::PackRef;
use crate::prove::{self, Case, EXPECTED, HITS, Proof};
use crate::report::Exit;
use crate::world::Disk;
use std::path::{Path, PathBuf};

/// Run the cases of a pack.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pack: a folder with a pack.toml [default: the built-in one].
    pack: Option<PathBuf>,
    /// Only the cases of this rule.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Write what the rules say into expected.txt and hits.txt. States are never blessed.
    #[arg(long, requires = "pack")]
    bless: bool,
}

pub(super) fn run(test: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    let packs = test.pack.as_ref().map_or_else(|| vec![PackRef::BuiltIn], |folder| under_test(folder));
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

/// A pack and what it builds on: the built-in pack under test stands for itself, any other builds on
/// it.
pub(super) fn under_test(folder: &Path) -> Vec<PackRef> {
    let folder = folder.to_path_buf();
    if is_built_in(&folder) { vec![PackRef::Folder(folder)] } else { packs(&[folder]) }
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
