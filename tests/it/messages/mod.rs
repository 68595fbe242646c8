//! What is sent to whom, when, and what happens when it cannot be.

mod attachments;
mod campaigns;
pub(super) mod delivery;
pub(super) mod digest;
pub(super) mod events;
mod languages;
pub(super) mod links;
pub(super) mod mail;
pub(super) mod outages;
pub(super) mod outages_reported;
pub(super) mod recipients;
pub(super) mod reminders;
pub(super) mod silences;
pub(super) mod webhooks;
