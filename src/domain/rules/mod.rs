//! Rules, their verdicts, and the drafts and versions of their texts.

pub mod batch;
pub mod distance;
pub mod draft;
pub mod draft_refusal;
pub mod entries;
pub mod file_name;
pub mod overlay;
mod roll_back;
pub mod rule;
pub mod verdict;
pub mod worsening;
