//! Who acts next to the database: the person that the settings name, whom nobody proved.

use super::outcome::CliError;
use vigie::application::Services;
use vigie::domain::accounts::audit::{ActionContext, Actor, ActorError};
use vigie::server::config::Config;

/// The person who runs the command next to the database, whose name nobody proved.
///
/// # Errors
/// When no person is named.
fn person(config: &Config) -> Result<Actor, ActorError> {
    Actor::person(&config.actor)?;
    Actor::local(&config.actor)
}

/// The same person, or Vigie itself when nobody is named.
pub(super) fn anybody(config: &Config) -> Actor {
    Actor::local(&config.actor).unwrap_or_else(|_| Actor::local_vigie())
}

/// What a person does now, for a reason. Nothing is decided by nobody.
pub(super) fn act(
    config: &Config,
    services: &Services,
    reason: &str,
) -> Result<ActionContext, CliError> {
    let actor = person(config)?;
    Ok(ActionContext { actor, at: services.clock.now(), reason: reason.to_owned() })
}
