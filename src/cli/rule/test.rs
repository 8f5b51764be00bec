//! `preaudit rule test`: the cases of a pack.

use crate::cli::output::Output;
use crate::cli::place::packs;
use crate::cli::watch::watch;
use crate::finding::Diagnostic;
use crate::pack::PackRef;
use crate::prove::{
    Coverage, EXPECTED, HITS, Mutants, Proof, Trial, coverage_text, junit, mutants_text, proof_text,
    proposals_text,
};
use crate::report::{Exit, TextStyle};
use crate::world::Disk;
use clap::ValueEnum;
use std::path::{Path, PathBuf};

/// Run the cases of a pack.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    /// The pack: a folder with a pack.toml [default: the built-in one].
    pack: Option<PathBuf>,
    /// Only the cases of this rule.
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    /// Write what the rules say into expected.txt and hits.txt. States, marks and places are never blessed.
    #[arg(long, requires = "pack")]
    bless: bool,
    /// Tell which statements of scripts no case runs, and which parts of conditions no case sees true or
    /// false.
    #[arg(long)]
    coverage: bool,
    /// Fail when less is covered than this share, in percent.
    #[arg(long, value_name = "PERCENT", requires = "coverage")]
    min: Option<f64>,
    /// Change rules and evidence a little, and tell the changes that no case notices. This takes minutes for
    /// a large pack.
    #[arg(long)]
    mutants: bool,
    /// Print cases that would notice what no case notices and reach what no case reaches, made by varying
    /// those there are. What they state is what the rule says now: read them before you keep them.
    #[arg(long, conflicts_with_all = ["bless", "coverage", "mutants", "format"])]
    propose: bool,
    /// Run again whenever a file of the pack changes.
    #[arg(long, requires = "pack", conflicts_with_all = ["bless", "output"])]
    watch: bool,
    /// How to tell it.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Write it to this file.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

/// Formats of what came of cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// For programs.
    Json,
    /// For build servers.
    Junit,
}

/// What was asked for.
#[derive(serde::Serialize)]
struct Tested {
    schema: &'static str,
    proof: Proof,
    #[serde(skip_serializing_if = "Option::is_none")]
    coverage: Option<Coverage>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mutants: Option<Mutants>,
}

pub(super) fn run(test: &Arguments, output: &Output) -> Exit {
    let disk = Disk::default();
    match &test.pack {
        Some(folder) if test.watch => watch(folder, output, || {
            once(test, output, &disk);
        }),
        _ => once(test, output, &disk),
    }
}

fn once(test: &Arguments, output: &Output, disk: &Disk) -> Exit {
    if test.propose {
        let proposed = trial(test, disk).and_then(|trial| trial.propose());
        return output.made(proposed, |made| Ok(proposals_text(made)), test.output.as_deref(), disk);
    }
    let tested = match tested(test, disk) {
        Ok(tested) => tested,
        Err(wrong) => return output.wrongs(&wrong),
    };
    if let (true, Some(folder)) = (test.bless, &test.pack)
        && let Err(reason) = bless(&tested.proof, folder, test.rule.is_none(), disk)
    {
        return output.wrong(&reason);
    }
    let style = if test.output.is_some() { output.file_style() } else { output.report_style() };
    let told = match test.format {
        Format::Text => Ok(text(test, &tested, &style)),
        Format::Json => serde_json::to_string_pretty(&tested).map(|json| json + "\n"),
        Format::Junit => {
            let coverage = tested.coverage.as_ref().map(|coverage| (coverage, test.min));
            Ok(junit(&tested.proof, coverage, tested.mutants.as_ref()))
        }
    };
    match told.map(|told| output.deliver(&told, test.output.as_deref(), disk)) {
        Ok(Exit::Clean) if passes(test, &tested) => Exit::Clean,
        Ok(Exit::Clean) => Exit::Findings,
        Ok(exit) => exit,
        Err(error) => output.wrong(&error.to_string()),
    }
}

fn trial(test: &Arguments, disk: &Disk) -> Result<Trial, Vec<Diagnostic>> {
    let packs = test.pack.as_ref().map_or_else(|| vec![PackRef::BuiltIn], |folder| under_test(folder));
    Trial::open(&packs, test.rule.as_deref(), disk)
}

fn tested(test: &Arguments, disk: &Disk) -> Result<Tested, Vec<Diagnostic>> {
    let trial = trial(test, disk)?;
    Ok(Tested {
        schema: "preaudit-rule-test/1",
        proof: trial.prove()?,
        coverage: test.coverage.then(|| trial.cover()).transpose()?,
        mutants: test.mutants.then(|| trial.mutants()).transpose()?,
    })
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
    for case in proof.cases.iter().filter(|case| case.holds() && !case.text_agrees) {
        write(folder.join("tests").join(&case.path).join(EXPECTED), &case.text)?;
    }
    if all && !proof.hits_agree {
        write(folder.join("tests").join(HITS), &proof.hits)?;
    }
    Ok(())
}

fn text(test: &Arguments, tested: &Tested, style: &TextStyle) -> String {
    let mut text = proof_text(&tested.proof, test.bless, style);
    if let Some(coverage) = &tested.coverage {
        text.push_str(&coverage_text(coverage, style));
        if let Some(min) = test.min.filter(|min| coverage.percent() < *min) {
            text.push_str(&format!("FAIL less than {min} % is covered\n"));
        }
    }
    if let Some(mutants) = &tested.mutants {
        text.push_str(&mutants_text(mutants, style));
    }
    text
}

fn passes(test: &Arguments, tested: &Tested) -> bool {
    let Tested { proof, coverage, mutants, .. } = tested;
    let cases = if test.bless {
        proof.missing.is_empty() && proof.cases.iter().all(|case| case.holds())
    } else {
        proof.passes()
    };
    let is_covered = coverage.iter().all(|coverage| test.min.is_none_or(|min| coverage.percent() >= min));
    cases && is_covered && mutants.iter().all(Mutants::passes)
}
