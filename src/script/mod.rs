//! Rhai: conditions, messages and judgements of rules.
//!
//! Rules are pure: evidence, parameters and the day of judgement in, observations out. There are no
//! files, no clock, no randomness and no printing in here, and steps, time and sizes are limited.
//! Every thread has an engine of its own.

mod atoms;
pub mod api;
mod apart;
mod condition;
mod context;
mod doubt;
mod engine;
mod events;
mod fault;
mod group_view;
mod groups;
mod lower;
mod names;
mod pieces;
mod pointer;
mod rows;
mod statements;
pub mod syntax;
mod text;
mod times;
mod verdict;
mod watch;

pub use apart::{Answer, Ask, Brief, GroupsHeard, least_limits};
pub use atoms::Structure;
pub use condition::Compiled;
pub use context::{Context, ControlView, KindView, Params, Sight};
pub use doubt::Doubt;
pub use engine::JUDGE_TIME;
pub use group_view::{Common, GroupView, TotalView};
pub use names::Names;
pub use pieces::{Bracket, Is, Piece, pieces};
pub use pointer::{EventPart, Pointer, Target};
pub use rows::Rows;
pub use statements::{Statement, statements};
pub use verdict::{KEPT, Observation, Verdict};
pub use watch::{Asking, Noticed, Truths, Watcher};

use crate::finding::Diagnostic;
use crate::pack::{Expression, Form, Pack, Packs, ParamValue, Rule, Trust};
use crate::time::Time;
use fault::Within;
use rhai::{AST, CallFnOptions, Dynamic, Engine, ImmutableString, Scope};
use statements::noted;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// A script may be so long, in bytes.
pub const LONGEST_SCRIPT: usize = 256 << 10;

/// All rules, ready to be planned.
pub struct Rules {
    /// The rules, in the order of the packs.
    pub list: Vec<CompiledRule>,
    /// Names that scripts know.
    pub names: Arc<Names>,
}

impl Rules {
    /// One rule and no other, to be asked so; none where there is no such rule.
    ///
    /// # Errors
    /// When it cannot be compiled so.
    pub fn alone(&self, id: &str, asking: &Asking) -> Result<Self, Vec<Diagnostic>> {
        let names = Arc::new(self.names.asked(asking.clone()));
        let compile = |compiled: &CompiledRule| {
            if compiled.is_stranger { Ok(compiled.clone()) } else { compile_checked(&compiled.rule, &names) }
        };
        let own = self.list.iter().filter(|compiled| compiled.rule.id == id);
        let list = own.map(compile).collect::<Result<_, _>>()?;
        Ok(Self { list, names })
    }
}

/// A rule and its script.
#[derive(Clone)]
pub struct CompiledRule {
    /// The rule.
    pub rule: Arc<Rule>,
    /// Its script, when it has one, once it is compiled: most scripts of the pack in the binary are of
    /// evidence that is not there.
    script: Arc<OnceLock<Compilation>>,
    /// True for a rule of a pack that is not trusted. It is compiled and asked in a process apart, and
    /// only what is native of its conditions on records is asked here.
    pub is_stranger: bool,
}

/// What came of compiling the script of a rule; nothing where it has none.
type Compilation = Result<Option<AST>, Diagnostic>;

impl CompiledRule {
    /// A rule whose script is compiled when it is asked first.
    fn later(rule: Arc<Rule>) -> Self {
        Self { rule, script: Arc::default(), is_stranger: false }
    }

    /// A rule whose script is not compiled in this process.
    fn stranger(rule: Arc<Rule>) -> Self {
        Self { rule, script: Arc::new(OnceLock::from(Ok(None))), is_stranger: true }
    }

    /// The script, compiled.
    ///
    /// # Errors
    /// When it is malformed, at its place in its own text.
    fn script(&self, names: &Names) -> Result<Option<&AST>, Diagnostic> {
        let compiled = self.script.get_or_init(|| compile_script(&self.rule, names));
        compiled.as_ref().map(Option::as_ref).map_err(Clone::clone)
    }
}

/// What the expressions of one rule see besides rows: its parameters and the day of judgement.
pub struct Setting {
    /// Names that scripts know.
    pub names: Arc<Names>,
    /// `params`.
    pub params: Params,
    /// `as_of`.
    pub as_of: Time,
    /// True for a rule of a pack that is not trusted.
    pub is_stranger: bool,
}

impl Setting {
    /// A scope with what stands still.
    fn scope(&self) -> Scope<'static> {
        let mut scope = Scope::new();
        scope.push_constant("params", self.params.clone());
        scope.push_constant("as_of", self.as_of);
        scope
    }
}

/// Compiles the scripts of all rules and checks every expression, as for packs that are all trusted.
///
/// # Errors
/// Everything that is malformed, each at its place in the rule's own text.
pub fn compile(packs: &Packs) -> Result<Rules, Vec<Diagnostic>> {
    compile_each(packs, |_, rule, names| compile_checked(&rule, names))
}

/// The same of the packs that are trusted, but for the one in the binary, which its tests have compiled
/// and which is compiled as it is asked. What strangers wrote is left for the process in which it runs.
///
/// # Errors
/// As [`compile`].
pub fn compile_trusted(packs: &Packs, trust: &Trust) -> Result<Rules, Vec<Diagnostic>> {
    compile_each(packs, |pack, rule, names| match trust.covers(pack) {
        false => Ok(CompiledRule::stranger(rule)),
        true if pack.is_built_in => Ok(CompiledRule::later(rule)),
        true => compile_checked(&rule, names),
    })
}

/// All rules in the order of the packs, each made ready so; everything that is malformed at once.
fn compile_each(
    packs: &Packs,
    make: impl Fn(&Pack, Arc<Rule>, &Arc<Names>) -> Result<CompiledRule, Vec<Diagnostic>>,
) -> Result<Rules, Vec<Diagnostic>> {
    let names = Arc::new(names(packs));
    let (mut errors, mut list) = (Vec::new(), Vec::new());
    for (pack, rule) in packs.list.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule))) {
        match make(pack, Arc::new(rule.clone()), &names) {
            Ok(compiled) => list.push(compiled),
            Err(wrong) => errors.extend(wrong),
        }
    }
    if errors.is_empty() { Ok(Rules { list, names }) } else { Err(errors) }
}

/// Compiles the script of a rule, where it has one, and checks its expressions.
///
/// # Errors
/// Everything that is malformed, each at its place in the rule's own text.
pub fn compile_checked(rule: &Arc<Rule>, names: &Arc<Names>) -> Result<CompiledRule, Vec<Diagnostic>> {
    let mut errors = check_expressions(rule, names);
    let compiled = compile_rule(Arc::clone(rule), names).map_err(|error| errors.push(error));
    compiled.ok().filter(|_| errors.is_empty()).ok_or(errors)
}

/// Compiles the script of a rule, where it has one.
///
/// # Errors
/// When it is malformed, at its place in its own text.
pub fn compile_rule(rule: Arc<Rule>, names: &Names) -> Result<CompiledRule, Diagnostic> {
    let compiled = CompiledRule::later(rule);
    compiled.script(names)?;
    Ok(compiled)
}

/// Every expression is compiled once with the parameters as the rule declares them.
fn check_expressions(rule: &Arc<Rule>, names: &Arc<Names>) -> Vec<Diagnostic> {
    let setting = Arc::new(defaults(rule, names));
    rule.expressions()
        .into_iter()
        .filter_map(|expression| Compiled::new(rule, expression, &setting).err())
        .collect()
}

/// A setting with the parameters as the rule declares them, on no day in particular.
fn defaults(rule: &Rule, names: &Arc<Names>) -> Setting {
    let defaults = rule.params.iter().map(|(name, param)| (name.clone(), param.default.clone())).collect();
    Setting {
        names: Arc::clone(names),
        params: Params::of(&defaults),
        as_of: Time::Day(jiff::civil::Date::ZERO),
        is_stranger: false,
    }
}

/// What a condition of a scan becomes natively, in words.
///
/// # Errors
/// Why the interpreter is asked instead.
pub fn lowered(rule: &Rule, expression: &Expression, packs: &Packs) -> Result<String, String> {
    let names = Arc::new(names(packs));
    let setting = Arc::new(defaults(rule, &names));
    let rule = Arc::new(rule.clone());
    let Form::Scan(scan) = &rule.form else { return Err("it is asked of rows".to_owned()) };
    let is = |part: &Option<Expression>| part.as_ref().is_some_and(|part| part.range == expression.range);
    let compiled = if is(&scan.keep) {
        let kind = scan.join.as_ref().and_then(|join| packs.kinds.get(&join.to));
        Compiled::of_joined(&rule, expression, &setting, kind.map(|kind| &**kind))
    } else if is(&scan.having) {
        Compiled::of_groups(&rule, expression, &setting)
    } else {
        Compiled::of_records(&rule, expression, &setting)
    };
    compiled.map_err(|error| error.message)?.lowered()
}

fn compile_script(rule: &Rule, names: &Names) -> Result<Option<AST>, Diagnostic> {
    let Some(source) = &rule.script else { return Ok(None) };
    let whole = || source.line(1).place("in this script");
    let wrong = |message: String| Diagnostic::error(crate::code::Code::InvalidRule, message).at(whole());
    if source.text().len() > LONGEST_SCRIPT {
        return Err(wrong(format!(
            "the script of rule {} is longer than {} KiB",
            rule.id,
            LONGEST_SCRIPT >> 10
        )));
    }
    let noted = names.asking.watcher().map(|_| noted(source.text(), &statements(source.text())));
    let ast = local(names, |engine| engine.compile(noted.as_deref().unwrap_or(source.text())));
    let ast = ast.map_err(|error| fault::syntax(&rule.id, Within::Script(source), &error))?;
    if !ast.iter_functions().any(|function| function.name == "judge" && function.params.len() == 1) {
        return Err(wrong(format!("the script of rule {} has no `fn judge(cx)`", rule.id)));
    }
    Ok(Some(ast))
}

/// Lets a rule judge, for so much processor time.
///
/// # Errors
/// When the script fails or gives no verdict; a fault of the rule.
pub fn judge(
    compiled: &CompiledRule,
    names: &Names,
    cx: Context,
    time: Duration,
) -> Result<Verdict, Diagnostic> {
    let (Some(ast), Some(source)) = (compiled.script(names)?, &compiled.rule.script) else {
        return Ok(Verdict::default());
    };
    let steps = engine::JUDGE_STEPS + engine::STEPS_PER_ROW * cx.rows() as u64;
    let call = |engine: &Engine| {
        engine::allow(steps, Some(time));
        let options = CallFnOptions::new().eval_ast(false);
        engine.call_fn_with_options::<Dynamic>(options, &mut Scope::new(), ast, "judge", (cx,))
    };
    let said = watch::under(names.asking.watcher(), || local(names, call));
    let within = Within::Script(source);
    let said = said.map_err(|error| fault::failure(&compiled.rule.id, within, &error))?;
    said.try_cast::<Verdict>().ok_or_else(|| {
        let message =
            format!("rule {} failed: judge gave no verdict; end it with `exceptions(…)`", compiled.rule.id);
        let at = source.text().find("judge").unwrap_or(0);
        Diagnostic::error(crate::code::Code::RuleFailed, message)
            .at(source.span(at..at + 5).place("this function"))
    })
}

/// Steps that the interpreter took in this thread since this was last asked.
pub fn take_steps() -> u64 {
    engine::take_steps()
}

/// What was in doubt in this thread since this was last asked.
pub fn take_doubts() -> Vec<Doubt> {
    doubt::take_doubts()
}

/// The value of a parameter for scripts.
fn value(value: &ParamValue) -> Dynamic {
    match value {
        ParamValue::Duration(length) => Dynamic::from(*length),
        ParamValue::Integer(number) => Dynamic::from(*number),
        ParamValue::Number(number) => Dynamic::from(*number),
        ParamValue::Boolean(value) => Dynamic::from(*value),
        ParamValue::Text(text) => Dynamic::from(ImmutableString::from(text.as_str())),
        ParamValue::Texts(texts) => {
            let texts: Vec<Dynamic> =
                texts.iter().map(|text| Dynamic::from(ImmutableString::from(text.as_str()))).collect();
            Dynamic::from(texts)
        }
    }
}

/// The names that the rules of these packs can read.
pub fn names(packs: &Packs) -> Names {
    let fields: BTreeSet<String> =
        packs.kinds.values().flat_map(|kind| kind.fields.keys().cloned()).collect();
    Names::new(fields, packs.event_fields.names().to_vec())
}

thread_local! {
    /// The engine of this thread, for one set of names.
    static ENGINE: RefCell<BTreeMap<u64, Rc<Engine>>> = const { RefCell::new(BTreeMap::new()) };
}

/// Works with the engine of this thread that knows these names.
fn local<T>(names: &Names, work: impl FnOnce(&Engine) -> T) -> T {
    let engine = ENGINE.with_borrow_mut(|engines| {
        // Packs change between runs in one process, as tests have it; old engines are of no use.
        if engines.len() > 4 {
            engines.clear();
        }
        Rc::clone(engines.entry(names.fingerprint).or_insert_with(|| Rc::new(engine::build(names))))
    });
    work(&engine)
}
