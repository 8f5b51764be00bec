//! `preaudit rule profile`: what rules cost.

use crate::audit::{self, RuleTime};
use crate::cli::output::Output;
use crate::cli::place::{Folder, disk};
use crate::cli::scan::with_progress;
use crate::cli::timings;
use crate::report::Exit;
use crate::scan::{Portion, SpotChecks};
use crate::toml_text::did_you_mean;
use jiff::civil::Date;
use std::path::PathBuf;

/// Show what each rule costs over evidence.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
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

/// One thread, so that no rule waits for another.
pub(super) fn run(profile: &Arguments, output: &Output) -> Exit {
    let Some((evidence, wanted)) = profile.names.split_last() else { return Exit::Usage };
    let folder = Folder {
        path: PathBuf::from(evidence),
        config: None,
        packs: profile.packs.clone(),
        trust_packs: profile.trust_packs,
        as_of: profile.as_of,
        jobs: Some(1),
    };
    let disk = disk();
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
