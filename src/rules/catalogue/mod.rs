//! The rules as their authors wrote them: files, front matter, thresholds, inhibitions, and every fault found in them.

pub(super) mod compiled_catalogue;
pub(super) mod documentation;
pub(super) mod fault;
pub(super) mod fields;
pub(super) mod folder;
pub(super) mod front_matter;
pub(super) mod guidance;
pub(super) mod inhibitions;
mod rewritten;
pub(super) mod rule;
pub(super) mod signs;
pub(super) mod table;
pub(super) mod thresholds;
pub(super) mod toml_dates;
mod watched;
