//! Signing in and out, and the pages that people see then.

pub(in crate::api) mod account;
pub(in crate::api::resources::people) mod page;
mod refusal;
pub(in crate::api) mod session_links;
pub(in crate::api) mod setup;
pub(in crate::api) mod sign_in_flow;
pub(in crate::api) mod sign_in_page;
