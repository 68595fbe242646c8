//! The database itself: connections, file, schema, columns, versions, faults of the disk.

pub(super) mod columns;
pub(super) mod connections;
pub(super) mod database_files;
pub(super) mod error;
pub(super) mod maintenance;
pub(super) mod open;
pub(super) mod pages;
pub(super) mod permissions;
pub(super) mod probe;
pub(super) mod queries;
pub(super) mod sql_types;
pub(super) mod storage;
pub(super) mod version;
pub(super) mod visibility;
