//! Verdicts, rule by rule and row by row, with their evidence.

pub(super) mod batch_evaluator;
pub(super) mod budget;
pub(super) mod distance;
pub(super) mod distinct_verdicts;
pub(super) mod evaluation_inputs;
pub(super) mod evidence;
pub(super) mod interpret;
pub(super) mod judge;
pub(super) mod rule_evaluation;
pub(super) mod script_run;
pub(super) mod specimen;
pub(super) mod trace;
pub(super) mod trace_words;
pub(super) mod watched_figures;
