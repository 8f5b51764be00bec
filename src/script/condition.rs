//! Expressions of rules, compiled with their parameters and asked about rows and records.

use super::atoms::{Structure, sides};
use super::doubt::{beyond_doubt, decide, forget, guess};
use super::engine::{CONDITION_STEPS, allow};
use super::events::EventView;
use super::fault::{self, Within};
use super::group_view::GroupView;
use super::groups::{GroupField, Grouped};
use super::lower;
use super::watch::{Watcher, under};
use super::{Setting, local};
use crate::evidence::{Decision, Row};
use crate::finding::Diagnostic;
use crate::pack::{Expression, Form, Kind, Rule};
use crate::scan::{Answer, Joined, JoinedField, Predicate, Reckoned, Reckoning, Sighting};
use rhai::{AST, Dynamic, Engine, EvalAltResult, ParseError, Scope};
use std::collections::BTreeMap;
use std::sync::Arc;

/// An expression of a rule, ready to be asked.
#[derive(Clone)]
pub struct Compiled {
    ast: Arc<AST>,
    rule: Arc<Rule>,
    expression: Expression,
    setting: Arc<Setting>,
    lowered: Arc<Lowered>,
    atoms: Option<Arc<Atoms>>,
}

/// The atoms of a condition that is watched.
struct Atoms {
    watcher: Arc<Watcher>,
    structure: Structure,
    /// Each by its first byte in the expression.
    compiled: BTreeMap<usize, Atom>,
}

/// An atom, ready to be asked.
struct Atom {
    ast: AST,
    /// Its first byte in the file.
    at: usize,
    /// Its sides, each as it is written; none where nobody wants to know what stands there.
    sides: Vec<(String, AST)>,
}

/// The same as a native predicate, or why there is none.
enum Lowered {
    Record(Predicate),
    Joined(Predicate<Reckoned<JoinedField>>),
    Group(Predicate<Reckoned<GroupField>>),
    Not(String),
}

impl Compiled {
    /// Compiles an expression of a rule under its setting.
    ///
    /// # Errors
    /// When the expression is malformed; the place is in the rule's file.
    pub fn new(
        rule: &Arc<Rule>,
        expression: &Expression,
        setting: &Arc<Setting>,
    ) -> Result<Self, Diagnostic> {
        let ast = compile(setting, &expression.text);
        let within = Within::Expression(&rule.text, expression);
        let ast = ast.map_err(|error| fault::syntax(&rule.id, within, &error))?;
        let atoms = Atoms::of(rule, expression, setting).map(Arc::new);
        let (rule, expression, setting) = (Arc::clone(rule), expression.clone(), Arc::clone(setting));
        let lowered = Arc::new(Lowered::Not("it is asked of rows".to_owned()));
        Ok(Self { ast: Arc::new(ast), rule, expression, setting, lowered, atoms })
    }

    /// Compiles a condition on records of logs, to a native predicate where that means the same.
    ///
    /// # Errors
    /// As [`Compiled::new`].
    pub fn of_records(
        rule: &Arc<Rule>,
        expression: &Expression,
        setting: &Arc<Setting>,
    ) -> Result<Self, Diagnostic> {
        let lower = |engine: &Engine, ast: &AST| lower::of_record(engine, ast, setting);
        Ok(Self::new(rule, expression, setting)?.lower(lower, Lowered::Record))
    }

    /// Compiles a condition on records and the rows of this kind that they are joined with.
    ///
    /// # Errors
    /// As [`Compiled::new`].
    pub fn of_joined(
        rule: &Arc<Rule>,
        expression: &Expression,
        setting: &Arc<Setting>,
        kind: Option<&Kind>,
    ) -> Result<Self, Diagnostic> {
        let lower = |engine: &Engine, ast: &AST| lower::of_joined(engine, ast, setting, kind);
        Ok(Self::new(rule, expression, setting)?.lower(lower, Lowered::Joined))
    }

    /// Compiles a condition on groups.
    ///
    /// # Errors
    /// As [`Compiled::new`].
    pub fn of_groups(
        rule: &Arc<Rule>,
        expression: &Expression,
        setting: &Arc<Setting>,
    ) -> Result<Self, Diagnostic> {
        let keys = if let Form::Scan(scan) = &rule.form { scan.by.len() } else { 0 };
        let lower = |engine: &Engine, ast: &AST| lower::of_group(engine, ast, setting, keys);
        Ok(Self::new(rule, expression, setting)?.lower(lower, Lowered::Group))
    }

    fn lower<P>(
        mut self,
        lower: impl FnOnce(&Engine, &AST) -> Result<P, String>,
        native: impl FnOnce(P) -> Lowered,
    ) -> Self {
        if !self.setting.names.asking.is_native() {
            self.lowered = Arc::new(Lowered::Not("the interpreter is asked for".to_owned()));
            return self;
        }
        let lowered = local(&self.setting.names, |engine| lower(engine, &self.ast));
        self.lowered = Arc::new(lowered.map_or_else(Lowered::Not, native));
        self
    }

    /// The native predicate on records alone, where there is one.
    pub fn predicate(&self) -> Option<&Predicate> {
        match &*self.lowered {
            Lowered::Record(predicate) => Some(predicate),
            _ => None,
        }
    }

    /// The slots of the fields of a record that it may read, a bit each.
    pub fn slots(&self) -> u128 {
        match self.predicate() {
            Some(predicate) => predicate.slots(),
            None => lower::slots(&self.ast, &self.setting.names.event_fields),
        }
    }

    /// The native predicate in words, or why the interpreter is asked instead.
    ///
    /// # Errors
    /// Why there is no predicate.
    pub fn lowered(&self) -> Result<String, String> {
        match &*self.lowered {
            Lowered::Record(predicate) => Ok(predicate.to_string()),
            Lowered::Joined(predicate) => Ok(predicate.to_string()),
            Lowered::Group(predicate) => Ok(predicate.to_string()),
            Lowered::Not(reason) => Err(reason.clone()),
        }
    }

    /// Asks whether the condition holds for a row.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn holds_for(&self, row: &Row) -> Result<Decision, Diagnostic> {
        let values: Values<'_> = &[("r", &|| Dynamic::from(row.clone()))];
        self.watch(values, &|watcher| watcher.minds_row(row));
        decide(|| self.evaluate::<bool>(values)).map_err(|error| self.failed(&error))
    }

    /// Asks whether the condition holds for a record of a log, and the row it is joined with.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn holds_for_record(
        &self,
        sighting: &Sighting<'_, '_>,
        row: Option<&Row>,
    ) -> Result<Answer, Diagnostic> {
        let native = match (&*self.lowered, row) {
            _ if sighting.is_for_the_interpreter() => None,
            (Lowered::Record(predicate), _) => {
                let mut reads = 0;
                let holds = predicate.holds(sighting.record, &mut reads);
                Some(Answer { decision: if holds { Decision::Yes } else { Decision::No }, reads })
            }
            (Lowered::Joined(predicate), Some(row)) => natively(predicate, sighting, row),
            _ => None,
        };
        native.map_or_else(|| self.interpret(sighting, row), Ok)
    }

    /// Asks the interpreter, whatever was lowered.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn interpret(&self, sighting: &Sighting<'_, '_>, row: Option<&Row>) -> Result<Answer, Diagnostic> {
        let view = EventView::of(sighting);
        let joined = || row.map_or(Dynamic::UNIT, |row| Dynamic::from(row.clone()));
        let values: Values<'_> = &[("r", &|| Dynamic::from(view.clone())), ("j", &joined)];
        self.watch(values, &|watcher| watcher.minds_record(sighting.record));
        let decision = decide(|| self.evaluate::<bool>(values));
        forget();
        // Taken also where the condition fails: the view is shared with the next one.
        let reads = view.take_reads();
        decision.map(|decision| Answer { decision, reads }).map_err(|error| self.failed(&error))
    }

    /// Asks whether the condition holds for a group.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn holds_for_group(&self, group: &GroupView) -> Result<bool, Diagnostic> {
        if let Lowered::Group(predicate) = &*self.lowered {
            let asked = Reckoning::with(Grouped::of(group));
            let holds = predicate.holds(&asked, &mut 0);
            if !asked.has_failed() && !asked.subject().misses() {
                return Ok(holds);
            }
        }
        self.interpret_group(group)
    }

    /// Asks the interpreter about a group, whatever was lowered.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn interpret_group(&self, group: &GroupView) -> Result<bool, Diagnostic> {
        let values: Values<'_> = &[("g", &|| Dynamic::from(group.clone()))];
        self.watch(values, &|watcher| !watcher.is_of_record());
        self.evaluate::<bool>(values).map_err(|error| self.failed(&error))
    }

    /// What a message says of a row.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn says_of(&self, row: &Row) -> Result<String, Diagnostic> {
        self.text(&[("r", &|| Dynamic::from(row.clone()))])
    }

    /// What a message says of a group.
    ///
    /// # Errors
    /// When the expression fails; a fault of the rule.
    pub fn says_of_group(&self, group: &GroupView) -> Result<String, Diagnostic> {
        let joined = || group.joined.clone().map_or(Dynamic::UNIT, Dynamic::from);
        self.text(&[("g", &|| Dynamic::from(group.clone())), ("j", &joined)])
    }

    fn text(&self, values: Values<'_>) -> Result<String, Diagnostic> {
        let text = self.evaluate::<Dynamic>(values).map_err(|error| self.failed(&error))?;
        Ok(text.to_string().split_whitespace().collect::<Vec<_>>().join(" "))
    }

    fn evaluate<T: Clone + Send + Sync + 'static>(
        &self,
        values: Values<'_>,
    ) -> Result<T, Box<EvalAltResult>> {
        under(self.setting.names.asking.watcher(), || self.run(&self.ast, values))
    }

    fn run<T: Clone + Send + Sync + 'static>(
        &self,
        ast: &AST,
        values: Values<'_>,
    ) -> Result<T, Box<EvalAltResult>> {
        let mut scope: Scope<'_> = self.setting.scope();
        for (name, value) in values {
            scope.push_dynamic(*name, value());
        }
        local(&self.setting.names, |engine| {
            allow(CONDITION_STEPS, None);
            engine.eval_ast_with_scope::<T>(&mut scope, ast)
        })
    }

    /// Notes which atoms are true and which false, where somebody watches. Of one in doubt, and of
    /// those that would be asked behind it, nothing is noted.
    fn watch(&self, values: Values<'_>, minds: &dyn Fn(&Watcher) -> bool) {
        let Some(atoms) = self.atoms.as_ref().filter(|atoms| minds(&atoms.watcher)) else { return };
        atoms.structure.ask(&mut |range| {
            let atom = atoms.compiled.get(&range.start)?;
            let truth = beyond_doubt(|| self.run::<bool>(&atom.ast, values).ok()).flatten();
            atoms.watcher.atom(atom.at, truth);
            if !atom.sides.is_empty() {
                let side = |side| self.side(side, values);
                atoms.watcher.values(atom.at, atom.sides.iter().map(side).collect());
            }
            truth
        });
    }

    /// A side of an atom with what stands there.
    fn side(&self, (text, ast): &(String, AST), values: Values<'_>) -> String {
        match beyond_doubt(|| self.run::<Dynamic>(ast, values).ok()).flatten() {
            None => format!("{text} is not what it should be"),
            Some(value) if value.is_unit() => format!("{text} is nothing"),
            Some(value) if value.is_string() => format!("{text} is \"{value}\""),
            Some(value) => format!("{text} is {}", self.shown(&value)),
        }
    }

    /// A value as messages show it.
    fn shown(&self, value: &Dynamic) -> String {
        let shown = compile(&self.setting, "`${r}`").ok();
        let shown = shown.and_then(|ast| self.run::<Dynamic>(&ast, &[("r", &|| value.clone())]).ok());
        shown.map_or_else(|| value.to_string(), |text| text.to_string())
    }

    fn failed(&self, error: &EvalAltResult) -> Diagnostic {
        fault::failure(&self.rule.id, Within::Expression(&self.rule.text, &self.expression), error)
    }
}

/// The values of the variables of an expression, by name.
type Values<'v> = &'v [(&'v str, &'v dyn Fn() -> Dynamic)];

fn compile(setting: &Setting, text: &str) -> Result<AST, ParseError> {
    local(&setting.names, |engine| {
        let mut scope = setting.scope();
        // Strict variables: what an expression may name must be known when it is compiled.
        for name in ["r", "j", "g"] {
            scope.push(name, ());
        }
        engine.compile_expression_with_scope(&scope, text)
    })
}

impl Atoms {
    /// The atoms of a condition, where somebody watches and the file writes it letter by letter.
    fn of(rule: &Rule, expression: &Expression, setting: &Setting) -> Option<Self> {
        let watcher = setting.names.asking.watcher().filter(|_| !expression.is_message())?;
        let start = expression.start(&rule.text)?;
        let structure = Structure::of(&expression.text);
        let compiled = structure.atoms().into_iter().map(|range| {
            let text = &expression.text[range.clone()];
            let ast = compile(setting, text).ok()?;
            let sides = if watcher.is_of_record() { sides(text) } else { Vec::new() };
            let sides =
                sides.into_iter().filter_map(|side| Some((side.to_owned(), compile(setting, side).ok()?)));
            Some((range.start, Atom { ast, at: start + range.start, sides: sides.collect() }))
        });
        Some(Self { watcher: Arc::clone(watcher), compiled: compiled.collect::<Option<_>>()?, structure })
    }
}

/// What a native predicate says of a record and its row; nothing where only the interpreter can
/// tell, since a time that is reckoned with is none. Cells in doubt are asked about as the
/// interpreter asks.
fn natively(
    predicate: &Predicate<Reckoned<JoinedField>>,
    sighting: &Sighting<'_, '_>,
    row: &Row,
) -> Option<Answer> {
    let asked = Reckoning::with(Joined { record: sighting.record, row, guess: &guess });
    let mut reads = 0;
    let decision = decide(|| Ok(predicate.holds(&asked, &mut reads))).ok()?;
    (!asked.has_failed()).then_some(Answer { decision, reads })
}
