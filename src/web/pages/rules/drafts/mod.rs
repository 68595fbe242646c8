//! Drafts of rules: written by form or as texts, tried, reviewed, published.

pub(in crate::web) mod dictionary;
pub(in crate::web) mod editor;
mod effect;
mod effect_scores;
mod file_editor;
mod form;
pub(in crate::web) mod list;
pub(in crate::web) mod review;
pub(super) mod signs_form;
