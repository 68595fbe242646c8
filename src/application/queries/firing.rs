//! The alerts that fire now, for supervision tools: open alerts with their labels, and what hides
//! each of them.

use super::names;
use crate::application::actions::alert_actions;
use crate::application::{ApplicationError, Services};
use crate::domain::alerts::alert::{Alert, AlertState};
use crate::domain::ids::{AlertId, SilenceNumber};
use crate::domain::messages::notice::Receiver;
use crate::notify;
use crate::notify::Labels;
use crate::support::clock::today;

#[derive(Clone, Debug)]
pub struct Firing {
    pub alert: Alert,
    pub labels: Labels,
    pub annotations: Labels,
    pub office: Receiver,
    pub silenced_by: Vec<SilenceNumber>,
    /// The rule's alert that makes this one redundant.
    pub hidden_by: Option<AlertId>,
}

/// Open alerts by id, without those still waiting for their rule's `for`.
pub async fn firing(services: &Services) -> Result<Vec<Firing>, ApplicationError> {
    let mut alerts = services.store.standing_alerts().await?;
    alerts.retain(|alert| alert.state == AlertState::Open);
    let today = today(services.clock.now());
    let mut silences = services.store.silences().await?;
    silences.retain(|silence| silence.holds_on(today));
    let ministries = alert_actions::ministries(services).await?;
    let directory = names::directory(services).await?;
    let of_alert = |alert: Alert| {
        let ministry = alert.subject.project().and_then(|project| ministries.get(project));
        let silenced_by = silences.iter().filter(|one| one.hides(&alert, ministry, today));
        let explanation = alert.explanation.as_deref().unwrap_or_default();
        Firing {
            labels: notify::labels(&alert, &directory),
            annotations: notify::annotations(&alert, explanation, &directory),
            office: notify::office(&alert, &directory),
            silenced_by: silenced_by.map(|silence| silence.number).collect(),
            hidden_by: alert.hidden_by.as_ref().map(|rule| Alert::id_of(rule, &alert.subject)),
            alert,
        }
    };
    let mut firing: Vec<Firing> = alerts.into_iter().map(of_alert).collect();
    firing.sort_by(|a, b| a.alert.id.cmp(&b.alert.id));
    Ok(firing)
}
