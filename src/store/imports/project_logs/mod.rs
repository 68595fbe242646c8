//! What is recorded of projects and ministries besides imports: links, explained exits, successions of ministries,
//! campaigns of the questionnaire.

pub(in crate::store) mod answer_drafts;
pub(in crate::store) mod campaign_log;
pub(in crate::store) mod exit_log;
pub(in crate::store) mod identity;
pub(in crate::store) mod link_log;
pub(in crate::store) mod succession_log;
pub(in crate::store) mod successions;
