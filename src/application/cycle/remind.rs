//! Reminders of alerts that nobody acknowledged, and their escalation. Also run between two cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::application::actions::alert_actions;
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::AlertId;
use crate::notify;
use crate::notify::{Directory, NoticeTerms, ReminderInputs};
use crate::store::MissionFilter;

/// Writes the reminders that are due today, and returns how many. Those of a day are written once.
pub async fn remind(services: &Services) -> Result<u64, ApplicationError> {
    if notify::lanes(&services.notify).is_empty() {
        return Ok(0);
    }
    let now = services.clock.now();
    let memories = services.store.notification_memory().await?;
    if memories.is_empty() {
        return Ok(0);
    }
    let known = view::known_data(services, None).await?;
    let rules = catalogue::rules_in_force(services).await?;
    let terms = NoticeTerms::parse(rules.texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&known.portfolio, rules.titles().clone(), known.as_of);
    let reminded = services.store.reminders().await?;
    let alerts = services.store.standing_alerts().await?;
    let alerts: BTreeMap<AlertId, Alert> =
        alerts.into_iter().map(|alert| (alert.id.clone(), alert)).collect();
    let standing: Vec<&Alert> = alerts.values().collect();
    let silenced = alert_actions::silenced_alerts(services, &standing, &[], now).await?;
    let handlings = services.store.handlings().await?.into_iter();
    let seen = handlings.filter(|(_, handling)| handling.acknowledged.is_some());
    let acknowledged: BTreeSet<AlertId> = seen.map(|(id, _)| id).collect();
    let reminders = notify::reminders(ReminderInputs {
        now,
        directory: &directory,
        terms: &terms,
        settings: &services.notify,
        lanes: &services.store.lanes().await?,
        memories: &memories,
        reminded: &reminded,
        alerts: &alerts,
        silenced: &silenced,
        acknowledged: &acknowledged,
        missions: &services.store.missions(&MissionFilter::default()).await?,
    })?;
    if reminders.notices.is_empty() {
        return Ok(0);
    }
    Ok(services.store.commit_reminders(&reminders.notices, &reminders.reminded, now).await?)
}
