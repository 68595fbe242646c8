//! Lists of pages as files: the columns of each, and how one becomes a response.

pub(super) mod administration;
pub(super) mod decisions;
pub(super) mod intake;
mod list_file;
pub(super) mod people;

pub(super) use list_file::list_file;
