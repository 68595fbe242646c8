//! Who may do what, and the audit trail of what they did.

pub mod access;
pub mod audit;
pub mod mail_address;
pub mod network;
pub mod sessions;
