//! Texts of strangers, made inert for Markdown: shown as they are, and taken for nothing else.
//!
//! What is escaped here is what CommonMark reads, and what GitHub and GitLab make of the text afterwards:
//! mentions, references to issues, addresses that become links, mathematics.

use crate::snippet::visible;

/// Parts a mark from what it would call; it shows as nothing.
const GAP: &str = "&#8203;";

/// A text on one line that Markdown takes for nothing else. It may stand in a cell of a table, and
/// behind other text on a line, not at the beginning of one.
pub fn markdown(text: &str) -> String {
    let line = one_line(text);
    let mut shown = String::with_capacity(line.len());
    let mut rest = line.as_str();
    while let Some(c) = rest.chars().next() {
        let behind = &rest[c.len_utf8()..];
        match c {
            '<' => shown.push_str("&lt;"),
            '>' => shown.push_str("&gt;"),
            '&' => shown.push_str("&amp;"),
            // In an element of its own a dollar opens no formula.
            '$' => shown.push_str("<span>\\$</span>"),
            '\\' | '|' | '*' | '_' | '`' | '[' | ']' | '#' | '~' => shown.extend(['\\', c]),
            _ => shown.push(c),
        }
        if calls(c, behind) || begins_a_link(&shown, behind) {
            shown.push_str(GAP);
        }
        rest = behind;
    }
    shown
}

/// True where a mark before these letters calls somebody or something: `@name`, `#12`, `!7`.
fn calls(mark: char, behind: &str) -> bool {
    match mark {
        '@' | '#' | '!' | '%' | '~' | '&' => behind.starts_with(|c: char| c.is_alphanumeric() || c == '_'),
        // Addresses become links from `://` and `www.` on, and so do those of mail programs.
        ':' => behind.starts_with("//"),
        _ => false,
    }
}

/// True behind `www`, `GH` and `mailto:`, where what follows would make a link of it.
fn begins_a_link(before: &str, behind: &str) -> bool {
    let mut rest = behind.chars();
    let (mark, next) = (rest.next(), rest.next());
    let ends = |with: &str| {
        let at = before.len().checked_sub(with.len()).and_then(|at| before.get(at..));
        at.is_some_and(|end| end.eq_ignore_ascii_case(with))
    };
    match mark {
        Some('.') => ends("www"),
        Some('-') => ends("gh") && next.is_some_and(|c| c.is_ascii_digit()),
        Some(_) => ends("mailto:"),
        None => false,
    }
}

/// A text as a span of code, which no renderer reads anything into; not for cells of a table.
pub fn markdown_code(text: &str) -> String {
    let line = one_line(text);
    let longest = line.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest + 1);
    // A blank keeps apart what would lengthen the fence, and is not shown.
    let blank = if line.is_empty() || longest > 0 || line.starts_with(' ') { " " } else { "" };
    format!("{fence}{blank}{line}{blank}{fence}")
}

/// A text on one line, with what could steer a terminal made visible.
pub fn one_line(text: &str) -> String {
    visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::{Event, Options, Parser, Tag};

    #[test]
    fn markdown_holds_texts_that_mean_something_to_it() {
        assert_eq!(markdown("a|b\n<script> [x](y)"), "a\\|b &lt;script&gt; \\[x\\](y)");
        assert_eq!(markdown("1 < 2 & *so* `on`"), "1 &lt; 2 &amp; \\*so\\* \\`on\\`");
        assert_eq!(markdown("a\u{1b}[2J\u{202e}b"), "a␛\\[2J\u{fffd}b");
    }

    #[test]
    fn nobody_is_mentioned_and_nothing_is_linked() {
        assert_eq!(markdown("@team and a@b.example"), "@&#8203;team and a@&#8203;b.example");
        assert_eq!(markdown("fixes #12, GH-7"), "fixes \\#&#8203;12, GH&#8203;-7");
        assert_eq!(markdown("https://evil.example"), "https:&#8203;//evil.example");
        assert_eq!(markdown("www.evil.example"), "www&#8203;.evil.example");
        assert_eq!(markdown("anew. high-risk, MAILTO:x"), "anew. high-risk, MAILTO:&#8203;x");
        assert_eq!(markdown("owes $5 and 20 @ noon"), "owes <span>\\$</span>5 and 20 @ noon");
    }

    /// Only the text comes out again, whatever it holds. Typographers' dashes and quotes are left to whoever
    /// renders: they change how a text looks, not what it does.
    #[test]
    fn what_is_escaped_is_read_as_text_alone() {
        let texts = [
            "- [x] **b** _i_ ~~s~~ `c` ![i](u) [l](u) <b>x</b> <http://e.example>",
            "| a | b |",
            "\\*not\\*",
            "&lt; &#64;",
            "]]> --> <!-- x",
            "a``b`c",
            "  two  words ",
        ];
        let extensions = Options::all().difference(Options::ENABLE_SMART_PUNCTUATION);
        for text in texts {
            for source in [format!("- x {}", markdown(text)), format!("- x {}", markdown_code(text))] {
                let mut read = String::new();
                for event in Parser::new_ext(&source, extensions) {
                    match event {
                        Event::Text(text) | Event::Code(text) => read.push_str(&text),
                        Event::Start(Tag::List(_) | Tag::Item | Tag::Paragraph) | Event::End(_) => {}
                        other => panic!("{text:?} gives {other:?}"),
                    }
                }
                let plain = read.replace('\u{200b}', "");
                assert_eq!(plain, format!("x {}", text.split_whitespace().collect::<Vec<_>>().join(" ")));
            }
        }
    }
}
