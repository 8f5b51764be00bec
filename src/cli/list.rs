//! `preaudit list`: what there is.

use super::output::Output;
use super::place::packs;
use crate::code::Code;
use crate::pack::{self, Packs};
use crate::report::Exit;
use crate::world::Disk;
use clap::ValueEnum;
use std::fmt::Write as _;
use std::path::PathBuf;

/// List controls, rules, kinds of evidence, log sources, profiles or diagnostic codes.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// Read this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    /// Clauses and controls, with the rules that look at each.
    Controls,
    /// Rules, with what they are written against.
    Rules,
    /// Kinds of evidence.
    Kinds,
    /// Log sources.
    Sources,
    /// Ways to grade.
    Profiles,
    /// Codes of diagnostics.
    Codes,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let packs = match pack::load(&packs(&arguments.packs), &Disk::default()) {
        Ok(packs) => packs,
        Err(wrong) => return output.wrongs(&wrong),
    };
    output.print(&match arguments.what {
        What::Controls => controls(&packs),
        What::Rules => rules(&packs),
        What::Kinds => kinds(&packs),
        What::Sources => sources(&packs),
        What::Profiles => profiles(&packs),
        What::Codes => codes(),
    });
    Exit::Clean
}

fn controls(packs: &Packs) -> String {
    let mut text = String::new();
    for control in packs.controls.values() {
        let looks = packs.rules().filter(|rule| rule.controls.contains(&control.id));
        let looks: Vec<&str> = looks.map(|rule| rule.id.as_str()).collect();
        let looks = if looks.is_empty() { "(people must judge)".to_owned() } else { looks.join(", ") };
        let _ = writeln!(text, "{:<8} {}\n         {looks}", control.id.to_string(), control.title);
    }
    text
}

fn rules(packs: &Packs) -> String {
    let mut text = String::new();
    for rule in packs.rules() {
        let against: Vec<String> = rule.controls.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            text,
            "{:<40} {:<12} {}\n    {}",
            rule.id,
            rule.grade.to_string(),
            against.join(", "),
            rule.title
        );
    }
    text
}

fn kinds(packs: &Packs) -> String {
    let mut text = String::new();
    for kind in packs.kinds.values() {
        let required = kind.required.as_ref().map(|required| format!(" (required by {})", required.by));
        let _ = writeln!(text, "{:<24} {}{}", kind.id, kind.title, required.unwrap_or_default());
    }
    text
}

fn sources(packs: &Packs) -> String {
    packs.log_sources.values().fold(String::new(), |mut text, source| {
        let _ = writeln!(text, "{:<28} {}", source.id, source.title);
        text
    })
}

fn profiles(packs: &Packs) -> String {
    packs.profiles.iter().fold(String::new(), |mut text, (name, profile)| {
        let _ = writeln!(text, "{name:<12} {}", profile.doc);
        text
    })
}

fn codes() -> String {
    Code::ALL.iter().fold(String::new(), |mut text, code| {
        let _ = writeln!(text, "{:<32} {}", code.text(), code.meaning());
        text
    })
}
