//! The pages, one file for each part of the site.

pub(super) mod alerts;
pub(super) mod dashboard;
pub(super) mod intake;
pub(super) mod projects;
