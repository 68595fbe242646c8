//! Accounts, tokens, sessions and the links that open them, and idempotency keys of their requests.

pub(super) mod account_links;
pub(super) mod account_records;
pub(super) mod credential;
pub(super) mod first_invitation;
pub(super) mod former_names;
pub(super) mod idempotency;
pub(super) mod idempotent_attempt;
pub(super) mod keys;
pub(super) mod sessions;
pub(super) mod sign_ins;
pub(super) mod token_callers;
pub(super) mod token_memory;
pub(super) mod token_uses;
pub(super) mod tokens;
