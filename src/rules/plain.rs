//! Runs `assess` alone on every row with the interpreter, without evidence or explanations. Used to
//! check the translated rules and to compare their speed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use super::budget::Budget;
use super::catalogue::Catalogue;
use super::interpret::CompiledRule;
use super::interpret::Halt;
use super::run::Ground;
use super::table::Table;
use super::translate::Outcome;
use super::workers::run_in_parallel;
use crate::domain::ids::RuleId;
use crate::domain::value::Value;

impl Catalogue {
    /// The outcome of a rule on each row of a frame. `None` when the rule fails on the row.
    pub fn plain_outcomes(
        &self,
        rule: &RuleId,
        frame: &DataFrame,
        as_of: NaiveDate,
    ) -> Vec<Option<Outcome>> {
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let table = Arc::new(Table::open(frame, compiled.rule.scope));
        let thresholds = Arc::new(self.thresholds().at(as_of));
        // A single piece runs on one worker thread, which has the stack that deep recursion needs.
        let all = |rows| self.plain(compiled, &table, &thresholds, rows);
        run_in_parallel([frame.height()], all).pop().unwrap_or_default()
    }

    fn plain(
        &self,
        compiled: &CompiledRule,
        table: &Arc<Table>,
        thresholds: &Arc<BTreeMap<String, Value>>,
        rows: usize,
    ) -> Vec<Option<Outcome>> {
        let outcome = |row| {
            let (table, thresholds) = (Arc::clone(table), Arc::clone(thresholds));
            let ground = Ground { table, row, thresholds, budget: Budget::unlimited() };
            match compiled.assess(&self.engine, &ground) {
                Ok(level) => Some(Outcome::Level(level)),
                Err(Halt::Missing(missing)) => Some(Outcome::Missing(missing.field)),
                Err(Halt::Failed(_) | Halt::Breach(_)) => None,
            }
        };
        (0..rows).map(outcome).collect()
    }
}
