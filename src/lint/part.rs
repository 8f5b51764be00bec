//! The expressions and the script of a rule, each with what is known of it.

use super::flow::{self, Flowed, Type};
use super::{Frame, Lint, LintId};
use crate::pack::{self, Each, Form, Keys, Scan};
use crate::script::LONGEST_SCRIPT;
use crate::script::api::Sort;
use crate::script::syntax::{self, Malformed, Node, Script};
use crate::source::Source;
use std::ops::Range;
use std::sync::Arc;

/// An expression or the script of a rule.
pub(super) struct Part<'a> {
    /// What it is for.
    pub(super) role: Role,
    /// What it is made of.
    pub(super) tree: Tree,
    /// What is known of it.
    pub(super) flowed: Flowed,
    /// The variables that it knows from the start.
    pub(super) variables: Vec<String>,
    /// Its text.
    pub(super) text: &'a str,
    source: &'a Arc<Source>,
    expression: Option<&'a pack::Expression>,
}

/// What an expression is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// Something that holds or does not hold, of the look with this number.
    Condition(usize),
    /// What is said.
    Message,
    /// The script.
    Script,
}

/// What a part is made of.
pub(super) enum Tree {
    /// One expression.
    Expression(syntax::Expression),
    /// A script.
    Script(Script),
}

impl Part<'_> {
    /// A lint on these bytes of the part's text.
    pub(super) fn lint(&self, id: LintId, range: Range<usize>, message: impl Into<String>) -> Lint {
        let range = match self.expression {
            Some(expression) => expression.place(self.source, range),
            None => range,
        };
        Lint::new(id, self.source, range, message)
    }

    /// What a node is.
    pub(super) fn known(&self, node: &Node) -> &Type {
        self.flowed.types.get(node.id).unwrap_or(&Type::ANY)
    }

    /// Shows every node.
    pub(super) fn walk<'n>(&'n self, see: &mut dyn FnMut(&'n Node)) {
        match &self.tree {
            Tree::Expression(expression) => expression.node.walk(see),
            Tree::Script(script) => script.walk(see),
        }
    }

    /// Every node, from the outside in.
    pub(super) fn nodes(&self) -> Vec<&Node> {
        let mut nodes = Vec::new();
        self.walk(&mut |node| nodes.push(node));
        nodes
    }

    /// The functions of the script, where it is one.
    pub(super) fn functions(&self) -> &[syntax::Function] {
        self.script().map_or(&[], |script| &script.functions)
    }

    /// The script, where it is one.
    pub(super) fn script(&self) -> Option<&Script> {
        match &self.tree {
            Tree::Script(script) => Some(script),
            Tree::Expression(_) => None,
        }
    }
}

/// All parts of a rule, and what cannot be read of it.
pub(super) fn parts<'a>(frame: &'a Frame<'a>) -> (Vec<Part<'a>>, Vec<Lint>) {
    let mut reader = Reader { frame, parts: Vec::new(), malformed: Vec::new(), looks: 0 };
    match &frame.rule.form {
        Form::Each(each) => each.iter().for_each(|each| reader.each(each)),
        Form::Scan(scan) => reader.scan(scan),
        Form::Judge => {}
    }
    reader.script();
    (reader.parts, reader.malformed)
}

struct Reader<'a> {
    frame: &'a Frame<'a>,
    parts: Vec<Part<'a>>,
    malformed: Vec<Lint>,
    looks: usize,
}

type Variables<'v> = &'v [(&'v str, Type)];

impl<'a> Reader<'a> {
    fn each(&mut self, each: &'a Each) {
        self.looks += 1;
        let row = [("r", Type::of_kind(Sort::Row, &each.from))];
        let condition = Role::Condition(self.looks);
        let among = each.among.as_ref().and_then(|among| self.expression(among, condition, &row, &[]));
        let holds = self.expression(&each.condition, condition, &row, among.as_slice());
        let before: Vec<usize> = among.into_iter().chain(holds).collect();
        self.expression(&each.message, Role::Message, &row, &before);
    }

    fn scan(&mut self, scan: &'a Scan) {
        let joined = self.frame.joined_kind().map_or(Type::ANY, |kind| Type::of_kind(Sort::Row, kind));
        let record = [("r", Type::one(Sort::Event))];
        let both = [("r", Type::one(Sort::Event)), ("j", joined.clone())];
        let group = [("g", Type::one(Sort::EventGroup))];
        let condition = Role::Condition(0);
        let mut before = Vec::new();
        for asked in [&scan.among, &scan.condition].into_iter().flatten() {
            before.extend(self.expression(asked, condition, &record, &before.clone()));
        }
        if let Some(keep) = &scan.keep {
            self.expression(keep, condition, &both, &before);
        }
        if let Some(then) = &scan.then {
            self.expression(&then.condition, Role::Condition(1), &record, &[]);
        }
        if let Some(Keys::Table { from, condition: Some(asked), .. }) = scan.expect.as_ref().map(|e| &e.keys)
        {
            self.expression(asked, Role::Condition(2), &[("r", Type::of_kind(Sort::Row, from))], &[]);
        }
        let having = scan.having.as_ref();
        let having = having.and_then(|having| self.expression(having, Role::Condition(3), &group, &[]));
        if let Some(finding) = &scan.finding {
            let said = [("g", Type::one(Sort::EventGroup)), ("j", joined.with(flow::Absence::Unclear))];
            self.expression(&finding.message, Role::Message, &said, having.as_slice());
        }
    }

    /// Reads an expression, which is asked where those before it hold; gives its number.
    fn expression(
        &mut self,
        expression: &'a pack::Expression,
        role: Role,
        variables: Variables<'_>,
        before: &[usize],
    ) -> Option<usize> {
        let source = &self.frame.rule.text;
        match syntax::expression(&expression.text) {
            Ok(tree) => {
                let still = [("params", Type::one(Sort::Parameters)), ("as_of", Type::one(Sort::Time))];
                let variables: Vec<(&str, Type)> =
                    still.into_iter().chain(variables.iter().cloned()).collect();
                let earlier = before.iter().filter_map(|at| match &self.parts[*at].tree {
                    Tree::Expression(earlier) => Some(earlier),
                    Tree::Script(_) => None,
                });
                let earlier: Vec<&syntax::Expression> = earlier.collect();
                let flowed = flow::expression(self.frame, &tree, &variables, &earlier);
                let (tree, text) = (Tree::Expression(tree), expression.text.as_str());
                let variables = variables.iter().map(|(name, _)| (*name).to_owned()).collect();
                let expression = Some(expression);
                self.parts.push(Part { role, tree, flowed, variables, text, source, expression });
                Some(self.parts.len() - 1)
            }
            Err(Malformed { reason, span }) => {
                let range = expression.place(source, span);
                self.malformed.push(Lint::new(LintId::SyntaxError, source, range, reason));
                None
            }
        }
    }

    fn script(&mut self) {
        let Some(source) = &self.frame.rule.script else { return };
        if source.text().len() > LONGEST_SCRIPT {
            let message = format!("the script is longer than {} KiB", LONGEST_SCRIPT >> 10);
            self.malformed.push(Lint::new(LintId::Malformed, source, 0..0, message));
            return;
        }
        match syntax::script(source.text()) {
            Ok(tree) => {
                self.malformed.extend(form_of_script(source, &tree));
                let flowed = flow::script(self.frame, &tree, &Type::one(Sort::Context));
                let (role, tree, text) = (Role::Script, Tree::Script(tree), source.text());
                let (variables, expression) = (Vec::new(), None);
                self.parts.push(Part { role, tree, flowed, variables, text, source, expression });
            }
            Err(Malformed { reason, span }) => {
                self.malformed.push(Lint::new(LintId::SyntaxError, source, span, reason));
            }
        }
    }
}

/// What a script must have, and what is never run of it.
fn form_of_script(source: &Arc<Source>, script: &Script) -> Vec<Lint> {
    let mut told = Vec::new();
    if script.function("judge", 1).is_none() {
        let near = script.functions.iter().find(|function| function.name == "judge");
        let range =
            near.map_or(0..source.text().lines().next().map_or(0, str::len), |near| near.name_at.clone());
        told.push(Lint::new(LintId::Malformed, source, range, "the script has no `fn judge(cx)`"));
    }
    if let (Some(first), Some(last)) = (script.statements.first(), script.statements.last()) {
        let message = "what stands outside of functions is never run";
        told.push(Lint::new(LintId::Unreachable, source, first.span.start..last.span.end, message));
    }
    told
}
