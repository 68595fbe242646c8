//! The audit trail, whose entries are chained by their hashes.

pub(super) mod audit_filter;
pub(super) mod audit_reading;
pub(super) mod audit_records;
pub(super) mod audit_scope;
pub(super) mod audit_trail;
