//! `assess` on every row and nothing else, by the interpreter: no evidence, no explanation, no
//! judgement to keep. What translation is held against, and its speed.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;
use polars::frame::DataFrame;

use super::budget::Budget;
use super::catalogue::Catalogue;
use super::interpret::Compiled;
use super::interpret::Halt;
use super::run::Ground;
use super::table::Table;
use super::translate::Outcome;
use super::workers::side_by_side;
use crate::domain::ids::RuleId;
use crate::domain::value::Value;

impl Catalogue {
    /// What a rule answers on each row of a frame. `None` is for a verdict that fails.
    pub fn plain_outcomes(
        &self,
        rule: &RuleId,
        frame: &DataFrame,
        as_of: NaiveDate,
    ) -> Vec<Option<Outcome>> {
        let Some(compiled) = self.rules.get(rule) else { return Vec::new() };
        let table = Arc::new(Table::open(frame, compiled.rule.scope));
        let thresholds = Arc::new(self.thresholds().at(as_of));
        // One piece: on one thread, with the stack of those that judge.
        let all = |rows| self.plain(compiled, &table, &thresholds, rows);
        side_by_side([frame.height()], all).pop().unwrap_or_default()
    }

    fn plain(
        &self,
        compiled: &Compiled,
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
