//! Who may do what: accounts, roles, scopes, sign-in, secrets, the audit trail.

pub(super) mod accounts;
pub(super) mod audit;
pub(super) mod guard;
pub(super) mod pages;
pub(super) mod people;
pub(super) mod proved_names;
pub(super) mod refusals;
pub(super) mod scope;
pub(super) mod secrets;
pub(super) mod setup;
pub(super) mod sign_in;
pub(super) mod sign_in_pages;
pub(super) mod token_uses;
pub(super) mod visible_text;
