//! `preaudit rule try`: questions that are asked of evidence line by line.

use crate::audit::{self, Inspection};
use crate::cli::output::Output;
use crate::cli::place::{Folder, disk};
use crate::query::{Query, completions};
use crate::report::Exit;
use rustyline::completion::Completer;
use rustyline::error::ReadlineError;
use rustyline::highlight::Highlighter;
use rustyline::hint::Hinter;
use rustyline::history::MemHistory;
use rustyline::validate::Validator;
use rustyline::{Config, Context, Editor, Helper};
use std::io::{self, BufRead, IsTerminal};

/// Ask questions of evidence, line by line.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    folder: Folder,
}

pub(super) fn run(arguments: &Arguments, output: &Output) -> Exit {
    let disk = disk();
    let request = match arguments.folder.request(&disk) {
        Ok(request) => request,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let inspection = match audit::in_threads(request.jobs, || Inspection::open(&request, &disk)) {
        Ok(inspection) => inspection,
        Err(wrong) => return output.wrongs(&wrong),
    };
    let talk = Talk { inspection: &inspection, jobs: request.jobs, output };
    if io::stdin().is_terminal() { talk.prompt() } else { talk.lines() }
}

struct Talk<'a> {
    inspection: &'a Inspection<'a>,
    jobs: Option<usize>,
    output: &'a Output,
}

impl Talk<'_> {
    /// Reads questions from a terminal until its input ends.
    fn prompt(&self) -> Exit {
        let words = Words(self.inspection);
        let editor = Editor::with_history(Config::default(), MemHistory::new());
        let mut editor: Editor<Words<'_>, MemHistory> = match editor {
            Ok(editor) => editor,
            Err(error) => return self.output.wrong(&error.to_string()),
        };
        editor.set_helper(Some(words));
        loop {
            match editor.readline("> ") {
                Ok(line) => {
                    let _ = editor.add_history_entry(&line);
                    self.answer(&line);
                }
                Err(ReadlineError::Interrupted) => {}
                Err(ReadlineError::Eof) => return Exit::Clean,
                Err(error) => return self.output.wrong(&error.to_string()),
            }
        }
    }

    /// Takes each line of the input as a question; fails where one cannot be asked.
    fn lines(&self) -> Exit {
        let mut exit = Exit::Clean;
        for line in io::stdin().lock().lines() {
            match line {
                Ok(line) if self.answer(&line) => {}
                Ok(_) => exit = Exit::Usage,
                Err(error) => return self.output.wrong(&error.to_string()),
            }
        }
        exit
    }

    /// Answers a question; false where it cannot be asked.
    fn answer(&self, line: &str) -> bool {
        if line.trim().is_empty() || line.trim_start().starts_with('#') {
            return true;
        }
        let query = match Query::read(line) {
            Ok(query) => query,
            Err(reason) => {
                self.output.wrong(&reason);
                return false;
            }
        };
        match audit::in_threads(self.jobs, || query.ask(self.inspection)) {
            Ok(answer) => {
                self.output.print(&answer.text());
                true
            }
            Err(wrong) => {
                wrong.iter().for_each(|one| {
                    self.output.wrong(&one.message);
                });
                false
            }
        }
    }
}

/// What Tab completes.
struct Words<'a>(&'a Inspection<'a>);

impl Completer for Words<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, at: usize, _: &Context<'_>) -> rustyline::Result<(usize, Vec<String>)> {
        Ok(completions(&line[..at], self.0))
    }
}

impl Hinter for Words<'_> {
    type Hint = String;
}

impl Highlighter for Words<'_> {}
impl Validator for Words<'_> {}
impl Helper for Words<'_> {}
