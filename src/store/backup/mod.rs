//! Copies of the database, and bringing one back.

pub(super) mod backup_files;
pub(super) mod restore;
pub(super) mod restore_endings;
pub(super) mod restore_fault;
