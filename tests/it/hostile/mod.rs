//! Requests, files and clients that mean harm, and loads that would starve others.

pub(super) mod clients;
pub(super) mod endless_servers;
pub(super) mod import_archives;
pub(super) mod limits;
pub(super) mod malformed;
pub(super) mod paths;
pub(super) mod plausible;
pub(super) mod requests;
pub(super) mod trial_bounds;
pub(super) mod waiting_writers;
