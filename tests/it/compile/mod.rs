//! Compiled rules give the verdicts of interpreted ones.

pub(super) mod choices;
pub(super) mod proof;
pub(super) mod rule_text;
pub(super) mod tall;
pub(super) mod translate_frames;
pub(super) mod translate_grammar;
pub(super) mod translate_values;
pub(super) mod verdicts;
