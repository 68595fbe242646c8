//! Sign-in by OpenID Connect: where to send people, and what the provider certifies when they
//! return.
//!
//! This module stores nothing. A ticket stays in the person's browser, and everything that links
//! the return to the departure (`state`, `nonce`, the code verifier) is derived from it: reading
//! the database is not enough to complete somebody's sign-in.

mod claims;
mod exchange;
mod fault;
mod http_client;
mod provider;
mod provider_response;
mod settings;
mod ticket;

pub use claims::Person;
pub use fault::{SettingFault, SignInFault};
pub use provider::{Departure, Provider};
pub use provider_response::ProviderResponse;
pub use settings::{Flavour, Organisation, Pkce, SignInSettings};
pub use ticket::Ticket;
