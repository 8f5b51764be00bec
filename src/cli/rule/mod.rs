//! `preaudit rule`: work on rules.

mod check;
mod doc;
mod new;
mod profile;
mod test;
mod try_out;

use super::output::Output;
use crate::report::Exit;

/// Work on rules.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Write a new rule with the five cases that every rule needs.
    ///
    /// The rule looks for something real and its cases pass, so that they show how a rule is proven;
    /// whatever only you know is a TODO. A folder without a pack.toml becomes a pack that builds on the
    /// built-in one. Nothing is overwritten.
    New(new::Arguments),
    /// Say what is wrong with a pack, before it judges anything.
    ///
    /// Looks at every file: names that point nowhere, comparisons that never hold, values that may be
    /// nothing, paths without a verdict, cases that are lacking, and more; see `preaudit list lints`.
    /// A remark `# preaudit: allow(LINT) reason` on the line or the line above allows one.
    Check(check::Arguments),
    /// Run the cases of a pack: every rule over every case.
    ///
    /// A case is a folder tests/RULE/STATE-NAME/ of evidence. The name of the folder states the
    /// outcome; expected.txt holds what the rule says of it.
    Test(test::Arguments),
    /// Show what each rule costs over evidence: records, time, and which conditions are native.
    ///
    /// The time of rules is taken record by record, so the whole takes longer than a scan.
    Profile(profile::Arguments),
    /// Ask questions of evidence in the words that conditions of rules have, line by line.
    ///
    /// A question names a kind of evidence, and steps behind bars:
    ///
    ///   sign-ins | where r.event.outcome == "failure" | by user.name | top 5
    ///
    ///   roster | where r.status == "left" | show person_name, left_on
    ///
    /// Tab completes kinds, steps and fields; the arrows fetch questions that were asked before. Where the
    /// input is no terminal, each of its lines is a question.
    Try(try_out::Arguments),
    /// Write a page about each rule, and an index by clause, control and theme, as Markdown.
    Doc(doc::Arguments),
}

pub(super) fn run(command: &Command, output: &Output) -> Exit {
    match command {
        Command::New(arguments) => new::run(arguments, output),
        Command::Check(arguments) => check::run(arguments, output),
        Command::Test(arguments) => test::run(arguments, output),
        Command::Profile(arguments) => profile::run(arguments, output),
        Command::Try(arguments) => try_out::run(arguments, output),
        Command::Doc(arguments) => doc::run(arguments, output),
    }
}
