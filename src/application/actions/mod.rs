//! What people do: to alerts, missions, reviews, imports and jobs.

pub(super) mod account_links;
pub(super) mod alert_actions;
pub(super) mod alert_handling;
pub(super) mod exits;
pub(super) mod intake;
pub(super) mod job_requests;
pub(super) mod missions;
pub(super) mod plausibility;
pub(super) mod reading;
pub(super) mod reviews;
pub(super) mod sessions;
pub(super) mod several_files;
pub(super) mod tokens;
pub(super) mod webhook_events;
