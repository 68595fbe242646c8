//! What changed since the last messages, between two cycles: what people decided of missions, what a
//! silence no longer hides. On alerts and missions as they stand; nothing is judged.

use std::collections::BTreeMap;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::people;
use super::view;
use crate::domain::alert::Alert;
use crate::notify;
use crate::notify::Directory;
use crate::notify::Facts;
use crate::notify::Occasion;
use crate::notify::Terms;
use crate::store::MissionFilter;

/// Writes the notices that are due, and says how many; none before the first cycle, nor when one was
/// committed meanwhile, which tells it all itself.
pub async fn digest(parts: &Parts) -> Result<usize, CycleError> {
    let Some(last) = parts.store.last_cycle().await? else { return Ok(0) };
    if notify::lanes(&parts.notify).is_empty() {
        return Ok(0);
    }
    let now = parts.clock.now();
    let (as_of, portfolio, catalogue) = view::known(parts, Some(last.inputs.as_of)).await?;
    let terms = Terms::parse(catalogue::read_rules(parts).await?.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&portfolio, &catalogue.terms(), as_of);
    let standing = parts.store.standing_alerts().await?;
    let missions = parts.store.missions(&MissionFilter::default()).await?;
    let alerts: Vec<&Alert> = standing.iter().collect();
    let quiet = people::quiet(parts, &alerts, &[], now).await?;
    let facts = Facts {
        alerts: standing.iter().map(|alert| (&alert.id, alert)).collect(),
        changes: BTreeMap::new(),
        missions: missions.iter().map(|mission| (&mission.id, mission)).collect(),
        quiet: &quiet,
        stale: notify::stale(&parts.store.last_imports(now).await?, &terms, now),
    };
    let outgoing = notify::outgoing(Occasion {
        cycle: last.number,
        as_of,
        now,
        facts: &facts,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        told: &parts.store.notification_memory().await?,
        lanes: &parts.store.lanes().await?,
        // Cycles look at silences.
        silences: &[],
        announce: false,
        correction: None,
    })?;
    let written = parts.store.commit_outgoing(&outgoing, last.number, now).await?;
    Ok(if written { outgoing.notices.len() } else { 0 })
}
