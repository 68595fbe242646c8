//! Alerts, missions and reviews over time.

pub(super) mod cycles_void;
pub(super) mod departed;
pub(super) mod engine;
pub(super) mod missions;
pub(super) mod new_facts;
pub(super) mod reviews;
pub(super) mod reviews_calendar;
pub(super) mod story;
pub(super) mod successions;
pub(super) mod timeline;
pub(super) mod year;
