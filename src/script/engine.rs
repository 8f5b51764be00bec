//! The engine that rules run in: nine chosen packages, our own types, and limits on everything.
//!
//! Rhai's own limits do not bound native time, memory or stack (reproduced in 1.27.0), so what can
//! run for ever is replaced, what can nest deeply is capped, and threads have large stacks. See
//! `tests/hostile.rs` for each of the holes.

use super::names::Names;
use super::statements::NOTE;
use super::{context, doubt, events, group_view, groups, rows, text, times, verdict, watch};
use crate::world::Effort;
use rhai::packages::{
    ArithmeticPackage, BasicArrayPackage, BasicFnPackage, BasicIteratorPackage, BasicMapPackage,
    BasicMathPackage, BasicStringPackage, LogicPackage, MoreStringPackage, Package,
};
use rhai::{Dynamic, Engine, ImmutableString, OptimizationLevel};
use std::cell::Cell;
use std::time::Duration;

/// Steps that one judgement may take, besides those that its evidence allows.
pub(super) const JUDGE_STEPS: u64 = 500_000;
/// Steps more for every row that a judgement may look at.
pub(super) const STEPS_PER_ROW: u64 = 500;
/// Steps that one condition may take on one row.
pub(super) const CONDITION_STEPS: u64 = 20_000;
/// Processor time that one judgement may take. A loaded machine makes no rule fail.
pub const JUDGE_TIME: Duration = Duration::from_secs(20);
/// Bytes of all texts within one value.
const TEXT_BYTES: usize = 4 << 20;
/// Elements within one value; bounds how deep a value can nest, and so the stack.
const ELEMENTS: usize = 10_000;

/// Words that rules may not use: they run text as code, print, or reach other files.
pub(super) const DISABLED: [&str; 5] = ["eval", "print", "debug", "import", "export"];

thread_local! {
    static STEPS: Cell<u64> = const { Cell::new(0) };
    /// Steps that were allowed last.
    static ALLOWED: Cell<u64> = const { Cell::new(0) };
    /// Steps that were taken before that.
    static TAKEN: Cell<u64> = const { Cell::new(0) };
    static EFFORT: Cell<Option<Effort>> = const { Cell::new(None) };
}

/// Gives what runs next so many steps and so much processor time.
pub(super) fn allow(steps: u64, time: Option<Duration>) {
    settle();
    STEPS.set(steps);
    ALLOWED.set(steps);
    EFFORT.set(time.map(Effort::of));
}

/// Counts what was taken of the last allowance.
fn settle() {
    TAKEN.set(TAKEN.get() + ALLOWED.get() - STEPS.get());
    ALLOWED.set(STEPS.get());
}

/// Steps that the interpreter took in this thread since this was last asked.
pub(super) fn take_steps() -> u64 {
    settle();
    TAKEN.take()
}

/// Builds an engine that knows these names.
pub(super) fn build(names: &Names) -> Engine {
    // Closures are named by a hash; without a fixed seed, messages would differ from run to run.
    let _ = rhai::config::hashing::set_hashing_seed(Some([0x7072, 0x6561, 0x7564, 0x6974]));
    let mut engine = Engine::new_raw();
    add_packages(&mut engine);
    restrict(&mut engine);
    doubt::register(&mut engine);
    text::register(&mut engine);
    times::register(&mut engine);
    rows::register(&mut engine, &names.fields);
    events::register(&mut engine, names);
    group_view::register(&mut engine);
    groups::register(&mut engine);
    verdict::register(&mut engine);
    context::register(&mut engine);
    if !names.asking.is_optimized() {
        engine.set_optimization_level(OptimizationLevel::None);
        engine.register_fn(NOTE, watch::statement);
    }
    engine
}

/// Builds an engine that reads scripts and runs none: it keeps everything as it is written, and
/// takes any name.
pub(super) fn parser() -> Engine {
    let mut engine = Engine::new_raw();
    restrict(&mut engine);
    engine.set_optimization_level(OptimizationLevel::None).set_strict_variables(false);
    engine
}

/// The packages of Rhai that rules may use.
pub(super) fn add_packages(engine: &mut Engine) {
    for package in [
        ArithmeticPackage::new().as_shared_module(),
        BasicStringPackage::new().as_shared_module(),
        BasicIteratorPackage::new().as_shared_module(),
        BasicFnPackage::new().as_shared_module(),
        LogicPackage::new().as_shared_module(),
        BasicMathPackage::new().as_shared_module(),
        BasicArrayPackage::new().as_shared_module(),
        BasicMapPackage::new().as_shared_module(),
        MoreStringPackage::new().as_shared_module(),
    ] {
        engine.register_global_module(package);
    }
}

fn restrict(engine: &mut Engine) {
    for symbol in DISABLED {
        engine.disable_symbol(symbol);
    }
    engine
        .set_optimization_level(OptimizationLevel::Simple)
        .set_strict_variables(true)
        .set_allow_shadowing(false)
        .set_fail_on_invalid_map_property(true)
        .set_max_modules(0)
        .set_max_variables(64)
        .set_max_functions(64)
        .set_max_call_levels(16)
        .set_max_expr_depths(64, 48)
        .set_max_string_size(TEXT_BYTES)
        .set_max_array_size(ELEMENTS)
        .set_max_map_size(ELEMENTS);
    // The engine's own counter starts anew in every closure, so steps are counted here.
    engine.on_progress(|_| {
        let left = STEPS.get();
        if left == 0 {
            return Some(Dynamic::from(OUT_OF_STEPS));
        }
        STEPS.set(left - 1);
        let passed = left.is_multiple_of(1_024) && EFFORT.get().is_some_and(Effort::is_spent);
        passed.then(|| Dynamic::from(OUT_OF_TIME))
    });
    engine.register_fn("pad", pad_text).register_fn("pad", pad_character);
}

/// What a rule is told that takes too many steps.
pub(super) const OUT_OF_STEPS: &str = "it takes more steps than a rule may";
/// What a rule is told that takes too long.
pub(super) const OUT_OF_TIME: &str = "it takes longer than a rule may";

type Failed = Box<rhai::EvalAltResult>;

/// Rhai's own `pad` never ends on an empty filling.
fn pad_text(text: &mut ImmutableString, length: i64, filling: &str) -> Result<(), Failed> {
    let wanted = usize::try_from(length).unwrap_or(0);
    if filling.is_empty() || wanted > TEXT_BYTES / 4 {
        return Err("`pad` needs a filling and a length that fits into a text".into());
    }
    let missing = wanted.saturating_sub(text.chars().count());
    let padded: String = text.chars().chain(filling.chars().cycle().take(missing)).collect();
    *text = padded.into();
    Ok(())
}

fn pad_character(text: &mut ImmutableString, length: i64, filling: char) -> Result<(), Failed> {
    pad_text(text, length, filling.encode_utf8(&mut [0; 4]))
}
