//! Runs `assess` alone on every row with the interpreter, without evidence or explanations. Used to
//! check the translated rules and to compare their speed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use crate::domain::ids::RuleId;
use crate::domain::value::Value;
use crate::rules::catalogue::compiled_catalogue::Catalogue;
use crate::rules::catalogue::table::SubjectTable;
use crate::rules::compile::CompiledOutcome;
use crate::rules::evaluate::budget::Budget;
use crate::rules::evaluate::interpret::{CompiledRule, EvalError};
use crate::rules::evaluate::script_run::EvalContext;
use crate::support::workers::run_in_parallel;

impl Catalogue {
    /// The outcome of a rule on each row of a frame. `None` when the rule fails on the row.
    pub fn plain_outcomes(
        &self,
        rule: &RuleId,
        frame: &DataFrame,
        as_of: NaiveDate,
    ) -> Vec<Option<CompiledOutcome>> {
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let table = Arc::new(SubjectTable::open(frame, compiled.rule.scope, self.dictionary()));
        let thresholds = Arc::new(self.thresholds().at(as_of));
        // A single piece runs on one worker thread, which has the stack that deep recursion needs.
        let all = |rows| self.plain(compiled, &table, &thresholds, rows);
        run_in_parallel([frame.height()], all).pop().unwrap_or_default()
    }

    fn plain(
        &self,
        compiled: &CompiledRule,
        table: &Arc<SubjectTable>,
        thresholds: &Arc<BTreeMap<String, Value>>,
        rows: usize,
    ) -> Vec<Option<CompiledOutcome>> {
        let outcome = |row| {
            let (table, thresholds) = (Arc::clone(table), Arc::clone(thresholds));
            let ground = EvalContext {
                table,
                row,
                changed: Arc::default(),
                thresholds,
                budget: Budget::unlimited(),
            };
            match compiled.assess(&self.engine, &ground) {
                Ok(level) => Some(CompiledOutcome::Level(level)),
                Err(EvalError::Missing(missing)) => Some(CompiledOutcome::Missing(missing.field)),
                Err(EvalError::Failed(_) | EvalError::Breach(_)) => None,
            }
        };
        (0..rows).map(outcome).collect()
    }
}
