//! What goes wrong in a rule, in the rule's own text and in words that no Rust is needed for.

use super::engine::{OUT_OF_STEPS, OUT_OF_TIME};
use crate::code::Code;
use crate::finding::Diagnostic;
use crate::pack::Expression;
use crate::place::Place;
use crate::source::{Source, shorten_to};
use rhai::{EvalAltResult, ParseError, Position};

/// Characters that are told of why a rule failed: a script may throw any text.
const LONGEST: usize = 300;

/// Where an error in an expression or script is to be shown.
#[derive(Clone, Copy, Debug)]
pub(super) enum Within<'a> {
    /// A script.
    Script(&'a Source),
    /// An expression within the declaration of a rule.
    Expression(&'a Source, &'a Expression),
}

/// A rule that could not be read.
pub(super) fn syntax(rule: &str, within: Within<'_>, error: &ParseError) -> Diagnostic {
    let message = format!("rule {rule}: {}", parse_reason(error));
    Diagnostic::error(Code::InvalidRule, message).at(place(within, error.position()))
}

/// Why a text is no script.
pub(super) fn parse_reason(error: &ParseError) -> String {
    plain(&error.err_type().to_string())
}

/// A rule that failed while it ran.
pub(super) fn failure(rule: &str, within: Within<'_>, error: &EvalAltResult) -> Diagnostic {
    let (inner, position) = innermost(error);
    let text = shorten_to(&reason(inner), LONGEST);
    let over = text == OUT_OF_STEPS || text == OUT_OF_TIME || is_limit(inner);
    let code = if over { Code::OverBudget } else { Code::RuleFailed };
    let help =
        "the rule gave no verdict; this is a fault of the rule and says nothing about the organization";
    Diagnostic::error(code, format!("rule {rule} failed: {text}")).help(help).at(place(within, position))
}

/// The error itself, without the calls it happened in, and the innermost place that is known.
fn innermost(error: &EvalAltResult) -> (&EvalAltResult, Position) {
    match error {
        EvalAltResult::ErrorInFunctionCall(_, _, inner, position)
        | EvalAltResult::ErrorInModule(_, inner, position) => {
            let (inner, deeper) = innermost(inner);
            (inner, if deeper.is_none() { *position } else { deeper })
        }
        _ => (error, error.position()),
    }
}

fn is_limit(error: &EvalAltResult) -> bool {
    matches!(
        error,
        EvalAltResult::ErrorTooManyOperations(_)
            | EvalAltResult::ErrorTooManyVariables(_)
            | EvalAltResult::ErrorStackOverflow(_)
            | EvalAltResult::ErrorDataTooLarge(..)
    )
}

fn reason(error: &EvalAltResult) -> String {
    match error {
        EvalAltResult::ErrorRuntime(value, _) | EvalAltResult::ErrorTerminated(value, _) => value.to_string(),
        EvalAltResult::ErrorFunctionNotFound(signature, _) => {
            format!("there is no function `{}`", plain(signature))
        }
        EvalAltResult::ErrorDataRace(..) => {
            "a variable is used within a closure that is called on it; copy what the closure needs first"
                .to_owned()
        }
        EvalAltResult::ErrorVariableNotFound(name, _) => format!("there is no variable `{name}`"),
        EvalAltResult::ErrorDotExpr(message, _) => plain(message),
        EvalAltResult::ErrorMismatchOutputType(wanted, found, _)
        | EvalAltResult::ErrorMismatchDataType(wanted, found, _) => {
            format!("it needs {}, and found {}", plain(wanted), plain(found))
        }
        other => {
            let text = other.to_string();
            plain(text.split(" (line ").next().unwrap_or(&text))
        }
    }
}

/// Names of Rust types as people say them.
fn plain(text: &str) -> String {
    let names = [
        ("&str | ImmutableString | String", "text"),
        ("alloc::string::String", "text"),
        ("ImmutableString", "text"),
        ("&str", "text"),
        ("string", "text"),
        ("i64", "number"),
        ("f64", "number"),
        ("bool", "true or false"),
        ("()", "nothing"),
        ("Dynamic", "anything"),
    ];
    names.iter().fold(text.to_owned(), |text, (rust, plain)| {
        // Only whole words: `substring` stays what it is.
        match regex::Regex::new(&format!(r"(^|[\s(,`'<]){}($|[\s),`'>.;:])", regex::escape(rust))) {
            Ok(word) => word.replace_all(&text, format!("${{1}}{plain}${{2}}").as_str()).into_owned(),
            Err(_) => text,
        }
    })
}

/// The place of a line and character column, both from 1 as Rhai counts them.
fn place(within: Within<'_>, position: Position) -> Place {
    let (line, column) = (position.line().unwrap_or(1), position.position().unwrap_or(1));
    match within {
        Within::Script(source) => {
            let at = offset(source.text(), line, column);
            token(source, at)
        }
        Within::Expression(source, expression) if expression.is_literal => {
            let at = offset(&expression.text, line, column);
            token(source, expression.place(source, at..at).start)
        }
        Within::Expression(source, expression) => {
            source.span(expression.range.clone()).place("in this expression")
        }
    }
}

fn offset(text: &str, line: usize, column: usize) -> usize {
    let start: usize = text.split_inclusive('\n').take(line - 1).map(str::len).sum();
    let within: usize = text[start..].chars().take(column - 1).map(char::len_utf8).sum();
    start + within
}

/// Rhai knows where an error begins; it ends with the word that stands there.
fn token(source: &Source, at: usize) -> Place {
    let rest = &source.text()[at.min(source.text().len())..];
    let word: usize = rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum();
    let length = word.max(rest.chars().next().map_or(0, char::len_utf8));
    source.span(at..at + length).place("here")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The line end behind three quotes belongs to the file and not to the expression.
    #[test]
    fn a_place_in_an_expression_of_several_lines_is_found() {
        let source = Source::new("rule.toml", "where = '''\nr.a == 1\n  && r.b == 2'''\n");
        let text = "r.a == 1\n  && r.b == 2".to_owned();
        let expression = Expression { text, range: 8..source.text().len() - 1, is_literal: true };
        let place = place(Within::Expression(&source, &expression), Position::new(2, 8));
        assert_eq!((place.line, place.column, place.text.as_str()), (3, 8, "b"));
    }

    #[test]
    fn types_are_named_as_people_say_them() {
        assert_eq!(plain("foo (&str | ImmutableString | String, i64)"), "foo (text, number)");
        assert_eq!(plain("substring of string"), "substring of text");
    }
}
