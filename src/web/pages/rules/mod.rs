//! The rules: what they are, what they found, and changing them.

pub(in crate::web) mod catalogue;
pub(in crate::web) mod comparison;
mod draft_form;
pub(in crate::web) mod drafts;
pub(in crate::web) mod editor;
mod effect;
pub(in crate::web) mod explanation;
mod file_editor;
pub(in crate::web) mod new_rule;
mod published;
pub(in crate::web) mod review;
mod roll_back;
pub(in crate::web) mod rule;
mod signs_form;
pub(in crate::web) mod thresholds;
