//! The only engine that runs scripts: nothing reaches outside, and everything is bounded.

use std::cell::Cell;
use std::time::Duration;
use std::time::Instant;

use rhai::Dynamic;
use rhai::Engine;
use rhai::Module;
use rhai::NativeCallContext;
use rhai::OptimizationLevel;
use serde::Deserialize;
use serde::Serialize;

use super::budget::Budget;
use super::library;
use super::operators;
use super::run::Run;
use super::syntax::LEVELS;
use super::thresholds::Thresholds;
use crate::domain::level::Level;
use crate::frame::dictionary;

/// What one evaluation of one rule may cost. Beyond a limit the verdict is `failed` and names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub operations: u64,
    /// Of the clock on the wall, for what operations do not count: so many that a sound rule never
    /// meets it, since a verdict must not depend on the load of the machine.
    pub milliseconds: u64,
    pub call_levels: usize,
    pub expression_depth: usize,
    pub variables: usize,
    pub functions: usize,
    /// Characters.
    pub string_size: usize,
    pub array_size: usize,
    pub map_size: usize,
    /// Bytes of a rule's file.
    pub text_size: usize,
    /// Subjects on which a rule may break a limit before it is given up for the rest.
    pub breaches: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            operations: 50_000,
            milliseconds: 2_000,
            call_levels: 24,
            expression_depth: 48,
            variables: 100,
            functions: 50,
            string_size: 20_000,
            array_size: 1_000,
            map_size: 500,
            // Rhai counts lines and columns in 16 bits.
            text_size: 60_000,
            breaches: 5,
        }
    }
}

/// How often the time and the budget are looked at.
const OPERATIONS_PER_LOOK: u64 = 64;

thread_local! {
    /// When the evaluation on this thread began. Rhai tells its limits nothing but a count.
    static STARTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// An evaluation begins on this thread.
pub(super) fn begin() {
    STARTED.set(Some(Instant::now()));
}

/// The type of `p` in scripts: its fields are read from the run at hand.
#[derive(Clone, Copy, Debug)]
pub(super) struct SubjectFields;

/// The type of `t` in scripts.
#[derive(Clone, Copy, Debug)]
pub(super) struct ThresholdsInForce;

#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(super) fn engine(limits: &Limits, thresholds: &Thresholds, budget: &Budget) -> Engine {
    let mut engine = Engine::new_raw();
    // With fast operators Rhai compares unlike types by itself, and says `false`.
    engine.set_fast_operators(false);
    // The tree is kept as written: positions stay true, and nothing is worked out beforehand.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_operations(limits.operations);
    let time = Duration::from_millis(limits.milliseconds);
    let budget = budget.clone();
    engine.on_progress(move |operations| {
        if operations % OPERATIONS_PER_LOOK != 0 {
            return None;
        }
        let is_late = STARTED.get().is_some_and(|started| started.elapsed() > time);
        (is_late || budget.is_over()).then_some(Dynamic::UNIT)
    });
    engine.set_max_call_levels(limits.call_levels);
    engine.set_max_expr_depths(limits.expression_depth, limits.expression_depth);
    engine.set_max_variables(limits.variables);
    engine.set_max_functions(limits.functions);
    engine.set_max_string_size(limits.string_size);
    engine.set_max_array_size(limits.array_size);
    engine.set_max_map_size(limits.map_size);
    engine.set_max_modules(0);
    for symbol in ["eval", "import", "export", "print", "debug"] {
        engine.disable_symbol(symbol);
    }
    operators::register(&mut engine);
    library::register(&mut engine);
    register_levels(&mut engine);
    register_readings(&mut engine, thresholds);
    engine
}

/// Constants of a global module are in sight inside functions, where those of a scope are not.
fn register_levels(engine: &mut Engine) {
    engine.register_type_with_name::<Level>("level");
    engine.register_type_with_name::<chrono::NaiveDate>("date");
    let mut levels = Module::new();
    for (name, level) in LEVELS {
        levels.set_var(name, Dynamic::from(level));
    }
    engine.register_global_module(levels.into());
}

fn register_readings(engine: &mut Engine, thresholds: &Thresholds) {
    engine.register_type_with_name::<SubjectFields>("fields");
    engine.register_type_with_name::<ThresholdsInForce>("thresholds");
    for field in dictionary::fields() {
        engine.register_get(
            field.name,
            move |context: NativeCallContext<'_>, _: &mut SubjectFields| {
                Run::of(&context)?.read_field(field.name, context.call_position())
            },
        );
    }
    for name in thresholds.names() {
        let threshold = name.to_owned();
        engine.register_get(
            name,
            move |context: NativeCallContext<'_>, _: &mut ThresholdsInForce| {
                Run::of(&context)?.read_threshold(&threshold, context.call_position())
            },
        );
    }
}
