//! Committed cycles with their verdicts, and the ones made void.

pub(super) mod cycle_records;
pub(super) mod cycle_times;
pub(super) mod verdict_pages;
pub(super) mod verdict_rows;
pub(super) mod verdicts;
pub(super) mod void;
pub(super) mod void_effects;
