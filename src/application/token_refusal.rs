//! Why somebody may not issue or revoke a token, or end a session.

use thiserror::Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum TokenRefusal {
    /// More roles or ministries than the account has, or than the token used for the request lends.
    #[error(
        "this exceeds the roles or ministries of the account, or of the token used for this request"
    )]
    TooBroad,
    #[error("`days`: found {found}, expected 1 to {most}")]
    Days { found: u16, most: u16 },
}
