//! Lowering: conditions on records from Rhai's syntax tree to native predicates.
//!
//! Only what cannot fail and has no effect is lowered, so that its parts may be asked natively and
//! in any order. A part that does not read the record is evaluated once by the interpreter itself,
//! so that its meaning is the same by construction. What is outside of this runs in the
//! interpreter as before. This is the one module that reads Rhai's syntax tree, which is volatile:
//! the version is pinned, and `tests/lowering.rs` compares both ways of asking.

use super::Setting;
use super::engine::{CONDITION_STEPS, allow};
use super::text::pattern;
use crate::scan::{Comparison, Constant, Field, Network, OneOf, Operand, Predicate, TextTest};
use crate::time::Time;
use rhai::{AST, ASTFlags, ASTNode, Dynamic, Engine, Expr, FnCallExpr, Stmt};

/// Why a condition runs in the interpreter.
type Reason = String;

/// The predicate that means the same as this condition on the record `r`.
///
/// # Errors
/// Why there is none; the interpreter is to be asked then.
pub(super) fn lower(engine: &Engine, ast: &AST, setting: &Setting) -> Result<Predicate, Reason> {
    let lowering = Lowering { engine, setting };
    match ast.statements() {
        [Stmt::Expr(expression)] => lowering.predicate(expression),
        [Stmt::FnCall(call, _)] => lowering.call(call),
        _ => Err("it is more than one expression".to_owned()),
    }
}

/// The slots of the fields that a condition may read of the record `r`, a bit each: those that it
/// names, and all where it does anything else with the record than naming its fields.
pub(super) fn slots(ast: &AST, fields: &[String]) -> u128 {
    let mut slots = 0;
    ast.walk(&mut |nodes| {
        if let [.., ASTNode::Expr(expression)] = nodes
            && is_record(expression)
        {
            let around = nodes.len().checked_sub(2).and_then(|at| match &nodes[at] {
                ASTNode::Expr(around) => named_by(around),
                _ => None,
            });
            slots |= around.map_or(u128::MAX, |name| below(&name, fields));
        }
        true
    });
    slots
}

/// The name of the field that an expression around the record names, with what is asked of it.
fn named_by(expression: &Expr) -> Option<String> {
    if let Expr::Index(parts, ..) = expression
        && is_record(&parts.lhs)
        && let Expr::StringConstant(name, _) = &parts.rhs
    {
        return Some(name.to_string());
    }
    let mut steps = Vec::new();
    let mut rest = behind_record(expression)?;
    loop {
        match rest {
            Expr::Property(property, _) => {
                steps.push(property.2.as_str());
                return Some(steps.join("."));
            }
            Expr::MethodCall(call, _) if !steps.is_empty() => {
                // What is asked of a field reads nothing else of the record.
                return call.args.iter().all(|argument| !reads_record(argument)).then(|| steps.join("."));
            }
            Expr::MethodCall(call, _) if call.name == "has" => {
                let name = call.args.first()?.get_literal_value(None)?.into_immutable_string().ok()?;
                return Some(name.to_string());
            }
            _ => rest = step(rest, &mut steps)?,
        }
    }
}

/// The slots of the field with this name, of those below it, and of those it lies below.
fn below(name: &str, fields: &[String]) -> u128 {
    let is_under = |one: &str, other: &str| {
        one.strip_prefix(other).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let named = |field: &&String| is_under(field, name) || is_under(name, field);
    let slots = fields.iter().enumerate().filter(|(_, field)| named(field));
    slots.fold(0, |bits, (slot, _)| bits | 1 << slot)
}

struct Lowering<'a> {
    engine: &'a Engine,
    setting: &'a Setting,
}

impl Lowering<'_> {
    fn predicate(&self, expression: &Expr) -> Result<Predicate, Reason> {
        match expression {
            Expr::BoolConstant(answer, _) => Ok(Predicate::Always(*answer)),
            Expr::And(parts, _) => Ok(Predicate::All(self.parts(parts.iter())?)),
            Expr::Or(parts, _) => Ok(Predicate::Any(self.parts(parts.iter())?)),
            Expr::FnCall(call, _) => self.call(call),
            Expr::Dot(..) => self.method(expression),
            _ => Err("a part is neither a comparison nor a question about a text".to_owned()),
        }
    }

    fn parts<'e>(&self, parts: impl Iterator<Item = &'e Expr>) -> Result<Vec<Predicate>, Reason> {
        parts.map(|part| self.predicate(part)).collect()
    }

    /// Operators, and `in`, which is a call of `contains`.
    fn call(&self, call: &FnCallExpr) -> Result<Predicate, Reason> {
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

    fn compare(&self, left: &Expr, comparison: Comparison, right: &Expr) -> Result<Predicate, Reason> {
        Ok(Predicate::Compare(self.operand(left)?, comparison, self.operand(right)?))
    }

    fn operand(&self, expression: &Expr) -> Result<Operand, Reason> {
        if let Some(field) = self.field(expression)? {
            return Ok(Operand::Field(field));
        }
        let value = self.constant(expression)?;
        let constant = if value.is_unit() {
            Constant::Nothing
        } else if let Ok(value) = value.as_bool() {
            Constant::Boolean(value)
        } else if let Ok(number) = value.as_int() {
            Constant::Integer(number)
        } else if let Ok(number) = value.as_float() {
            Constant::Number(number)
        } else if let Some(time) = value.clone().try_cast::<Time>() {
            Constant::Time(time)
        } else {
            let text = value.into_immutable_string();
            Constant::Text(text.map_err(|other| format!("a {other} is not compared natively"))?.to_string())
        };
        Ok(Operand::Constant(constant))
    }

    fn one_of(&self, list: &Expr, value: &Expr) -> Result<Predicate, Reason> {
        let field = self.field(value)?.ok_or("what stands before `in` is no field")?;
        let values = self.constant(list)?.into_array();
        let values = values.map_err(|_| "what stands behind `in` is no list".to_owned())?;
        let mut list = OneOf::default();
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
    fn method(&self, expression: &Expr) -> Result<Predicate, Reason> {
        let (path, call) = split(expression).ok_or("a field alone is no condition")?;
        let [argument] = &call.args[..] else {
            return Err(format!("`{}` is not lowered", call.name));
        };
        let argument = self.constant(argument)?.into_immutable_string();
        let argument = argument.map_err(|_| format!("`{}` is asked with more than a text", call.name))?;
        if path.is_empty() {
            if call.name != "has" {
                return Err(format!("`{}` of a record is not lowered", call.name));
            }
            return self.slot(&argument).map(Predicate::Has);
        }
        let field = self.named(&path.join("."))?;
        let text = argument.to_string();
        let test = match call.name.as_str() {
            "starts_with" => TextTest::StartsWith(text),
            "ends_with" => TextTest::EndsWith(text),
            "contains" => TextTest::Contains(text),
            "matches" => match pattern(&text) {
                Some(pattern) => TextTest::Matches((*pattern).clone()),
                None => TextTest::Never,
            },
            "in_cidr" => match Network::read(&text) {
                Some(network) => TextTest::InNetwork(network, text),
                None => TextTest::Never,
            },
            name => return Err(format!("`{name}` is not lowered")),
        };
        Ok(Predicate::Text(field, test))
    }

    /// The field that an expression is, if it is one: `r.user.name`, `r["user.name"]`, `r.time`.
    fn field(&self, expression: &Expr) -> Result<Option<Field>, Reason> {
        if let Expr::Index(parts, flags, _) = expression
            && !flags.contains(ASTFlags::NEGATED)
            && is_record(&parts.lhs)
            && let Expr::StringConstant(name, _) = &parts.rhs
        {
            return self.named(name).map(Some);
        }
        path(expression).map(|path| self.named(&path.join("."))).transpose()
    }

    fn named(&self, name: &str) -> Result<Field, Reason> {
        match name {
            "time" | "@timestamp" => Ok(Field { slot: None, name: name.to_owned() }),
            _ => self.slot(name),
        }
    }

    /// A field that is a value: a name that others begin with is a branch, and no value.
    fn slot(&self, name: &str) -> Result<Field, Reason> {
        let fields = &self.setting.names.event_fields;
        let branch = format!("{name}.");
        let slot = fields.binary_search_by(|known| known.as_str().cmp(name)).ok();
        match slot.filter(|_| !fields.iter().any(|known| known.starts_with(&branch))) {
            Some(slot) => Ok(Field { slot: Some(slot), name: name.to_owned() }),
            None => Err(format!("`{name}` is no field with a value")),
        }
    }

    /// A part that does not read the record, evaluated by the interpreter.
    fn constant(&self, expression: &Expr) -> Result<Dynamic, Reason> {
        if let Some(value) = expression.get_literal_value(None) {
            return Ok(value);
        }
        if reads_record(expression) {
            return Err("both sides of a part are made from the record".to_owned());
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

fn is_record(expression: &Expr) -> bool {
    matches!(expression, Expr::Variable(variable, ..) if variable.1 == "r")
}

/// True when an expression names the record, or anything that is not known beforehand.
fn reads_record(expression: &Expr) -> bool {
    let mut reads = false;
    expression.walk(&mut Vec::new(), &mut |path| {
        reads |= match path.last() {
            Some(ASTNode::Expr(Expr::Variable(variable, ..))) => {
                !matches!(variable.1.as_str(), "params" | "as_of")
            }
            Some(ASTNode::Expr(Expr::ThisPtr(..) | Expr::Stmt(..) | Expr::Custom(..))) => true,
            _ => false,
        };
        !reads
    });
    reads
}

/// The steps of `r.user.name`, when the expression is nothing but a path into the record.
fn path(expression: &Expr) -> Option<Vec<&str>> {
    let mut steps = Vec::new();
    let mut rest = behind_record(expression)?;
    loop {
        match rest {
            Expr::Property(property, _) => {
                steps.push(property.2.as_str());
                return Some(steps);
            }
            _ => rest = step(rest, &mut steps)?,
        }
    }
}

/// The path and the call of `r.user.name.starts_with("x")`.
fn split(expression: &Expr) -> Option<(Vec<&str>, &FnCallExpr)> {
    let mut steps = Vec::new();
    let mut rest = behind_record(expression)?;
    loop {
        match rest {
            Expr::MethodCall(call, _) => return Some((steps, call)),
            _ => rest = step(rest, &mut steps)?,
        }
    }
}

/// What stands behind `r.`.
fn behind_record(expression: &Expr) -> Option<&Expr> {
    match expression {
        Expr::Dot(parts, flags, _) if !flags.contains(ASTFlags::NEGATED) && is_record(&parts.lhs) => {
            Some(&parts.rhs)
        }
        _ => None,
    }
}

/// Takes one property off a chain and gives what stands behind it.
fn step<'e>(chain: &'e Expr, steps: &mut Vec<&'e str>) -> Option<&'e Expr> {
    match chain {
        Expr::Dot(parts, flags, _) if !flags.contains(ASTFlags::NEGATED) => match &parts.lhs {
            Expr::Property(property, _) => {
                steps.push(property.2.as_str());
                Some(&parts.rhs)
            }
            _ => None,
        },
        _ => None,
    }
}
