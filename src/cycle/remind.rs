//! Reminders of what nobody acknowledged, and their escalation: between two cycles as well.

use std::collections::BTreeMap;
use std::collections::BTreeSet;

use super::CycleError;
use super::Parts;
use super::catalogue;
use super::people;
use super::view;
use crate::domain::alert::Alert;
use crate::domain::ids::AlertId;
use crate::notify;
use crate::notify::Directory;
use crate::notify::Terms;
use crate::notify::Waiting;

/// Writes what is due today, and says how many notices; those of a day are written once.
pub async fn remind(parts: &Parts) -> Result<u64, CycleError> {
    if notify::lanes(&parts.notify).is_empty() {
        return Ok(0);
    }
    let now = parts.clock.now();
    let told = parts.store.notification_memory().await?;
    if told.is_empty() {
        return Ok(0);
    }
    let (as_of, portfolio, catalogue) = view::known(parts, None).await?;
    let terms = Terms::parse(catalogue::read_rules(parts).await?.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&portfolio, &catalogue.terms(), as_of);
    let reminded = parts.store.reminders().await?;
    let alerts = parts.store.standing_alerts().await?;
    let alerts: BTreeMap<AlertId, Alert> =
        alerts.into_iter().map(|alert| (alert.id.clone(), alert)).collect();
    let standing: Vec<&Alert> = alerts.values().collect();
    let quiet = people::quiet(parts, &standing, &[], now).await?;
    let handlings = parts.store.handlings().await?.into_iter();
    let seen = handlings.filter(|(_, handling)| handling.acknowledged.is_some());
    let acknowledged: BTreeSet<AlertId> = seen.map(|(id, _)| id).collect();
    let reminders = notify::reminders(Waiting {
        now,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        lanes: &parts.store.lanes().await?,
        told: &told,
        reminded: &reminded,
        alerts: &alerts,
        quiet: &quiet,
        acknowledged: &acknowledged,
    })?;
    if reminders.notices.is_empty() {
        return Ok(0);
    }
    Ok(parts.store.commit_reminders(&reminders.notices, &reminders.reminded, now).await?)
}
