//! What handlers read from requests, and the pages of lists.

pub(crate) mod action_settings;
pub(crate) mod alert_filter;
pub(crate) mod if_match;
pub(crate) mod page;
pub(crate) mod query;
pub(crate) mod rule_files;
mod sort;
pub(crate) mod subject_filter;
pub(crate) mod trial_access;
pub(crate) mod uploads;
