//! Commands that run the service, its cycles and its jobs.

pub(super) mod audit;
pub(super) mod cycle;
mod cycle_brief;
mod cycle_names;
mod cycle_tables;
pub(super) mod database;
pub(super) mod healthcheck;
pub(super) mod jobs;
pub(super) mod manual;
pub(super) mod replay;
pub(super) mod restore;
mod runs;
pub(super) mod serve;
pub(super) mod settings;
