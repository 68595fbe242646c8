//! The pages: one file or folder for each part of the site.

pub(super) mod administration;
pub(super) mod asset;
pub(super) mod comparison;
pub(super) mod dashboard;
pub(super) mod decisions;
pub(super) mod entry;
pub(super) mod foresight;
pub(super) mod intake;
pub(super) mod people;
pub(super) mod project;
pub(super) mod projects;
pub(super) mod rules;
