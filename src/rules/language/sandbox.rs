//! The only engine that runs scripts. A script reaches nothing outside, and everything it does is
//! bounded.

use std::cell::Cell;
use std::time::{Duration, Instant};

use rhai::{Dynamic, Engine, Module, NativeCallContext, OptimizationLevel};
use serde::{Deserialize, Serialize};

use super::syntax::LEVELS;
use super::{library, operators};
use crate::domain::level::Level;
use crate::rules::catalogue::fields::Readable;
use crate::rules::evaluate::budget::Budget;
use crate::rules::evaluate::script_run::ScriptRun;

/// Limits of one evaluation of one rule. Beyond one, the verdict is `failed` and names the limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScriptLimits {
    pub operations: u64,
    /// Wall-clock time, in milliseconds, for work that operations do not count. High enough that a
    /// sound rule never reaches it: a verdict must not depend on the load of the machine.
    pub milliseconds: u64,
    pub call_levels: usize,
    pub expression_depth: usize,
    pub variables: usize,
    pub functions: usize,
    /// In characters.
    pub string_size: usize,
    pub array_size: usize,
    pub map_size: usize,
    /// Size of a rule's file, in bytes.
    pub text_size: usize,
    /// Subjects on which a rule may break a limit before it is given up for the rest.
    pub breaches: usize,
}

impl Default for ScriptLimits {
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

/// Operations between two checks of the time and the budget.
const OPERATIONS_PER_LOOK: u64 = 64;

thread_local! {
    /// When the evaluation on this thread began. Rhai gives its progress callback only a count of
    /// operations.
    static STARTED: Cell<Option<Instant>> = const { Cell::new(None) };
}

/// Starts the clock of an evaluation on this thread.
pub(in crate::rules) fn begin() {
    STARTED.set(Some(Instant::now()));
}

/// The type of `p` in scripts: its properties are read from the current evaluation.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct SubjectFields;

/// The type of `t` in scripts: its properties are the thresholds in force.
#[derive(Clone, Copy, Debug)]
pub(in crate::rules) struct ThresholdsInForce;

#[expect(clippy::disallowed_methods, reason = "this is the sandbox")]
pub(in crate::rules) fn engine(
    limits: &ScriptLimits,
    readable: Readable<'_>,
    budget: &Budget,
) -> Engine {
    let mut engine = Engine::new_raw();
    // With fast operators Rhai compares values of different types by itself, and gives `false`.
    engine.set_fast_operators(false);
    // The tree stays as written: positions remain true, and no constant is computed in advance.
    engine.set_optimization_level(OptimizationLevel::None);
    engine.set_max_operations(limits.operations);
    let time = Duration::from_millis(limits.milliseconds);
    let budget = budget.clone();
    engine.on_progress(move |operations| {
        if operations % OPERATIONS_PER_LOOK != 0 {
            return None;
        }
        let is_late = STARTED.get().is_some_and(|started| started.elapsed() > time);
        (is_late || budget.is_spent()).then_some(Dynamic::UNIT)
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
    register_readings(&mut engine, readable);
    engine
}

/// Functions see the constants of a global module, but not those of a scope.
fn register_levels(engine: &mut Engine) {
    engine.register_type_with_name::<Level>("level");
    engine.register_type_with_name::<chrono::NaiveDate>("date");
    let mut levels = Module::new();
    for (name, level) in LEVELS {
        levels.set_var(name, Dynamic::from(level));
    }
    engine.register_global_module(levels.into());
}

fn register_readings(engine: &mut Engine, readable: Readable<'_>) {
    engine.register_type_with_name::<SubjectFields>("fields");
    engine.register_type_with_name::<ThresholdsInForce>("thresholds");
    for field in readable.dictionary.fields() {
        engine.register_get(
            field.name,
            move |context: NativeCallContext<'_>, _: &mut SubjectFields| {
                ScriptRun::of(&context)?.read_field(field.name, context.call_position())
            },
        );
    }
    for name in readable.thresholds.names() {
        let threshold = name.to_owned();
        engine.register_get(
            name,
            move |context: NativeCallContext<'_>, _: &mut ThresholdsInForce| {
                ScriptRun::of(&context)?.read_threshold(&threshold, context.call_position())
            },
        );
    }
}
