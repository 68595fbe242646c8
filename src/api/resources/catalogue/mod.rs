//! Rules, drafts, publications and trials.

pub(crate) mod drafts;
pub(crate) mod publications;
pub(crate) mod rules;
pub(crate) mod trials;
