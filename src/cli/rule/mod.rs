//! `preaudit rule`: work on rules.

mod again;
mod doc;
mod profile;
mod test;

use super::output::Output;
use crate::report::Exit;

/// Work on rules.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the cases of a pack: every rule over every case.
    ///
    /// A case is a folder tests/RULE/STATE-NAME/ of evidence. The name of the folder states the
    /// outcome; expected.txt holds what the rule says of it.
    Test(test::Arguments),
    /// Show what each rule costs over evidence: records, time, and which conditions are native.
    ///
    /// The time of rules is taken record by record, so the whole takes longer than a scan.
    Profile(profile::Arguments),
    /// Write a page about each rule, and an index by clause, control and theme, as Markdown.
    Doc(doc::Arguments),
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    match command {
        Command::Test(arguments) => test::run(arguments, output),
        Command::Profile(arguments) => profile::run(arguments, output),
        Command::Doc(arguments) => doc::run(arguments, output),
    }
}
