//! Rules, drafts, publications and trials.

pub(in crate::api) mod drafts;
pub(in crate::api) mod publications;
pub(in crate::api) mod rules;
pub(in crate::api) mod trials;
