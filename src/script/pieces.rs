//! The pieces that a script or condition is written in, each with its bytes.
//!
//! They come from Rhai's own tokenizer, so that nothing is taken for an operator that is none: not
//! what stands in a text or a comment. A tree of the syntax would say where a comparison is, and not
//! where it begins and ends.

use crate::scan::Comparison;
use rhai::{Engine, Position, Token};
use std::ops::Range;

/// A piece of a script or condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its bytes.
    pub range: Range<usize>,
    /// What it is.
    pub is: Is,
}

/// What a piece is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Is {
    /// `<`, `==`, …
    Comparison(Comparison),
    /// `&&`.
    And,
    /// `||`, and of a function without parameters the two bars.
    Or,
    /// `!`.
    Not,
    /// `in`.
    In,
    /// `!in`.
    NotIn,
    /// A number.
    Number,
    /// A text in quotes, with nothing to fill in.
    Text,
    /// `true` or `false`.
    Truth(bool),
    /// `(`, `[`, `{`, and `#{`.
    Open(Bracket),
    /// `)`, `]`, `}`.
    Close(Bracket),
    /// `|`.
    Bar,
    /// `;`.
    Semicolon,
    /// `=>`.
    Arrow,
    /// A word of the language.
    Word(Word),
    /// Anything else that a value ends with: a name, nothing, a text with something to fill in.
    Value,
    /// Anything else.
    Other,
}

/// Brackets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bracket {
    /// `(` and `)`.
    Round,
    /// `[` and `]`.
    Square,
    /// `{` and `}` around statements.
    Block,
    /// `#{` and `}`.
    Map,
    /// `{` and `}` within a text.
    Filling,
}

/// Words of the language on which it depends where a statement begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Word {
    /// `else`.
    Else,
    /// `catch`.
    Catch,
    /// `switch`.
    Switch,
}

/// The pieces of a text, in order, up to what is none.
pub fn pieces(text: &str) -> Vec<Piece> {
    let engine = Engine::new_raw();
    let texts = [text];
    let (tokens, control) = engine.lex(&texts);
    let mut reader = Reader { text, line: 0, line_start: 0, end: 0, brackets: Vec::new(), fills: Fill::Not };
    let mut pieces = Vec::new();
    for (token, position) in tokens.filter(|(token, _)| !matches!(token, Token::Comment(_))) {
        let Some(piece) = reader.piece(&token, position) else { break };
        if piece.is == Is::Close(Bracket::Filling) {
            // As Rhai's own parser has it: the text goes on here.
            control.borrow_mut().is_within_text = true;
        }
        pieces.push(piece);
    }
    pieces
}

/// Where the reader is in a text with something to fill in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fill {
    /// In none.
    Not,
    /// Just before what is filled in.
    Before,
    /// Just behind it.
    Behind,
}

struct Reader<'t> {
    text: &'t str,
    /// The line that was reached, from 0, and its first byte.
    line: usize,
    line_start: usize,
    /// The end of the piece before.
    end: usize,
    /// Brackets that are open.
    brackets: Vec<Bracket>,
    fills: Fill,
}

impl Reader<'_> {
    fn piece(&mut self, token: &Token, position: Position) -> Option<Piece> {
        let is = self.is(token)?;
        // Where nothing is left of a text behind what was filled in, it has no place.
        let start = if position.is_none() { self.end } else { self.offset(position)? };
        let length = match is {
            Is::Text => literal(&self.text[start..]),
            Is::Number => number(&self.text[start..]),
            _ if matches!(token, Token::Identifier(_)) => word(&self.text[start..]),
            _ if matches!(token, Token::StringConstant(_) | Token::InterpolatedString(_)) => 0,
            _ => token.to_string().len(),
        };
        self.end = (start + length).min(self.text.len());
        Some(Piece { range: start..self.end, is })
    }

    fn is(&mut self, token: &Token) -> Option<Is> {
        let fills = std::mem::replace(&mut self.fills, Fill::Not);
        Some(match token {
            Token::EOF | Token::LexError(_) => return None,
            Token::LessThan => Is::Comparison(Comparison::Less),
            Token::LessThanEqualsTo => Is::Comparison(Comparison::AtMost),
            Token::GreaterThan => Is::Comparison(Comparison::More),
            Token::GreaterThanEqualsTo => Is::Comparison(Comparison::AtLeast),
            Token::EqualsTo => Is::Comparison(Comparison::Equal),
            Token::NotEqualsTo => Is::Comparison(Comparison::Unequal),
            Token::And => Is::And,
            Token::Or => Is::Or,
            Token::Bang => Is::Not,
            Token::In => Is::In,
            Token::NotIn => Is::NotIn,
            Token::True => Is::Truth(true),
            Token::False => Is::Truth(false),
            Token::IntegerConstant(_) | Token::FloatConstant(_) => Is::Number,
            Token::StringConstant(_) if fills == Fill::Behind => Is::Value,
            Token::StringConstant(_) => Is::Text,
            Token::InterpolatedString(_) => {
                self.fills = Fill::Before;
                Is::Value
            }
            Token::LeftParen => self.open(Bracket::Round),
            Token::LeftBracket | Token::QuestionBracket => self.open(Bracket::Square),
            Token::LeftBrace if fills == Fill::Before => self.open(Bracket::Filling),
            Token::LeftBrace => self.open(Bracket::Block),
            Token::MapStart => self.open(Bracket::Map),
            Token::RightParen | Token::RightBracket | Token::RightBrace => {
                let closed = self.brackets.pop()?;
                if closed == Bracket::Filling {
                    self.fills = Fill::Behind;
                }
                Is::Close(closed)
            }
            Token::Pipe => Is::Bar,
            Token::SemiColon => Is::Semicolon,
            Token::DoubleArrow => Is::Arrow,
            Token::Else => Is::Word(Word::Else),
            Token::Catch => Is::Word(Word::Catch),
            Token::Switch => Is::Word(Word::Switch),
            Token::Identifier(_) | Token::Unit | Token::CharConstant(_) => Is::Value,
            _ => Is::Other,
        })
    }

    fn open(&mut self, bracket: Bracket) -> Is {
        self.brackets.push(bracket);
        Is::Open(bracket)
    }

    /// The byte of a line and a column in characters, both from 1. Tokens come in order.
    fn offset(&mut self, position: Position) -> Option<usize> {
        let line = position.line()? - 1;
        while self.line < line {
            self.line_start += self.text[self.line_start..].find('\n')? + 1;
            self.line += 1;
        }
        let before = self.text[self.line_start..].chars().take(position.position()?.saturating_sub(1));
        Some(self.line_start + before.map(char::len_utf8).sum::<usize>())
    }
}

/// Bytes of the text in quotes that stands first; none of one that is written in another way.
fn literal(text: &str) -> usize {
    let mut letters = text.char_indices();
    let Some((_, quote @ ('"' | '`'))) = letters.next() else { return 0 };
    while let Some((at, letter)) = letters.next() {
        match letter {
            // Within back-ticks nothing is escaped.
            '\\' if quote == '"' => drop(letters.next()),
            _ if letter == quote => return at + 1,
            _ => {}
        }
    }
    0
}

/// Bytes of the number that stands first.
fn number(text: &str) -> usize {
    let mut end = 0;
    for (at, letter) in text.char_indices() {
        let is_part = match letter {
            '-' => at == 0,
            // `1..2` is no number with a point.
            '.' => text[at + 1..].starts_with(|next: char| next.is_ascii_digit()),
            _ => letter.is_ascii_alphanumeric() || letter == '_',
        };
        if !is_part {
            break;
        }
        end = at + letter.len_utf8();
    }
    end
}

fn word(text: &str) -> usize {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').map(char::len_utf8).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(text: &str, wanted: impl Fn(Is) -> bool) -> Vec<&str> {
        pieces(text).into_iter().filter(|piece| wanted(piece.is)).map(|piece| &text[piece.range]).collect()
    }

    #[test]
    fn operators_are_told_from_texts_and_comments() {
        let text = "r.a <= 1 && // a < b\n r.b != \"x && y\" || !(r.c !in [\"ü\", 2.5])";
        assert_eq!(found(text, |is| matches!(is, Is::Comparison(_))), ["<=", "!="]);
        assert_eq!(
            found(text, |is| matches!(is, Is::And | Is::Or | Is::Not | Is::NotIn)),
            ["&&", "||", "!", "!in"]
        );
        assert_eq!(found(text, |is| is == Is::Number), ["1", "2.5"]);
        assert_eq!(found(text, |is| is == Is::Text), ["\"x && y\"", "\"ü\""]);
    }

    #[test]
    fn what_is_filled_into_a_text_is_read_and_the_text_around_is_not() {
        let text = "`${a == 1} < ${ if b { \"c\" } else { `d ${e > 2}` } } >= f` + \"g\\\"\" + `h`";
        assert_eq!(found(text, |is| matches!(is, Is::Comparison(_))), ["==", ">"]);
        assert_eq!(found(text, |is| is == Is::Text), ["\"c\"", "\"g\\\"\"", "`h`"]);
        assert_eq!(found(text, |is| is == Is::Number), ["1", "2"]);
        assert_eq!(found("`${a}` == `x ${b}${c}` && 3 < 4", |is| is == Is::Number), ["3", "4"]);
    }

    #[test]
    fn brackets_are_told_apart() {
        let text = "fn f(x) { #{ a: [1] } }";
        let brackets = [Bracket::Round, Bracket::Block, Bracket::Map, Bracket::Square];
        let opened = pieces(text).into_iter().filter_map(|piece| match piece.is {
            Is::Open(bracket) => Some(bracket),
            _ => None,
        });
        assert_eq!(opened.collect::<Vec<_>>(), brackets);
    }
}
