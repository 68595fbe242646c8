//! What handlers read from requests, and the pages of lists.

pub(super) mod action_settings;
pub(super) mod alert_filter;
pub(super) mod if_match;
pub(super) mod page;
pub(super) mod query;
pub(super) mod rule_files;
mod sort;
pub(super) mod subject_filter;
pub(super) mod trial_access;
pub(super) mod uploads;
