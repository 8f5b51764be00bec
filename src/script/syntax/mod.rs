//! Scripts and expressions as trees, with the bytes of everything in them, for whoever looks at
//! rules without running them.
//!
//! Rhai's own tree is volatile, names places by line and column alone, and hides closures. It is
//! read here into one of our own; only this module and `lower` know it. Nothing is optimized away,
//! and a name that nobody knows is no error here.

mod lexer;
mod read;
mod statements;

use super::engine;
use rhai::{AST, Engine, ParseError};
use std::ops::Range;

/// A part of a script or an expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Node {
    /// Its number within the tree.
    pub id: usize,
    /// What it is.
    pub what: What,
    /// Its bytes in the text.
    pub span: Range<usize>,
    /// The bytes that name it: of an operator, a property, a called function; else all of it.
    pub name_at: Range<usize>,
}

/// What a part of a script is.
#[derive(Clone, Debug, PartialEq)]
pub enum What {
    /// `()`.
    Nothing,
    /// `true` or `false`.
    Boolean(bool),
    /// A whole number.
    Integer(i64),
    /// A number with a fraction.
    Float(f64),
    /// A text without values in it.
    Text(String),
    /// A character.
    Character(char),
    /// A text with values in it: its parts in order.
    Interpolated(Vec<Node>),
    /// A list.
    Array(Vec<Node>),
    /// Values by name.
    Map(Vec<(String, Node)>),
    /// A variable.
    Variable(String),
    /// `this`.
    This,
    /// `of.name`.
    Property {
        /// What it is of.
        of: Box<Node>,
        /// Its name.
        name: String,
    },
    /// `of[by]`.
    Index {
        /// What is looked into.
        of: Box<Node>,
        /// Where.
        by: Box<Node>,
    },
    /// `of.name(arguments)`.
    Method {
        /// What it is called on.
        of: Box<Node>,
        /// Its name.
        name: String,
        /// Its other arguments.
        arguments: Vec<Node>,
    },
    /// `name(arguments)`.
    Call {
        /// The name of the function.
        name: String,
        /// Its arguments.
        arguments: Vec<Node>,
    },
    /// `a + b`, `a == b`, `!a`, `-a`: one part or two.
    Operator {
        /// The operator.
        name: String,
        /// What it works on.
        parts: Vec<Node>,
    },
    /// `value in list`.
    In {
        /// What is looked for.
        value: Box<Node>,
        /// Where.
        list: Box<Node>,
    },
    /// `a && b`.
    And(Vec<Node>),
    /// `a || b`.
    Or(Vec<Node>),
    /// `a ?? b`.
    Else(Vec<Node>),
    /// `|row| …`.
    Closure(Closure),
    /// `{ … }`.
    Block(Vec<Node>),
    /// `let name = value`.
    Let {
        /// The name.
        name: String,
        /// Where the name stands.
        at: Range<usize>,
        /// The value; nothing where none is given.
        value: Option<Box<Node>>,
    },
    /// `to = value`, `to += value`.
    Assign {
        /// What is given a value.
        to: Box<Node>,
        /// The operator before `=`; empty where there is none.
        operator: String,
        /// The value.
        value: Box<Node>,
    },
    /// `if condition { … } else { … }`.
    If {
        /// The condition.
        condition: Box<Node>,
        /// What is done where it holds.
        then: Vec<Node>,
        /// What is done else; `None` where there is no `else`.
        otherwise: Option<Vec<Node>>,
    },
    /// `switch on { … }`.
    Switch {
        /// What is looked at.
        on: Box<Node>,
        /// The conditions and values of the cases.
        cases: Vec<(Node, Node)>,
        /// What is done else.
        otherwise: Option<Box<Node>>,
    },
    /// `while condition { … }`, `loop { … }`, `do { … } while condition`.
    While {
        /// The condition; none of a `loop`.
        condition: Option<Box<Node>>,
        /// What is done again and again.
        body: Vec<Node>,
        /// True where it is done at least once.
        is_done_first: bool,
    },
    /// `for variable in over { … }`.
    For {
        /// The variable, and the counter behind it where there is one, each with its place.
        variables: Vec<(String, Range<usize>)>,
        /// What is gone through.
        over: Box<Node>,
        /// What is done.
        body: Vec<Node>,
    },
    /// `return value`.
    Return(Option<Box<Node>>),
    /// `throw value`.
    Throw(Option<Box<Node>>),
    /// `break value`.
    Break(Option<Box<Node>>),
    /// `continue`.
    Continue,
    /// `try { … } catch (variable) { … }`.
    Try {
        /// What is tried.
        body: Vec<Node>,
        /// The variable that holds what went wrong.
        variable: Option<String>,
        /// What is done then.
        handler: Vec<Node>,
    },
    /// Anything else.
    Other,
}

/// A closure, or the body of a function.
#[derive(Clone, Debug, PartialEq)]
pub struct Closure {
    /// Its parameters, each with its place.
    pub parameters: Vec<(String, Range<usize>)>,
    /// What it does.
    pub body: Vec<Node>,
}

/// A function of a script.
#[derive(Clone, Debug, PartialEq)]
pub struct Function {
    /// Its name.
    pub name: String,
    /// Where the name stands.
    pub name_at: Range<usize>,
    /// From `fn` to the end of its body.
    pub span: Range<usize>,
    /// What it takes and does.
    pub body: Closure,
}

/// A script as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Script {
    /// Its functions, in the order in which they stand.
    pub functions: Vec<Function>,
    /// What stands outside of functions, and is never run.
    pub statements: Vec<Node>,
    /// Nodes are numbered below this.
    pub nodes: usize,
}

/// An expression as a tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Expression {
    /// The expression.
    pub node: Node,
    /// Nodes are numbered below this.
    pub nodes: usize,
}

/// Why a text is no script, or no expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, in words that no Rust is needed for.
    pub reason: String,
    /// Where, as bytes of the text.
    pub span: Range<usize>,
}

/// Reads a script.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn script(text: &str) -> Result<Script, Malformed> {
    let ast = parse(text, |engine| engine.compile(text))?;
    Ok(read::script(text, &ast))
}

/// Reads an expression; a message is one in back-ticks.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn expression(text: &str) -> Result<Expression, Malformed> {
    let ast = parse(text, |engine| engine.compile_expression(text))?;
    Ok(read::expression(text, &ast))
}

thread_local! {
    /// Knows no function and optimizes nothing: for reading alone.
    static PARSER: Engine = engine::parser();
}

fn parse(text: &str, read: impl FnOnce(&Engine) -> Result<AST, ParseError>) -> Result<AST, Malformed> {
    PARSER.with(read).map_err(|error| {
        let lexer = lexer::Lexer::new(text);
        let at = lexer.offset(error.position()).unwrap_or(text.len());
        Malformed { reason: super::fault::parse_reason(&error), span: lexer.word(at) }
    })
}

impl Node {
    /// The parts of this node that are looked at in the same function, in order: not those of closures.
    pub fn parts(&self) -> Vec<&Node> {
        match &self.what {
            What::Property { of, .. } => vec![of],
            What::Index { of, by } => vec![of, by],
            What::Method { of, arguments, .. } => std::iter::once(&**of).chain(arguments).collect(),
            What::In { value, list } => vec![value, list],
            What::Interpolated(parts)
            | What::Array(parts)
            | What::Call { arguments: parts, .. }
            | What::Operator { parts, .. }
            | What::And(parts)
            | What::Or(parts)
            | What::Else(parts)
            | What::Block(parts) => parts.iter().collect(),
            What::Map(entries) => entries.iter().map(|(_, value)| value).collect(),
            What::Let { value, .. } => value.iter().map(|value| &**value).collect(),
            What::Assign { to, value, .. } => vec![to, value],
            What::Return(value) | What::Throw(value) | What::Break(value) => {
                value.iter().map(|value| &**value).collect()
            }
            _ => self.blocks(),
        }
    }

    /// The parts of statements that hold others.
    fn blocks(&self) -> Vec<&Node> {
        match &self.what {
            What::If { condition, then, otherwise } => {
                let rest = then.iter().chain(otherwise.iter().flatten());
                std::iter::once(&**condition).chain(rest).collect()
            }
            What::Switch { on, cases, otherwise } => {
                let cases = cases.iter().flat_map(|(condition, value)| [condition, value]);
                let otherwise = otherwise.iter().map(|value| &**value);
                std::iter::once(&**on).chain(cases).chain(otherwise).collect()
            }
            What::While { condition, body, .. } => {
                condition.iter().map(|condition| &**condition).chain(body).collect()
            }
            What::For { over, body, .. } => std::iter::once(&**over).chain(body).collect(),
            What::Try { body, handler, .. } => body.iter().chain(handler).collect(),
            _ => Vec::new(),
        }
    }

    /// Shows this node and everything within it, closures too, from the outside in.
    pub fn walk<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        see(self);
        self.parts().into_iter().for_each(|part| part.walk(see));
        if let What::Closure(closure) = &self.what {
            closure.body.iter().for_each(|part| part.walk(see));
        }
    }

    /// The name of the variable that this is.
    pub fn variable(&self) -> Option<&str> {
        match &self.what {
            What::Variable(name) => Some(name),
            _ => None,
        }
    }

    /// The text that this is, without values in it.
    pub fn text(&self) -> Option<&str> {
        match &self.what {
            What::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl Script {
    /// Shows everything in the script, function by function.
    pub fn walk<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        let bodies = self.functions.iter().flat_map(|function| &function.body.body);
        bodies.chain(&self.statements).for_each(|node| node.walk(see));
    }

    /// The function with this name and so many parameters.
    pub fn function(&self, name: &str, parameters: usize) -> Option<&Function> {
        let is_it =
            |function: &&Function| function.name == name && function.body.parameters.len() == parameters;
        self.functions.iter().find(is_it)
    }
}

#[cfg(test)]
mod tests;
