//! Commands about projects, editions and files.

pub(super) mod coverage;
pub(super) mod editions;
pub(super) mod exits;
pub(super) mod export;
pub(super) mod import;
mod import_report;
pub(super) mod imports;
pub(super) mod judge;
pub(super) mod lists;
pub(super) mod names;
pub(super) mod panorama;
pub(super) mod profiles;
pub(super) mod project;
pub(super) mod projects;
pub(super) mod timeline;
