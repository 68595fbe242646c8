//! What sign-in needs to know, as the settings say.

use super::cookies::Cookies;
use crate::auth::Provider;

/// Configuration of sign-in.
#[derive(Debug)]
pub struct SignIn {
    pub provider: Option<Provider>,
    /// Whether people may sign in by a link sent to the mail address of their account.
    pub mail_links: bool,
    /// Contact shown to refused persons; empty if none is configured.
    pub contact: String,
    pub cookies: Cookies,
}

impl SignIn {
    pub(crate) fn is_on(&self) -> bool {
        self.provider.is_some()
    }

    /// Whom to write to, in French.
    pub(crate) fn contact(&self) -> &str {
        if self.contact.is_empty() { "l’administrateur de Vigie" } else { &self.contact }
    }
}
