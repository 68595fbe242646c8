//! The pages, one file for each part of the site.

pub(super) mod administration;
pub(super) mod alerts;
pub(super) mod comparison;
pub(super) mod dashboard;
pub(super) mod entry;
pub(super) mod people;
pub(super) mod project;
pub(super) mod projects;
