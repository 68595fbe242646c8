//! Digests between two cycles: what people decided on missions, and what a silence no longer hides.
//! Uses the current alerts and missions; judges nothing.

use super::enclosures::{await_documents, enclose_documents};
use super::messages;
use super::messages::{MessageBasis, Situation};
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::notify;
use crate::notify::ComposeContext;
use crate::store::MissionFilter;

/// Writes the notices that are due, and returns how many. None before the first cycle, nor when another
/// cycle is committed meanwhile: that one reports everything itself.
pub async fn digest(services: &Services) -> Result<usize, ApplicationError> {
    let Some(last) = services.store.last_cycle().await? else { return Ok(0) };
    if notify::lanes(&services.notify).is_empty() {
        return Ok(0);
    }
    let now = services.clock.now();
    let known = view::known_data(services, Some(last.inputs.as_of)).await?;
    let rules = catalogue::rules_in_force(services).await?;
    let alerts = services.store.standing_alerts().await?;
    let missions = services.store.missions(&MissionFilter::default()).await?;
    let stakes = messages::stakes_of(&known.portfolio, known.as_of).await?;
    let (as_of, portfolio) = (known.as_of, &known.portfolio);
    let (stakes, texts) = (&stakes, &rules.texts);
    let basis = MessageBasis { cycle: last.number, as_of, now, portfolio, stakes, texts };
    // Changes of silences are reported by cycles only.
    let situation = Situation { alerts: &alerts, missions: &missions, ..Situation::default() };
    let compose = |occasion: ComposeContext<'_>| Ok(notify::outgoing(occasion)?);
    let mut outgoing = messages::compose(services, basis, situation, compose).await?;
    let digests = await_documents(services, &mut outgoing, now);
    let written = services.store.commit_outgoing(&outgoing, last.number, now).await?;
    if written {
        Box::pin(enclose_documents(services, digests)).await;
    }
    Ok(if written { outgoing.notices.len() } else { 0 })
}
