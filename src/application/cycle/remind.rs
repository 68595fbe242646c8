//! Reminders of alerts that nobody acknowledged, and their escalation. Also run between two cycles.

use std::collections::{BTreeMap, BTreeSet};

use crate::application::actions::alert_actions;
use crate::application::publishing::catalogue;
use crate::application::queries::view;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::Alert;
use crate::domain::ids::AlertId;
use crate::notify::{Directory, NoticeTerms, ReminderInputs};
use crate::{notify, rules};

/// Writes the reminders that are due today, and returns how many. Those of a day are written once.
pub async fn remind(parts: &Services) -> Result<u64, ApplicationError> {
    if notify::lanes(&parts.notify).is_empty() {
        return Ok(0);
    }
    let now = parts.clock.now();
    let memories = parts.store.notification_memory().await?;
    if memories.is_empty() {
        return Ok(0);
    }
    let (as_of, portfolio) = view::known_data(parts, None).await?;
    let texts = catalogue::read_rules(parts).await?;
    let terms = NoticeTerms::parse(texts.get(notify::TERMS_FILE))?;
    let directory = Directory::of(&portfolio, rules::titles(&texts), as_of);
    let reminded = parts.store.reminders().await?;
    let alerts = parts.store.standing_alerts().await?;
    let alerts: BTreeMap<AlertId, Alert> =
        alerts.into_iter().map(|alert| (alert.id.clone(), alert)).collect();
    let standing: Vec<&Alert> = alerts.values().collect();
    let silenced = alert_actions::silenced_alerts(parts, &standing, &[], now).await?;
    let handlings = parts.store.handlings().await?.into_iter();
    let seen = handlings.filter(|(_, handling)| handling.acknowledged.is_some());
    let acknowledged: BTreeSet<AlertId> = seen.map(|(id, _)| id).collect();
    let reminders = notify::reminders(ReminderInputs {
        now,
        directory: &directory,
        terms: &terms,
        settings: &parts.notify,
        lanes: &parts.store.lanes().await?,
        memories: &memories,
        reminded: &reminded,
        alerts: &alerts,
        silenced: &silenced,
        acknowledged: &acknowledged,
    })?;
    if reminders.notices.is_empty() {
        return Ok(0);
    }
    Ok(parts.store.commit_reminders(&reminders.notices, &reminders.reminded, now).await?)
}
