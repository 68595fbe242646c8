//! The database: what is written is found again, also by later releases and after a restoration.

pub(super) mod backup;
pub(super) mod connections;
pub(super) mod cycles;
pub(super) mod earlier_database;
pub(super) mod earlier_schemas;
pub(super) mod imports;
pub(super) mod links;
pub(super) mod missions;
pub(super) mod opening;
pub(super) mod portfolio;
pub(super) mod restore;
pub(super) mod scope;
pub(super) mod stores;
pub(super) mod verdicts;
