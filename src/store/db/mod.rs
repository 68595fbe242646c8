//! The database itself: the handle, connections, schema, columns, versions, and who sees what.

pub(super) mod columns;
pub(super) mod connections;
pub(super) mod engine;
pub(super) mod error;
pub(super) mod handle;
pub(super) mod maintenance;
pub(super) mod open;
pub(super) mod postgres;
pub(super) mod queries;
pub(super) mod schema;
pub(super) mod sql_types;
pub(super) mod version;
pub(super) mod visibility;
