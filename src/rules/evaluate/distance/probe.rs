//! Runs a rule on a row of which cells are changed.

use std::collections::BTreeMap;
use std::sync::Arc;

use rhai::Engine;

use super::levers::Lever;
use crate::domain::level::Level;
use crate::domain::value::Value;
use crate::frame;
use crate::rules::evaluate::interpret::CompiledRule;
use crate::rules::evaluate::script_run::{ComparedFigures, EvalContext};

/// One rule on one row.
pub(super) struct RuleProbe<'p> {
    pub(super) compiled: &'p CompiledRule,
    pub(super) engine: &'p Engine,
    pub(super) context: &'p EvalContext,
    /// Thresholds of another date than that of the evaluation.
    pub(super) thresholds: &'p dyn Fn(&Value) -> Arc<BTreeMap<String, Value>>,
}

/// What a rule answers, and the figures that it compared.
#[derive(Clone, Debug)]
pub(super) struct ProbeAnswer {
    /// `None` where the rule gives no level.
    pub(super) level: Option<Level>,
    pub(super) figures: Vec<ComparedFigures>,
}

impl RuleProbe<'_> {
    pub(super) fn now(&self) -> ProbeAnswer {
        self.answer(self.context)
    }

    pub(super) fn cell(&self, field: &str) -> Option<Value> {
        self.context.table.get(field, self.context.row).ok().flatten()
    }

    /// With one figure of the row at another value, and what follows from it.
    pub(super) fn with(&self, lever: &Lever, value: f64) -> Option<ProbeAnswer> {
        let value = lever.cell(value)?;
        let thresholds = if lever.is_time() {
            (self.thresholds)(&value)
        } else {
            Arc::clone(&self.context.thresholds)
        };
        Some(self.changed(lever.field.name, value, thresholds))
    }

    /// With one truth of the row turned.
    pub(super) fn turned(&self, field: &'static str, held: bool) -> ProbeAnswer {
        self.changed(field, Value::Bool(held), Arc::clone(&self.context.thresholds))
    }

    fn changed(
        &self,
        field: &'static str,
        value: Value,
        thresholds: Arc<BTreeMap<String, Value>>,
    ) -> ProbeAnswer {
        let changed = Arc::new(frame::changed(field, value, &|one| self.cell(one)));
        self.answer(&EvalContext { changed, thresholds, ..self.context.clone() })
    }

    fn answer(&self, context: &EvalContext) -> ProbeAnswer {
        let (outcome, figures) = self.compiled.figures(self.engine, context);
        ProbeAnswer { level: outcome.ok(), figures }
    }
}
