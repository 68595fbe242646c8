//! Whole tables: judging one from a file, exporting them.

pub(super) mod export;
pub(super) mod judge_table;
