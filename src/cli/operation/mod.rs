//! Commands that run the service, its cycles and its jobs.

pub(super) mod audit;
pub(super) mod cycle;
pub(super) mod cycle_remote;
pub(super) mod healthcheck;
pub(super) mod jobs;
pub(super) mod restore;
pub(super) mod runs;
pub(super) mod serve;
pub(super) mod settings;
