//! The pages, one file for each part of the site.

pub(super) mod comparison;
pub(super) mod dashboard;
pub(super) mod decisions;
pub(super) mod project;
pub(super) mod projects;
