//! Coming in and out: the first start, signing in, one's account, and the links of mails.

pub(in crate::web) mod account;
pub(in crate::web) mod first_start;
pub(in crate::web) mod mail_links;
pub(in crate::web) mod provider;
mod refusal;
pub(in crate::web) mod session_links;
pub(in crate::web) mod sign_in;
mod statement;
