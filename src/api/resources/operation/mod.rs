//! Health, cycles, jobs and their runs, the feed, the documentation's page.

pub(crate) mod cycles;
pub(crate) mod feed;
pub(crate) mod health;
pub(crate) mod jobs;
pub(crate) mod runs;
pub(crate) mod swagger_ui;
