//! `preaudit list`: what there is.

use super::output::Output;
use super::place::packs_here;
use crate::code::Code;
use crate::finding::count;
use crate::lint::LintId;
use crate::pack::{Automation, Control, Coverage, Packs};
use crate::report::Exit;
use crate::world::Disk;
use clap::ValueEnum;
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

/// List controls, rules, kinds of evidence, log sources, exports of tools, profiles, diagnostic codes or lints.
#[derive(Debug, clap::Args)]
pub(super) struct Arguments {
    /// What to list.
    #[arg(value_enum)]
    what: What,
    /// With `controls`: show what the word on each can rest on, and how many are covered by what.
    #[arg(long)]
    coverage: bool,
    /// Read this pack too; a folder with a pack.toml. May be given several times.
    #[arg(long = "pack", value_name = "DIR")]
    packs: Vec<PathBuf>,
}

/// What can be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    /// Clauses and controls, with the rules that look at each.
    Controls,
    /// Rules, with what they are written against.
    Rules,
    /// Kinds of evidence.
    Kinds,
    /// Log sources.
    Sources,
    /// Exports of tools that are known by what stands in them.
    Exports,
    /// Ways to grade.
    Profiles,
    /// Codes of diagnostics.
    Codes,
    /// What `rule check` looks for.
    Lints,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let packs = match packs_here(&arguments.packs, &Disk::default()) {
        Ok(packs) => packs,
        Err(wrong) => return output.wrongs(&wrong),
    };
    if arguments.coverage && arguments.what != What::Controls {
        return output.wrong("--coverage goes with `list controls`");
    }
    output.print(&match arguments.what {
        What::Controls if arguments.coverage => coverage(&packs),
        What::Controls => controls(&packs),
        What::Rules => rules(&packs),
        What::Kinds => kinds(&packs),
        What::Sources => sources(&packs),
        What::Exports => exports(&packs),
        What::Profiles => profiles(&packs),
        What::Codes => codes(),
        What::Lints => lints(),
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

/// What the word on each control can rest on, with its rules; then how many are covered by what.
fn coverage(packs: &Packs) -> String {
    let mut text = String::new();
    let mut best: BTreeMap<Coverage, [usize; 2]> = BTreeMap::new();
    for control in packs.controls.values() {
        let _ = writeln!(text, "{:<8} {}", control.id.to_string(), control.title);
        let coverage = packs.coverage(control.id);
        for (means, rules) in &coverage {
            let rules: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
            let _ = writeln!(text, "         {:<15}{}", means.name(), rules.join(", "));
        }
        if let Some(means) = coverage.keys().next() {
            best.entry(*means).or_default()[usize::from(control.id.is_control())] += 1;
        }
    }
    text.push('\n');
    text.push_str(&covered(packs, &best));
    text
}

/// The sums: clauses and controls by the strongest that covers them.
fn covered(packs: &Packs, best: &BTreeMap<Coverage, [usize; 2]>) -> String {
    let mut text = format!("{:<16} clauses  controls\n", "covered at best");
    for means in Coverage::ALL {
        let [clauses, controls] = best.get(&means).copied().unwrap_or_default();
        let _ = writeln!(text, "  {:<14} {clauses:>7}  {controls:>8}", means.name());
    }
    let controls = packs.controls.keys().filter(|id| id.is_control()).count();
    let clauses = packs.controls.len() - controls;
    let sum = |at: usize| best.values().map(|counts| counts[at]).sum::<usize>();
    let _ = writeln!(
        text,
        "{} of {clauses} clauses and {} of {controls} controls, by {}",
        sum(0),
        sum(1),
        count(packs.rules().count(), "rule")
    );
    let of_people = |control: &&Control| control.id.is_control() && control.automation == Automation::Human;
    let human = packs.controls.values().filter(of_people);
    let human: Vec<String> = human.map(|control| format!("{} {}", control.id, control.title)).collect();
    let _ = writeln!(text, "controls that only people can judge: {}", human.join(", "));
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

fn exports(packs: &Packs) -> String {
    packs.exports.values().fold(String::new(), |mut text, export| {
        let _ = writeln!(text, "{:<28} {}", export.id, export.title);
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

fn lints() -> String {
    LintId::ALL.iter().fold(String::new(), |mut text, id| {
        let _ = writeln!(text, "{:<22} {:<8} {}", id.name(), id.level().name(), id.what());
        text
    })
}
