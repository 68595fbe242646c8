//! Which entries of the audit trail are wanted.

use chrono::{DateTime, Utc};

/// `None` lets everything through.
#[derive(Clone, Debug, Default)]
pub struct AuditFilter {
    /// A whole subject, `alert/4f2a…`, or a kind of subjects, `alert`.
    pub subject: Option<String>,
    pub since: Option<DateTime<Utc>>,
    /// Entries before this one.
    pub before: Option<i64>,
    /// The latest ones only.
    pub limit: Option<u32>,
}
