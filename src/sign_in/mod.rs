//! Sign-in by OpenID Connect: where to send people, and what the provider vouches for once they return.
//!
//! Nothing is remembered here. A ticket stays in the person's browser, and all that ties the return to
//! the departure (`state`, `nonce`, the key of the code) is derived from it: whoever reads the database
//! finishes nobody's sign-in.

mod claims;
mod exchange;
mod fault;
mod line;
mod provider;
mod settings;
mod ticket;

pub use claims::Person;
pub use exchange::Answer;
pub use fault::SettingFault;
pub use fault::SignInFault;
pub use provider::Departure;
pub use provider::Provider;
pub use settings::Flavour;
pub use settings::Organisation;
pub use settings::Pkce;
pub use settings::Settings;
pub use ticket::Ticket;
