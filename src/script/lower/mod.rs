//! Lowering: conditions on records from Rhai's syntax tree to native predicates.
//!
//! Only what cannot fail and has no effect is lowered, so that its parts may be asked natively and
//! in any order. A part that does not read the record is evaluated once by the interpreter itself,
//! so that its meaning is the same by construction. What is outside of this runs in the
//! interpreter as before. This module and `syntax` are the ones that read Rhai's syntax tree, which is
//! volatile: the version is pinned, and `tests/lowering` compares both ways of asking.

mod path;
mod slots;
mod subject;

pub(super) use slots::slots;

use super::Setting;
use super::engine::{CONDITION_STEPS, allow};
use super::groups::GroupField;
use super::text::{pattern, takes_at_most};
use crate::pack::Kind;
use crate::scan::{
    Comparison, Constant, JoinedField, Network, OneOf, Operand, Predicate, Reckoned, TextTest,
};
use crate::time::{Duration, Time};
use path::{call, is_plain, path, reads};
use rhai::{AST, Dynamic, Engine, Expr, FnCallExpr, Stmt};
use subject::{OfGroup, OfJoined, OfRecord, Subject, WithTimes};

/// Memory that a pattern of a stranger's condition may take, since it stays for the whole scan.
const STRANGERS_PATTERN: usize = 256 << 10;

/// Why a condition runs in the interpreter.
type Reason = String;

/// The predicate that means the same as this condition on the record `r`.
///
/// # Errors
/// Why there is none; the interpreter is to be asked then.
pub(super) fn of_record(engine: &Engine, ast: &AST, setting: &Setting) -> Result<Predicate, Reason> {
    lower(&Lowering { engine, setting, subject: OfRecord(setting) }, ast)
}

/// The same of a condition on the record `r` and the row `j` of this kind.
///
/// # Errors
/// As [`of_record`].
pub(super) fn of_joined(
    engine: &Engine,
    ast: &AST,
    setting: &Setting,
    kind: Option<&Kind>,
) -> Result<Predicate<Reckoned<JoinedField>>, Reason> {
    let subject = WithTimes(OfJoined { record: OfRecord(setting), kind });
    lower(&Lowering { engine, setting, subject }, ast)
}

/// The same of a condition on the group `g` by so many fields.
///
/// # Errors
/// As [`of_record`].
pub(super) fn of_group(
    engine: &Engine,
    ast: &AST,
    setting: &Setting,
    keys: usize,
) -> Result<Predicate<Reckoned<GroupField>>, Reason> {
    lower(&Lowering { engine, setting, subject: WithTimes(OfGroup { keys }) }, ast)
}

fn lower<S: Subject>(lowering: &Lowering<'_, S>, ast: &AST) -> Result<Predicate<S::Field>, Reason> {
    match ast.statements() {
        [Stmt::Expr(expression)] => lowering.predicate(expression),
        [Stmt::FnCall(call, _)] => lowering.call(call),
        _ => Err("it is more than one expression".to_owned()),
    }
}

struct Lowering<'a, S> {
    engine: &'a Engine,
    setting: &'a Setting,
    subject: S,
}

impl<S: Subject> Lowering<'_, S> {
    fn predicate(&self, expression: &Expr) -> Result<Predicate<S::Field>, Reason> {
        match expression {
            Expr::BoolConstant(answer, _) => Ok(Predicate::Always(*answer)),
            Expr::And(parts, _) => Ok(Predicate::All(self.parts(parts.iter())?)),
            Expr::Or(parts, _) => Ok(Predicate::Any(self.parts(parts.iter())?)),
            Expr::FnCall(call, _) => self.call(call),
            Expr::Dot(..) => self.method(expression),
            _ => Err("a part is neither a comparison nor a question about a text".to_owned()),
        }
    }

    fn parts<'e>(&self, parts: impl Iterator<Item = &'e Expr>) -> Result<Vec<Predicate<S::Field>>, Reason> {
        parts.map(|part| self.predicate(part)).collect()
    }

    /// Operators, and `in`, which is a call of `contains`.
    fn call(&self, call: &FnCallExpr) -> Result<Predicate<S::Field>, Reason> {
        if call.is_qualified() {
            return Err(format!("`{}` is a function of a module", call.name));
        }
        match (call.name.as_str(), &call.args[..]) {
            ("!", [part]) => Ok(Predicate::Not(Box::new(self.predicate(part)?))),
            ("contains", [list, value]) => self.one_of(list, value),
            (name, [left, right]) => match comparison(name) {
                Some(comparison) => self.compare(left, comparison, right),
                None => Err(format!("`{name}` is not lowered")),
            },
            (name, _) => Err(format!("`{name}` is not lowered")),
        }
    }

    fn compare(
        &self,
        left: &Expr,
        comparison: Comparison,
        right: &Expr,
    ) -> Result<Predicate<S::Field>, Reason> {
        Ok(Predicate::Compare(self.operand(left)?, comparison, self.operand(right)?))
    }

    fn operand(&self, expression: &Expr) -> Result<Operand<S::Field>, Reason> {
        match expression {
            _ if !reads(expression) => self.still(expression).map(Operand::Constant),
            _ => self.field(expression).map(Operand::Field),
        }
    }

    /// A field, or a time that is reckoned from fields.
    fn field(&self, expression: &Expr) -> Result<S::Field, Reason> {
        if let Some(path) = path(expression) {
            return self.subject.field(&path);
        }
        let Expr::FnCall(call, _) = expression else {
            return Err("a part is neither a field nor stands still".to_owned());
        };
        match (call.name.as_str(), &call.args[..]) {
            ("+", [time, by]) => self.subject.moved(self.field(time)?, self.length(by)?),
            ("-", [time, by]) if !reads(by) && self.length(by).is_ok() => {
                self.subject.moved(self.field(time)?, self.length(by)?.negated())
            }
            ("-", [later, earlier]) => self.subject.since(self.term(later)?, self.term(earlier)?),
            (name, _) => Err(format!("`{name}` of a field is not lowered")),
        }
    }

    /// One side of a difference: a field, or what stands still.
    fn term(&self, expression: &Expr) -> Result<S::Field, Reason> {
        if reads(expression) {
            return self.field(expression);
        }
        self.subject.constant(self.still(expression)?)
    }

    fn length(&self, expression: &Expr) -> Result<Duration, Reason> {
        let value = self.constant(expression)?;
        value.try_cast().ok_or_else(|| "a time is moved by something else than a length".to_owned())
    }

    /// The value of a part that does not read what the condition is about.
    fn still(&self, expression: &Expr) -> Result<Constant, Reason> {
        let value = self.constant(expression)?;
        Ok(if value.is_unit() {
            Constant::Nothing
        } else if let Ok(value) = value.as_bool() {
            Constant::Boolean(value)
        } else if let Ok(number) = value.as_int() {
            Constant::Integer(number)
        } else if let Ok(number) = value.as_float() {
            Constant::Number(number)
        } else if let Some(time) = value.clone().try_cast::<Time>() {
            Constant::Time(time)
        } else if let Some(length) = value.clone().try_cast::<Duration>() {
            match length.months {
                0 => Constant::Length(length),
                _ => return Err("a month has no fixed length".to_owned()),
            }
        } else {
            let text = value.into_immutable_string();
            Constant::Text(text.map_err(|other| format!("a {other} is not compared natively"))?.to_string())
        })
    }

    fn one_of(&self, list: &Expr, value: &Expr) -> Result<Predicate<S::Field>, Reason> {
        let path = path(value).ok_or("what stands before `in` is no field")?;
        let field = self.subject.field(&path)?;
        let values = self.constant(list)?.into_array();
        let values = values.map_err(|_| "what stands behind `in` is no list".to_owned())?;
        let mut list = OneOf { written: values.len(), ..OneOf::default() };
        for value in values {
            if let Ok(number) = value.as_int() {
                list.integers.insert(number);
            } else {
                let text = value.into_immutable_string();
                let text = text.map_err(|_| "a list holds more than texts and whole numbers".to_owned())?;
                list.texts.insert(text.to_string());
            }
        }
        Ok(Predicate::OneOf(field, list))
    }

    /// `r.user.name.starts_with("x")` and `r.has("user.name")`.
    fn method(&self, expression: &Expr) -> Result<Predicate<S::Field>, Reason> {
        let (root, names, call) = call(expression).ok_or("a field alone is no condition")?;
        let [argument] = &call.args[..] else {
            return Err(format!("`{}` is not lowered", call.name));
        };
        let argument = self.constant(argument)?.into_immutable_string();
        let argument = argument.map_err(|_| format!("`{}` is asked with more than a text", call.name))?;
        if names.is_empty() {
            if call.name != "has" {
                return Err(format!("`{}` of `{root}` is not lowered", call.name));
            }
            return self.subject.filled(root, &argument).map(Predicate::Has);
        }
        let field = self.subject.field(&path::Path { root, steps: path::Steps::Names(names) })?;
        let text = argument.to_string();
        let test = match call.name.as_str() {
            "starts_with" => TextTest::StartsWith(text),
            "ends_with" => TextTest::EndsWith(text),
            "contains" => TextTest::Contains(text),
            "matches" => self.matches(&text)?,
            "in_cidr" => match Network::read(&text) {
                Some(network) => TextTest::InNetwork(network, text),
                None => TextTest::Never,
            },
            name => return Err(format!("`{name}` is not lowered")),
        };
        Ok(Predicate::Text(field, test))
    }

    fn matches(&self, text: &str) -> Result<TextTest, Reason> {
        if self.setting.is_stranger && !takes_at_most(STRANGERS_PATTERN, text) {
            return Err(format!("a pattern takes more than {} KiB", STRANGERS_PATTERN >> 10));
        }
        let read = pattern(text).map_err(|error| format!("a part fails: {error}"))?;
        Ok(TextTest::Matches((*read).clone()))
    }

    /// A part that does not read the record, evaluated by the interpreter.
    fn constant(&self, expression: &Expr) -> Result<Dynamic, Reason> {
        if let Some(value) = expression.get_literal_value(None) {
            return Ok(value);
        }
        if reads(expression) {
            return Err("both sides of a part are made from the record".to_owned());
        }
        if self.setting.is_stranger && !is_plain(expression) {
            return Err("a part that stands still is more than values, parameters and times".to_owned());
        }
        let ast = AST::new([Stmt::Expr(Box::new(expression.clone()))], rhai::Module::new());
        allow(CONDITION_STEPS, None);
        let value = self.engine.eval_ast_with_scope::<Dynamic>(&mut self.setting.scope(), &ast);
        value.map_err(|error| format!("a part fails: {error}"))
    }
}

fn comparison(operator: &str) -> Option<Comparison> {
    Some(match operator {
        "==" => Comparison::Equal,
        "!=" => Comparison::Unequal,
        "<" => Comparison::Less,
        "<=" => Comparison::AtMost,
        ">" => Comparison::More,
        ">=" => Comparison::AtLeast,
        _ => return None,
    })
}
