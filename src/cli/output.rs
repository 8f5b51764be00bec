//! Where text goes, and how it looks there.

use crate::finding::Diagnostic;
use crate::report::{Exit, TextStyle, Verbosity, diagnostics_text};
use crate::world::Disk;
use clap::ValueEnum;
use std::io::{self, IsTerminal, Write};
use std::path::Path;

/// Width of a page that is no terminal.
const PAGE: usize = 100;

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Formats of what is told for people and for programs.
#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum Format {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// A text of something, or why there is none.
type Written = Result<String, serde_json::Error>;

impl Format {
    /// Something in this format.
    pub(super) fn write<T>(self, made: &T, text: fn(&T) -> String, json: fn(&T) -> Written) -> Written {
        match self {
            Self::Text => Ok(text(made)),
            Self::Json => json(made),
        }
    }
}

/// Standard output and error of the program.
pub(super) struct Output {
    color: Color,
    verbosity: Verbosity,
}

impl Output {
    pub(super) fn new(color: Color, quiet: bool, verbose: bool) -> Self {
        let verbosity = match (quiet, verbose) {
            (true, _) => Verbosity::Quiet,
            (_, true) => Verbosity::Verbose,
            _ => Verbosity::Normal,
        };
        Self { color, verbosity }
    }

    /// Prints to standard output. Whoever stops reading has seen enough.
    pub(super) fn print(&self, text: &str) {
        let _ = io::stdout().lock().write_all(text.as_bytes());
    }

    /// Prints bytes, which need not be text, to standard output.
    pub(super) fn print_bytes(&self, bytes: &[u8]) {
        let _ = io::stdout().lock().write_all(bytes);
    }

    /// Writes a text to a file, or prints it where none is named.
    pub(super) fn deliver(&self, text: &str, file: Option<&Path>, disk: &Disk) -> Exit {
        let Some(file) = file else {
            self.print(text);
            return Exit::Clean;
        };
        match disk.write(file, text.as_bytes()) {
            Ok(()) => Exit::Clean,
            Err(error) => self.wrong(&format!("cannot write {}: {}", error.path, error.reason)),
        }
    }

    /// Writes what was made to a file, or prints it where none is named; else tells what is wrong.
    pub(super) fn made<T>(
        &self,
        made: Result<T, Vec<Diagnostic>>,
        write: impl FnOnce(&T) -> Written,
        file: Option<&Path>,
        disk: &Disk,
    ) -> Exit {
        match made.map(|made| write(&made)) {
            Ok(Ok(text)) => self.deliver(&text, file, disk),
            Ok(Err(error)) => self.wrong(&error.to_string()),
            Err(wrong) => self.wrongs(&wrong),
        }
    }

    /// Prints to standard error.
    pub(super) fn tell(&self, text: &str) {
        let _ = io::stderr().lock().write_all(text.as_bytes());
    }

    /// Tells something good to know, unless nobody wants to.
    pub(super) fn note(&self, message: &str) {
        if !self.is_quiet() {
            self.tell(&format!("note: {message}\n"));
        }
    }

    /// Tells what is wrong with the command.
    pub(super) fn wrong(&self, message: &str) -> Exit {
        self.tell(&format!("error: {message}\n"));
        Exit::Usage
    }

    /// Tells what is wrong with packs or configuration.
    pub(super) fn wrongs(&self, diagnostics: &[Diagnostic]) -> Exit {
        let style = self.style(&io::stderr());
        self.tell(&diagnostics_text(diagnostics, &style));
        Exit::Usage
    }

    /// How a report looks on standard output.
    pub(super) fn report_style(&self) -> TextStyle {
        self.style(&io::stdout())
    }

    /// How a report looks in a file.
    pub(super) fn file_style(&self) -> TextStyle {
        TextStyle { verbosity: self.verbosity, ..TextStyle::default() }
    }

    pub(super) fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    pub(super) fn is_verbose(&self) -> bool {
        self.verbosity == Verbosity::Verbose
    }

    fn style(&self, stream: &(impl IsTerminal + ?Sized)) -> TextStyle {
        let is_terminal = stream.is_terminal();
        let width =
            terminal_size::terminal_size().filter(|_| is_terminal).map(|(width, _)| usize::from(width.0));
        TextStyle {
            color: self.is_colored(is_terminal),
            width: width.unwrap_or(PAGE).clamp(40, 160),
            verbosity: self.verbosity,
            ..TextStyle::default()
        }
    }

    fn is_colored(&self, is_terminal: bool) -> bool {
        let set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = || std::env::var_os("CLICOLOR_FORCE").is_some_and(|value| value != "0");
        match self.color {
            Color::Always => true,
            Color::Never => false,
            Color::Auto if set("NO_COLOR") => false,
            Color::Auto if forced() => true,
            Color::Auto => is_terminal && std::env::var_os("TERM").is_none_or(|term| term != "dumb"),
        }
    }
}
