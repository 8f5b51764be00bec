//! The report through a template of somebody's own, in the language of Jinja.
//!
//! A template sees the report as its JSON and nothing else: no file, no other template, no clock. Its steps,
//! its time and what it writes are limited, so one that came with somebody's files cannot hang the program.

use super::typst;
use crate::code::Code;
use crate::finding::{Diagnostic, State};
use crate::inert;
use crate::place::Place;
use crate::report::Report;
use crate::source::Source;
use crate::spreadsheet::csv_cell;
use crate::vocabulary::Language;
use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, Error, ErrorKind, UndefinedBehavior};
use std::io;
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;

/// Steps of the template engine; ten thousand findings with all their places take some millions.
const STEPS: u64 = 50_000_000;
/// How long a template may take, whatever its steps cost.
const PATIENCE: Duration = Duration::from_secs(60);
/// Macros and loops within each other.
const DEPTH: usize = 100;
/// Bytes that a template may write.
const LARGEST: usize = 256 << 20;

/// The report as a template writes it.
///
/// # Errors
/// When the template is not well formed, asks for what there is not, or needs more than it may.
pub(super) fn write(
    report: &Report,
    source: &Arc<Source>,
    language: Language,
) -> Result<Vec<u8>, Diagnostic> {
    let context = Value::from(Serde(report));
    let template = source.clone();
    let work = move || render(&template, context, language);
    within(PATIENCE, work).unwrap_or_else(|| {
        let message = format!("the template was not done after {} seconds", PATIENCE.as_secs());
        Err(wrong(source, None, &message))
    })
}

/// What a piece of work gives, or nothing where it takes longer or panics. It cannot be stopped then, and
/// goes on until the program ends.
fn within<T: Send + 'static>(long: Duration, work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (tell, told) = mpsc::channel();
    // Whoever waits no longer is told nothing.
    thread::spawn(move || tell.send(work()).ok());
    told.recv_timeout(long).ok()
}

fn render(source: &Arc<Source>, context: Value, language: Language) -> Result<Vec<u8>, Diagnostic> {
    let environment = environment(language);
    let mut written = Bounded::default();
    let template = environment.template_from_named_str(source.name(), source.text());
    let rendered = template.and_then(|template| template.render_captured_to(context, &mut written).map(drop));
    match rendered {
        Ok(()) => Ok(written.bytes),
        Err(error) => Err(explained(source, &error)),
    }
}

fn environment<'s>(language: Language) -> Environment<'s> {
    // What the name of a template ends with decides what is escaped: `.html.j2`, `.xml.j2`, `.json.j2`.
    let mut environment = Environment::new();
    environment.set_undefined_behavior(UndefinedBehavior::Strict);
    environment.set_fuel(Some(STEPS));
    environment.set_recursion_limit(DEPTH);
    // Lines of statements alone leave no empty lines behind.
    let syntax =
        SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).keep_trailing_newline(true).build();
    syntax.into_iter().for_each(|syntax| environment.set_syntax(syntax));
    environment.set_debug(true);
    environment.add_filter("csv", |text: String| csv_cell(&text));
    environment.add_filter("markdown", |text: String| inert::markdown(&text));
    environment.add_filter("typst", |text: String| typst::literal(&text));
    environment.add_filter("said", move |name: String| said(&name, language));
    environment
}

/// A state by its name in the JSON, in the language of the report.
fn said(name: &str, language: Language) -> Result<&'static str, Error> {
    let state = State::ALL.into_iter().find(|state| state.name() == name);
    let unknown = || Error::new(ErrorKind::InvalidOperation, format!("there is no state `{name}`"));
    state.map(|state| language.state(state)).ok_or_else(unknown)
}

fn explained(source: &Arc<Source>, error: &Error) -> Diagnostic {
    let message = match error.kind() {
        ErrorKind::OutOfFuel => format!("the template takes more than {STEPS} steps"),
        ErrorKind::WriteFailure => format!("the template writes more than {} MiB", LARGEST >> 20),
        kind => error.detail().map_or_else(|| kind.to_string(), str::to_owned),
    };
    wrong(source, Some(error), &message)
}

fn wrong(source: &Arc<Source>, error: Option<&Error>, message: &str) -> Diagnostic {
    let help =
        "the fields are those of the JSON report; one that may be absent is asked for with `is defined`";
    let told = Diagnostic::error(Code::InvalidTemplate, message).help(help);
    told.at(error
        .and_then(|error| place(source, error))
        .unwrap_or_else(|| Place::whole(source.name(), "this template")))
}

/// Where the template is wrong: the part that is meant, or its line.
fn place(source: &Arc<Source>, error: &Error) -> Option<Place> {
    let text = source.text();
    let range = error.range().filter(|range| text.get(range.clone()).is_some_and(|part| !part.is_empty()));
    let label = "here";
    match (range, error.line()) {
        (Some(range), _) => Some(source.span(range).place(label)),
        (None, Some(line)) => Some(source.line(line).place(label)),
        (None, None) => None,
    }
}

/// Bytes up to a limit.
#[derive(Debug, Default)]
struct Bounded {
    bytes: Vec<u8>,
}

impl io::Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.bytes.len() + bytes.len() > LARGEST {
            return Err(io::Error::other("too much"));
        }
        self.bytes.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_work_that_does_not_end() {
        assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
        let (_open, never) = mpsc::channel::<()>();
        assert_eq!(within(Duration::from_millis(20), move || never.recv().ok()), None);
    }

    #[test]
    fn states_are_said_in_the_language_of_the_report() {
        assert_eq!(said("minor", Language::De).unwrap(), "Nebenabweichung");
        assert!(said("minr", Language::De).unwrap_err().to_string().contains("no state `minr`"));
    }
}
