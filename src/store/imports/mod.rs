//! Imported editions and follow-up data, and the links between names and projects.

pub(super) mod corrections;
pub(super) mod differences;
pub(super) mod import_changes;
pub(super) mod import_decisions;
pub(super) mod import_index;
pub(super) mod import_log;
pub(super) mod import_records;
pub(super) mod import_report;
pub(super) mod import_rows;
pub(super) mod import_sources;
pub(super) mod portfolio;
pub(super) mod project_logs;
pub(super) mod projects;
pub(super) mod recorded_names;
pub(super) mod saved_profiles;
pub(super) mod snapshots;
