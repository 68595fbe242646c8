//! Accounts, tokens, sessions, sign-in, and the audit trail.

pub(in crate::api) mod accounts;
pub(crate) mod audit;
pub(in crate::api) mod session;
pub(in crate::api) mod tokens;
