//! The ticket that a browser stores between leaving for the provider and returning.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use super::fault::SignInFault;
use super::provider_response::ProviderResponse;
use crate::support::fingerprint::Fingerprint;

const BYTES: usize = 32;

/// Good for one sign-in. `state`, `nonce` and the code verifier are 43 characters each, derived
/// from the ticket: none of them reveals another, nor the ticket.
#[derive(Clone, PartialEq, Eq)]
pub struct Ticket([u8; BYTES]);

impl Ticket {
    pub fn draw() -> Result<Self, SignInFault> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes).map_err(|error| SignInFault::Chance(error.to_string()))?;
        Ok(Self(bytes))
    }

    /// Reads a ticket from the browser's cookie.
    pub fn read(text: &str) -> Option<Self> {
        let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
        bytes.try_into().ok().map(Self)
    }

    /// For the browser's cookie only.
    pub fn reveal(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }

    /// The id under which the sign-in is stored.
    pub fn fingerprint(&self) -> Fingerprint {
        Fingerprint::of(&self.0)
    }

    /// Whether a return belongs to this sign-in. Compares in constant time.
    pub fn is_of(&self, answer: &ProviderResponse) -> bool {
        answer.state.as_deref().is_some_and(|state| self.is_of_state(state))
    }

    pub(super) fn state(&self) -> String {
        self.derive("state")
    }

    pub(super) fn nonce(&self) -> String {
        self.derive("nonce")
    }

    pub(super) fn verifier(&self) -> String {
        self.derive("pkce")
    }

    fn is_of_state(&self, state: &str) -> bool {
        let Ok(bytes) = URL_SAFE_NO_PAD.decode(state) else { return false };
        self.keyed("state").is_some_and(|keyed| keyed.verify_slice(&bytes).is_ok())
    }

    fn derive(&self, what: &str) -> String {
        let keyed = self.keyed(what);
        keyed.map(|keyed| URL_SAFE_NO_PAD.encode(keyed.finalize().into_bytes())).unwrap_or_default()
    }

    /// HMAC accepts keys of any length, so the result is never `None`.
    fn keyed(&self, what: &str) -> Option<Hmac<Sha256>> {
        let mut keyed = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        keyed.update(what.as_bytes());
        Some(keyed)
    }
}

impl fmt::Debug for Ticket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Ticket(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_derived_is_long_differs_and_comes_back_from_the_browser() {
        let ticket = Ticket::draw().unwrap();
        let derived = [ticket.state(), ticket.nonce(), ticket.verifier(), ticket.reveal()];
        assert!(derived.iter().all(|text| text.len() == 43), "{derived:?}");
        let mut apart = derived.to_vec();
        apart.sort();
        apart.dedup();
        assert_eq!(apart.len(), 4);
        let back = Ticket::read(&ticket.reveal()).unwrap();
        assert!(back == ticket && back.is_of_state(&ticket.state()));
        assert!(!back.is_of_state(&ticket.nonce()));
        assert!(!Ticket::draw().unwrap().is_of_state(&ticket.state()));
        assert_eq!(format!("{ticket:?}"), "Ticket(secret)");
    }

    #[test]
    fn what_is_no_ticket_is_not_taken_for_one() {
        for text in ["", "abc", "é", &"A".repeat(44), &"A".repeat(4000)] {
            assert_eq!(Ticket::read(text), None, "{text}");
        }
    }
}
