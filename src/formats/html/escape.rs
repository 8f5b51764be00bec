//! The one way by which text comes into the page.
//!
//! Every value that a template prints passes here: control and direction characters become visible, and
//! what means something to HTML is escaped, in text as in quoted attributes. Only pieces of markup that
//! templates made themselves pass as they are.

use crate::snippet::visible;
use minijinja::value::Value;
use minijinja::{Error, ErrorKind, Output, State};

/// Prints a value of a template.
pub(super) fn print(out: &mut Output<'_>, _: &mut State<'_, '_>, value: &Value) -> Result<(), Error> {
    let printed = match value.as_str() {
        _ if value.is_none() => return Ok(()),
        Some(markup) if value.is_safe() => out.write_str(markup),
        Some(text) => out.write_str(&escaped(text)),
        None => out.write_str(&escaped(&value.to_string())),
    };
    printed.map_err(|_| Error::new(ErrorKind::WriteFailure, "the page cannot be written"))
}

/// A text as HTML shows it: every character visible, none with a meaning.
pub(super) fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + text.len() / 8);
    for character in visible(text).chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            _ => escaped.push(character),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn what_means_something_to_html_is_escaped() {
        assert_eq!(
            escaped(r#"<img src=x onerror='alert("1")'>&"#),
            "&lt;img src=x onerror=&#39;alert(&quot;1&quot;)&#39;&gt;&amp;"
        );
    }

    #[test]
    fn what_cannot_be_seen_is_made_visible() {
        assert_eq!(escaped("a\u{202e}b\u{0}c\u{7f}\u{200b}\n\u{61c}"), "a\u{fffd}b␀c␡\u{fffd}␊\u{fffd}");
    }

    #[test]
    fn letters_of_every_script_stay_as_they_are() {
        for text in ["Müller", "Ελένη", "ユーザー別", "👩‍🦰".trim_matches('\u{200d}'), "社會科學院"]
        {
            assert!(
                escaped(text)
                    .chars()
                    .filter(|c| *c != '\u{fffd}')
                    .eq(text.chars().filter(|c| *c != '\u{200d}'))
            );
        }
    }
}
