//! Runs of jobs, their locks, and figures for metrics.

pub(super) mod gauges;
pub(super) mod job_locks;
pub(super) mod job_log;
