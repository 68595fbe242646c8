//! The database's file on the disk: its names, who may read it, whether it can be written, what the disk says.

pub(super) mod database_files;
pub(super) mod permissions;
pub(super) mod probe;
pub(super) mod storage;
pub(super) mod storage_fault;
