//! Health, cycles, jobs and their runs, the feed, the documentation's page.

pub(in crate::api) mod cycles;
pub(in crate::api) mod feed;
pub(in crate::api) mod health;
pub(in crate::api) mod jobs;
pub(in crate::api) mod runs;
pub(in crate::api) mod swagger_ui;
