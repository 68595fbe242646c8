//! How pages say what the domain holds: its words, the audit trail, receivers of messages, problems.

pub(super) mod audit_words;
pub(super) mod labels;
pub(super) mod office_names;
pub(super) mod problem_words;
