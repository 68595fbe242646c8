//! Changing the rules: drafts, trials, comparisons, proofs, publication.

pub(super) mod cases;
pub(super) mod catalogue;
pub(super) mod companion_files;
pub(super) mod compare;
pub(super) mod consequences;
pub(super) mod diff;
pub(super) mod draft_bounds;
pub(super) mod drafts;
pub(super) mod file_names;
mod lost_fields;
pub(super) mod proof;
pub(super) mod publish;
pub(super) mod trial;
pub(super) mod verdict_diff;
