//! Where the statements of a script begin, and the script with a note at each of them.
//!
//! Statements are what a person would set a mark at: those of blocks, and the bodies of closures and
//! of arms of `switch` that are written without a block.

use super::pieces::{Bracket, Is, Piece, Word, pieces};
use std::ops::Range;

/// What a script calls where a statement begins. Only engines that watch know it.
pub(super) const NOTE: &str = "preaudit_note";

/// A statement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its bytes, up to the end of its first line.
    pub range: Range<usize>,
    /// True for an expression that stands where no statement can.
    is_expression: bool,
}

/// The statements of a script, in order.
pub fn statements(text: &str) -> Vec<Statement> {
    let pieces = pieces(text);
    let mut reader = Reader { text, open: Vec::new(), before: None, is_switch: false, in_parameters: false };
    pieces.iter().filter_map(|piece| reader.statement(piece)).collect()
}

/// The same script, which says the number of each statement before it runs it.
pub(super) fn noted(text: &str, statements: &[Statement]) -> String {
    let mut noted = String::with_capacity(text.len() * 2);
    let mut done = 0;
    for (number, statement) in statements.iter().enumerate() {
        noted.push_str(&text[done..statement.range.start]);
        // Nothing is said, and of nothing and a value the value counts, whatever follows it.
        let end = if statement.is_expression { " ?? " } else { "; " };
        noted.push_str(&format!("{NOTE}({number}){end}"));
        done = statement.range.start;
    }
    noted.push_str(&text[done..]);
    noted
}

/// What is open around a piece.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Open {
    /// A block of statements.
    Block,
    /// The arms of a `switch`.
    Arms,
    /// Anything in which no statement stands.
    Other,
}

struct Reader<'t> {
    text: &'t str,
    open: Vec<Open>,
    before: Option<Is>,
    /// A `switch` was read and its arms were not.
    is_switch: bool,
    in_parameters: bool,
}

impl Reader<'_> {
    fn statement(&mut self, piece: &Piece) -> Option<Statement> {
        let begins = self.begins(piece);
        self.pass(piece);
        let is_expression = begins?;
        let line = self.text[piece.range.start..].lines().next().unwrap_or_default();
        let end = piece.range.start + line.trim_end().len();
        Some(Statement { range: piece.range.start..end, is_expression })
    }

    /// Whether a statement begins with a piece, and whether it is an expression.
    fn begins(&self, piece: &Piece) -> Option<bool> {
        if matches!(piece.is, Is::Open(Bracket::Block) | Is::Close(_)) || self.in_parameters {
            return None;
        }
        let is_in_block = self.open.last() == Some(&Open::Block);
        match self.before? {
            Is::Open(Bracket::Block) | Is::Semicolon => is_in_block.then_some(false),
            Is::Close(Bracket::Block) => (is_in_block && self.can_begin(piece)).then_some(false),
            Is::Arrow => Some(true),
            // What closes parameters is no operator any more.
            Is::Other if self.text[..piece.range.start].trim_end().ends_with('|') => Some(true),
            _ => None,
        }
    }

    /// Whether a statement can begin with a piece that follows a block.
    fn can_begin(&self, piece: &Piece) -> bool {
        match piece.is {
            Is::Value | Is::Text | Is::Number | Is::Truth(_) | Is::Not | Is::Open(_) => true,
            Is::Word(word) => word == Word::Switch,
            Is::Other => self.text[piece.range.clone()].starts_with(char::is_alphabetic),
            _ => false,
        }
    }

    /// Goes on behind a piece.
    fn pass(&mut self, piece: &Piece) {
        let mut before = piece.is;
        match piece.is {
            Is::Word(Word::Switch) => self.is_switch = true,
            Is::Open(Bracket::Block) if std::mem::take(&mut self.is_switch) => self.open.push(Open::Arms),
            Is::Open(Bracket::Block) => self.open.push(Open::Block),
            Is::Open(_) => self.open.push(Open::Other),
            Is::Close(_) => drop(self.open.pop()),
            Is::Bar if self.in_parameters => {
                self.in_parameters = false;
                before = Is::Other;
            }
            Is::Bar if !self.is_behind_value() => self.in_parameters = true,
            Is::Or if !self.is_behind_value() => before = Is::Other,
            _ => {}
        }
        self.before = Some(before);
    }

    fn is_behind_value(&self) -> bool {
        matches!(self.before, Some(Is::Value | Is::Text | Is::Number | Is::Truth(_) | Is::Close(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn starts(text: &str) -> Vec<&str> {
        statements(text).into_iter().map(|one| &text[one.range]).collect()
    }

    #[test]
    fn statements_are_those_of_blocks_and_closures() {
        let text = "fn judge(cx) {
    let gone = cx.roster.filter(|s| s.left || s.status == \"left\");
    for leaver in gone {
        if a { continue; }
        verdict.add(`${if b { 1 } else { 2 }}`)
    }
    let pairs = #{ a: if c { 3 } else { 4 } };
    if d { 5 } else if e { 6 }
    gone.filter(|| f)
}";
        assert_eq!(
            starts(text),
            [
                "let gone = cx.roster.filter(|s| s.left || s.status == \"left\");",
                "s.left || s.status == \"left\");",
                "for leaver in gone {",
                "if a { continue; }",
                "continue; }",
                "verdict.add(`${if b { 1 } else { 2 }}`)",
                "1 } else { 2 }}`)",
                "2 }}`)",
                "let pairs = #{ a: if c { 3 } else { 4 } };",
                "3 } else { 4 } };",
                "4 } };",
                "if d { 5 } else if e { 6 }",
                "5 } else if e { 6 }",
                "6 }",
                "gone.filter(|| f)",
                "f)",
            ]
        );
    }

    #[test]
    fn arms_are_statements_too() {
        let text = "fn f(x) { switch x { 1 => g(x), 2 => { h() } _ => x | 1 } }";
        let all = starts(text);
        assert_eq!(all.len(), 4, "{all:?}");
        assert!(all[1].starts_with("g(x)") && all[2].starts_with("h()") && all[3].starts_with("x | 1"));
    }

    #[test]
    fn a_noted_script_says_the_same() {
        let text = "fn f(n) { let all = []; for i in 0..n { if i > 1 && !(i == 3) { all.push(i); } } \
                    let odd = all.filter(|i| i % 2 == 1); switch odd.len() { 0 => \"none\", _ => `${odd}` } }";
        let noted = noted(text, &statements(text));
        let mut engine = rhai::Engine::new();
        let seen = std::sync::Arc::new(std::sync::Mutex::new(std::collections::BTreeSet::new()));
        let into = std::sync::Arc::clone(&seen);
        engine.register_fn(NOTE, move |number: i64| {
            into.lock().unwrap().insert(number);
        });
        for n in [0_i64, 2, 9] {
            let said = |text: &str| {
                let ast = engine.compile(text).unwrap();
                engine.call_fn::<rhai::ImmutableString>(&mut rhai::Scope::new(), &ast, "f", (n,)).unwrap()
            };
            assert_eq!(said(text), said(&noted), "{noted}");
            let all = statements(text).len();
            assert_eq!(seen.lock().unwrap().len() == all, n == 9, "{n}");
        }
    }
}
