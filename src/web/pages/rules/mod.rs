//! The rules: what they are, what they found, and changing them.

pub(in crate::web) mod catalogue;
pub(in crate::web) mod comparison;
pub(in crate::web) mod drafts;
pub(in crate::web) mod explanation;
pub(in crate::web) mod new_rule;
mod published;
mod roll_back;
pub(in crate::web) mod rule;
pub(in crate::web) mod thresholds;
