//! The catalogue of rules: reading, judging, publishing.

pub(super) mod catalogue;
pub(super) mod drafts;
pub(super) mod evidence;
pub(super) mod faults;
pub(super) mod file_names;
pub(super) mod history;
pub(super) mod judge_table;
pub(super) mod judge_table_faults;
pub(super) mod meaning;
pub(super) mod missing_fields;
pub(super) mod overlay;
pub(super) mod references;
pub(super) mod sandbox;
pub(super) mod shipped;
pub(super) mod signs;
pub(super) mod tools;
